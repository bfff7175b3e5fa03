"""The tall shape, for narrow screens: what stands at the right of the wide shape stands below the subnets."""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

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

MARGIN: Final = 5
PADDING: Final = 5
COLUMN, COLUMN_GAP, ONE_COLUMN = 153, 5, 310
MOST_COLUMNS = 2
MOST_TABLES = 3
HEAD, ZONE_HEAD = 24, 20
TITLE, CHIP, CHIP_GAP = 40, 26, 4
SLIM, SLIM_GAP = 26, 8
CHANNEL = 26
TABLE, TABLE_GAP = 34, 8
GATEWAY, GATEWAY_GAP = 36, 6
SERVICE, SERVICE_GAP = 38, 8
LINK = (110, 36)
_GUTTER = 26
_INSET = 36


def _zones_of(vpc: MapVpc) -> int:
    return len({subnet.zone for subnet in vpc.subnets})


def _touched_subnets(network: NetworkMap) -> set[str]:
    """Return the subnets that lines come to."""
    paths = (step.path for step in network.steps if step.path is not None)
    stops = (item.stop for path in paths for item in path.stops)
    return {stop.subnet for stop in stops if isinstance(stop, ChipStop)}


def _in_one_column(vpc: MapVpc, touched: set[str]) -> MapVpc:
    """Return the VPC as if it had one zone, with the chips of those subnets alone that have tasks or lines."""
    subnets = tuple(
        msgspec.structs.replace(
            subnet, zone="", chips=subnet.chips if subnet.verdict is not None or subnet.id in touched else ()
        )
        for subnet in vpc.subnets
    )
    return msgspec.structs.replace(vpc, subnets=subnets)


