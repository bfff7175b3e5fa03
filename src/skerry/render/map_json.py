"""The map as JSON, version 1: the drawn network, and the way of each step by the ids of its stops."""

from typing import assert_never

import msgspec

from skerry.draw.network_map import (
    ChipStop,
    GatewayStop,
    LinkStop,
    MapChip,
    MapPath,
    MapSubnet,
    MapTable,
    MapVpc,
    NetworkMap,
    ServiceStop,
    StopHops,
    TableStop,
)
from skerry.draw.sentences import answer_of, words_of_step
from skerry.render.json_document import write


class MapChipOut(msgspec.Struct, frozen=True):
    """A resource in a subnet; ``verdict`` is that of a task."""

    kind: str
    id: str
    label: str
    note: str
    verdict: str | None


class MapSubnetOut(msgspec.Struct, frozen=True):
    """A subnet; ``verdict`` is that of a start in it."""

    id: str
    name: str | None
    cidr: str
    zone: str
    kind: str
    route_table: str | None
    network_acl: str | None
    verdict: str | None
    attached: bool
    holds: list[MapChipOut]


class MapRouteOut(msgspec.Struct, frozen=True):
    """A route."""

    to: str
    target: str
    state: str


class MapTableOut(msgspec.Struct, frozen=True):
    """A route table with its subnets."""

    id: str
    name: str | None
    subnets: list[str]
    routes: list[MapRouteOut]


class MapGatewayOut(msgspec.Struct, frozen=True):
    """A gateway of a VPC."""

    kind: str
    id: str
    state: str


class MapVpcOut(msgspec.Struct, frozen=True):
    """A VPC."""

    id: str
    name: str | None
    cidr: str
    subnets: list[MapSubnetOut]
    route_tables: list[MapTableOut]
    gateways: list[MapGatewayOut]


class MapLinkOut(msgspec.Struct, frozen=True):
    """A transit gateway or peering connection between the VPCs."""

    kind: str
    id: str


class MapServiceOut(msgspec.Struct, frozen=True):
    """A called AWS service, or a host outside AWS."""

    id: str
    label: str
    host: str
    outside: bool
    verdict: str
    steps: list[int]


class MapStopOut(msgspec.Struct, frozen=True):
    """A stop of a path; ``hops`` are the numbers of the hops at it, and of those before the next stop."""

    kind: str
    id: str
    subnet: str | None
    hops: list[int]
    reached: bool


class MapStepOut(msgspec.Struct, frozen=True):
    """A step of the launch, with the shown path."""

    number: int
    step: str
    called: str
    verdict: str
    service: str | None
    subnet: str | None
    stops: list[MapStopOut]
    fault: str


class MapOut(msgspec.Struct, frozen=True):
    """The document of ``draw``."""

    version: int
    service: str
    answer: str
    verdict: str
    region: str
    vpcs: list[MapVpcOut]
    links: list[MapLinkOut]
    services: list[MapServiceOut]
    steps: list[MapStepOut]


def encode_map(network: NetworkMap) -> str:
    """Write a map."""
    return write(
        MapOut(
            version=1,
            service=network.service,
            answer=answer_of(network),
            verdict=network.verdict,
            region=network.region,
            vpcs=[_vpc(vpc) for vpc in network.vpcs],
            links=[MapLinkOut(link.kind, link.id) for link in network.links],
            services=[
                MapServiceOut(item.id, item.label, item.host, item.is_outside, item.verdict, list(item.steps))
                for item in network.services
            ],
            steps=[
                MapStepOut(
                    step.number,
                    step.step,
                    step.called,
                    step.verdict,
                    step.service,
                    None if step.shown is None else step.shown.trace.subnet,
                    [] if step.path is None else _stops(step.path),
                    words_of_step(step),
                )
                for step in network.steps
            ],
        )
    )


def _vpc(vpc: MapVpc) -> MapVpcOut:
    return MapVpcOut(
        id=vpc.id,
        name=vpc.name,
        cidr=vpc.cidr,
        subnets=[_subnet(subnet) for subnet in vpc.subnets],
        route_tables=[_table(table) for table in vpc.tables],
        gateways=[MapGatewayOut(gateway.kind, gateway.id, gateway.state) for gateway in vpc.gateways],
    )


def _subnet(subnet: MapSubnet) -> MapSubnetOut:
    return MapSubnetOut(
        id=subnet.id,
        name=subnet.name,
        cidr=subnet.cidr,
        zone=subnet.zone,
        kind=subnet.kind,
        route_table=subnet.table,
        network_acl=subnet.acl,
        verdict=subnet.verdict,
        attached=subnet.attached,
        holds=[_chip(chip) for chip in subnet.chips],
    )


def _chip(chip: MapChip) -> MapChipOut:
    return MapChipOut(chip.kind, chip.id, chip.label, chip.note, chip.verdict)


def _table(table: MapTable) -> MapTableOut:
    routes = [MapRouteOut(route.to, route.target, route.state) for route in table.routes]
    return MapTableOut(table.id, table.name, list(table.subnets), routes)


def _stops(path: MapPath) -> list[MapStopOut]:
    return [_stop(item) for item in path.stops]


def _stop(item: StopHops) -> MapStopOut:
    edges = [hop for hop in (item.into, item.out) if hop is not None]
    numbers = sorted(hop.number for hop in (*item.at, *item.after, *edges))
    match item.stop:
        case ChipStop(subnet=subnet, chip=name):
            return MapStopOut("task" if name == "task" else "interface", name, subnet, numbers, item.is_reached)
        case TableStop(table=name):
            return MapStopOut("route-table", name, None, numbers, item.is_reached)
        case GatewayStop(gateway=name):
            return MapStopOut("gateway", name, None, numbers, item.is_reached)
        case LinkStop(link=name):
            return MapStopOut("connection", name, None, numbers, item.is_reached)
        case ServiceStop(service=name):
            return MapStopOut("service", name, None, numbers, item.is_reached)
        case never:
            assert_never(never)
