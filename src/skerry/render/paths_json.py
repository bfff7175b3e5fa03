"""JSON shapes of paths: hops with their places, and the ends of paths."""

import msgspec

from skerry.catalogue.services import ServiceRef, service_of
from skerry.net.addresses import spell
from skerry.reach.trace import Destination, Hop, HopPlace, Trace


class HopPlaceOut(msgspec.Struct, frozen=True):
    """The place of a hop: a VPC, and a subnet if the hop is in one."""

    vpc: str
    subnet: str | None


class HopOut(msgspec.Struct, frozen=True):
    """One hop; ``codes`` say why packets are lost or undecided."""

    kind: str
    resource: str
    direction: str
    leg: str
    rule: str
    disposition: str
    codes: list[str]
    grade: str
    at: HopPlaceOut | None
    to: str


class ServiceRefOut(msgspec.Struct, frozen=True):
    """An AWS service that is called, in a Region."""

    key: str
    title: str
    region: str


class EndOut(msgspec.Struct, frozen=True):
    """The end of a path."""

    endpoint: str | None
    interface: str | None
    subnet: str | None
    service: ServiceRefOut | None


class TraceOut(msgspec.Struct, frozen=True):
    """One path."""

    subnet: str
    destination: str
    addresses: str
    verdict: str
    because: list[str]
    intended: bool
    purpose: str
    hops: list[HopOut]
    ends_at: EndOut


def encode_service_ref(ref: ServiceRef | None) -> ServiceRefOut | None:
    """Return the shape of an AWS service; None for a host outside AWS."""
    return None if ref is None else ServiceRefOut(ref.key, service_of(ref).title, ref.region)


def _end_of(destination: Destination) -> EndOut:
    return EndOut(
        endpoint=destination.endpoint,
        interface=destination.interface,
        subnet=destination.subnet,
        service=encode_service_ref(destination.service),
    )


def encode_path(path: Trace) -> TraceOut:
    """Return the shape of one path."""
    return TraceOut(
        subnet=path.subnet,
        destination=path.destination.label,
        addresses=spell(path.destination.addresses),
        verdict=path.verdict,
        because=list(path.because),
        intended=path.intended,
        purpose=path.purpose,
        hops=[_hop(hop, disposition, path.place_of(hop)) for hop, disposition in path.hops()],
        ends_at=_end_of(path.destination),
    )


def _hop(hop: Hop, disposition: str, place: HopPlace | None) -> HopOut:
    return HopOut(
        kind=hop.kind,
        resource=hop.resource,
        direction=hop.direction,
        leg=hop.leg,
        rule=hop.rule,
        disposition=disposition,
        codes=list(dict.fromkeys(piece.code for piece in hop.lost + hop.undecided)),
        grade=hop.grade,
        at=None if place is None else HopPlaceOut(*place),
        to=hop.to,
    )
