"""Rules of DNS Firewall and Route 53 Profiles in a random network: one aimed case of each, by its seed.

Each case is about hosts that nothing else in the network is about, so that no other part hides it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.networks import ACCOUNT, REGION, VPC, Row, record

if TYPE_CHECKING:
    from tests.prove.generator import Drawn

Case = Callable[["Drawn"], None]
KMS, SSM, STS = (f"{name}.{REGION}.amazonaws.com" for name in ("kms", "ssm", "sts"))
SAGEMAKER = f"api.sagemaker.{REGION}.amazonaws.com"
TUNNEL = f"api.tunneling.iot.{REGION}.amazonaws.com"
HOSTS = (KMS, SSM, STS, SAGEMAKER, TUNNEL)
HOST, OTHER = "10.0.3.99", "10.0.3.98"
ELSEWHERE = "vpc-9"
_PROFILE = "rp-1"
_FIREWALLS = f"arn:aws:route53resolver:{REGION}:{ACCOUNT}:firewall-rule-group/"
_ZONES = "arn:aws:route53:::hostedzone/"


def filter_names(network: "Drawn") -> None:
    """Put one case of DNS Firewall and one of Profiles into a network: each in its turn by the seed.

    The numbers of cases have no divisor in common with those of the aimed faults, so that each meets each.
    """
    network.rows["FirewallRuleGroupAssociations"] = []
    network.rows["ProfileAssociations"] = []
    FIREWALLS[network.seed % len(FIREWALLS)](network)
    PROFILES[network.seed % len(PROFILES)](network)


def _allow(*domains: str, **more: Any) -> tuple[Row, tuple[str, ...]]:
    return {"Action": "ALLOW"} | more, domains


def _block(*domains: str, **more: Any) -> tuple[Row, tuple[str, ...]]:
    return {"Action": "BLOCK", "BlockResponse": "NXDOMAIN"} | more, domains


def _group(network: "Drawn", *rules: tuple[Row, tuple[str, ...]]) -> str:
    """Add a rule group, the rules of which have the priorities of their order."""
    name = f"rslvr-frg-{len(network.rows['Calls'])}"
    rows = []
    for place, (row, domains) in enumerate(rules):
        listed = f"{name}-list-{place}"
        rows.append({"FirewallRuleGroupId": name, "Priority": 10 + place, "FirewallDomainListId": listed} | row)
        network.call("ListFirewallDomains", {"FirewallDomainListId": listed}, {"Domains": list(domains)})
    # The answer need not be in the order of the priorities.
    network.call("ListFirewallRules", {"FirewallRuleGroupId": name}, {"FirewallRules": rows[::-1]})
    return name


def _filter(network: "Drawn", *rules: tuple[Row, tuple[str, ...]], priority: int = 200) -> None:
    """Associate a rule group with the VPC."""
    group = _group(network, *rules)
    row = {"Id": f"a-{group}", "FirewallRuleGroupId": group, "VpcId": VPC, "Priority": priority, "Status": "COMPLETE"}
    network.rows["FirewallRuleGroupAssociations"].append(row)


def _share(network: "Drawn", *resources: tuple[str, int | None]) -> None:
    """Share resources with the VPC by its Profile, rule groups with their priority."""
    rows = [call["Response"] for call in network.rows["Calls"] if call["Call"]["parameters"] == {"ProfileId": _PROFILE}]
    if not rows:
        network.add("ProfileAssociations", Id="rpa-1", ProfileId=_PROFILE, ResourceId=VPC, Status="COMPLETE")
        response: Row = {"ProfileResourceAssociations": []}
        network.call("ListProfileResourceAssociations", {"ProfileId": _PROFILE}, response)
        rows.append(response)
    for arn, priority in resources:
        own = {} if priority is None else {"ResourceProperties": f'{{"priority":{priority}}}'}
        row = {"Id": f"rpr-{arn}", "ProfileId": _PROFILE, "ResourceArn": arn, "Status": "COMPLETE"} | own
        rows[0]["ProfileResourceAssociations"].append(row)


# ---------------------------------------------------------------------------------------------- DNS Firewall


def _nothing(_: "Drawn") -> None:
    """Leave all names alone."""


def _blocked_name(network: "Drawn") -> None:
    _filter(network, _block(KMS))


def _allowed_before_it_is_blocked(network: "Drawn") -> None:
    _filter(network, _allow(KMS), _block(KMS, SSM))


def _blocked_before_it_is_allowed(network: "Drawn") -> None:
    _filter(network, _block(KMS), _allow(KMS, SSM))


def _alert(network: "Drawn") -> None:
    _filter(network, ({"Action": "ALERT"}, (KMS, SSM)), _block(KMS))


def _group_that_goes_first(network: "Drawn") -> None:
    """Let one group block the name that another one allows; the order of the rows is not that of the priorities."""
    _filter(network, _block(KMS), priority=300)
    _filter(network, _allow(KMS), priority=200)


def _groups_without_a_common_name(network: "Drawn") -> None:
    _filter(network, _block(KMS), priority=300)
    _filter(network, _allow(SSM), _block(SSM, STS), priority=200)


def _wildcard(network: "Drawn") -> None:
    _filter(network, _block(f"*.sagemaker.{REGION}.amazonaws.com"))


def _wildcard_below_a_name(network: "Drawn") -> None:
    _filter(network, _block(f"*.{KMS}"))


def _other_query_type(network: "Drawn") -> None:
    _filter(network, _block(KMS, Qtype="AAAA"), _block(SSM, Qtype="A", BlockResponse="NODATA"))


def _groups_of_the_profile(network: "Drawn") -> None:
    blocks, allows = _group(network, _block(KMS)), _group(network, _allow(KMS))
    _share(network, (f"{_FIREWALLS}{blocks}", 300), (f"{_FIREWALLS}{allows}", 200))


def _redirecting_zone(network: "Drawn", **more: Any) -> None:
    """Let a zone lead a name to an endpoint's own one, which a rule blocks with every name that is not allowed."""
    network.endpoint("vpce-8", "ssm", ["subnet-c"], "sg-end", PrivateDnsEnabled=False)
    network.zone(SSM, record(f"{SSM}.", "CNAME", f"vpce-8-x.ssm.{REGION}.vpce.amazonaws.com"))
    _filter(network, _allow(SSM, **more), _block("*.vpce.amazonaws.com"))


