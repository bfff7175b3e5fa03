"""Networks with rules of DNS Firewall."""

from typing import Any, Self

from tests.networks import VPC
from tests.resolving import Resolving

LIST = "rslvr-fdl-1"
GROUP = "rslvr-frg-1"


class Filtered(Resolving):
    """A VPC with rules of DNS Firewall."""

    def __init__(self, *rules: dict[str, Any]) -> None:
        super().__init__()
        self.group_of_rules(GROUP, *rules, priority=101)

    def group_of_rules(self, group: str, *rules: dict[str, Any], priority: int = 102, status: str = "COMPLETE") -> None:
        """Associate a rule group with the VPC; each rule gets the next priority."""
        self.rows["FirewallRuleGroupAssociations"].append(
            {"Id": f"a-{group}", "FirewallRuleGroupId": group, "VpcId": VPC, "Priority": priority, "Status": status}
        )
        self.rules_of(group, *rules)

    def rules_of(self, group: str, *rules: dict[str, Any]) -> None:
        """Give the rules of a group; each gets the next priority."""
        rows = [{"FirewallRuleGroupId": group, "Priority": 10 + place} | rule for place, rule in enumerate(rules)]
        self.call("route53resolver:ListFirewallRules", {"FirewallRuleGroupId": group}, {"FirewallRules": rows})

    def domains(self, *names: str, name: str = LIST) -> Self:
        """Give the domains of a list."""
        self.call("route53resolver:ListFirewallDomains", {"FirewallDomainListId": name}, {"Domains": list(names)})
        return self


def rule(action: str, name: str = LIST, **more: Any) -> dict[str, Any]:
    return {"Action": action, "FirewallDomainListId": name} | more


def block(**more: Any) -> dict[str, Any]:
    return rule("BLOCK") | {"BlockResponse": "NXDOMAIN"} | more
