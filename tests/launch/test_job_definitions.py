"""Job definitions of AWS Batch as task definitions, and the jobs that Batch refuses on Fargate."""

from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from skerry.launch.job_definitions import refusals_of_job, task_definition_of, task_properties_of
from skerry.launch.needs import Fault, Unread
from skerry.model.batch import JobDefinition, ResourceRequirement
from skerry.model.ecs import ContainerDefinition, LogConfiguration
from skerry.sources.text_types import parse_value
from tests.batch import ROLE, job_definition, several, size
from tests.networks import ACCOUNT, IMAGE

SECRETS = [{"name": "A", "valueFrom": "a"}]


def definition_of(properties: dict[str, Any] | None = None, **more: Any) -> JobDefinition:
    return msgspec.convert(job_definition(properties=properties, **more), JobDefinition, dec_hook=parse_value)


def containers_of(definition: JobDefinition) -> tuple[ContainerDefinition, ...]:
    task = task_definition_of(definition)
    assert task is not None
    assert task.container_definitions is not UNSET
    return task.container_definitions


def fault_of(properties: dict[str, Any] | None = None, **more: Any) -> tuple[str, str]:
    (need,) = refusals_of_job(definition_of(properties, **more), ACCOUNT)
    assert isinstance(need, Fault)
    return need.step, need.code


def test_job_container_becomes_a_container_with_default_logs() -> None:
    (container,) = containers_of(definition_of({"secrets": SECRETS}))
    options = {"awslogs-group": "/aws/batch/job", "awslogs-stream-prefix": "job"}
    assert (container.name, container.image) == ("default", IMAGE)
    assert [secret.value_from for secret in container.secrets] == ["a"]
    assert container.log_configuration == LogConfiguration(log_driver="awslogs", options=options)


def test_job_log_options_precede_the_defaults() -> None:
    logs = {"logDriver": "awslogs", "options": {"awslogs-group": "/own"}}
    (container,) = containers_of(definition_of({"logConfiguration": logs}))
    assert container.log_configuration is not None
    assert container.log_configuration.options == {"awslogs-group": "/own", "awslogs-stream-prefix": "job"}


def test_job_with_another_log_driver_keeps_it() -> None:
    logs = {"logDriver": "splunk", "options": {"splunk-url": "https://s"}}
    (container,) = containers_of(definition_of({"logConfiguration": logs}))
    assert container.log_configuration == LogConfiguration(log_driver="splunk", options={"splunk-url": "https://s"})


def test_job_roles_platform_and_volumes_are_the_tasks() -> None:
    efs = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}
    arm = {"cpuArchitecture": "ARM64"}
    task = task_definition_of(definition_of({"jobRoleArn": "role", "volumes": [efs], "runtimePlatform": arm}))
    assert task is not None
    assert (task.execution_role_arn, task.task_role_arn, task.family, task.revision) == (ROLE, "role", "job", 1)
    assert task.runtime_platform.cpu_architecture == "ARM64"
    assert [volume.name for volume in task.volumes] == ["data"]


def test_job_of_several_containers_has_them_all() -> None:
    firelens = {"type": "fluentbit"}
    one = {"name": "one", "image": IMAGE, "resourceRequirements": size()}
    two = {"name": "two", "image": "nginx:1", "essential": False, "firelensConfiguration": firelens}
    definition = definition_of(**several(one, two, platformVersion="1.4.0"))
    first, second = containers_of(definition)
    assert (first.name, second.name, second.essential) == ("one", "two", False)
    assert second.firelens_configuration is not None
    task = task_properties_of(definition)
    assert task is not None
    assert task.platform_version == "1.4.0"


def test_job_of_several_containers_without_them_has_unknown_containers() -> None:
    definition = definition_of(containerProperties=None, ecsProperties={"taskProperties": [{"executionRoleArn": ROLE}]})
    task = task_definition_of(definition)
    assert task is not None
    assert task.container_definitions is UNSET
    assert refusals_of_job(definition, ACCOUNT) == ()
    assert fault_of(containerProperties=None, ecsProperties={"taskProperties": [{}]}) == (
        "placement",
        "EXECUTION_ROLE_REQUIRED",
    )


@pytest.mark.parametrize("properties", [{}, {"ecsProperties": {"taskProperties": []}}])
def test_job_definition_without_a_task_has_no_task_definition(properties: dict[str, Any]) -> None:
    definition = definition_of(**({"containerProperties": None} | properties))
    assert task_definition_of(definition) is None
    assert refusals_of_job(definition, ACCOUNT) == ()


