"""What is made of the words of real clients."""

from pathlib import Path

import pytest

from skerry.lab import client_errors, clients
from skerry.lab.client_arguments import ImageReference
from skerry.lab.client_jobs import Dial, JobResult, Pull, TaskHost
from skerry.lab.paths import build_environment
from skerry.lab.topology_records import TASKS, Port
from skerry.net.cidr import Address
from skerry.net.hostname import Hostname

HEAD = (
    'failed to resolve reference "a.example/web:1": failed to do request: '
    'Head "https://a.example/v2/web/manifests/1": dial tcp 203.0.113.5:443: i/o timeout'
)


class TestCtr:
    def test_ctr_error_is_its_last_line(self) -> None:
        assert client_errors.ctr_error_of(f'time="now" level=info msg="trying next host"\nctr: {HEAD}\n') == HEAD

    def test_ctr_error_without_prefix_is_returned(self) -> None:
        assert client_errors.ctr_error_of("panic: a nil map\n") == "panic: a nil map"

    def test_ctr_error_omits_url_query_strings(self) -> None:
        said = 'ctr: Get "https://b.s3.amazonaws.com/blob?X-Amz-Signature=abc&X-Amz-Expires=9": dial tcp 1.2.3.4:443'
        assert client_errors.ctr_error_of(said) == 'Get "https://b.s3.amazonaws.com/blob?…": dial tcp 1.2.3.4:443'

    def test_ctr_resolve_error_is_about_the_manifest(self) -> None:
        assert client_errors.is_about_manifest(HEAD)
        assert not client_errors.is_about_manifest(
            'failed to copy: httpReadSeeker: failed open: failed to do request: Get "…"'
        )


class TestCredentialHelper:
    def test_credential_helper_error_is_read_from_its_log(self) -> None:
        log = (
            'time="1" level=debug msg="Retrieving credentials"\n'
            'time="2" level=error msg="Error retrieving credentials" '
            'error="ecr: Failed to get: Post \\"https://api.ecr.eu-west-1.amazonaws.com/\\": i/o timeout"\n'
        )
        assert (
            client_errors.helper_error_of(log)
            == 'ecr: Failed to get: Post "https://api.ecr.eu-west-1.amazonaws.com/": i/o timeout'
        )

    def test_credential_helper_log_without_error_gives_empty_text(self) -> None:
        assert client_errors.helper_error_of('time="1" level=debug msg="x"\n') == ""


class TestTransportErrors:
    @pytest.mark.parametrize(
        "said",
        [
            HEAD,
            "lookup api.ecr.eu-west-1.amazonaws.com on 10.0.0.2:53: no such host",
            "Get https://a.example: context deadline exceeded",
            "read tcp 10.0.1.4:5->10.0.1.5:443: read: connection reset by peer",
            "connect: connection refused",
            'Post "https://api.ecr.eu-west-1.amazonaws.com/": EOF',
        ],
    )
    def test_connection_failure_is_a_transport_error(self, said: str) -> None:
        assert client_errors.is_of_transport(said)

    @pytest.mark.parametrize(
        "said", ["not found", "unexpected status code 401 Unauthorized", "x509: unknown authority"]
    )
    def test_server_answer_is_not_a_transport_error(self, said: str) -> None:
        assert not client_errors.is_of_transport(said)


def reference(registry: str, repository: str) -> ImageReference:
    made = ImageReference.parse(registry, repository, "1")
    assert made is not None
    return made


PULL = Pull(1, 2, reference("docker.io", "library/web"), Hostname("registry-1.docker.io"))
COPY = "failed to copy: httpReadSeeker: failed open: failed to do request: Get: dial tcp 1.2.3.4:443: i/o timeout"


class TestPulls:
    """Two runs of `ctr`: of the whole image, and of its layers alone."""

    def pulled(
        self,
        monkeypatch: pytest.MonkeyPatch,
        folder: Path,
        whole: tuple[bool | None, str],
        alone: tuple[bool | None, str],
    ) -> dict[int, tuple[bool | None, str]]:
        ran = {"whole": whole, "layers": alone}

        def fetch(errand: Pull, home: Path, name: str, options: list[str]) -> JobResult:
            assert bool(options) == (name == "layers")
            assert errand is PULL
            assert home == folder
            return JobResult(0, *ran[name], tool="ctr", seconds=1.0)

        monkeypatch.setattr(clients, "_fetch", fetch)
        found: list[JobResult] = []
        clients._pull(PULL, folder, 5_001, found.append)  # noqa: SLF001 -- the part that judges
        return {result.row: (result.worked, result.words) for result in found}

    def test_successful_pull_proves_manifest_and_layers(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        found = self.pulled(monkeypatch, tmp_path, (True, ""), (True, ""))
        assert found == {1: (True, ""), 2: (True, "")}

    def test_pull_failing_at_layers_proves_the_manifest(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        found = self.pulled(monkeypatch, tmp_path, (False, COPY), (False, "another"))
        assert found == {1: (True, ""), 2: (False, COPY)}

    def test_pull_failing_at_manifest_takes_layers_from_the_second_run(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        said = HEAD.replace("a.example", "registry-1.docker.io")
        found = self.pulled(monkeypatch, tmp_path, (False, said), (True, ""))
        assert found == {1: (False, said), 2: (True, "")}

    def test_pull_failing_at_token_host_proves_the_registry_answered(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        said = HEAD.replace("https://a.example/v2", "https://auth.docker.io/token")
        found = self.pulled(monkeypatch, tmp_path, (False, said), (True, ""))
        assert found == {1: (True, ""), 2: (True, "")}

    def test_inconclusive_pull_leaves_both_steps_undecided(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        found = self.pulled(monkeypatch, tmp_path, (None, "not found"), (True, ""))
        assert found == {1: (None, "not found"), 2: (None, "not found")}

    def test_layers_only_pull_uses_only_the_local_mirror(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.pulled(monkeypatch, tmp_path, (True, ""), (True, ""))
        text = (tmp_path / "hosts" / "docker.io" / "hosts.toml").read_text()
        assert '[host."http://127.0.0.1:5001"]' in text
        assert 'server = "http://127.0.0.1:1"' in text


def test_registry_mirrors_have_a_port_each() -> None:
    port = Port(3, "task", TASKS, "subnet-a", (Address("10.0.1.4"),))
    other = Pull(4, None, reference("quay.io", "a/b"), Hostname("quay.io"))
    station = TaskHost(port, (PULL, Dial(3, Hostname("a.example"), 443), other))
    assert clients.mirror_ports_of(station) == {5_001: "registry-1.docker.io", 5_003: "quay.io"}
    assert station.space == "task3"


def test_client_environment_excludes_user_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTPS_PROXY", "AWS_PROFILE", "AWS_ENDPOINT_URL", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, "http://the.users.own")
    assert "http://the.users.own" not in build_environment(tmp_path).values()
    assert build_environment(tmp_path)["HOME"] == str(tmp_path)
