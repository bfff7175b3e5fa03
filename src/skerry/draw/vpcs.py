"""The parts of a VPC on the map: subnets with their chips, route tables, and gateways."""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

import msgspec
from msgspec import UNSET, UnsetType

from skerry.draw.network_map import (
    ChipKind,
    GatewayKind,
    MapChip,
    MapGateway,
    MapRoute,
    MapSubnet,
    MapTable,
    MapVpc,
)
from skerry.draw.route_words import LOCAL, word_of
from skerry.draw.stops import TASK
from skerry.masking import mask
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.network import GatewayAttachment, RouteTable, Subnet
from skerry.model.record import name_of
from skerry.model.route_targets import spell_target
from skerry.model.world import World
from skerry.reach.subnets import Place, kind_of
from skerry.verdicts import Verdict

NOT_KNOWN = ""
"""The id of the VPC on the map that holds subnets of an unknown VPC."""
_ZONE_NOT_KNOWN = "zone not known"
_MOST_ENDPOINTS = 6
_GATEWAY_TYPE, _INTERFACE_TYPE, _BALANCER_TYPE = "Gateway", "Interface", "GatewayLoadBalancer"
_WORDS = {"s3": "S3", "dynamodb": "DynamoDB", "s3express": "S3 Express"}
_GATEWAY_KINDS: dict[str, tuple[GatewayKind, str]] = {
    "internet": ("internet", "internet gw"),
    "internet, outbound": ("egress-only", "egress-only gw"),
    "transit": ("transit", "transit gw"),
    "peering": ("peering", "peering"),
    "VPN": ("vpn", "VPN gateway"),
    "NAT": ("nat", "NAT gateway"),
    "interface": ("other", "interface"),
    "firewall": ("other", "firewall"),
    "core network": ("other", "core network"),
    "endpoint": ("other", "endpoint"),
}


class Touched(msgspec.Struct, frozen=True):
    """The parts of a network on the shown paths of a service, and the subnets of its tasks.

    ``chips``: the resources in a subnet. ``gateways``: those of a VPC.
    """

    placements: Mapping[str, Verdict]
    task: str
    subnets: Collection[str]
    tables: Collection[str]
    chips: Mapping[str, tuple[str, ...]]
    gateways: Mapping[str, tuple[str, ...]]


