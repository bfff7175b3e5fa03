"""Plans as CloudFormation: templates that cfn-lint takes, and nothing of the plan is lost on the way."""

from functools import cache
from typing import Any

import cfnlint
import pytest
import yaml
from cfnlint.api import lint
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from skerry.errors import InputError
from skerry.model.world import World
from skerry.net.verdicts import OK
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    MirrorImage,
    ModifyEndpoint,
    RevokeRule,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.records import Plan
from skerry.render import cloudformation
from tests.networks import Network
from tests.render.planned import of, planned

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "subnets": ("article-broken", {}),
    "article": ("article-broken", {"ingress": "article"}),
    "from-tasks": ("article-broken", {"ingress": "from-tasks"}),
    "least-privilege": ("endpoints-without-s3", {"least_privilege": True}),
    "nacl": ("nacl-no-ephemeral-return", {}),
    "task-egress": ("dead-end-still-shows-filters", {}),
    "nat": ("nat-failed-in-one-zone", {"nat": True}),
}
Mark = tuple[object, ...]


@cache
def case(name: str) -> tuple[World, Plan]:
    scenario, options = CASES[name]
    return planned(scenario, **options)


@cache
def rendered(name: str) -> str:
    return cloudformation.render(*case(name))


@pytest.mark.parametrize("name", ["subnets", "nacl"])
def test_a_template_as_a_person_would_have_written_it(name: str, snapshot: SnapshotAssertion) -> None:
    assert rendered(name) == snapshot


@pytest.mark.parametrize("name", CASES)
def test_a_template_is_taken_by_cfn_lint(name: str) -> None:
    config = cfnlint.config.ManualArgs(regions=["eu-west-1"])
    assert [str(match) for match in lint(rendered(name), config=config)] == []


@pytest.mark.parametrize("name", CASES)
def test_a_template_makes_all_that_is_planned(name: str) -> None:
    template = yaml.safe_load(rendered(name))
    assert resources_of(template) == changes_of(case(name)[1])


def changes_of(plan: Plan) -> list[Mark]:
    """What a plan makes, of each thing what tells it from others."""
    found: list[Mark] = []
    for row in plan.changes:
        match row.change:
            case CreateSecurityGroup() as change:
                found.append(("group", change.name, change.vpc_id))
            case AuthorizeRule() as change:
                peer = None if "-new-" in change.rule.peer else change.rule.peer
                found.append(("rule", change.direction, change.rule.port, change.rule.protocol, peer))
            case CreateInterfaceEndpoint() as change:
                found.append(
                    ("endpoint", change.service_name, change.vpc_id, ",".join(change.subnets), change.policy is None)
                )
            case CreateGatewayEndpoint() as change:
                tables = ",".join(change.route_tables)
                found.append(("endpoint", change.service_name, change.vpc_id, tables, change.policy is None))
            case AddAclEntry() as change:
                found.append(("entry", change.number, change.direction == "out", change.cidr, change.ports))
            case RouteToNat() as change if change.nat_gateway_id:
                found.append(("route", change.nat_gateway_id))
            case _:
                pass
    return sorted(found, key=repr)


def resources_of(template: dict[str, Any]) -> list[Mark]:
    """The same of the resources of a template, with the defaults of its parameters."""
    defaults = (
        {name: row.get("Default") for name, row in template["Parameters"].items()} if "Parameters" in template else {}
    )
    return sorted((_mark(row["Type"], row["Properties"], defaults) for row in template["Resources"].values()), key=repr)


def _mark(kind: str, row: dict[str, Any], defaults: dict[str, Any]) -> Mark:
    def told(found: Any) -> Any:
        return defaults[found["Ref"]] if isinstance(found, dict) and "Ref" in found else found

    match kind.rpartition("::")[2]:
        case "SecurityGroup":
            return ("group", row["GroupName"], told(row["VpcId"]))
        case "SecurityGroupIngress" | "SecurityGroupEgress" as side:
            peer = next(
                told(value) for key, value in row.items() if key == "CidrIp" or key.startswith(("Source", "Dest"))
            )
            way = "in" if side == "SecurityGroupIngress" else "out"
            return ("rule", way, row["FromPort"], row["IpProtocol"], None if isinstance(peer, dict) else peer)
        case "VPCEndpoint":
            where = told(row.get("SubnetIds") or row["RouteTableIds"])
            return ("endpoint", row["ServiceName"], told(row["VpcId"]), where, "PolicyDocument" not in row)
        case "NetworkAclEntry":
            ports = (row["PortRange"]["From"], row["PortRange"]["To"])
            return ("entry", row["RuleNumber"], row["Egress"], row["CidrBlock"], ports)
        case _:
            return ("route", row["NatGatewayId"])


@pytest.mark.parametrize(
    "change",
    [ModifyEndpoint("vpce-1", private_dns=True), SetVpcAttribute("vpc-1", "enable_dns_support")],
    ids=["endpoint", "vpc"],
)
def test_what_exists_is_not_changed_by_a_template(change: Any) -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "endpoints", "HTTPS")
    with pytest.raises(InputError, match="CloudFormation cannot change what it has not created") as found:
        cloudformation.render(Network().world(), of(group, change))
    assert "--format terraform" in found.value.remedy


def test_what_no_template_can_say_is_refused() -> None:
    with pytest.raises(InputError, match="CloudFormation cannot say this: take away TCP 443"):
        cloudformation.render(Network().world(), of(RevokeRule("sg-1", "in", Rule("tcp", 443, "10.0.0.0/8"))))


def test_a_plan_of_proposals_alone_is_refused() -> None:
    with pytest.raises(InputError, match="nothing of this plan can be written in CloudFormation: copy image nginx"):
        cloudformation.render(Network().world(), of(MirrorImage("nginx", "nginx", "copy it")))


def test_a_plan_without_changes_is_a_template_that_makes_nothing() -> None:
    template = yaml.safe_load(cloudformation.render(Network().world(), of(before=OK)))
    assert "There is nothing to change." in template["Description"]
    assert list(template["Resources"]) == ["Nothing"]


def test_groups_and_endpoints_of_two_vpcs_have_parameters_of_their_own() -> None:
    endpoints = [
        CreateInterfaceEndpoint(
            f"vpce-new-logs-{vpc}", vpc, "com.amazonaws.eu-west-1.logs", (f"subnet-{vpc}",), ("sg-1",)
        )
        for vpc in ("vpc-1", "vpc-2")
    ]
    template = yaml.safe_load(cloudformation.render(Network().world(), of(*endpoints)))
    assert list(template["Parameters"]) == ["VpcId", "EndpointSubnets", "VpcId2", "EndpointSubnets2"]
    assert list(template["Resources"]) == ["LogsEndpoint", "LogsEndpointx2"]


@given(st.text(min_size=1))
@settings(max_examples=40)
def test_any_name_is_read_back_as_it_was(name: str) -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", name, name)
    template = yaml.safe_load(cloudformation.render(Network().world(), of(group, services=(name,))))
    properties = template["Resources"]["EndpointSecurityGroup"]["Properties"]
    assert properties["GroupDescription"] == name
    assert properties["GroupName"] == name[:255]
    assert len(template["Description"].encode()) <= 1024
