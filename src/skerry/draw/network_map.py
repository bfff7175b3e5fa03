"""Records of the map: the VPCs that a service's paths touch, and the path of each step as a line of stops.

`skerry.draw.build.network_map_of` makes them from a World and a diagnosis, `skerry.draw.layout.layout` places them.
"""

from typing import Final, Literal, TypeAlias

import msgspec

from skerry.diagnose.shown_paths import NumberedHop, ShownPath
from skerry.reach.subnets import Place
from skerry.reach.trace import Trace
from skerry.verdicts import Verdict

ChipKind = Literal["task", "endpoint", "nat", "interface", "firewall", "more"]
GatewayKind = Literal["internet", "endpoint", "egress-only", "vpn", "transit", "peering", "nat", "other"]

OTHER_HOSTS: Final = "Other hosts"
"""The heading of hosts outside AWS: some of them are on the internet, others in a VPC."""


class MapChip(msgspec.Struct, frozen=True):
    """A resource in a subnet: the task, an interface endpoint, a NAT gateway or another interface.

    ``note``: its address or state. ``verdict``: of a task, whether it can start there.
    """

    kind: ChipKind
    id: str
    label: str
    note: str = ""
    verdict: Verdict | None = None


class MapSubnet(msgspec.Struct, frozen=True):
    """A subnet; ``verdict``: whether tasks can start in it, None if none are placed there."""

    id: str
    name: str | None
    cidr: str
    zone: str
    kind: Place
    table: str | None
    acl: str | None
    verdict: Verdict | None
    chips: tuple[MapChip, ...]
    attached: bool
    on_path: bool

    @property
    def is_full(self) -> bool:
        """Whether the subnet is drawn with its chips."""
        return bool(self.chips)


class MapRoute(msgspec.Struct, frozen=True):
    """A route of a table; ``word`` names the kind of its target."""

    to: str
    target: str
    word: str
    state: str


class MapTable(msgspec.Struct, frozen=True):
    """A route table with the subnets that use it."""

    id: str
    name: str | None
    subnets: tuple[str, ...]
    routes: tuple[MapRoute, ...]
    on_path: bool


class MapGateway(msgspec.Struct, frozen=True):
    """A gateway on the border of a VPC, or a regional NAT gateway in it."""

    id: str
    kind: GatewayKind
    label: str
    state: str
    on_path: bool


class MapVpc(msgspec.Struct, frozen=True):
    """A VPC; ``is_home``: tasks are placed in it. ``is_closed``: nothing leads out of it."""

    id: str
    name: str | None
    cidr: str
    is_home: bool
    is_closed: bool
    subnets: tuple[MapSubnet, ...]
    tables: tuple[MapTable, ...]
    gateways: tuple[MapGateway, ...]


class MapLink(msgspec.Struct, frozen=True):
    """A transit gateway or a peering connection between VPCs of the map."""

    id: str
    kind: Literal["transit", "peering"]
    label: str


class MapService(msgspec.Struct, frozen=True):
    """A called service, or a host outside AWS."""

    id: str
    label: str
    host: str
    is_outside: bool
    steps: tuple[int, ...]
    verdict: Verdict


class ChipStop(msgspec.Struct, frozen=True):
    """A stop of a path at a chip in a subnet."""

    subnet: str
    chip: str


class TableStop(msgspec.Struct, frozen=True):
    """A stop of a path at a route table."""

    vpc: str
    table: str


class GatewayStop(msgspec.Struct, frozen=True):
    """A stop of a path at a gateway."""

    vpc: str
    gateway: str


class LinkStop(msgspec.Struct, frozen=True):
    """A stop of a path at a transit gateway or peering connection between VPCs."""

    link: str


class ServiceStop(msgspec.Struct, frozen=True):
    """The end of a path at a service or host outside the VPCs."""

    service: str


Stop: TypeAlias = ChipStop | TableStop | GatewayStop | LinkStop | ServiceStop


class StopHops(msgspec.Struct, frozen=True):
    """A stop with its hops: ``at`` it, at the border of its subnet when leaving or entering, and ``after`` it.

    Hops after a stop have no place of their own on the map; they are between it and the next one. ``is_reached``: the
    packets were followed to it; else it is the end that they do not come to.
    """

    stop: Stop
    at: tuple[NumberedHop, ...] = ()
    out: NumberedHop | None = None
    into: NumberedHop | None = None
    after: tuple[NumberedHop, ...] = ()
    is_reached: bool = True


class MapPath(msgspec.Struct, frozen=True):
    """The drawn path of a step: its stops on the way there, and the hops of the replies that are not kept.

    ``service`` is the id of the called service on the map.
    """

    trace: Trace
    service: str
    stops: tuple[StopHops, ...]
    back: tuple[NumberedHop, ...]


class MapStep(msgspec.Struct, frozen=True):
    """A step of the launch; ``service`` is the id of the called service on the map.

    ``shown`` is the shown path, None if the step has none; ``path`` its stops, None if it has no packets.
    """

    number: int
    step: str
    called: str
    verdict: Verdict
    service: str | None
    shown: ShownPath | None
    path: MapPath | None


class NetworkMap(msgspec.Struct, frozen=True):
    """The map of one service."""

    service: str
    verdict: Verdict
    region: str
    vpcs: tuple[MapVpc, ...]
    links: tuple[MapLink, ...]
    services: tuple[MapService, ...]
    steps: tuple[MapStep, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is no VPC to show."""
        return not self.vpcs
