"""The map as text: no line wider than the terminal, subnets as boxes, the way of each step."""

import pytest

from skerry.draw.network_map import MapSubnet, NetworkMap
from skerry.render.map_text import ASCII, UNICODE, Signs, format_map
from skerry.render.text import width_of
from skerry.verdicts import OK
from tests.draw.making import network, subnet, table, twenty_subnets, vpc
from tests.draw.scenes import map_of
from tests.render.test_svg import HOSTILE, hostile_map

BROKEN = """\
blocked: web cannot start

VPC vpc-main · 10.0.0.0/16
┌─ eu-west-1a ─────────────────────┐  ┌─ eu-west-1b ─────────────────────┐
│ subnet-a                         │  │ subnet-b                         │
│ isolated · 10.0.1.0/24           │  │ isolated · 10.0.2.0/24           │
│ ✕ task web                       │  │ ✕ task web                       │
│   no endpoint here               │  │   no endpoint here               │
└────────────────┬─────────────────┘  └────────────────┬─────────────────┘
                 └──────────────────┬──────────────────┘
  route table rtb-iso: only local
═════════════════════════════════════════════════ border: no gateway of any kind

  ✓  1 placement         Fargate LATEST
  ✓  2 network-interface
  ✕  3 secrets           Secrets Manager
  ✕  4 registry-auth     Amazon ECR API
  ✕  5 manifest          Amazon ECR registry
  ✕  6 logs              CloudWatch Logs
  ✕  7 layers            Amazon S3
       task web in subnet-a → rtb-iso →
       ✕ The route table has no route to the destination
"""


def test_broken_network_is_drawn() -> None:
    assert format_map(map_of("article-broken")) == BROKEN


@pytest.mark.parametrize("name", ["article-repaired", "hub-inspection", "nat-instance-forwards", "subnet-not-shown"])
def test_no_line_is_wider_than_the_terminal(name: str) -> None:
    for text in (format_map(map_of(name)), format_map(map_of(name), 80, ASCII)):
        assert max(map(width_of, text.splitlines())) <= 80


def test_number_at_an_endpoint_is_the_step_that_comes_to_it() -> None:
    text = format_map(map_of("article-repaired"))
    assert "│   secretsmanager 10.0.1.13     3 │" in text or "│   secretsmanager                3 │" in text


def test_subnets_that_nothing_touches_are_counted() -> None:
    assert "15 more subnets: 6 private, NAT, 9 isolated" in format_map(twenty_subnets())
    assert "2 more subnets: 2 with an attachment" in format_map(map_of("hub-and-spoke"))


def test_wide_terminal_has_more_boxes_in_a_row() -> None:
    network = twenty_subnets()
    assert len(format_map(network, 120).splitlines()) < len(format_map(network).splitlines())


def test_terminal_without_unicode_gets_ascii() -> None:
    assert format_map(map_of("hub-inspection"), 80, ASCII).isascii()


@pytest.mark.parametrize("name", [*HOSTILE, "漢字" * 40], ids=range(len(HOSTILE) + 1))
def test_hostile_names_stay_in_their_lines(name: str) -> None:
    text = format_map(hostile_map(name))
    assert max(map(width_of, text.splitlines())) <= 80
    assert text.replace("\n", "").isprintable()


def test_map_without_a_vpc_is_its_answer() -> None:
    empty = NetworkMap("web", map_of("nat-works").verdict, "", (), (), (), ())
    assert format_map(empty).splitlines()[0] == "ok: web can start"


def lines_of(*subnets: MapSubnet, signs: Signs = UNICODE) -> list[str]:
    """The lines from the lower edges of boxes to the border."""
    every = (table("rtb-1", words=("local", "NAT")), table("rtb-2"))
    tables = tuple(item for item in every if item.id in {row.table for row in subnets})
    lines = format_map(network(vpc(*subnets, tables=tables)), 120, signs).splitlines()
    last = next(number for number, line in enumerate(lines) if "border:" in line)
    return lines[last - 3 : last]


def places_of(line: str, signs: str) -> list[int]:
    return [place for place, sign in enumerate(line) if sign in signs]


def test_boxes_of_one_route_table_are_joined() -> None:
    rows = [subnet(f"subnet-{zone}", zone, verdict=OK) for zone in "abc"]
    edge, joint, words = lines_of(*rows)
    assert places_of(edge, "┬") == places_of(joint, "└┴┘") == [17, 55, 93]
    assert places_of(joint, "┬") == [36]
    assert words == "  route table rtb-1: NAT"
    assert places_of(lines_of(*rows, signs=ASCII)[1], "+") == [17, 36, 55, 93]


def test_boxes_of_several_route_tables_have_each_their_own() -> None:
    rows = [subnet(f"subnet-{name[-1]}", name, table=name, verdict=OK) for name in ("rtb-1", "rtb-2")]
    edge, bars, words = lines_of(*rows, subnet("subnet-z", "z", table=None, verdict=OK))
    assert places_of(edge, "┬") == places_of(bars, "│") == [17, 55]
    assert words == f"{'  rtb-1: NAT':38}  rtb-2: only local"


def test_box_without_a_known_route_table_has_no_line() -> None:
    assert "┬" not in format_map(map_of("subnet-not-shown"))


def test_endpoints_that_were_not_read_are_not_denied() -> None:
    text = format_map(map_of("endpoints-not-read"))
    assert "endpoints not known" in text
    assert "no endpoint here" not in text


def test_fault_follows_the_stop_that_has_it() -> None:
    assert "task web in subnet-a → ✕ the ACL drops it\n" in format_map(map_of("splunk-port-blocked"))
    assert "firewall endpoint in fire-a → ? not known → rtb-fire" in format_map(map_of("hub-inspection"))
    assert "✕ on the way back at rtb-hub, the route table" in format_map(map_of("peering-without-return-route"))
