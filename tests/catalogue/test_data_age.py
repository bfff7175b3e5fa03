"""Tables of facts about AWS that are older than the stated age."""

from datetime import date, timedelta

from skerry.catalogue.data_age import STATED_AGE, list_old_data
from skerry.catalogue.regions import date_of_regions

REGIONS = date.fromisoformat(date_of_regions())


def test_tables_up_to_the_stated_age_are_not_named() -> None:
    assert list_old_data(date(2026, 11, 29)) == ()
    assert f"regions of {REGIONS}" not in list_old_data(REGIONS + STATED_AGE)


def test_older_tables_are_named_with_their_date() -> None:
    found = list_old_data(REGIONS + STATED_AGE + timedelta(days=1))
    assert f"regions of {REGIONS}" in found
    assert f"fargate offers of {REGIONS}" in found
