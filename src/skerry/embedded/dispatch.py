"""Dispatch of HTTP requests to the embedded AWS, by the host of their URL."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

from skerry.embedded.fault_injection import Faults
from skerry.embedded.lifecycle import run_embedded_aws


class EmbeddedRequest(NamedTuple):
    """An HTTP request."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Answered(NamedTuple):
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Answer: TypeAlias = Callable[[EmbeddedRequest], Answered]


@contextmanager
def provide_answers(region: str = "eu-west-1") -> Iterator[Answer]:
    """Run an empty AWS in this process and give the block a function that answers requests to AWS's hosts.

    A request without an answer, such as one to another host, gets status 404.
    """
    with run_embedded_aws(region, Faults()):
        from moto.core.botocore_stubber import BotocoreStubber  # noqa: PLC0415

        stubber = BotocoreStubber()

        def answer(asked: EmbeddedRequest) -> Answered:
            request: Any = SimpleNamespace(**asked._asdict())
            response = stubber.process_prepared_request(request)
            if response is None:
                return Answered(404, {}, b"")
            status, headers, body = response
            content = body.encode() if isinstance(body, str) else body
            return Answered(int(status), {str(key): str(value) for key, value in headers.items()}, content)

        yield answer
