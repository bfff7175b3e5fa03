"""Route 53 Resolver: rules, endpoints, and DNS Firewall.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_resolver_rule
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from skerry.sources.planned.lists import filter_of, write_open_list
from skerry.sources.planned.values import UNKNOWN, Value, is_known, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.values import Instance, texts_of

_LATER: Final = "known-after-apply"
_RULE, _FIREWALL = "aws_route53_resolver_rule", "aws_route53_resolver_firewall"
_PROFILES: Final = "aws_route53profiles_association"


def write_resolver(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rules and rule groups of each new VPC, and what they say."""
    rules = [_association(row) for row in configuration.of(f"{_RULE}_association")]
    groups = [_group_association(row) for row in configuration.of(f"{_FIREWALL}_rule_group_association")]
    # A Profile brings rules of its own: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profiles.html.
    if not configuration.types & {_PROFILES}:
        yield from _of_vpcs(configuration, "ResolverRuleAssociations", "VPCId", rules)
        yield from _of_vpcs(configuration, "FirewallRuleGroupAssociations", "VpcId", groups)
    if configuration.of(_RULE):
        yield "ResolverRules", write_open_list("ResolverRules", map(_rule, configuration.of(_RULE)))
    yield from _endpoints(configuration)
    yield from _firewall(configuration)


def _of_vpcs(
    configuration: Configuration, key: str, owner: str, rows: list[dict[str, Value]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the associations of each new VPC: all of them, unless one is with a VPC that is not known."""
    is_open = not is_known(rows)
    for vpc in sorted(configuration.new_vpcs):
        own = [row for row in rows if row[owner] == vpc and is_known(row)]
        more = {"NextToken": _LATER} if is_open else {}
        yield f"{key} of {vpc}", _wrap(f"List{key}", filter_of(vpc), {key: own, **more})


def _wrap(operation: str, parameters: Mapping[str, Value], response: Mapping[str, Value]) -> dict[str, Any]:
    return {"Call": {"operation": f"route53resolver:{operation}", "parameters": parameters}, "Response": response}


def _association(row: Instance) -> dict[str, Value]:
    return {
        "Id": row.id,
        "ResolverRuleId": row.get("resolver_rule_id", UNKNOWN),
        "VPCId": row.get("vpc_id", UNKNOWN),
        "Status": "COMPLETE",
    }


def _group_association(row: Instance) -> dict[str, Value]:
    return {
        "Id": row.id,
        "FirewallRuleGroupId": row.get("firewall_rule_group_id", UNKNOWN),
        "VpcId": row.get("vpc_id", UNKNOWN),
        "Priority": row.get("priority", UNKNOWN),
        "Status": "COMPLETE",
    }


def _rule(rule: Instance) -> dict[str, Value]:
    domain, targets = rule.get("domain_name", UNKNOWN), rule.get("target_ip", [])
    return known_row(
        {
            "Id": rule.id,
            "DomainName": domain if domain is UNKNOWN else f"{str(domain).rstrip('.')}.",
            "RuleType": rule.get("rule_type", UNKNOWN),
            "ResolverEndpointId": rule.get("resolver_endpoint_id"),
            "TargetIps": UNKNOWN if not is_known(targets) else [_target(target) for target in targets],
        }
    )


def _target(target: Mapping[str, Value]) -> dict[str, Value]:
    return known_row(
        {"Ip": target.get("ip") or None, "Ipv6": target.get("ipv6") or None, "Port": target.get("port") or 53}
    )


def _endpoints(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    endpoints = configuration.of("aws_route53_resolver_endpoint")
    if endpoints:
        rows = [_endpoint(configuration, endpoint) for endpoint in endpoints]
        yield "ResolverEndpoints", write_open_list("ResolverEndpoints", rows)
    for endpoint in endpoints:
        blocks = endpoint.get("ip_address", UNKNOWN)
        addresses = [] if blocks is UNKNOWN else [block.get("ip") for block in blocks if block is not UNKNOWN]
        # Without an argument AWS chooses the address.
        if addresses and all(isinstance(address, str) and address for address in addresses):
            call = {"ResolverEndpointId": endpoint.id}
            listed = {"IpAddresses": [{"Ip": address} for address in addresses]}
            yield (
                f"addresses of {endpoint.id}",
                _wrap("ListResolverEndpointIpAddresses", call, listed),
            )


def _endpoint(configuration: Configuration, endpoint: Instance) -> dict[str, Value]:
    blocks = endpoint.get("ip_address", UNKNOWN)
    subnets = [] if blocks is UNKNOWN else [block.get("subnet_id") for block in blocks if block is not UNKNOWN]
    vpcs = {configuration.vpc_of_subnet.get(subnet, UNKNOWN) for subnet in subnets}
    return known_row(
        {
            "Id": endpoint.id,
            "Direction": endpoint.get("direction", UNKNOWN),
            "HostVPCId": next(iter(vpcs)) if len(vpcs) == 1 else UNKNOWN,
            "SecurityGroupIds": texts_of(endpoint.get("security_group_ids")),
        }
    )


def _firewall(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rules of each rule group, and the domains of each list."""
    rules, is_open = group_by(configuration.of(f"{_FIREWALL}_rule"), "firewall_rule_group_id")
    for group in configuration.of(f"{_FIREWALL}_rule_group"):
        rows = [_firewall_rule(group.id, rule) for rule in rules.get(group.id, ())]
        is_whole = group.is_new and not is_open and is_known(rows)
        more = {} if is_whole else {"NextToken": _LATER}
        listed = {"FirewallRules": [row for row in rows if is_known(row)], **more}
        yield f"rules of {group.id}", _wrap("ListFirewallRules", {"FirewallRuleGroupId": group.id}, listed)
    for row in configuration.of(f"{_FIREWALL}_domain_list"):
        domains = texts_of(row.get("domains"))
        if isinstance(domains, list) and row.get("domains") is not UNKNOWN:
            call = {"FirewallDomainListId": row.id}
            yield f"domains of {row.id}", _wrap("ListFirewallDomains", call, {"Domains": domains})


def _firewall_rule(group: str, rule: Instance) -> dict[str, Value]:
    row = {
        "FirewallRuleGroupId": group,
        "Priority": rule.get("priority", UNKNOWN),
        "Action": rule.get("action", UNKNOWN),
        "FirewallDomainListId": rule.get("firewall_domain_list_id"),
        "BlockResponse": rule.get("block_response"),
        "BlockOverrideDomain": rule.get("block_override_domain"),
        "FirewallDomainRedirectionAction": rule.get("firewall_domain_redirection_action"),
        "Qtype": rule.get("q_type"),
    }
    return {key: value for key, value in row.items() if value is not None}
