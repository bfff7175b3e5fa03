"""Words from the user's files are made harmless before they are shown, and lines are aligned by what is seen."""

import unicodedata

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.render.text import align_columns, bold, clean, dim, pluralize, style_word

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


def test_plural_noun_matches_the_count() -> None:
    assert [pluralize(count, "service") for count in (0, 1, 2)] == ["0 services", "1 service", "2 services"]
