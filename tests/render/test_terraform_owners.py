"""Terraform beside somebody's own: existing resources are named with their type, and are taken over with a way back."""

from typing import Any

import hcl2
import pytest

from skerry.errors import InputError
from skerry.model.origins import Origin
from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    ModifyEndpoint,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.records import Planned, Why
from skerry.render import terraform
from skerry.verdicts import OK
from tests.networks import Network
from tests.render.planned import of

RULE = Rule("tcp", 443, "10.0.0.0/16")
NEW_GROUP = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "endpoints", "HTTPS")
SQS = "com.amazonaws.eu-west-1.sqs"


def network() -> Network:
    made = Network()
    made.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=True)
    made.gateway_endpoint("vpce-2")
    return made


def resources(text: str) -> dict[str, dict[str, Any]]:
    """The resources of a file by their addresses."""
    rows = hcl2.loads(text).get("resource", [])
    return {
        f"{kind}.{label}".replace('"', ""): body
        for row in rows
        for kind, labels in row.items()
        for label, body in labels.items()
    }


def rendered(*changes: Change, world: World | None = None) -> str:
    return terraform.render(world or network().world(), of(*changes))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (AuthorizeRule("sg-tasks", "out", RULE), "sg-tasks as aws_security_group with egress blocks"),
        (AuthorizeRule("sg-tasks", "in", RULE), "sg-tasks as aws_security_group with ingress blocks"),
        (AddAclEntry("acl-1", 90, "in", "10.0.0.0/8", (443, 443)), "acl-1 as aws_network_acl with ingress blocks"),
        (SetVpcAttribute("vpc-1", "enable_dns_support"), "vpc-1 as aws_vpc, change there enable_dns_support = true"),
        (ModifyEndpoint("vpce-1", ("subnet-x",)), "vpce-1 as aws_vpc_endpoint, change there subnet_ids,"),
        (
            ModifyEndpoint("vpce-1", groups=("sg-x",), policy="{}"),
            "vpce-1 as aws_vpc_endpoint, change there security_group_ids and policy,",
        ),
        (ModifyEndpoint("vpce-2", route_tables=("rtb-x",)), "vpce-2 as aws_vpc_endpoint, change there route_table_ids"),
        (ModifyEndpoint("vpce-1", private_dns=True), "vpce-1 as aws_vpc_endpoint, change there private_dns_enabled"),
        (RouteToNat("rtb-x", "nat-1", "out"), "rtb-x as aws_route_table with route blocks"),
    ],
)
def test_existing_resource_is_named_with_its_type_and_argument(change: Change, words: str) -> None:
    assert f"# Existing: if your Terraform has {words}" in rendered(change)


def test_default_resources_are_named_as_the_types_that_drop_unlisted_rules() -> None:
    made = network()
    made.group("sg-of-vpc", "default")
    made.acl("acl-default", [])
    made.rows["NetworkAcls"][-1]["IsDefault"] = True
    world = made.world()
    group = rendered(AuthorizeRule("sg-of-vpc", "out", RULE), world=world)
    acl = rendered(AddAclEntry("acl-default", 90, "out", "10.0.0.0/8", (443, 443)), world=world)
    assert "sg-of-vpc as aws_default_security_group, add the rule to its egress blocks" in group
    assert "acl-default as aws_default_network_acl, add the rule to its egress blocks" in acl


def test_rule_of_a_new_group_needs_no_owner() -> None:
    assert "Existing:" not in rendered(NEW_GROUP, AuthorizeRule(NEW_GROUP.group_id, "in", RULE))


def test_address_in_terraform_is_named() -> None:
    origin = Origin("plan.json", None, "module.net.aws_vpc_endpoint.ecr", "main.tf", 7)
    row = Planned(ModifyEndpoint("vpce-1", ("subnet-x",)), "safe", origin=origin)
    text = terraform.render(network().world(), of(changes=(row,)))
    assert "# It is written in module.net.aws_vpc_endpoint.ecr in main.tf:7." in text


def test_new_members_join_the_present_ones_in_the_endpoints_own_arguments() -> None:
    text = rendered(ModifyEndpoint("vpce-1", ("subnet-x",), ("sg-x",)))
    [(address, endpoint)] = resources(text).items()
    present = network().world().vpc_endpoints["vpce-1"]
    assert address == "aws_vpc_endpoint.vpce_1"
    assert [name.strip('"') for name in endpoint["subnet_ids"]] == [*present.subnet_ids, "subnet-x"]
    assert [name.strip('"') for name in endpoint["security_group_ids"]][-1] == "sg-x"
    assert endpoint["private_dns_enabled"] is True  # without it the provider would switch it off
    assert "_association" not in text


