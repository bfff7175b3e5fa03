"""Rows of a VPC: kinds from public to isolated, at most three boxes of a kind in a zone."""

from skerry.draw.layout import layout
from skerry.draw.network_map import TableStop
from skerry.draw.picture import Rect
from skerry.draw.rows import Fold, rows_of
from skerry.draw.tables import shown_tables
from skerry.draw.wide import CHANNEL, WideFrame
from skerry.verdicts import OK
from tests.draw.geometry import faults
from tests.draw.making import endpoint, network, subnet, table, twenty_subnets, vpc


def test_rows_go_from_public_to_isolated() -> None:
    zones, rows = rows_of(vpc(subnet("iso"), subnet("pub", kind="public"), subnet("other", "eu-west-1b", "public")))
    assert zones == ("eu-west-1a", "eu-west-1b")
    assert [sorted(cell.id for cell in row.cells.values()) for row in rows] == [["other", "pub"], ["iso"]]


def test_untouched_subnets_are_folded() -> None:
    _, rows = rows_of(vpc(*(subnet(f"subnet-{number}") for number in range(5))))
    cells = [row.cells["eu-west-1a"] for row in rows]
    assert [cell.id for cell in cells[:2]] == ["subnet-0", "subnet-1"]
    assert isinstance(cells[2], Fold)
    assert [item.id for item in cells[2].subnets] == ["subnet-2", "subnet-3", "subnet-4"]


def test_subnets_with_tasks_or_endpoints_are_never_folded() -> None:
    full = [subnet(f"full-{number}", "eu-west-1a", "isolated", endpoint("vpce-1")) for number in range(4)]
    _, rows = rows_of(vpc(*full, subnet("tasks", verdict=OK), subnet("slim-1"), subnet("slim-2")))
    cells = [row.cells["eu-west-1a"] for row in rows]
    assert [cell.id for cell in cells[:5]] == ["tasks", "full-0", "full-1", "full-2", "full-3"]
    assert [cell.id for cell in cells[5:]] == ["fold vpc-1 isolated eu-west-1a"]


def test_of_many_route_tables_those_on_paths_and_of_tasks_are_shown() -> None:
    tables = (table("rtb-1"), table("rtb-path", on_path=True), *(table(f"rtb-more-{number}") for number in range(6)))
    shown = shown_tables(vpc(subnet("tasks", verdict=OK), tables=tables))
    assert [item.id for item in shown] == ["rtb-1", "rtb-path"]
    assert len(shown_tables(vpc(tables=tables[:6]))) == 6


def test_route_tables_stand_in_no_channel() -> None:
    names = [f"subnet-{letter}" for letter in "abc"]
    public = [subnet(name, f"eu-west-1{name[-1]}", "public", endpoint("vpce-1"), table=f"rtb-{name}") for name in names]
    tasks = subnet("tasks", "eu-west-1a", "isolated", verdict=OK, table="rtb-tasks")
    lane = (*(table(f"rtb-{name}", name) for name in names), table("rtb-tasks", "tasks"))
    wide = WideFrame(network(vpc(*public, tasks, tables=lane)), {})
    tables = [rect for stop, rect in wide.frame.stops.items() if isinstance(stop, TableStop)]
    bands = [Rect(0, top, wide.frame.width, CHANNEL) for top in wide.channels.values()]
    assert len(tables) == 4
    assert len(bands) == 2
    assert not any(rect.overlaps(band) for rect in tables for band in bands)


def test_twenty_subnets_fit_into_both_shapes() -> None:
    production = twenty_subnets()
    wide, tall = layout(production), layout(production, "tall")
    assert faults(production, wide) + faults(production, tall) == []
    assert wide.width < 1200
    assert tall.width < 400
    assert any(box.kind == "fold" for box in wide.frames)
