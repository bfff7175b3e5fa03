"""Processes of applies and undos, killed at random instants."""

import pytest

from tests.amount import some
from tests.crash.campaign import open_served_campaign


@pytest.mark.long
def test_processes_killed_at_random_instants() -> None:
    with open_served_campaign() as campaign:
        assert sum(campaign.try_process(seed) for seed in some(list(range(30)), 10)) > 0