def test_unread_private_dns_is_ignored_not_switched_off() -> None:
    made = network()
    del made.endpoint("vpce-3", "logs")["PrivateDnsEnabled"]
    endpoint = resources(rendered(ModifyEndpoint("vpce-3", ("subnet-x",)), world=made.world()))[
        "aws_vpc_endpoint.vpce_3"
    ]
    assert "private_dns_enabled" not in endpoint
    assert "private_dns_enabled" in endpoint["lifecycle"][0]["ignore_changes"]


@pytest.mark.parametrize(
    ("missing", "change", "words"),
    [
        ("SubnetIds", ModifyEndpoint("vpce-3", ("subnet-x",)), "its subnets are not known"),
        ("Groups", ModifyEndpoint("vpce-3", groups=("sg-x",)), "its security groups are not known"),
    ],
)
def test_endpoint_with_unread_members_is_refused(missing: str, change: Change, words: str) -> None:
    made = network()
    del made.endpoint("vpce-3", "logs")[missing]
    with pytest.raises(InputError, match=words):
        rendered(change, world=made.world())


@pytest.mark.parametrize(
    ("change", "address"),
    [
        (SetVpcAttribute("vpc-1", "enable_dns_support"), "aws_vpc.vpc_1"),
        (ModifyEndpoint("vpce-1", private_dns=True), "aws_vpc_endpoint.vpce_1"),
    ],
)
def test_every_import_comes_with_a_removed_block_as_a_comment(change: Change, address: str) -> None:
    text = rendered(change)
    commented = "\n".join(line.removeprefix("# ") for line in text.partition("write this instead.")[2].splitlines())
    [removed] = hcl2.loads(commented.replace("#\n", "\n"))["removed"]
    assert removed["from"].strip("${}") == address
    assert removed["lifecycle"][0]["destroy"] is False


def test_stages_depend_on_the_stage_before_them() -> None:
    text = rendered(
        NEW_GROUP,
        AuthorizeRule(NEW_GROUP.group_id, "in", RULE),
        AddAclEntry("acl-1", 90, "in", "10.0.0.0/8", (443, 443)),
        ModifyEndpoint("vpce-1", ("subnet-x",)),
        SetVpcAttribute("vpc-1", "enable_dns_hostnames"),
        CreateInterfaceEndpoint("vpce-new-sqs", "vpc-1", SQS, ("subnet-a",), (NEW_GROUP.group_id,)),
        ModifyEndpoint("vpce-2", route_tables=("rtb-x",)),
        RouteToNat("rtb-x", "nat-1", "out"),
    )
    needed = {
        address: [name.strip("${}") for name in body.get("depends_on", [])] for address, body in resources(text).items()
    }
    filters = ["aws_vpc_security_group_ingress_rule.endpoints_cidr", "aws_network_acl_rule.acl_1_ingress"]
    endpoints = ["aws_vpc_endpoint.interface", "aws_vpc_endpoint.vpce_2"]
    assert needed == {
        "aws_security_group.endpoints": [],
        **{address: [] for address in filters},
        "aws_vpc_endpoint.vpce_1": filters,
        "aws_vpc.vpc_1": ["aws_vpc_endpoint.vpce_1"],
        **{address: ["aws_vpc.vpc_1"] for address in endpoints},
        "aws_route.rtb_x": endpoints,
    }


def test_service_names_follow_the_region_variable() -> None:
    partner = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
    changes = [
        CreateInterfaceEndpoint(f"vpce-new-{number}", "vpc-1", name, ("subnet-a",), ("sg-x",))
        for number, name in enumerate([SQS, partner, "com.amazonaws.us-east-1.logs"])
    ]
    text = rendered(*changes)
    assert '"com.amazonaws.${var.region}.sqs"' in text
    # Its service lies in that Region, whatever the Region of the VPC.
    assert f'"{partner}"' in text
    assert '"com.amazonaws.us-east-1.logs"' in text


def test_nothing_to_do_is_a_comment_without_a_root_module() -> None:
    text = terraform.render(network().world(), of(before=OK))
    assert all(line.startswith("#") for line in text.splitlines())


def test_tags_are_a_variable_only_where_something_is_tagged() -> None:
    assert 'variable "tags"' not in rendered(AddAclEntry("acl-1", 90, "in", "10.0.0.0/8", (443, 443)))
    assert 'variable "tags"' in rendered(AuthorizeRule("sg-tasks", "out", RULE))


def test_rules_are_described_by_their_steps() -> None:
    why = (Why("CODE", "sg-tasks", "", ("manifest",)), Why("CODE", "sg-tasks", "", ("layers", "manifest")))
    row = Planned(AuthorizeRule("sg-tasks", "out", RULE), "safe", why)
    [rule] = resources(terraform.render(network().world(), of(changes=(row,)))).values()
    assert rule["description"] == '"For ECS tasks: manifest, layers"'


def test_a_group_gets_no_rule_beyond_the_plan() -> None:
    assert list(resources(rendered(NEW_GROUP))) == ["aws_security_group.endpoints"]
