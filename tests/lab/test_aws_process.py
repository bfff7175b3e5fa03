"""AWS's side of a lab: who answers under which name, and with whose certificate."""

import base64
import socket
import ssl
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from skerry.embedded.dispatch import Answered, EmbeddedRequest
from skerry.lab import tls_proxy
from skerry.lab.aws_fixtures import STORAGE_HOST, LabFixtures, RegistryFixture
from skerry.lab.client_arguments import Region
from skerry.lab.tls_proxy import TlsServer
from skerry.net.hostname import Hostname

BUCKET = Hostname("prod-us-east-2-starport-layer-bucket.s3.us-east-2.amazonaws.com")
ECR = Hostname("111122223333.dkr.ecr.us-east-2.amazonaws.com")
STOCK = LabFixtures(
    Region("eu-west-1"),
    (
        RegistryFixture(ECR, "password", None, BUCKET),
        RegistryFixture(Hostname("registry-1.docker.io"), "token", Hostname("auth.docker.io"), Hostname("cdn.example")),
        RegistryFixture(Hostname("quay.io"), "nothing"),
    ),
)
PASSWORD = {"Authorization": f"Basic {base64.b64encode(b'AWS:any').decode()}"}


class _Distribution(BaseHTTPRequestHandler):
    """As the registry does: blobs are elsewhere, manifests are here."""

    def do_GET(self) -> None:
        blob = "/blobs/" in self.path
        self.send_response(307 if blob else 200)
        if blob:
            self.send_header("Location", f"https://{STORAGE_HOST}/data?X-Amz-Signature=1")
        self.end_headers()
        self.wfile.write(b"" if blob else b"manifest")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's
        pass


def answer(asked: EmbeddedRequest) -> Answered:
    """The embedded AWS, as far as these tests need it: it says what it was asked."""
    return Answered(200, {}, f"{asked.method} {asked.url} {asked.headers.get('Host', '')}".encode())


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[TlsServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Distribution)
    monkeypatch.setattr(tls_proxy, "REGISTRY", server.server_address)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield TlsServer(STOCK, answer)
    server.shutdown()
    server.server_close()


def get(
    served: TlsServer, url: str, headers: Mapping[str, str] | None = None, mirror: Hostname | None = None
) -> Answered:
    return served.answer(EmbeddedRequest("GET", url, {"Host": url.split("/")[2], **(headers or {})}, b""), mirror)


class TestEcrRegistry:
    def test_ecr_registry_requests_basic_authentication(self, served: TlsServer) -> None:
        found = get(served, f"https://{ECR}/v2/web/manifests/1")
        assert found.status == 401
        assert found.headers["WWW-Authenticate"] == f'Basic realm="https://{ECR}/",service="ecr.amazonaws.com"'

    def test_ecr_registry_returns_manifests_with_the_password(self, served: TlsServer) -> None:
        assert get(served, f"https://{ECR}/v2/web/manifests/1", PASSWORD).body == b"manifest"

    def test_ecr_registry_refuses_another_user(self, served: TlsServer) -> None:
        other = {"Authorization": f"Basic {base64.b64encode(b'somebody:any').decode()}"}
        assert get(served, f"https://{ECR}/v2/web/manifests/1", other).status == 401

    def test_ecr_registry_redirects_layers_to_its_regional_bucket(self, served: TlsServer) -> None:
        found = get(served, f"https://{ECR}/v2/web/blobs/sha256:1", PASSWORD)
        assert (found.status, found.headers["Location"]) == (307, f"https://{BUCKET}/data?X-Amz-Signature=1")

    def test_ecr_mirror_requires_no_password(self, served: TlsServer) -> None:
        assert get(served, "http://127.0.0.1:5001/v2/web/manifests/1", mirror=ECR).body == b"manifest"