def _trusted_redirection(network: "Drawn") -> None:
    _redirecting_zone(network, FirewallDomainRedirectionAction="TRUST_REDIRECTION_DOMAIN")


FIREWALLS: tuple[Case, ...] = (
    _nothing,
    _blocked_name,
    _allowed_before_it_is_blocked,
    _blocked_before_it_is_allowed,
    _alert,
    _group_that_goes_first,
    _groups_without_a_common_name,
    _wildcard,
    _wildcard_below_a_name,
    _other_query_type,
    _groups_of_the_profile,
    _redirecting_zone,
    _trusted_redirection,
)


# ------------------------------------------------------------------------------------------------- Profiles


def _zone_of_the_profile(network: "Drawn", name: str = STS, host: str = STS) -> None:
    zone_id = f"ZP{len(network.rows['Calls'])}"
    network.zone(name, record(f"{host}.", "A", HOST), zone_id=zone_id, vpc=ELSEWHERE)
    _share(network, (f"{_ZONES}{zone_id}", None))


def _zone_of_both(network: "Drawn") -> None:
    _zone_of_the_profile(network)
    network.zone(STS, record(f"{STS}.", "A", OTHER))


def _narrower_zone_of_the_profile(network: "Drawn") -> None:
    _zone_of_the_profile(network, TUNNEL, TUNNEL)
    network.zone(TUNNEL.partition(".")[2], record(f"{TUNNEL}.", "A", OTHER))


def _wider_zone_of_the_profile(network: "Drawn") -> None:
    _zone_of_the_profile(network, TUNNEL.partition(".")[2], TUNNEL)
    network.zone(TUNNEL, record(f"{TUNNEL}.", "A", OTHER))


PROFILES: tuple[Case, ...] = (
    _nothing,
    _zone_of_the_profile,
    _zone_of_both,
    _narrower_zone_of_the_profile,
    _wider_zone_of_the_profile,
)
