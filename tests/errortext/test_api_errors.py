"""Codes and messages of AWS API errors, as tools wrap them."""

import pytest

from skerry.errortext.api_errors import read_api_error
from tests.patience import patience

NONE = (None, None)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (
            "An error occurred (ClientException) when calling the RunTask operation: Task is odd.",
            "ClientException",
            "Task is odd",
        ),
        (
            "An error occurred (ThrottlingException) when calling the RunTask operation (reached max retries: 4): Slow",
            "ThrottlingException",
            "Slow",
        ),
        (
            "Role is not valid (Service: AmazonECS; Status Code: 400; Error Code: ClientException; Request ID: 1)",
            "ClientException",
            "Role is not valid",
        ),
        (
            "operation error EC2: X, https response error StatusCode: 400, RequestID: 1-2, api error Odd: No",
            "Odd",
            "No",
        ),
        (
            "operation error ECS: X, https response error StatusCode: 400, RequestID: 1-2, ClientException: No.",
            "ClientException",
            "No",
        ),
        (
            "Error: creating EC2 VPC Endpoint (x): InvalidParameter: Not so. status code: 400, request id: 1",
            "InvalidParameter",
            "Not so",
        ),
        (
            'Resource handler returned message: "Not so" (RequestToken: 1, HandlerErrorCode: InvalidRequest)',
            "InvalidRequest",
            "Not so",
        ),
        ("InvalidParameterException: Not so", "InvalidParameterException", "Not so"),
        ("RequestError: send request failed caused by: Post x", None, None),
        ("An error occurred (RequestTimeout) when calling the X operation: slow", None, None),
        ("java.net.SocketTimeoutException: connect timed out", None, None),
        ("all is well", None, None),
    ],
)
def test_api_error_is_read_with_code_and_message(text: str, code: str | None, message: str | None) -> None:
    assert read_api_error(text) == (code, message)


def test_api_error_message_is_masked() -> None:
    text = "An error occurred (ClientException) when calling the X operation: password=hunter2hunter2 is wrong"
    assert "hunter2" not in str(read_api_error(text))


@pytest.mark.parametrize(
    "part",
    ["(Service: ", "Resource handler returned message: ", "An error occurred (", "RequestID: a, ", "Aa: ", "b "],
)
def test_api_error_is_read_in_time_from_long_repetitive_text(part: str) -> None:
    with patience(2):
        read_api_error(
            part * (16_000 // len(part)) + "Exception Error Code: HandlerErrorCode: status code: 400, request id"
        )
