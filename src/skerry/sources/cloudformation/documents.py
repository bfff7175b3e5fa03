"""Template files as trees of nodes with their places, within bounds.

The parser is libyaml; JSON is YAML here. Limits of AWS:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

import re
from typing import Any, Final, TypeAlias

import msgspec
import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from skerry.sources.cloudformation.values import Remark, SourcePosition

PLAIN: Final = "plain"
TEXT: Final = "text"
SEQUENCE: Final = "sequence"
MAPPING: Final = "mapping"

INLINE_BYTES: Final = 51_200
S3_BYTES: Final = 1_048_576
MOST_NODES: Final = 250_000
MOST_LEVELS: Final = 100

Pairs: TypeAlias = list[tuple[ScalarNode, Node]]


class TemplateFault(Exception):  # noqa: N818 -- named after its content
    """A fault for which no resource of a template can be read."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(str(remark))
        self.remark = remark


class TemplateDocument(msgspec.Struct, frozen=True):
    """The tree of a template.

    ``has_macros``, ``has_loops``: whether the text names Fn::Transform and Fn::ForEach.
    """

    file: str
    root: MappingNode
    lines: tuple[str, ...]
    notes: tuple[Remark, ...]
    has_macros: bool
    has_loops: bool

    def position(self, node: Node) -> SourcePosition:
        """Return the place where a node begins."""
        return position_of(self.file, node)


class _TooDeep(Exception):  # noqa: N818 -- named after its content
    """A node below the deepest level that is read: a parser in C would overflow its stack with a deeper tree."""


class _Resolution:
    """Tags of nodes without one: whether a scalar is plain, and the kind of a collection; the depth of the tree."""

    _level = 0

    def resolve(self, kind: type[Node], _value: Any, implicit: Any) -> str:  # noqa: ANN401 -- as the parser calls it
        if kind is ScalarNode:
            return PLAIN if implicit[0] else TEXT
        return SEQUENCE if kind is SequenceNode else MAPPING

    def descend_resolver(self, parent: Any, _index: Any) -> None:  # noqa: ANN401
        """Count a level."""
        self._level += 1
        if self._level > MOST_LEVELS:
            raise _TooDeep(parent)

    def ascend_resolver(self) -> None:
        """Leave a level."""
        self._level -= 1


if yaml.__with_libyaml__:
    from yaml._yaml import CParser

    class _Parser(_Resolution, CParser):
        """The parser of libyaml."""
else:

    class _Parser(  # type: ignore[no-redef]
        _Resolution, yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser, yaml.composer.Composer
    ):
        """The parser in Python, for a PyYAML without libyaml."""

        def __init__(self, text: str) -> None:
            yaml.reader.Reader.__init__(self, text)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)
            yaml.composer.Composer.__init__(self)


def position_of(file: str, node: Node) -> SourcePosition:
    """Return the place where a node begins."""
    return SourcePosition(file, node.start_mark.line + 1, node.start_mark.column + 1)


def read_document(data: bytes, file: str) -> TemplateDocument:
    """Return the tree of a template; raise TemplateFault with the line if it has none within the bounds."""
    if len(data) > S3_BYTES:
        raise TemplateFault(Remark(SourcePosition(file, 1, 1), "more than 1 MB: AWS takes no longer template"))
    notes = []
    if len(data) > INLINE_BYTES:
        text = f"{len(data):,} bytes: AWS takes more than 51,200 bytes only from S3"
        notes.append(Remark(SourcePosition(file, 1, 1), text))
    text = _decode(data, file)
    root = _compose(text, file)
    if not isinstance(root, MappingNode):
        raise TemplateFault(Remark(SourcePosition(file, 1, 1), "no template: its top level is no mapping"))
    _check_tree(root, file)
    if "<<" in text:
        _merge(root)
    return TemplateDocument(
        file, root, tuple(text.splitlines()), tuple(notes), "Fn::Transform" in text, "Fn::ForEach" in text
    )


