"""Answers of DNS servers: the destinations of a name, or the hop with the reason why it has none."""

import msgspec

from skerry.model.facts import Missing
from skerry.net.dns_names import DnsName
from skerry.net.ip_addresses import IpAddress
from skerry.reach.dns_zones import NameSource, Record
from skerry.reach.gateways import make_undecided_hop
from skerry.reach.trace import Destination, Hop

# The order of Profiles is documented, and that the most specific name wins, but not both together.
_PROFILES_PAGE = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profiles-vpc-update-priority.html"


class Resolution(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The DNS answer: the hop, and every destination in it.

    ``sure``: the destinations take turns; else it is one of them, and not known which. ``dead`` are hops of answers
    among them that lead nowhere. ``servers`` are the DNS servers of the answer if they are not the VPC's own;
    ``amazon_too``: that one is asked as well. ``over_ipv6``: the destination of a name with IPv6 addresses alone.
    ``doubt``: the fact that decides among the destinations, if the answer is not sure. ``redirections``: the names that
    the answer leads over, None if they are not known.
    """

    hop: Hop
    destinations: tuple[Destination, ...] = ()
    sure: bool = True
    dead: tuple[Hop, ...] = ()
    servers: tuple[IpAddress, ...] = ()
    amazon_too: bool = False
    over_ipv6: Missing | None = None
    doubt: Missing | None = None
    redirections: tuple[str, ...] | None = None


def join_answers(hop: Hop, own: tuple[Destination, ...], led: list[Resolution], record: Record) -> Resolution | None:
    """Return the addresses of a zone's record and the destinations of its names, including names without one."""
    alive = [resolution for resolution in led if resolution.hop.clean]
    dead = tuple(
        dead_hop
        for resolution in led
        for dead_hop in ((resolution.hop,) if not resolution.hop.clean else resolution.dead)
    )
    destinations = own + tuple(destination for resolution in alive for destination in resolution.destinations)
    if not destinations:
        return Resolution(next((resolution for resolution in dead if resolution.undecided), dead[0])) if dead else None
    inferred = [resolution.hop.rule for resolution in alive if resolution.hop.grade == "inferred"]
    if inferred:
        hop = Hop("dns", hop.resource, rule="; ".join((hop.rule, *inferred)), grade="inferred")
    sure = record.sure and all(resolution.sure for resolution in alive)
    return Resolution(hop, destinations, sure=sure, dead=dead, redirections=_join_redirections(record, alive))


def _join_redirections(record: Record, led: list[Resolution]) -> tuple[str, ...] | None:
    """Return the names that a zone's answer leads over; an alias shows the client no name of its own."""
    own = [name.plain for name in record.redirections]
    for resolution in led:
        if resolution.redirections is None:
            return None
        own.extend(resolution.redirections)
    return tuple(own)


def assume_unchanged(resolution: Resolution, unread: Missing | None) -> Resolution:
    """Return a private answer in a partly known VPC: the unknown part is assumed not to change it."""
    if unread is None:
        return resolution
    rule = f"{resolution.hop.rule}, if it is not changed by {unread}"
    return msgspec.structs.replace(resolution, hop=msgspec.structs.replace(resolution.hop, rule=rule, grade="inferred"))


def contested_answer(vpc_id: str, source: NameSource, host: DnsName) -> Resolution:
    """Return the doubt which of several Profiles answers."""
    profiles = ", ".join((source.profile, *source.rivals))
    fact = Missing(f"which of {profiles} answers for {host.plain} in {vpc_id} ({_PROFILES_PAGE})")
    return Resolution(make_undecided_hop("dns", vpc_id, fact))
