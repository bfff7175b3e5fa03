"""Launches of state machines: calls of RunTask and SubmitJob anywhere in their definitions."""

import json
from typing import Any

import pytest
from msgspec import UNSET

from skerry.app.diagnosis import diagnose
from skerry.launch.launches import Launch
from skerry.launch.needs import Fault
from skerry.launch.other_launches import other_launches_of
from skerry.launch.state_machines import state_machine_launches_of, unread_state_machines_of
from skerry.model.ecs import TaskDefinition
from skerry.model.facts import Missing
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.batch import batch_network
from tests.networks import ACCOUNT, DEFINITION, EVERYWHERE, REGION, Network, Row, container

CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
RUN_TASK = "arn:aws:states:::ecs:runTask.sync"
SUBMIT_JOB = "arn:aws:states:::batch:submitJob.sync"
NAME = "state Run of state machine night"
VPC: Row = {"Subnets": ["subnet-a"], "SecurityGroups": ["sg-task"], "AssignPublicIp": "ENABLED"}
CALL: Row = {
    "LaunchType": "FARGATE",
    "Cluster": CLUSTER,
    "TaskDefinition": DEFINITION,
    "PlatformVersion": "1.4.0",
    "EnableExecuteCommand": True,
    "NetworkConfiguration": {"AwsvpcConfiguration": VPC},
}
JOB: Row = {"JobDefinition": "job", "JobQueue": "queue", "JobName": "n"}


def task(parameters: Any = CALL, resource: str = RUN_TASK, **more: Any) -> Row:
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True} | more


def states(**named: Any) -> Row:
    return {"StartAt": "Run", "States": named}


def network_of(definition: Row | str | None, network: Network | None = None, **more: Any) -> Network:
    """A network with one state machine; None: its definition was not read."""
    made = network or Network()
    made.definition(container())
    text = definition if isinstance(definition, str) else json.dumps(definition)
    row = {"stateMachineArn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:night", "name": "night"} | more
    made.add("stateMachines", **(row if definition is None else row | {"definition": text}))
    return made


def launch_of(definition: Row | str | None, network: Network | None = None, **more: Any) -> Launch:
    (launch,) = state_machine_launches_of(network_of(definition, network, **more).world())
    return launch


def launch_with(**parameters: Any) -> Launch:
    given = {key: value for key, value in (CALL | parameters).items() if value is not None}
    return launch_of(states(Run=task(given)))


def at_run_time(what: str) -> Missing:
    return Missing(f"{what} of {NAME}: it is given at run time")


def test_state_launch_follows_the_parameters_of_its_call() -> None:
    launch = launch_of(states(Run=task()))
    assert (launch.name, launch.cluster, launch.definition_name) == (NAME, "shop", "web:1")
    assert isinstance(launch.definition, TaskDefinition)
    assert (launch.subnets, launch.groups, launch.public_address) == (("subnet-a",), ("sg-task",), True)
    assert (launch.platform_version, launch.region, launch.execute_command) == ("1.4.0", REGION, True)
    assert (launch.not_applicable, launch.unread) == (None, ())


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::ecs:runTask",
        "arn:aws:states:::ecs:runTask.sync",
        "arn:aws:states:::ecs:runTask.waitForTaskToken",
        "arn:aws-cn:states:::ecs:runTask.sync",
        "arn:aws:states:::aws-sdk:ecs:runTask",
    ],
)
def test_each_integration_of_run_task_is_a_launch(resource: str) -> None:
    assert launch_of(states(Run=task(resource=resource))).name == NAME


@pytest.mark.parametrize(
    "state",
    [
        task(resource="arn:aws:states:::lambda:invoke"),
        task(resource="arn:aws:states:::ecs:stopTask"),
        task(resource="arn:aws:states:::ecs:runTasks"),
        task() | {"Type": "Pass"},
        {"Type": "Task", "Resource": {"Ref": "Task"}},
        "no state",
    ],
)
def test_other_states_are_no_launches(state: Any) -> None:
    assert state_machine_launches_of(network_of(states(Run=state)).world()) == ()


def test_keys_in_camel_case_are_read_as_well() -> None:
    vpc = {"subnets": ["subnet-b"], "securityGroups": ["sg-open"], "assignPublicIp": "DISABLED"}
    network = {"awsvpcConfiguration": vpc}
    call = {"launchType": "FARGATE", "cluster": "shop", "taskDefinition": "web:1", "networkConfiguration": network}
    launch = launch_of(states(Run=task(call)))
    assert (launch.subnets, launch.groups, launch.public_address) == (("subnet-b",), ("sg-open",), False)
    assert (launch.cluster, launch.definition_name) == ("shop", "web:1")


