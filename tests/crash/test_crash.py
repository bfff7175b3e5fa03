"""Killed applies and undos: after going on, the account is exactly as planned, and as before."""

from collections.abc import Iterator

import pytest

from tests.amount import some
from tests.crash.campaign import Campaign, choose_trials, open_campaign


@pytest.fixture(scope="module")
def campaign() -> Iterator[Campaign]:
    with open_campaign() as made:
        yield made


def test_killed_apply_and_undo_leave_the_account_as_planned_and_as_before(campaign: Campaign) -> None:
    for trial in choose_trials(campaign.points, 4):
        campaign.try_one(trial)


@pytest.mark.long
def test_many_killed_applies_and_undos(campaign: Campaign) -> None:
    for trial in some(list(choose_trials(campaign.points, 400, seed=1)), 60):
        campaign.try_one(trial)
