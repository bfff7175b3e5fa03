"""`skerry embedded`: the embedded AWS as a server, and its page."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from skerry.app.embedded_server import serve_embedded_aws
from skerry.embedded.fault_rules import parse_faults
from skerry.embedded.rules import read_rules
from tests import pages
from tests.commands import Skerry, complaint

PAGE = pages.ROOT / "docs" / "embedded.md"
KEYS = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}


@contextmanager
def served(*arguments: object, ends_by: int = signal.SIGINT, code: int = 0) -> Iterator[str]:
    """Run the command, and end it by a signal."""
    command = [sys.executable, "-m", "skerry", "embedded", "--port", "0", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            ready = process.stdout.readline()
            assert ready.startswith("embedded AWS ready: http://127.0.0.1:")
            yield ready.split()[-1]
        finally:
            process.send_signal(ends_by)
            _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    assert process.returncode == code


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Skerry:
    return Skerry(monkeypatch, capsys)


def client(service: str, url: str) -> Any:
    return boto3.client(service, "eu-west-1", endpoint_url=url, **KEYS)


def diagnosed(url: str) -> subprocess.CompletedProcess[str]:
    """Diagnose the served account in a process of its own."""
    names = ("AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    environment = os.environ | dict(zip(names, (url, "eu-west-1", "any", "any"), strict=True))
    command = [sys.executable, "-m", "skerry", "diagnose"]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


@pytest.mark.long
def test_server_starts_from_a_network_and_keeps_its_state(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with served("--network", "broken", "--state", state) as url:
        done = diagnosed(url)
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.startswith("blocked")
        client("ecs", url).create_cluster(clusterName="kept")
    assert state.stat().st_mode & 0o777 == 0o600
    with served("--network", "working", "--state", state, ends_by=signal.SIGTERM, code=143) as url:
        arns = client("ecs", url).list_clusters()["clusterArns"]
        assert {arn.rpartition("/")[2] for arn in arns} == {"article", "kept"}
        assert client("ec2", url).describe_vpc_endpoints()["VpcEndpoints"] == []
        client("ecs", url).create_cluster(clusterName="later")
    with served("--state", state) as url:
        assert len(client("ecs", url).list_clusters()["clusterArns"]) == 3


@pytest.mark.long
def test_server_starts_from_the_working_network_with_delays() -> None:
    with served("--network", "working", "--deleting", "60") as url:
        done = diagnosed(url)
        assert (done.returncode, done.stderr) == (0, "")
        ec2 = client("ec2", url)
        first = ec2.describe_vpc_endpoints()["VpcEndpoints"][0]["VpcEndpointId"]
        ec2.delete_vpc_endpoints(VpcEndpointIds=[first])
        states = {row["VpcEndpointId"]: row["State"] for row in ec2.describe_vpc_endpoints()["VpcEndpoints"]}
        assert states.pop(first) == "deleting"
        assert set(states.values()) == {"available"}


def test_use_case_serves_loads_and_saves(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with serve_embedded_aws(state=state) as server:
        assert server.lines == ()
        client("ecs", server.url).create_cluster(clusterName="kept")
    with serve_embedded_aws(network="broken", state=state) as server:
        assert server.lines == (f"loaded the state of {state}",)
        [arn] = client("ecs", server.url).list_clusters()["clusterArns"]
        assert arn.endswith("/kept")


def test_file_that_is_no_state_is_refused(run: Skerry, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"Vpcs": []}')
    assert "not a state of the embedded AWS" in complaint(run("embedded", "--port", "0", "--state", state))
    assert state.read_text() == '{"Vpcs": []}'


@pytest.mark.long
def test_taken_port_is_reported() -> None:
    with serve_embedded_aws() as server:
        port = server.url.rpartition(":")[2]
        command = [sys.executable, "-m", "skerry", "embedded", "--port", port]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"port {port} of this machine cannot be used" in done.stderr


def test_page_has_every_rule_and_valid_examples() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for rule in read_rules().values():
        assert f"| {rule.calls} | {rule.text} |" in text
    [example] = re.findall(r"-d '(.*)'", text)
    [fault] = parse_faults(example)
    assert (fault.kind, fault.action, fault.times) == ("drop-after", "ec2:CreateVpcEndpoint", 1)
    assert json.loads(example)


@pytest.mark.long
def test_fixture_of_the_page_works(tmp_path: Path) -> None:
    [fixture] = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    test = (
        "\nimport boto3\n"
        "def test_vpc(aws_url):\n"
        "    ec2 = boto3.client('ec2', 'eu-west-1', endpoint_url=aws_url,\n"
        "        aws_access_key_id='any', aws_secret_access_key='any')\n"
        "    assert len(ec2.describe_vpc_endpoints()['VpcEndpoints']) == 5\n"
    )
    program = tmp_path / "skerry"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m skerry "$@"\n')
    program.chmod(0o755)
    (tmp_path / "test_it.py").write_text(fixture + test)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "test_it.py")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
