"""ECS Exec: the channel, the key of its sessions, and the logs of their output, from the cluster's configuration."""

from typing import Any

import msgspec

from skerry.catalogue.services import ServiceRef
from skerry.diagnose.diagnose import diagnose
from skerry.launch.launches import Launch, launch_of_service
from skerry.launch.needs import Call, Fault
from skerry.launch.startup import needs_of
from skerry.model.ecs import ClusterConfiguration, TaskDefinition
from skerry.sources.text_types import parse_value
from skerry.verdicts import BLOCKED, OK
from tests.networks import ACCOUNT, REGION, Network, container

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd"
LOGS = {"cloudWatchLogGroupName": "/exec", "s3BucketName": "exec-output"}
WHOLE = {"containerDefinitions": [], "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"]}


def launch(session: dict[str, Any] | None, **task: Any) -> Launch:
    fields = {"taskRoleArn": f"arn:aws:iam::{ACCOUNT}:role/web"} | WHOLE | task
    definition = msgspec.convert(fields, TaskDefinition, dec_hook=parse_value)
    configuration = None
    if session is not None:
        options = {"executeCommandConfiguration": session}
        configuration = msgspec.convert(options, ClusterConfiguration, dec_hook=parse_value)
    return Launch(
        "web", "shop", "web:1", definition, region=REGION, execute_command=True, cluster_configuration=configuration
    )


def calls(session: dict[str, Any] | None) -> dict[str, Call]:
    needs = [need for need in needs_of(launch(session)) if need.step == "exec"]
    assert {need.blocks for need in needs} == {"runtime"}
    return {need.service.key: need for need in needs if isinstance(need, Call) and need.service}


def test_exec_without_a_configuration_calls_only_its_channel() -> None:
    assert list(calls(None)) == list(calls({})) == ["ssmmessages"]


def test_exec_with_a_key_decrypts_with_the_task_role() -> None:
    call = calls({"kmsKeyId": KEY})["kms"]
    assert (call.actions, call.subjects, call.identity) == (("kms:Decrypt",), (KEY,), "task role")
    assert call.host == f"kms.{REGION}.amazonaws.com"


def test_exec_key_is_called_in_its_own_region() -> None:
    assert calls({"kmsKeyId": KEY.replace(REGION, "us-east-1")})["kms"].service == ServiceRef("kms", "us-east-1")
    assert calls({"kmsKeyId": "1234abcd"})["kms"].service == ServiceRef("kms", REGION)


def test_exec_writes_to_its_own_log_group_and_bucket_if_they_override() -> None:
    found = calls({"logging": "OVERRIDE", "logConfiguration": LOGS})
    assert found["logs"].subjects == ("/exec",)
    assert (found["s3"].subjects, found["s3"].host) == (
        ("exec-output",),
        f"exec-output.s3.{REGION}.amazonaws.com",
    )
    assert found["s3"].grade == "inferred"


def test_exec_with_default_logging_writes_to_no_log_of_its_own() -> None:
    for logging in ("DEFAULT", "NONE"):
        assert list(calls({"logging": logging, "logConfiguration": LOGS})) == ["ssmmessages"]
    assert list(calls({"logging": "OVERRIDE"})) == ["ssmmessages"]


def test_exec_with_default_logging_writes_by_the_log_driver_of_the_task() -> None:
    options = {"awslogs-group": "/web", "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
    logged = container() | {"logConfiguration": {"logDriver": "awslogs", "options": options}}
    for session in ({}, {"logging": "DEFAULT"}, {"logging": "NONE"}):
        needs = needs_of(launch(session, containerDefinitions=[logged]))
        to_logs = [need for need in needs if isinstance(need, Call) and need.service and need.service.key == "logs"]
        assert [(need.step, need.subjects, need.identity) for need in to_logs] == [
            ("logs", ("/web",), "execution role")
        ]


def test_exec_of_a_whole_definition_without_task_role_is_a_fault_of_the_runtime() -> None:
    faults = [need for need in needs_of(launch(None, taskRoleArn=None)) if isinstance(need, Fault)]
    assert [(fault.step, fault.code, fault.blocks) for fault in faults] == [("exec", "TASK_ROLE_REQUIRED", "runtime")]
    part = launch(None, taskRoleArn=None, cpu=None, memory=None, requiresCompatibilities=[])
    assert not [need for need in needs_of(part) if isinstance(need, Fault)]


def exec_verdicts(*endpoints: str) -> tuple[str, dict[str, str]]:
    network = Network()
    network.serve_s3()
    for number, service in enumerate(("ecr.api", "ecr.dkr", "ssmmessages", *endpoints)):
        network.endpoint(f"vpce-{number}", service, ["subnet-a", "subnet-b"])
    network.definition(container(), taskRoleArn=f"arn:aws:iam::{ACCOUNT}:role/web")
    row = network.service(subnets=["subnet-a", "subnet-b"], enableExecuteCommand=True)
    session = {"kmsKeyId": KEY, "logging": "OVERRIDE", "logConfiguration": {"cloudWatchLogGroupName": "/exec"}}
    network.add(
        "clusters",
        clusterArn=row["clusterArn"],
        clusterName="shop",
        configuration={"executeCommandConfiguration": session},
    )
    launches = [launch_of_service(network.world(), service) for service in network.world().facts.services]
    (diagnosed,) = diagnose(network.walker(), launches).services
    rows = ((item.need, item.verdict) for item in diagnosed.needs if item.need.step == "exec")
    return diagnosed.verdict, {
        need.service.key: str(verdict) for need, verdict in rows if isinstance(need, Call) and need.service
    }


def test_exec_is_blocked_without_a_way_to_its_key_and_the_service_starts() -> None:
    assert exec_verdicts("logs") == (OK, {"ssmmessages": OK, "kms": BLOCKED, "logs": OK})


def test_exec_works_with_a_way_to_its_key_and_logs() -> None:
    assert exec_verdicts("logs", "kms") == (OK, {"ssmmessages": OK, "kms": OK, "logs": OK})


def test_launch_has_the_configuration_of_its_cluster_only_if_printed() -> None:
    network = Network()
    network.definition(container())
    row = network.service(subnets=["subnet-a"])
    cluster = network.add("clusters", clusterArn=row["clusterArn"], clusterName="shop")
    assert launch_of_service(network.world(), network.world().facts.services[0]).cluster_configuration is None
    cluster["configuration"] = {}
    found = launch_of_service(network.world(), network.world().facts.services[0])
    assert found.cluster_configuration == ClusterConfiguration()
