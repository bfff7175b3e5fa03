"""Workloads behind NAT: launches, and the owners of interfaces."""

from typing import Any

from msgspec import UNSET

from skerry.app.selection import all_launches
from skerry.nat_exit.workloads import Workload, launches_behind, workloads_behind
from tests.networks import ACCOUNT, REGION, Network, container

ATTACHMENT = f"arn:aws:ecs:{REGION}:{ACCOUNT}:attachment/4d1c"


def network(**interface: Any) -> Network:
    network = Network()
    network.definition(container())
    network.service()
    network.interface("eni-1", "10.0.1.7", **interface)
    return network


def workloads(given: Network) -> list[Workload]:
    world = given.world()
    launches = launches_behind(all_launches(world), ("subnet-a",))
    return list(workloads_behind(world, launches, ("subnet-a",)))


def owners(**interface: Any) -> list[tuple[str, str]]:
    return [(row.name, row.kind) for row in workloads(network(**interface))[1:]]


def test_owners_of_interfaces_have_their_names() -> None:
    function = "AWS Lambda VPC ENI-orders-0b6d0d7c-5c1e-4e5f-9d8f-0123456789ab"
    assert owners(InterfaceType="lambda", Description=function) == [("orders", "function")]
    assert owners(InterfaceType="lambda") == [("eni-1", "function")]
    assert owners(Attachment={"InstanceId": "i-1"}) == [("i-1", "instance")]
    assert owners(Description="ELB app/shop/50dc6c495c0c9188") == [("shop", "load-balancer")]
    assert owners(Description="ELB classic") == [("classic", "load-balancer")]
    assert owners(InterfaceType="transit_gateway") == [("eni-1", "transit-gateway")]
    assert owners(Description="RDSNetworkInterface") == [("eni-1", "interface")]


def test_interfaces_that_call_nothing_are_left_out() -> None:
    for more in (
        {"InterfaceType": "vpc_endpoint"},
        {"InterfaceType": "nat_gateway"},
        {"InterfaceType": "network_load_balancer"},
        {"Description": "ELB net/shop/50dc6c495c0c9188"},
        {"subnet": "subnet-b"},
    ):
        assert owners(**more) == []
    nowhere = network()
    nowhere.row("NetworkInterfaces", "eni-1").pop("SubnetId")
    assert len(workloads(nowhere)) == 1


def test_interface_of_a_task_belongs_to_its_service() -> None:
    found = network(Description=ATTACHMENT, groups=("sg-open",))
    details = [{"name": "subnetId", "value": "subnet-a"}, {"name": "networkInterfaceId", "value": "eni-1"}]
    attachment = {"type": "ElasticNetworkInterface", "details": details}
    found.task(group="service:web", attachments=[attachment])
    (web,) = workloads(found)
    assert (web.name, web.kind, web.interfaces) == ("web", "launch", ("eni-1",))


def test_interface_of_an_unread_task_belongs_to_launches_with_its_groups() -> None:
    assert [row.interfaces for row in workloads(network(Description=ATTACHMENT))] == [("eni-1",)]
    other = workloads(network(Description=ATTACHMENT, groups=("sg-open",)))
    assert [(row.name, row.kind, row.interfaces) for row in other[1:]] == [("eni-1", "task", ("eni-1",))]


def test_task_of_another_service_is_matched_by_its_groups() -> None:
    found = network(Description=ATTACHMENT)
    details = [{"name": "subnetId", "value": "subnet-a"}, {"name": "networkInterfaceId", "value": "eni-1"}]
    found.task(group="service:api", attachments=[{"type": "ElasticNetworkInterface", "details": details}])
    found.service("api", subnets=["subnet-b"])
    found.task("2f", group="family:other")
    (web,) = workloads(found)
    assert (web.name, web.interfaces) == ("web", ("eni-1",))


def test_interfaces_of_one_function_are_one_workload_and_unread_groups_stay_unknown() -> None:
    found = network(InterfaceType="lambda", Description="AWS Lambda VPC ENI-orders")
    row = found.interface("eni-2", "10.0.1.8", InterfaceType="lambda", Description="AWS Lambda VPC ENI-orders")
    orders = workloads(found)[1]
    assert (orders.interfaces, orders.groups, orders.subnets) == (("eni-1", "eni-2"), ("sg-task",), ("subnet-a",))
    row.pop("Groups")
    assert workloads(found)[1].groups is UNSET


def test_launches_that_are_not_for_fargate_are_tasks_of_unknown_calls() -> None:
    given = network()
    given.rows["services"][0]["launchType"] = "EC2"
    assert [(row.name, row.kind) for row in workloads(given)] == [("web", "task"), ("eni-1", "interface")]


def test_compute_environments_with_instances_are_clients() -> None:
    given = network()
    resources = {"type": "EC2", "subnets": ["subnet-a", "subnet-b"], "securityGroupIds": ["sg-task"]}
    row = {"computeEnvironmentArn": "arn:aws:batch:eu-west-1:1:compute-environment/ci", "computeEnvironmentName": "ci"}
    given.add("computeEnvironments", **row, status="VALID", computeResources=resources)
    assert workloads(given)[2] == Workload("compute environment ci", "instance", ("subnet-a",), (), ("sg-task",))
    resources["securityGroupIds"] = []
    assert workloads(given)[2].groups is UNSET
    for change in ({"subnets": ["subnet-b"]}, {"type": "FARGATE", "subnets": ["subnet-a"]}):
        resources |= change
        assert len(workloads(given)) == 2
    given.rows["computeEnvironments"][0] |= {"computeResources": resources | {"type": "SPOT"}, "status": "DELETING"}
    assert len(workloads(given)) == 2
    del given.rows["computeEnvironments"][0]["computeResources"]
    assert len(workloads(given)) == 2


def with_function(given: Network, name: str = "orders", **place: Any) -> Network:
    """The network with a Lambda function."""
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    given.add("Functions", FunctionArn=arn, FunctionName=name, VpcConfig=place)
    return given


def test_functions_share_interfaces_and_may_have_none() -> None:
    given = network(InterfaceType="lambda", Description="AWS Lambda VPC ENI-orders", groups=("sg-task",))
    for name, subnets, groups in (
        ("orders", ["subnet-a", "subnet-b"], ["sg-task"]),
        ("mail", ["subnet-a"], ["sg-task"]),
        ("idle", ["subnet-a"], ["sg-open"]),
        ("away", ["subnet-b"], ["sg-task"]),
        ("outside", [], []),
    ):
        with_function(given, name, SubnetIds=subnets, SecurityGroupIds=groups)
    rows = [row for row in workloads(given) if row.kind == "function"]
    assert [(row.name, row.subnets, row.interfaces) for row in rows] == [
        ("orders", ("subnet-a",), ("eni-1",)),
        ("mail", ("subnet-a",), ("eni-1",)),
        ("idle", ("subnet-a",), ()),
    ]
    del given.row("NetworkInterfaces", "eni-1")["Groups"]
    assert [row.interfaces for row in workloads(given) if row.kind == "function"] == [("eni-1",)] * 3


def test_builds_have_no_interface_before_they_run() -> None:
    given = network()
    for name, place in (("ci", {"subnets": ["subnet-a"], "securityGroupIds": ["sg-task"]}), ("open", {})):
        given.add("projects", arn=f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/{name}", name=name, vpcConfig=place)
    assert [row for row in workloads(given) if row.kind == "build"] == [
        Workload("ci", "build", ("subnet-a",), (), ("sg-task",))
    ]
