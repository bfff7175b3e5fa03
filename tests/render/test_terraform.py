"""Plans as Terraform: valid, formatted, and nothing of the plan is lost on the way, or done beside it."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hcl2
import pytest
from syrupy.assertion import SnapshotAssertion

from skerry.errors import Argument, InputError
from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    RevokeRule,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.records import Break, Plan, Planned
from skerry.render import terraform
from skerry.verdicts import OK
from tests import terraforming
from tests.networks import Network
from tests.render import making
from tests.render.planned import NAMES, of, planned

CASES: dict[str, tuple[str, dict[str, Any]]] = {name: (name, {}) for name in NAMES} | {
    "article": ("article-broken", {"ingress": "article"}),
    "from-tasks": ("article-broken", {"ingress": "from-tasks"}),
    "least-privilege": ("article-broken", {"least_privilege": True}),
    "nat": ("nat-failed-in-one-zone", {"nat": True}),
    "new-nat": ("nat-failed", {"nat": True}),
    "exit": ("nat-in-isolated-subnet", {"nat": True}),
}
HOSTILE = 'a "b" ${c} %{d}\n}\n# \x1b[31m é'
S3, SQS = "com.amazonaws.eu-west-1.s3", "com.amazonaws.eu-west-1.sqs"


@cache
def case(name: str) -> tuple[World, Plan]:
    scenario, options = CASES[name]
    return planned(scenario, **options)


def everything() -> tuple[World, Plan]:
    """A plan with a change of each kind that can be written, some of them in two VPCs, whose policies are odd."""
    network = Network()
    network.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False)
    network.attribute("EnableDnsSupport", value=False)
    network.gateway_endpoint("vpce-2")
    changes: list[Change] = [SetVpcAttribute("vpc-1", "enable_dns_support")]
    for vpc in ("vpc-1", "vpc-2"):
        group = CreateSecurityGroup(f"sg-new-endpoints-{vpc}", vpc, f"endpoints-{vpc}", "HTTPS")
        changes += [
            group,
            AuthorizeRule(group.group_id, "in", Rule("tcp", 443, "sg-tasks")),
            AuthorizeRule("sg-tasks", "out", Rule("tcp", 443, group.group_id)),
            CreateInterfaceEndpoint(f"vpce-new-sqs-{vpc}", vpc, SQS, (f"subnet-{vpc}",), (group.group_id,)),
            CreateGatewayEndpoint(f"vpce-new-s3-{vpc}", vpc, S3, (f"rtb-{vpc}",), "pl-new-s3", odd_policy(vpc)),
        ]
    groups, policy = ("sg-x", "sg-new-endpoints-vpc-1"), odd_policy("vpce-1")
    more = ModifyEndpoint("vpce-1", ("subnet-x",), groups, private_dns=True, policy=policy)
    changes += [AuthorizeRule(name, "out", Rule("tcp", 443, "pl-new-s3")) for name in ("sg-tasks", "sg-more")]
    changes += [more]
    changes += [ModifyEndpoint("vpce-2", route_tables=("rtb-x", "rtb-y"), prefix_list="pl-new-s3")]
    changes += [AddAclEntry("acl-1", 90, "in", "10.0.0.0/8", (443, 443))]
    changes += [AddAclEntry("acl-1", 80, "out", "10.0.0.0/8", (443, 443))]
    changes += [RouteToNat("rtb-main", "nat-1", "so that it leads out")]
    return network.world(), of(*changes)


def odd_policy(name: str) -> str:
    """A policy that says ``${aws:username}``, a number that is no integer, and a name that only JSON can hold."""
    condition = {"StringLike": {"aws:PrincipalTag/%{x}": "${aws:username}-é"}, "NumericLessThan": {"x:y": 1.5}}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": [name], "Condition": condition}
    if name != "vpc-1":
        del condition["NumericLessThan"]
    return json.dumps({"Version": "2012-10-17", "Statement": [statement, {"for": True, "": None, "a b": -3}]})


def root(text: str, folder: Path) -> Path:
    """A root module of one file."""
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text(text, encoding="utf-8")
    return folder


@cache
def terraformed(name: str) -> dict[str, Any]:
    """What Terraform plans with the file of a case."""
    world, plan = case(name) if name in CASES else everything()
    with TemporaryDirectory() as folder:
        return terraforming.plan(root(terraform.render(world, plan), Path(folder)), making.answers(world))


@pytest.mark.parametrize(
    "name", ["article-broken", "private-dns-off", "nacl-no-ephemeral-return", "nat", "new-nat", "exit"]
)
def test_terraform_file_matches_the_snapshot(name: str, snapshot: SnapshotAssertion) -> None:
    assert terraform.render(*case(name)) == snapshot


@pytest.mark.parametrize("name", CASES)
def test_terraform_file_is_valid_hcl(name: str) -> None:
    read = hcl2.loads(terraform.render(*case(name)))
    assert read["terraform"]


@pytest.mark.usefixtures("needs_terraform")
def test_terraform_files_pass_terraform_fmt(tmp_path: Path) -> None:
    for name in CASES:
        root(terraform.render(*case(name)), tmp_path / name)
    root(terraform.render(*everything()), tmp_path / "everything")
    assert terraforming.format_differences(tmp_path) == ""


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize("name", [*CASES, "everything"])
def test_terraform_plan_matches_the_planned_changes(name: str) -> None:
    _, plan = case(name) if name in CASES else everything()
    assert making.of_terraform(terraformed(name)) == making.of_plan(plan)


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize(
    ("name", "kind"),
    [("private-dns-off", "aws_vpc_endpoint"), ("dns-hostnames-off", "aws_vpc"), ("nat", "aws_route")],
)
def test_existing_resource_is_imported_and_updated(name: str, kind: str) -> None:
    changes = [row["change"] for row in terraformed(name)["resource_changes"] if row["type"] == kind]
    assert changes
    assert all(change["actions"] == ["update"] and change["importing"] for change in changes)


@pytest.mark.usefixtures("needs_terraform")
def test_prefix_list_of_an_existing_endpoint_is_looked_up(tmp_path: Path) -> None:
    network = Network()
    network.gateway_endpoint("vpce-2")
    more = ModifyEndpoint("vpce-2", route_tables=("rtb-x",), prefix_list="pl-new-s3")
    plan = of(AuthorizeRule("sg-tasks", "out", Rule("tcp", 443, "pl-new-s3")), more)
    folder = root(terraform.render(network.world(), plan), tmp_path)
    answers = making.answers(network.world())
    answers["aws_prefix_list"] = [{"when": {"name": S3}, "then": {"id": making.LISTED}}]
    assert making.of_terraform(terraforming.plan(folder, answers)) == making.of_plan(plan)


def test_missing_default_route_is_created_without_import() -> None:
    text = terraform.render(Network().world(), of(RouteToNat("rtb-main", "nat-1", "so that it leads out")))
    assert 'resource "aws_route" "rtb_main"' in text
    assert "import {" not in text


@pytest.mark.parametrize(
    "change", [DeleteRoute("rtb-main", "pl-53"), DeleteEndpoint("vpce-1", "it failed")], ids=["route", "endpoint"]
)
def test_removal_is_refused(change: Change) -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "endpoints", "HTTPS")
    with pytest.raises(InputError, match="Terraform cannot take away what it has not made: delete "):
        terraform.render(Network().world(), of(group, change))


def test_settings_of_a_service_are_refused() -> None:
    change = ConfigureService("web", "give it addresses", "shop", assign_public_ip=True)
    with pytest.raises(
        InputError, match="Terraform changes a service only where it is written: configure web"
    ) as found:
        terraform.render(Network().world(), of(change))
    assert Argument.FORMAT in found.value.advice


def test_dns_attributes_of_a_vpc_are_set_in_a_single_resource() -> None:
    network = Network()
    network.attribute("EnableDnsSupport", value=False)
    network.attribute("EnableDnsHostnames", value=False)
    both = (SetVpcAttribute("vpc-1", "enable_dns_support"), SetVpcAttribute("vpc-1", "enable_dns_hostnames"))
    vpc = only_vpc(terraform.render(network.world(), of(*both)))
    assert vpc["enable_dns_support"] is True
    assert vpc["enable_dns_hostnames"] is True


def test_unknown_dns_attribute_is_ignored() -> None:
    network = Network()
    network.forget("VpcAttributes")
    text = terraform.render(network.world(), of(SetVpcAttribute("vpc-1", "enable_dns_hostnames")))
    vpc = only_vpc(text)
    assert "enable_dns_support" not in vpc
    assert "enable_dns_support" in vpc["lifecycle"][0]["ignore_changes"]


def only_vpc(text: str) -> dict[str, Any]:
    [row] = hcl2.loads(text)["resource"]
    [vpc] = row['"aws_vpc"'].values()
    assert isinstance(vpc, dict)
    return vpc


def test_endpoint_of_unknown_service_is_refused() -> None:
    network = Network()
    del network.endpoint("vpce-1", "ecr.api")["ServiceName"]
    with pytest.raises(InputError, match="cannot take over vpce-1: its service or type is not known"):
        terraform.render(network.world(), of(ModifyEndpoint("vpce-1", private_dns=True)))


def test_rule_revocation_is_refused() -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "endpoints", "HTTPS")
    revoked = RevokeRule("sg-1", "in", Rule("tcp", 80, "10.0.0.0/8"))
    with pytest.raises(InputError, match=r"take away TCP 80 from 10.0.0.0/8, in sg-1"):
        terraform.render(Network().world(), of(group, revoked))


def test_manual_steps_and_warnings_are_listed_in_the_header() -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "endpoints", "HTTPS")
    proposals = (ProposeStatement("role", '{"Effect": "Allow"}', "it lacks"), MirrorImage("nginx", "nginx", "copy it"))
    plan = of(group, *proposals, proven=False, breaks=(Break("eni-1", "host", "host worked"),), limits=("51 of 50",))
    top = terraform.render(Network().world(), plan).split("terraform {")[0]
    for words in (
        "NOT PROVEN",
        "By hand: add a statement",
        '{"Effect": "Allow"}',
        "By hand: copy image nginx",
        "51 of 50",
    ):
        assert words in top
    assert all(line.startswith("#") for line in top.splitlines() if line)


def test_plan_of_manual_steps_only_is_refused() -> None:
    with pytest.raises(InputError, match="nothing of this plan can be written in Terraform: copy image nginx"):
        terraform.render(Network().world(), of(MirrorImage("nginx", "nginx", "copy it")))


def test_empty_plan_says_there_is_nothing_to_change() -> None:
    assert "There is nothing to change." in terraform.render(Network().world(), of(before=OK))


def test_owner_account_of_a_change_is_named() -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "endpoints", "HTTPS")
    plan = of(changes=(Planned(group, "manual", by="444455556666"),))
    assert "# Only account 444455556666, which owns the VPC, can make this." in terraform.render(
        Network().world(), plan
    )


@pytest.mark.usefixtures("needs_terraform")
def test_hostile_names_round_trip_through_terraform(tmp_path: Path) -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", HOSTILE, HOSTILE)
    text = terraform.render(Network().world(), of(group, MirrorImage(HOSTILE, HOSTILE, HOSTILE), services=(HOSTILE,)))
    made = terraforming.planned(terraforming.plan(root(text, tmp_path), {})).values()
    [found] = [row for row in made if "vpc_id" in row]
    assert (found["name"], found["description"]) == (HOSTILE, HOSTILE)
    assert terraforming.format_differences(tmp_path) == ""
