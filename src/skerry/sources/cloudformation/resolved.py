"""ResolvedTemplates templates: stacks and resources with their values and places."""

from collections.abc import Mapping

import msgspec
from yaml import Node

from skerry.sources.cloudformation import positions
from skerry.sources.cloudformation.evaluator import Evaluator
from skerry.sources.cloudformation.loops import Entry
from skerry.sources.cloudformation.template import child_of
from skerry.sources.cloudformation.values import Remark, SourcePosition, Unresolved, Value


class OpenPart(msgspec.Struct, frozen=True):
    """Resources of a stack that nobody can list; ``types`` is None if they may have any type.

    ``texts`` are all that its template can read of the set; None if it may name any resource of it.
    """

    reason: str
    position: SourcePosition
    types: frozenset[str] | None
    texts: frozenset[str] | None = None


class Stack(msgspec.Struct, frozen=True):
    """A stack; ``name`` of a nested stack is that of its parent, a slash and its logical id."""

    name: str
    file: str
    region: Value
    account: Value
    parent: str | None
    parameters: Mapping[str, Value]
    outputs: Mapping[str, Value]
    open_parts: tuple[OpenPart, ...]


class TemplateResource(msgspec.Struct, frozen=True, eq=False):
    """A resource that the stack makes, or may make.

    ``condition``: not None for a resource under an unresolved condition, which is neither present nor absent.
    """

    stack: str
    logical_id: str
    type: str
    properties: Mapping[str, Value]
    condition: Unresolved | None
    position: SourcePosition
    depends_on: tuple[str, ...]
    construct_path: str
    evaluator: Evaluator
    entry: Entry

    def position_of(self, *path: str | int) -> SourcePosition:
        """Return the place of a value of the properties: of the nearest node in the file that makes it."""
        return self.evaluator.position(self.node_of(*path))

    def node_of(self, *path: str | int) -> Node:
        """Return the nearest node in the file that makes a value of the properties."""
        properties = child_of(self.entry.node, "Properties")
        return self.entry.key if properties is None else positions.locate(self.evaluator, self.entry, path)[1]

    def key_position_of(self, *path: str | int) -> SourcePosition:
        """Return the place of the key of a value, or of the value itself in a list."""
        key, node = positions.locate(self.evaluator, self.entry, path)
        return self.evaluator.position(node if key is None else key)

    def lines_of(self, *path: str | int) -> tuple[int, int]:
        """Return the first and the last line of a value with its key; without a path, of the whole resource."""
        key, node = positions.locate(self.evaluator, self.entry, path) if path else (self.entry.key, self.entry.node)
        first = node if key is None else key
        return first.start_mark.line + 1, positions.last_line(node, self.evaluator.template.document.lines)


class ResolvedTemplates(msgspec.Struct, frozen=True):
    """A set of stacks with their resources.

    ``problems``: faults of templates, and files without a template. ``missing_exports``: imports without an export in
    the set.
    """

    stacks: tuple[Stack, ...]
    resources: tuple[TemplateResource, ...]
    exports: Mapping[str, Value]
    problems: tuple[Remark, ...]
    missing_exports: tuple[Remark, ...]
    notes: tuple[Remark, ...]
