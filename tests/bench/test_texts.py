"""The page about error texts is what its program writes."""

from bench.texts import FIRST, PAGE, page
from tests.explaining import labelled


def test_error_text_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_error_text_page_counts_only_existing_texts() -> None:
    assert all(max(FIRST[name]) <= len(labelled(name)) for name in FIRST)
