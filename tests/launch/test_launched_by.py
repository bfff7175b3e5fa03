"""Selection of the launches of one rule, schedule, pipe or state machine."""

import json
from typing import Any

import pytest

from skerry.app import Selection
from skerry.app.selection import launches
from skerry.errors import NothingFoundError, UnknownNameError
from tests.batch import BATCH, batch_network
from tests.networks import ACCOUNT, DEFINITION, REGION, Network, Row, container

CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:night"
TASK: Row = {"TaskDefinitionArn": DEFINITION, "LaunchType": "FARGATE"}


def state(resource: str, **parameters: Any) -> Row:
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, "End": True}


@pytest.fixture
def network() -> Network:
    """A network with one of each, and a service."""
    network = batch_network()
    network.definition(container())
    network.service()
    steps = {
        "Load": state("ecs:runTask", Cluster=CLUSTER, TaskDefinition=DEFINITION, LaunchType="FARGATE"),
        "Sum": state("batch:submitJob", JobDefinition="job", JobQueue="queue"),
    }
    machine = {"stateMachineArn": MACHINE, "name": "night", "definition": json.dumps({"States": steps})}
    network.add("stateMachines", **machine)
    pipe = {"Arn": f"arn:aws:pipes:{REGION}:{ACCOUNT}:pipe/feed", "Name": "feed", "Target": CLUSTER}
    network.add("Pipes", **pipe, TargetParameters={"EcsTaskParameters": TASK})
    targets = [
        {"Id": "1", "Arn": CLUSTER, "EcsParameters": TASK},
        {"Id": "2", "Arn": f"{BATCH}:job-queue/queue", "BatchParameters": {"JobDefinition": "job", "JobName": "n"}},
    ]
    network.call("events:ListTargetsByRule", {"Rule": "hourly"}, {"Targets": targets})
    schedule = {"Arn": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/weekly", "Name": "weekly"}
    target = {"Arn": CLUSTER, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "EcsParameters": TASK}
    network.add("Schedules", **schedule, State="ENABLED", Target=target)
    return network


def names(network: Network, launched_by: str, cluster: str | None = None) -> list[str]:
    return [launch.name for launch in launches(network.world(), Selection(cluster, launched_by=launched_by))]


@pytest.mark.parametrize(
    ("launched_by", "expected"),
    [
        ("night", ["state Load of state machine night", "state Sum of state machine night"]),
        (MACHINE, ["state Load of state machine night", "state Sum of state machine night"]),
        ("feed", ["feed"]),
        (f"arn:aws:pipes:{REGION}:{ACCOUNT}:pipe/feed", ["feed"]),
        ("hourly", ["hourly/1", "hourly/2"]),
        ("weekly", ["weekly"]),
        (f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/weekly", ["weekly"]),
    ],
)
def test_launches_are_selected_by_the_name_or_arn_of_their_launcher(
    network: Network, launched_by: str, expected: list[str]
) -> None:
    assert names(network, launched_by) == expected


def test_launches_of_a_launcher_are_narrowed_by_cluster(network: Network) -> None:
    assert names(network, "hourly", "shop") == ["hourly/1"]


def test_unknown_launcher_is_an_error_with_similar_names(network: Network) -> None:
    with pytest.raises(UnknownNameError, match="no rule, schedule, pipe or state machine nigth starts tasks") as raised:
        names(network, "nigth")
    assert "night" in raised.value.remedy


def test_launcher_in_another_cluster_is_an_error(network: Network) -> None:
    with pytest.raises(UnknownNameError, match="starts tasks in cluster other"):
        names(network, "feed", "other")


def test_launchers_that_aws_refused_to_list_are_named() -> None:
    network = Network()
    error = {"Code": "AccessDeniedException", "Message": "no"}
    network.rows["Calls"].append({"Call": {"operation": "pipes:ListPipes", "parameters": {}}, "Error": error})
    with pytest.raises(NothingFoundError, match="pipes:ListPipes"):
        names(network, "feed")
