"""DNS Firewall: rules that let names through, and rules that do not."""

from typing import Any

from bench.faults.cases import Case, Page, combined
from bench.faults.launch import LAYERS, LOGS
from bench.faults.shapes import Change, Sound
from tests.networks import REGION, VPC

_FAMILY = "DNS Firewall"
_ROUTE53 = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide"
_ACTIONS = Page(_FAMILY, f"{_ROUTE53}/resolver-dns-firewall-rule-actions.html")
_RULES = Page(_FAMILY, f"{_ROUTE53}/resolver-dns-firewall-rule-settings.html")
_LISTS = Page(_FAMILY, f"{_ROUTE53}/resolver-dns-firewall-domain-lists.html")
_ORDER = Page(_FAMILY, f"{_ROUTE53}/resolver-dns-firewall-vpc-associating-rule-group.html")
_GROUP = "rslvr-frg-1"
_ALL_HOSTS = tuple(call.host for call in Sound().calls)
Rule = tuple[str, list[str], dict[str, Any]]
_NXDOMAIN: dict[str, Any] = {"BlockResponse": "NXDOMAIN"}


def rules(*items: Rule, group: str = _GROUP, priority: int = 101, vpc: str = VPC) -> Change:
    """Associate a rule group; each rule is an action, its domains and its other settings."""

    def change(network: Sound) -> None:
        association = {"Id": f"rslvr-frgassoc-{group[-1]}", "FirewallRuleGroupId": group, "VpcId": vpc}
        network.add("FirewallRuleGroupAssociations", **association, Priority=priority, Status="COMPLETE")
        rows = []
        for number, (action, domains, more) in enumerate(items):
            name = f"rslvr-fdl-{group[-1]}{number}"
            rows.append(
                {"FirewallRuleGroupId": group, "FirewallDomainListId": name, "Priority": number + 1, "Action": action}
                | more
            )
            asked = {"FirewallDomainListId": name}
            network.call("route53resolver:ListFirewallDomains", asked, {"Domains": domains})
        network.call("route53resolver:ListFirewallRules", {"FirewallRuleGroupId": group}, {"FirewallRules": rows})

    return change


def _unread(network: Sound) -> None:
    association = {"Id": "rslvr-frgassoc-1", "FirewallRuleGroupId": _GROUP, "VpcId": VPC}
    network.add("FirewallRuleGroupAssociations", **association, Priority=101, Status="COMPLETE")


_BLOCK_ALL: Rule = ("BLOCK", ["*"], _NXDOMAIN)
_AWS: Rule = ("ALLOW", ["*.amazonaws.com"], {})
_WITHOUT_S3: Rule = (
    "ALLOW",
    [f"*.ecr.{REGION}.amazonaws.com", LOGS.host, f"secretsmanager.{REGION}.amazonaws.com"],
    {},
)
_OVERRIDE = {
    "BlockResponse": "OVERRIDE",
    "BlockOverrideDomain": "sink.example.com",
    "BlockOverrideDnsType": "CNAME",
    "BlockOverrideTtl": 60,
}

CASES: list[Case] = [
    _ACTIONS.broken("filtered", "block-all", "a rule blocks every name", rules(_BLOCK_ALL), _GROUP, failing=_ALL_HOSTS),
    _ACTIONS.broken(
        "filtered",
        "block-logs",
        "a rule blocks the name of logs with NODATA",
        rules(("BLOCK", [LOGS.host], {"BlockResponse": "NODATA"})),
        _GROUP,
        failing=(LOGS.host,),
    ),
    _RULES.sound(
        "filtered", "allow-first", "a rule allows AWS's names before all are blocked", rules(_AWS, _BLOCK_ALL)
    ),
    _RULES.broken(
        "filtered",
        "block-first",
        "a rule blocks every name before AWS's are allowed",
        rules(_BLOCK_ALL, _AWS),
        _GROUP,
        failing=_ALL_HOSTS,
    ),
    _RULES.broken(
        "filtered",
        "allow-without-s3",
        "the allowed names lack S3's",
        rules(_WITHOUT_S3, _BLOCK_ALL),
        _GROUP,
        failing=(LAYERS.host,),
    ),
    _ACTIONS.sound("filtered", "alert", "a rule reports every name", rules(("ALERT", ["*"], {}))),
    _LISTS.sound("filtered", "others", "a rule blocks other names", rules(("BLOCK", ["*.example.com"], _NXDOMAIN))),
    _LISTS.sound(
        "filtered", "apex", "a rule blocks the name amazonaws.com alone", rules(("BLOCK", ["amazonaws.com"], _NXDOMAIN))
    ),
    _LISTS.broken(
        "filtered",
        "wildcard",
        "a rule blocks the names below the Region's",
        rules(("BLOCK", [f"*.{REGION}.amazonaws.com"], _NXDOMAIN)),
        _GROUP,
        failing=_ALL_HOSTS,
    ),
    _ORDER.sound(
        "filtered", "another-vpc", "the rule group is associated with another VPC", rules(_BLOCK_ALL, vpc="vpc-9")
    ),
    _ORDER.sound(
        "filtered",
        "group-before",
        "a rule group of higher priority allows AWS's names",
        combined(rules(_BLOCK_ALL), rules(_AWS, group="rslvr-frg-2", priority=100)),
    ),
    _ORDER.broken(
        "filtered",
        "group-after",
        "a rule group of lower priority allows AWS's names",
        combined(rules(_BLOCK_ALL), rules(_AWS, group="rslvr-frg-2", priority=102)),
        _GROUP,
        failing=_ALL_HOSTS,
    ),
    _ACTIONS.unknown(
        "filtered", "override", "a rule answers with another name", rules(("BLOCK", [LOGS.host], _OVERRIDE))
    ),
    _RULES.unknown("filtered", "unread", "the rules of a group were not read", _unread),
]
