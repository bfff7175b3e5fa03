"""The page about error texts is what its program writes."""

from bench.texts import FIRST, PAGE, page
from tests.explaining import labelled


def test_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_counts_no_more_than_there_are() -> None:
    assert all(max(FIRST[name]) <= len(labelled(name)) for name in FIRST)
