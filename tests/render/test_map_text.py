"""The map as text: no line wider than the terminal, subnets as boxes, the way of each step."""

import pytest

from skerry.draw.network_map import NetworkMap
from skerry.render.map_text import ASCII, format_map
from skerry.render.text import width_of
from tests.draw.making import twenty_subnets
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
└──────────────────────────────────┘  └──────────────────────────────────┘
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
