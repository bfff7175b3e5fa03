"""The documents of a whole configuration, with the address of each id."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from skerry.sources.planned.lists import encode, filter_of, write_lists
from skerry.sources.terraform.attributes import ATTRIBUTES, HARMLESS
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.endpoints import gateway_routes_of, list_endpoints, write_prefix_lists
from skerry.sources.terraform.gateways import list_nat_gateways, write_gateways
from skerry.sources.terraform.named_resources import roles_left_out, write_named, write_roles
from skerry.sources.terraform.network_acls import list_network_acls
from skerry.sources.terraform.route_tables import list_route_tables
from skerry.sources.terraform.security_groups import list_security_groups
from skerry.sources.terraform.tasks import write_tasks
from skerry.sources.terraform.vpcs import list_subnets, write_vpcs

_OF_ZONES: Final = ("aws_route53_zone_association", "aws_service_discovery_private_dns_namespace")
_OF_RULES: Final = (
    *("aws_route53_resolver_rule_association", "aws_route53_resolver_firewall_rule_group_association"),
    "aws_route53profiles_association",
)
_RULES: Final = {
    "ListFirewallRuleGroupAssociations": "FirewallRuleGroupAssociations",
    "ListResolverRuleAssociations": "ResolverRuleAssociations",
}


class Written(NamedTuple):
    """The documents of a configuration, the address of each resource by its id or ARN, and what was not read."""

    documents: Mapping[str, bytes]
    addresses: Mapping[str, str]
    notes: tuple[str, ...]


def write(configuration: Configuration) -> Written:
    """Return the documents in AWS's form, as the loader of documents reads them."""
    documents = dict(_documents(configuration))
    addresses = {
        str(name): instance.address
        for instance in configuration.instances
        for name in (instance.id, instance.get("arn"))
        if isinstance(name, str)
    }
    return Written(encode(documents), addresses, tuple(_notes(configuration)))


def _notes(configuration: Configuration) -> Iterator[str]:
    """Yield the types that are not read, and a note if VPCs may hold other resources."""
    for kind in sorted(configuration.types - ATTRIBUTES.keys()):
        if kind.startswith(("aws_", "awscc_")) and not kind.startswith(HARMLESS):
            yield f"not examined: {kind}"
    for role in roles_left_out(configuration):
        yield f"permissions are not examined: {role} is not in the configuration"
    if not configuration.closed:
        yield "other resources may be in these VPCs: absence proves nothing"


def _documents(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "account", {"Account": configuration.account}
    yield from write_vpcs(configuration)
    yield from write_gateways(configuration)
    yield from write_prefix_lists(configuration)
    yield from write_tasks(configuration)
    if not roles_left_out(configuration):
        yield from write_roles(configuration)
    yield from write_named(configuration)
    for listed in (
        list_subnets(configuration),
        list_route_tables(configuration, gateway_routes_of(configuration)),
        list_security_groups(configuration),
        list_network_acls(configuration),
        list_nat_gateways(configuration),
        list_endpoints(configuration),
    ):
        yield from write_lists(listed, configuration.new_vpcs)
    yield from _nothing_more(configuration)


def _nothing_more(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the empty lists of a new VPC: nobody has associated a zone, a rule or a Profile with it yet."""
    rules = configuration.types & set(_OF_RULES)
    # A zone without a block for its VPC is public, and decides nothing inside.
    private = any(zone.get("vpc", []) != [] for zone in configuration.of("aws_route53_zone"))
    zones = private or configuration.types & set(_OF_ZONES)
    for vpc in sorted(configuration.new_vpcs):
        call = {
            "operation": "route53:ListHostedZonesByVPC",
            "parameters": {"VPCId": vpc, "VPCRegion": configuration.region},
        }
        if not zones:
            yield f"zones of {vpc}", {"Call": call, "Response": {"HostedZoneSummaries": []}}
        for operation, key in _RULES.items() if not rules else ():
            answer = {"operation": f"route53resolver:{operation}", "parameters": filter_of(vpc)}
            yield f"{key} of {vpc}", {"Call": answer, "Response": {key: []}}
