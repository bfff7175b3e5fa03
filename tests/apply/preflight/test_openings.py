"""Inbound rules that skerry never plans are refused, whoever wrote them into a plan file."""

import pytest

from skerry.apply.preflight.openings import check_openings
from skerry.plan.changes import AuthorizeRule, Direction, Rule
from tests.networks import Network


def refused(peer: str, direction: Direction = "in") -> list[str]:
    network = Network()
    network.service()
    change = AuthorizeRule("sg-end", direction, Rule("tcp", 443, peer))
    return [row.message for row in check_openings(network.world(), [change])]


@pytest.mark.parametrize("peer", ["0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/16", "pl-s3"])
def test_inbound_rule_from_a_block_that_is_no_subnets_is_refused(peer: str) -> None:
    assert refused(peer) == [f"a rule of sg-end admits {peer}, which is no subnet's block"]


@pytest.mark.parametrize("peer", ["10.0.1.0/24", "sg-task", "sg-new-a"])
def test_inbound_rule_from_a_subnet_or_a_group_is_not_refused(peer: str) -> None:
    assert refused(peer) == []


def test_outbound_rule_is_not_judged() -> None:
    assert refused("0.0.0.0/0", "out") == []
