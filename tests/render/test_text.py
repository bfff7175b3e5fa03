"""Words from the user's files are made harmless before they are shown, and lines are aligned by what is seen."""

import unicodedata

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.render.text import (
    align_columns,
    bold,
    clean,
    dim,
    fit_lines,
    list_names,
    pluralize,
    shorten_column,
    shorten_middle,
    style_word,
    width_of,
)

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

any_text = st.text(st.characters(exclude_categories=())) | st.text("\x1b\x07\u202e\u2066\ud800a[m ")


class TestCleaning:
    @given(any_text)
    def test_cleaned_text_has_no_harmful_characters(self, text: str) -> None:
        found = clean(text)
        assert not {unicodedata.category(letter) for letter in found} & HARMFUL
        found.encode()

    @given(any_text)
    def test_cleaning_is_idempotent(self, text: str) -> None:
        assert clean(clean(text)) == clean(text)

    @given(st.text(st.characters(categories=["L", "N", "P", "S", "M", "Zs"])))
    def test_cleaning_keeps_printable_characters(self, text: str) -> None:
        assert clean(text) == text

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("web", "web"),
            ("köln, 東京 💥", "köln, 東京 💥"),
            ("\x1b[31mred", "\\x1b[31mred"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\x9b31m", "\\x9b31m"),
            ("\u202egnp.exe", "\\u202egnp.exe"),
            ("zero\u200bwidth", "zero\\u200bwidth"),
            ("\u2028line", "\\u2028line"),
            ("\ud800", "\\ud800"),
            ("", ""),
        ],
    )
    def test_cleaning_escapes_control_characters(self, text: str, shown: str) -> None:
        assert clean(text) == shown


@pytest.mark.parametrize("style", [style_word, bold, dim])
@given(text=any_text)
def test_styled_words_are_cleaned(style: object, text: str) -> None:
    assert callable(style)
    assert click.unstyle(style(text)) == click.unstyle(clean(text))


def test_verdict_words_are_coloured() -> None:
    assert style_word("ok") == click.style("ok", fg="green")
    assert style_word("blocked") == click.style("blocked", fg="red")
    assert click.unstyle(style_word("something else")) == "something else"
    assert click.unstyle(style_word("ok", 5)) == "ok   "


class TestColumns:
    def test_columns_are_aligned_by_visible_width(self) -> None:
        assert [
            click.unstyle(line)
            for line in align_columns([("a", style_word("ok"), "x"), ("bbb", style_word("blocked"), "y")])
        ] == [
            "  a    ok       x",
            "  bbb  blocked  y",
        ]

    def test_columns_have_no_trailing_space(self) -> None:
        assert align_columns([("a", ""), ("b", "c")], indent="") == ["a", "b  c"]

    @given(st.lists(st.tuples(st.text("abc "), st.text("xyz")), min_size=1))
    def test_columns_print_a_line_for_each_row(self, rows: list[tuple[str, str]]) -> None:
        assert len(align_columns(rows)) == len(rows)

    def test_columns_that_do_not_fit_go_to_a_second_line(self) -> None:
        rows = [("ok", "a name", "subnet-0123"), ("blocked", "b", "")]
        assert align_columns(rows, width=20) == ["  ok       a name", "      subnet-0123", "  blocked  b"]

    def test_last_column_is_wrapped_in_its_place(self) -> None:
        rows = [("ok", "one two three four five six seven eight nine"), ("blocked", "b")]
        assert align_columns(rows, width=36) == [
            "  ok       one two three four five",
            "           six seven eight nine",
            "  blocked  b",
        ]

    def test_columns_count_wide_characters_twice(self) -> None:
        assert align_columns([("東京", "x"), ("e\u0301", "y")], indent="") == ["東京  x", "e\u0301     y"]

    def test_column_is_shortened_to_the_width_of_the_table(self) -> None:
        rows = [("a", "prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com", "ok")]
        ((_, host, _),) = shorten_column(rows, 1, 40)
        assert width_of(host) <= 33
        assert host.startswith("prod-eu-west-1")
        assert host.endswith("aws.com")


class TestWrapping:
    @given(st.lists(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]))), st.integers(40, 120))
    def test_lines_are_never_wider_than_the_width(self, lines: list[str], width: int) -> None:
        assert all(width_of(line) <= width for line in fit_lines(map(clean, lines), width).split("\n"))

    @given(st.text(st.characters(categories=["L", "N"]) | st.just(" ")), st.integers(40, 120))
    def test_wrapping_keeps_every_character(self, text: str, width: int) -> None:
        assert fit_lines([text], width).replace(" ", "").replace("\n", "") == text.replace(" ", "")

    @pytest.mark.parametrize(
        ("line", "pieces"),
        [
            ("  1. one two three four", ["  1. one two", "     three", "     four"]),
            ("  A  one two three four", ["  A  one two", "     three", "     four"]),
            ("  ? one two three four five", ["  ? one two", "    three four", "    five"]),
            ("one two three four", ["one two three", "  four"]),
            ("  arn:aws:iam::1:role/a", ["  arn:aws:iam:", "    :1:role/a"]),
            ("  abcdefghijklmnopqrst", ["  abcdefghijkl", "    mnopqrst"]),
            ("short", ["short"]),
            ("", [""]),
        ],
        ids=["number", "letter", "question", "plain", "separators", "one-word", "short", "empty"],
    )
    def test_wrapped_lines_hang_below_their_text(self, line: str, pieces: list[str]) -> None:
        assert fit_lines([line], 14).splitlines() == pieces

    def test_style_goes_on_after_a_break(self) -> None:
        text = fit_lines([f"{bold('one two three')} four"], 10)
        assert text.splitlines() == [bold("one two"), f"  {bold('three')}", "  four"]


def test_shortened_text_keeps_its_beginning_and_end() -> None:
    text = "ResourceInitializationError: " + "x " * 100 + "i/o timeout"
    shown = shorten_middle(text, 60)
    assert len(shown) <= 60
    assert shown.startswith("ResourceInitializationError: ")
    assert shown.endswith("i/o timeout")
    assert shorten_middle("short", 60) == "short"


def test_name_list_counts_the_names_left_out() -> None:
    assert list_names(["a", "b", "c"], 2) == "a, b and 1 more"
    assert list_names(["a", "b"], 2) == "a, b"


def test_plural_noun_matches_the_count() -> None:
    assert [pluralize(count, "service") for count in (0, 1, 2)] == ["0 services", "1 service", "2 services"]
