"""Plans read back from JSON: what skerry wrote, and nothing else."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from skerry.apply.plan_file import MOST_BYTES, decode_plan, read_plan_file
from skerry.errors import InputError
from skerry.plan.changes import (
    AddAclEntry,
    AddZoneRecord,
    Advise,
    AssociateZone,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.render.plan_json import encode_plan
from tests.networks import Network
from tests.render.planned import of, planned

POLICY = '{"Statement":[{"Action":"s3:GetObject","Effect":"Allow"}]}'
EVERY: list[Change] = [
    CreateSecurityGroup("sg-new-a", "vpc-1", "endpoints", "HTTPS (443)"),
    AuthorizeRule("sg-new-a", "in", Rule("tcp", 443, "10.0.0.0/16")),
    AuthorizeRule("sg-1", "out", Rule("tcp", 443, "sg-new-a")),
    AuthorizeRule("sg-1", "out", Rule("tcp", 443, "pl-new-s3")),
    AddAclEntry("acl-1", 90, "in", "10.0.0.0/16", (1024, 65535)),
    DeleteEndpoint("vpce-0", "failed"),
    DeleteRoute("rtb-1", "pl-9"),
    SetVpcAttribute("vpc-1", "enable_dns_hostnames"),
    CreateInterfaceEndpoint("vpce-new-a", "vpc-1", "com.amazonaws.eu-west-1.logs", ("subnet-1",), ("sg-new-a",)),
    CreateGatewayEndpoint("vpce-new-s3", "vpc-1", "com.amazonaws.eu-west-1.s3", ("rtb-1",), "pl-new-s3", POLICY),
    ModifyEndpoint("vpce-1", ("subnet-2",), ("sg-new-a",), private_dns=True, policy=POLICY),
    CreateNatGateway("nat-new-a", "vpc-1", "subnet-1", "eipalloc-new-a"),
    RouteToInternetGateway("rtb-1", "igw-1"),
    RouteToNat("rtb-2", "nat-new-a", "out"),
    ReplaceRoute("rtb-3", "0.0.0.0/0", "nat-gateway", "nat-new-a"),
    RevokeRule("sg-1", "in", Rule("udp", 53, "10.0.0.0/8")),
    ConfigureService("web", "more subnets", "c", subnets=("subnet-1",)),
    ProposeStatement("arn:aws:iam::1:role/x", '{"Effect":"Allow"}', "allow it"),
    MirrorImage("nginx", "nginx", "copy it"),
    AssociateZone("Z1", "vpc-1", "aws route53 …"),
    AddZoneRecord("Z1", "a.b", "vpc-1", "x.a.b", "vpce", "aws route53 …"),
    Advise("vpc-1", "ask"),
]


def document(*changes: Change) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(encode_plan(Network().world(), of(*changes)))
    return made


def read(content: dict[str, Any]) -> list[Change]:
    return [row.change for row in decode_plan(json.dumps(content).encode(), "p.json").plan.changes]


def test_every_change_is_read_back() -> None:
    assert read(document(*EVERY)) == EVERY
    assert {type(change) for change in EVERY} == {type(change) for change in read(document(*EVERY))}


@pytest.mark.parametrize("name", ["article-broken", "private-dns-off", "nacl-no-ephemeral-return"])
def test_plan_of_a_scenario_is_read_back(name: str) -> None:
    world, plan = planned(name)
    back = decode_plan(encode_plan(world, plan).encode(), "p.json")
    assert (back.account, back.region) == (world.account, world.region)
    assert back.plan.fingerprint == plan.fingerprint
    for row, one in zip(back.plan.changes, plan.changes, strict=True):
        assert (row.change, row.disposition, row.note, row.by) == (one.change, one.disposition, one.note, one.by)
        assert (row.cost is None) == (one.cost is None)


def change_of(content: dict[str, Any], kind: str) -> dict[str, Any]:
    change: dict[str, Any] = next(row for row in content["changes"] if row["kind"] == kind)
    return change


def edited(kind: str, **details: Any) -> Callable[[dict[str, Any]], None]:
    def edit(content: dict[str, Any]) -> None:
        change_of(content, kind)["details"].update(details)

    edit.__name__ = f"{kind} with {details}"[:90]
    return edit


def with_unknown_kind(content: dict[str, Any]) -> None:
    content["changes"][0]["kind"] = "delete-vpc"


def without_details(content: dict[str, Any]) -> None:
    del content["changes"][0]["details"]


def with_changes_of_text(content: dict[str, Any]) -> None:
    content["changes"] = "all"


def with_version_2(content: dict[str, Any]) -> None:
    content["version"] = 2


def with_unknown_disposition(content: dict[str, Any]) -> None:
    content["changes"][0]["disposition"] = "harmless"


def with_too_many_changes(content: dict[str, Any]) -> None:
    content["changes"] = [change_of(content, "advise")] * 1001


def without_the_group(content: dict[str, Any]) -> None:
    content["changes"] = content["changes"][1:]


def with_the_group_twice(content: dict[str, Any]) -> None:
    content["changes"].insert(0, content["changes"][0])


HOSTILE = [
    with_unknown_kind,
    without_details,
    with_changes_of_text,
    with_version_2,
    with_unknown_disposition,
    with_too_many_changes,
    without_the_group,
    with_the_group_twice,
    edited("create-security-group", file="/etc/passwd"),
    edited("create-security-group", group_id="sg-12345678"),
    edited("create-security-group", name="file:///etc/passwd\n"),
    edited("create-security-group", name="n" * 256),
    edited("create-security-group", description="\x1b[2J"),
    edited("create-security-group", vpc_id="../../vpc"),
    edited("create-security-group", vpc_id=7),
    edited("create-interface-endpoint", service_name="https://example.com"),
    edited("create-interface-endpoint", subnets=["subnet-1", "rtb-1"]),
    edited("create-interface-endpoint", groups=["sg-new-other"]),
    edited("create-interface-endpoint", private_dns="yes"),
    edited("create-interface-endpoint", ip_address_type="ipv5"),
    edited("create-gateway-endpoint", policy="no document"),
    edited("create-gateway-endpoint", policy={"a": "x" * 30_000}),
    edited("authorize-rule", rule={"protocol": "tcp", "port": 70_000, "peer": "10.0.0.0/8"}),
    edited("authorize-rule", rule={"protocol": "tcp", "port": 443, "peer": "everyone"}),
    edited("authorize-rule", rule={"protocol": "icmp", "port": 1, "peer": "10.0.0.0/8"}),
    edited("authorize-rule", direction="both"),
    edited("add-acl-entry", number=32767),
    edited("add-acl-entry", ports=[5, 4]),
    edited("add-acl-entry", cidr="10.0.0.0/33"),
    edited("delete-route", destination="everything"),
    edited("delete-endpoint", endpoint_id="sg-1"),
    edited("route-to-nat", nat_gateway_id="nat-new-other"),
    edited("replace-route", target="i-1"),
    edited("set-vpc-attribute", attribute="cidr"),
]


def test_plan_that_skerry_did_not_write_is_refused() -> None:
    taken = []
    for edit in HOSTILE:
        content = document(*EVERY)
        before = json.dumps(content)
        edit(content)
        assert json.dumps(content) != before
        with suppress(InputError):
            taken.append((edit.__name__, read(content)))
    assert taken == []


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff", b"{", b"[" * 200_000, b'{"version":1}'])
def test_other_documents_are_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        decode_plan(content, "p.json")


def test_missing_and_huge_files_are_refused(tmp_path: Any) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_plan_file(tmp_path / "none.json")
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(InputError, match="larger"):
        read_plan_file(huge)


def test_fields_of_later_versions_are_ignored() -> None:
    content = document(*EVERY)
    content["later"] = content["changes"][0]["later"] = 1
    assert read(content) == EVERY
