"""What packets do in a network: which calls of the launch are answered from each subnet, and what drops the others.

Every call is tried from several addresses of each subnet, by several source ports, to several addresses. A subnet in
which all of a call's tries fail does not serve it; where some do, that is by chance.
"""

from collections.abc import Iterable
from typing import NamedTuple

from bench.faults.launch import Call, public_addresses
from bench.faults.shapes import Sound
from skerry.lab.sandbox import Sandbox
from skerry.lab.tcp_probes import DnsQuestion, Probe
from skerry.lab.topology import End, RequestedPaths, plan
from skerry.lab.topology_records import Router
from skerry.net.cidr import Address
from skerry.net.hostname import Hostname
from tests.networks import VPC

PORTS = (32_768, 40_001, 48_123, 55_555, 60_999)
LAST = (5, 100, 250)
"""The last numbers of the tasks' addresses."""
TIMEOUT, PATIENCE = 0.3, 1.5

OK, INTERMITTENT, BLOCKED, UNKNOWN = "ok", "intermittent", "blocked", "unknown"


class Seen(NamedTuple):
    """What came of it: the verdict of the service, of each host, and the resources that dropped something."""

    verdict: str
    hosts: dict[str, str]
    droppers: frozenset[str]


def observe(enclosure: Sandbox, network: Sound) -> Seen:
    """Build a network and try all calls of its launch."""
    world = network.world()
    ends = {subnet: _ends(network, subnet) for subnet in network.places}
    asked = RequestedPaths(
        tuple(end for group in ends.values() for end in group),
        tuple(Address(address) for call in network.calls for _, address in call.at),
        tuple((Hostname(name), Address(address)) for name, address in public_addresses(network.calls)),
    )
    built = plan(world, asked)
    enclosure.build(built)
    router = next(router for router in built.routers if router.vpc == VPC)
    leads = {
        (subnet, call): _addresses(enclosure, router, ends[subnet][0], call)
        for subnet in ends
        for call in network.calls
    }
    probes: dict[tuple[str, Call], list[Probe]] = {
        (subnet, call): [
            Probe(end.address, port, Address(address), call.port)
            for address in leads[subnet, call] or ()
            for end in ends[subnet]
            for port in PORTS
        ]
        for subnet, call in leads
    }
    answered = _tried(enclosure, list({probe for rows in probes.values() for probe in rows}))
    drops = {name for drop in enclosure.drops() for name in drop.origin.resource.split(", ") if name}
    told = {key: _verdict([answered[probe] for probe in rows]) for key, rows in probes.items()}
    if router.servers and router.servers[0] != router.resolver:
        # A DNS server of the user's was asked: that it answers is known, and what it answers is not.
        told = {key: verdict if leads[key] is None else UNKNOWN for key, verdict in told.items()}
    return _seen(network, told, frozenset(drops))


def _ends(network: Sound, subnet: str) -> tuple[End, ...]:
    base = network.row("Subnets", subnet)["CidrBlock"].rpartition(".")[0]
    configuration = network.configuration()
    groups = tuple(configuration["securityGroups"]) or ("sg-default",)
    first = 20 + 10 * network.places.index(subnet)
    public = configuration["assignPublicIp"] == "ENABLED"
    return tuple(
        End(subnet, Address(f"{base}.{last}"), groups, Address(f"198.51.100.{first + number}") if public else None)
        for number, last in enumerate(LAST)
    )


def _addresses(enclosure: Sandbox, router: Router, end: End, call: Call) -> tuple[str, ...] | None:
    """Where a call leads; None where no DNS server answers."""
    if call.at:
        return tuple(address for subnet, address in call.at if subnet == end.subnet)
    if not router.servers:
        return None
    return enclosure.resolve((DnsQuestion(end.address, router.servers[0], Hostname(call.host)),), PATIENCE)[0]


def _tried(enclosure: Sandbox, probes: list[Probe]) -> dict[Probe, bool]:
    answered = dict(zip(probes, enclosure.connect(tuple(probes), TIMEOUT), strict=True)) if probes else {}
    # A slow machine is no filter: what was not answered is tried again, patiently, where anything may answer.
    again = [probe for probe, ok in answered.items() if not ok]
    if again and any(answered.values()):
        answered |= dict(zip(again, enclosure.connect(tuple(again), PATIENCE), strict=True))
    return answered


def _verdict(answered: Iterable[bool]) -> str:
    kinds = set(answered)
    return OK if kinds == {True} else INTERMITTENT if True in kinds else BLOCKED


def _seen(network: Sound, told: dict[tuple[str, Call], str], droppers: frozenset[str]) -> Seen:
    starts = [call for call in network.calls if call not in network.runtime]
    places = {subnet: _worst(told[subnet, call] for call in starts) for subnet in network.places}
    hosts = {call.host: _either(told[subnet, call] for subnet in network.places) for call in starts}
    return Seen(_either(places.values()), hosts, droppers)


def _worst(verdicts: Iterable[str]) -> str:
    return max(verdicts, key=(OK, UNKNOWN, INTERMITTENT, BLOCKED).index)


def _either(verdicts: Iterable[str]) -> str:
    """Of places that the scheduler picks from: if they do not agree and one fails, it is by chance."""
    kinds = set(verdicts)
    if len(kinds) == 1:
        return kinds.pop()
    return INTERMITTENT if kinds & {BLOCKED, INTERMITTENT} else UNKNOWN
