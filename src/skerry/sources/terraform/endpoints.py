"""VPC endpoints, and the routes that gateway endpoints make.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_endpoint
"""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Final

from skerry.sources.planned.lists import Listed
from skerry.sources.planned.made_by_aws import endpoint_interfaces, gateway_route
from skerry.sources.planned.values import UNKNOWN, Value, is_known, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.route_tables import Routes
from skerry.sources.terraform.values import Instance, first_block, texts_of

_GATEWAY, _INTERFACE = "Gateway", "Interface"
_PARTS = {
    "aws_vpc_endpoint_route_table_association": ("route_table_ids", "route_table_id"),
    "aws_vpc_endpoint_security_group_association": ("security_group_ids", "security_group_id"),
    "aws_vpc_endpoint_subnet_association": ("subnet_ids", "subnet_id"),
}
_RECORD_TYPES: Final = ("dualstack", "ipv4", "ipv6", "service-defined")
"""What an argument says; without it the provider computes the value."""
_ACLS: Final = (*("aws_default_network_acl", "aws_network_acl", "aws_network_acl_association", "aws_network_acl_rule"),)
_UNREADABLE: Final = "(known after apply)"
"""In place of a policy that is not known, which must not pass for AWS's default."""


class EndpointLists:
    """The endpoints of a configuration with the lists that single associations add to."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._added = {kind: group_by(configuration.of(kind), "vpc_endpoint_id") for kind in _PARTS}
        self._policies, self._has_loose_policy = group_by(
            configuration.of("aws_vpc_endpoint_policy"), "vpc_endpoint_id"
        )
        names = configuration.of("aws_vpc_endpoint_private_dns")
        self._names, self._has_loose_names = group_by(names, "vpc_endpoint_id")

    def list_of(self, endpoint: Instance, kind: str) -> Value:
        """Return a list of an endpoint, with what associations of this type add."""
        attribute, item = _PARTS[kind]
        own = texts_of(endpoint.get(attribute))
        if attribute == "subnet_ids" and endpoint.address in self._configuration.candidates and not self._is_alike(own):
            return UNKNOWN
        added, is_open = self._added[kind]
        more = [row.get(item, UNKNOWN) for row in added.get(endpoint.id, ())]
        if not isinstance(own, list) or is_open or UNKNOWN in more:
            return UNKNOWN
        return list(dict.fromkeys([*own, *more]))

    def _is_alike(self, subnets: Value) -> bool:
        """Return whether no filter tells these subnets apart: then any choice of them is as good as all."""
        if not isinstance(subnets, list) or any(self._configuration.of(*_ACLS)):
            return False
        blocks = [one.get("cidr_block", UNKNOWN) for one in self._configuration.of("aws_subnet") if one.id in subnets]
        return UNKNOWN not in blocks and all(
            len({_overlap(str(block), rule) for block in blocks}) == 1 for rule in _outbound_blocks(self._configuration)
        )

    def groups(self, endpoint: Instance, vpc: Value) -> Value:
        """Return the groups of an interface endpoint; without any it has the default group of its VPC."""
        kind = "aws_vpc_endpoint_security_group_association"
        groups = self.list_of(endpoint, kind)
        added, _ = self._added[kind]
        replaced = any(row.get("replace_default_association") is True for row in added.get(endpoint.id, ()))
        own = texts_of(endpoint.get("security_group_ids"))
        if groups is UNKNOWN or own or replaced:
            return groups
        owner = self._configuration.vpcs.get(vpc)
        default = UNKNOWN if owner is None else owner.get("default_security_group_id", UNKNOWN)
        return UNKNOWN if default is UNKNOWN else [default, *groups]

    def policy(self, endpoint: Instance) -> Value:
        """Return the policy; None is AWS's default, which allows all."""
        single = self._policies.get(endpoint.id)
        policy = endpoint.get("policy") if single is None else single[0].get("policy")
        return _UNREADABLE if policy is UNKNOWN or (single is None and self._has_loose_policy) else policy

    def has_private_names(self, endpoint: Instance) -> Value:
        """Return whether private DNS is on; the provider turns it off unless the argument says otherwise.

        https://github.com/hashicorp/terraform-provider-aws/issues/37715
        """
        single = self._names.get(endpoint.id)
        if single is None and self._has_loose_names:
            return UNKNOWN
        owner = endpoint if single is None else single[0]
        return owner.get("private_dns_enabled", False)


