"""The shapes of attributes, as the provider gives them."""

from typing import Any

import pytest
from msgspec import UNSET

from skerry.errors import InputError
from skerry.sources.planned.values import UNKNOWN
from skerry.sources.terraform.plan_json import read_plan
from skerry.sources.terraform.references import ReferenceResolver
from skerry.sources.terraform.shapes import misshapen
from tests.sources.terraform.plans import change, plan_of, refers, world_of

RULE = {"from_port": 443, "protocol": "tcp", "self": False, "cidr_blocks": ["10.0.0.0/8"], "security_groups": None}
DEEP: dict[str, Any] = {"statement": []}
for _ in range(30):
    DEEP = {"statement": [DEEP]}


@pytest.mark.parametrize(
    "values",
    [
        {"vpc_id": "vpc-1", "enable_dns_support": True, "rule_number": 100, "name": None},
        {"ingress": [RULE, UNKNOWN], "egress": [], "subnet_ids": ["a", None, UNKNOWN], "route": UNKNOWN},
        {"egress": [RULE], "volume": [{"driver_opts": {"a": "b"}}], "cidr_blocks": None},
        {"capacity_provider_strategy": [{"capacity_provider": "FARGATE", "base": 1.0}]},
        {"firewall_status": [{"sync_states": [], "blocks_of_2030": [{}]}]},
    ],
)
def test_values_of_the_provider_fit(values: dict[str, Any]) -> None:
    assert misshapen(values) is None


def test_name_may_be_a_block_of_one_type_and_a_value_of_another() -> None:
    assert misshapen({"egress": True}, "aws_network_acl_rule") is None
    assert misshapen({"egress": True}, "aws_security_group") == "egress"


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"vpc_id": ["vpc-1"]}, "vpc_id"),
        ({"rule_number": "100"}, "rule_number"),
        ({"enable_dns_support": "yes"}, "enable_dns_support"),
        ({"subnet_ids": "subnet-1"}, "subnet_ids"),
        ({"subnet_ids": [5]}, "subnet_ids"),
        ({"ingress": "all"}, "ingress"),
        ({"ingress": ["all"]}, "ingress"),
        ({"ingress": [None]}, "ingress"),
        ({"ingress": [RULE | {"from_port": []}]}, "ingress.from_port"),
        ({"route": [{"cidr_block": {}}]}, "route.cidr_block"),
        ({"volume": [{"efs_volume_configuration": 5}]}, "volume.efs_volume_configuration"),
        ({"capacity_provider_strategy": [{"base": 1}]}, "capacity_provider_strategy"),
        ({"statement": [{"condition": [{"test": "a", "variable": "b"}]}]}, "statement.condition"),
        (DEEP, ".".join(["statement"] * 22)),
    ],
)
def test_value_of_another_shape_is_named(values: dict[str, Any], name: str) -> None:
    assert misshapen(values) == name


def expression(references: Any) -> dict[str, Any]:
    block = {"address": "aws_a.x", "expressions": {"name": {"references": references}}}
    return {"configuration": {"root_module": {"resources": [block]}}}


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"prior_state": {"values": {"root_module": {"resources": 5}}}}, "gives it$"),
        (expression("hunter2"), "gives it: references of an expression"),
        (expression([5]), "gives it: references of an expression"),
    ],
)
def test_part_of_another_shape_is_refused_without_its_value(more: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError, match=f"another type than Terraform {where}") as refusal:
        read_plan("plan.json", plan_of(change("aws_vpc.a", {}), **more))
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(("mark", "value"), [(True, UNKNOWN), ([True], [UNKNOWN]), ([True, True], [UNKNOWN, UNKNOWN])])
def test_block_is_no_reference(mark: Any, value: Any) -> None:
    table = change("aws_route_table.a", {}, unknown={"route": mark})
    names = ("aws_vpc.a.id", "aws_vpc.a.cidr_block")[: 1 if mark is True else len(mark)]
    written = {"address": "aws_route_table.a", "expressions": {"route": refers(*names)}}
    vpc = change("aws_vpc.a", {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}, actions=("no-op",))
    plan = read_plan("plan.json", plan_of(table, vpc, configuration={"root_module": {"resources": [written]}}))
    assert ReferenceResolver(plan.written, plan.instances).resolve(plan.instances[0]).values["route"] == value


def test_entry_without_a_number_leaves_its_acl_unknown() -> None:
    rule = {"egress": True, "protocol": "-1", "rule_action": "allow", "network_acl_id": "acl-1"}
    acl = {"id": "acl-1", "vpc_id": "vpc-1", "egress": [], "ingress": []}
    facts = world_of(
        change("aws_vpc.a", {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}, actions=("no-op",)),
        change("aws_network_acl.a", acl, actions=("no-op",)),
        change("aws_network_acl_rule.a", rule),
    ).facts
    assert [row.entries for row in facts.network_acls] == [UNSET]


def test_value_of_a_name_for_blocks_of_other_types_follows_its_reference() -> None:
    space = "aws_service_discovery_private_dns_namespace.a"
    written = {"address": space, "expressions": {"vpc": refers("aws_vpc.a.id", "aws_vpc.a")}}
    rows = (change(space, {}, unknown={"vpc": True}), change("aws_vpc.a", {"id": "vpc-1"}, actions=("no-op",)))
    plan = read_plan("plan.json", plan_of(*rows, configuration={"root_module": {"resources": [written]}}))
    assert ReferenceResolver(plan.written, plan.instances).resolve(plan.instances[0]).values["vpc"] == "vpc-1"
