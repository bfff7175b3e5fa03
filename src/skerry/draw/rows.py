"""The rows of a VPC on the map: kinds of subnets from public to isolated, and the subnets that are folded."""

from itertools import zip_longest
from typing import TypeAlias

import msgspec

from skerry.draw.network_map import MapSubnet, MapVpc
from skerry.reach.subnets import Place

_KINDS: tuple[Place, ...] = ("public", "private with NAT", "private, by another way", "isolated", "unknown")
_MOST = 3

SHORT_KINDS: dict[Place, str] = {
    "public": "public",
    "private with NAT": "private, NAT",
    "private, by another way": "private, other",
    "isolated": "isolated",
    "unknown": "kind not known",
}


class Fold(msgspec.Struct, frozen=True):
    """Several subnets of one kind in one zone that nothing touches."""

    id: str
    kind: Place
    subnets: tuple[MapSubnet, ...]


Cell: TypeAlias = MapSubnet | Fold


class Row(msgspec.Struct, frozen=True):
    """One row: a cell in some of the zones; ``is_full``: with room for chips."""

    number: int
    is_full: bool
    cells: dict[str, Cell]


def rows_of(vpc: MapVpc) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Return the zones of a VPC and its rows, from public subnets to isolated ones."""
    zones = tuple(sorted({subnet.zone for subnet in vpc.subnets}))
    rows: list[Row] = []
    for kind in _KINDS:
        columns = [_column(vpc, kind, zone) for zone in zones]
        for is_full in (True, False):
            lists = ([cell for cell in column if _is_full(cell) is is_full] for column in columns)
            for cells in zip_longest(*lists):
                filled = {zone: cell for zone, cell in zip(zones, cells, strict=True) if cell is not None}
                rows.append(Row(len(rows), is_full, filled))
    return zones, tuple(rows)


def _is_full(cell: Cell) -> bool:
    return isinstance(cell, MapSubnet) and cell.is_full


def _column(vpc: MapVpc, kind: Place, zone: str) -> list[Cell]:
    """Return the cells of one kind in one zone: at most three, but each one with tasks, chips or a path."""
    subnets = sorted((item for item in vpc.subnets if item.kind == kind and item.zone == zone), key=_weight)
    kept = [item for item in subnets if item.is_full or item.on_path]
    others = [item for item in subnets if item not in kept]
    room = max(0, _MOST - len(kept))
    shown = others if len(others) <= room else others[: max(0, room - 1)]
    cells: list[Cell] = [*kept, *shown]
    if folded := tuple(item for item in others if item not in shown):
        cells.append(Fold(f"fold {vpc.id} {kind} {zone}", kind, folded))
    return cells


def _weight(subnet: MapSubnet) -> tuple[bool, bool, bool, str]:
    return subnet.verdict is None, not subnet.on_path, not subnet.chips, subnet.name or subnet.id
