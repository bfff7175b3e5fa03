"""The places of values in their files."""

from collections.abc import Sequence

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from skerry.sources.cloudformation.conditions import call_of
from skerry.sources.cloudformation.evaluator import Evaluator
from skerry.sources.cloudformation.loops import Entry
from skerry.sources.cloudformation.template import text_of
from skerry.sources.cloudformation.values import NoValue


def locate(evaluator: Evaluator, entry: Entry, path: Sequence[str | int]) -> tuple[Node | None, Node]:
    """Return the key and the node of a value of the properties; the last ones on the path that stand in the file."""
    key: Node | None = entry.key
    node = entry.node
    for step in ("Properties", *path):
        pair = _child(evaluator, entry, _through(evaluator, entry, node), step)
        if pair is None:
            break
        key, node = pair
    return key, node


def _through(evaluator: Evaluator, entry: Entry, node: Node) -> Node:
    """Return the branch of an Fn::If that a decided condition takes; the node itself for everything else."""
    call = call_of(node)
    while call is not None and call.name == "Fn::If" and isinstance(call.argument, SequenceNode):
        if len(call.argument.value) != 3:  # noqa: PLR2004 -- the condition, and the values for true and for false
            break
        name, *branches = call.argument.value
        condition = evaluator.condition_of(name, entry.variables) if text_of(name) is not None else None
        if not isinstance(condition, bool):
            break
        node = branches[0 if condition else 1]
        call = call_of(node)
    return node


def _child(evaluator: Evaluator, entry: Entry, node: Node, step: str | int) -> tuple[Node | None, Node] | None:
    if isinstance(node, MappingNode) and isinstance(step, str):
        return next(((key, child) for key, child in node.value if key.value == step), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and not node.tag.startswith("!"):
        items = [item for item in node.value if not isinstance(evaluator.part(entry, item), NoValue)]
        return (None, items[step]) if 0 <= step < len(items) else None
    return None


def last_line(node: Node, lines: Sequence[str]) -> int:
    """Return the last line of a node, without the comments and blank lines after it; lines count from 1."""
    while isinstance(node, MappingNode | SequenceNode) and node.value and not node.flow_style:
        last = node.value[-1]
        child = last[1] if isinstance(last, tuple) else last
        if not is_inside(child, node):
            return _before_comments(node, lines)
        node = child
    end: int = node.end_mark.line + (1 if node.end_mark.column else 0)
    if isinstance(node, ScalarNode) and node.style in {"|", ">"}:
        while end > node.start_mark.line + 1 and not lines[end - 1].strip():
            end -= 1
    return max(end, node.start_mark.line + 1)


def _before_comments(node: Node, lines: Sequence[str]) -> int:
    """Return the last line of a block that ends with an alias: the parser tells only the begin of the next token."""
    end: int = node.end_mark.line
    while end > node.start_mark.line + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def is_inside(child: Node, parent: Node) -> bool:
    """Return whether a node stands in another one; a node that an alias or a merge key names stands elsewhere."""
    first, last = parent.start_mark, parent.end_mark
    return (first.line, first.column) <= (child.start_mark.line, child.start_mark.column) <= (last.line, last.column)


def shared_nodes(root: Node) -> frozenset[int]:
    """Return the identities of the nodes that several places name by aliases or merge keys, and of all in them."""
    seen, shared = {id(root)}, []
    waiting = [root]
    while waiting:
        for child in children_of(waiting.pop()):
            if id(child) in seen:
                shared.append(child)
            else:
                seen.add(id(child))
                waiting.append(child)
    result: set[int] = set()
    while shared:
        node = shared.pop()
        if id(node) not in result:
            result.add(id(node))
            shared += children_of(node)
    return frozenset(result)


def children_of(node: Node) -> list[Node]:
    """Return the keys and values of a mapping, or the items of a sequence."""
    if isinstance(node, MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []
