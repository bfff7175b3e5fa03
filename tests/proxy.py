"""A proxy before the embedded AWS that damages some of its answers."""

import http.client
import json
import re
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Lock, Thread
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

PAGE = b"<!DOCTYPE html><html><head><title>Log in</title></head><body>Welcome to the guest network</body></html>"
WELL_FORMED_PAGE = b"<html><head><title>Log in</title></head><body><p>Welcome</p></body></html>"
_BOMB = b"".join(b'<!ENTITY e%d "%s">' % (number, b"&e%d;" % (number - 1) * 10) for number in range(1, 10))
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">' + _BOMB + b"]><x>&e9;</x>"


class Answer(NamedTuple):
    """An answer: its status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def raw(self) -> bytes:
        """Return the bytes on the wire."""
        names = {name.lower() for name in self.headers}
        length = {} if "content-length" in names else {"Content-Length": str(len(self.body))}
        lines = [f"HTTP/1.1 {self.status} X", *(f"{k}: {v}" for k, v in (self.headers | length).items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


_OF_THE_WIRE = {"content-length", "connection", "server", "date"}


def _typed(kind: str, body: bytes, status: int = 200) -> Callable[[Answer, Answer], bytes]:
    return lambda _answer, _other: Answer(status, {"Content-Type": kind}, body).raw()


def _changed(change: Callable[[bytes], bytes]) -> Callable[[Answer, Answer], bytes]:
    return lambda answer, _other: Answer(answer.status, answer.headers, change(answer.body)).raw()


def _with_headers(lines: bytes) -> Callable[[Answer, Answer], bytes]:
    """Change the head of an answer, which then has no length of its own."""
    return lambda answer, _other: b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n" + answer.body


def _is_json(body: bytes) -> bool:
    return body.lstrip()[:1] == b"{"


def _emptied(body: bytes) -> bytes:
    """Take the content of the first key away: an answer of the right type without its rows."""
    return (
        b"{}" if _is_json(body) else re.sub(rb"(<\w+Response[^>]*>).*(</\w+Response>)", rb"\1\2", body, flags=re.DOTALL)
    )


def _nested(body: bytes) -> bytes:
    return b'{"a":' * 100_000 + b"1" + b"}" * 100_000 if _is_json(body) else b"<a>" * 100_000 + b"</a>" * 100_000


def _long_number(body: bytes) -> bytes:
    digits = b"9" * 1_000_000
    return body.rstrip()[:-1] + b',"n":' + digits + b"}" if _is_json(body) else b"<n>" + digits + b"</n>"


def _wrong_types(body: bytes) -> bytes:
    if not _is_json(body):
        return body.replace(b"<item>", b"<item><vpcId><deep/></vpcId>").replace(b"Set>", b"Sets>")
    return json.dumps(
        {key: "text" if isinstance(value, list) else [] for key, value in json.loads(body).items()}
    ).encode()


def _error_with_200(answer: Answer, _other: Answer) -> bytes:
    error = b'{"__type":"InternalFailure","message":"no"}'
    if not _is_json(answer.body):
        error = b"<Response><Errors><Error><Code>InternalError</Code></Error></Errors></Response>"
    return Answer(200, answer.headers, error).raw()


WAYS: dict[str, Callable[[Answer, Answer], bytes]] = {
    "page": _typed("text/html", PAGE),
    "well-formed page": _typed("text/html", WELL_FORMED_PAGE),
    "page as XML": _typed("text/xml", WELL_FORMED_PAGE),
    "redirect": lambda _a, _o: Answer(
        302, {"Location": "http://login.example/", "Content-Type": "text/html"}, PAGE
    ).raw(),
    "forbidden page": _typed("text/html", WELL_FORMED_PAGE, 403),
    "not found page": _typed("text/html", PAGE, 404),
    "unavailable page": _typed("text/html", PAGE, 503),
    "no content": lambda _a, _o: Answer(204, {}, b"").raw(),
    "empty": _changed(lambda _body: b""),
    "emptied": _changed(_emptied),
    "null": _changed(lambda body: re.sub(rb"\[.*\]", b"null", body, flags=re.DOTALL) if _is_json(body) else b"null"),
    "cut": _changed(lambda body: body[: len(body) // 2]),
    "cut on the wire": lambda a, _o: Answer(
        a.status, a.headers | {"Content-Length": str(len(a.body))}, a.body[:-9]
    ).raw(),
    "other answer": lambda _a, other: other.raw(),
    "wrong type": lambda a, _o: Answer(a.status, {"Content-Type": "text/html"}, a.body).raw(),
    "error with 200": _error_with_200,
    "gzip": lambda a, _o: Answer(a.status, a.headers | {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08garbage").raw(),
    "no UTF-8": _changed(lambda body: body.replace(b"a", b"\xff\xfe")),
    "bomb": _changed(lambda _body: BOMB),
    "nested": _changed(_nested),
    "long number": _changed(_long_number),
    "wrong types": _changed(_wrong_types),
    "two lengths": _with_headers(b"Content-Length: 5\r\nContent-Length: 9\r\n"),
    "negative length": _with_headers(b"Content-Length: -5\r\nConnection: close\r\n"),
    "huge length": _with_headers(b"Content-Length: 99999999999999\r\nConnection: close\r\n"),
    "bad chunks": _with_headers(b"Transfer-Encoding: chunked\r\nConnection: close\r\n"),
    "no HTTP": lambda _a, _o: b"\x15\x03\x01\x00\x02\x02",
    "closed": lambda _a, _o: b"",
    "reset": lambda _a, _o: b"RESET",
}
"""How an answer may be damaged, by name: given it and the answer to another operation, the bytes that are sent."""


class Damage:
    """Which answers are damaged: every so many, or all of some operations, in the ways of a list by turns."""

    def __init__(self) -> None:
        self.every = 0
        self.operations: set[str] = set()
        self.ways = tuple(WAYS)
        self.seen: list[str] = []
        self.damaged: list[tuple[str, str]] = []
        self._random = Random(1)  # noqa: S311 - it chooses what is damaged
        self._others: dict[bool, tuple[str, Answer]] = {}
        self._lock = Lock()

    def clear(self, seed: int = 1) -> None:
        """Damage nothing from now on."""
        self.every, self.operations, self.ways = 0, set(), tuple(WAYS)
        self.seen, self.damaged = [], []
        self._random = Random(seed)  # noqa: S311

    def sent(self, operation: str, answer: Answer) -> bytes:
        """Return the bytes to send, and remember the answer as another operation's."""
        with self._lock:
            self.seen.append(operation)
            kind = _is_json(answer.body)
            before = self._others.get(kind)
            if answer.status == 200 and (before is None or before[0] != operation):
                self._others[kind] = (operation, answer)
            is_one = self.every and self._random.randrange(self.every) == 0
            if not is_one and operation not in self.operations:
                return answer.raw()
            way = self._random.choice(self.ways)
            self.damaged.append((operation, way))
            other = before[1] if before is not None and before[0] != operation else Answer(200, {}, b"{}")
            return WAYS[way](answer, other)


def _operation(handler: BaseHTTPRequestHandler, body: bytes) -> str:
    if target := handler.headers.get("X-Amz-Target"):
        return str(target).rpartition(".")[2]
    if action := parse_qs(body.decode("latin-1")).get("Action"):
        return action[0]
    return f"{handler.command} {urlsplit(handler.path).path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server: _Server = self.server  # type: ignore[assignment]
        link = http.client.HTTPConnection("127.0.0.1", server.behind, timeout=60)
        link.request(self.command, self.path, body, dict(self.headers.items()))
        found = link.getresponse()
        headers = {
            name: value
            for name, value in found.getheaders()
            if name.lower() not in {"content-length", "connection", "server", "date"}
        }
        answer = Answer(found.status, headers, found.read())
        link.close()
        sent = server.damage.sent(_operation(self, body), answer)
        if sent == answer.raw():
            self.wfile.write(sent)
            return
        self.close_connection = True
        if sent == b"RESET":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815 - the base class's names

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Print nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, behind: int, damage: Damage) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = behind
        self.damage = damage


@contextmanager
def damaging(url: str, damage: Damage) -> Iterator[str]:
    """Stand before an AWS at an URL: the block is given the URL of the proxy."""
    with _Server(urlsplit(url).port or 80, damage) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
