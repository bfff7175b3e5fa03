"""Clients are made once for a service, for one region, and retry as AWS's SDKs should."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from skerry.aws.session import Account, ClientFactory, make_clients
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.errors import SkerryError


@pytest.fixture(scope="module")
def client() -> Iterator[ClientFactory]:
    with run_embedded_aws("us-east-1"):
        yield make_clients("eu-central-1")


def test_client_has_the_requested_service_and_region(client: ClientFactory) -> None:
    assert client("ec2").meta.service_model.service_name == "ec2"
    assert client("ecs").meta.region_name == "eu-central-1"


def test_client_is_cached_within_its_factory(client: ClientFactory) -> None:
    assert client("ec2") is client("ec2")
    assert client("ec2") is not make_clients("eu-central-1")("ec2")


def test_client_retries_in_standard_mode(client: ClientFactory) -> None:
    assert client("ec2").meta.config.retries["mode"] == "standard"


def test_session_module_import_does_not_load_boto3() -> None:
    code = "import sys, skerry.aws.session; sys.exit(bool({'boto3', 'botocore'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration file of AWS, and nothing else that tells of credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "config"
    path.write_text("[profile work]\nregion = eu-north-1\naws_access_key_id = a\naws_secret_access_key = b\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    return path


@pytest.mark.usefixtures("settings")
class TestBoto3Configuration:
    def test_profile_gives_region_and_credentials(self) -> None:
        client = Account(profile="work").make_clients()("ec2")
        assert client.meta.region_name == "eu-north-1"
        assert client._request_signer._credentials.access_key == "a"  # noqa: SLF001 - there is no other way to see it

    def test_requested_region_overrides_the_profile(self) -> None:
        assert Account("work", "eu-west-3").make_clients()("ec2").meta.region_name == "eu-west-3"

    def test_client_uses_aws_endpoint_url(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
        assert make_clients(profile="work")("ecs").meta.endpoint_url == "http://127.0.0.1:4566"

    def test_missing_profile_raises_with_remedy(self) -> None:
        with pytest.raises(SkerryError, match=r"\(home\)") as caught:
            make_clients(profile="home")
        assert "list-profiles" in caught.value.remedy

    def test_missing_region_raises(self) -> None:
        with pytest.raises(SkerryError, match="no Region is given"):
            make_clients()

    def test_invalid_region_name_raises(self) -> None:
        with pytest.raises(SkerryError, match="eu west is no name of a Region"):
            make_clients("eu west", "work")("ec2")

    def test_partial_credentials_raise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
        with pytest.raises(SkerryError, match="Partial credentials"):
            make_clients("eu-west-1")("ec2")

    def test_malformed_config_file_raises_with_remedy(self, settings: Path) -> None:
        settings.write_text("[profile work\n")
        with pytest.raises(SkerryError) as caught:
            make_clients(profile="work")
        assert "Correct the file" in caught.value.remedy
