"""HTTP server of the embedded AWS, which any program with an AWS SDK can use by ``AWS_ENDPOINT_URL``."""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from skerry.embedded.control import CONTROL_PATH, Control
from skerry.embedded.dropped_connections import ConnectionDroppedError
from skerry.embedded.fault_injection import Faults
from skerry.embedded.fault_rules import read_faults
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.embedded.patching import Correction, apply_patches
from skerry.embedded.settings import Settings
from skerry.errors import SkerryError

_SCOPE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")

# Hosts of services that sign with another name than their host's, or have one host for all Regions.
_HOSTS = {
    "iam": "iam.amazonaws.com",
    "pricing": "api.pricing.us-east-1.amazonaws.com",
    "route53": "route53.amazonaws.com",
}
_XML_ERRORS = {"ec2": "<Response><Errors>{}</Errors></Response>"} | dict.fromkeys(
    ("iam", "route53", "s3", "sts"), "<ErrorResponse>{}</ErrorResponse>"
)
_THIS_MACHINE = "http://127.0.0.1:"
_NOT_FOUND, _NOT_IMPLEMENTED = 404, 501


@contextmanager
def serve_over_http(
    region: str = "eu-west-1", faults: Faults | None = None, port: int = 0, settings: Settings | None = None
) -> Iterator[str]:
    """Serve an empty AWS on this machine, and give the block its URL.

    Inside the block, new boto3 clients of this process use it by ``AWS_ENDPOINT_URL``; other programs need the URL
    and any credentials. ``faults`` and ``settings`` may be changed while it serves; without faults, those of the
    environment variable ``FAULTS_VARIABLE`` are in force. ``port`` 0 chooses a free one.

    Raises SkerryError if moto is not installed or the port is taken, and RuntimeError if an embedded AWS runs already.
    """
    wrong = Faults(read_faults()) if faults is None else faults
    used = settings or Settings()
    with run_embedded_aws(region, wrong, used):
        from moto.core.botocore_stubber import BotocoreStubber  # noqa: PLC0415

        server = _listening(port, BotocoreStubber().process_prepared_request, wrong)
        server.control = Control(wrong, used)
        url = f"{_THIS_MACHINE}{server.server_port}"
        let_out = Correction(BotocoreStubber, "__call__", _let_out)
        with server, apply_patches((let_out,)):
            os.environ["AWS_ENDPOINT_URL"] = url
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            try:
                yield url
            finally:
                server.shutdown()
                thread.join()


def _let_out(original: Any, stubber: Any, event_name: str, request: Any, **more: Any) -> Any:
    """Let requests to the server, or to a proxy before it, go over the network."""
    return None if request.url.startswith(_THIS_MACHINE) else original(stubber, event_name, request, **more)


class _Server(ThreadingHTTPServer):
    """A thread for each connection."""

    daemon_threads = True

    def __init__(self, port: int, answer: Any, faults: Faults) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer = answer
        self.faults = faults
        self.control: Control | None = None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing about a client that closed its connection early; print the traceback of any other error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _listening(port: int, answer: Any, faults: Faults) -> _Server:
    try:
        return _Server(port, answer, faults)
    except OSError as error:
        raise SkerryError(f"port {port} of this machine cannot be used: {error.strerror}", "Give another.") from error


class _Handler(BaseHTTPRequestHandler):
    """A handler that gives a request to moto as if it had been sent to the host of the service in its signature."""

    protocol_version = "HTTP/1.1"
    # Nagle's algorithm would hold an answer's body back until its headers are acknowledged.
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.control is not None and self.path.startswith(CONTROL_PATH):
            self._send(*self.server.control.answer(self.command, self.path, body))
            return
        self.server.faults.wait()
        try:
            status, headers, content = self._asked(body)
        except ConnectionDroppedError:
            self.close_connection = True
            return
        except Exception as error:  # noqa: BLE001 - whatever moto fails on, the caller shall have an answer
            text = f"The embedded AWS cannot answer this: {type(error).__name__}: {error}"
            status, headers, content = _NOT_IMPLEMENTED, {}, self._error(text)
        self._send(status, headers, content)

    def _send(self, status: int, headers: Mapping[str, Any], content: bytes) -> None:
        self.send_response(int(status))
        for name, value in headers.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding", "server", "date"}:
                self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _error(self, text: str) -> bytes:
        """Return an error in the format of the service that was called."""
        scope = _SCOPE.search(self.headers.get("Authorization", ""))
        template = _XML_ERRORS.get(scope["service"] if scope else "")
        if template is None:
            return json.dumps({"__type": "NotImplemented", "message": text}).encode()
        return template.format(f"<Error><Code>NotImplemented</Code><Message>{escape(text)}</Message></Error>").encode()

    def _asked(self, body: bytes) -> tuple[int, Mapping[str, Any], bytes]:
        # The signature is in the header, or in the link that was signed for somebody.
        scope = _SCOPE.search(self.headers.get("Authorization", "")) or _SCOPE.search(unquote(self.path))
        if scope is None:
            return _NOT_FOUND, {}, b"The embedded AWS tells a service by the signature of the request; there is none."
        name, region = scope["service"], scope["region"]
        host = _HOSTS.get(name, f"{name}.{region}.amazonaws.com")
        url = f"https://{host}{self.path}"
        request = SimpleNamespace(method=self.command, url=url, headers=self.headers, body=body)
        response = self.server.answer(request)
        if response is None:
            return _NOT_FOUND, {}, f"The embedded AWS has no {name}.".encode()
        status, headers, content = response
        return status, headers, content.encode() if isinstance(content, str) else content

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _answer  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Print nothing."""
