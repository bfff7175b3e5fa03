"""Words are found by some of their letters, wherever they stand."""

from hypothesis import given
from hypothesis import strategies as st

from skerry.errortext.matching import build_index

KNOWN = ("timeout", "i/otimeout", "imeou", "eof", "accessdenied", "denied", "aaaaaaaa", "aaaaaaa")
PARTS = st.sampled_from([*KNOWN, "time", "out", "a", "b", "x" * 9])


@given(st.lists(PARTS, max_size=12))
def test_phrase_index_matches_same_words_as_substring_search(parts: list[str]) -> None:
    text = "".join(parts)
    assert build_index(KNOWN).find(text) == {word for word in KNOWN if word in text}


@given(st.lists(st.text("ab", min_size=1, max_size=12)), st.text("ab", max_size=40))
def test_phrase_index_matches_overlapping_words(known: list[str], text: str) -> None:
    assert build_index(known).find(text) == {word for word in known if word in text}


def test_phrase_index_returns_nothing_for_empty_text_or_index() -> None:
    assert build_index(KNOWN).find("") == set()
    assert build_index(()).find("timeout") == set()
