"""Address families of a call: what a name's records are worth to tasks with IPv4, with IPv6, or with both.

DNS64 and NAT64: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
IPv6-only and dual-stack tasks: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
"""

from collections.abc import Sequence

import msgspec

from skerry.catalogue.host_families import Family
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.world import World
from skerry.net.addresses import add_nat64_prefix, is_ipv6
from skerry.net.intervals import union
from skerry.reach.address_records import families_of_endpoint, families_of_public_answer
from skerry.reach.destinations import Destinations
from skerry.reach.dns_answers import Resolution
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.trace import Destination, Hop

_NO_FAMILY = "NO_COMMON_ADDRESS_FAMILY"
_WORDS: dict[Family, str] = {"ipv4": "IPv4", "ipv6": "IPv6"}

Answer = Destination | Hop
"""A destination in the task's family, or a hop that ends the path."""


class Asker(msgspec.Struct, frozen=True, gc=False):
    """A task's question for a host, with the subnet of the task."""

    world: World
    destinations: Destinations
    subnet: Subnet
    host: str | None

    @property
    def name(self) -> str:
        """The host in words."""
        return self.host or "a host that is not known"


def resolve_over_ipv4(asker: Asker, resolution: Resolution) -> Resolution:
    """Return the part of a DNS answer that a task with an IPv4 address can use."""
    answers = tuple([_over_ipv4(asker, answer) for answer in resolution.destinations])
    # The usual case: every answer has an IPv4 address.
    return resolution if answers == resolution.destinations else _with_answers(resolution, answers)


def resolve_over_ipv6(asker: Asker, resolution: Resolution) -> Resolution:
    """Return the part of a DNS answer that a task with an IPv6 address can use, by NAT64 too.

    An answer of unknown families may be either: then the fact is the answer's ``doubt``.
    """
    if resolution.over_ipv6 is not None:
        return Resolution(make_undecided_hop("dns", resolution.hop.resource, resolution.over_ipv6))
    options = [_over_ipv6(asker, answer) for answer in resolution.destinations]
    resolved = _with_answers(resolution, [answer for option in options for answer in option])
    if all(len(answers) == 1 for answers in options):
        return resolved
    doubt = Missing(f"whether {asker.name} has IPv6 addresses")
    return msgspec.structs.replace(resolved, sure=False, doubt=doubt)


def _with_answers(resolution: Resolution, answers: Sequence[Answer]) -> Resolution:
    destinations = tuple(answer for answer in answers if isinstance(answer, Destination))
    if destinations == resolution.destinations:
        return resolution
    dead = resolution.dead + tuple(answer for answer in answers if isinstance(answer, Hop))
    if dead and not destinations:
        hop = next((candidate for candidate in dead if candidate.undecided), dead[0])
        return msgspec.structs.replace(resolution, hop=hop, destinations=(), dead=())
    return msgspec.structs.replace(resolution, destinations=destinations, dead=dead)


def _over_ipv4(asker: Asker, answer: Destination) -> Answer:
    endpoint = asker.world.vpc_endpoints.get(answer.endpoint or "")
    if endpoint is not None:
        families = families_of_endpoint(endpoint, asker.host)
        if isinstance(families, Missing):
            return make_undecided_hop("dns", endpoint.vpc_endpoint_id, families)
        if "ipv4" not in families or is_ipv6(answer.addresses):
            return _no_record(asker, "ipv4", endpoint)
        return answer
    if not _is_public(answer):
        return answer
    public = families_of_public_answer(asker.world, asker.subnet.vpc_id, answer.service, asker.host)
    if isinstance(public, Missing):
        return make_undecided_hop("dns", asker.subnet.vpc_id, public)
    return answer if public is None or "ipv4" in public else _no_record(asker, "ipv4", None)


