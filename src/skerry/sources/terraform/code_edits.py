"""Edits of a file of Terraform code: new blocks, arguments and elements, and nothing else of the file changes.

New text is as ``terraform fmt`` leaves it, as far as the lines around it are:
https://developer.hashicorp.com/terraform/language/style
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from skerry.sources.terraform.code_blocks import Attribute, CodeBlock, Expression, read_blocks

_STEP: Final = "  "
_LITERALS: Final = frozenset({"literal_value", "int_lit"})
_LIST_FUNCTIONS: Final = frozenset({"concat", "distinct", "tolist", "toset"})
"""The functions whose result has all elements of their last argument:
https://developer.hashicorp.com/terraform/language/functions/concat."""
_BYTE_ORDER_MARK: Final = "\ufeff"


class UneditableCode(Exception):  # noqa: N818 -- an answer, and no fault
    """A place of the code where no edit fits."""


class CodeEdits:
    """The edits of one file. Raises `InputError` if its text cannot be parsed."""

    def __init__(self, name: str, text: str = "") -> None:
        self.before = text
        self._mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
        self._text = text.removeprefix(_BYTE_ORDER_MARK)
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self.blocks: tuple[CodeBlock, ...] = read_blocks(self._text, name) if self._text.strip() else ()
        self._edits: dict[tuple[int, int, str], None] = {}
        self._arguments: dict[int, tuple[CodeBlock, dict[str, str]]] = {}
        self._blocks: dict[str, None] = {}

    @property
    def result(self) -> str:
        """The text with all edits; those of one place in their order."""
        edits = [
            *self._edits,
            *(edit for block, rows in self._arguments.values() for edit in self._paragraph(block, rows)),
        ]
        text = self._text
        edits.reverse()
        edits.sort(key=lambda edit: edit[:2], reverse=True)
        for start, end, words in edits:
            text = text[:start] + words.replace("\n", self._newline) + text[end:]
        for block in self._blocks:
            gap = "" if not text else "\n" if text.endswith(("\n", "\r")) else "\n\n"
            text += (gap + block).replace("\n", self._newline)
        return self._mark + text

    def text_of(self, place: Expression | CodeBlock) -> str:
        """Return the text of an expression or a block."""
        return self._text[place.start : place.end]

    def line_of(self, block: CodeBlock) -> int:
        """Return the line of a block, from 1."""
        return self._text.count("\n", 0, block.start) + 1

    # ----------------------------------------------------------------------------------------------------------- edits

    def add_block(self, text: str) -> None:
        """Add a block at the end of the file; the same block once."""
        self._blocks[text] = None

    def set_argument(self, block: CodeBlock, name: str, words: str) -> None:
        """Set an argument of a block that is a literal, or absent."""
        attribute = block.attributes.get(name)
        if attribute is None:
            self._add_argument(block, name, words)
        elif attribute.value.form in _LITERALS or self._is_plain_text(attribute.value):
            self._edits[attribute.value.start, attribute.value.end, words] = None
        else:
            raise UneditableCode(f"{name} is {self._shown(attribute.value)}, and no plain value")

    def append_items(self, block: CodeBlock, name: str, items: Sequence[str]) -> None:
        """Add elements to a list that is an argument of a block, or absent."""
        attribute = block.attributes.get(name)
        if attribute is None or self.text_of(attribute.value) == "null":
            self.set_argument(block, name, f"[{', '.join(items)}]")
            return
        value = attribute.value
        while value.form == "function_call" and value.function in _LIST_FUNCTIONS and value.elements:
            value = value.elements[-1]
        if value.form != "tuple":
            raise UneditableCode(f"{name} is {self._shown(attribute.value)}, and no list that is written out")
        self.append_to_list(value, items)

    def append_to_list(self, value: Expression, items: Sequence[str]) -> None:
        """Add elements to a list that is written out."""
        inside = self._text[value.start + 1 : value.end - 1]
        if not value.elements:
            if inside.strip():
                raise UneditableCode("a comment is all that its list holds")
            self._edits[value.start, value.end, f"[{', '.join(items)}]"] = None
            return
        last = value.elements[-1]
        tail = self._text[last.end : value.end - 1]
        indent = self._indent_if_first(last.start)
        if indent is None or "\n" not in tail:
            around = self._indent_at(last.end)
            words = "".join(f", {_indented(item, around)}" for item in items)
            self._edits[last.end, last.end, words] = None
            return
        if "/*" in tail:
            raise UneditableCode("a comment stands at the end of its list")
        # A comment behind the last element stays with it.
        end = last.end + len(tail.partition("\n")[0].rstrip("\r"))
        comma = tail.lstrip(" \t").startswith(",")
        if not comma:
            self._edits[last.end, last.end, ","] = None
        lines = [f"\n{indent}{_indented(item, indent)}" for item in items]
        self._edits[end, end, ",".join(lines) + ("," if comma else "")] = None

    def add_nested(self, block: CodeBlock, kind: str, lines: Sequence[str]) -> None:
        """Add a block to another one, after the last one of its type; ``lines`` are without the indent of the block."""
        indent = self._indent_of(block) + _STEP
        text = "\n".join(f"{indent}{line}" if line else line for line in lines)
        same = block.nested(kind)
        if same and not self._is_one_line(block):
            end = self._end_of_line(same[-1].closing)
            self._edits[end, end, f"\n\n{text}"] = None
        else:
            self._add_inside(block, text)

    # --------------------------------------------------------------------------------------------------------- details

    def _shown(self, value: Expression) -> str:
        text = " ".join(self.text_of(value).split())
        return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 -- one line of a terminal

    def _is_plain_text(self, value: Expression) -> bool:
        text = self.text_of(value)
        return value.form == "string" and "${" not in text and "%{" not in text

    def _add_argument(self, block: CodeBlock, name: str, words: str) -> None:
        """Add an argument to lines with enough room before their equals signs, else in a paragraph of its own."""
        for run in reversed(list(self._runs(block))):
            start, equals = run[-1].start, run[-1].equals
            indent = self._indent_if_first(start)
            if indent is not None and len(name) < equals - start and not self._is_one_line(block):
                end = self._end_of_line(run[-1].value.end)
                line = f"\n{indent}{name.ljust(equals - start)}= {words}"
                self._edits[end, end, line] = None
                return
        self._arguments.setdefault(block.start, (block, {}))[1][name] = words

    def _runs(self, block: CodeBlock) -> Iterator[list[Attribute]]:
        """Yield the arguments of a block that stand on lines one after another: their equals signs are aligned."""
        run: list[Attribute] = []
        rows = sorted(block.attributes.values(), key=lambda one: one.start)
        for before, one in pairwise([None, *rows]):
            if one is None or "\n" in self._text[one.start : one.value.end]:
                continue
            if before is not None and run and run[-1] is before:
                between = self._text[before.value.end : one.start]
                if between.count("\n") == 1:
                    run.append(one)
                    continue
            if run:
                yield run
            run = [one]
        if run:
            yield run

    def _paragraph(self, block: CodeBlock, rows: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
        """Yield the edits that add arguments at the end of a block, their equals signs aligned."""
        indent = self._indent_of(block) + _STEP
        width = max(map(len, rows))
        text = "\n".join(f"{indent}{name.ljust(width)} = {words}" for name, words in rows.items())
        yield from self._inside(block, text)

    def _add_inside(self, block: CodeBlock, text: str) -> None:
        self._edits.update(dict.fromkeys(self._inside(block, text)))

    def _inside(self, block: CodeBlock, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield the edits that add lines at the end of a block, after an empty line if it holds anything."""
        body = self._text[block.opening + 1 : block.closing]
        gap = "\n" if body.strip() else ""
        if "\n" in body:
            start = self._text.rindex("\n", 0, block.closing) + 1
            yield start, start, f"{gap}{text}\n"
            return
        indent = self._indent_of(block)
        content = block.opening + 1 + len(body) - len(body.lstrip())
        end = block.closing - len(body) + len(body.rstrip()) if gap else block.closing
        if gap:
            yield block.opening + 1, content, f"\n{indent}{_STEP}"
        yield end, block.closing, f"\n{gap}{text}\n{indent}"

    def _is_one_line(self, block: CodeBlock) -> bool:
        return "\n" not in self._text[block.opening : block.closing]

    def _indent_of(self, block: CodeBlock) -> str:
        return self._indent_at(block.start)

    def _indent_at(self, place: int) -> str:
        line = self._text[self._text.rfind("\n", 0, place) + 1 :]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def _indent_if_first(self, place: int) -> str | None:
        """Return the text before a place in its line if it is blank."""
        before = self._text[self._text.rfind("\n", 0, place) + 1 : place]
        return None if before.strip() else before

    def _end_of_line(self, place: int) -> int:
        """Return the end of the line of a place, after a comment there."""
        end = self._text.find("\n", place)
        end = len(self._text) if end < 0 else end
        return end - 1 if self._text[end - 1] == "\r" else end


def _indented(text: str, indent: str) -> str:
    """Return a text with an indent in each line but the first."""
    return text.replace("\n", f"\n{indent}")
