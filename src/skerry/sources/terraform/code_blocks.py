"""The blocks of a file of Terraform code with their places in its text, as python-hcl2 parses it.

https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from skerry.errors import InputError

if TYPE_CHECKING:
    from lark import Tree


class Expression(NamedTuple):
    """An expression: the places of its first character and after its last one, its form, and its elements.

    ``form`` is the rule of the grammar, such as ``tuple``, ``object`` or ``literal_value``. ``elements`` are those of
    a list, or the arguments of a function. ``entries`` are those of an object with plain keys.
    """

    start: int
    end: int
    form: str
    elements: tuple["Expression", ...] = ()
    entries: Mapping[str, "Expression"] = {}
    function: str = ""


class Attribute(NamedTuple):
    """An argument of a block: the places of its name and of its equals sign, and its value."""

    name: str
    start: int
    equals: int
    value: Expression


class CodeBlock(NamedTuple):
    """A block: its type and labels, the places of its first character, of its braces, and its contents."""

    type: str
    labels: tuple[str, ...]
    start: int
    opening: int
    closing: int
    attributes: Mapping[str, Attribute]
    blocks: tuple["CodeBlock", ...]

    @property
    def end(self) -> int:
        """The place after the block."""
        return self.closing + 1

    def nested(self, name: str) -> list["CodeBlock"]:
        """Return the blocks of a type inside, those that ``dynamic`` makes included."""
        return [one for one in self.blocks if one.type == name or (one.type, one.labels) == ("dynamic", (name,))]


def read_blocks(text: str, name: str) -> tuple[CodeBlock, ...]:
    """Return the blocks of a file. Raises `InputError` if it cannot be parsed."""
    import hcl2
    from lark.exceptions import LarkError

    try:
        tree = hcl2.parses_to_tree(text)
        return tuple(_blocks_of(_children(tree)[0]))
    except (LarkError, RecursionError) as error:
        message = f"{name} is no code of Terraform that can be read"
        raise InputError(message, "Run terraform validate in its folder.") from error


def _children(tree: "Tree[Any]") -> Sequence[Any]:
    return tree.children


def _blocks_of(body: "Tree[Any]") -> Iterator[CodeBlock]:
    for child in _children(body):
        if getattr(child, "data", "") == "block":
            yield _block(child)


def _block(tree: "Tree[Any]") -> CodeBlock:
    *header, opening, body, closing = [one for one in _children(tree) if getattr(one, "data", "") != _COMMENT]
    names = [_word(one) for one in header]
    attributes = [_attribute(one) for one in _children(body) if getattr(one, "data", "") == "attribute"]
    return CodeBlock(
        names[0],
        tuple(names[1:]),
        tree.meta.start_pos,
        opening.start_pos,
        closing.start_pos,
        {one.name: one for one in attributes},
        tuple(_blocks_of(body)),
    )


_COMMENT = "new_line_or_comment"


def _word(tree: "Tree[Any]") -> str:
    """Return a name or the text of a quoted label."""
    tokens = [str(token) for token in tree.scan_values(lambda _: True)]
    return "".join(tokens[1:-1] if tree.data == "string" else tokens)


def _attribute(tree: "Tree[Any]") -> Attribute:
    name, equals, value = _children(tree)
    return Attribute(_word(name), tree.meta.start_pos, equals.end_pos - 1, _expression(value))


def _expression(tree: "Tree[Any]") -> Expression:
    start, end = tree.meta.start_pos, tree.meta.end_pos
    inner = tree
    while inner.data == "expr_term" and len(_parts(inner)) == 1:
        inner = _parts(inner)[0]
    match inner.data:
        case "tuple":
            elements = tuple(_expression(one) for one in _parts(inner))
            return Expression(start, end, "tuple", elements)
        case "object":
            return Expression(start, end, "object", entries=dict(_entries(inner)))
        case "function_call":
            name, *others = _parts(inner)
            arguments = tuple(_expression(one) for one in others for one in _parts(one))
            return Expression(start, end, "function_call", arguments, function=_word(name))
        case form:
            return Expression(start, end, str(form))


def _parts(tree: "Tree[Any]") -> list[Any]:
    """Return the trees below a tree without its comments; parentheses and commas are no trees."""
    return [one for one in _children(tree) if hasattr(one, "data") and one.data != _COMMENT]


def _entries(tree: "Tree[Any]") -> Iterator[tuple[str, Expression]]:
    for one in _parts(tree):
        key, value = _parts(one)
        yield "".join(str(token) for token in key.scan_values(lambda _: True)).strip('"'), _expression(value)
