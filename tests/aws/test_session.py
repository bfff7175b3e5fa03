"""Clients are made once for a service, for one region, and retry as AWS's SDKs should."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from skerry.aws.session import ClientFactory, clients
from skerry.embedded.running import running


@pytest.fixture(scope="module")
def client() -> Iterator[ClientFactory]:
    with running("us-east-1"):
        yield clients("eu-central-1")


def test_a_client_is_of_its_service_and_of_the_region(client: ClientFactory) -> None:
    assert client("ec2").meta.service_model.service_name == "ec2"
    assert client("ecs").meta.region_name == "eu-central-1"


def test_a_client_is_made_once(client: ClientFactory) -> None:
    assert client("ec2") is client("ec2")
    assert client("ec2") is not clients("eu-central-1")("ec2")


def test_a_client_retries_in_the_standard_mode(client: ClientFactory) -> None:
    assert client("ec2").meta.config.retries["mode"] == "standard"


def test_the_module_alone_does_not_load_boto3() -> None:
    code = "import sys, skerry.aws.session; sys.exit(bool({'boto3', 'botocore'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
