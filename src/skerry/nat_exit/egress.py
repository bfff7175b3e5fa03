"""Security group egress to the internet: the public addresses that the rules of a workload allow."""

from collections.abc import Container, Iterable, Iterator

from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.security_groups_and_acls import IpPermission
from skerry.model.world import World
from skerry.net.addresses import NAT64, PUBLIC, strip_nat64_prefix
from skerry.net.intervals import Intervals, intersect, subtract, union
from skerry.reach.destinations import cidrs_of


def public_egress_of(world: World, vpc_id: str, groups: tuple[str, ...], served: Container[str]) -> Intervals | Missing:
    """Return the addresses on the internet that security groups allow, whatever the protocol; none by a group's rule.

    ``served`` are the names of services with a gateway endpoint: packets to their prefix lists take no NAT.
    Of IPv6 a NAT gateway takes only the prefix of NAT64:
    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
    """
    allowed: Intervals = ()
    for group_id in groups:
        group = world.find_security_group(group_id)
        if isinstance(group, Missing):
            return group
        if group.ip_permissions_egress is UNSET:
            return Missing(f"the outbound rules of {group_id}", "ec2:DescribeSecurityGroups")
        for permission in group.ip_permissions_egress:
            for addresses in _addresses_of(world, permission, served):
                if isinstance(addresses, Missing):
                    return addresses
                allowed = union(allowed, addresses)
    translated = strip_nat64_prefix(intersect(allowed, NAT64))
    vpc = world.vpcs.get(vpc_id)
    own = () if vpc is None else union(*(block.addresses for block in cidrs_of(vpc)))
    return subtract(intersect(union(allowed, translated), PUBLIC), own)


def names_of_gateway_services(world: World, vpc_id: str, subnets: Iterable[str]) -> frozenset[str]:
    """Return the names of the services with a gateway endpoint on the route table of each of the subnets.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    rows = (world.subnets.get(name) for name in subnets)
    tables = [world.route_table_of(subnet) for subnet in rows if subnet is not None]
    names = {None if isinstance(table, Missing) else table.route_table_id for table in tables}
    return frozenset(
        endpoint.service_name
        for endpoint in world.endpoints_in(vpc_id)
        if endpoint.vpc_endpoint_type == "Gateway" and endpoint.service_name is not UNSET
        if names.issubset(endpoint.route_table_ids)
        if endpoint.state is UNSET or endpoint.state.lower() == "available"
    )


def _addresses_of(world: World, permission: IpPermission, served: Container[str]) -> Iterator[Intervals | Missing]:
    """Yield the addresses of a rule's blocks and prefix lists, without the lists of served services."""
    blocks = [item.cidr_ip for item in permission.ip_ranges]
    blocks6 = [item.cidr_ipv6 for item in permission.ipv6_ranges]
    for cidr in (*blocks, *blocks6):
        yield cidr.block if isinstance(cidr.block, Missing) else cidr.block.addresses
    for reference in permission.prefix_list_ids:
        if world.service_of_prefix_list(reference.prefix_list_id) in served:
            continue
        entries = world.prefix_entries_of(reference.prefix_list_id)
        yield entries if isinstance(entries, Missing) else union(*(block.addresses for block in entries))