def _outbound_blocks(configuration: Configuration) -> Iterator[str]:
    """Yield the blocks of the outbound rules of groups."""
    for group in configuration.of("aws_default_security_group", "aws_security_group"):
        rules = group.get("egress")
        for rule in rules if isinstance(rules, list) else ():
            yield from texts_of(rule.get("cidr_blocks")) if isinstance(rule, dict) and is_known(rule) else ()
    for rule in configuration.of("aws_security_group_rule", "aws_vpc_security_group_egress_rule"):
        blocks = [*(rule.get("cidr_blocks") or ()), rule.get("cidr_ipv4")] if is_known(dict(rule.values)) else []
        yield from (block for block in blocks if isinstance(block, str))


def _overlap(block: str, rule: str) -> str:
    """Return how a block of a subnet and that of a rule overlap."""
    try:
        own, other = ipaddress.ip_network(block, strict=False), ipaddress.ip_network(rule, strict=False)
    except ValueError:
        return ""
    if own.version != other.version or not own.overlaps(other):
        return "apart"
    return "whole" if other.prefixlen <= own.prefixlen else "part"


def list_endpoints(configuration: Configuration) -> Listed:
    """Return the endpoints."""
    lists = EndpointLists(configuration)
    rows: list[tuple[Value, dict[str, Value]]] = []
    for endpoint in configuration.of("aws_vpc_endpoint"):
        vpc = endpoint.get("vpc_id", UNKNOWN)
        rows.append((vpc, {} if vpc is UNKNOWN else _row(configuration, lists, endpoint, vpc)))
    rows += _of_firewalls(configuration)
    return Listed("DescribeVpcEndpoints", "VpcEndpoints", tuple(rows))


def _of_firewalls(configuration: Configuration) -> Iterator[tuple[Value, dict[str, Value]]]:
    """Yield the endpoints that Network Firewall makes, one in each of its subnets.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/vpc-config-subnets.html
    """
    for firewall in configuration.of("aws_networkfirewall_firewall"):
        vpc = firewall.get("vpc_id", UNKNOWN)
        attachments = list(firewall_attachments(firewall))
        for attachment in attachments:
            row = {
                "VpcEndpointId": attachment.get("endpoint_id"),
                "VpcId": vpc,
                "VpcEndpointType": "GatewayLoadBalancer",
                "State": "available",
                "SubnetIds": [attachment.get("subnet_id")],
            }
            yield (vpc, known_row(row)) if vpc is not UNKNOWN and is_known(row) else (UNKNOWN, {})
        if not attachments:
            yield UNKNOWN, {}


def firewall_attachments(firewall: Instance) -> Iterator[dict[str, Value]]:
    """Yield the endpoint of a firewall in each of its subnets, as far as they are known."""
    status = first_block(firewall.get("firewall_status"))
    states = status.get("sync_states") if isinstance(status, dict) else None
    for state in states or ():
        yield from state.get("attachment") or ()


def _row(configuration: Configuration, lists: EndpointLists, endpoint: Instance, vpc: str) -> dict[str, Value]:
    kind = endpoint.get("vpc_endpoint_type", _GATEWAY)
    row: dict[str, Value] = {
        "VpcEndpointId": endpoint.id,
        "VpcId": vpc,
        "OwnerId": configuration.account,
        "ServiceName": endpoint.get("service_name", UNKNOWN),
        "ServiceRegion": _known(endpoint.get("service_region")),
        "VpcEndpointType": kind,
        "State": "available" if endpoint.is_new else endpoint.get("state"),
        "PolicyDocument": lists.policy(endpoint),
        "PrivateDnsEnabled": lists.has_private_names(endpoint),
    }
    if kind == _GATEWAY:
        row["RouteTableIds"] = lists.list_of(endpoint, "aws_vpc_endpoint_route_table_association")
    else:
        groups = lists.groups(endpoint, vpc)
        row["SubnetIds"] = lists.list_of(endpoint, "aws_vpc_endpoint_subnet_association")
        row["Groups"] = UNKNOWN if groups is UNKNOWN else [{"GroupId": name} for name in groups]
        listed = interfaces_of(endpoint, vpc, row["SubnetIds"], groups)
        row["NetworkInterfaceIds"] = [interface["NetworkInterfaceId"] for interface in listed] or None
        row["IpAddressType"] = endpoint.get("ip_address_type", "ipv4")
        row["DnsOptions"] = _dns_options(endpoint, row["PrivateDnsEnabled"])
    return known_row(row)