def _decode(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TemplateFault(Remark(SourcePosition(file, line, 1), "not UTF-8")) from None


_SURROGATES: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


PAIR_LOSS: Final = 2


def _pair(match: re.Match[str]) -> str:
    """Return the two escapes of JSON for one character as the escape of YAML."""
    code = 0x10000 + ((int(match[2], 16) - 0xD800) << 10) + int(match[3], 16) - 0xDC00
    return f"{match[1]}\\U{code:08x}"


def parsed_text(text: str) -> str:
    """Return the text that the parser gets: JSON without tabs, and with each pair of surrogates as one escape.

    JSON allows tabs between its tokens, and YAML does not. Inside a text of JSON, a tab is an escape too.
    """
    return _SURROGATES.sub(_pair, text.replace("\t", " ")) if text.lstrip()[:1] == "{" else text


def surrogate_ends(text: str) -> list[int]:
    """Return the ends of the pairs of surrogates in the parsed text; each pair is `PAIR_LOSS` shorter there."""
    if text.lstrip()[:1] != "{":
        return []
    return [match.end() - PAIR_LOSS * (count + 1) for count, match in enumerate(_SURROGATES.finditer(text))]


def _compose(text: str, file: str) -> Node | None:
    text = parsed_text(text)
    parser = _Parser(text)
    try:
        node: Node | None = parser.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise TemplateFault(_syntax_error(error, text, file)) from None
    except _TooDeep as error:
        raise TemplateFault(_depth_remark(error.args[0], file)) from None
    except (yaml.YAMLError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise TemplateFault(Remark(SourcePosition(file, 1, 1), f"no YAML or JSON: {reason}")) from None
    finally:
        dispose = getattr(parser, "dispose", None)
        if dispose is not None:
            dispose()
    return node


def _syntax_error(error: yaml.MarkedYAMLError, text: str, file: str) -> Remark:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    source = lines[line] if line < len(lines) else ""
    problem = error.problem or error.context or ""
    reason = f"no YAML or JSON: {f'{error.context} {problem}' if problem.startswith('but ') else problem}"
    if "\t" in source[: len(source) - len(source.lstrip())]:
        reason = "a tab in the indentation, where YAML takes only spaces"
    elif re.search(r"\{%|\{\{(?!resolve:)", text):
        reason += "; it looks like a Jinja template, which must be rendered first"
    return Remark(SourcePosition(file, line + 1, column + 1), reason)


def _check_tree(root: Node, file: str) -> None:
    """Raise TemplateFault for a tree that is too deep, too large with aliases expanded, or has keys without sense."""
    level, count = [root], 1
    for _ in range(MOST_LEVELS):
        following: list[Node] = []
        for node in level:
            if isinstance(node, MappingNode):
                _check_keys(node.value, file)
                following += [value for _, value in node.value]
            elif isinstance(node, SequenceNode):
                following += node.value
        count += len(following)
        if not following:
            return
        if count > MOST_NODES:
            remark = Remark(position_of(file, root), f"more than {MOST_NODES:,} values with its aliases expanded")
            raise TemplateFault(remark)
        level = following
    raise TemplateFault(_depth_remark(level[0], file))


def _depth_remark(node: Node, file: str) -> Remark:
    return Remark(position_of(file, node), f"more than {MOST_LEVELS} levels")


def _check_keys(pairs: Pairs, file: str) -> None:
    """Raise TemplateFault for a key that is no text, and for a second key of one name.

    CloudFormation calls the behaviour of duplicate keys undefined:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
    """
    try:
        if len({key.value for key, _ in pairs}) == len(pairs):
            return
    except TypeError:  # the content of a mapping or a sequence is a list
        keys: list[Node] = [key for key, _ in pairs]
        other = next(key for key in keys if not isinstance(key, ScalarNode))
        raise TemplateFault(_other_key(other, file)) from None
    lines: dict[str, int] = {}
    for key, _ in pairs:
        if key.value in lines:
            text = f"the key {key.value} again: it is also in line {lines[key.value]}"
            raise TemplateFault(Remark(position_of(file, key), text))
        lines[key.value] = key.start_mark.line + 1


def _other_key(key: Node, file: str) -> Remark:
    hint = "; is this a Jinja template, which must be rendered first?" if isinstance(key, MappingNode) else ""
    return Remark(position_of(file, key), f"a key that is no text{hint}")


def _merge(root: Node) -> None:
    """Expand the merge keys of a tree, which `aws cloudformation package` and SAM expand too: inner mappings first."""
    order: list[Node] = []
    stack: list[Node] = [root]
    seen = {id(root)}
    while stack:
        node = stack.pop()
        order.append(node)
        children: list[Node] = [value for _, value in node.value] if isinstance(node, MappingNode) else node.value
        for child in children:
            if child.__class__ is not ScalarNode and id(child) not in seen:
                seen.add(id(child))
                stack.append(child)
    for node in reversed(order):
        if isinstance(node, MappingNode) and any(_is_merge(key) for key, _ in node.value):
            node.value = _merged(node.value)


def _is_merge(key: Node) -> bool:
    return key.tag == PLAIN and key.value == "<<"


def _merged(pairs: Pairs) -> Pairs:
    merged = {key.value: (key, value) for key, value in pairs if not _is_merge(key)}
    for key, value in pairs:
        if _is_merge(key):
            for source in value.value if isinstance(value, SequenceNode) else [value]:
                for pair in source.value if isinstance(source, MappingNode) else ():
                    merged.setdefault(pair[0].value, pair)
    return list(merged.values())
