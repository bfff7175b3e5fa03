"""Edits of code: what they add, and that every other character of the file stays."""

import pytest

from skerry.errors import InputError
from skerry.sources.terraform.code_blocks import CodeBlock
from skerry.sources.terraform.code_edits import CodeEdits, UneditableCode


def edits_of(text: str) -> tuple[CodeEdits, CodeBlock]:
    """Return the edits of a text, and its first block."""
    edits = CodeEdits("main.tf", text)
    return edits, edits.blocks[0]


def body(text: str) -> str:
    """Return a block with these lines."""
    return f'resource "t" "x" {{\n{text}}}\n'


class TestArguments:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (body("  dns = false # off\n"), body("  dns = true # off\n")),
            (body('  dns = "no"\n'), body("  dns = true\n")),
            (body("  dns = null\n"), body("  dns = true\n")),
            (body("  name = 1\n  more = 2 # b\n"), body("  name = 1\n  more = 2 # b\n  dns  = true\n")),
            (body("  a = 1\n"), body("  a = 1\n\n  dns = true\n")),
            (body("  name = {\n    a = 1\n  }\n"), body("  name = {\n    a = 1\n  }\n\n  dns = true\n")),
            (
                body("  long = 1\n\n  a = 2\n\n  block {\n  }\n"),
                body("  long = 1\n  dns  = true\n\n  a = 2\n\n  block {\n  }\n"),
            ),
            (body(""), body("  dns = true\n")),
            ('resource "t" "x" {}\n', body("  dns = true\n")),
            ('resource "t" "x" { a = 1 }\n', body("  a = 1\n\n  dns = true\n")),
        ],
    )
    def test_argument_is_set_and_the_rest_stays(self, before: str, after: str) -> None:
        edits, block = edits_of(before)
        edits.set_argument(block, "dns", "true")
        edits.set_argument(block, "dns", "true")
        assert edits.result == after

    def test_arguments_without_room_share_one_paragraph(self) -> None:
        edits, block = edits_of(body("  a = 1\n"))
        edits.set_argument(block, "dns", "true")
        edits.set_argument(block, "longer", "2")
        assert edits.result == body("  a = 1\n\n  dns    = true\n  longer = 2\n")

    @pytest.mark.parametrize("value", ["var.dns", "!true", "local.x ? true : false", '"${var.x}"'])
    def test_expression_is_not_replaced(self, value: str) -> None:
        edits, block = edits_of(body(f"  dns = {value}\n"))
        with pytest.raises(UneditableCode, match=r"dns is .*, and no plain value"):
            edits.set_argument(block, "dns", "true")


class TestLists:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("[]", "[z]"),
            ("null", "[z]"),
            ("[x]", "[x, z]"),
            ("[x, ]", "[x, z, ]"),
            ("[\n    x,\n    y, # why\n  ]", "[\n    x,\n    y, # why\n    z,\n  ]"),
            ("[\n    x # why\n  ]", "[\n    x, # why\n    z\n  ]"),
            ("concat(a, [x])", "concat(a, [x, z])"),
            ("toset([x])", "toset([x, z])"),
        ],
    )
    def test_item_is_added(self, before: str, after: str) -> None:
        edits, block = edits_of(body(f"  l = {before}\n"))
        edits.append_items(block, "l", ["z"])
        assert edits.result == body(f"  l = {after}\n")

    def test_absent_list_is_added(self) -> None:
        edits, block = edits_of(body("  name = 1\n"))
        edits.append_items(block, "l", ["y", "z"])
        assert edits.result == body("  name = 1\n  l    = [y, z]\n")

    @pytest.mark.parametrize(
        "value",
        ["var.ids", "aws_subnet.x[*].id", "concat([x], var.ids)", "sort([x])", "[/* */]", "[\n    x /* a\n  b */\n  ]"],
    )
    def test_list_that_an_expression_makes_is_not_edited(self, value: str) -> None:
        edits, block = edits_of(body(f"  l = {value}\n"))
        with pytest.raises(UneditableCode):
            edits.append_items(block, "l", ["z"])


class TestBlocks:
    def test_nested_block_comes_after_the_last_one_of_its_type(self) -> None:
        before = body("  ingress {\n    a = 1\n  } # one\n\n  tags = {}\n")
        edits, block = edits_of(before)
        edits.add_nested(block, "ingress", ["ingress {", "  a = 2", "}"])
        assert edits.result == before.replace("# one\n", "# one\n\n  ingress {\n    a = 2\n  }\n")

    def test_nested_block_comes_after_a_dynamic_one(self) -> None:
        before = body('  dynamic "ingress" {\n    for_each = []\n  }\n  tags = {}\n')
        edits, block = edits_of(before)
        edits.add_nested(block, "ingress", ["ingress {}"])
        assert edits.result == before.replace("  }\n  tags", "  }\n\n  ingress {}\n  tags")

    def test_edits_of_one_place_keep_their_order(self) -> None:
        edits, block = edits_of(body("  a = 1\n"))
        edits.add_nested(block, "route", ["route {", "  b = 2", "}"])
        edits.add_nested(block, "route", ["route {", "  c = 3", "}"])
        assert edits.result == body("  a = 1\n\n  route {\n    b = 2\n  }\n\n  route {\n    c = 3\n  }\n")

    def test_first_nested_block_comes_last(self) -> None:
        edits, block = edits_of(body("  a = 1\n"))
        edits.add_nested(block, "route", ["route {", "}"])
        assert edits.result == body("  a = 1\n\n  route {\n  }\n")

    def test_block_is_added_once_at_the_end(self) -> None:
        edits, _ = edits_of('resource "t" "x" {}')
        edits.add_block('resource "t" "y" {}\n')
        edits.add_block('resource "t" "y" {}\n')
        assert edits.result == 'resource "t" "x" {}\n\nresource "t" "y" {}\n'

    def test_new_file_begins_with_its_block(self) -> None:
        edits = CodeEdits("new.tf")
        edits.add_block("locals {}\n")
        assert edits.result == "locals {}\n"

    def test_other_line_ends_and_a_byte_order_mark_stay(self) -> None:
        before = "\ufeff" + body("  a = 1\n").replace("\n", "\r\n")
        edits, block = edits_of(before)
        edits.set_argument(block, "b", "2")
        edits.add_block("locals {}\n")
        expected = body("  a = 1\n  b = 2\n") + "\nlocals {}\n"
        assert edits.result == "\ufeff" + expected.replace("\n", "\r\n")

    def test_heredocs_and_braces_in_texts_are_no_blocks(self) -> None:
        edits, block = edits_of(body('  a = "}"\n  p = <<EOF\n{ } "\nEOF\n'))
        edits.set_argument(block, "b", "2")
        assert edits.result == body('  a = "}"\n  b = 2\n  p = <<EOF\n{ } "\nEOF\n')

    def test_text_that_is_no_code_is_refused(self) -> None:
        with pytest.raises(InputError, match=r"main\.tf is no code"):
            edits_of("resource {{{")
