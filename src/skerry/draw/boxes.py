"""The boxes of a picture with their texts, at the places of a frame."""

from collections.abc import Collection, Iterator

from skerry.draw.frame import Frame, VpcFrame
from skerry.draw.network_map import (
    ChipStop,
    GatewayStop,
    LinkStop,
    MapChip,
    MapGateway,
    MapService,
    MapSubnet,
    MapTable,
    MapVpc,
    NetworkMap,
    ServiceStop,
    Stop,
    TableStop,
)
from skerry.draw.picture import PictureBox, PictureText, Point, Rect
from skerry.draw.route_words import words_of_routes
from skerry.draw.rows import SHORT_KINDS, Fold
from skerry.draw.text_width import fit, short_id, width_of

NAME, CHIP, NOTE, SMALL = 12, 11.5, 11, 10.5
_MUTED = "muted"
_NEW = "new"


class BoxWriter:
    """Makes the boxes of one map in a frame.

    The frame may have places for parts of another map. ``new``: the parts of a plan.
    ``crowds``: the most hops at one stop, which need room in its chip.
    """

    def __init__(self, frame: Frame, network: NetworkMap, new: Collection[Stop], crowds: dict[Stop, int]) -> None:
        """Make the boxes of a map."""
        self.frame, self.network, self.new, self.crowds = frame, network, new, crowds
        self.vpcs = {vpc.id: vpc for vpc in network.vpcs}

    def frames(self) -> Iterator[PictureBox]:
        """Yield the VPCs, zones and subnets."""
        for place in self.frame.vpcs:
            vpc = self.vpcs.get(place.vpc.id)
            if vpc is None:
                continue
            yield self._vpc(vpc, place)
            yield from (self._zone(zone, rect) for zone, rect in place.zone_rects.items())
            own = {subnet.id: subnet for subnet in vpc.subnets}
            for row, _ in place.rows:
                for cell in row.cells.values():
                    rect = self.frame.subnets[cell.id]
                    if isinstance(cell, Fold):
                        yield self._fold(cell, rect)
                    elif cell.id in own:
                        yield self._subnet(own[cell.id], rect, zoned=bool(place.zone_rects), full=row.is_full)

    def chips(self) -> Iterator[PictureBox]:
        """Yield everything that stands in a subnet, in the lane, on a border or outside."""
        for place in self.frame.vpcs:
            if (vpc := self.vpcs.get(place.vpc.id)) is None:
                continue
            for subnet in vpc.subnets:
                yield from (
                    self._chip(subnet, chip) for chip in subnet.chips if self._is_placed(ChipStop(subnet.id, chip.id))
                )
            yield from (self._table(vpc, table) for table in vpc.tables if self._is_placed(TableStop(vpc.id, table.id)))
            yield from (self._gateway(vpc, item) for item in vpc.gateways)
            if vpc.is_closed and (sign := self._sign(place)) is not None:
                yield self._closed(vpc, sign)
        for link in self.network.links:
            stop = LinkStop(link.id)
            yield self._border_box("link", link.id, stop, link.label, link.kind)
        yield from (self._service(service) for service in self.network.services)

    def _sign(self, place: VpcFrame) -> Rect | None:
        """Return the place for the sign of no gateway: the one of a planned gateway if there is one."""
        added = (GatewayStop(place.vpc.id, gateway.id) for gateway in place.vpc.gateways)
        return next((self.frame.stops[stop] for stop in added), place.closed)

    def hairs(self) -> tuple[tuple[Point, ...], ...]:
        """Return the fine lines from tables to the gateways that the map has."""
        gateways = {GatewayStop(vpc.id, item.id) for vpc in self.network.vpcs for item in vpc.gateways}
        rects = {self.frame.stops[stop] for stop in gateways}
        return tuple(hair for hair in self.frame.hairs if any(_touches(rect, hair[-1]) for rect in rects))

    def texts(self) -> Iterator[PictureText]:
        """Yield the headings outside boxes, and the words for a subnet without endpoints."""
        yield from self.frame.headings
        for place in self.frame.vpcs:
            vpc = self.vpcs.get(place.vpc.id)
            if vpc is not None and place.tables:
                yield PictureText(place.tables_heading, "route tables", NOTE, 100, _MUTED, anchor="middle")
            for subnet in () if vpc is None else vpc.subnets:
                if rect := self._empty_room(subnet):
                    at = Point(rect.x + 18, rect.y + 88)
                    yield PictureText(at, "no endpoint here", NOTE, rect.width - 24, _MUTED)

    def _empty_room(self, subnet: MapSubnet) -> Rect | None:
        """Return the place of a subnet that lands tasks and keeps room for the endpoints of a plan."""
        rect = self.frame.subnets.get(subnet.id)
        alone = subnet.verdict is not None and len(subnet.chips) == 1
        return rect if rect is not None and alone and rect.height > _ROOM else None

    def _is_placed(self, stop: Stop) -> bool:
        return stop in self.frame.stops

    def _vpc(self, vpc: MapVpc, place: VpcFrame) -> PictureBox:
        rect = place.rect
        parts = [vpc.name, short_id(vpc.id) if vpc.id else "not known", vpc.cidr]
        label = " · ".join(part for part in parts if part)
        room = rect.width - 60
        texts = (
            PictureText(Point(rect.x + 10, rect.y + 17), "VPC", NAME, 30, bold=True),
            PictureText(Point(rect.x + 40, rect.y + 17), fit(label, room, NAME), NAME, room, _MUTED, title=vpc.id),
        )
        return PictureBox("vpc", vpc.id, rect, 8, texts, "home" if vpc.is_home else "")

    def _zone(self, zone: str, rect: Rect) -> PictureBox:
        at, room = Point(rect.middle.x, rect.y + 15), rect.width - 10
        text = PictureText(at, fit(zone, room, NOTE), NOTE, room, _MUTED, anchor="middle", title=zone)
        return PictureBox("zone", zone, rect, 6, (text,))

    def _fold(self, fold: Fold, rect: Rect) -> PictureBox:
        words = f"+ {len(fold.subnets)} more, {SHORT_KINDS[fold.kind]}"
        title = ", ".join(subnet.id for subnet in fold.subnets)
        text = PictureText(Point(rect.x + 10, rect.y + 17), words, NOTE, rect.width - 16, _MUTED, title=title)
        return PictureBox("fold", fold.id, rect, 4, (text,))

    def _subnet(self, subnet: MapSubnet, rect: Rect, *, zoned: bool, full: bool) -> PictureBox:
        name, kind = subnet.name or short_id(subnet.id), SHORT_KINDS[subnet.kind]
        style = subnet.kind.partition(",")[0].partition(" ")[0]
        if not full:
            note = "attachment" if subnet.attached else kind
            room = rect.width - 26 - width_of(note, SMALL)
            texts = (
                PictureText(Point(rect.x + 10, rect.y + 17), fit(name, room, NOTE), NOTE, room, title=subnet.id),
                PictureText(
                    Point(rect.right - 8, rect.y + 17), note, SMALL, width_of(note, SMALL), _MUTED, anchor="end"
                ),
            )
            return PictureBox("subnet", subnet.id, rect, 4, texts, style)
        parts = [kind, *([] if zoned else [subnet.zone]), subnet.cidr]
        label, room = " · ".join(part for part in parts if part), rect.width - 20
        line = label if width_of(label, NOTE) <= room else fit(" · ".join(parts[:-1]), room, NOTE)
        short = fit(name, room - 12, NAME, bold=True)
        texts = (
            PictureText(Point(rect.x + 10, rect.y + 16), short, NAME, room - 12, bold=True, title=subnet.id),
            PictureText(Point(rect.x + 10, rect.y + 31), line, NOTE, room, _MUTED, title=label),
        )
        return PictureBox("subnet", subnet.id, rect, 4, texts, style, verdict=subnet.verdict)

    def _chip(self, subnet: MapSubnet, chip: MapChip) -> PictureBox:
        stop = ChipStop(subnet.id, chip.id)
        rect, is_new = self.frame.stops[stop], stop in self.new
        crowd = 16 * (self.crowds.get(stop, 1) - 1)
        glyph = None
        if chip.kind == "task":
            glyph = Point(rect.x + 14, rect.middle.y)
            room = rect.width - 38 - crowd
            label = PictureText(
                Point(rect.x + 27, rect.y + 17), fit(chip.label, room, NAME, bold=True), NAME, room, bold=True
            )
            texts: tuple[PictureText, ...] = (label._replace(title=chip.label),)
        else:
            texts = _chip_texts(chip, rect, _NEW if is_new else chip.note, crowd)
        radius = 13 if chip.kind == "endpoint" else 4
        return PictureBox(chip.kind, chip.id, rect, radius, texts, is_new=is_new, verdict=chip.verdict, glyph=glyph)

    def _table(self, vpc: MapVpc, table: MapTable) -> PictureBox:
        rect = self.frame.stops[TableStop(vpc.id, table.id)]
        room = rect.width - 19
        name = fit(table.name or short_id(table.id), room, NOTE, bold=True)
        ways = words_of_routes(table)
        texts = (
            PictureText(Point(rect.x + 13, rect.y + 15), name, NOTE, room, bold=True, title=table.id),
            PictureText(Point(rect.x + 13, rect.y + 29), fit(ways, room, SMALL), SMALL, room, _MUTED, title=ways),
        )
        return PictureBox("table", table.id, rect, 3, texts, "path" if table.on_path else "")

    def _gateway(self, vpc: MapVpc, gateway: MapGateway) -> PictureBox:
        stop = GatewayStop(vpc.id, gateway.id)
        return self._border_box("gateway", gateway.id, stop, gateway.label, gateway.kind)

    def _border_box(self, kind: str, name: str, stop: Stop, label: str, style: str) -> PictureBox:
        rect, is_new = self.frame.stops[stop], stop in self.new
        inset = self.frame.inset
        room, middle = rect.width - inset - 6, rect.middle.x + inset / 2 - 4
        note = _NEW if is_new else fit(short_id(name), room, SMALL)
        texts = (
            PictureText(
                Point(middle, rect.y + 15),
                fit(label, room, SMALL, bold=True),
                SMALL,
                room,
                bold=True,
                anchor="middle",
                title=name,
            ),
            PictureText(
                Point(middle, rect.y + 28), note, SMALL, room, _NEW if is_new else _MUTED, anchor="middle", title=name
            ),
        )
        return PictureBox("link" if kind == "link" else "gateway", name, rect, 18, texts, style, is_new)

    def _closed(self, vpc: MapVpc, rect: Rect) -> PictureBox:
        texts = (
            PictureText(
                Point(rect.middle.x, rect.y + 15), "no gateway", NOTE, rect.width - 12, _MUTED, anchor="middle"
            ),
            PictureText(
                Point(rect.middle.x, rect.y + 28), "of any kind", SMALL, rect.width - 12, _MUTED, anchor="middle"
            ),
        )
        return PictureBox("closed", vpc.id, rect, 18, texts)

    def _service(self, service: MapService) -> PictureBox:
        rect = self.frame.stops[ServiceStop(service.id)]
        room = rect.width - 34
        steps = steps_of(service)
        note = fit(steps, room, SMALL)
        texts = (
            PictureText(
                Point(rect.x + 30, rect.y + 16),
                fit(service.label, room, NAME, bold=True),
                NAME,
                room,
                bold=True,
                title=service.host,
            ),
            PictureText(Point(rect.x + 30, rect.y + 30), note, SMALL, room, _MUTED, title=steps),
        )
        return PictureBox(
            "service", service.id, rect, 6, texts, verdict=service.verdict, glyph=Point(rect.x + 16, rect.middle.y)
        )


