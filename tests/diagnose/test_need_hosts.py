"""Hosts of calls: a text that is no host is a missing fact."""

import pytest

from skerry.diagnose.need_verdicts import judge_need, unknowns_of
from skerry.launch.needs import Call
from skerry.model.facts import Missing
from skerry.verdicts import UNKNOWN
from tests.networks import Network, source


def unread(host: str) -> tuple[Missing, ...]:
    """What is missing for a call to a host."""
    network = Network()
    network.route("0.0.0.0/0", NatGatewayId="nat-9")
    walker = network.walker()
    outcome = judge_need(walker, Call("logs", host, place="internet"), source(walker), "subnet-a")
    assert outcome.verdict is UNKNOWN
    return unknowns_of(outcome.traces)


@pytest.mark.parametrize("host", ["two words", "a..b", "b\u00fccher.example"])
def test_call_to_a_text_that_is_no_host_is_unknown(host: str) -> None:
    fact = Missing(f"the host {host!r}, which is neither a DNS name nor an address")
    assert unread(host) == (fact,)


def test_call_to_a_host_does_not_miss_the_host() -> None:
    assert not any("which is neither" in missing.fact for missing in unread("logs.example"))
