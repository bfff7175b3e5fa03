"""Parameters of task definitions that Fargate refuses, and ones that it takes."""

from typing import Any

import msgspec
import pytest

from skerry.launch.fargate_parameters import parameter_faults_of
from skerry.launch.needs import Fault
from skerry.model.ecs import TaskDefinition
from skerry.verdicts import BLOCKED
from tests.holdings import Resources
from tests.networks import container


def messages(*containers: dict[str, Any], **more: Any) -> list[str]:
    definition = msgspec.convert({"containerDefinitions": list(containers), **more}, TaskDefinition)
    assert definition.container_definitions is not msgspec.UNSET
    faults = list(parameter_faults_of(definition, definition.container_definitions))
    assert all(isinstance(need, Fault) and need.code == "PARAMETER_NOT_ON_FARGATE" for need in faults)
    return [need.message for need in faults if isinstance(need, Fault)]


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ({"disableNetworking": True}, "disableNetworking"),
        ({"dnsSearchDomains": ["corp.example"]}, "dnsSearchDomains"),
        ({"dnsServers": ["10.0.0.2"]}, "dnsServers"),
        ({"dockerSecurityOptions": ["no-new-privileges"]}, "dockerSecurityOptions"),
        ({"extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.9"}]}, "extraHosts"),
        ({"links": ["db"]}, "links"),
        ({"resourceRequirements": [{"type": "GPU", "value": "1"}]}, "a GPU"),
        ({"linuxParameters": {"devices": [{"hostPath": "/dev/fuse"}]}}, "devices"),
        ({"linuxParameters": {"maxSwap": 256}}, "maxSwap"),
        ({"linuxParameters": {"sharedMemorySize": 64}}, "sharedMemorySize"),
        ({"linuxParameters": {"swappiness": 60}}, "swappiness"),
        ({"linuxParameters": {"tmpfs": [{"containerPath": "/tmp", "size": 64}]}}, "tmpfs"),  # noqa: S108 -- a mount
        ({"linuxParameters": {"capabilities": {"add": ["NET_ADMIN", "SYS_PTRACE"]}}}, "the capability NET_ADMIN"),
    ],
)
def test_parameter_of_a_container_is_refused(keys: dict[str, Any], name: str) -> None:
    assert messages(container(**keys)) == [f"container app has {name}, which Fargate refuses"]


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ({"ipcMode": "none"}, "ipcMode"),
        ({"pidMode": "host"}, "pidMode host"),
        ({"placementConstraints": [{"type": "memberOf"}]}, "placementConstraints"),
        ({"ephemeralStorage": {"sizeInGiB": 20}}, "ephemeralStorage of 20 GiB"),
        ({"ephemeralStorage": {"sizeInGiB": 201}}, "ephemeralStorage of 201 GiB"),
    ],
)
def test_parameter_of_a_task_is_refused(keys: dict[str, Any], name: str) -> None:
    assert messages(container(), **keys) == [f"the task definition has {name}, which Fargate refuses"]


def test_refused_parameters_of_a_task_and_a_container_are_told_together() -> None:
    linked = container(links=["db"], dnsServers=["10.0.0.2"])
    assert messages(linked, ipcMode="task", pidMode="host") == [
        "the task definition has ipcMode and pidMode host, which Fargate refuses",
        "container app has dnsServers and links, which Fargate refuses",
    ]


@pytest.mark.parametrize(
    ("task", "keys"),
    [
        ({"pidMode": "task", "placementConstraints": [], "ephemeralStorage": {"sizeInGiB": 21}}, {}),
        ({"ephemeralStorage": {"sizeInGiB": 200}}, {"links": [], "dnsServers": [], "disableNetworking": False}),
        ({}, {"linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}}}),
        ({}, {"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}, "devices": [], "tmpfs": []}}),
        ({}, {"resourceRequirements": []}),
    ],
)
def test_parameters_that_fargate_takes_are_no_fault(task: dict[str, Any], keys: dict[str, Any]) -> None:
    assert messages(container(**keys), **task) == []


def test_service_with_a_refused_parameter_is_blocked_at_placement() -> None:
    network = Resources()
    network.app["extraHosts"] = [{"hostname": "db", "ipAddress": "10.0.0.9"}]
    blocked = [row for row in network.found().needs if row.verdict is BLOCKED]
    assert [blocker.code for row in blocked for blocker in row.blockers] == ["PARAMETER_NOT_ON_FARGATE"]
