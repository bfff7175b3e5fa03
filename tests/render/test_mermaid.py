"""The map as a Mermaid flowchart: nodes, edges, and names that Mermaid does not read."""

import re

import pytest
from msgspec.structs import replace

from skerry.draw.network_map import NetworkMap
from skerry.render.mermaid import write_mermaid
from tests.draw.scenes import map_of
from tests.render.test_svg import HOSTILE, hostile_map

# A line of the chart: what Mermaid's grammar for flowcharts has, with nothing of a name outside of quotes.
LINE = re.compile(
    r"flowchart (?:LR|TB)|accTitle: .*|accDescr: .*|end|classDef [a-z]+ [-a-z0-9#:,]+|class [n0-9,]+ [a-z]+"
    r'|subgraph n\d+\["[^"]*"\]|n\d+(\["[^"]*"\]|\(\["[^"]*"\]\)|\[\["[^"]*"\]\])'
    r'|n\d+ (==>|-\.-|-\.->|-\. "[^"]*" \.->|-\. "alike" \.-) n\d+'
)


def titles_of(network: NetworkMap) -> list[str]:
    return re.findall(r'subgraph n\d+\["([^"]*)"\]', write_mermaid(network))


def lines_of(network: NetworkMap) -> list[str]:
    return [line.strip() for line in write_mermaid(network).splitlines()]


def test_steps_with_one_fault_share_a_node() -> None:
    chart = write_mermaid(map_of("article-broken"))
    assert "✕ 3 secrets · Secrets Manager<br/>✕ 4 registry-auth · Amazon ECR API<br/>" in chart
    assert chart.count(" .-> ") == 1
    assert "accTitle: web cannot start" in chart


def test_endpoints_with_one_fate_share_a_node() -> None:
    chart = write_mermaid(map_of("article-repaired"))
    assert '(["ecr.api, ecr.dkr,<br/>secretsmanager, logs"])' in chart
    assert chart.count(" -.- ") == 1
    assert "S3 gateway" in chart


def test_transit_gateway_stands_between_the_vpcs() -> None:
    lines = lines_of(map_of("hub-and-spoke"))
    gateway = next(line.partition("(")[0] for line in lines if "transit gw" in line)
    assert any(line.endswith(f"==> {gateway}") for line in lines)
    assert any(line.startswith(f"{gateway} ==>") for line in lines)


def test_titles_of_subgraphs_are_short() -> None:
    titles = titles_of(map_of("hub-inspection"))
    assert titles
    assert max(map(len, titles)) <= 28


def test_long_name_of_a_vpc_takes_the_place_of_its_block() -> None:
    network = map_of("article-broken")
    [vpc] = network.vpcs
    assert "VPC vpc-main · 10.0.0.0/16" in titles_of(network)
    assert "VPC aws_vpc.vpc-main" in titles_of(replace(network, vpcs=(replace(vpc, name="aws_vpc.vpc-main"),)))


@pytest.mark.parametrize(
    "name", ["article-broken", "hub-inspection", "nat-works", "docker-hub-by-nat", "subnet-not-shown"]
)
def test_every_line_is_of_the_grammar(name: str) -> None:
    assert [line for line in lines_of(map_of(name)) if not LINE.fullmatch(line)] == []


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_in_their_labels(name: str) -> None:
    assert [line for line in lines_of(hostile_map(name)) if not LINE.fullmatch(line)] == []
    assert "<script" not in write_mermaid(hostile_map(name))
    assert len(write_mermaid(hostile_map(name))) < 4_000


def test_map_without_a_vpc_is_its_answer() -> None:
    empty = NetworkMap("web", map_of("nat-works").verdict, "", (), (), (), ())
    assert lines_of(empty)[:2] == ["flowchart LR", "accTitle: web can start"]


def test_long_ways_go_down_as_a_long_row_is_too_small_to_read() -> None:
    assert lines_of(map_of("hub-inspection"))[0] == "flowchart TB"
    assert lines_of(map_of("hub-and-spoke"))[0] == "flowchart LR"


def test_edge_from_the_stop_with_the_fault_has_its_words() -> None:
    lost, unknown = write_mermaid(map_of("splunk-port-blocked")), write_mermaid(map_of("hub-inspection"))
    task = re.findall(r'(n\d+)\["✕ task web', lost)[0]
    assert re.findall(r'(n\d+) -\. "✕ the ACL drops it" \.->', lost) == [task]
    firewall = re.findall(r"(n\d+)\(\[.firewall endpoint", unknown)[0]
    assert re.findall(r'(n\d+) -\. "\? not known" \.->', unknown) == [firewall]
    assert unknown.count(" -.-> ") == 4
