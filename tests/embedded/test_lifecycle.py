"""The embedded AWS keeps to itself, and leaves the process as it found it."""

import os
import socket
import sys
from typing import Any, NoReturn

import boto3
import pytest

from skerry.aws.session import make_clients
from skerry.embedded import demo_deployment
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.errors import SkerryError
from skerry.sources.live import read


class SocketOpenedError(AssertionError):
    """Something tried to reach a network."""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any, **_named: Any) -> NoReturn:
        raise SocketOpenedError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def users_settings(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a user's shell may hold: each of it would lead boto3 or moto elsewhere."""
    settings = {
        "AWS_ACCESS_KEY_ID": "AKIAUSER",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_SESSION_TOKEN": "token",
        "AWS_PROFILE": "a-profile-that-does-not-exist",
        "AWS_REGION": "us-west-2",
        "AWS_CONFIG_FILE": "/nowhere/.aws/config",
        "AWS_ENDPOINT_URL": "http://localhost:4566",
        "AWS_ENDPOINT_URL_EC2": "http://localhost:4566",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "MOTO_ECS_SERVICE_RUNNING": "7",
    }
    for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
        monkeypatch.delenv(name)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


def settings_now() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "MOTO_"))}


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-2"])
def test_demo_and_its_repair_open_no_socket(region: str) -> None:
    with run_embedded_aws(region):
        client = make_clients(region)
        deployment = demo_deployment.build(client)
        assert f":{region}:" in deployment.task_definition
        assert len(demo_deployment.repair(client, deployment).interface_endpoints) == 4
        assert read(client).documents


def test_embedded_aws_hides_user_settings(users_settings: dict[str, str]) -> None:
    with run_embedded_aws("eu-central-1"):
        now = settings_now()
        assert not now.items() & users_settings.items()
        assert "AWS_PROFILE" not in now
        assert now["AWS_CONFIG_FILE"] == now["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
        ec2 = boto3.client("ec2")
        assert ec2.meta.endpoint_url == "https://ec2.eu-central-1.amazonaws.com"
        assert ec2.describe_vpcs()["Vpcs"]


def test_embedded_aws_restores_user_settings(users_settings: dict[str, str]) -> None:
    with run_embedded_aws():
        os.environ["AWS_LEFT_BEHIND"] = "here"
    assert settings_now() == users_settings


def test_embedded_aws_restores_user_settings_after_exception(users_settings: dict[str, str]) -> None:
    with pytest.raises(ZeroDivisionError), run_embedded_aws():
        raise ZeroDivisionError
    assert settings_now() == users_settings


def test_embedded_aws_keeps_no_state_between_runs() -> None:
    with run_embedded_aws():
        make_clients("eu-west-1")("ecs").create_cluster(clusterName="first")
    with run_embedded_aws():
        assert make_clients("eu-west-1")("ecs").list_clusters()["clusterArns"] == []


def test_embedded_aws_refuses_requests_to_other_hosts() -> None:
    with run_embedded_aws():
        s3 = boto3.client("s3", endpoint_url="https://storage.example.com")
        with pytest.raises(SkerryError, match=r"no answer for https://storage\.example\.com"):
            s3.list_buckets()


def test_nested_embedded_aws_raises() -> None:
    with run_embedded_aws():
        with pytest.raises(RuntimeError, match="already"), run_embedded_aws():
            pass
        assert make_clients("eu-west-1")("ec2").describe_vpcs()["Vpcs"]


def test_embedded_aws_without_moto_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(os.environ)
    monkeypatch.setitem(sys.modules, "moto", None)
    with pytest.raises(SkerryError, match="moto, which is not installed") as caught, run_embedded_aws():
        pass
    assert caught.value.remedy == "Install skerry with the extra demo: pipx install --force '.[demo]' in its checkout"
    assert dict(os.environ) == before
