"""What changes the answers of a VPC's DNS server, as it is looked up; what it does, tests/reach has."""

from typing import Any

from skerry.model.facts import Facts, Missing
from skerry.model.resolver_lookup import ResolverLookup, VpcResolverSettings
from skerry.sources.documents import load
from tests.lists import lists
from tests.networks import ACCOUNT, REGION, as_bytes

RULE = {"Id": "rslvr-rr-1", "DomainName": "corp.example.", "RuleType": "FORWARD", "TargetIps": [{"Ip": "10.8.0.53"}]}
RULES = f"arn:aws:route53resolver:{REGION}:{ACCOUNT}:resolver-rule/"
ENDPOINTS = f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-endpoint/"


def resolving(**rows: Any) -> ResolverLookup:
    return ResolverLookup(load({"all.json": as_bytes(rows or {"Vpcs": []})}))


def shared(*arns: str) -> dict[str, Any]:
    rows = [
        {"Id": f"rpr-{number}", "ProfileId": "rp-1", "ResourceArn": name, "Status": "COMPLETE"}
        for number, name in enumerate(arns)
    ]
    call = {"operation": "route53profiles:ListProfileResourceAssociations", "parameters": {"ProfileId": "rp-1"}}
    return {
        "ProfileAssociations": [{"Id": "rpassoc-1", "ProfileId": "rp-1", "ResourceId": "vpc-1", "Status": "COMPLETE"}],
        "Calls": [{"Call": call, "Response": {"ProfileResourceAssociations": rows}}],
    }


def associated(rule: str, vpc: str = "vpc-1") -> dict[str, Any]:
    return {"Id": f"{rule}-{vpc}", "ResolverRuleId": rule, "VPCId": vpc, "Status": "COMPLETE"}


def test_vpc_without_resolver_records_has_empty_settings() -> None:
    assert resolving().settings_of("vpc-9") == VpcResolverSettings((), {}, {}, (), (), {}, ())


def test_resolver_rule_applies_only_in_associated_vpcs() -> None:
    found = resolving(ResolverRules=[RULE], ResolverRuleAssociations=[associated("rslvr-rr-1")])
    assert [row.rule.id for row in found.settings_of("vpc-1").rules] == ["rslvr-rr-1"]
    assert found.settings_of("vpc-2").rules == ()


def test_direct_rule_association_precedes_the_profile() -> None:
    own = {"ResolverRules": [RULE], "ResolverRuleAssociations": [associated("rslvr-rr-1")]}
    by_both = resolving(**own, **shared(f"{RULES}rslvr-rr-1")).settings_of("vpc-1")
    assert [(row.rule.id, row.profile) for row in by_both.rules] == [("rslvr-rr-1", "")]
    by_profile = resolving(ResolverRules=[RULE], **shared(f"{RULES}rslvr-rr-1")).settings_of("vpc-1")
    assert [(row.rule.id, row.profile) for row in by_profile.rules] == [("rslvr-rr-1", "rp-1")]


def test_missing_rule_and_endpoint_are_listed_as_unread() -> None:
    found = resolving(ResolverRuleAssociations=[associated("rslvr-rr-7")], **shared(f"{ENDPOINTS}vpce-7"))
    assert found.settings_of("vpc-1").unread == (
        Missing("resolver rule rslvr-rr-7, which holds in vpc-1", "route53resolver:ListResolverRules"),
        Missing("vpce-7, which rp-1 shares with vpc-1", "ec2:DescribeVpcEndpoints"),
    )


def test_kind_counts_as_requested_if_read_completely_or_partly() -> None:
    facts = Facts(completeness=lists(["zones"], gaps=["profile_associations"]))
    asked = [ResolverLookup(facts).was_asked(kind) for kind in ("zones", "profile_associations", "resolver_rules")]
    assert asked == [True, True, False]


def test_unread_rule_associations_are_reported_for_any_vpc() -> None:
    found = resolving(ResolverRules=[RULE])
    assert [fact.action for fact in found.settings_of("vpc-1").unread] == [
        "route53resolver:ListResolverRuleAssociations"
    ]
    autodefined = RULE | {"Id": "rslvr-autodefined-rr-1"}
    assert resolving(ResolverRules=[autodefined]).settings_of("vpc-1").unread == ()


def test_unread_profile_associations_are_reported_for_any_vpc() -> None:
    rows = shared(f"{RULES}rslvr-rr-1")
    del rows["ProfileAssociations"]
    assert [fact.action for fact in resolving(**rows).settings_of("vpc-1").unread] == [
        "route53profiles:ListProfileAssociations"
    ]


def test_refused_firewall_associations_are_reported_as_missing() -> None:
    action = "route53resolver:ListFirewallRuleGroupAssociations"
    found = resolving(Calls=[{"Call": {"operation": action}, "Error": {"Code": "AccessDenied"}}])
    assert found.missing_firewalls_of("vpc-1") == Missing("every DNS Firewall association of vpc-1", action)
    assert resolving(FirewallRuleGroupAssociations=[]).missing_firewalls_of("vpc-1") is None
    assert resolving().missing_firewalls_of("vpc-1") is None
