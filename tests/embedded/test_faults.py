"""Faults as data: lost connections, throttling, denials, expired tokens, delays."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from skerry.embedded.fault_injection import Faults
from skerry.embedded.fault_rules import FAULTS_VARIABLE, InjectedFault, parse_faults
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.errors import SkerryError

CREATE = "ec2:CreateSecurityGroup"


@pytest.fixture(scope="module")
def faults() -> Faults:
    return Faults()


@pytest.fixture(scope="module")
def running(faults: Faults) -> Iterator[None]:
    with run_embedded_aws("eu-west-1", faults):
        yield


@pytest.fixture
def ec2(running: None, faults: Faults) -> Iterator[Any]:
    """A client that never tries again."""
    del running
    yield client("ec2", attempts=1)
    faults.clear()


def client(service: str, attempts: int) -> Any:
    return boto3.client(
        service, "eu-west-1", config=Config(retries={"mode": "standard", "total_max_attempts": attempts})
    )


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def create(ec2: Any, name: str) -> Any:
    return ec2.create_security_group(GroupName=name, Description="of a test")


def groups(ec2: Any) -> set[str]:
    return {group["GroupName"] for group in ec2.describe_security_groups()["SecurityGroups"]}


def test_connection_dropped_before_the_call_leaves_the_account_unchanged(ec2: Any, faults: Faults) -> None:
    faults.rules = (InjectedFault("drop-before", CREATE, times=1),)
    with pytest.raises(ConnectionClosedError):
        create(ec2, "before")
    assert "before" not in groups(ec2)
    create(ec2, "before")


def test_connection_dropped_after_the_call_leaves_its_effect(ec2: Any, faults: Faults) -> None:
    faults.rules = (InjectedFault("drop-after", CREATE, times=1),)
    with pytest.raises(ConnectionClosedError):
        create(ec2, "after")
    assert "after" in groups(ec2)


def test_retry_after_a_dropped_connection_meets_the_effect_of_the_first_attempt(ec2: Any, faults: Faults) -> None:
    faults.rules = (InjectedFault("drop-after", CREATE, times=1),)
    assert code_of(lambda: create(client("ec2", attempts=2), "twice")) == "InvalidGroup.Duplicate"
    assert faults.seen == [CREATE, CREATE]
    del ec2


def test_retry_after_a_connection_dropped_before_the_call_succeeds(ec2: Any, faults: Faults) -> None:
    faults.rules = (InjectedFault("drop-before", CREATE, times=1),)
    create(client("ec2", attempts=2), "again")
    assert "again" in groups(ec2)


@pytest.mark.parametrize(
    ("kind", "of_ec2", "of_ecs", "of_iam"),
    [
        ("throttle", "RequestLimitExceeded", "ThrottlingException", "Throttling"),
        ("deny", "UnauthorizedOperation", "AccessDeniedException", "AccessDenied"),
        ("expire", "RequestExpired", "ExpiredTokenException", "ExpiredToken"),
    ],
)
def test_fault_answers_with_the_code_of_each_service(
    ec2: Any, faults: Faults, kind: Any, of_ec2: str, of_ecs: str, of_iam: str
) -> None:
    faults.rules = (InjectedFault(kind),)
    assert code_of(ec2.describe_vpcs) == of_ec2
    assert code_of(client("ecs", 1).list_clusters) == of_ecs
    assert code_of(client("iam", 1).list_roles) == of_iam


def test_fault_with_skip_every_and_times_strikes_the_chosen_calls(ec2: Any, faults: Faults) -> None:
    faults.rules = (InjectedFault("error", "ec2:DescribeV*", skip=1, every=2, times=2, code="InternalError"),)
    struck = []
    for number in range(1, 9):
        ec2.describe_subnets()
        try:
            ec2.describe_vpcs()
        except ClientError as error:
            struck.append((number, error.response["Error"]["Code"]))
    assert struck == [(3, "InternalError"), (5, "InternalError")]


def test_first_fault_that_strikes_decides(ec2: Any, faults: Faults) -> None:
    faults.rules = (InjectedFault("throttle", "ec2:*", times=1), InjectedFault("deny", "ec2:DescribeVpcs"))
    assert code_of(ec2.describe_vpcs) == "RequestLimitExceeded"
    assert code_of(ec2.describe_vpcs) == "UnauthorizedOperation"
    assert ec2.describe_subnets()


def test_delay_fault_delays_the_answer(ec2: Any, faults: Faults) -> None:
    faults.rules = (InjectedFault("delay", "ec2:DescribeVpcs", seconds=0.1),)
    begun = time.monotonic()
    ec2.describe_vpcs()
    assert time.monotonic() - begun >= 0.1


@pytest.mark.long
def test_faults_of_the_environment_are_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS_VARIABLE, json.dumps([{"kind": "deny", "action": "ec2:DescribeVpcs"}]))
    code = (
        "import boto3, botocore.exceptions\n"
        "from skerry.embedded.lifecycle import run_embedded_aws\n"
        "with run_embedded_aws():\n"
        "    try:\n"
        "        boto3.client('ec2').describe_vpcs()\n"
        "    except botocore.exceptions.ClientError as error:\n"
        "        print(error.response['Error']['Code'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "UnauthorizedOperation\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '[{"kind": "burn"}]',
        '[{"kind": "deny", "colour": "red"}]',
        '[{"kind": "error"}]',
        '[{"kind": "deny", "code": "Throttling"}]',
        '[{"kind": "delay"}]',
        '[{"kind": "deny", "every": 0}]',
        '[{"kind": "deny", "times": 0}]',
        '[{"kind": "deny", "skip": -1}]',
    ],
)
def test_text_that_is_no_list_of_faults_is_refused(text: str) -> None:
    with pytest.raises(SkerryError, match="not a list of faults"):
        parse_faults(text)
