"""Plans as text and as JSON, version 1: what people read and what programs rely on."""

import json
from datetime import datetime, timedelta
from typing import Any

import click
import pytest
from syrupy.assertion import SnapshotAssertion

from skerry import __version__, app
from skerry.diagnose.diagnosis import Finding
from skerry.model.facts import Missing, Refusal
from skerry.model.origins import Origin
from skerry.plan.changes import (
    AddAclEntry,
    Advise,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateInterfaceEndpoint,
    CreateNatGateway,
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
from skerry.plan.records import Break, CrossedObject, Fingerprint, Plan, Planned, Remaining, Why
from skerry.render import plan as rendered
from skerry.render import plan_json
from skerry.render.text import width_of
from skerry.render.view import View
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN
from tests.networks import ACCOUNT, REGION, Network, container
from tests.render.networks import scenario
from tests.render.planned import of

NAMES = ("article-broken", "private-dns-off", "third-party-registry", "role-without-token", "nacl-no-ephemeral-return")
ESCAPE = "\x1b[31m"


def text(plan: Plan, refused: tuple[Refusal, ...] = (), **how: Any) -> str:
    """The text of a plan without its colours, each message on one line."""
    return click.unstyle(rendered.format_plan(plan, refused=refused, view=View(**({"width": 1000} | how))))


@pytest.mark.parametrize("name", NAMES)
def test_plan_text_matches_the_snapshot(name: str, snapshot: SnapshotAssertion) -> None:
    assert text(app.plan(scenario(name)), width=80) == snapshot


@pytest.mark.parametrize("name", NAMES[:2])
def test_plan_json_matches_the_snapshot(
    name: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skerry.app.planning._now", lambda: "2026-01-31T12:00:00+00:00")
    world = scenario(name)
    assert plan_json.encode_plan(world, app.plan(world)) == snapshot


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [40, 60])
def test_plan_lines_fit_the_width(name: str, width: int) -> None:
    lines = text(app.plan(scenario(name)), width=width).splitlines()
    assert [line for line in lines if width_of(line) > width] == []


class TestHeadline:
    @pytest.mark.parametrize(
        ("plan", "line"),
        [
            (of(before=OK), "ok: web can start, nothing to change"),
            (of(before=NOT_APPLICABLE), "not-applicable: web is not on Fargate, nothing to change"),
            (of(SetVpcAttribute("vpc-1", "enable_dns_support")), "ok: 1 change, after which web can start (proven)"),
            (
                of(after=UNKNOWN, proven=False, facts=(Missing("a fact", "ec2:DescribeVpcs"),)),
                "unknown: 0 changes, and not enough data to tell whether web can start then",
            ),
            (
                of(after=INTERMITTENT, proven=False),
                "intermittent: web starts only at times; no change helps",
            ),
            (
                of(proven=False, breaks=(Break("eni-1", "host", "it breaks"),)),
                "blocked: 0 changes, after which web can start, but they would break flows of others",
            ),
            (
                of(proven=False, limits=("51 of 50",)),
                "blocked: 0 changes, after which web can start, but they go beyond a limit",
            ),
            (
                of(services=("a", "b", "c", "d", "e"), before=OK),
                "ok: a, b, c and 2 more can start, nothing to change",
            ),
        ],
        ids=["nothing", "not-fargate", "proven", "unknown", "intermittent", "breaks", "quota", "many"],
    )
    def test_plan_headline_states_verdict_and_changes(self, plan: Plan, line: str) -> None:
        assert text(plan, quiet=True) == f"{line}\n"

    @pytest.mark.parametrize(
        ("plan", "verdict"),
        [
            (of(), OK),
            (of(proven=False, limits=("51 of 50",)), BLOCKED),
            (of(after=UNKNOWN, proven=False), UNKNOWN),
        ],
        ids=["proven", "beyond-a-quota", "unknown"],
    )
    def test_plan_verdict_is_ok_only_if_proven(self, plan: Plan, verdict: str) -> None:
        assert rendered.verdict_of(plan) == verdict


class TestChangeText:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (AuthorizeRule("sg-1", "out", Rule("tcp", 443, "pl-1")), "allow TCP 443 to pl-1, in sg-1"),
            (RevokeRule("sg-1", "in", Rule("udp", 53, "10.0.0.0/8")), "take away UDP 53 from 10.0.0.0/8, in sg-1"),
            (SetVpcAttribute("vpc-1", "enable_dns_hostnames"), "switch enableDnsHostnames of vpc-1 on"),
            (AddAclEntry("acl-1", 90, "in", "10.0.1.0/24", (443, 443)), "rule 90: allow TCP 443 in from 10.0.1.0/24"),
            (
                AddAclEntry("acl-1", 90, "out", "10.0.1.0/24", (32_768, 65_535)),
                "rule 90: allow TCP 32768-65535 out to 10.0.1.0/24",
            ),
            (ModifyEndpoint("vpce-1", private_dns=True), "switch private DNS on"),
            (ModifyEndpoint("vpce-1", subnets=("subnet-c",)), "also into subnets subnet-c"),
            (ModifyEndpoint("vpce-1", groups=("sg-new-endpoints",)), "also with security groups the new endpoints"),
            (ModifyEndpoint("vpce-1", route_tables=("rtb-1",)), "also on route tables rtb-1"),
            (ModifyEndpoint("vpce-1", policy="{}"), "policy: {}"),
            (DeleteEndpoint("vpce-1", "it is failed"), "delete endpoint vpce-1"),
            (ConfigureService("web", "use LATEST"), "configure web: use LATEST"),
            (ConfigureService("web", "leave it", subnets=("subnet-a", "subnet-b")), "with only subnet-a, subnet-b"),
            (ProposeStatement("role", '{"Effect": "Allow"}', "lacks"), '{"Effect": "Allow"}'),
            (MirrorImage("nginx", "library/nginx", "copy it"), "copy image nginx into ECR"),
            (RouteToNat("rtb-1", "nat-1", "route it"), "route rtb-1 to nat-1"),
            (RouteToNat("rtb-1", "nat-new-vpc-1", "route it"), "route rtb-1 to the new NAT gateway of vpc-1"),
            (RouteToInternetGateway("rtb-1", "igw-1"), "route rtb-1 to igw-1"),
            (
                ReplaceRoute("rtb-1", "0.0.0.0/0", "nat-gateway", "nat-1"),
                "replace the target of 0.0.0.0/0 in rtb-1 by nat-1",
            ),
            (DeleteRoute("rtb-1", "pl-53"), "delete the black hole for pl-53 from rtb-1"),
            (
                CreateNatGateway("nat-new-vpc-1", "vpc-1", "subnet-b", "eipalloc-new-vpc-1"),
                "create a NAT gateway in subnet-b of vpc-1, with an Elastic IP address",
            ),
            (Advise("tgw-1", "add a route"), "tgw-1: add a route"),
            (Advise("", "think"), "think"),
            (
                CreateInterfaceEndpoint("vpce-new-x", "vpc-1", "x", ("subnet-a",), ("sg-1",), private_dns=False),
                "in subnet-a, without private DNS, with sg-1",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_change_text_describes_each_kind_of_change(self, change: Change, words: str) -> None:
        assert words in text(of(change))

    def test_change_text_groups_steps_by_reason(self) -> None:
        whys = tuple(Why("CODE", "rtb-1", step, (step,), ("a", "b", "c", "d")) for step in ("logs", "layers"))
        plan = of(changes=(Planned(SetVpcAttribute("vpc-1", "enable_dns_support"), "disruptive", whys, "beware"),))
        found = text(plan)
        assert "for logs, layers of a, b, c and 1 more: CODE rtb-1" in found
        assert "note: beware" in found

    def test_change_text_names_the_owner_account(self) -> None:
        plan = of(changes=(Planned(SetVpcAttribute("vpc-1", "enable_dns_support"), "manual", by="444455556666"),))
        found = text(plan)
        assert "By hand" in found
        assert "only account 444455556666, which owns the VPC, can do this" in found


class TestPlanText:
    def test_plan_text_lists_remaining_blockers_missing_facts_and_breaks(self) -> None:
        plan = of(
            after=BLOCKED,
            proven=False,
            remaining=(Remaining(("web",), "logs", ("subnet-a",), BLOCKED, "CODE", "rtb-1", "no way"),),
            facts=(Missing("a fact", "ec2:DescribeVpcs"), Missing("another")),
            breaks=(Break("eni-1", "host", "host worked"),),
            limits=("51 endpoints",),
        )
        found = text(plan, refused=(Refusal("ec2:DescribeVpcs", "UnauthorizedOperation"),))
        for words in ("CODE rtb-1  logs", "no way", "? a fact", "supply the answer of ec2:DescribeVpcs", "? another"):
            assert words in found
        for words in ("Would break\n  host worked", "Beyond a limit\n  51 endpoints", "UnauthorizedOperation"):
            assert words in found

    def test_plan_text_contains_no_escape_sequences(self) -> None:
        hostile = of(Advise(ESCAPE, ESCAPE), ProposeStatement(ESCAPE, ESCAPE, ESCAPE), services=(ESCAPE,))
        assert ESCAPE not in text(hostile)


class TestVerbosePlan:
    PLAN = of(
        changes=(
            Planned(SetVpcAttribute("vpc-1", "enable_dns_support"), "safe", origin=Origin("vpcs.json", "arn")),
            Planned(Advise("Z1", "advice"), "manual"),
        ),
        remaining=(Remaining(("web",), "secrets", (), BLOCKED, "", "rtb-1", "", Origin(f"{ESCAPE}.json", None)),),
    )

    def test_verbose_plan_lists_the_places_of_resources(self) -> None:
        assert text(self.PLAN, verbose=True).endswith("\nWritten in\n  vpc-1  vpcs.json\n  rtb-1  \\x1b[31m.json\n")

    def test_plan_without_verbose_lists_no_places(self) -> None:
        assert "Written in" not in text(self.PLAN)


class TestPlanJson:
    def test_plan_json_has_the_documented_fields(self) -> None:
        network = Network()
        network.definition(container())
        network.service()
        world = network.world()
        found = json.loads(plan_json.encode_plan(world, app.plan(world)))
        assert found.keys() >= {"version", "changes", "proven", "remaining"}
        for change in found["changes"]:
            assert change.keys() >= {"kind", "resource", "why", "disposition"}

    def test_plan_json_has_the_origin_of_changes_reasons_remaining_blockers_and_notes(self) -> None:
        origin = Origin("network.json", None)
        plan = of(
            changes=(
                Planned(SetVpcAttribute("vpc-1", "enable_dns_support"), "safe", (Why("", "", "", origin=origin),)),
            ),
            remaining=(Remaining(("web",), "secrets", (), BLOCKED, "", "Z1", "", origin),),
            findings=(Finding("an-id", "note", "", "Z1", (), origin),),
        )
        found = json.loads(plan_json.encode_plan(Network().world(), plan))
        (change,) = found["changes"]
        assert change["origin"] is None
        places = [found[key][0]["origin"]["document"] for key in ("remaining", "findings")]
        assert [*places, change["why"][0]["origin"]["document"]] == ["network.json"] * 3

    def test_plan_json_holds_policies_as_objects(self) -> None:
        world = Network().world()
        plan = of(ProposeStatement("role", '{"Effect": "Allow"}', ""), ModifyEndpoint("vpce-1", policy='{"a": 1}'))
        changes = json.loads(plan_json.encode_plan(world, plan))["changes"]
        assert changes[0]["details"]["statement"] == {"Effect": "Allow"}
        assert changes[1]["details"]["policy"] == {"a": 1}
        # AWS's own calls take it as a text.
        assert changes[1]["details"]["policy_document"] == '{"a": 1}'

    def test_plan_json_says_what_it_was_made_from(self) -> None:
        made = {"made_at": "2026-01-31T12:00:00+00:00", "made_by": "0.1.0"}
        fingerprint = Fingerprint("d1", (CrossedObject("rtb-1", "route", "d2", ("a",)),))
        plan = of(SetVpcAttribute("vpc-1", "enable_dns_support"), fingerprint=fingerprint, **made)
        written = json.loads(plan_json.encode_plan(Network().world(), plan))
        assert (written["made_at"], written["skerry_version"]) == (made["made_at"], made["made_by"])
        assert (written["account"], written["region"]) == (ACCOUNT, REGION)
        objects = [{"resource": "rtb-1", "kind": "route", "digest": "d2", "values": ["a"]}]
        assert written["fingerprint"] == {"digest": "d1", "objects": objects}

    def test_plan_of_a_network_has_the_time_in_utc_and_a_fingerprint(self) -> None:
        plan = app.plan(scenario("private-dns-off"))
        assert datetime.fromisoformat(plan.made_at).utcoffset() == timedelta(0)
        assert plan.made_by == __version__
        assert plan.fingerprint is not None
        assert "vpce-api" in {crossed.resource for crossed in plan.fingerprint.objects}
