"""The checks before the first change of an apply: identity, age, the proof, managed objects, effects and quotas."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from skerry.apply.preflight.check import AccountNow, ApplySettings, PlanToApply, check_before
from skerry.apply.preflight.identity import CallerIdentity
from skerry.apply.preflight.managed_objects import ManagedTag, managed_after
from skerry.apply.preflight.results import ApplyRefusal, ApplyRemark, CheckResult, refusals_of
from skerry.model.arns import NameOrArn
from skerry.plan.changes import (
    AuthorizeRule,
    Change,
    CreateInterfaceEndpoint,
    ModifyEndpoint,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.fingerprints import fingerprint_of
from skerry.plan.records import Plan, Planned
from skerry.plan.scope import Scope
from skerry.plan.world_before import MadeChange
from tests.networks import ACCOUNT, REGION, Network, allow, both_ways, entry
from tests.plan.test_rules_and_entries import served
from tests.planning import changes, isolated, launches, plan_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VERSION = "1.0"
USER = NameOrArn(f"arn:aws:iam::{ACCOUNT}:user/admin")


def closed() -> Network:
    """Endpoints that admit nobody: the plan opens their group."""
    made = served("sg-end")
    made.group("sg-end", inbound=[], outbound=[allow()])
    return made


PLAN: Plan = plan_of(closed().world())


def plan_to_apply(plan: Plan = PLAN, network: Network | None = None) -> PlanToApply:
    world = (network or closed()).world()
    fingerprint = fingerprint_of(world, Scope(launches(world)), changes(plan))
    return PlanToApply(ACCOUNT, REGION, plan.changes, fingerprint, NOW.isoformat(), VERSION)


def results(network: Network, plan: PlanToApply | None = None, **settings: Any) -> tuple[CheckResult, ...]:
    world = network.world()
    names = settings.pop("names", {"web"})
    chosen = [launch for launch in launches(world) if launch.name in names]
    others = [launch for launch in launches(world) if launch.name not in names]
    identity = settings.pop("identity", CallerIdentity(ACCOUNT, USER, REGION))
    account = AccountNow(identity, world, Scope(chosen, (), others), settings.pop("quotas", QUOTAS))
    return check_before(plan or plan_to_apply(), account, ApplySettings(NOW, VERSION, **settings))


QUOTAS = {"L-0EA8095F": 60.0, "L-29B6F2EB": 50.0, "L-1B52E74A": 20.0, "L-E79EC296": 2500.0, "L-2AFB9258": 5.0}


def codes(found: tuple[CheckResult, ...]) -> list[str]:
    return [result.code for result in found]


def only(found: tuple[CheckResult, ...]) -> CheckResult:
    (result,) = found
    return result


def test_unchanged_account_has_nothing_to_say() -> None:
    assert any(isinstance(change, AuthorizeRule) for change in changes(PLAN))
    assert results(closed()) == ()


class TestIdentity:
    def test_other_account_is_refused_and_nothing_else_is_compared(self) -> None:
        identity = CallerIdentity("999999999999", USER, REGION)
        (refusal,) = results(Network(), identity=identity)
        assert refusal.code == "ACCOUNT_DIFFERS"
        assert ACCOUNT in refusal.message
        assert "999999999999" in refusal.message

    def test_other_region_is_refused(self) -> None:
        assert codes(results(closed(), identity=CallerIdentity(ACCOUNT, USER, "us-east-1"))) == ["REGION_DIFFERS"]

    def test_plan_without_account_and_region_is_refused(self) -> None:
        plan = replace(plan_to_apply(), account=None, region=None)
        assert codes(results(closed(), plan)) == ["ACCOUNT_UNKNOWN", "REGION_DIFFERS"]


class TestAge:
    def made(self, at: str, by: str = VERSION) -> list[str]:
        return [result.message for result in results(closed(), replace(plan_to_apply(), made_at=at, made_by=by))]

    def test_old_plan_is_named_with_its_age(self) -> None:
        assert self.made((NOW - timedelta(days=3, hours=2)).isoformat()) == [
            "the plan is 3 days old, of 2026-02-26T10:00:00+00:00"
        ]

    def test_plan_of_the_last_hour_is_not_remarked(self) -> None:
        assert self.made((NOW - timedelta(minutes=59)).isoformat()) == []

    def test_plan_from_the_future_shows_a_clock_that_jumped(self) -> None:
        found = results(closed(), replace(plan_to_apply(), made_at=(NOW + timedelta(hours=2)).isoformat()))
        assert codes(found) == ["PLAN_FROM_FUTURE"]
        assert refusals_of(found) == ()

    @pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01"])
    def test_unreadable_time_is_remarked(self, text: str) -> None:
        assert self.made(text) == ["the plan does not say when it was made"]

    def test_time_without_zone_counts_as_utc(self) -> None:
        assert self.made("2026-03-01T12:00:00") == []

    def test_plan_of_another_version_is_remarked(self) -> None:
        assert self.made(NOW.isoformat(), "0.9") == ["the plan was made by skerry 0.9, and this is 1.0"]
        assert self.made(NOW.isoformat(), "") == ["the plan was made by an unnamed version of skerry, and this is 1.0"]


class TestProof:
    """Differences of the account that was read again."""

    def test_rule_that_somebody_added_is_refused_with_both_values(self) -> None:
        made = closed()
        made.row("SecurityGroups", "sg-end")["IpPermissions"] = [allow("tcp", 22, cidr="10.9.0.0/16")]
        refusal = only(results(made))
        assert (refusal.code, refusal.resource) == ("OBJECT_DIFFERS", "sg-end")
        assert "\n  was IpPermissions: none" in refusal.message
        assert '\n  now IpPermissions: {"FromPort": 22' in refusal.message

    def test_network_acl_that_now_decides_is_refused_with_its_rule(self) -> None:
        made = closed()
        made.acl("acl-deny", both_ways(entry(50, action="deny")), subnets=("subnet-a", "subnet-b"))
        by_resource = {refusal.resource: refusal for refusal in refusals_of(results(made))}
        assert by_resource["acl-deny"].code == "OBJECT_IS_NEW"
        assert "rule 50: deny" in by_resource["acl-deny"].message

    def test_endpoint_that_somebody_deleted_is_refused(self) -> None:
        made = closed()
        made.rows["VpcEndpoints"].remove(made.row("VpcEndpoints", "vpce-a"))
        gone = [refusal for refusal in refusals_of(results(made)) if refusal.code == "OBJECT_GONE"]
        assert [refusal.message.splitlines()[0] for refusal in gone] == ["vpce-a does not exist any more"]

    def test_difference_that_decides_nothing_is_no_refusal(self) -> None:
        made = closed()
        made.subnet("subnet-far", "10.0.99.0/24", "eu-west-1c")
        made.group("sg-far", inbound=[allow()])
        made.row("SecurityGroups", "sg-end")["Tags"] = [{"Key": "Name", "Value": "another"}]
        assert results(made) == ()

    def test_plan_without_fingerprint_is_refused(self) -> None:
        assert codes(results(closed(), replace(plan_to_apply(), fingerprint=None))) == ["NO_FINGERPRINT"]

    def test_many_values_are_counted(self) -> None:
        made = closed()
        cidrs = [f"10.9.{number}.0/24" for number in range(5)]
        made.row("SecurityGroups", "sg-end")["IpPermissions"] = [allow("tcp", 22, cidr=cidrs)]
        message = only(results(made)).message
        assert message.count("\n  now ") == 3
        # Five rules, and the decision of the group on the way.
        assert message.endswith("\n  and 3 more")


class TestObjects:
    def changed(self, *more: Change) -> PlanToApply:
        return replace(plan_to_apply(), changes=tuple(Planned(change, "safe") for change in more))

    @pytest.mark.parametrize(
        ("change", "resource"),
        [
            (AuthorizeRule("sg-gone", "in", Rule("tcp", 443, "10.0.0.0/16")), "sg-gone"),
            (AuthorizeRule("sg-end", "in", Rule("tcp", 443, "sg-gone")), "sg-gone"),
            (ModifyEndpoint("vpce-gone", private_dns=True), "vpce-gone"),
            (RouteToNat("rtb-main", "nat-gone", ""), "nat-gone"),
            (SetVpcAttribute("vpc-gone", "enable_dns_support"), "vpc-gone"),
        ],
        ids=["group", "peer", "endpoint", "NAT gateway", "VPC"],
    )
    def test_object_that_does_not_exist_is_refused(self, change: Change, resource: str) -> None:
        found = refusals_of(results(closed(), self.changed(change)))
        assert [(refusal.code, refusal.resource) for refusal in found] == [("OBJECT_GONE", resource)]

    def test_new_object_that_no_change_makes_is_refused(self) -> None:
        change = AuthorizeRule("sg-new-end", "in", Rule("tcp", 443, "10.0.0.0/16"))
        found = refusals_of(results(closed(), self.changed(change)))
        assert codes(found) == ["OBJECT_NOT_MADE"]


class TestManagedObjects:
    def tagged(self, **tags: str) -> Network:
        made = closed()
        made.row("SecurityGroups", "sg-end")["Tags"] = [
            {"Key": key.replace("__", ":"), "Value": value} for key, value in tags.items()
        ]
        return made

    @pytest.mark.parametrize(
        ("tags", "manager"),
        [
            ({"aws__cloudformation__stack-name": "net"}, "CloudFormation's stack net"),
            ({"aws__cloudformation__logical-id": "Group"}, "CloudFormation"),
            ({"ManagedBy": "terraform"}, "a template (ManagedBy=terraform)"),
            ({"terraform": "true"}, "a template (terraform=true)"),
        ],
        ids=["stack", "stack of no name", "ManagedBy", "terraform"],
    )
    def test_managed_group_is_refused_unless_allowed(self, tags: dict[str, str], manager: str) -> None:
        refusal = only(results(self.tagged(**tags)))
        assert isinstance(refusal, ApplyRefusal)
        assert (refusal.code, refusal.resource, refusal.allowance) == ("OBJECT_IS_MANAGED", "sg-end", "managed")
        assert refusal.message.startswith(f"{manager} describes sg-end")
        remark = only(results(self.tagged(**tags), allowed=frozenset(["managed"])))
        assert isinstance(remark, ApplyRemark)
        assert remark.code == "ALLOWED_MANAGED"

    @pytest.mark.parametrize("tags", [{"managedby": "terraform"}, {"ManagedBy": "Terraform"}, {"terraform": "True"}])
    def test_keys_and_values_of_tags_are_case_sensitive(self, tags: dict[str, str]) -> None:
        assert results(self.tagged(**tags)) == ()

    def test_setting_replaces_the_default_tags(self) -> None:
        tags = (ManagedTag("owner", "pulumi"),)
        assert codes(results(self.tagged(owner="pulumi"), managed_tags=tags)) == ["OBJECT_IS_MANAGED"]
        assert results(self.tagged(terraform="true"), managed_tags=tags) == ()

    def test_object_that_was_imported_since_is_named_before_an_undo(self) -> None:
        made = [MadeChange(AuthorizeRule("sg-end", "in", Rule("tcp", 443, "10.0.0.0/16")))]
        world = self.tagged(aws__cloudformation__stack_name="net").world()
        assert list(managed_after(world, made)) == [
            "CloudFormation describes sg-end, which would be taken away from it"
        ]
        assert list(managed_after(closed().world(), made)) == []

    def test_object_that_no_change_touches_may_be_managed(self) -> None:
        made = closed()
        made.row("RouteTables", "rtb-main")["Tags"] = [{"Key": "terraform", "Value": "true"}]
        made.row("Vpcs", "vpc-1")["Tags"] = [{"Key": "terraform", "Value": "true"}]
        assert results(made) == ()

    def test_route_table_of_a_new_gateway_endpoint_is_touched(self) -> None:
        made = isolated_and_managed("rtb-main", "RouteTables")
        assert ("OBJECT_IS_MANAGED", "rtb-main") in {(result.code, result.resource) for result in made}


def isolated_and_managed(resource: str, key: str) -> tuple[CheckResult, ...]:
    """The results for the plan of an isolated network whose object has a tag of Terraform."""
    plain, tagged = isolated(), isolated()
    tagged.row(key, resource)["Tags"] = [{"Key": "terraform", "Value": "true"}]
    return results(tagged, plan_to_apply(plan_of(plain.world()), plain))


class TestEffects:
    """A workload that nobody thought of when the plan was made."""

    def shared(self) -> tuple[Network, PlanToApply]:
        """A plan with private DNS; since then another service reaches the public address of logs by a NAT gateway."""
        plain = served()
        plain.rows["VpcEndpoints"].remove(plain.row("VpcEndpoints", "vpce-10"))
        plain.serve_internet_by_nat()
        made = plan_to_apply(Plan((), PLAN.before, PLAN.after, proven=True), plain)
        return plain, made

    def add(self, private_dns: bool) -> Planned:  # noqa: FBT001 -- a plan's own field
        name = f"com.amazonaws.{REGION}.logs"
        change = CreateInterfaceEndpoint("vpce-new-logs", "vpc-1", name, ("subnet-a",), ("sg-task",), private_dns)
        return Planned(change, "safe")

    def test_flow_that_would_break_is_refused_whatever_the_file_says(self) -> None:
        network, plan = self.shared()
        network.interface("eni-late", "10.0.1.77", groups=["sg-default"])
        found = results(network, replace(plan, changes=(self.add(private_dns=True),)))
        assert {"CHANGE_IS_DISRUPTIVE", "FLOW_BREAKS"} <= set(codes(refusals_of(found)))
        [broken, *_] = [refusal for refusal in found if refusal.code == "FLOW_BREAKS"]
        assert "eni-late" in broken.message

    def test_same_endpoint_without_private_names_breaks_nothing(self) -> None:
        network, plan = self.shared()
        network.interface("eni-late", "10.0.1.77", groups=["sg-default"])
        found = results(network, replace(plan, changes=(self.add(private_dns=False),)))
        assert not {"CHANGE_IS_DISRUPTIVE", "FLOW_BREAKS"} & set(codes(found))

    def test_disruptive_change_of_the_file_is_refused_unless_allowed(self) -> None:
        plan = plan_to_apply()
        rows = tuple(replace(row, disposition="disruptive", note="tasks restart") for row in plan.changes)
        refusal = only(results(closed(), replace(plan, changes=rows)))
        assert isinstance(refusal, ApplyRefusal)
        assert (refusal.code, refusal.allowance) == ("CHANGE_IS_DISRUPTIVE", "disruptive")
        assert refusal.message.endswith("is disruptive: tasks restart")
        found = results(closed(), replace(plan, changes=rows), allowed=frozenset(["disruptive"]))
        assert codes(found) == ["ALLOWED_DISRUPTIVE"]


class TestVerdictAfter:
    """Changes that a file leaves out, or that somebody else must make."""

    def without_rules(self) -> PlanToApply:
        """The plan without its changes, as if it were still proven."""
        return replace(plan_to_apply(Plan((), PLAN.before, PLAN.after, proven=True)), changes=())

    def test_plan_that_lost_its_changes_is_not_proven(self) -> None:
        assert codes(results(closed(), self.without_rules())) == ["NOT_PROVEN"]

    def test_plan_that_says_so_itself_is_only_remarked(self) -> None:
        found = results(closed(), replace(self.without_rules(), after=PLAN.before))
        assert codes(found) == ["STILL_BLOCKED"]
        assert refusals_of(found) == ()

    def test_change_of_another_account_is_no_refusal_and_is_not_counted_as_made(self) -> None:
        plan = plan_to_apply()
        rows = tuple(replace(row, disposition="manual", by="999999999999") for row in plan.changes)
        assert codes(results(closed(), replace(plan, changes=rows))) == []
        unknown = Planned(ModifyEndpoint("vpce-gone", private_dns=True), "manual")
        assert refusals_of(results(closed(), replace(plan, changes=(*rows, unknown)))) == ()


class TestQuotas:
    def full(self, count: int) -> Network:
        made = closed()
        rules = [allow("tcp", 8000 + number, cidr="10.9.0.0/16") for number in range(count)]
        made.row("SecurityGroups", "sg-end")["IpPermissions"] = rules
        return made

    def found(self, count: int, quotas: dict[str, float]) -> tuple[CheckResult, ...]:
        made = self.full(count)
        return results(made, plan_to_apply(PLAN, made), quotas=quotas)

    def test_applied_quota_decides_in_place_of_the_default(self) -> None:
        assert codes(self.found(60, {"L-0EA8095F": 100.0})) == []
        refusal = only(self.found(60, {"L-0EA8095F": 60.0}))
        assert (refusal.code, refusal.resource) == ("QUOTA_EXCEEDED", "L-0EA8095F")
        assert refusal.message.startswith("the changes lead to 61 inbound rules of sg-end, and the account's quota")

    def test_lower_applied_quota_is_exceeded_earlier(self) -> None:
        assert codes(self.found(10, {"L-0EA8095F": 10.0})) == ["QUOTA_EXCEEDED"]

    def test_unread_quota_is_remarked_and_the_default_decides(self) -> None:
        remark = only(self.found(59, {}))
        assert (remark.code, isinstance(remark, ApplyRemark)) == ("QUOTA_UNREAD", True)
        assert "L-0EA8095F (60 inbound rules of sg-end of 60)" in remark.message
        assert codes(self.found(60, {})) == ["QUOTA_EXCEEDED"]


def test_results_about_permissions_are_passed_on() -> None:
    refusal = ApplyRefusal("PERMISSION_DENIED", "sg-end", "…", ())
    world = closed().world()
    account = AccountNow(CallerIdentity(ACCOUNT, USER, REGION), world, Scope(launches(world)), QUOTAS, (refusal,))
    assert check_before(plan_to_apply(), account, ApplySettings(NOW, VERSION)) == (refusal,)


def test_plan_file_with_a_rule_for_everybody_is_refused() -> None:
    wide = AuthorizeRule("sg-end", "in", Rule("tcp", 443, "0.0.0.0/0"))
    plan = replace(plan_to_apply(), changes=(*PLAN.changes, Planned(wide, "safe")))
    assert "RULE_TOO_WIDE" in {row.code for row in refusals_of(results(closed(), plan))}
