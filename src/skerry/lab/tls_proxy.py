"""TLS proxy for every AWS host name in the lab: certificate by SNI, backend by host."""

import base64
import contextlib
import http.client
import json
import re
import socket
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Lock, Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from skerry.embedded.dispatch import Answer, Answered, EmbeddedRequest
from skerry.lab.aws_fixtures import STORAGE_HOST, LabFixtures, RegistryFixture
from skerry.net.hostname import Hostname

REGISTRY = ("127.0.0.1", 5_000)
"""The address of the real registry, in the namespace of the AWS process."""

_TIMEOUT = 60
_MOST_BODY = 256 * 1_024 * 1_024
_MOST_CERTIFICATES = 1_000
_PORT = re.compile(r"[0-9]{1,5}")
_LENGTH = re.compile(r"[0-9]{1,10}")
# https://www.rfc-editor.org/rfc/rfc9112#section-3.2.1
_PATH = re.compile(r"/[!-~]*")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[ -~\t]*")
_OWN_HEADERS = {"content-length", "connection", "transfer-encoding", "server", "date"}


class TlsServer:
    """A server of TLS connections, each in a thread of its own."""

    def __init__(self, stock: LabFixtures, answer: Answer) -> None:
        import trustme  # noqa: PLC0415 -- only the AWS side needs it

        self._registries = {registry.host: registry for registry in stock.registries}
        self._tokens = {registry.token for registry in stock.registries if registry.token}
        self._blobs = {registry.blobs for registry in stock.registries if registry.blobs}
        self._answer = answer
        self._authority = trustme.CA()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = Lock()

    def write_authority(self, path: Path) -> None:
        """Write the certificate of the lab's certificate authority."""
        path.write_bytes(self._authority.cert_pem.bytes())

    def take(self, connection: socket.socket, mirror: Hostname | None = None) -> None:
        """Serve a connection; ``mirror``: without TLS and login, as the registry of this name."""
        Thread(target=self._serve, args=(connection, mirror), daemon=True).start()

    def _serve(self, connection: socket.socket, mirror: Hostname | None) -> None:
        # A client may disconnect, distrust the lab's authority or not speak HTTP; none is an error here.
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException), connection:
            connection.settimeout(_TIMEOUT)
            if mirror is not None:
                _Handler(connection, self, mirror)
                return
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.sni_callback = self._choose
            with context.wrap_socket(connection, server_side=True) as secured:
                _Handler(secured, self, None)

    def _choose(self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> int | None:
        host = Hostname.parse(name or "no-name.invalid")
        if host is None:
            return int(ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)
        connection.context = self._context(host)
        return None

    def _context(self, name: Hostname) -> ssl.SSLContext:
        with self._lock:
            if len(self._contexts) >= _MOST_CERTIFICATES:
                self._contexts.clear()
            if name not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._authority.issue_cert(name).configure_cert(context)
                self._contexts[name] = context
            return self._contexts[name]

    def answer(self, asked: EmbeddedRequest, mirror: Hostname | None) -> Answered:
        """Answer a request: host names of registries by the registry, all others by the embedded AWS."""
        parts = urlsplit(asked.url)
        host = Hostname.parse(parts.netloc.partition(":")[0])
        if host is None or host.is_wildcard:
            return Answered(400, {}, b"")
        registry = self._registries.get(mirror or host)
        if registry is not None and parts.path.startswith("/v2"):
            challenge = None if mirror else _challenge(registry, asked.headers)
            if challenge:
                return Answered(401, {"WWW-Authenticate": challenge, "Content-Type": "application/json"}, b"{}")
            return self._led(_from_registry(asked), registry)
        if host in self._tokens:
            # https://distribution.github.io/distribution/spec/auth/token/
            return Answered(200, {"Content-Type": "application/json"}, json.dumps({"token": "lab"}).encode())
        if host in self._blobs:
            url = urlunsplit(parts._replace(netloc=STORAGE_HOST))
            asked = asked._replace(url=url, headers={**asked.headers, "Host": STORAGE_HOST})
        return self._answer(asked)

    def _led(self, answered: Answered, registry: RegistryFixture) -> Answered:
        """Redirect the client to the registry's own host for blobs, or follow the redirect for the client."""
        location = answered.headers.get("Location", "")
        if STORAGE_HOST not in location:
            return answered
        if registry.blobs is None:
            return self._answer(EmbeddedRequest("GET", location, {"Host": STORAGE_HOST}, b""))
        led = location.replace(STORAGE_HOST, registry.blobs, 1)
        return answered._replace(headers={**answered.headers, "Location": led})


def _challenge(registry: RegistryFixture, headers: Mapping[str, str]) -> str | None:
    """Return the challenge of a registry to a client without credentials; None if it needs none."""
    given = headers.get("Authorization", "")
    if registry.login == "password":
        kind, _, text = given.partition(" ")
        # The password is a token of GetAuthorizationToken, the user name is AWS:
        # https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
        if kind == "Basic" and _decoded(text).startswith(b"AWS:"):
            return None
        return f'Basic realm="https://{registry.host}/",service="ecr.amazonaws.com"'
    if registry.login == "token" and not given.startswith("Bearer "):
        return f'Bearer realm="https://{registry.token}/token",service="{registry.host}"'
    return None


def _is_host(text: str) -> bool:
    """Tell whether the header ``Host`` holds a host name and an optional port."""
    name, colon, port = text.partition(":")
    host = Hostname.parse(name)
    return host is not None and not host.is_wildcard and (not colon or _PORT.fullmatch(port) is not None)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError:
        return b""


def _from_registry(asked: EmbeddedRequest) -> Answered:
    parts = urlsplit(asked.url)
    connection = http.client.HTTPConnection(*REGISTRY, timeout=_TIMEOUT)
    headers = {key: value for key, value in asked.headers.items() if key.lower() != "authorization"}
    connection.request(asked.method, urlunsplit(("", "", parts.path, parts.query, "")), asked.body, headers)
    response = connection.getresponse()
    answered = Answered(response.status, dict(response.getheaders()), response.read())
    connection.close()
    return answered


class _Handler(BaseHTTPRequestHandler):
    """A handler of the HTTP requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, connection: socket.socket, front: TlsServer, mirror: Hostname | None) -> None:
        self._front = front
        self._mirror = mirror
        server: Any = SimpleNamespace()
        super().__init__(connection, ("", 0), server)

    def _answer(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        host = self.headers.get("Host", "")
        bounded = _LENGTH.fullmatch(length) and int(length) <= _MOST_BODY
        if not (bounded and _is_host(host) and _PATH.fullmatch(self.path)):
            self.close_connection = True
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        body = self.rfile.read(int(length))
        request = EmbeddedRequest(self.command, f"https://{host}{self.path}", dict(self.headers.items()), body)
        answered = self._front.answer(request, self._mirror)
        self.send_response(answered.status)
        for name, value in answered.headers.items():
            if name.lower() not in _OWN_HEADERS and _HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value):
                self.send_header(name, value)
        lengths = [
            value
            for name, value in answered.headers.items()
            if name.lower() == "content-length" and _LENGTH.fullmatch(value)
        ]
        has_own_length = self.command == "HEAD" and lengths
        self.send_header("Content-Length", lengths[0] if has_own_length else str(len(answered.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answered.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _answer  # noqa: N815 -- the base class's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 -- the base class's
        """Print nothing."""
