"""The HTTP transport to AWS: answers are bounded in size and time, checked, and requested again if damaged."""

import random
import time
from collections.abc import Iterator
from typing import Any

from skerry.aws.response_checks import DAMAGED, check

MOST_BYTES = 64 * 1024 * 1024
"""The maximum size of an answer: AWS's own pages are a few megabytes."""

ANSWER_SECONDS = 60
"""The maximum time of an answer from its first byte to its last."""

RETRIES = 4
"""The number of retries after a damaged answer."""

_LONGEST_PAUSE = 2
_CHUNK = 1 << 16


def guard(client: Any) -> None:
    """Check the answers of a client, and bound their size and time.

    https://boto3.amazonaws.com/v1/documentation/api/latest/guide/events.html
    """
    events = client.meta.events
    events.register("before-parse", _before_parse)
    events.register("needs-retry", _again)
    events.register_first("after-call", _after_call)
    # botocore has no event between the headers of an answer and its body.
    endpoint = client._endpoint  # noqa: SLF001
    endpoint.http_session = _Bounded(endpoint.http_session)


def _before_parse(
    operation_model: Any, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any
) -> None:
    check(operation_model, response_dict, customized_response_dict)


def _again(response: Any, attempts: int, **_: Any) -> float | None:
    """Return the seconds until the next retry of a damaged answer, growing as in the retry mode ``standard``.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """
    if response is None or not _is_damaged(response[1]) or attempts > RETRIES:
        return None
    return random.random() * float(min(2 ** (attempts - 1), _LONGEST_PAUSE))  # noqa: S311 - a pause is no secret


def _after_call(parsed: dict[str, Any], model: Any, **_: Any) -> None:
    """Raise an error for a damaged answer, even if its status is that of success."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    if _is_damaged(parsed):
        raise ClientError(parsed, model.name)


def _is_damaged(parsed: Any) -> bool:
    error = parsed.get("Error") if isinstance(parsed, dict) else None
    return isinstance(error, dict) and error.get("Code") == DAMAGED


class _Body:
    """The body of an answer after its reading, with the interface that botocore expects."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: Any, **_more: Any) -> Any:
        """Yield the content."""
        yield self._content


class _Bounded:
    """A botocore session with bounds on the size and time of a body."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def send(self, request: Any) -> Any:
        """Send a request and read its answer; raises botocore's own errors, so that botocore retries."""
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415
        from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError  # noqa: PLC0415
        from urllib3.exceptions import HTTPError, ProtocolError  # noqa: PLC0415
        from urllib3.exceptions import ReadTimeoutError as LateError  # noqa: PLC0415

        if request.stream_output:
            return self._session.send(request)
        # The session then leaves the body to be read here.
        request.stream_output = True
        answer = self._session.send(request)
        try:
            content = _read(answer.raw)
        except (LateError, TimeoutError) as error:
            answer.raw.close()
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except (ProtocolError, ConnectionError) as error:
            raise ConnectionClosedError(endpoint_url=request.url, error=error, request=request) from error
        except (HTTPError, OSError, ValueError) as error:
            answer.raw.close()
            raise HTTPClientError(error=error) from error
        return AWSResponse(answer.url, answer.status_code, answer.headers, _Body(content))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _read(raw: Any) -> bytes:
    """Read a whole body; raises `ValueError` if it is too large, `TimeoutError` if it takes too long."""
    late = time.monotonic() + ANSWER_SECONDS
    parts: list[bytes] = []
    size = 0
    for part in _parts(raw):
        size += len(part)
        if size > MOST_BYTES:
            raise ValueError(f"the answer is larger than {MOST_BYTES} bytes")
        if time.monotonic() > late:
            raise TimeoutError(f"the answer is not whole after {ANSWER_SECONDS} seconds")
        parts.append(part)
    raw.release_conn()
    return b"".join(parts)


def _parts(raw: Any) -> Iterator[bytes]:
    """Yield a body as it arrives, if urllib3 is new enough to return less than a whole part."""
    if hasattr(raw, "read1"):
        yield from iter(lambda: raw.read1(_CHUNK), b"")
    else:
        yield from raw.stream(_CHUNK)