_ROOM = 110


def steps_of(service: MapService) -> str:
    """Return the numbers of the steps that call a service."""
    return f"step{'s' if len(service.steps) > 1 else ''} {', '.join(map(str, service.steps))}"


def _chip_texts(chip: MapChip, rect: Rect, note: str, crowd: float) -> tuple[PictureText, ...]:
    """Return the label of a chip, and its note where there is room for both."""
    room = rect.width - 24 - crowd
    label = PictureText(Point(rect.x + 10, rect.y + 17), fit(chip.label, room, CHIP), CHIP, room, title=chip.id)
    width = width_of(note, SMALL)
    if not note or width_of(label.words, CHIP) + width + 6 > room:
        return (label,)
    style = _NEW if note == _NEW else _MUTED
    return label, PictureText(Point(rect.right - 14 - crowd, rect.y + 17), note, SMALL, width, style, anchor="end")


def _touches(rect: Rect, point: Point) -> bool:
    return rect.x <= point.x <= rect.right and rect.y <= point.y <= rect.bottom


def map_parts(network: NetworkMap) -> set[Stop]:
    """Return everything of a map that lines can stop at."""
    parts: set[Stop] = {LinkStop(link.id) for link in network.links}
    for vpc in network.vpcs:
        parts |= {ChipStop(subnet.id, chip.id) for subnet in vpc.subnets for chip in subnet.chips}
        parts |= {TableStop(vpc.id, table.id) for table in vpc.tables}
        parts |= {GatewayStop(vpc.id, gateway.id) for gateway in vpc.gateways}
    return parts
