"""The walk: for a source and a name, every path there and back, with its verdict and everything that decided it.

The common part of all paths with one origin (the name, the route through the network, the filters that do not depend on
the caller) is judged once and cached. A task adds the packets allowed by its own security groups, and by an endpoint's
groups if those refer to groups.
"""

from collections.abc import Iterable

import msgspec
from msgspec import UNSET, UnsetType

from skerry.catalogue.services import ServiceRef, file_system_of
from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.world import World
from skerry.net.addresses import is_ipv6, whole_family_of
from skerry.net.dns_names import DnsName, Host
from skerry.net.intervals import EMPTY, Intervals, union
from skerry.net.ip_addresses import IpAddress
from skerry.net.packets import Box
from skerry.reach.address_families import Asker, in_family, resolve_over_ipv4, resolve_over_ipv6
from skerry.reach.cache import Memo
from skerry.reach.central_endpoints import IntendedEndpoint, fails_by_name, lacks_names
from skerry.reach.compiled_rules import TCP, UDP
from skerry.reach.destinations import Destinations
from skerry.reach.dns_answers import Resolution
from skerry.reach.gateways import make_undecided_hop
from skerry.reach.name_resolution import NameResolver, Query
from skerry.reach.origin import Start, Traffic
from skerry.reach.outcome import Outcome, combine
from skerry.reach.route_walk import Network
from skerry.reach.security_filters import Peer
from skerry.reach.subnets import ipv6_blocks_of
from skerry.reach.trace import (
    NOWHERE,
    Destination,
    Guard,
    Hop,
    Judgement,
    PacketPath,
    PathPart,
    Segment,
    Trace,
    join_segments,
    judge,
)
from skerry.reach.ways import WayOption, Ways, clean_option_of
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, alternating_verdict_of, worst_of

_DNS_PORT = 53


class Source(msgspec.Struct, frozen=True, gc=False):
    """The origin of a flow: an interface that exists or is planned, with its security groups.

    ``groups`` are UNSET where they are not known.
    """

    start: Start
    groups: tuple[str, ...] | UnsetType

    @property
    def subnet(self) -> Subnet:
        """The subnet that the interface is in."""
        return self.start.subnet


class Target(msgspec.Struct, frozen=True, gc=False):
    """The target of a flow: a host and port; ``place`` says where a host stands if no private name covers it.

    ``inferred`` says what of this is inferred, if anything is. ``over_ipv4``: a task with addresses of both families
    uses its IPv4 one.
    """

    host: Host | None
    port: int
    place: str = "aws"
    service: ServiceRef | None = None
    protocol: str = TCP
    inferred: str = ""
    over_ipv4: bool = False


class _Answers(msgspec.Struct, frozen=True, gc=False):
    """The destinations of a target's name from an origin, with the paths to each.

    ``all_families``: the whole answer, with what the origin has no address for. ``addresses``: of all destinations, if
    the ways to them are clean.
    """

    target: Target
    all_families: Resolution
    resolution: Resolution
    ways: tuple[Ways, ...]
    traffic: Traffic
    clean: bool
    addresses: Intervals


class _CleanPaths(msgspec.Struct, frozen=True, gc=False):
    """The paths of a flow that is ok, not yet put together."""

    walker: "Walker"
    source: Source
    answers: _Answers

    def __call__(self) -> tuple[Trace, ...]:
        """Put the paths together."""
        return self.walker.clean_paths(self.source, self.answers)


