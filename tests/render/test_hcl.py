"""HCL: what is written is read back as it was, and nothing in it is evaluated."""

import itertools
from pathlib import Path

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.render.hcl import (
    HclCall,
    HclReference,
    Value,
    build_for_each,
    format_block,
    format_comment,
    format_value,
    quote,
)
from tests import terraforming


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", '"plain"'),
        ('a "b" \\ c', '"a \\"b\\" \\\\ c"'),
        ("two\nlines", '"two\\nlines"'),
        ("${var.secret} %{ if }", '"$${var.secret} %%{ if }"'),
        ("\x1b[31m", '"\\u001b[31m"'),
        ("\U000e0001", '"\\U000e0001"'),
    ],
    ids=["plain", "quotes", "lines", "templates", "escape", "beyond-16-bits"],
)
def test_hcl_string_escapes_special_characters(text: str, written: str) -> None:
    assert quote(text) == written


@given(st.text())
def test_hcl_string_stays_a_single_string_when_parsed(text: str) -> None:
    read = hcl2.loads(f"it = {quote(text)}\n")
    found = read["it"]
    assert isinstance(found, str)
    inside = found[1:-1]
    # Nothing ends the string early, and no template begins in it.
    assert not inside.replace("\\\\", "").replace('\\"', "").count('"')
    assert "${" not in inside.replace("$${", "")
    assert "\n" not in inside


@pytest.mark.parametrize(
    ("found", "written"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (443, "443"),
        (HclReference("var.a"), "var.a"),
        ([], "[]"),
        (["a", "b"], '["a", "b"]'),
        ({}, "{}"),
        (HclCall("jsonencode", {"a": []}), "jsonencode({\n  a = []\n})"),
        ({"for": 1, "format": 2}, '{\n  "for"  = 1\n  format = 2\n}'),
        ({"a": 1, "b.c": 2}, '{\n  a     = 1\n  "b.c" = 2\n}'),
        ([{"a": 1}], "[\n  {\n    a = 1\n  },\n]"),
        (["x" * 60, "y" * 60], '[\n  "' + "x" * 60 + '",\n  "' + "y" * 60 + '",\n]'),
    ],
    ids=str,
)
def test_hcl_value_is_formatted_like_terraform_fmt(found: Value, written: str) -> None:
    assert format_value(found) == written


def test_hcl_attributes_are_aligned_up_to_a_multiline_value() -> None:
    written = format_block('resource "a" "b"', {"x": 1, "long_name": 2, "rows": {"k": 1}, "y": 3})
    assert written == ('resource "a" "b" {\n  x         = 1\n  long_name = 2\n  rows = {\n    k = 1\n  }\n  y = 3\n}\n')


def test_empty_hcl_block_is_a_single_line() -> None:
    assert format_block("locals") == "locals {}\n"


def test_hcl_comment_prefixes_each_line_and_escapes_controls() -> None:
    assert format_comment("one\r\ntwo\x1b") == "# one\\u000d\n# two\\u001b\n"
    assert format_comment("") == ""


class TestForEach:
    def test_for_each_keeps_common_attributes_in_the_block(self) -> None:
        rows: dict[str, dict[str, Value]] = {"x": {"a": 1, "b": None, "c": "p"}, "y": {"a": 1, "b": None, "c": "q"}}
        assert build_for_each(rows, "c") == (
            {"for_each": {"x": "p", "y": "q"}},
            {"a": 1, "c": HclReference("each.value")},
        )

    def test_for_each_maps_the_attributes_that_differ(self) -> None:
        rows: dict[str, dict[str, Value]] = {"x": {"a": 1, "b": 2, "c": "p"}, "y": {"a": 1, "b": 3, "c": "q"}}
        each: Value = {"x": {"b": 2, "c": "p"}, "y": {"b": 3, "c": "q"}}
        given = {"a": 1, "b": HclReference("each.value.b"), "c": HclReference("each.value.c")}
        assert build_for_each(rows, "c") == ({"for_each": each}, given)

    def test_for_each_is_a_set_if_values_equal_keys(self) -> None:
        rows: dict[str, dict[str, Value]] = {"p": {"c": "p"}, "q": {"c": "q"}}
        assert build_for_each(rows, "c")[0] == {"for_each": HclCall("toset", ["p", "q"])}

    def test_for_each_keeps_the_key_of_a_single_row(self) -> None:
        each: Value = {"s3": "p"}
        assert build_for_each({"s3": {"a": 1, "c": "p"}}, "c")[0] == {"for_each": each}


@pytest.mark.usefixtures("needs_terraform")
def test_terraform_reads_hcl_strings_unchanged(tmp_path: Path) -> None:
    parts = ("$", "%", "{", "}", "$$", '"', "\\", "\n", "~", "a", "\0", "é", "\U0001f600", "\u2028")
    texts: list[Value] = ["".join(three) for three in itertools.product(parts, repeat=3)]
    found: Value = {"texts": texts, "keys": {str(text): number for number, text in enumerate(texts)}}
    (tmp_path / "main.tf").write_text(format_block('output "all"', {"value": found}), encoding="utf-8")
    assert terraforming.plan(tmp_path, {})["planned_values"]["outputs"]["all"]["value"] == found
    assert terraforming.format_differences(tmp_path) == ""
