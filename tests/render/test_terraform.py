"""Plans as Terraform: valid, formatted, and nothing of the plan is lost on the way."""

from pathlib import Path
from typing import Any

import hcl2
import pytest
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
    ProposeStatement,
    RouteToNat,
    SetVpcAttribute,
)
from skerry.plan.records import Break, Plan, Planned
from skerry.render import terraform
from tests import terraforming
from tests.networks import Network
from tests.render.planned import NAMES, of, planned

CASES: dict[str, tuple[str, dict[str, Any]]] = {name: (name, {}) for name in NAMES} | {
    "article": ("article-broken", {"ingress": "article"}),
    "from-tasks": ("article-broken", {"ingress": "from-tasks"}),
    "least-privilege": ("endpoints-without-s3", {"least_privilege": True}),
    "nat": ("nat-failed-in-one-zone", {"nat": True}),
}
HOSTILE = 'a "b" ${c} %{d}\n}\n# \x1b[31m é'


def case(name: str) -> tuple[World, Plan]:
    scenario, options = CASES[name]
    return planned(scenario, **options)


def root(text: str, folder: Path) -> Path:
    """A root module of one file."""
    (folder / "main.tf").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["article-broken", "private-dns-off", "nacl-no-ephemeral-return"])
def test_a_file_as_a_person_would_have_written_it(name: str, snapshot: SnapshotAssertion) -> None:
    assert terraform.render(*case(name)) == snapshot


@pytest.mark.parametrize("name", CASES)
class TestAFile:
    def test_is_hcl(self, name: str) -> None:
        read = hcl2.loads(terraform.render(*case(name)))
        assert read["terraform"]

    @pytest.mark.usefixtures("needs_terraform")
    def test_is_formatted_and_valid(self, name: str, tmp_path: Path) -> None:
        folder = root(terraform.render(*case(name)), tmp_path)
        assert terraforming.format_differences(folder) == ""
        assert terraforming.validate(folder) == []

    @pytest.mark.usefixtures("needs_terraform")
    def test_makes_all_that_is_planned(self, name: str, tmp_path: Path) -> None:
        world, plan = case(name)
        text = terraform.render(world, plan)
        if "import {" in text:
            # The stand-in for the provider has nothing to import; that the file is valid is held above.
            assert imports_of(plan) == text.count("import {")
            return
        answers = {"aws_prefix_list": [{"then": {"id": "pl-0123abcd"}}]}
        made = terraforming.planned(terraforming.plan(root(text, tmp_path), answers)).values()
        assert resources_of(list(made)) == changes_of(plan)


def imports_of(plan: Plan) -> int:
    changes = [row.change for row in plan.changes]
    endpoints = sum(isinstance(one, ModifyEndpoint) and one.private_dns is not None for one in changes)
    return endpoints + len({one.vpc_id for one in changes if isinstance(one, SetVpcAttribute)})


Mark = tuple[object, ...]


def changes_of(plan: Plan) -> list[Mark]:
    """What a plan makes, of each thing what tells it from others."""
    found: list[Mark] = []
    for row in plan.changes:
        match row.change:
            case CreateSecurityGroup() as change:
                found += [("group", change.name), ("rule", None, "-1", None)]
            case AuthorizeRule() as change:
                found.append(("rule", change.rule.port, change.rule.protocol, _known(change.rule.peer)))
            case CreateInterfaceEndpoint() as change:
                subnets = tuple(sorted(change.subnets))
                found.append(("endpoint", change.service_name, subnets, change.private_dns, bool(change.policy)))
            case CreateGatewayEndpoint() as change:
                found.append(("gateway", change.service_name, change.route_tables, bool(change.policy)))
            case ModifyEndpoint() as change:
                found += [("more", one) for one in (*change.subnets, *change.route_tables, *change.groups)]
                found += [("policy", change.endpoint_id)] if change.policy else []
            case AddAclEntry() as change:
                found.append(("entry", change.number, change.direction == "out", change.cidr, change.ports))
            case RouteToNat() as change if change.nat_gateway_id:
                found.append(("route", change.route_table_id, change.nat_gateway_id))
            case _:
                pass
    return sorted(found, key=repr)


def _known(peer: str) -> str | None:
    """A peer whose id is known before anything is made."""
    return None if "-new-" in peer or peer == "0.0.0.0/0" else peer


def resources_of(made: list[dict[str, Any]]) -> list[Mark]:
    """The same of the resources that Terraform plans."""
    return sorted((mark for row in made if (mark := _mark(row))), key=repr)


def _mark(row: dict[str, Any]) -> Mark | None:
    if "ip_protocol" in row:
        peers = (row.get(key) for key in ("cidr_ipv4", "referenced_security_group_id", "prefix_list_id"))
        peer = next((one for one in peers if one and one not in {"0.0.0.0/0", "pl-0123abcd"}), None)
        return ("rule", row.get("from_port"), row["ip_protocol"], peer)
    if row.get("vpc_endpoint_type") == "Interface":
        subnets = tuple(sorted(row["subnet_ids"]))
        return ("endpoint", row["service_name"], subnets, row["private_dns_enabled"], bool(row.get("policy")))
    if row.get("vpc_endpoint_type") == "Gateway":
        return ("gateway", row["service_name"], tuple(row["route_table_ids"]), bool(row.get("policy")))
    if row.get("nat_gateway_id"):
        return ("route", row["route_table_id"], row["nat_gateway_id"])
    if "vpc_endpoint_id" in row and row.get("policy"):
        return ("policy", row["vpc_endpoint_id"])
    if "vpc_endpoint_id" in row:
        return ("more", row.get("subnet_id") or row.get("route_table_id") or row.get("security_group_id"))
    if "rule_number" in row:
        return ("entry", row["rule_number"], row["egress"], row["cidr_block"], (row["from_port"], row["to_port"]))
    return ("group", row["name"])


def test_what_is_nobodys_file_stands_at_the_top() -> None:
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


def test_a_plan_of_proposals_alone_is_refused() -> None:
    with pytest.raises(InputError, match="nothing of this plan can be written in Terraform: copy image nginx"):
        terraform.render(Network().world(), of(MirrorImage("nginx", "nginx", "copy it")))


def test_a_plan_without_changes_says_so() -> None:
    assert "There is nothing to change." in terraform.render(Network().world(), of(before=OK))


def test_who_alone_can_make_a_change_is_told() -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "endpoints", "HTTPS")
    plan = of(changes=(Planned(group, "manual", by="444455556666"),))
    assert "# Only account 444455556666, which owns the VPC, can make this." in terraform.render(
        Network().world(), plan
    )


@pytest.mark.usefixtures("needs_terraform")
def test_hostile_names_stay_names(tmp_path: Path) -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", HOSTILE, HOSTILE)
    text = terraform.render(Network().world(), of(group, MirrorImage(HOSTILE, HOSTILE, HOSTILE), services=(HOSTILE,)))
    made = terraforming.planned(terraforming.plan(root(text, tmp_path), {})).values()
    [found] = [row for row in made if "vpc_id" in row]
    assert (found["name"], found["description"]) == (HOSTILE, HOSTILE)
    assert terraforming.format_differences(tmp_path) == ""