class Walker:
    """Walks one World; with the cache off, everything is judged at every call."""

    def __init__(self, world: World, memo: Memo | None = None) -> None:
        self.world = world
        self.memo = memo or Memo()
        self.destinations = Destinations(world)
        self.names = NameResolver(world, self.destinations)
        self.network = Network(world, self.memo)
        self.filters = self.network.filters

    def start(self, subnet: Subnet, addresses: Intervals, ports: Intervals, *, public: bool | Missing) -> Start:
        """Return the origin of packets; equal ones are the same object, so that their common part is judged once."""
        key = ("start", subnet.subnet_id, addresses, ports, public)
        return self.memo.once(key, lambda: Start(subnet, addresses, ports, public))

    def reach(self, source: Source, target: Target) -> Outcome:
        """Resolve the target's name, and walk to every answer that DNS may give."""
        answers = self._answers(source.start, target)
        if answers.clean and not answers.resolution.servers and self._all_out(source, answers):
            return Outcome(OK, _CleanPaths(self, source, answers))
        outcome = self._by_servers(source, answers) if answers.resolution.servers else self._to_answers(source, answers)
        return outcome if outcome.verdict is OK else self._with_intended(source, target, answers, outcome)

    def walk(self, source: Source, destinations: Iterable[Destination], protocol: str, port: int) -> Outcome:
        """Walk to destinations that need no name and take turns."""
        traffic = Traffic(protocol, port)
        ways = [self._ways(source.start, destination, traffic) for destination in destinations]
        return combine([self._to_one(source, way, traffic) for way in ways], turns=True)

    def _answers(self, start: Start, target: Target) -> _Answers:
        return self.memo.once((start, target), lambda: self._ask(start, target))

    def _ask(self, start: Start, target: Target) -> _Answers:
        return self._answers_of(start, target, self._resolution(start.subnet, target))

    def _answers_of(self, start: Start, target: Target, whole: Resolution) -> _Answers:
        """Return the paths to the answers that the origin has an address for."""
        resolution = whole
        if not isinstance(target.host, IpAddress):
            host = target.host.plain if target.host is not None else None
            asker = Asker(self.world, self.destinations, start.subnet, host)
            resolve = resolve_over_ipv6 if is_ipv6(start.addresses) else resolve_over_ipv4
            resolution = resolve(asker, whole)
        traffic = Traffic(target.protocol, target.port)
        first = (resolution.hop,)
        ways = tuple([self._ways(start, destination, traffic, first) for destination in resolution.destinations])
        clean = bool(ways) and not resolution.dead and all(way.clean is not None for way in ways)
        addresses = union(*[way.destination.addresses for way in ways]) if clean else EMPTY
        return _Answers(target, whole, resolution, ways, traffic, clean, addresses)

    def _resolution(self, subnet: Subnet, target: Target) -> Resolution:
        """Return the DNS answer for a name: one for the whole VPC, except for file systems with one in each zone."""
        host = target.host
        if isinstance(host, IpAddress):
            return self.names.at_address(subnet.vpc_id, host)
        zone = None
        if host is not None and file_system_of(host.plain) and subnet.availability_zone is not UNSET:
            zone = subnet.availability_zone
        query = Query(host, target.place, target.service, zone, target.inferred)
        return self.memo.once((subnet.vpc_id, query), lambda: self.names.resolve(subnet.vpc_id, query))

    def _ways(self, start: Start, destination: Destination, traffic: Traffic, first: tuple[Hop, ...] = ()) -> Ways:
        pieces = self.memo.once((start, destination, traffic), lambda: self._pieces(start, destination, traffic))
        return Ways(destination, first, pieces, clean_option_of(first, pieces))

    def _pieces(self, start: Start, destination: Destination, traffic: Traffic) -> tuple[tuple[WayOption, ...], ...]:
        fan = self.network.fan(start, destination, destination.addresses, traffic)
        return tuple([tuple([self._option(start, passage, traffic) for passage in item]) for item in fan])

    def _option(self, start: Start, passage: PacketPath, traffic: Traffic) -> WayOption:
        guard = passage.guard
        if guard is None:
            return WayOption(passage, None, asks=False)
        if isinstance(guard.groups, Missing):
            return WayOption(passage, make_undecided_hop("security-group", "", guard.groups), asks=False)
        names_groups = self.filters.names_groups(guard.groups, "in", traffic)
        if names_groups and guard.seen is True:
            return WayOption(passage, None, asks=True)
        # Groups that are not seen from there are none.
        members = guard.seen if isinstance(guard.seen, Missing) else None
        where = start.subnet.subnet_id
        if names_groups and guard.seen is False:
            where += ", whose security groups are not seen from there"
        peer = Peer(start.addresses, where, members)
        return WayOption(passage, self._admit(guard, peer, traffic), asks=False)

    def _admit(self, guard: Guard, peer: Peer, traffic: Traffic) -> Hop:
        """Return the packets that the groups at an interface let in."""
        key = ("in", guard.groups, peer, traffic)
        return self.memo.once(key, lambda: self.filters.groups(guard.groups, "in", traffic, peer))

    def _to_answers(self, source: Source, answers: _Answers) -> Outcome:
        """Walk to every DNS answer: the answers take turns, or one of them holds, unknown which."""
        if answers.ways:
            outcome = self._to_all(source, answers)
        else:
            trace = self._nowhere(source, answers)
            outcome = Outcome(trace.verdict, (trace,))
        if outcome.verdict is OK or is_ipv6(source.start.addresses):
            return outcome
        return self._or_over_ipv6(source, answers, outcome)

    def _to_all(self, source: Source, answers: _Answers) -> Outcome:
        """Walk to every answer of DNS: the answers take turns, or one unknown answer holds."""
        if answers.clean and self._all_out(source, answers):
            return Outcome(OK, _CleanPaths(self, source, answers))
        outcomes = [self._to_one(source, ways, answers.traffic) for ways in answers.ways]
        for hop in answers.resolution.dead:
            dead = msgspec.structs.replace(answers.resolution, hop=hop)
            trace = self._nowhere(source, msgspec.structs.replace(answers, resolution=dead))
            outcomes.append(Outcome(trace.verdict, (trace,)))
        outcome = combine(outcomes, turns=answers.resolution.sure)
        doubt = answers.resolution.doubt
        if doubt is None or outcome.verdict is not UNKNOWN or len({item.verdict for item in outcomes}) == 1:
            return outcome
        return self._undecided(source, answers, doubt)

    def clean_paths(self, source: Source, answers: "_Answers") -> tuple[Trace, ...]:
        """Return the paths to answers that lose nothing."""
        return tuple(trace for ways in answers.ways for trace in self._to_one(source, ways, answers.traffic).traces)

    def _to_one(self, source: Source, ways: Ways, traffic: Traffic, *, intended: bool = False) -> Outcome:
        out = self._out(source, ways.destination, traffic)
        first = (*ways.first, out)
        if ways.clean is not None and out.clean:
            where, last = source.start.subnet.subnet_id, ways.clean.last
            vpc_id, passage = source.subnet.vpc_id, ways.clean.passage
            trace = Trace(where, ways.destination, first, passage, last, OK, intended=intended, vpc=vpc_id)
            return Outcome(OK, (trace,))
        if len(ways.pieces) == 1 and len(ways.pieces[0]) == 1 and not intended:
            trace = self._trace(source, ways, traffic, out, ways.pieces[0][0])
            return Outcome(trace.verdict, (trace,), trace.because)
        outcomes = []
        for options in ways.pieces:
            paths = [self._trace(source, ways, traffic, out, option) for option in options]
            if intended:
                paths = [msgspec.structs.replace(path, intended=True) for path in paths]
            outcomes.append(combine((Outcome(path.verdict, (path,), path.because) for path in paths), turns=False))
        return combine(outcomes, turns=ways.destination.choice)

    def _out(self, source: Source, destination: Destination, traffic: Traffic) -> Hop:
        """Return the packets that the source's own groups let out; the first rule for a block is evaluated once."""
        if source.groups is UNSET:
            fact = Missing("the security groups of the source", "ec2:DescribeNetworkInterfaces")
            return make_undecided_hop("security-group", "", fact)
        groups = source.groups
        first = self.filters.first_rule(groups, "out", traffic)
        if first is not None and first.allows(destination.addresses):
            return first.hop
        key = ("out", source.start.subnet.vpc_id, groups, traffic, destination)
        return self.memo.once(key, lambda: self._ask_groups(source, groups, destination, traffic))

    def _ask_groups(self, source: Source, groups: tuple[str, ...], destination: Destination, traffic: Traffic) -> Hop:
        label = "anything" if destination is NOWHERE else destination.label
        peer = Peer(destination.addresses, label, self._members(source.subnet, destination), destination)
        return self.filters.groups(groups, "out", traffic, peer)

    def _all_out(self, source: Source, answers: _Answers) -> bool:
        """Tell whether the source's own groups let everything out, to every answer."""
        traffic, groups = answers.traffic, source.groups
        first = None if groups is UNSET else self.filters.first_rule(groups, "out", traffic)
        if first is not None and first.allows(answers.addresses):
            return True
        return all(self._out(source, ways.destination, traffic).clean for ways in answers.ways)

    def _members(self, subnet: Subnet, destination: Destination) -> tuple[str, ...] | Missing | None:
        """Return the groups of a destination as the source's outbound rules see them.

        Those of another VPC are seen over peering in one Region; over a transit gateway only inbound rules see groups:
        https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html#vpc-attachment-security
        """
        there = self.world.subnets.get(destination.subnet or "")
        if there is None or there.vpc_id == subnet.vpc_id or destination.groups is None:
            return destination.groups
        peered = self.world.transit.are_peered(subnet.vpc_id, there.vpc_id)
        if isinstance(peered, Missing):
            return peered
        return destination.groups if peered else None

    def _trace(self, source: Source, ways: Ways, traffic: Traffic, out: Hop, option: WayOption) -> Trace:
        passage = option.passage
        last = self._in(source, passage, traffic) if option.asks else option.last
        first = (*ways.first, out)

        def judged() -> Judgement:
            return judge(join_segments(first, passage, last, ways.destination))

        # Packets that the source's groups let out entirely change nothing: another task's judgement holds too.
        key = ("judged", ways.first, passage, last)
        judgement = self.memo.once(key, judged) if out.clean else judged()
        subnet = source.subnet
        return Trace(subnet.subnet_id, ways.destination, first, passage, last, *judgement, vpc=subnet.vpc_id)

    def _in(self, source: Source, passage: PacketPath, traffic: Traffic) -> Hop:
        """Return the packets that the groups at the end let in, if their rules refer to groups."""
        guard = passage.guard
        assert guard is not None  # noqa: S101 -- an option that asks has a guard
        members = Missing("the security groups of the source") if source.groups is UNSET else source.groups
        peer = Peer(source.start.addresses, source.start.subnet.subnet_id, members)
        return self._admit(guard, peer, traffic)

    def _nowhere(self, source: Source, answers: _Answers) -> Trace:
        """Return a path that ends at the name, with the source's filters if they lose every packet."""
        start, nowhere = source.start, NOWHERE
        anywhere = whole_family_of(start.addresses)
        leave, back = self.network.own_filters(start, anywhere, answers.traffic)
        everything = Segment(Box(start.addresses, anywhere, start.ports), choice=False, hops=())
        out = self._out(source, nowhere, answers.traffic)
        first = tuple(hop for hop in (out, *leave) if everything.disposition(hop) == "lost")
        last = tuple(hop for hop in back if everything.disposition(hop) == "lost")
        passage = PacketPath.of((PathPart(everything.packets, first, last),), None, choice=False)
        hops = (answers.resolution.hop,)
        judgement = judge(join_segments(hops, passage, None, nowhere))
        where, vpc_id = start.subnet.subnet_id, start.subnet.vpc_id
        return Trace(where, nowhere, hops, passage, None, *judgement, vpc=vpc_id)

    def _by_servers(self, source: Source, answers: _Answers) -> Outcome:
        """Return the path to DNS servers other than the VPC's own; if within reach, their answers are unknown.

        Those of another VPC that was read answer as it does; of several servers one within reach is enough.
        """
        by_protocol: dict[str, list[Outcome]] = {UDP: [], TCP: []}
        for server in answers.resolution.servers:
            destination = self.destinations.at(source.subnet.vpc_id, server)
            for protocol, outcomes in by_protocol.items():
                traffic = Traffic(protocol, _DNS_PORT)
                outcomes.append(self._to_one(source, self._ways(source.start, destination, traffic), traffic))
        dns_traces = (trace for outcomes in by_protocol.values() for outcome in outcomes for trace in outcome.traces)
        traces = tuple(msgspec.structs.replace(trace, purpose="dns") for trace in dns_traces)
        # Questions go by UDP, and by TCP where an answer is long: without UDP nothing resolves.
        silent = all(outcome.verdict is BLOCKED for outcome in by_protocol[UDP])
        if silent and not answers.resolution.amazon_too:
            return Outcome(BLOCKED, traces)
        if answers.resolution.hop.undecided:
            return Outcome(UNKNOWN, (*traces, self._nowhere(source, answers)))
        led = self._to_answers(source, answers)
        if any(outcome.verdict is OK for outcome in by_protocol[UDP]):
            return led
        verdict = worst_of((alternating_verdict_of(outcome.verdict for outcome in by_protocol[UDP]), led.verdict))
        because = dict.fromkeys(why for outcome in (*by_protocol[UDP], led) for why in outcome.because)
        return Outcome(verdict, (*traces, *led.traces), tuple(because) if verdict is INTERMITTENT else ())

    def _or_over_ipv6(self, source: Source, answers: _Answers, outcome: Outcome) -> Outcome:
        """Return the outcome over IPv4, with lost packets undecided if the task may get through over IPv6 too.

        Tasks in a dual-stack subnet have an address of each family.
        """
        subnet, target = source.subnet, answers.target
        if target.over_ipv4 or isinstance(target.host, IpAddress) or not (blocks := ipv6_blocks_of(subnet)):
            return outcome
        doubt = answers.all_families.over_ipv6
        if doubt is None:
            start = self.start(subnet, blocks, source.start.ports, public=source.start.public)
            over_ipv6 = self.memo.once((start, target), lambda: self._answers_of(start, target, answers.all_families))
            if not over_ipv6.ways or self._to_all(Source(start, source.groups), over_ipv6).verdict is BLOCKED:
                return outcome
            name = target.host or "a host that is not known"
            doubt = Missing(f"whether IPv6 reaches {name}; {subnet.subnet_id} has a route for it")
        return combine((outcome, self._undecided(source, answers, doubt)), turns=False)

    def _undecided(self, source: Source, answers: _Answers, fact: Missing) -> Outcome:
        """Return the outcome of a name with an answer that depends on a missing fact."""
        hop = make_undecided_hop("dns", source.subnet.subnet_id, fact)
        trace = self._nowhere(source, msgspec.structs.replace(answers, resolution=Resolution(hop)))
        return Outcome(trace.verdict, (trace,))

    def _with_intended(self, source: Source, target: Target, answers: _Answers, outcome: Outcome) -> Outcome:
        """Add the paths to endpoints that the name does not lead to: for their blockers, not for the verdict."""
        traces: list[Trace] = []
        ipv6 = is_ipv6(source.start.addresses)
        for hop, destination, central in self._intended(source.subnet.vpc_id, target, answers.resolution):
            if (met := in_family(self.world, destination, ipv6=ipv6)) is None:
                continue
            ways = self._ways(source.start, met, answers.traffic, (hop,))
            led = self._to_one(source, ways, answers.traffic, intended=True).traces
            if not central or (lacks_names(outcome.traces) and all(fails_by_name(trace) for trace in led)):
                traces.extend(led)
        return Outcome(outcome.verdict, (*outcome.traces, *traces), outcome.because) if traces else outcome

    def _intended(self, vpc_id: str, target: Target, resolution: Resolution) -> tuple[IntendedEndpoint, ...]:
        ref = target.service
        if ref is None:
            return ()
        host = target.host if isinstance(target.host, DnsName) else None
        key = ("intended", resolution, ref)
        return self.memo.once(key, lambda: self.names.intended(vpc_id, ref, resolution, host))
