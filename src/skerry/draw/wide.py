"""The wide shape: zones as columns, a lane of route tables, gateways on the right border, services at the right."""

from collections.abc import Collection, Mapping
from typing import Final

from skerry.draw.frame import DOTS, SLOT, Frame, VpcFrame
from skerry.draw.network_map import (
    OTHER_HOSTS,
    ChipStop,
    GatewayStop,
    LinkStop,
    MapSubnet,
    MapTable,
    MapVpc,
    NetworkMap,
    ServiceStop,
    Stop,
    TableStop,
)
from skerry.draw.picture import PictureText, Point, Rect
from skerry.draw.roads import Road, RoadNetwork
from skerry.draw.rows import Row, rows_of
from skerry.draw.tables import shown_tables

MARGIN: Final = 10
PADDING: Final = 10
COLUMN, COLUMN_GAP = 204, 12
HEAD, ZONE_HEAD = 24, 20
TITLE, CHIP, CHIP_GAP, CHIP_WIDTH = 40, 26, 4, 160
SLIM, SLIM_GAP = 26, 8
CHANNEL = 26
LANE, TABLE, TABLE_GAP = 104, 36, 8
GATEWAY = (92, 36)
SERVICE = (168, 38)
GAP, LINK_GAP = 66, 12
_GATEWAY_ORDER = {"internet": 0, "endpoint": 1}
_LABEL = 11


def _widening(slots: int) -> float:
    """Return how much wider a subnet is with lines side by side, whose dots must not touch."""
    return 0 if slots == 1 else DOTS * (slots - 1) - 6


