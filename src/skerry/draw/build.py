"""From a World and the diagnosis of a service to its map."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from skerry.diagnose.diagnosis import ServiceDiagnosis, StepSummary
from skerry.diagnose.shown_paths import ShownPath, shown_path_of
from skerry.draw.network_map import (
    ChipStop,
    GatewayStop,
    MapLink,
    MapPath,
    MapService,
    MapStep,
    NetworkMap,
)
from skerry.draw.rewriting import rewrite_map
from skerry.draw.stops import PathNetwork, hops_of, links_of, path_of
from skerry.draw.vpcs import Touched, VpcReader
from skerry.launch.needs import Call, Mount
from skerry.masking import mask
from skerry.model.world import World
from skerry.reach.trace import Trace
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN, Verdict

_WORST_FIRST: tuple[Verdict, ...] = (BLOCKED, INTERMITTENT, UNKNOWN, OK, NOT_APPLICABLE)
_LABELS = {"transit-gateway": "transit gw", "peering": "peering"}


def network_map_of(world: World, service: ServiceDiagnosis) -> NetworkMap:
    """Return the map of one service; of several services of one World `network_maps_of` is faster."""
    return next(iter(network_maps_of(world, (service,))))


def network_maps_of(world: World, services: Iterable[ServiceDiagnosis]) -> Iterable[NetworkMap]:
    """Return the map of each service, made one by one."""
    reader = VpcReader(world)
    return (rewrite_map(_Builder(reader, service).build(), mask) for service in services)


class _Shown(msgspec.Struct, frozen=True):
    """A step with its shown path."""

    row: StepSummary
    shown: ShownPath | None

    @property
    def packets(self) -> Trace | None:
        """The shown path if packets take it."""
        return None if self.shown is None or self.shown.trace.passage is None else self.shown.trace

    @property
    def service(self) -> str | None:
        """The id of the called service on the map; None for steps that call nothing."""
        match self.row.needs[0].need:
            case Call(service=None, host=host, note=note):
                return host or note
            case Call(service=ref):
                return f"{ref.key} {ref.region}" if ref is not None else None
            case Mount(file_system=name):
                return name
            case _:
                return None


class _Builder:
    """Makes the map of one service."""

    def __init__(self, reader: VpcReader, service: ServiceDiagnosis) -> None:
        self.reader, self.service = reader, service
        self.shown = [_Shown(row, shown_path_of(row)) for row in service.steps]
        drawn = (item.packets for item in self.shown if item.service is not None)
        self.links = links_of([trace for trace in drawn if trace is not None])

    def build(self) -> NetworkMap:
        """Return the map."""
        steps = tuple(self._step(item) for item in self.shown)
        paths = [step.path for step in steps if step.path is not None]
        touched = self._touched(paths)
        vpcs = tuple(self.reader.read(name, touched) for name in self._vpcs(paths))
        launch = self.service.launch
        return NetworkMap(
            service=launch.name,
            verdict=self.service.verdict,
            region=self.reader.world.region or "",
            vpcs=vpcs,
            links=tuple(MapLink(name, _link_kind(kind), _LABELS[kind]) for name, kind in self.links.items()),
            services=tuple(self._services()),
            steps=steps,
        )

    def _step(self, item: "_Shown") -> MapStep:
        row, path = item.row, None
        network = PathNetwork(self.links, self.reader.endpoints_by_interface)
        if item.packets is not None and item.shown is not None and item.service is not None:
            path = path_of(item.packets, item.shown.hops, network, item.service)
        return MapStep(row.number, row.step, row.called, row.verdict, item.service, item.shown, path)

    def _touched(self, paths: list[MapPath]) -> Touched:
        places = [place for path in paths for hop in hops_of(path.trace) if (place := path.trace.place_of(hop))]
        tables = [hop.resource for path in paths for hop in hops_of(path.trace) if hop.kind == "route"]
        stops = [item.stop for path in paths for item in path.stops]
        chips: dict[str, dict[str, None]] = {}
        gateways: dict[str, dict[str, None]] = {}
        for stop in stops:
            if isinstance(stop, ChipStop):
                chips.setdefault(stop.subnet, {})[stop.chip] = None
            elif isinstance(stop, GatewayStop):
                gateways.setdefault(stop.vpc, {})[stop.gateway] = None
        return Touched(
            placements={item.subnet: item.verdict for item in self.service.placements},
            task=self.service.launch.name,
            subnets={place.subnet for place in places if place.subnet is not None},
            tables=dict.fromkeys(tables),
            chips={name: tuple(several) for name, several in chips.items()},
            gateways={name: tuple(several) for name, several in gateways.items()},
        )

    def _vpcs(self, paths: list[MapPath]) -> list[str]:
        """Return the VPCs of the map: those with tasks, then the others in the order that paths come to them."""
        names = [self.reader.vpc_of(placement.subnet) for placement in self.service.placements]
        for path in paths:
            places = (path.trace.place_of(hop) for hop in hops_of(path.trace))
            names += [place.vpc for place in places if place is not None]
            names += [self.reader.vpc_of(item.stop.subnet) for item in path.stops if isinstance(item.stop, ChipStop)]
        return list(dict.fromkeys(names))

    def _services(self) -> list[MapService]:
        """Return the called services in the order of the steps, hosts outside AWS after them."""
        rows: dict[str, list[_Shown]] = {}
        for item in self.shown:
            if item.service is not None:
                rows.setdefault(item.service, []).append(item)
        services = [_service_of(name, items) for name, items in rows.items()]
        return sorted(services, key=lambda service: service.is_outside)


def _service_of(name: str, items: list[_Shown]) -> MapService:
    first = items[0].row
    need = first.needs[0].need
    host = str(need.host or "") if isinstance(need, Call) else name
    worst = min((item.row.verdict for item in items), key=_WORST_FIRST.index)
    label, outside = first.called, False
    if isinstance(need, Call):
        outside = need.place != "aws"
        if need.step == "volumes" and len(need.subjects) == 1:
            # A file system is called by a name of its own, which is too long for a box.
            label = need.subjects[0]
    return MapService(name, label, host, outside, tuple(item.row.number for item in items), worst)


def _link_kind(kind: str) -> Literal["transit", "peering"]:
    return "peering" if kind == "peering" else "transit"
