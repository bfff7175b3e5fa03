"""What the engine says of single packets, beside what packets did in a lab."""

import random
from typing import NamedTuple

from skerry.catalogue.services import ServiceRef
from skerry.lab.protocol import Drop
from skerry.lab.sandbox import Sandbox
from skerry.lab.tcp_probes import DnsQuestion, Probe
from skerry.lab.topology import End, RequestedPaths, plan
from skerry.lab.topology_records import LabPlan
from skerry.model.world import World
from skerry.net.addresses import spell
from skerry.net.cidr import Address
from skerry.net.dns_names import DnsName
from skerry.net.hostname import Hostname
from skerry.net.intervals import Intervals
from skerry.net.ip_addresses import IpAddress
from skerry.reach.cache import Memo
from skerry.reach.client_ports import LINUX
from skerry.reach.name_resolution import Query
from skerry.reach.origin import Traffic
from skerry.reach.outcome import Outcome
from skerry.reach.walk import Source, Walker
from skerry.verdicts import BLOCKED, OK, Verdict
from tests.intervals import contains
from tests.networks import REGION, VPC
from tests.prove.filters import HOSTS as FILTERED_HOSTS
from tests.prove.generator import INTERNET, PORTS, S3_SAMPLES, TASK_SUBNETS, Drawn

TIMEOUT, PATIENCE = 0.25, 1.5
IMAGE_HOST = f"111122223333.dkr.ecr.{REGION}.amazonaws.com"
HOSTS = {
    "ecr.api": f"api.ecr.{REGION}.amazonaws.com",
    "ecr.dkr": IMAGE_HOST,
    "logs": f"logs.{REGION}.amazonaws.com",
    "secretsmanager": f"secretsmanager.{REGION}.amazonaws.com",
}
ASKED = (*HOSTS.values(), *FILTERED_HOSTS)
PUBLIC = tuple((Hostname(name), Address(f"54.1.2.{number}")) for number, name in enumerate(ASKED, 1))


class Call(NamedTuple):
    """A packet of a task: where it sets out, with which groups, and where it is for."""

    end: End
    source_port: int
    address: Address
    port: int = 443


class Case(NamedTuple):
    """A network with what packets did in it."""

    network: Drawn
    world: World
    calls: tuple[Call, ...]
    answered: tuple[bool, ...]
    drops: dict[Call, tuple[Drop, ...]]
    names: dict[tuple[str, str], tuple[str, ...] | None]
    servers: dict[tuple[End, Address], bool]


class Disagreement(NamedTuple):
    """Where the engine and the packets part."""

    seed: int
    what: str
    engine: str
    packets: str


def asked(network: Drawn) -> tuple[RequestedPaths, tuple[Call, ...]]:
    """The tasks of a network, and everything that they call."""
    draw = random.Random(network.seed + 1)  # noqa: S311 -- no secret is made of it
    ends: list[End] = []
    for subnet in TASK_SUBNETS:
        base = network.row("Subnets", subnet)["CidrBlock"].rpartition(".")[0]
        for last in (draw.randrange(30, 120), draw.randrange(130, 190)):
            groups = draw.choice((("sg-task",), ("sg-task",), ("sg-b",), ("sg-task", "sg-b")))
            public = Address(f"198.51.100.{20 + len(ends)}") if draw.random() < 0.25 else None
            ends.append(End(subnet, Address(f"{base}.{last}"), groups, public))
    private = [
        Address(row["PrivateIpAddress"])
        for row in network.rows["NetworkInterfaces"]
        if row["NetworkInterfaceId"] != "eni-box"
    ]
    addresses = (*private, *map(Address, S3_SAMPLES), Address(INTERNET))
    calls = tuple(
        Call(end, draw.choice(PORTS) + draw.randrange(-200, 0) * (end.address != ends[0].address), to)
        for end in ends
        for to in addresses
    )
    return RequestedPaths(tuple(ends), tuple(private), PUBLIC), calls


def observe(sandbox: Sandbox, network: Drawn) -> Case:
    """Build a network, and let every task call everything."""
    world = network.world()
    wanted, calls = asked(network)
    built = plan(world, wanted)
    sandbox.build(built)
    calls = tuple(call._replace(source_port=call.source_port + 61 * number % 97) for number, call in enumerate(calls))
    probes = tuple(Probe(call.end.address, call.source_port, call.address, call.port) for call in calls)
    answered = sandbox.connect(probes, TIMEOUT)
    recorded = sandbox.drops()
    drops = {call: tuple(drop for drop in recorded if _is_of(drop, call)) for call in calls}
    # A slow machine is no filter: what neither answered nor was dropped is tried again, patiently.
    again = [n for n, (call, ok) in enumerate(zip(calls, answered, strict=True)) if not ok and not drops[call]]
    if again:
        second = sandbox.connect(tuple(probes[n] for n in again), PATIENCE)
        patched = list(answered)
        for position, ok in zip(again, second, strict=True):
            patched[position] = ok
        answered = tuple(patched)
    names = _names(sandbox, built, wanted)
    return Case(network, world, calls, answered, drops, names, _servers(sandbox, built, wanted))


def _is_of(drop: Drop, call: Call) -> bool:
    """Tell whether a packet is of a call: there or back, or behind something that translates."""
    here, there = (call.end.address, call.source_port), (call.address, call.port)
    one, other = (drop.source, drop.source_port), (drop.address, drop.port)
    return (one, other) in {(here, there), (there, here)}