class WideFrame:
    """Places everything of a map; ``demand``: the slots that the paths need of each road."""

    def __init__(self, network: NetworkMap, demand: Mapping[Road, int], hidden: Collection[Stop] = ()) -> None:
        """Place a map; ``hidden`` parts keep their places and stop no line."""
        self.network, self.demand, self.hidden = network, demand, hidden
        self.columns: dict[str, tuple[float, float]] = {}
        self.channels: dict[Road, float] = {}
        self.gutters: dict[Road, float] = {}
        self.barriers: list[Rect] = []
        self.closed: list[Rect] = []
        self.rows = {vpc.id: rows_of(vpc) for vpc in network.vpcs}
        self.roads = RoadNetwork()
        self.frame = Frame(self.roads, self.course_of)
        self._place()

    def slots(self, road: Road) -> int:
        """Return the number of slots of a road."""
        return self.demand.get(road, 1)

    def course_of(self, road: Road, slot: int, near: Point) -> float:
        """Return the coordinate of a road's slot."""
        match road.kind:
            case "gutter":
                return self.gutters[road] + (12 if self.slots(road) == 1 else 8 + DOTS * slot)
            case "channel":
                return self.channels[road] + (12 if self.slots(road) == 1 else 7 + 11 * slot)
            case "left":
                return self.lane - 8 - SLOT * slot
            case "right":
                return self.lane + LANE + 6 + SLOT * slot
            case "services":
                return self.services - 12 - SLOT * slot
            case _:
                return self._crossing(near.y)

    def _crossing(self, near: float) -> float:
        """Return a height where the border of a VPC can be crossed: nothing stands there but the sign of no gateway."""
        if any(rect.y < near < rect.bottom for rect in self.closed):
            return near
        heights = (near + step for far in range(0, 400, 10) for step in (far, -far))
        free = (
            y for y in heights if y > MARGIN and not any(rect.y - 8 < y < rect.bottom + 8 for rect in self.barriers)
        )
        return next(free)

    def _place(self) -> None:
        self._place_columns()
        y: float = MARGIN
        for number, vpc in enumerate(self.network.vpcs):
            if number:
                y = self._place_links(y, number)
            y = self._place_vpc(vpc, y)
        if len(self.network.vpcs) == 1:
            y = self._place_links(y, 1)
        self._place_services(y)

    def _place_columns(self) -> None:
        zones = sorted({zone for names, _ in self.rows.values() for zone in names})
        x: float = MARGIN + PADDING
        for zone in zones or [""]:
            gutters = [
                self.slots(Road("gutter", cell.id))
                for _, rows in self.rows.values()
                for row in rows
                if isinstance(cell := row.cells.get(zone), MapSubnet)
            ]
            width = COLUMN + _widening(max(gutters, default=1))
            self.columns[zone] = (x, width)
            x += width + COLUMN_GAP
        lefts = [self.slots(Road("left", vpc.id)) for vpc in self.network.vpcs]
        self.lane = x - COLUMN_GAP + PADDING + 16 + SLOT * max(0, max(lefts, default=1) - 2)
        self.border = self.lane + LANE + 10 + SLOT * self.slots(Road("right")) + GATEWAY[0] / 2
        self.services = self.border + GATEWAY[0] / 2 + 10 + SLOT * self.slots(Road("services"))
        self.roads.join(Road("right"), Road("cross"))
        self.roads.join(Road("cross"), Road("services"))

    def _place_vpc(self, vpc: MapVpc, top: float) -> float:
        zones, rows = self.rows[vpc.id]
        y = top + HEAD + ZONE_HEAD
        placed, bands = [], []
        for row in rows:
            if row.is_full:
                road = Road("channel", f"{vpc.id} {row.number}")
                height = max(CHANNEL, 7 + 11 * self.slots(road) + 4)
                self._open_channel(vpc, road, y)
                bands.append((y, y + height))
                y += height
            else:
                y += SLIM_GAP
            placed.append((row, y))
            y += self._place_row(vpc, row, y)
        tables = shown_tables(vpc)
        below = self._place_tables(vpc, tables, bands, top + HEAD + ZONE_HEAD)
        side, closed = self._place_gateways(vpc, top + HEAD + ZONE_HEAD + CHANNEL + 2)
        bottom = max(y + PADDING + 4, below, side, top + HEAD + ZONE_HEAD + 60)
        if len(self.network.vpcs) == 1:
            bottom = max(bottom, self._services_height() + 4)
        rects = {zone: self._zone(zone, top, bottom) for zone in zones}
        heading = Point(self.lane + LANE / 2, top + HEAD + 8)
        rect = Rect(MARGIN, top, self.border - MARGIN, bottom - top)
        names = tuple(table.id for table in tables)
        self.frame.vpcs.append(VpcFrame(vpc, zones, tuple(placed), rect, rects, names, heading, closed))
        return bottom

    def _zone(self, zone: str, top: float, bottom: float) -> Rect:
        x, width = self.columns[zone]
        return Rect(x, top + HEAD, width, bottom - 8 - top - HEAD)

    def _open_channel(self, vpc: MapVpc, road: Road, y: float) -> None:
        self.channels[road] = y
        self.roads.join(road, Road("left", vpc.id))
        self.roads.join(road, Road("right"))

    def _place_row(self, vpc: MapVpc, row: Row, y: float) -> float:
        height: float = SLIM
        for zone, cell in row.cells.items():
            x, width = self.columns[zone]
            if not (isinstance(cell, MapSubnet) and row.is_full):
                self.frame.subnets[cell.id] = Rect(x + 6, y, width - 12, SLIM)
                continue
            own = TITLE + len(cell.chips) * (CHIP + CHIP_GAP) + 6
            height = max(height, own)
            self.frame.subnets[cell.id] = Rect(x + 6, y, width - 12, own)
            gutter = Road("gutter", cell.id)
            self.gutters[gutter] = x + 14 + CHIP_WIDTH
            self.roads.join(gutter, Road("channel", f"{vpc.id} {row.number}"))
            for number, chip in enumerate(cell.chips):
                stop = ChipStop(cell.id, chip.id)
                self.frame.stops[stop] = Rect(x + 14, y + TITLE + number * (CHIP + CHIP_GAP), CHIP_WIDTH, CHIP)
                self.roads.add_port(stop, "right", gutter)
        return height

    def _place_tables(
        self, vpc: MapVpc, tables: tuple[MapTable, ...], bands: list[tuple[float, float]], top: float
    ) -> float:
        tops = {table.id: self._first_subnet(table) for table in tables}
        y = top
        for table in sorted(tables, key=lambda item: (tops[item.id] or top, item.id)):
            y = max(y, (tops[table.id] or top) + 2)
            for low, high in bands:
                if y < high and y + TABLE > low:
                    y = high + 2
            stop = TableStop(vpc.id, table.id)
            self.frame.stops[stop] = Rect(self.lane, y, LANE, TABLE)
            self.roads.add_port(stop, "left", Road("left", vpc.id))
            self.roads.add_port(stop, "right", Road("right"))
            y += TABLE + TABLE_GAP
        return y + 2

    def _first_subnet(self, table: MapTable) -> float | None:
        return min((self.frame.subnets[name].y for name in table.subnets if name in self.frame.subnets), default=None)

    def _place_gateways(self, vpc: MapVpc, y: float) -> tuple[float, Rect | None]:
        """Place the gateways on the border, each at the height of the first table with a route to it."""
        width, height = GATEWAY
        for gateway in sorted(vpc.gateways, key=lambda item: (_GATEWAY_ORDER.get(item.kind, 2), item.id)):
            leading = [
                self.frame.stops[TableStop(vpc.id, table.id)]
                for table in vpc.tables
                if TableStop(vpc.id, table.id) in self.frame.stops
                and any(route.target == gateway.id for route in table.routes)
            ]
            y = max(y, min((rect.y for rect in leading), default=y))
            stop, rect = GatewayStop(vpc.id, gateway.id), Rect(self.border - width / 2, y, width, height)
            self.frame.stops[stop] = rect
            self.roads.add_port(stop, "left", Road("right"))
            self.roads.add_port(stop, "right", Road("services"))
            (self.closed if stop in self.hidden else self.barriers).append(rect)
            self._add_hairs(leading, rect)
            y += height + 10
        if not vpc.is_closed or self._is_linked(vpc):
            return y, None
        tables = [
            rect.y for stop, rect in self.frame.stops.items() if isinstance(stop, TableStop) and stop.vpc == vpc.id
        ]
        closed = Rect(self.border - width / 2, max(y, min(tables, default=y)), width, height)
        self.closed.append(closed)
        return closed.bottom + 10, closed

    def _is_linked(self, vpc: MapVpc) -> bool:
        return bool(self.network.links) and not vpc.is_home

    def _add_hairs(self, leading: list[Rect], gateway: Rect) -> None:
        x = self.lane + LANE + 4
        for rect in leading:
            start, end = Point(rect.right, rect.middle.y), Point(gateway.x, gateway.middle.y)
            self.frame.hairs.append((start, Point(x, start.y), Point(x, end.y), end))

    def _place_links(self, y: float, number: int) -> float:
        """Place the connections in the gap before the second VPC, and return the top of the VPC after the gap."""
        links = self.network.links if number == 1 else ()
        width, height = GATEWAY
        if not links:
            return y if len(self.network.vpcs) == 1 else y + (GAP if self.network.links else PADDING + 6)
        y += (GAP - height) / 2
        for link in links:
            stop, rect = LinkStop(link.id), Rect(self.border - width / 2, y, width, height)
            self.frame.stops[stop] = rect
            self.roads.add_port(stop, "left", Road("right"))
            self.roads.add_port(stop, "right", Road("services"))
            self.barriers.append(rect)
            y += height + LINK_GAP
        return y - LINK_GAP + (GAP - height) / 2

    def _services_height(self) -> float:
        services = self.network.services
        outside = 18 if any(item.is_outside for item in services) else 0
        return MARGIN + HEAD + ZONE_HEAD + 4 + len(services) * (SERVICE[1] + 8) + outside

    def _place_services(self, bottom: float) -> None:
        x, y = self.services, MARGIN + HEAD + ZONE_HEAD + 4.0
        width, height = SERVICE
        inside = [item for item in self.network.services if not item.is_outside]
        outside = [item for item in self.network.services if item.is_outside]
        if inside:
            region = f" · {self.network.region}" if self.network.region else ""
            self._add_heading(Point(x, MARGIN + HEAD + 8), f"AWS services{region}")
        for service in (*inside, *outside):
            if outside and service is outside[0]:
                y += 18
                self._add_heading(Point(x, y - 6), OTHER_HOSTS)
            stop = ServiceStop(service.id)
            self.frame.stops[stop] = Rect(x, y, width, height)
            self.roads.add_port(stop, "left", Road("services"))
            y += height + 8
        self.frame.width = x + width + MARGIN
        self.frame.height = max(bottom, y) + MARGIN

    def _add_heading(self, at: Point, words: str) -> None:
        self.frame.headings.append(PictureText(at, words, _LABEL, SERVICE[0], "muted"))