class VpcReader:
    """Reads the parts of VPCs from one World; what holds for each service is looked up once."""

    def __init__(self, world: World) -> None:
        """Read from a World."""
        self.world = world
        self._endpoint_words: dict[str, str] = {}

    def read(self, vpc_id: str, touched: Touched) -> MapVpc:
        """Return the VPC as the map shows it."""
        vpc = self.world.find_vpc(vpc_id)
        subnets = [self._subnet(subnet, touched) for subnet in self._subnets_of(vpc_id)]
        subnets += [self._unread_subnet(name, touched) for name in self._unread_subnets(vpc_id, touched)]
        subnets.sort(key=lambda item: (item.zone, item.id))
        tables = self._tables(vpc_id, subnets, touched)
        gateways = self._gateways(vpc_id, tables, touched)
        return MapVpc(
            id=vpc_id,
            name=None if isinstance(vpc, Missing) else name_of(vpc.tags),
            cidr="" if isinstance(vpc, Missing) or vpc.cidr_block is None else str(vpc.cidr_block),
            is_home=any(subnet.verdict is not None for subnet in subnets),
            is_closed=not gateways and _are_closed(subnets, tables),
            subnets=tuple(subnets),
            tables=tables,
            gateways=gateways,
        )

    def vpc_of(self, subnet_id: str) -> str:
        """Return the VPC of a subnet; `NOT_KNOWN` for a subnet that was not read."""
        subnet = self.world.find_subnet(subnet_id)
        return NOT_KNOWN if isinstance(subnet, Missing) else subnet.vpc_id

    def _subnets_of(self, vpc_id: str) -> tuple[Subnet, ...]:
        return self.world.subnets_in(vpc_id) if vpc_id else ()

    def _unread_subnets(self, vpc_id: str, touched: Touched) -> list[str]:
        if vpc_id != NOT_KNOWN:
            return []
        names = dict.fromkeys((*touched.placements, *touched.chips))
        return [name for name in names if self.vpc_of(name) == NOT_KNOWN]

    def _subnet(self, subnet: Subnet, touched: Touched) -> MapSubnet:
        name = subnet.subnet_id
        table, acl = self.world.route_table_of(subnet), self.world.network_acl_of(name)
        zone = subnet.availability_zone
        return MapSubnet(
            id=name,
            name=name_of(subnet.tags),
            cidr="IPv6 only" if subnet.cidr_block is None else str(subnet.cidr_block),
            zone=_ZONE_NOT_KNOWN if zone is UNSET else zone,
            kind=self._kinds(name),
            table=None if isinstance(table, Missing) else table.route_table_id,
            acl=None if isinstance(acl, Missing) else acl.network_acl_id,
            verdict=touched.placements.get(name),
            chips=tuple(self._chips(name, touched)),
            attached=name in self._attached,
            on_path=name in touched.subnets,
        )

    def _unread_subnet(self, name: str, touched: Touched) -> MapSubnet:
        return MapSubnet(
            id=name,
            name=None,
            cidr="",
            zone=_ZONE_NOT_KNOWN,
            kind="unknown",
            table=None,
            acl=None,
            verdict=touched.placements.get(name),
            chips=tuple(self._chips(name, touched)),
            attached=False,
            on_path=True,
        )

    def _kinds(self, subnet_id: str) -> Place:
        return self._kind_by_subnet.setdefault(subnet_id, kind_of(self.world, subnet_id))

    def _chips(self, subnet_id: str, touched: Touched) -> Iterable[MapChip]:
        needed = touched.chips.get(subnet_id, ())
        if subnet_id in touched.placements:
            yield MapChip("task", TASK, f"task {touched.task}", verdict=touched.placements[subnet_id])
            if not self._knows_endpoints(subnet_id):
                yield MapChip("more", "endpoints", "endpoints not known")
        endpoints = self._endpoints.get(subnet_id, ())
        shown = [chip for chip in endpoints if chip.id in needed]
        others = [chip for chip in endpoints if chip.id not in needed]
        room = max(0, _MOST_ENDPOINTS - len(shown))
        kept = {chip.id for chip in (*shown, *(others if len(others) <= room else others[: max(0, room - 1)]))}
        yield from (chip for chip in endpoints if chip.id in kept)
        if more := [chip.label for chip in endpoints if chip.id not in kept]:
            yield MapChip("more", ", ".join(more), f"+ {len(more)} more endpoints")
        nats = self._nats.get(subnet_id, ())
        yield from nats
        drawn = {TASK, *(chip.id for chip in (*endpoints, *nats))}
        yield from (self._interface(name) for name in needed if name not in drawn)

    def _knows_endpoints(self, subnet_id: str) -> bool:
        vpc_id = self.vpc_of(subnet_id)
        return vpc_id != NOT_KNOWN and self.world.knows("vpc_endpoints", vpc_id)

    def _interface(self, name: str) -> MapChip:
        """Return the chip of a network interface by its id, or of an address that no known interface has."""
        interface = self.world.network_interfaces.get(name)
        if interface is None:
            return MapChip("interface", name, name)
        address = interface.private_ip_address
        label = "NAT instance" if interface.source_dest_check is False else "interface"
        label = "mount target" if name in self._mount_targets else label
        return MapChip("interface", name, label, "" if address is None else str(address))

    def _tables(self, vpc_id: str, subnets: list[MapSubnet], touched: Touched) -> tuple[MapTable, ...]:
        using: dict[str, list[str]] = {}
        for subnet in subnets:
            if subnet.table is not None:
                using.setdefault(subnet.table, []).append(subnet.id)
        for name in touched.tables:
            table = self.world.route_tables.get(name)
            if table is not None and table.vpc_id == vpc_id:
                using.setdefault(name, [])
        rows = ((self.world.route_tables[name], names) for name, names in using.items())
        return tuple(
            MapTable(
                id=table.route_table_id,
                name=name_of(table.tags),
                subnets=tuple(names),
                routes=self._routes(table),
                on_path=table.route_table_id in touched.tables,
            )
            for table, names in rows
        )

    def _routes(self, table: RouteTable) -> tuple[MapRoute, ...]:
        name = table.route_table_id
        routes = self._routes_by_table.get(name)
        if routes is None:
            routes = tuple(
                MapRoute(route.to, spell_target(route.target), word_of(route.target, self._words), route.state)
                for route in (() if table.routes is UNSET else table.routes)
            )
            self._routes_by_table[name] = routes
        return routes

    def _gateways(self, vpc_id: str, tables: tuple[MapTable, ...], touched: Touched) -> tuple[MapGateway, ...]:
        needed = touched.gateways.get(vpc_id, ())
        routed = {route.target: route.word for table in tables for route in table.routes}
        own = [row for row in self._own_gateways.get(vpc_id, ()) if row.id in needed or row.kind in _ALWAYS]
        own += [row for row in self._own_gateways.get(vpc_id, ()) if row.id in routed and row not in own]
        # Each once: an answer may list an attachment twice.
        rows = {row.id: row for row in own}
        for name in needed:
            if name not in rows:
                rows[name] = self._other_gateway(name, routed.get(name, ""))
        return tuple(msgspec.structs.replace(row, on_path=row.id in needed) for row in rows.values())

    def _other_gateway(self, name: str, word: str) -> MapGateway:
        """Return a gateway on a path that belongs to another VPC or was not read."""
        others = (row for rows in self._own_gateways.values() for row in rows if row.id == name)
        kind, label = _GATEWAY_KINDS.get(word, ("other", "gateway"))
        return next(others, MapGateway(name, kind, label, "", on_path=True))

    @cached_property
    def endpoints_by_interface(self) -> dict[str, str]:
        """The VPC endpoint of each network interface that belongs to one."""
        endpoints = self.world.facts.vpc_endpoints
        return {name: endpoint.vpc_endpoint_id for endpoint in endpoints for name in endpoint.network_interface_ids}

    @cached_property
    def _mount_targets(self) -> set[str | None]:
        """The network interfaces of mount targets."""
        facts = self.world.facts
        names = {target.network_interface_id for target in facts.mount_targets}
        return names | {target.network_interface_id for target in facts.s3files_mount_targets}

    @cached_property
    def _kind_by_subnet(self) -> dict[str, Place]:
        return {}

    @cached_property
    def _routes_by_table(self) -> dict[str, tuple[MapRoute, ...]]:
        return {}

    @cached_property
    def _attached(self) -> set[str]:
        """The subnets of attachments to transit gateways."""
        attachments = self.world.facts.transit_gateway_vpc_attachments
        lists = (item.subnet_ids for item in attachments if item.subnet_ids is not UNSET)
        return {name for names in lists for name in names}

    @cached_property
    def _words(self) -> dict[str, str]:
        """The words for VPC endpoints as targets of routes."""
        return {
            endpoint.vpc_endpoint_id: "firewall"
            if endpoint.vpc_endpoint_type == _BALANCER_TYPE
            else service_word(endpoint)
            for endpoint in self.world.facts.vpc_endpoints
        }

    @cached_property
    def _endpoints(self) -> dict[str, tuple[MapChip, ...]]:
        """The endpoints with interfaces in each subnet."""
        chips: dict[str, list[MapChip]] = {}
        for endpoint in self.world.facts.vpc_endpoints:
            if endpoint.vpc_endpoint_type == _GATEWAY_TYPE:
                continue
            firewall = endpoint.vpc_endpoint_type == _BALANCER_TYPE
            kind: ChipKind = "firewall" if firewall else "endpoint"
            label = "firewall endpoint" if firewall else service_word(endpoint)
            for subnet_id in dict.fromkeys(endpoint.subnet_ids):
                note = self._endpoint_note(endpoint, subnet_id)
                chips.setdefault(subnet_id, []).append(MapChip(kind, endpoint.vpc_endpoint_id, label, note))
        return {name: tuple(several) for name, several in chips.items()}

    def _endpoint_note(self, endpoint: VpcEndpoint, subnet_id: str) -> str:
        """Return the address of an endpoint in a subnet; its state if it is not available."""
        state = endpoint.state
        if state is not UNSET and state.lower() != "available":
            return state
        interfaces = (self.world.network_interfaces.get(name) for name in endpoint.network_interface_ids)
        here = (item for item in interfaces if item is not None and item.subnet_id == subnet_id)
        return next((str(item.private_ip_address) for item in here if item.private_ip_address is not None), "")

    @cached_property
    def _nats(self) -> dict[str, tuple[MapChip, ...]]:
        """The NAT gateways in each subnet."""
        chips: dict[str, list[MapChip]] = {}
        for nat in self.world.facts.nat_gateways:
            if nat.subnet_id is not None:
                label = "private NAT" if nat.connectivity_type == "private" else "NAT gateway"
                note = "" if nat.state is UNSET else nat.state
                chips.setdefault(nat.subnet_id, []).append(MapChip("nat", nat.nat_gateway_id, label, note))
        return {name: tuple(several) for name, several in chips.items()}

    @cached_property
    def _own_gateways(self) -> dict[str, list[MapGateway]]:
        """The gateways of each VPC."""
        gateways: dict[str, list[MapGateway]] = {}
        facts = self.world.facts
        for igw in facts.internet_gateways:
            row = MapGateway(igw.internet_gateway_id, "internet", "internet gw", "", on_path=False)
            _attach(gateways, igw.attachments, row)
        for endpoint in facts.vpc_endpoints:
            if endpoint.vpc_endpoint_type == _GATEWAY_TYPE:
                label = f"{service_word(endpoint)} gateway"
                state = "" if endpoint.state is UNSET else endpoint.state
                row = MapGateway(endpoint.vpc_endpoint_id, "endpoint", label, state, on_path=False)
                gateways.setdefault(endpoint.vpc_id, []).append(row)
        for egress in facts.egress_only_gateways:
            name = egress.egress_only_internet_gateway_id
            _attach(gateways, egress.attachments, MapGateway(name, "egress-only", "egress-only gw", "", on_path=False))
        for vpn in facts.vpn_gateways:
            row = MapGateway(vpn.vpn_gateway_id, "vpn", "VPN gateway", "", on_path=False)
            _attach(gateways, vpn.vpc_attachments, row)
        for nat in facts.nat_gateways:
            if nat.subnet_id is None:
                state = "" if nat.state is UNSET else nat.state
                row = MapGateway(nat.nat_gateway_id, "nat", "regional NAT", state, on_path=False)
                gateways.setdefault(nat.vpc_id, []).append(row)
        return gateways