class TallFrame:
    """Places everything of a map; ``demand``: the slots that the paths need of each road."""

    def __init__(self, network: NetworkMap, demand: Mapping[Road, int], hidden: Collection[Stop] = ()) -> None:
        """Place a map; ``hidden`` parts keep their places and stop no line."""
        self.network, self.demand, self.hidden = network, demand, hidden
        self.courses: dict[Road, float] = {}
        self.is_one_column = max((_zones_of(vpc) for vpc in network.vpcs), default=1) > MOST_COLUMNS
        touched = _touched_subnets(network)
        self.rows = {
            vpc.id: rows_of(_in_one_column(vpc, touched) if self.is_one_column else vpc) for vpc in network.vpcs
        }
        self.roads = RoadNetwork()
        self.frame = Frame(self.roads, self.course_of, inset=_INSET)
        self._place()

    def slots(self, road: Road) -> int:
        """Return the number of slots of a road."""
        return self.demand.get(road, 1)

    def course_of(self, road: Road, slot: int, near: Point) -> float:  # noqa: ARG002 -- no road is free here
        """Return the coordinate of a road's slot."""
        return self.courses[road] + (DOTS if road.kind == "gutter" else SLOT) * slot

    def _place(self) -> None:
        self._place_columns()
        y: float = MARGIN
        for number, vpc in enumerate(self.network.vpcs):
            y = self._place_vpc(vpc, y)
            y = self._place_exit(vpc, y)
            if number == 0:
                y = self._place_links(y)
        self._place_services(y)

    def _place_columns(self) -> None:
        """Set the columns, and the road at their right that leads from the subnets to everything below."""
        columns = 1 if self.is_one_column else max((len(zones) for zones, _ in self.rows.values()), default=1)
        self.column = ONE_COLUMN if columns <= 1 else COLUMN
        self.inner = max(1, columns) * (self.column + COLUMN_GAP) - COLUMN_GAP
        side = MARGIN + PADDING + self.inner
        trunk = Road("right")
        self.courses[trunk] = side + 7
        self.vpc_right = side + 12 + SLOT * self.slots(trunk) + 4
        outer = Road("outer")
        self.courses[outer] = self.vpc_right + 6
        several = len(self.network.vpcs) > 1
        self.frame.width = self.vpc_right + (10 + SLOT * self.slots(outer) if several else MARGIN)

    def _place_vpc(self, vpc: MapVpc, top: float) -> float:
        zones, rows = self.rows[vpc.id]
        y = top + HEAD + (0 if self.is_one_column else ZONE_HEAD)
        placed = []
        for row in rows:
            if row.is_full:
                y = self._open_channel(vpc, row, y)
            else:
                y += SLIM_GAP
            placed.append((row, y))
            y += self._place_row(vpc, zones, row, y)
        zone_bottom = y + 8
        rects = {} if self.is_one_column else {zone: self._zone(zones, zone, top, zone_bottom) for zone in zones}
        tables = shown_tables(vpc, MOST_TABLES)
        heading = Point(MARGIN + PADDING + 40, zone_bottom + 14)
        y = self._place_tables(vpc, tables, zone_bottom + (20 if tables else 0))
        bottom, closed = self._place_gateways(vpc, y)
        rect = Rect(MARGIN, top, self.vpc_right - MARGIN, bottom - top)
        names = tuple(table.id for table in tables)
        self.frame.vpcs.append(VpcFrame(vpc, zones, tuple(placed), rect, rects, names, heading, closed))
        return bottom

    def _zone(self, zones: tuple[str, ...], zone: str, top: float, bottom: float) -> Rect:
        return Rect(self._x(zones, zone), top + HEAD, self.column, bottom - top - HEAD)

    def _x(self, zones: tuple[str, ...], zone: str) -> float:
        number = 0 if self.is_one_column else zones.index(zone)
        return MARGIN + PADDING + number * (self.column + COLUMN_GAP)

    def _open_channel(self, vpc: MapVpc, row: Row, y: float) -> float:
        road = Road("channel", f"{vpc.id} {row.number}")
        slots = self.slots(road)
        self.courses[road] = y + (12 if slots == 1 else 7)
        self.roads.join(road, Road("right"))
        return y + max(CHANNEL, 7 + 11 * slots + 4)

    def _place_row(self, vpc: MapVpc, zones: tuple[str, ...], row: Row, y: float) -> float:
        height: float = SLIM
        for zone, cell in row.cells.items():
            x = self._x(zones, zone) + 4
            width = self.column - 8
            if not (isinstance(cell, MapSubnet) and row.is_full):
                self.frame.subnets[cell.id] = Rect(x, y, width, SLIM)
                continue
            own = TITLE + len(cell.chips) * (CHIP + CHIP_GAP) + 6
            height = max(height, own)
            self.frame.subnets[cell.id] = Rect(x, y, width, own)
            gutter = Road("gutter", cell.id)
            room = _GUTTER + DOTS * (self.slots(gutter) - 1)
            self.courses[gutter] = x + width - room + 11
            self.roads.join(gutter, Road("channel", f"{vpc.id} {row.number}"))
            for number, chip in enumerate(cell.chips):
                stop = ChipStop(cell.id, chip.id)
                top = y + TITLE + number * (CHIP + CHIP_GAP)
                self.frame.stops[stop] = Rect(x + 6, top, width - 6 - room, CHIP)
                self.roads.add_port(stop, "right", gutter)
        return height

    def _place_tables(self, vpc: MapVpc, tables: tuple[MapTable, ...], y: float) -> float:
        x = MARGIN + PADDING + 4
        for table in tables:
            stop = TableStop(vpc.id, table.id)
            self.frame.stops[stop] = Rect(x, y, self.inner - 8, TABLE)
            self.roads.add_port(stop, "right", Road("right"))
            y += TABLE + TABLE_GAP
        return y

    def _place_gateways(self, vpc: MapVpc, y: float) -> tuple[float, Rect | None]:
        """Place the gateways on the lower border, with a road above them and one below."""
        above, below = Road("gateways", vpc.id), Road("exit", vpc.id)
        self.courses[above] = y + 4
        self.roads.join(above, Road("right"))
        self.roads.join(below, Road("right"))
        y += 8 + SLOT * self.slots(above)
        bottom = y + GATEWAY / 2
        count = max(1, len(vpc.gateways))
        width = min(110, (self.inner - 6 - GATEWAY_GAP * (count - 1)) / count)
        x: float = MARGIN + PADDING + 6
        for gateway in vpc.gateways:
            stop = GatewayStop(vpc.id, gateway.id)
            self.frame.stops[stop] = Rect(x, y, width, GATEWAY)
            self.roads.add_port(stop, "top", above)
            self.roads.add_port(stop, "bottom", below)
            x += width + GATEWAY_GAP
        closed = Rect(x, y, 110, GATEWAY) if vpc.is_closed and not self._is_linked(vpc) else None
        return bottom, closed

    def _is_linked(self, vpc: MapVpc) -> bool:
        return bool(self.network.links) and not vpc.is_home

    def _place_exit(self, vpc: MapVpc, bottom: float) -> float:
        """Place the road below the border, which leads to the services or around the VPCs below."""
        road = Road("exit", vpc.id)
        self.courses[road] = bottom + GATEWAY / 2 + 9
        if vpc is not self.network.vpcs[-1]:
            self.roads.join(road, Road("outer"))
        else:
            for number in range(2):
                self.roads.join(road, Road("services", str(number)))
            self.roads.join(road, Road("outer"))
        return bottom + GATEWAY / 2 + 8 + SLOT * self.slots(road)

    def _place_links(self, y: float) -> float:
        width, height = LINK
        for link in self.network.links:
            stop = LinkStop(link.id)
            self.frame.stops[stop] = Rect(self.courses[Road("right")] - 10 - width, y + 6, width, height)
            self.roads.add_port(stop, "right", Road("right"))
            y += height + 10
        return y + 10

    def _place_services(self, y: float) -> None:
        """Place the services in two columns, each with a road at its left."""
        first = self.slots(Road("services", "0"))
        second = self.slots(Road("services", "1"))
        self.courses[Road("services", "0")] = 7
        left = 15 + SLOT * (first - 1)
        gap = 12 + SLOT * second
        width = (self.frame.width - left - gap - MARGIN) / 2
        self.courses[Road("services", "1")] = left + width + gap - 10 - SLOT * (second - 1)
        inside = [item for item in self.network.services if not item.is_outside]
        outside = [item for item in self.network.services if item.is_outside]
        region = f" · {self.network.region}" if self.network.region else ""
        for group, words in ((inside, f"AWS services{region}"), (outside, OTHER_HOSTS)):
            if not group:
                continue
            self.frame.headings.append(
                PictureText(Point(left + 4, y + 16), words, 11, self.frame.width - left - 10, "muted")
            )
            y += 24
            for number, service in enumerate(group):
                column, line = number % 2, number // 2
                stop = ServiceStop(service.id)
                rect = Rect(left + column * (width + gap), y + line * (SERVICE + SERVICE_GAP), width, SERVICE)
                self.frame.stops[stop] = rect
                self.roads.add_port(stop, "left", Road("services", str(column)))
            y += (len(group) + 1) // 2 * (SERVICE + SERVICE_GAP) + 4
        self.frame.height = y + MARGIN
