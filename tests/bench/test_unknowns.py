"""Unknown facts of the networks of tests and benchmarks: each has a kind, and each kind a page of AWS."""

import pytest

from bench import unknowns
from bench.open_kinds import KINDS
from bench.unknowns import (
    PAGE,
    OpenFact,
    UnlistedKindError,
    kind_of,
    networks,
    open_facts_of,
    page_of,
    tables,
    world_of,
)
from skerry.model.missing import Missing
from tests.networks import Network, as_bytes, container

AWS = "https://docs.aws.amazon.com/"
PART = 9


def test_unknown_facts_of_a_part_of_the_networks_have_a_page_of_aws() -> None:
    some = [pair for position, pair in enumerate(networks()) if position % PART == 0]
    facts = [fact for name, content in some for fact in open_facts_of(name, world_of(content))]
    assert len({kind_of(fact.fact) for fact in facts}) > 2
    assert {page_of(fact.fact).startswith(AWS) for fact in facts} == {True}


@pytest.mark.long
def test_page_lists_every_unknown_fact_of_all_networks() -> None:
    assert PAGE.read_text(encoding="utf-8") == unknowns.text(), "run python -m bench.unknowns page"


def test_unknown_facts_are_those_of_the_diagnosis() -> None:
    network = Network()
    network.definition(container())
    network.service(groups=["sg-gone"])
    (fact, *_) = open_facts_of("small", network.world())
    assert (fact.network, fact.fact.fact, fact.fact.action) == (
        "small",
        "security group sg-gone",
        "ec2:DescribeSecurityGroups",
    )
    assert next(open_facts_of("small", world_of(as_bytes(network.rows)))) == fact


def test_fact_of_no_kind_is_refused() -> None:
    with pytest.raises(UnlistedKindError, match="whether it rains"):
        kind_of(Missing("whether it rains"))


def test_fact_without_a_page_or_a_known_call_is_refused() -> None:
    with pytest.raises(UnlistedKindError, match="weather:DescribeRain"):
        page_of(Missing("subnet subnet-1", "weather:DescribeRain"))


def test_page_of_a_fact_is_that_of_its_kind_else_of_its_call() -> None:
    assert page_of(Missing("subnet subnet-1", "ec2:DescribeSubnets")) == (
        f"{AWS}AWSEC2/latest/APIReference/API_DescribeSubnets.html"
    )
    assert page_of(Missing("the endpoints of vpc-1, as its owner sees them", "ec2:DescribeVpcEndpoints")) == (
        f"{AWS}vpc/latest/userguide/vpc-sharing.html"
    )


def test_kinds_have_titles_and_pages_of_aws() -> None:
    assert len({kind.title for kind in KINDS}) == len(KINDS)
    assert [kind.title for kind in KINDS if kind.page is not None and not kind.page.startswith(AWS)] == []


def test_tables_count_the_networks_of_each_kind() -> None:
    gone, server = Missing("subnet subnet-1", "ec2:DescribeSubnets"), Missing("the network beyond vgw-1")
    facts = [OpenFact("a", gone), OpenFact("a", gone), OpenFact("b", gone), OpenFact("b", server)]
    by_call, by_page = tables(facts)
    assert "| a resource that another one names | 2 | `ec2:DescribeSubnets` |" in by_call
    assert "| the network beyond a VPN or a gateway | 1 | <https://" in by_page
    assert (by_call.count("\n"), by_page.count("\n")) == (3, 3)