class TestOtherRegistries:
    def test_docker_hub_registry_names_its_token_host(self, served: TlsServer) -> None:
        found = get(served, "https://registry-1.docker.io/v2/library/nginx/manifests/1")
        wanted = 'Bearer realm="https://auth.docker.io/token",service="registry-1.docker.io"'
        assert (found.status, found.headers["WWW-Authenticate"]) == (401, wanted)

    def test_docker_hub_registry_accepts_the_issued_token(self, served: TlsServer) -> None:
        assert get(served, "https://auth.docker.io/token?scope=x").body == b'{"token": "lab"}'
        token = {"Authorization": "Bearer lab"}
        assert get(served, "https://registry-1.docker.io/v2/library/nginx/manifests/1", token).body == b"manifest"

    def test_registry_without_blob_host_returns_blobs_itself(self, served: TlsServer) -> None:
        found = get(served, "https://quay.io/v2/org/web/blobs/sha256:1")
        assert found.body.decode() == f"GET https://{STORAGE_HOST}/data?X-Amz-Signature=1 {STORAGE_HOST}"


class TestHosts:
    def test_blob_host_is_served_from_the_storage_bucket(self, served: TlsServer) -> None:
        assert get(served, f"https://{BUCKET}/data").body.decode() == f"GET https://{STORAGE_HOST}/data {STORAGE_HOST}"

    def test_aws_host_is_served_by_the_embedded_aws(self, served: TlsServer) -> None:
        host = "logs.eu-west-1.amazonaws.com"
        assert get(served, f"https://{host}/").body.decode() == f"GET https://{host}/ {host}"

    def test_host_certificate_is_issued_by_the_lab_authority(self, served: TlsServer, tmp_path: Path) -> None:
        served.write_authority(tmp_path / "authority.pem")
        context = ssl.create_default_context(cafile=tmp_path / "authority.pem")
        for host in ("logs.eu-west-1.amazonaws.com", "api.ecr.eu-west-1.amazonaws.com"):
            with socket.create_server(("127.0.0.1", 0)) as listener:
                ours = socket.create_connection(listener.getsockname())
                served.take(listener.accept()[0])
            with ours, context.wrap_socket(ours, server_hostname=host) as secured:
                secured.sendall(f"GET /x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                said = b"".join(iter(lambda: secured.recv(4_096), b""))
            assert said.startswith(b"HTTP/1.1 200")
            assert said.endswith(f"GET https://{host}/x {host}".encode())


def said(served: TlsServer, request: str) -> bytes:
    """The whole answer to a request in the clear, as a task's copy of a registry is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        served.take(listener.accept()[0], ECR)
    with ours:
        ours.settimeout(10)
        ours.sendall(request.encode("latin-1"))
        ours.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: ours.recv(4_096), b""))


class TestInvalidRequests:
    @pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "99999999999", "300000000", "1 1", "\xb2"])
    def test_request_with_invalid_content_length_is_refused(self, served: TlsServer, length: str) -> None:
        assert said(served, f"POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: {length}\r\n\r\n").startswith(
            b"HTTP/1.1 400"
        )

    @pytest.mark.parametrize("host", ["a b", "a/../b", "user@a.example", "a.example:80:90", "*.example", "", "\xe4"])
    def test_request_with_invalid_host_is_refused(self, served: TlsServer, host: str) -> None:
        assert said(served, f"GET /x HTTP/1.1\r\nHost: {host}\r\n\r\n").startswith(b"HTTP/1.1 400")

    def test_request_with_absolute_url_is_refused(self, served: TlsServer) -> None:
        assert said(served, "GET http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n").startswith(b"HTTP/1.1 400")

    def test_request_with_malformed_password_returns_401(self, served: TlsServer) -> None:
        broken = {"Authorization": "Basic !!!a"}
        assert get(served, f"https://{ECR}/v2/web/manifests/1", broken).status == 401


def test_response_headers_with_line_breaks_are_omitted() -> None:
    injected = {"X-A": "1\r\nX-Evil: 1", "X-B\r\nX-Evil": "1", "X-C": "kept", "Content-Length": "5\r\nX-Evil: 1"}
    front_ = TlsServer(STOCK, lambda _: Answered(200, injected, b"body"))
    answer = said(front_, "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n")
    assert b"X-C: kept" in answer
    assert b"Evil" not in answer


@pytest.mark.parametrize("name", ["a b.example", "a\nb.example", "../x", "a/b"])
def test_certificate_for_an_invalid_host_name_is_refused(served: TlsServer, name: str) -> None:
    class Connection:
        context: object = None

    connection = Connection()
    assert served._choose(connection, name, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)) is not None  # type: ignore[arg-type]  # noqa: SLF001
    assert connection.context is None
