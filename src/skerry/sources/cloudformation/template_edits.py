"""Edits of a template's text: new resources and properties, and nothing else of the file changes."""

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Final

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from skerry.sources.cloudformation.documents import PAIR_LOSS, parsed_text, surrogate_ends
from skerry.sources.cloudformation.positions import is_inside, last_line, shared_nodes
from skerry.sources.cloudformation.template import Template, child_of

_BREAK: Final = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""Line breaks of YAML 1.1: https://yaml.org/spec/1.1/#id871136."""
_PLAIN: Final = re.compile(r"[A-Za-z](?:[\w ./-]|:(?=[\w:]))*(?<! )|(?:\d+\.){3}\d+/\d+")
"""Texts that need no quotes: https://yaml.org/spec/1.1/#id907281."""
_STEP: Final = 2


class UneditableTemplate(Exception):  # noqa: N818 -- an answer, and no fault
    """A place of a template where no edit fits."""


class TemplateEdits:
    """The edits of one template; ``text`` is that of its file."""

    def __init__(self, template: Template, text: str) -> None:
        self._template = template
        self._mark = "\ufeff" if text.startswith("\ufeff") else ""
        self._text = text = text.removeprefix(self._mark)
        self._pairs = surrogate_ends(text)
        self._starts = [0, *(match.end() for match in _BREAK.finditer(parsed_text(text)))]
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._is_json = text.lstrip().startswith("{")
        self._edits: list[tuple[int, int, str]] = []
        self._shared = shared_nodes(template.document.root) if "*" in text else frozenset[int]()

    @property
    def result(self) -> str:
        """The text with all edits; those of one place in their order."""
        text = self._text
        for _, (start, end, words) in sorted(enumerate(self._edits), key=lambda row: (row[1][0], row[0]), reverse=True):
            text = text[:start] + words + text[end:]
        return self._mark + text

    def has_resource(self, name: str) -> bool:
        """Return whether a logical id is taken."""
        sections = [self._template.resources.value, self._template.parameters.items()]
        return any(getattr(key, "value", key) == name for rows in sections for key, _ in rows)

    def add_resource(self, name: str, body: dict[str, Any]) -> None:
        """Add a resource after the last one."""
        rows = self._template.resources.value
        if not rows:
            raise UneditableTemplate("the template has no resource")
        key, last = rows[-1]
        indent = rows[0][0].start_mark.column
        if self._template.resources.flow_style:
            words = json.dumps(body, indent=_STEP).replace("\n", "\n" + " " * indent)
            self._insert(self._end(last), f",\n{' ' * indent}{json.dumps(name)}: {words}")
            return
        lines = [f"{name}:", *(" " * _STEP + line for line in _block(body))]
        end = last_line(last, self._lines)
        self._insert_lines(max(end, key.start_mark.line + 1), [" " * indent + line for line in lines])

    def set_property(self, resource: Node, path: Sequence[str], value: Any) -> None:  # noqa: ANN401 -- JSON
        """Set a property of a resource: a scalar, or a new property in an existing block."""
        parent = child_of(resource, "Properties")
        for name in path[:-1]:
            parent = child_of(parent, name)
        if not isinstance(parent, MappingNode) or parent.tag.startswith("!") or parent.value == []:
            raise UneditableTemplate(f"the properties around {path[-1]} are not written out")
        child = child_of(parent, path[-1])
        self._check_owner(parent if child is None else child, path[-1])
        if child is None:
            self._add_key(parent, path[-1], value)
        elif isinstance(child, ScalarNode):
            self._replace(child, self._inline(value))
        else:
            raise UneditableTemplate(f"{path[-1]} is not written out")

    def append(self, resource: Node, path: Sequence[str], value: Any) -> None:  # noqa: ANN401 -- JSON
        """Add an item to a list of a resource's properties; the list is made where there is none."""
        *blocks, name = path
        parent = child_of(resource, "Properties")
        for block in blocks:
            parent = child_of(parent, block)
        if child_of(parent, name) is None:
            self.set_property(resource, path, [value])
            return
        child = self._list(parent, name)
        if child.flow_style:
            self._append_to_flow(child, value)
            return
        indent = " " * child.start_mark.column
        first, *others = _block(value) if isinstance(value, dict) and _short(value) is None else [self._inline(value)]
        lines = [f"{indent}- {first}", *(f"{indent}  {line}" for line in others)]
        self._insert_lines(last_line(child, self._lines), lines)

    def _append_to_flow(self, child: SequenceNode, value: Any) -> None:  # noqa: ANN401 -- JSON
        if child.value == []:
            self._insert(self._end(child) - 1, self._inline(value))
            return
        last = child.value[-1]
        is_spread = last.start_mark.line != child.start_mark.line
        column = " " * last.start_mark.column
        words = json.dumps(value, indent=_STEP).replace("\n", f"\n{column}") if is_spread and self._is_json else None
        self._insert(self._end(last), f",\n{column}" if is_spread else ", ")
        self._insert(self._end(last), words or self._inline(value))

    def remove(self, resource: Node, path: Sequence[str], positions: Sequence[int], count: int) -> None:
        """Take items out of a list of a resource's properties; ``count`` is the length of the list, so that it fits."""
        *blocks, name = path
        parent = child_of(resource, "Properties")
        for block in blocks:
            parent = child_of(parent, block)
        child = self._list(parent, name)
        if len(child.value) != count:
            raise UneditableTemplate(f"the list {name} is not written out")
        first_kept = min(set(range(count)) - set(positions))
        for position in positions:
            item = child.value[position]
            if not child.flow_style:
                start, end = item.start_mark.line, last_line(item, self._lines)
                self._edits.append((self._starts[start], [*self._starts, len(self._text)][end], ""))
            elif position > first_kept:
                self._edits.append((self._end(child.value[position - 1]), self._end(item), ""))
            else:
                self._edits.append((self._start(item), self._start(child.value[position + 1]), ""))

    def _list(self, parent: Node | None, name: str) -> SequenceNode:
        """Return a list that is written out; raise `UneditableTemplate` for another value."""
        child = child_of(parent, name)
        if not isinstance(child, SequenceNode) or child.tag.startswith("!"):
            raise UneditableTemplate(f"the list {name} is not written out")
        self._check_owner(child, name)
        return child

    def _check_owner(self, node: Node, name: str) -> None:
        """Raise `UneditableTemplate` for a node that aliases or merge keys give to other resources too."""
        keys = [key for key, _ in node.value if is_inside(key, node)] if isinstance(node, MappingNode) else []
        if any(id(part) in self._shared for part in (node, *keys)):
            raise UneditableTemplate(f"an anchor gives {name} to other resources too")

    # ------------------------------------------------------------------------------------------------------- positions

    @property
    def _lines(self) -> Sequence[str]:
        return self._template.document.lines

    def _index(self, line: int, column: int) -> int:
        """Return the place in the file of a place that the parser tells."""
        index = self._starts[line] + column
        return index + PAIR_LOSS * bisect_right(self._pairs, index)

    def _start(self, node: Node) -> int:
        return self._index(node.start_mark.line, node.start_mark.column)

    def _end(self, node: Node) -> int:
        return self._index(node.end_mark.line, node.end_mark.column)

    def _insert(self, index: int, words: str) -> None:
        self._edits.append((index, index, words.replace("\n", self._newline)))

    def _insert_lines(self, after: int, lines: Sequence[str]) -> None:
        """Insert lines after a line, which counts from 1."""
        words = "".join(f"{line}\n" for line in lines)
        if after < len(self._starts):
            self._insert(self._starts[after], words)
        else:
            # The last line has no end.
            self._insert(len(self._text), "\n" + words.removesuffix("\n"))

    def _replace(self, node: Node, words: str) -> None:
        self._edits.append((self._start(node), self._end(node), words))

    def _add_key(self, parent: MappingNode, name: str, value: Any) -> None:  # noqa: ANN401 -- JSON
        own = [pair for pair in parent.value if is_inside(pair[0], parent)]
        if not own or (parent.flow_style and not is_inside(own[-1][1], parent)):
            raise UneditableTemplate(f"an anchor gives the properties around {name}")
        key, last = own[-1]
        if parent.flow_style:
            shown = json.dumps(name) if self._is_json else name
            first = own[0][0].start_mark
            is_spread = self._is_json and first.line != parent.start_mark.line
            separator = f",\n{' ' * first.column}" if is_spread else ", "
            self._insert(self._end(last), f"{separator}{shown}: {self._inline(value)}")
            return
        indent = " " * own[0][0].start_mark.column
        end = max(last_line(last, self._lines), key.start_mark.line + 1)
        self._insert_lines(end, [f"{indent}{name}: {self._inline(value)}"])

    def _inline(self, value: Any) -> str:  # noqa: ANN401 -- JSON
        return json.dumps(value) if self._is_json else _flow(value)


def _flow(value: Any) -> str:  # noqa: ANN401 -- JSON
    """Write a value in one line of YAML."""
    if isinstance(value, dict):
        short = _short(value)
        return short or f"{{{', '.join(f'{name}: {_flow(item)}' for name, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else json.dumps(value)
    return json.dumps(value)


_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def _short(value: dict[str, Any]) -> str | None:
    """Return a function in its short form."""
    if value.keys() == {"Ref"}:
        return f"!Ref {value['Ref']}"
    if value.keys() == {"Fn::GetAtt"}:
        return f"!GetAtt {'.'.join(value['Fn::GetAtt'])}"
    return f'!Sub "{value["Fn::Sub"]}"' if value.keys() == {"Fn::Sub"} else None


def _block(value: dict[str, Any]) -> list[str]:
    """Write a mapping as lines of YAML; lists and functions in one line each."""
    lines: list[str] = []
    for name, item in value.items():
        if isinstance(item, dict) and _short(item) is None:
            lines += [f"{name}:", *(" " * _STEP + line for line in _block(item))]
        else:
            lines.append(f"{name}: {_flow(item)}")
    return lines