def _servers(sandbox: Sandbox, built: LabPlan, wanted: RequestedPaths) -> dict[tuple[End, Address], bool]:
    """Whether the DNS servers that are not Amazon's answer each task at all."""
    router = next(router for router in built.routers if router.vpc == VPC)
    others = [server for server in router.servers if server != router.resolver]
    asking = [(end, server) for end in wanted.ends for server in others]
    answers = sandbox.resolve(
        tuple(DnsQuestion(end.address, server, Hostname("x.invalid")) for end, server in asking), TIMEOUT
    )
    return {one: answer is not None for one, answer in zip(asking, answers, strict=True)}


def _names(sandbox: Sandbox, built: LabPlan, wanted: RequestedPaths) -> dict[tuple[str, str], tuple[str, ...] | None]:
    router = next(router for router in built.routers if router.vpc == VPC)
    if set(router.servers) - {router.resolver}:
        return {}
    source, server = wanted.ends[0].address, Address("10.0.0.2")
    questions = tuple(DnsQuestion(source, server, Hostname(name)) for name in ASKED)
    answers = sandbox.resolve(questions, PATIENCE if router.resolver else TIMEOUT)
    return {(VPC, one.name): answer for one, answer in zip(questions, answers, strict=True)}


# --------------------------------------------------------------------------------------------------- the engine


def verdict_of(walker: Walker, call: Call) -> Outcome:
    """What the engine says of one packet."""
    return _walk(walker, call.end, ((call.source_port, call.source_port),), call.address, Traffic("tcp", call.port))


def _walk(walker: Walker, end: End, ports: Intervals, to: str, traffic: Traffic) -> Outcome:
    subnet = walker.world.subnets[end.subnet]
    own = IpAddress(end.address).addresses
    start = walker.start(subnet, own, ports, public=end.public is not None)
    destination = walker.destinations.at(subnet.vpc_id, IpAddress(to))
    return walker.walk(Source(start, end.groups), [destination], *traffic)


def disagreements(case: Case) -> list[Disagreement]:
    """Where the engine says one thing of a packet and the packet did another."""
    walker = Walker(case.world, Memo())
    found = []
    for call, answered in zip(case.calls, case.answered, strict=True):
        outcome = verdict_of(walker, call)
        told = _told(outcome.verdict, answered=answered)
        if told is not None:
            found.append(_disagreement(case, call, outcome, told))
        elif outcome.verdict is BLOCKED and not _named(outcome, case.drops[call]):
            found.append(_disagreement(case, call, outcome, "another resource"))
    return found + _names_that_differ(walker, case) + _servers_that_differ(walker, case)


def _told(verdict: Verdict, *, answered: bool) -> str | None:
    if (verdict is OK and not answered) or (verdict is BLOCKED and answered):
        return "answered" if answered else "silence"
    return None


def decided(case: Case) -> tuple[int, int]:
    """How many of the engine's verdicts say what will happen, and how many say unknown or intermittent."""
    walker = Walker(case.world, Memo())
    verdicts = [verdict_of(walker, call).verdict for call in case.calls]
    sure = sum(verdict in {OK, BLOCKED} for verdict in verdicts)
    return sure, len(verdicts) - sure


def _named(outcome: Outcome, drops: tuple[Drop, ...]) -> bool:
    """Tell whether what dropped the packet is among what the engine names; behind NAT there is no record of it."""
    named = {item.piece.resource for trace in outcome.traces for item in trace.judged if item.lost}
    return all(not drop.origin.resource or set(drop.origin.resource.split(", ")) & named for drop in drops)


def _disagreement(case: Case, call: Call, outcome: Outcome, told: str) -> Disagreement:
    reasons = [item.piece.message for trace in outcome.traces for item in trace.judged]
    where = [f"{drop.origin.kind} {drop.origin.resource} {drop.origin.rule}" for drop in case.drops[call]]
    what = (
        f"{call.end.address}:{call.source_port} {call.end.groups} {call.end.public or ''} -> {call.address}:{call.port}"
    )
    return Disagreement(case.network.seed, what, f"{outcome.verdict}: {reasons}", f"{told}: {where}")


def _servers_that_differ(walker: Walker, case: Case) -> list[Disagreement]:
    """Questions go by UDP from any port of the client, of which one was tried: ports that part are left out."""
    found = []
    for (end, server), answered in case.servers.items():
        outcome = _walk(walker, end, LINUX, server, Traffic("udp", 53))
        told = _told(outcome.verdict, answered=answered)
        if told is not None:
            what = f"{end.address} {end.groups} asks {server}"
            found.append(Disagreement(case.network.seed, what, str(outcome.verdict), told))
    return found


def _is_wide(addresses: Intervals) -> bool:
    """Tell whether a destination is one of many public addresses, unknown which."""
    return len(addresses) > 1 or addresses[0][0] < addresses[0][1]


def _names_that_differ(walker: Walker, case: Case) -> list[Disagreement]:
    found = []
    public: dict[str, str] = {str(name): str(sample) for name, sample in PUBLIC}
    for (vpc_id, name), answer in case.names.items():
        key = next((key for key, value in HOSTS.items() if value == name), None)
        query = (
            Query(DnsName(name), "internet") if key is None else Query(DnsName(name), "aws", ServiceRef(key, REGION))
        )
        resolution = walker.names.resolve(vpc_id, query)
        if resolution.hop.undecided:
            continue
        if resolution.hop.lost:
            fits = not answer
        elif len(resolution.destinations) == 1 and _is_wide(wide := resolution.destinations[0].addresses):
            sample = IpAddress(public[name]).addresses
            fits = answer == (public[name],) and contains(wide, sample[0][0])
        else:
            told = {spell(one.addresses) for one in resolution.destinations}
            fits = set(answer or ()) == told
        if not fits:
            engine = resolution.hop.rule or [piece.message for piece in resolution.hop.lost]
            found.append(Disagreement(case.network.seed, name, str(engine), str(answer)))
    return found