def _over_ipv6(asker: Asker, answer: Destination) -> tuple[Answer, ...]:
    """Return the answer for a task with IPv6 alone; two where it is not known whether the host has IPv6 addresses."""
    endpoint = asker.world.vpc_endpoints.get(answer.endpoint or "")
    if endpoint is not None:
        return (_of_endpoint(asker, answer, endpoint),)
    if not _is_public(answer):
        return (make_undecided_hop("dns", asker.subnet.subnet_id, Missing(f"whether IPv6 reaches {answer.label}")),)
    families = families_of_public_answer(asker.world, asker.subnet.vpc_id, answer.service, asker.host)
    if isinstance(families, Missing):
        return (make_undecided_hop("dns", asker.subnet.vpc_id, families),)
    if families is None:
        return (_public(asker, answer), _by_nat64(asker, answer))
    return (_public(asker, answer),) if "ipv6" in families else (_by_nat64(asker, answer),)


def _is_public(answer: Destination) -> bool:
    """Tell whether an answer stands for the public addresses of a host."""
    return answer.elsewhere or answer.prefix_list is not None


def _of_endpoint(asker: Asker, answer: Destination, endpoint: VpcEndpoint) -> Answer:
    families = families_of_endpoint(endpoint, asker.host)
    name = endpoint.vpc_endpoint_id
    if isinstance(families, Missing):
        return make_undecided_hop("dns", name, families)
    if "ipv6" not in families:
        alone = not asker.subnet.enable_dns64 and endpoint.ip_address_type not in {None, "ipv4"}
        return _no_record(asker, "ipv6", endpoint) if alone else _by_nat64(asker, answer)
    if str(endpoint.service_name).endswith((".ecr.api", ".ecr.dkr")):
        # No: https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
        # Yes: https://docs.amazonaws.cn/en_us/AmazonECR/latest/userguide/vpc-endpoints.html
        fact = Missing(f"whether {name} serves ECR over IPv6, on which AWS's pages disagree")
        return make_undecided_hop("dns", name, fact)
    return _interface(asker.world, answer)


def _public(asker: Asker, answer: Destination) -> Answer:
    destination = asker.destinations.over_ipv6(answer.service)
    if isinstance(destination, Missing):
        return make_undecided_hop("dns", asker.subnet.subnet_id, destination)
    return destination


def _by_nat64(asker: Asker, answer: Destination) -> Answer:
    """Return the addresses of NAT64 for an answer of IPv4; a lost hop if DNS64 is off."""
    if not asker.subnet.enable_dns64:
        subnet = asker.subnet.subnet_id
        message = f"{subnet} has only IPv6, DNS64 is off in it, and there is no IPv6 for {answer.label}"
        return make_lost_hop("dns", subnet, _NO_FAMILY, message)
    return Destination(
        f"{answer.label}, by NAT64",
        add_nat64_prefix(answer.addresses),
        choice=answer.choice,
        service=answer.service,
        elsewhere=True,
        endpoint=answer.endpoint,
        behind=answer,
    )


def _no_record(asker: Asker, family: Family, endpoint: VpcEndpoint | None) -> Hop:
    """Return a lost hop for a name without a record in the task's family."""
    subnet = asker.subnet.subnet_id
    by = endpoint.vpc_endpoint_id if endpoint is not None else f"a gateway endpoint of {asker.subnet.vpc_id}"
    message = f"{by} answers for {asker.name} without {_WORDS[family]} addresses, and tasks in {subnet} call over it"
    resource = endpoint.vpc_endpoint_id if endpoint is not None else subnet
    return make_lost_hop("dns", resource, _NO_FAMILY, message)


def in_family(world: World, destination: Destination, *, ipv6: bool) -> Destination | None:
    """Return an endpoint's interface at its address of one family; None if it has none that is known."""
    if is_ipv6(destination.addresses) == ipv6:
        return destination
    answer = _interface(world, destination) if ipv6 else None
    return answer if isinstance(answer, Destination) else None


def _interface(world: World, destination: Destination) -> Answer:
    """Return the IPv6 addresses of an endpoint's interface."""
    if is_ipv6(destination.addresses):
        return destination
    interface = world.network_interfaces.get(destination.interface or "")
    records = interface.ipv6_addresses if interface else ()
    addresses = union(*(record.ipv6_address.addresses for record in records))
    if not addresses:
        fact = Missing(f"the IPv6 addresses of {destination.label}", "ec2:DescribeNetworkInterfaces")
        return make_undecided_hop("dns", destination.endpoint or "", fact)
    return msgspec.structs.replace(destination, label=f"{destination.label} over IPv6", addresses=addresses)
