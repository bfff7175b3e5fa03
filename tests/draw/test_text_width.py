"""Texts that fit: cut in the middle, short ids, lines of several words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.draw.text_width import fit, short_id, visible, width_of, wrap


@given(st.text(max_size=30), st.integers(20, 150), st.sampled_from([10.5, 11, 12]), st.booleans())
def test_cut_text_is_never_wider_than_its_room(text: str, room: int, size: float, bold: bool) -> None:  # noqa: FBT001
    assert width_of(fit(text, room, size, bold=bold), size, bold=bold) <= room


def test_cut_text_keeps_its_end() -> None:
    assert fit("article-private-eu-west-1a", 90, 12, bold=True).endswith("-1a")
    assert fit("short", 90, 12) == "short"
    assert fit("wwwwwwwwww", 5, 12) == "…"


def test_text_of_many_thousand_characters_is_cut_at_once() -> None:
    assert len(fit("x" * 10_000, 100, 12)) < 30


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("vpce-862ef7a4a27d7ff5c", "vpce-862e…ff5c"),
        ("rtb-main", "rtb-main"),
        ("vpce-new-ecr.api-vpc-1", "new ecr.api"),
        ("0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_ids_of_aws_are_shortened(name: str, short: str) -> None:
    assert short_id(name) == short


def test_characters_that_are_not_seen_become_signs() -> None:
    assert visible("we\N{RIGHT-TO-LEFT OVERRIDE}b\n") == "we\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"
    assert visible("Straße") == "Straße"


def test_wide_characters_take_more_room() -> None:
    assert width_of("漢字", 10) > width_of("ab", 10)


def test_words_are_wrapped_into_at_most_so_many_lines() -> None:
    assert wrap("one two three", 30, 12, 3) == ("one", "two", "three")
    assert len(wrap("one two three four", 30, 12, 2)) == 2
