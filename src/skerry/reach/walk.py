"""The walk: for a source and a name, every path there and back, with its verdict and everything that decided it."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from skerry.catalogue.services import ServiceRef
from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.world import World
from skerry.net.intervals import Intervals
from skerry.net.verdicts import BLOCKED, OK, UNKNOWN, Verdict, either, unsure
from skerry.reach.destinations import Destinations
from skerry.reach.filters import Peer, groups_hop
from skerry.reach.gateways import open_question
from skerry.reach.names import Names, Query, Resolution
from skerry.reach.network import Fan, Network, Start, Traffic
from skerry.reach.rules import TCP, UDP
from skerry.reach.trace import Because, Destination, Hop, Passage, Trace, segments, verdict_of

_DNS_PORT = 53


class Source(msgspec.Struct, frozen=True):
    """Where a flow sets out: an interface in a subnet, existing or to be made.

    ``addresses``: those that it may have; ``groups``: its security groups, UNSET where they are not known.
    """

    subnet: Subnet
    addresses: Intervals
    groups: tuple[str, ...] | UnsetType
    public: bool | Missing
    ports: Intervals


class Target(msgspec.Struct, frozen=True):
    """What a flow is for: a host and port; ``place`` says where a host stands that no private name covers."""

    host: str | None
    port: int
    place: str = "aws"
    service: ServiceRef | None = None
    protocol: str = TCP


class Outcome(msgspec.Struct, frozen=True):
    """The verdict of a flow, why it is intermittent, and its paths."""

    verdict: Verdict
    traces: tuple[Trace, ...]
    because: tuple[Because, ...] = ()


class Walker:
    """Walks one World. With ``remember``, what does not depend on the task is judged once."""

    def __init__(self, world: World, memo: dict[Any, Any] | None = None, *, remember: bool = True) -> None:
        self.world = world
        self._memo: dict[Any, Any] | None = (memo if memo is not None else {}) if remember else None
        self.destinations = Destinations(world)
        self.names = Names(world, self.destinations)
        self.network = Network(world, self._memo)

    def reach(self, source: Source, target: Target) -> Outcome:
        """Resolve the target's name, and walk to every answer that DNS may give."""
        vpc_id = source.subnet.vpc_id
        resolution = self._resolve(source.subnet, target)
        if resolution.servers:
            found = self._by_servers(source, resolution)
        else:
            found = self._to_answers(source, resolution, target)
        if found.verdict is OK or target.service is None:
            return found
        traces = []
        for hop, destination in self.names.intended(vpc_id, target.service, resolution.destinations):
            _, paths, _ = self._paths(source, destination, Traffic(target.protocol, target.port), (hop,))
            traces.extend(msgspec.structs.replace(path, intended=True) for path in paths)
        return msgspec.structs.replace(found, traces=found.traces + tuple(traces))

    def walk(self, source: Source, destination: Destination, protocol: str, port: int) -> Outcome:
        """Walk to a destination that needs no name."""
        verdict, traces, because = self._paths(source, destination, Traffic(protocol, port), ())
        return Outcome(verdict, traces, because)

    def _resolve(self, subnet: Subnet, target: Target) -> Resolution:
        zone = None if subnet.availability_zone is UNSET else subnet.availability_zone
        query = Query(target.host, target.place, target.service, zone)
        if self._memo is None:
            return self.names.resolve(subnet.vpc_id, query)
        key = (subnet.vpc_id, query)
        found: Resolution | None = self._memo.get(key)
        if found is None:
            found = self._memo[key] = self.names.resolve(subnet.vpc_id, query)
        return found

    def _to_answers(self, source: Source, resolution: Resolution, target: Target) -> Outcome:
        if not resolution.destinations:
            return self._unanswered(source, resolution)
        traffic = Traffic(target.protocol, target.port)
        verdicts: list[Verdict] = []
        traces: list[Trace] = []
        because: dict[Because, None] = {}
        for destination in resolution.destinations:
            verdict, paths, why = self._paths(source, destination, traffic, (resolution.hop,))
            verdicts.append(verdict)
            traces.extend(paths)
            because.update(dict.fromkeys(why))
        verdict = either(verdicts) if resolution.sure else unsure(verdicts)
        return Outcome(verdict, tuple(traces), _because(verdict, verdicts, because))

    def _unanswered(self, source: Source, resolution: Resolution) -> Outcome:
        verdict = BLOCKED if resolution.hop.lost else UNKNOWN
        nowhere = Destination("nowhere", ())
        trace = Trace(source.subnet.subnet_id, nowhere, (resolution.hop,), None, None, verdict)
        return Outcome(verdict, (trace,))

    def _by_servers(self, source: Source, resolution: Resolution) -> Outcome:
        """DNS servers that are not Amazon's: out of reach is blocked, within reach leaves the answer unknown."""
        verdicts: list[Verdict] = []
        traces: list[Trace] = []
        for server in resolution.servers:
            destination = self.destinations.at(source.subnet.vpc_id, server)
            verdict, paths, _ = self._paths(source, destination, Traffic(UDP, _DNS_PORT), ())
            verdicts.append(verdict)
            traces.extend(paths)
        if either(verdicts) is BLOCKED:
            return Outcome(BLOCKED, tuple(traces))
        nowhere = Destination("nowhere", ())
        open_end = Trace(source.subnet.subnet_id, nowhere, (resolution.hop,), None, None, UNKNOWN)
        return Outcome(UNKNOWN, (*traces, open_end))

    def _paths(
        self, source: Source, destination: Destination, traffic: Traffic, first: tuple[Hop, ...]
    ) -> tuple[Verdict, tuple[Trace, ...], tuple[Because, ...]]:
        """Every path to one destination: its pieces take turns where all of them occur."""
        fan = self._fan(source, destination, traffic)
        out = self._out(source, destination, traffic)
        first = (*first, out)
        if len(fan) == 1 and len(fan[0]) == 1:
            trace = self._trace(source, destination, traffic, first, fan[0][0])
            return trace.verdict, (trace,), trace.because
        verdicts: list[Verdict] = []
        traces: list[Trace] = []
        for item in fan:
            paths = [self._trace(source, destination, traffic, first, passage) for passage in item]
            verdicts.append(unsure(path.verdict for path in paths))
            traces.extend(paths)
        verdict = either(verdicts) if destination.choice else unsure(verdicts)
        because = {why: None for path in traces for why in path.because}
        return verdict, tuple(traces), _because(verdict, verdicts, because)

    def _fan(self, source: Source, destination: Destination, traffic: Traffic) -> Fan:
        key = (source.subnet.subnet_id, source.addresses, source.ports, source.public, destination, traffic)
        if self._memo is not None and key in self._memo:
            found: Fan = self._memo[key]
            return found
        start = Start(source.subnet, source.addresses, source.ports, source.public)
        found = self.network.fan(start, destination, destination.addresses, traffic)
        if self._memo is not None:
            self._memo[key] = found
        return found

    def _out(self, source: Source, destination: Destination, traffic: Traffic) -> Hop:
        if source.groups is UNSET:
            fact = Missing("the security groups of the source", "ec2:DescribeNetworkInterfaces")
            return open_question("security-group", "", fact)
        key = (source.groups, destination, traffic)
        if self._memo is not None and key in self._memo:
            hop: Hop = self._memo[key]
            return hop
        peer = Peer(destination.addresses, destination.label, destination.groups, destination)
        hop = groups_hop(self.world, source.groups, "out", traffic, peer)
        if self._memo is not None:
            self._memo[key] = hop
        return hop

    def _trace(
        self, source: Source, destination: Destination, traffic: Traffic, first: tuple[Hop, ...], passage: Passage
    ) -> Trace:
        last = self._in(source, passage, traffic)
        where = source.subnet.subnet_id
        if passage.clean and (last is None or last.clean) and all(hop.clean for hop in first):
            return Trace(where, destination, first, passage, last, OK)
        verdict, because = verdict_of(segments(first, passage, last, destination))
        return Trace(where, destination, first, passage, last, verdict, because)

    def _in(self, source: Source, passage: Passage, traffic: Traffic) -> Hop | None:
        """What the security groups of the interface at the end let in, if there is one."""
        guard = passage.guard
        if guard is None:
            return None
        if isinstance(guard, Missing):
            return open_question("security-group", "", guard)
        groups = Missing("the security groups of the source") if source.groups is UNSET else source.groups
        # Behind a NAT gateway the sender is the gateway's interface, which is in no group.
        behind_nat = len(passage.ways) > 1
        addresses = passage.ways[-1].packets.source if behind_nat else source.addresses
        key = ("in", guard, None if behind_nat else groups, addresses, source.subnet.subnet_id, traffic)
        if self._memo is not None and key in self._memo:
            hop: Hop = self._memo[key]
            return hop
        peer = Peer(addresses, source.subnet.subnet_id, None if behind_nat else groups)
        hop = groups_hop(self.world, guard, "in", traffic, peer)
        if self._memo is not None:
            self._memo[key] = hop
        return hop


def _because(verdict: Verdict, verdicts: list[Verdict], inner: dict[Because, None]) -> tuple[Because, ...]:
    """Why a verdict is intermittent: because of a single path, or because paths to several addresses differ."""
    if verdict in {OK, BLOCKED, UNKNOWN}:
        return ()
    if len(set(verdicts)) > 1:
        inner = inner | {"address": None}
    return tuple(inner)
