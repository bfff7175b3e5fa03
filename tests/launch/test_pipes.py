"""Launches of EventBridge Pipes and of rules that submit jobs."""

from typing import Any

import pytest
from msgspec import UNSET

from skerry.launch.launches import Launch
from skerry.launch.other_launches import other_launches_of
from skerry.launch.pipes import pipe_launches_of
from skerry.model.ecs import TaskDefinition
from skerry.model.facts import Missing
from tests.batch import BATCH, batch_network
from tests.networks import ACCOUNT, DEFINITION, REGION, Network, Row, container

CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
QUEUE = f"{BATCH}:job-queue/queue"
VPC: Row = {"Subnets": ["subnet-a"], "SecurityGroups": ["sg-task"], "AssignPublicIp": "ENABLED"}
TASK: Row = {
    "TaskDefinitionArn": DEFINITION,
    "LaunchType": "FARGATE",
    "PlatformVersion": "1.4.0",
    "NetworkConfiguration": {"awsvpcConfiguration": VPC},
}


def network_of(target: str = CLUSTER, network: Network | None = None, **more: Any) -> Network:
    made = network or Network()
    made.definition(container())
    made.add("Pipes", Arn=f"arn:aws:pipes:{REGION}:{ACCOUNT}:pipe/feed", Name="feed", Target=target, **more)
    return made


def launch_of(**task: Any) -> Launch:
    parameters = {key: value for key, value in (TASK | task).items() if value is not None}
    (launch,) = pipe_launches_of(network_of(TargetParameters={"EcsTaskParameters": parameters}).world())
    return launch


def by_event(what: str) -> Missing:
    return Missing(f"{what} of pipe feed: each event gives it")


def test_pipe_launch_follows_the_parameters_of_its_target() -> None:
    launch = launch_of()
    assert (launch.name, launch.cluster, launch.definition_name) == ("feed", "shop", "web:1")
    assert isinstance(launch.definition, TaskDefinition)
    assert (launch.subnets, launch.groups, launch.public_address) == (("subnet-a",), ("sg-task",), True)
    assert (launch.platform_version, launch.unread, launch.not_applicable) == ("1.4.0", (), None)


def test_listed_pipe_without_its_parameters_is_unknown() -> None:
    (launch,) = pipe_launches_of(network_of().world())
    missing = Missing("the task that pipe feed runs", "pipes:DescribePipe")
    assert (launch.definition, launch.subnets) == (missing, ())
    assert missing in launch.unread


@pytest.mark.parametrize("target", ["arn:aws:sqs:eu-west-1:1:q", "no ARN", CLUSTER.replace("cluster", "task")])
def test_pipe_with_another_target_is_no_launch(target: str) -> None:
    assert pipe_launches_of(network_of(target).world()) == ()


@pytest.mark.parametrize(("state", "reason"), [("RUNNING", None), ("STOPPED", "the pipe is STOPPED")])
def test_stopped_pipe_is_not_applicable(state: str, reason: str | None) -> None:
    world = network_of(DesiredState=state, TargetParameters={"EcsTaskParameters": TASK}).world()
    assert [launch.not_applicable for launch in pipe_launches_of(world)] == [reason]


def test_absent_values_of_a_pipe_are_its_defaults() -> None:
    launch = launch_of(PlatformVersion=None, LaunchType=None, NetworkConfiguration=None, TaskDefinitionArn=None)
    assert launch.platform_version == "LATEST"
    assert launch.unread == (
        Missing("the launch type of pipe feed", "ecs:DescribeClusters"),
        Missing("the network configuration of pipe feed", "pipes:DescribePipe"),
    )
    assert launch.definition == Missing("the task definition of pipe feed", "pipes:DescribePipe")


def test_values_of_the_event_are_unknown() -> None:
    vpc = {"Subnets": ["$.subnet"], "SecurityGroups": ["$.group"], "AssignPublicIp": "$.public"}
    launch = launch_of(
        TaskDefinitionArn="$.task",
        LaunchType="$.type",
        PlatformVersion="$.version",
        NetworkConfiguration={"awsvpcConfiguration": vpc},
    )
    assert launch.definition == by_event("the task definition")
    assert (launch.groups, launch.public_address) == (UNSET, by_event("assignPublicIp"))
    assert set(launch.unread) == {
        by_event("the launch type"),
        by_event("the platform version"),
        by_event("the subnets"),
    }


@pytest.mark.parametrize(
    ("parameters", "definition"),
    [
        ({"BatchJobParameters": {"JobDefinition": "$.job", "JobName": "n"}}, by_event("the job definition")),
        ({}, Missing("the job definition of pipe feed", "pipes:DescribePipe")),
        (None, Missing("the job definition of pipe feed", "pipes:DescribePipe")),
    ],
)
def test_pipe_that_submits_an_unknown_job_is_unknown(parameters: Row | None, definition: Missing) -> None:
    more = {} if parameters is None else {"TargetParameters": parameters}
    launch, assumed = other_launches_of(network_of(QUEUE, batch_network(), **more).world())
    assert assumed.name == "job definition job on queue queue"
    assert (launch.definition, launch.subnets) == (definition, ("subnet-a",))


def test_pipe_that_submits_jobs_is_their_only_launch() -> None:
    parameters = {"BatchJobParameters": {"JobDefinition": f"{BATCH}:job-definition/job:1", "JobName": "n"}}
    network = network_of(QUEUE, batch_network(), TargetParameters=parameters)
    (launch,) = other_launches_of(network.world())
    assert (launch.name, launch.definition_name, launch.subnets) == ("feed", "job:1", ("subnet-a",))


@pytest.mark.parametrize("known", [True, False])
def test_rule_that_submits_jobs_is_their_only_launch(known: bool) -> None:  # noqa: FBT001
    target = {"Id": "1", "Arn": QUEUE} | (
        {"BatchParameters": {"JobDefinition": "job", "JobName": "n"}} if known else {}
    )
    network = batch_network()
    network.call("events:ListTargetsByRule", {"Rule": "nightly"}, {"Targets": [target]})
    launches = other_launches_of(network.world())
    missing = Missing("the job definition of rule nightly", "events:ListTargetsByRule")
    if known:
        assert [(launch.name, launch.definition_name) for launch in launches] == [("nightly/1", "job:1")]
    else:
        assert (launches[0].name, launches[0].definition) == ("nightly/1", missing)