def test_states_of_branches_and_maps_are_launches() -> None:
    inner = states(A=task())
    definition = states(
        P={"Type": "Parallel", "Branches": [inner, states(B=task())]},
        M={"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}} | states(C=task())},
        N={"Type": "Map", "Iterator": states(D={"Type": "Parallel", "Branches": [states(E=task())]})},
        X={"Type": "Parallel", "Branches": "none"},
    )
    names = {launch.name.split()[1] for launch in state_machine_launches_of(network_of(definition).world())}
    assert names == {"A", "B", "C", "E"}


def test_definition_of_any_depth_is_read_without_an_end() -> None:
    definition = states(Run=task())
    for _ in range(200):
        definition = states(P={"Type": "Parallel", "Branches": [definition]})
    assert state_machine_launches_of(network_of(definition).world()) == ()


@pytest.mark.parametrize("top", [True, False])
def test_arguments_of_jsonata_states_are_read(top: bool) -> None:  # noqa: FBT001
    state = {"Type": "Task", "Resource": RUN_TASK, "Arguments": CALL | {"Cluster": "{% $states.input.c %}"}}
    language = {"QueryLanguage": "JSONata"}
    launch = launch_of(language | states(Run=state) if top else states(Run=state | language))
    assert (launch.cluster, launch.subnets) == ("", ("subnet-a",))
    assert launch.unread == (at_run_time("the cluster"),)


def test_state_without_parameters_is_unknown() -> None:
    state = task()
    del state["Parameters"]
    launch = launch_of(states(Run=state))
    assert launch.definition == at_run_time("the task definition")
    assert launch.groups is UNSET
    assert launch.public_address == at_run_time("assignPublicIp")
    assert at_run_time("the subnets") in launch.unread
    assert at_run_time("the launch type") in launch.unread
    assert launch.not_applicable is None


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("Cluster", "the cluster"),
        ("LaunchType", "the launch type"),
        ("CapacityProviderStrategy", "the capacity provider strategy"),
        ("PlatformVersion", "the platform version"),
    ],
)
def test_value_given_by_a_path_is_unknown(key: str, what: str) -> None:
    assert at_run_time(what) in launch_with(**{key: None, f"{key}.$": "$.x"}).unread


def test_task_definition_given_by_a_path_is_unknown() -> None:
    launch = launch_with(**{"TaskDefinition": None, "TaskDefinition.$": "$.task"})
    assert (launch.definition, launch.definition_name) == (at_run_time("the task definition"), "")


def test_network_given_by_a_path_is_unknown() -> None:
    launch = launch_with(**{"NetworkConfiguration": None, "NetworkConfiguration.$": "$.network"})
    assert (launch.subnets, launch.groups, launch.unread) == ((), UNSET, (at_run_time("the subnets"),))


def test_subnets_given_in_part_at_run_time_are_unknown() -> None:
    vpc = VPC | {"Subnets": ["subnet-a", "{% $x %}"]}
    state = task(CALL, QueryLanguage="JSONata") | {
        "Arguments": CALL | {"NetworkConfiguration": {"AwsvpcConfiguration": vpc}}
    }
    launch = launch_of(states(Run=state))
    assert (launch.subnets, launch.unread) == (("subnet-a",), (at_run_time("the subnets"),))


def test_absent_network_is_missing() -> None:
    assert launch_with(NetworkConfiguration=None).unread == (
        Missing(f"the network configuration of {NAME}", "states:DescribeStateMachine"),
    )


def test_absent_task_definition_is_missing() -> None:
    missing = Missing(f"the task definition of {NAME}", "states:DescribeStateMachine")
    assert launch_with(TaskDefinition=None).definition == missing


def test_launch_type_ec2_is_not_applicable() -> None:
    assert launch_with(LaunchType="EC2").not_applicable == "launch type EC2: its tasks use the network of their hosts"


@pytest.mark.parametrize(("provider", "applicable"), [("FARGATE_SPOT", True), ("hosts", False)])
def test_capacity_providers_decide_without_launch_type(provider: str, applicable: bool) -> None:  # noqa: FBT001
    strategy = [{"CapacityProvider": provider, "Weight": 1}]
    assert (launch_with(LaunchType=None, CapacityProviderStrategy=strategy).not_applicable is None) is applicable


@pytest.mark.parametrize("cluster", [None, "default"])
def test_without_a_cluster_the_default_one_decides_the_capacity(cluster: str | None) -> None:
    network = Network()
    arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/default"
    strategy = [{"capacityProvider": "FARGATE"}]
    network.add("clusters", clusterArn=arn, clusterName="default", defaultCapacityProviderStrategy=strategy)
    call = {key: value for key, value in CALL.items() if key not in {"Cluster", "LaunchType"}}
    launch = launch_of(states(Run=task(call | ({"Cluster": cluster} if cluster else {}))), network)
    assert (launch.cluster, launch.unread, launch.not_applicable) == ("default", (), None)


def test_unknown_launch_type_asks_for_the_cluster() -> None:
    launch = launch_with(LaunchType=None)
    assert launch.unread == (Missing(f"the launch type of {NAME}", "ecs:DescribeClusters"),)


