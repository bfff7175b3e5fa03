"""What a link leads to is fetched over the network, with care, and hardly anything of it is kept."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import boto3
import pytest

from skerry.aws import image_config
from skerry.aws.errors import RefusedError
from skerry.aws.image_config import fetch_configuration

CONTENT = {"architecture": "arm64", "os": "linux", "config": {"Env": ["PASSWORD=SECRET"]}}
OPERATION = "GetDownloadUrlForLayer"


class Handler(BaseHTTPRequestHandler):
    """Answers by the path: with a status, a place to go to, and a body."""

    answers: ClassVar[dict[str, tuple[int, str, bytes]]] = {}

    def do_GET(self) -> None:
        status, place, body = self.answers[self.path.partition("?")[0]]
        self.send_response(status)
        if place:
            self.send_header("Location", place)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@contextmanager
def served(**answers: tuple[int, str, bytes]) -> Iterator[str]:
    Handler.answers = {f"/{path}": answer for path, answer in answers.items()}
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def client(endpoint: str | None = None) -> Any:
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    return boto3.session.Session().client("ecr", region_name="eu-west-1", endpoint_url=endpoint, **keys)


def fetched(url: str, endpoint: str | None = None) -> dict[str, str]:
    return fetch_configuration(client(endpoint), OPERATION, url)


def refusal(url: str, endpoint: str | None = None) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        fetched(url, endpoint)
    assert "SECRET" not in str(caught.value)
    assert url not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


def test_image_config_keeps_only_the_platform() -> None:
    with served(c0=(200, "", json.dumps(CONTENT).encode())) as url:
        assert fetched(f"{url}/c0?X-Amz-Signature=SECRET", url) == {"architecture": "arm64", "os": "linux"}


def test_plain_http_link_outside_the_client_endpoint_is_refused() -> None:
    with served(c0=(200, "", json.dumps(CONTENT).encode())) as url:
        for endpoint in (None, "http://127.0.0.1:9", url.replace("http", "https")):
            assert refusal(f"{url}/c0", endpoint).code == "Unreachable"


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:9/x", "file:///etc/hostname", "https://layers.example/SECRET", "/ok"]
)
def test_image_config_redirect_is_refused(place: str) -> None:
    with served(c0=(302, place, b"SECRET"), ok=(200, "", json.dumps(CONTENT).encode())) as url:
        assert refusal(f"{url}/c0", url).message == "the image's configuration could not be fetched (HTTPError)"


def test_oversized_image_config_is_refused() -> None:
    with served(c0=(200, "", b'"' + b"x" * 2_000_000 + b'"')) as url:
        assert refusal(f"{url}/c0", url).code == "Unreadable"


@pytest.mark.parametrize("body", [b"SECRET", b"", b"\xff", b'{"os": SECRET}'])
def test_image_config_with_invalid_json_is_refused(body: bytes) -> None:
    with served(c0=(200, "", body)) as url:
        assert refusal(f"{url}/c0", url).code == "Unreadable"


def test_damaged_image_config_is_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = [b"<html>", b"", json.dumps(CONTENT).encode()]
    monkeypatch.setattr(image_config, "_fetched", lambda _url: contents.pop(0))
    assert fetched("https://layers.example/c0") == {"architecture": "arm64", "os": "linux"}


def test_missing_image_config_is_refused() -> None:
    with served(c0=(404, "", b"SECRET")) as url:
        assert refusal(f"{url}/c0", url).code == "Unreachable"


def test_unreachable_image_config_host_is_refused() -> None:
    assert refusal("https://127.0.0.1:9/SECRET").code == "Unreachable"
    assert refusal("https://127.0.0.1:99999/SECRET").code == "Unreachable"
    assert refusal("https:///SECRET").code == "Unreachable"


def test_image_config_timeout_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(_place: Any, timeout: float, *_: Any) -> Any:
        assert timeout <= 10
        raise TimeoutError("SECRET")

    monkeypatch.setattr("socket.create_connection", late)
    found = refusal("https://layers.example/SECRET")
    assert found.code == "Unreachable"


def test_https_link_to_a_server_without_tls_is_refused() -> None:
    with served(c0=(200, "", b"{}")) as url:
        assert refusal(url.replace("http", "https") + "/c0").code == "Unreachable"


def test_image_config_kept_fields_are_architecture_and_os() -> None:
    assert image_config.KEPT == ("architecture", "os")
