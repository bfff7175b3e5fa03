"""The stops of a path: from its hops to the chips, tables, gateways and connections that the line leads through."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import msgspec

from skerry.diagnose.shown_paths import NumberedHop
from skerry.draw.network_map import (
    ChipStop,
    GatewayStop,
    LinkStop,
    MapPath,
    ServiceStop,
    Stop,
    StopHops,
    TableStop,
)
from skerry.reach.trace import NOWHERE, Hop, HopPlace, Trace

TASK = "task"
KEPT = "kept"
_LOCAL = "local"
_CONNECTIONS = frozenset({"transit-gateway", "peering"})


class PathNetwork(NamedTuple):
    """The network of paths: connections between VPCs, and the endpoint of each interface that belongs to one."""

    links: Collection[str]
    endpoints: Mapping[str, str]


def hops_of(trace: Trace) -> Iterator[Hop]:
    """Yield the hops of a path without their effects, which take time to find out."""
    for part in trace.segments():
        yield from part.hops


def links_of(traces: Collection[Trace]) -> dict[str, str]:
    """Return the connections from one VPC to another on these paths, with the kind of their hops."""
    links: dict[str, str] = {}
    for trace in traces:
        vpc_id, to = trace.vpc, ""
        crossed: tuple[str, str] | None = None
        for hop in (hop for hop in hops_of(trace) if hop.leg == "there"):
            place = trace.place_of(hop)
            if hop.kind in _CONNECTIONS and to:
                crossed = (to, hop.kind)
            if place is None:
                continue
            if crossed is not None and place.vpc != vpc_id:
                links[crossed[0]] = crossed[1]
                crossed = None
            vpc_id, to = place.vpc, hop.to or to
        if crossed is not None and trace.destination.subnet is not None:
            # Packets are lost at the connection on their way to a subnet of the other VPC.
            links[crossed[0]] = crossed[1]
    return links


def path_of(trace: Trace, hops: tuple[NumberedHop, ...], network: "PathNetwork", service: str) -> MapPath:
    """Return the stops of a path; ``service`` is the id of the called service on the map."""
    line = _Line(trace, network)
    for numbered in hops:
        if numbered.hop.leg == "there":
            line.add(numbered)
    line.finish(service)
    back = tuple(item for item in hops if item.hop.leg == "back" and item.disposition != KEPT)
    return MapPath(trace, service, tuple(line.stops), back)


def _names(stop: Stop, resource: str) -> bool:
    match stop:
        case GatewayStop(gateway=name) | ChipStop(chip=name):
            return name == resource
        case _:
            return False


class _Line:
    """The stops of one path while its hops are added."""

    def __init__(self, trace: Trace, network: "PathNetwork") -> None:
        self.trace, self.links, self.endpoints = trace, network.links, network.endpoints
        self.stops: list[StopHops] = [StopHops(ChipStop(trace.subnet, TASK))]
        self.at_end: list[NumberedHop] = []
        self.entering: tuple[NumberedHop, HopPlace] | None = None
        self.to = ""
        self.vpc = trace.vpc
        self.arrives = False

    def add(self, numbered: NumberedHop) -> None:
        """Add a hop of the way there."""
        hop, place = numbered.hop, self.trace.place_of(numbered.hop)
        match hop.kind:
            case "dns":
                if numbered.disposition != KEPT:
                    self._at(numbered)
            case "security-group":
                self._add_groups(numbered, place)
            case "network-acl":
                self._add_acl(numbered, place)
            case "route":
                self._add_route(numbered, place)
            case "gateway" | "endpoint" | "interface":
                self._add_target(numbered, place)
            case "transit-gateway" | "peering":
                self._add_connection(numbered)
            case _:
                self.arrives = hop.kind == "subnet"
                self._after(numbered)

    def finish(self, service: str) -> None:
        """Add the end of the path; a name without an answer has none."""
        end, trace = self._end(service), self.trace
        if trace.destination is not NOWHERE:
            if isinstance(self.stops[-1].stop, GatewayStop) and isinstance(end, ServiceStop):
                self.arrives = True
            self._stop(end)
            self._change(is_reached=self.arrives)
        self._drop_entering()
        self._change(at=(*self.stops[-1].at, *self.at_end))

    def _end(self, service: str) -> Stop:
        destination = self.trace.destination
        subnet = destination.subnet or (self.entering[1].subnet if self.entering is not None else None)
        if subnet is None:
            return ServiceStop(service)
        owner = self.endpoints.get(destination.interface or "")
        return ChipStop(subnet, destination.endpoint or owner or destination.interface or destination.label)

    def _add_groups(self, numbered: NumberedHop, place: HopPlace | None) -> None:
        current = self.stops[-1].stop
        subnet = None if place is None else place.subnet
        inside = isinstance(current, ChipStop) and subnet == current.subnet
        passing = inside and len(self.stops) > 1 and subnet != self.trace.destination.subnet
        if numbered.hop.direction == "out" or passing:
            self._at(numbered)
        else:
            self.at_end.append(numbered)

    def _add_acl(self, numbered: NumberedHop, place: HopPlace | None) -> None:
        current = self.stops[-1]
        if numbered.hop.direction == "in" and place is not None:
            self._drop_entering()
            self.entering = (numbered, place)
        elif isinstance(current.stop, ChipStop) and current.out is None:
            self._change(out=numbered)
        else:
            self._after(numbered)

    def _add_route(self, numbered: NumberedHop, place: HopPlace | None) -> None:
        hop = numbered.hop
        self.to, self.arrives = hop.to, hop.to == _LOCAL
        self.vpc = self.vpc if place is None else place.vpc
        if self.arrives or place is None or not hop.resource:
            self._after(numbered)
        else:
            self._stop(TableStop(place.vpc, hop.resource))
            self._at(numbered)

    def _add_target(self, numbered: NumberedHop, place: HopPlace | None) -> None:
        """Add a hop of a gateway, endpoint or interface; those without a place are of the end of the path."""
        resource, led = self.to or numbered.hop.resource, bool(self.to)
        if not led and place is None and self._is_passed(resource):
            self._add_to_passed(resource, numbered)
            return
        if not resource or resource == self.trace.destination.endpoint or (place is None and not led):
            self.at_end.append(numbered)
            return
        self.to, self.arrives = "", False
        if place is None:
            self._stop(GatewayStop(self.vpc, resource))
        elif place.subnet is not None:
            self._stop(ChipStop(place.subnet, numbered.hop.resource))
        else:
            self._stop(GatewayStop(place.vpc, resource))
        self._at(numbered)

    def _is_passed(self, resource: str) -> bool:
        return any(_names(item.stop, resource) for item in self.stops)

    def _add_to_passed(self, resource: str, numbered: NumberedHop) -> None:
        """Add a hop to a stop before: the policy of an endpoint that the line leads through."""
        number = next(place for place, item in enumerate(self.stops) if _names(item.stop, resource))
        stop = self.stops[number]
        self.stops[number] = msgspec.structs.replace(stop, at=(*stop.at, numbered))

    def _add_connection(self, numbered: NumberedHop) -> None:
        if self.to:
            self._stop(LinkStop(self.to) if self.to in self.links else GatewayStop(self.vpc, self.to))
            self.arrives = numbered.hop.kind == "peering" and numbered.disposition == KEPT
        self.to = ""
        self._at(numbered)

    def _stop(self, stop: Stop) -> None:
        """Add a stop; a waiting network ACL is at the border of its subnet."""
        into = None
        if self.entering is not None:
            numbered, place = self.entering
            if isinstance(stop, ChipStop) and stop.subnet == place.subnet:
                into, self.entering = numbered, None
            else:
                self._drop_entering()
        self.stops.append(StopHops(stop, into=into))

    def _drop_entering(self) -> None:
        """Put a waiting network ACL after the last stop: its subnet is only passed."""
        if self.entering is not None:
            numbered, self.entering = self.entering[0], None
            self._after(numbered)

    def _at(self, numbered: NumberedHop) -> None:
        self._change(at=(*self.stops[-1].at, numbered))

    def _after(self, numbered: NumberedHop) -> None:
        self._change(after=(*self.stops[-1].after, numbered))

    def _change(self, **fields: object) -> None:
        self.stops[-1] = msgspec.structs.replace(self.stops[-1], **fields)
