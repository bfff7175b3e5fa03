"""Fn::ForEach: resources, conditions, outputs and keys that a loop makes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

import msgspec
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from skerry.sources.cloudformation.functions import FUNCTIONS
from skerry.sources.cloudformation.scope import ValueFault, ValueScope
from skerry.sources.cloudformation.template import text_of
from skerry.sources.cloudformation.values import NoValue, Unresolved, Value, is_resolved

PREFIX: Final = "Fn::ForEach::"
_VARIABLE: Final = re.compile(r"([$&])\{([A-Za-z0-9]+)\}")
_MOST_ENTRIES: Final = 2_000
MOST_TURNS: Final = 20_000


class Entry(msgspec.Struct, frozen=True):
    """A resource, a condition or an output of a template, with the variables of the loops around it."""

    name: str
    key: Node
    node: Node
    variables: Mapping[str, str]


class UnknownLoop(msgspec.Struct, frozen=True):
    """A loop over an unresolved list, or a macro in the place of entries; ``types`` is None for any type."""

    node: Node
    reason: str
    types: frozenset[str] | None


class LoopScope(ValueScope, Protocol):
    """The scope of a value, with the variables of loops; ``turns_left`` bounds the loops in all properties."""

    turns_left: list[int]

    def value_with(self, node: Node, variables: Mapping[str, str]) -> Value | NoValue:
        """Return the value of a node with these variables of loops."""

    def problem(self, node: Node, text: str) -> Unresolved:
        """Record a fault."""


def replace_variables(text: str, variables: Mapping[str, str]) -> str:
    """Return a text with the variables of loops replaced: ``${X}`` by the value, ``&{X}`` by its letters and digits."""
    if not variables or "{" not in text:
        return text

    def replacement(match: re.Match[str]) -> str:
        value = variables.get(match[2])
        if value is None:
            return match[0]
        return value if match[1] == "$" else re.sub(r"[^A-Za-z0-9]", "", value)

    return _VARIABLE.sub(replacement, text)


def entries(scope: LoopScope, section: MappingNode | None) -> Iterator[Entry | UnknownLoop]:
    """Yield the entries of a section, those of loops among them; record the faults of loops."""
    budget = [_MOST_ENTRIES]
    for key, node in [] if section is None else section.value:
        try:
            yield from _entries(scope, key, node, {}, budget)
        except ValueFault as fault:
            scope.problem(fault.node, fault.text)


def _entries(
    scope: LoopScope, key: ScalarNode, node: Node, variables: Mapping[str, str], budget: list[int]
) -> Iterator[Entry | UnknownLoop]:
    if key.value == "Fn::Transform":
        yield UnknownLoop(node, "the result of a macro is known only to AWS", None)
        return
    if not key.value.startswith(PREFIX):
        yield Entry(replace_variables(key.value, variables), key, node, variables)
        return
    identifier, items, body = _loop(scope, key, node, variables)
    if isinstance(items, Unresolved):
        yield UnknownLoop(node, items.reason, _types(body))
        return
    for item in items:
        budget[0] -= 1
        if budget[0] < 0:
            raise ValueFault(key, "more turns of loops than a template has resources or keys")
        for inner_key, inner in body.value:
            yield from _entries(scope, inner_key, inner, {**variables, identifier: item}, budget)


def _loop(
    scope: LoopScope, key: ScalarNode, node: Node, variables: Mapping[str, str]
) -> tuple[str, list[str] | Unresolved, MappingNode]:
    """Return the variable, the items and the body of a loop."""
    if not scope.has_language_extensions():
        raise ValueFault(key, "Fn::ForEach needs the transform AWS::LanguageExtensions")
    if not isinstance(node, SequenceNode) or len(node.value) != 3:  # noqa: PLR2004 -- variable, items, body
        raise ValueFault(key, "Fn::ForEach takes a variable, a list and a mapping")
    name, collection, body = node.value
    identifier = text_of(name)
    if identifier is None or not isinstance(body, MappingNode):
        raise ValueFault(key, "Fn::ForEach takes a variable, a list and a mapping")
    items = scope.value_with(collection, variables)
    if isinstance(items, list) and is_resolved(items) and all(isinstance(item, str) for item in items):
        return identifier, [str(item) for item in items], body
    if isinstance(items, str | dict | NoValue) or (isinstance(items, list) and is_resolved(items)):
        raise ValueFault(collection, "Fn::ForEach takes a list of texts")
    reason = (
        next((item.reason for item in items if not isinstance(item, str | list | dict)), "")
        if isinstance(items, list)
        else items.reason
    )
    return identifier, Unresolved("", reason), body


def _types(body: MappingNode) -> frozenset[str] | None:
    """Return the types of the resources that a loop makes; None if they are not known."""
    types: set[str] = set()
    for key, node in body.value:
        if key.value.startswith(PREFIX):
            inner = node.value[2] if isinstance(node, SequenceNode) and len(node.value) == 3 else None  # noqa: PLR2004
            nested = _types(inner) if isinstance(inner, MappingNode) else None
            if nested is None:
                return None
            types |= nested
            continue
        name = (
            next((text_of(child) for key, child in node.value if key.value == "Type"), None)
            if isinstance(node, MappingNode)
            else None
        )
        if name is None or "{" in name:
            return None
        types.add(name)
    return frozenset(types)


def mapping_with_loops(scope: LoopScope, node: MappingNode, variables: Mapping[str, str]) -> Value:
    """Return a mapping whose keys may be loops, macros, or texts with variables."""
    result: dict[str, Value] = {}
    for key, child in node.value:
        name = key.value
        if name.startswith(PREFIX):
            for entry in _entries(scope, key, child, variables, scope.turns_left):
                if isinstance(entry, UnknownLoop):
                    return Unresolved(f"loop at {node.start_mark.line}:{node.start_mark.column}", entry.reason)
                _put(result, entry.name, scope.value_with(entry.node, entry.variables))
        elif name == "Fn::Transform":
            reason = "the result of a macro is known only to AWS"
            return Unresolved(f"macro at {node.start_mark.line}:{node.start_mark.column}", reason)
        elif name.startswith("Fn::"):
            what = "a function stands alone in its mapping" if name in FUNCTIONS else "unknown function"
            return scope.problem(key, f"{what}: {name[:60]}")
        else:
            _put(result, replace_variables(name, variables), scope.value_with(child, variables))
    return result


def _put(result: dict[str, Value], name: str, value: Value | NoValue) -> None:
    if not isinstance(value, NoValue):
        result[name] = value
