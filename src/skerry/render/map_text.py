"""The map as text for a terminal: subnets as boxes, route tables and gateways as lines, and the way of each step."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from skerry.draw.network_map import (
    ChipStop,
    MapChip,
    MapStep,
    MapSubnet,
    MapTable,
    MapVpc,
    NetworkMap,
)
from skerry.draw.route_words import words_of_routes
from skerry.draw.rows import SHORT_KINDS, rows_of
from skerry.draw.sentences import answer_of, fault_of_step, name_stop, place_of_fault, way_of_step
from skerry.draw.tables import shown_tables
from skerry.draw.text_width import short_id
from skerry.render.text import clean, pluralize, width_of
from skerry.render.view import DEFAULT_WIDTH

_INNER = 34
_GAP = "  "
_LABEL, _NOTE = 14, 12
_STEP = 19
_LONGEST = 400
_COLUMN = _INNER + 2 + len(_GAP)
_MIDDLE = 17


class Signs(NamedTuple):
    """The characters of the drawing."""

    corners: str
    tees: str
    across: str
    down: str
    border: str
    arrow: str
    more: str
    dot: str
    verdicts: dict[str, str]


UNICODE = Signs(
    "┌┐└┘",
    "┬┴",
    "─",
    "│",
    "═",
    "→",
    "…",
    "·",
    {"ok": "✓", "blocked": "✕", "intermittent": "!", "unknown": "?", "not-applicable": "-"},
)
ASCII = Signs(
    "++++",
    "++",
    "-",
    "|",
    "=",
    "->",
    "..",
    "-",
    {"ok": "ok", "blocked": "x", "intermittent": "!", "unknown": "?", "not-applicable": "-"},
)


def format_map(
    network: NetworkMap, width: int = DEFAULT_WIDTH, signs: Signs = UNICODE, *, planned: bool = False
) -> str:
    """Return the map in lines no wider than ``width``, at least 80. ``planned``: the map is that with a plan."""
    lines = _Drawing(network, max(width, DEFAULT_WIDTH), signs).lines(planned=planned)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _full_rows(vpc: MapVpc) -> list[list[MapSubnet]]:
    """Return the subnets with chips, by the rows of a picture."""
    _, rows = rows_of(vpc)
    return [[cell for cell in row.cells.values() if isinstance(cell, MapSubnet)] for row in rows if row.is_full]


class _Drawing:
    """The lines of one map."""

    def __init__(self, network: NetworkMap, width: int, signs: Signs) -> None:
        self.network, self.width, self.signs = network, width, signs
        self.ends = {
            (item.stop.subnet, item.stop.chip): step.number
            for step in network.steps
            if step.path is not None
            for item in step.path.stops[1:]
            if isinstance(item.stop, ChipStop)
        }

    def lines(self, *, planned: bool) -> Iterator[str]:
        """Yield the lines: the answer, each VPC, and the steps."""
        when = "with the plan, " if planned else ""
        yield self._cut(f"{self.network.verdict}: {when}{answer_of(self.network)}", self.width)
        for vpc in self.network.vpcs:
            yield ""
            yield from self._vpc(vpc)
        for link in self.network.links:
            yield self._cut(f"  {link.label} {link.id} joins the VPCs", self.width)
        yield ""
        for way, steps in groupby(self.network.steps, self._way):
            yield from map(self._step, steps)
            if way:
                yield from self._wrapped(way)

    def _vpc(self, vpc: MapVpc) -> Iterator[str]:
        parts = [vpc.name or "", vpc.id or "not known", vpc.cidr]
        yield self._cut("VPC " + f" {self.signs.dot} ".join(part for part in parts if part), self.width)
        columns = self.width // (_INNER + 4)
        tables = {table.id: table for table in vpc.tables}
        for full in _full_rows(vpc):
            for first in range(0, len(full), columns):
                boxes = full[first : first + columns]
                yield from self._boxes(boxes)
                yield from self._ways_out([tables.get(subnet.table or "") for subnet in boxes])
        yield from self._others(vpc)
        drawn = {subnet.table for full in _full_rows(vpc) for subnet in full}
        for table in shown_tables(vpc):
            if table.id not in drawn:
                yield self._cut(f"  {self._table(table)}", self.width)
        yield self._border(vpc)

    def _boxes(self, subnets: list[MapSubnet]) -> Iterator[str]:
        """Yield the boxes of subnets side by side."""
        boxes = [self._box(subnet) for subnet in subnets]
        height = max(map(len, boxes))
        # A box is drawn out to the height of its row, before its last line.
        filled = [[*box[:-1], *[self._inside("")] * (height - len(box)), box[-1]] for box in boxes]
        yield from (_GAP.join(row) for row in zip(*filled, strict=True))

    def _ways_out(self, tables: list[MapTable | None]) -> Iterator[str]:
        """Yield the lines from boxes side by side to their route tables: one for all, or each its own."""
        first = tables[0]
        if first is not None and len(tables) > 1 and all(table is first for table in tables):
            whole = (len(tables) - 1) * _COLUMN
            line = [self.signs.across] * (whole + 1)
            line[_COLUMN::_COLUMN] = self.signs.tees[1] * (len(tables) - 1)
            line[0], line[-1], line[_COLUMN // 2] = self.signs.corners[2], self.signs.corners[3], self.signs.tees[0]
            yield " " * _MIDDLE + "".join(line)
            yield self._cut(f"  {self._table(first)}", self.width)
        elif any(tables):
            bars = (self.signs.down if table else " " for table in tables)
            yield "".join((" " * _MIDDLE + bar).ljust(_COLUMN) for bar in bars)
            only = len(tables) == 1
            names = (f"  {self._table(table, short=not only)}" if table else "" for table in tables)
            yield "".join(self._padded(name, self.width if only else _COLUMN - 2) + _GAP for name in names)

    def _others(self, vpc: MapVpc) -> Iterator[str]:
        """Yield a line that counts the subnets without tasks and endpoints."""
        kinds: dict[str, int] = {}
        for subnet in vpc.subnets:
            if not subnet.is_full:
                kind = "with an attachment" if subnet.attached else SHORT_KINDS[subnet.kind]
                kinds[kind] = kinds.get(kind, 0) + 1
        if kinds:
            counts = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
            yield self._cut(f"  {pluralize(sum(kinds.values()), 'more subnet')}: {counts}", self.width)

    def _box(self, subnet: MapSubnet) -> list[str]:
        left, right, lower_left, lower_right = (self.signs.corners[place] for place in range(4))
        head = f"{self.signs.across} {self._cut(subnet.zone, _INNER - 4)} "
        dot = f" {self.signs.dot} "
        lines = [
            subnet.name or subnet.id,
            dot.join(part for part in (SHORT_KINDS[subnet.kind], subnet.cidr) if part),
            *(self._chip(subnet, chip) for chip in subnet.chips),
        ]
        alone = subnet.verdict is not None and len(subnet.chips) == 1
        if alone:
            lines.append("  no endpoint here")
        return [
            left + head + self.signs.across * (_INNER - width_of(head)) + right,
            *(self._inside(line) for line in lines),
            f"{lower_left}{self._lower(subnet)}{lower_right}",
        ]

    def _lower(self, subnet: MapSubnet) -> str:
        """Return the lower edge of a box, with the start of the line to its route table."""
        before = self.signs.across * (_MIDDLE - 1)
        tee = self.signs.across if subnet.table is None else self.signs.tees[0]
        return before + tee + self.signs.across * (_INNER - _MIDDLE)

    def _inside(self, line: str) -> str:
        return f"{self.signs.down} {self._padded(line, _INNER - 2)} {self.signs.down}"

    def _chip(self, subnet: MapSubnet, chip: MapChip) -> str:
        if chip.verdict is not None:
            return f"{self.signs.verdicts[chip.verdict]} {chip.label}"
        if chip.kind == "more":
            return f"  {chip.label}"
        step = self.ends.get((subnet.id, chip.id))
        if step is None:
            return f"  {self._padded(chip.label, _LABEL)} {self._cut(chip.note, _NOTE + 3)}".rstrip()
        return f"  {self._padded(chip.label, _LABEL)} {self._padded(chip.note, _NOTE)} {step:2}"

    def _table(self, table: MapTable, *, short: bool = False) -> str:
        name = f"{table.name} ({short_id(table.id)})" if table.name else table.id
        if short:
            return f"{table.name or short_id(table.id)}: {words_of_routes(table)}"
        return f"route table {name}: {words_of_routes(table)}"

    def _border(self, vpc: MapVpc) -> str:
        ways = [f"{gateway.label} {short_id(gateway.id)}" for gateway in vpc.gateways]
        if not ways and not vpc.is_closed:
            ways = ["no gateway of its own" if vpc.id else "gateways not known"]
        words = f" border: {', '.join(ways) or 'no gateway of any kind'}"
        rule = self.signs.border * max(8, self.width - len(words))
        return self._cut(rule + words, self.width)

    def _step(self, step: MapStep) -> str:
        glyph = self.signs.verdicts[step.verdict].ljust(2)
        name = self._padded(f"{step.number} {step.step}", _STEP)
        return self._cut(f"  {glyph} {name} {step.called}", self.width)

    def _way(self, step: MapStep) -> tuple[str, ...]:
        """Return the stops of a step as far as packets come, with its fault after the stop that has it."""
        way = way_of_step(step)
        names = [name_stop(self.network, item.stop) for item in way]
        fault = fault_of_step(step)
        if way and fault:
            place = place_of_fault(step, way)
            names.insert(len(way) if place is None else place + 1, f"{self.signs.verdicts[step.verdict]} {fault}")
        return tuple(names)

    def _wrapped(self, parts: Iterable[str]) -> Iterator[str]:
        """Yield the stops of a way in lines with arrows, none wider than the drawing."""
        indent, arrow = " " * 7, f" {self.signs.arrow} "
        line = ""
        for part in map(self._plain, parts):
            longer = f"{line}{arrow}{part}" if line else part
            if line and len(indent) + width_of(longer) + 2 > self.width:
                yield indent + line + f" {self.signs.arrow}"
                line = part
            else:
                line = longer
        yield self._cut(indent + line, self.width)

    def _plain(self, words: str) -> str:
        shown = clean(words)[:_LONGEST]
        return shown if self.signs is UNICODE else shown.replace("…", self.signs.more)

    def _cut(self, words: str, most: int) -> str:
        shown = self._plain(words[:_LONGEST])
        if width_of(shown) <= most:
            return shown
        while width_of(shown) > most - len(self.signs.more):
            shown = shown[:-1]
        return shown + self.signs.more

    def _padded(self, words: str, width: int) -> str:
        shown = self._cut(words, width)
        return shown + " " * (width - width_of(shown))