def _are_closed(subnets: list[MapSubnet], tables: tuple[MapTable, ...]) -> bool:
    """Tell whether it is known that no subnet has a way out, neither by its own table nor by an attachment."""
    own = {table.id: {route.word for route in table.routes} for table in tables}
    return bool(subnets) and all(own.get(subnet.table or "") == {LOCAL} and not subnet.attached for subnet in subnets)


_ALWAYS: frozenset[GatewayKind] = frozenset({"internet", "endpoint"})


def _attach(
    gateways: dict[str, list[MapGateway]], attachments: tuple[GatewayAttachment, ...] | UnsetType, row: MapGateway
) -> None:
    for item in () if attachments is UNSET else attachments:
        gateways.setdefault(item.vpc_id, []).append(row)


def service_word(endpoint: VpcEndpoint) -> str:
    """Return the short name of an endpoint's service: the part after the Region."""
    if endpoint.service_name is UNSET:
        return "endpoint"
    # A part of a secret has no known form.
    parts = mask(endpoint.service_name).split(".")
    after = next(
        (position for position, part in enumerate(parts) if part.count("-") >= _DASHES and part[-1:].isdigit()), -1
    )
    short = ".".join(parts[after + 1 :])
    return _WORDS.get(short, short)


_DASHES = 2
