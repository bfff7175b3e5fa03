"""Blocks of rules, entries and routes: an invalid text is kept, and its addresses are `Missing`."""

import pytest

from skerry.model.missing import Missing
from skerry.model.rule_blocks import Ipv4RuleBlock, Ipv6RuleBlock, RuleBlock
from skerry.net.addresses import read_block


@pytest.mark.parametrize(
    ("kind", "text"), [(Ipv4RuleBlock, "10.0.1.0/24"), (Ipv6RuleBlock, "2001:db8::/32"), (RuleBlock, "2001:db8::/32")]
)
def test_valid_rule_block_has_its_addresses(kind: type[RuleBlock], text: str) -> None:
    assert kind(text).block == read_block(text)


@pytest.mark.parametrize(
    ("kind", "text"), [(Ipv4RuleBlock, "10.0.1.0/33"), (Ipv4RuleBlock, "::/0"), (Ipv6RuleBlock, "10.0.0.0/8")]
)
def test_addresses_of_invalid_rule_block_are_missing(kind: type[RuleBlock], text: str) -> None:
    block = kind(text)
    assert (block, block.block) == (text, Missing(f"the addresses of {text!r}, which is no CIDR block"))