def test_whole_job_definition_is_not_refused() -> None:
    assert refusals_of_job(definition_of(), ACCOUNT) == ()


@pytest.mark.parametrize(
    ("vcpu", "memory"),
    [
        ("0.25", "512"),
        ("0.25", "2048"),
        ("0.5", "3072"),
        ("1", "8192"),
        ("1.0", "2048"),
        ("2", "15360"),
        ("4", "29696"),
        ("8", "61440"),
        ("16", "122880"),
        ("32", "249856"),
    ],
)
def test_job_size_that_batch_lists_is_taken(vcpu: str, memory: str) -> None:
    assert refusals_of_job(definition_of({"resourceRequirements": size(vcpu, memory)}), ACCOUNT) == ()


@pytest.mark.parametrize(
    ("vcpu", "memory"),
    [("1", "4000"), ("0.25", "4096"), ("8", "17408"), ("16", "61440"), ("32", "65536"), ("3", "8192"), ("1", "1024")],
)
def test_job_size_that_batch_does_not_list_is_refused(vcpu: str, memory: str) -> None:
    assert fault_of({"resourceRequirements": size(vcpu, memory)}) == ("placement", "SIZE_NOT_ON_FARGATE")


@pytest.mark.parametrize("kind", ["VCPU", "MEMORY"])
def test_job_without_an_amount_is_refused(kind: str) -> None:
    requirements = [item for item in size() if item["type"] != kind]
    assert fault_of({"resourceRequirements": requirements}) == ("placement", "SIZE_NOT_ON_FARGATE")


def test_job_with_gpu_is_refused() -> None:
    requirements = [*size(), {"type": "GPU", "value": "1"}]
    assert fault_of({"resourceRequirements": requirements}) == ("placement", "SIZE_NOT_ON_FARGATE")


def test_job_size_of_another_form_is_unknown() -> None:
    (need,) = refusals_of_job(definition_of({"resourceRequirements": size("one")}), ACCOUNT)
    assert isinstance(need, Unread)


def test_submission_overrides_the_size() -> None:
    overrides = (ResourceRequirement("MEMORY", "4000"),)
    (need,) = refusals_of_job(definition_of(), ACCOUNT, overrides)
    assert isinstance(need, Fault)
    assert "VCPU 1 with MEMORY 4000" in need.message


@pytest.mark.parametrize(("memory", "known"), [("2048", True), ("3000", False)])
def test_sum_of_several_containers_off_the_list_is_unknown(memory: str, known: bool) -> None:  # noqa: FBT001
    row = {"name": "a", "image": IMAGE, "resourceRequirements": size("1", memory)}
    needs = refusals_of_job(definition_of(**several(row, row | {"name": "b"})), ACCOUNT)
    assert [type(need) for need in needs] == ([] if known else [Unread])


@pytest.mark.parametrize("gib", [20, 201])
def test_ephemeral_storage_outside_the_bounds_is_refused(gib: int) -> None:
    assert fault_of({"ephemeralStorage": {"sizeInGiB": gib}}) == ("placement", "SIZE_NOT_ON_FARGATE")


@pytest.mark.parametrize("gib", [21, 200])
def test_ephemeral_storage_within_the_bounds_is_taken(gib: int) -> None:
    assert refusals_of_job(definition_of({"ephemeralStorage": {"sizeInGiB": gib}}), ACCOUNT) == ()


@pytest.mark.parametrize("capabilities", [["EC2"], []])
def test_job_definition_for_ec2_is_refused_on_fargate(capabilities: list[str]) -> None:
    assert fault_of(platformCapabilities=capabilities) == ("placement", "NOT_COMPATIBLE_WITH_FARGATE")


def test_job_of_several_nodes_is_refused_on_fargate() -> None:
    assert fault_of(type="multinode") == ("placement", "NOT_COMPATIBLE_WITH_FARGATE")


def test_job_with_privileged_container_is_refused() -> None:
    assert fault_of({"privileged": True}) == ("placement", "PRIVILEGED_NOT_ON_FARGATE")


@pytest.mark.parametrize(
    ("properties", "step"),
    [
        ({}, "registry-auth"),
        ({"image": "nginx:1", "secrets": SECRETS}, "secrets"),
        ({"image": "nginx:1"}, "logs"),
        ({"image": "nginx:1", "logConfiguration": {"logDriver": "splunk"}}, "placement"),
    ],
)
def test_job_without_execution_role_is_refused_at_its_first_use(properties: dict[str, Any], step: str) -> None:
    assert fault_of({"executionRoleArn": None} | properties) == (step, "EXECUTION_ROLE_REQUIRED")
