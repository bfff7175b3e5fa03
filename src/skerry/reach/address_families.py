"""Address families of a call: tasks with IPv6 alone, and tasks with both.

DNS64 and NAT64: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
IPv6-only tasks: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
"""

import msgspec

from skerry.catalogue.services import endpoint_service_name_of
from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.world import World
from skerry.net.addresses import add_nat64_prefix, is_ipv6
from skerry.net.dns_names import Host
from skerry.net.intervals import union
from skerry.reach.dns_answers import Resolution
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.subnets import ipv6_blocks_of
from skerry.reach.trace import Destination, Hop

# The Regional names of these have IPv4 addresses alone; their dual-stack names are others.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/dual-stack-endpoints.html
_IPV4_ONLY = {"ecr.api", "ecr.dkr", "s3"}
_DUAL = {"dualstack", "ipv6"}


def resolve_over_ipv6(world: World, subnet: Subnet, resolution: Resolution) -> Resolution:
    """Return the DNS answer for a task in an IPv6-only subnet."""
    if resolution.over_ipv6 is not None:
        return Resolution(make_undecided_hop("dns", resolution.hop.resource, resolution.over_ipv6))
    answers = [
        answer if is_ipv6(answer.addresses) else ipv6_destination_of(world, subnet, answer)
        for answer in resolution.destinations
    ]
    destinations = tuple(answer for answer in answers if isinstance(answer, Destination))
    dead = resolution.dead + tuple(answer for answer in answers if isinstance(answer, Hop))
    if dead and not destinations:
        return msgspec.structs.replace(resolution, hop=dead[0], destinations=(), dead=())
    return msgspec.structs.replace(resolution, destinations=destinations, dead=dead)


def missing_ipv6_way_of(subnet: Subnet, host: Host | None, resolution: Resolution) -> Missing | None:
    """Return the missing fact of a call over IPv4 from a dual-stack subnet: whether it gets through over IPv6.

    Tasks there have an address of each: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
    """
    if not ipv6_blocks_of(subnet):
        return None
    if resolution.over_ipv6 is not None:
        return resolution.over_ipv6
    if not any(_may_have_ipv6(destination) for destination in resolution.destinations):
        return None
    name = host or "a host that is not known"
    return Missing(f"whether IPv6 reaches {name}; {subnet.subnet_id} has a route for it")


def _may_have_ipv6(destination: Destination) -> bool:
    """Tell whether a public answer may have IPv6 addresses in addition to IPv4."""
    service = destination.service
    return destination.elsewhere and (service is None or service.key not in _IPV4_ONLY)


def ipv6_destination_of(world: World, subnet: Subnet, destination: Destination) -> Destination | Hop:
    """Return the destination over IPv6 of a name with this destination; a hop that ends the path if there is none."""
    endpoint = world.vpc_endpoints.get(destination.endpoint or "")
    if endpoint is not None and {endpoint.ip_address_type, endpoint.dns_options.dns_record_ip_type} & _DUAL:
        if str(endpoint.service_name).endswith((".ecr.api", ".ecr.dkr")):
            fact = Missing(f"whether {endpoint.vpc_endpoint_id} serves ECR over IPv6, on which AWS's pages disagree")
            return make_undecided_hop("dns", endpoint.vpc_endpoint_id, fact)
        return _interface(world, destination)
    listed = _by_ipv6_list(world, destination)
    if listed is not None:
        return listed
    if endpoint is None and (destination.service is None or destination.service.key not in _IPV4_ONLY):
        fact = Missing(f"whether IPv6 reaches {destination.label}")
        return make_undecided_hop("dns", subnet.subnet_id, fact)
    if not subnet.enable_dns64:
        message = f"{subnet.subnet_id} has only IPv6, DNS64 is off in it, and there is no IPv6 for {destination.label}"
        return make_lost_hop("dns", subnet.subnet_id, "NO_COMMON_ADDRESS_FAMILY", message)
    return Destination(
        f"{destination.label}, by NAT64",
        add_nat64_prefix(destination.addresses),
        choice=destination.choice,
        service=destination.service,
        elsewhere=True,
        endpoint=destination.endpoint,
        behind=destination,
    )


def _by_ipv6_list(world: World, destination: Destination) -> Destination | Hop | None:
    """Return the IPv6 addresses of a gateway service, by AWS's prefix list of them; None without such a list."""
    if destination.prefix_list is None or destination.service is None:
        return None
    name = world.prefix_list_of(endpoint_service_name_of(destination.service, "Gateway") or "", ipv6=True)
    if name is None:
        return None
    entries = world.prefix_entries_of(name)
    if isinstance(entries, Missing):
        return make_undecided_hop("dns", name, entries)
    return Destination(
        f"{destination.label} over IPv6",
        union(*(entry.addresses for entry in entries)),
        service=destination.service,
        prefix_list=name,
    )


def _interface(world: World, destination: Destination) -> Destination | Hop:
    """Return the IPv6 addresses of an endpoint's interface."""
    interface = world.network_interfaces.get(destination.interface or "")
    records = interface.ipv6_addresses if interface else ()
    addresses = union(*(record.ipv6_address.addresses for record in records))
    if not addresses:
        fact = Missing(f"the IPv6 addresses of {destination.label}", "ec2:DescribeNetworkInterfaces")
        return make_undecided_hop("dns", destination.endpoint or "", fact)
    return msgspec.structs.replace(destination, label=f"{destination.label} over IPv6", addresses=addresses)
