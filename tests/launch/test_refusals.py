"""What ECS refuses on Fargate, by the task definition alone."""

from typing import Any

import msgspec
import pytest

from skerry.launch.needs import Fault, Need, Unread
from skerry.launch.refusals import refusals_of
from skerry.model.ecs import TaskDefinition
from skerry.sources.text_types import parse_value
from tests.networks import ACCOUNT, awslogs, container

ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
WHOLE: dict[str, Any] = {
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "executionRoleArn": ROLE,
}


def refusals(*containers: dict[str, Any], account: str | None = ACCOUNT, **more: Any) -> list[Need]:
    """Return the refusals of a whole definition with these containers; None removes a field."""
    fields = {key: value for key, value in (WHOLE | more).items() if value is not None}
    definition = msgspec.convert(
        {**fields, "containerDefinitions": list(containers)}, TaskDefinition, dec_hook=parse_value
    )
    return list(refusals_of(definition, account))


def fault_of(*containers: dict[str, Any], **more: Any) -> tuple[str, str]:
    (need,) = refusals(*containers, **more)
    assert isinstance(need, Fault)
    return need.step, need.code


def test_whole_definition_is_not_refused() -> None:
    assert refusals(container(logConfiguration=awslogs(), secrets=[{"name": "A", "valueFrom": "a"}])) == []


@pytest.mark.parametrize(
    ("containers", "step"),
    [
        ([container()], "registry-auth"),
        ([container(image="nginx:1", secrets=[{"name": "A", "valueFrom": "a"}])], "secrets"),
        ([container(image="nginx:1", logConfiguration=awslogs())], "logs"),
        ([container(image="nginx:1", repositoryCredentials={"credentialsParameter": "a"})], "secrets"),
    ],
)
def test_missing_execution_role_is_refused_at_its_first_use(containers: list[Any], step: str) -> None:
    assert fault_of(*containers, executionRoleArn=None) == (step, "EXECUTION_ROLE_REQUIRED")


def test_missing_execution_role_is_allowed_without_use() -> None:
    assert refusals(container(image="nginx:1"), executionRoleArn=None) == []


def test_definition_without_size_and_compatibility_is_taken_as_a_part() -> None:
    parts = {"executionRoleArn": None, "cpu": None, "memory": None, "requiresCompatibilities": None}
    logs = {"logDriver": "awslogs", "options": {}}
    assert refusals(container(logConfiguration=logs), **parts) == []


def test_network_mode_other_than_awsvpc_is_refused() -> None:
    assert fault_of(container(), networkMode="bridge") == ("placement", "NETWORK_MODE_NOT_AWSVPC")
    assert refusals(container(), networkMode=None) == []


def test_definition_for_ec2_alone_is_refused() -> None:
    assert fault_of(container(), requiresCompatibilities=["EC2"]) == ("placement", "NOT_COMPATIBLE_WITH_FARGATE")
    assert refusals(container(), requiresCompatibilities=["EC2", "FARGATE"]) == []


@pytest.mark.parametrize(
    ("cpu", "memory", "offered"),
    [
        ("256", "512", True),
        ("256", "4096", False),
        ("1024", "2048", True),
        ("1024", "1024", False),
        ("1 vCPU", "2 GB", True),
        (".5 vCPU", "1GB", True),
        ("0.25vcpu", "0.5 GB", True),
        ("300", "512", False),
        ("8192", "17408", False),
        ("16384", "122880", True),
        (2048, 4096, True),
    ],
)
def test_size_is_one_that_fargate_offers(cpu: Any, memory: Any, offered: bool) -> None:  # noqa: FBT001
    found = refusals(container(), cpu=cpu, memory=memory)
    assert [need.code for need in found if isinstance(need, Fault)] == ([] if offered else ["SIZE_NOT_ON_FARGATE"])


@pytest.mark.parametrize(("cpu", "memory"), [("32768", "65536"), ("much", "512"), ("256", "1.5"), ("256", "")])
def test_size_beyond_the_table_is_unknown(cpu: str, memory: str) -> None:
    (need,) = refusals(container(), cpu=cpu, memory=memory)
    assert isinstance(need, Unread)
    assert need.fact == f"whether Fargate offers cpu {cpu} with memory {memory}"


@pytest.mark.parametrize(
    ("absent", "said"), [({"cpu": None}, "cpu"), ({"cpu": None, "memory": None}, "cpu and memory")]
)
def test_definition_for_fargate_without_size_is_refused(absent: dict[str, Any], said: str) -> None:
    (need,) = (need for need in refusals(container(), **absent) if isinstance(need, Fault))
    assert need.message == f"the task definition has no {said} of the task"


def test_privileged_container_is_refused() -> None:
    assert fault_of(container(privileged=True)) == ("placement", "PRIVILEGED_NOT_ON_FARGATE")


def test_container_larger_than_the_task_is_refused() -> None:
    assert fault_of(container(memory=1024)) == ("placement", "CONTAINER_LARGER_THAN_TASK")
    assert refusals(container(memory=512)) == []


@pytest.mark.parametrize("option", ["awslogs-group", "awslogs-region", "awslogs-stream-prefix"])
def test_awslogs_without_a_demanded_option_is_refused(option: str) -> None:
    logs = awslogs()
    del logs["options"][option]
    assert fault_of(container(logConfiguration=logs)) == ("logs", "LOG_OPTION_MISSING")


def test_other_log_drivers_need_no_options_of_awslogs() -> None:
    assert refusals(container(logConfiguration={"logDriver": "splunk", "options": {}})) == []


def test_registry_secret_of_another_account_is_refused() -> None:
    foreign_arn = "arn:aws:secretsmanager:eu-west-1:999999999999:secret:hub-AbCdEf"
    foreign = container(image="nginx:1", repositoryCredentials={"credentialsParameter": foreign_arn})
    assert fault_of(foreign) == ("secrets", "REGISTRY_SECRET_OF_ANOTHER_ACCOUNT")
    assert refusals(foreign, account=None) == []
    own = container(
        image="nginx:1", repositoryCredentials={"credentialsParameter": foreign_arn.replace("9" * 12, ACCOUNT)}
    )
    assert refusals(own) == []


def test_efs_volume_with_iam_needs_a_task_role() -> None:
    volume = {
        "name": "v",
        "efsVolumeConfiguration": {"fileSystemId": "fs-1", "authorizationConfig": {"iam": "ENABLED"}},
    }
    assert fault_of(container(), volumes=[volume]) == ("volumes", "TASK_ROLE_REQUIRED")
    assert refusals(container(), volumes=[volume], taskRoleArn=ROLE) == []
    assert refusals(container(), volumes=[{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]) == []


def test_definition_without_containers_is_judged_by_the_rest() -> None:
    definition = msgspec.convert({"networkMode": "host"}, TaskDefinition, dec_hook=parse_value)
    (need,) = refusals_of(definition, None)
    assert isinstance(need, Fault)