def test_unknown_launch_type_with_bridge_mode_is_not_applicable() -> None:
    network = Network()
    other = DEFINITION.replace("web:1", "old:1")
    network.definition(container(), arn=other, networkMode="bridge")
    call = {key: value for key, value in CALL.items() if key != "LaunchType"} | {"TaskDefinition": other}
    launch = launch_of(states(Run=task(call)), network)
    assert launch.not_applicable == "network mode bridge: its tasks use the network of their hosts"


def test_deleted_state_machine_is_not_applicable() -> None:
    assert launch_of(states(Run=task()), status="DELETING").not_applicable == "the state machine is DELETING"


def test_state_with_credentials_may_be_of_another_account() -> None:
    launch = launch_of(states(Run=task(Credentials={"RoleArn": "arn:r"})))
    assert launch.unread == (
        Missing(f"the account that {NAME} works in: it takes on a role", "states:DescribeStateMachine"),
    )


@pytest.mark.parametrize("definition", [None, "{}", "no JSON", "[]", '{"States": []}'])
def test_state_machine_with_unknown_definition_is_named(definition: str | None) -> None:
    world = network_of(definition).world()
    assert state_machine_launches_of(world) == ()
    assert unread_state_machines_of(world) == ("night",)
    assert "definitions of state machines night" in diagnose(world).unexamined


# ---------------------------------------------------------------------------------------------------------- jobs


def job_launches(parameters: Row, network: Network | None = None) -> list[Launch]:
    made = network_of(states(Run=task(parameters, SUBMIT_JOB)), network or batch_network())
    return list(other_launches_of(made.world()))


def test_submitted_job_is_the_only_launch_of_its_definition() -> None:
    (launch,) = job_launches(JOB)
    assert (launch.name, launch.definition_name, launch.subnets) == (NAME, "job:1", ("subnet-a",))
    assert (launch.unread, launch.notes, launch.refusals) == ((), (), ())


def test_submitted_revision_is_that_of_the_state() -> None:
    arn = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/job:1"
    (launch,) = job_launches(JOB | {"JobDefinition": arn})
    assert launch.definition_name == "job:1"
    (launch, *_) = job_launches(JOB | {"JobDefinition": "job:7"})
    assert launch.definition == Missing("job definition job:7", "batch:DescribeJobDefinitions")


@pytest.mark.parametrize("path", [True, False])
def test_job_definition_and_queue_given_at_run_time_are_unknown(path: bool) -> None:  # noqa: FBT001
    launch, *_ = job_launches({"JobDefinition.$": "$.d", "JobQueue.$": "$.q"} if path else {})
    if path:
        assert launch.definition == at_run_time("the job definition")
        assert launch.unread == (at_run_time("the job queue"),)
    else:
        assert launch.definition == Missing(f"the job definition of {NAME}", "states:DescribeStateMachine")
        assert launch.unread == (Missing(f"the job queue of {NAME}", "states:DescribeStateMachine"),)


def test_overridden_size_of_a_job_decides() -> None:
    overrides = {"ResourceRequirements": [{"Type": "MEMORY", "Value": "4000"}]}
    (launch,) = job_launches(JOB | {"ContainerOverrides": overrides})
    assert launch.refusals is not None
    assert [need.code for need in launch.refusals if isinstance(need, Fault)] == ["SIZE_NOT_ON_FARGATE"]


@pytest.mark.parametrize(
    "overrides",
    [
        {"ContainerOverrides": {"ResourceRequirements.$": "$.r"}},
        {"ContainerOverrides": {"ResourceRequirements": [{"Type": "MEMORY", "Value.$": "$.m"}]}},
        {"ContainerOverrides": {"ResourceRequirements": ["$.r"]}},
        {"ContainerOverrides.$": "$.o"},
        {"EcsPropertiesOverride": {"TaskProperties": []}},
    ],
)
def test_size_given_at_run_time_is_unknown(overrides: Row) -> None:
    (launch,) = job_launches(JOB | overrides)
    assert launch.unread == (at_run_time("the resource requirements"),)


# ------------------------------------------------------------------------------------------------------ verdicts


def public(network: Network) -> Network:
    network.internet_gateway()
    network.route(EVERYWHERE, GatewayId="igw-1")
    return network


@pytest.mark.parametrize(
    ("vpc", "verdict"),
    [
        (VPC, OK),
        (VPC | {"AssignPublicIp": "DISABLED"}, BLOCKED),
        ({key: value for key, value in VPC.items() if key != "AssignPublicIp"}, BLOCKED),
        ({"Subnets": ["subnet-a"], "AssignPublicIp.$": "$.public"}, UNKNOWN),
        ({"Subnets.$": "$.subnets", "AssignPublicIp": "ENABLED"}, UNKNOWN),
    ],
)
def test_state_in_public_subnets_needs_a_public_address(vpc: Row, verdict: str) -> None:
    definition = states(
        Run=task(CALL | {"NetworkConfiguration": {"AwsvpcConfiguration": vpc}, "EnableExecuteCommand": False})
    )
    assert diagnose(public(network_of(definition)).world()).verdict == verdict
