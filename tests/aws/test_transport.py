"""Requests on the wire: what they say of skerry, and how an answer that is damaged, late or too large ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from typing import Any

import pytest

from skerry.aws import transport
from skerry.aws.api_table import CLUSTER_NAMES, VPCS
from skerry.aws.errors import RefusedError
from skerry.aws.pagination import iterate_pages
from skerry.aws.session import make_clients

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15"
GOOD = f'<DescribeVpcsResponse xmlns="{NAMESPACE}"><vpcSet/><requestId>1</requestId></DescribeVpcsResponse>'.encode()
Writer = Callable[[Any, int], None]


def answer(body: bytes = GOOD, status: str = "200 OK", **headers: str) -> bytes:
    lines = {"Content_Type": "text/xml", "Content_Length": str(len(body)), "Connection": "close"} | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class Server(ThreadingTCPServer):
    """Writes what a test says, by the number of the request, and keeps the heads of requests."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, write: Writer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.write = write
        self.heads: list[str] = []


class Handler(StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        head = b""
        while (line := self.rfile.readline()).strip():
            head += line
        if not head:
            return
        length = next(int(one.split(b":")[1]) for one in head.splitlines() if one.lower().startswith(b"content-length"))
        self.rfile.read(length)
        self.server.heads.append(head.decode())
        try:
            self.server.write(self.wfile, len(self.server.heads))
        except OSError:
            return


@contextmanager
def serving(write: Writer) -> Iterator[Server]:
    with Server(write) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)  # as botocore does between its retries


def asked(server: Server, monkeypatch: pytest.MonkeyPatch, service: str = "ec2") -> Any:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_address[1]}")
    call = {"ec2": VPCS, "ecs": CLUSTER_NAMES}[service]
    return list(iterate_pages(make_clients("eu-west-1")(service), call, {}))


def refusal(server: Server, monkeypatch: pytest.MonkeyPatch, service: str = "ec2") -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        asked(server, monkeypatch, service)
    return caught.value


def always(content: bytes) -> Writer:
    return lambda file, _number: file.write(content)


def test_user_agent_names_skerry_and_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(answer())) as server:
        asked(server, monkeypatch)
        (agent,) = (line for line in server.heads[0].splitlines() if line.lower().startswith("user-agent"))
    assert agent.endswith(f" skerry/{version('skerry')}")


class TestDamagedAnswers:
    def test_damaged_answer_is_retried(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def write(file: Any, number: int) -> None:
            file.write(answer(b"<html/>") if number < 3 else answer())

        with serving(write) as server:
            (page,) = asked(server, monkeypatch)
            assert (page["Vpcs"], len(server.heads)) == ([], 3)

    def test_damaged_answer_is_refused_after_all_retries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(always(answer(b"<html/>"))) as server:
            found = refusal(server, monkeypatch)
            assert len(server.heads) == transport.RETRIES + 1
        assert (found.code, found.message) == ("DamagedAnswer", "its root is html, not DescribeVpcsResponse")

    def test_html_answer_with_status_503_is_refused_as_503(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(always(answer(b"<html><p></html>", "503 Busy"))) as server:
            assert refusal(server, monkeypatch).code == "503"


class TestAnswerSize:
    def test_oversized_answer_is_refused_before_its_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(transport, "MOST_BYTES", 1000)
        written: list[int] = []

        def write(file: Any, _number: int) -> None:
            file.write(answer(b"", Content_Length=""))
            written.extend(file.write(b"x" * 100_000) for _ in range(2000))

        with serving(write) as server:
            found = refusal(server, monkeypatch)
        assert "larger than 1000 bytes" in found.message
        assert sum(written) < 2000 * 100_000

    def test_answer_of_exactly_the_size_limit_is_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(transport, "MOST_BYTES", len(GOOD))
        with serving(always(answer())) as server:
            assert len(asked(server, monkeypatch)) == 1


class TestAnswerTimeout:
    def test_slow_answer_times_out_although_bytes_keep_arriving(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(transport, "ANSWER_SECONDS", 0.2)
        done, pause = Event(), Event()

        def write(file: Any, _number: int) -> None:
            file.write(answer(b"", Content_Length="10000"))
            for _ in range(10_000):
                if done.is_set():
                    return
                file.write(b"x")
                file.flush()
                pause.wait(0.01)

        with serving(write) as server:
            found = refusal(server, monkeypatch)
            done.set()
        assert found.code == "ReadTimeoutError"


class TestConnections:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\x15\x03\x01\x00\x02\x02",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\n<a/>",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<a/>",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n99\r\n<a/>",
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
            b"HTTP/1.1 200 OK\r\n" + b"X" * 100_000,
        ],
        ids=["closed", "no HTTP", "two lengths", "bad chunk", "cut chunk", "many headers", "long header"],
    )
    def test_invalid_http_answer_is_retried_and_refused(self, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(always(content)) as server:
            found = refusal(server, monkeypatch)
            assert len(server.heads) > 1
        assert found.error is not None