def interfaces_of(endpoint: Instance, vpc: Value, subnets: Value, groups: Value) -> list[dict[str, Value]]:
    """Return the interfaces of an endpoint, if the configuration gives an address in each of its subnets."""
    blocks = endpoint.get("subnet_configuration", [])
    if subnets is UNKNOWN or not is_known(blocks):
        return []
    addresses = {block.get("subnet_id"): block.get("ipv4") for block in blocks if block.get("ipv4")}
    if not addresses or addresses.keys() != set(subnets):
        return []
    return endpoint_interfaces(endpoint.id, vpc, groups, addresses)[1]


def list_endpoint_interfaces(configuration: Configuration) -> Iterator[dict[str, Value]]:
    """Yield the interfaces of endpoints with configured addresses."""
    lists = EndpointLists(configuration)
    for endpoint in configuration.of("aws_vpc_endpoint"):
        vpc = endpoint.get("vpc_id", UNKNOWN)
        subnets = lists.list_of(endpoint, "aws_vpc_endpoint_subnet_association")
        yield from interfaces_of(endpoint, vpc, subnets, lists.groups(endpoint, vpc))


def _known(value: Value) -> Value:
    return None if value is UNKNOWN else value


def _dns_options(endpoint: Instance, private_names: Value) -> Value:
    """Return the DNS options; an S3 interface endpoint without them answers for inbound resolvers alone.

    https://github.com/hashicorp/terraform-provider-aws/issues/46404
    """
    options = first_block(endpoint.get("dns_options"))
    if options is UNKNOWN:
        return UNKNOWN
    if options is None:
        is_s3 = str(endpoint.get("service_name")).endswith(".s3")
        return {"PrivateDnsOnlyForInboundResolverEndpoint": True} if is_s3 and private_names is True else None
    inbound = options.get("private_dns_only_for_inbound_resolver_endpoint")
    if inbound is UNKNOWN:
        return UNKNOWN
    kind = options.get("dns_record_ip_type")
    return known_row(
        {
            "DnsRecordIpType": kind if kind in _RECORD_TYPES else None,
            "PrivateDnsOnlyForInboundResolverEndpoint": inbound,
        }
    )


def gateway_routes_of(configuration: Configuration) -> Mapping[str, Routes]:
    """Return the routes of gateway endpoints, by route table; those of an unknown list have no target."""
    lists = EndpointLists(configuration)
    routes: dict[str, Routes] = {}
    for endpoint, service in _gateways(configuration):
        tables = lists.list_of(endpoint, "aws_vpc_endpoint_route_table_association")
        if tables is UNKNOWN:
            # Each table may have the route: one without a target is not known.
            perhaps = {key: value for key, value in gateway_route(service, endpoint.id).items() if key != "GatewayId"}
            for table in _tables(configuration):
                routes[table] = [*(routes.get(table) or ()), perhaps]
            continue
        for table in tables:
            routes[table] = [*(routes.get(table) or ()), gateway_route(service, endpoint.id)]
    return routes


def _tables(configuration: Configuration) -> Iterator[str]:
    """Yield the ids of all route tables."""
    yield from (table.id for table in configuration.of("aws_route_table"))
    for vpc in configuration.vpcs.values():
        yield from (name for name in (vpc.get("main_route_table_id"),) if isinstance(name, str))


def _gateways(configuration: Configuration) -> Iterator[tuple[Instance, str]]:
    for endpoint in configuration.of("aws_vpc_endpoint"):
        service = endpoint.get("service_name", UNKNOWN)
        if endpoint.get("vpc_endpoint_type", _GATEWAY) == _GATEWAY and service is not UNKNOWN:
            yield endpoint, str(service)


def gateway_services(configuration: Configuration) -> set[str]:
    """Return the services of gateway endpoints: each has a prefix list of AWS."""
    return {service for _, service in _gateways(configuration)}
