"""CloudFormation templates as YAML: every text is read back as the same text, and CloudFormation evaluates none."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from skerry.errors import Argument, InputError

_DYNAMIC = "{{resolve:"
"""The beginning of a dynamic reference, which CloudFormation replaces by a secret or parameter.

There is no way to write it as a text: references in the result of Fn::Join and Fn::Sub are replaced too.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""
_FUNCTION = re.compile(r"Ref|Fn::.*", re.DOTALL)
_ADVICE = ("Use ", Argument.FORMAT, " terraform, or make this change by hand.")

# Texts that YAML 1.1 or 1.2 reads as a number, a truth value or null, and PyYAML writes without quotes.
# https://yaml.org/type/bool.html, https://yaml.org/spec/1.2.2/#103-core-schema
_NUMBER = re.compile(r"[-+.]?(?:0[xXoObB])?[0-9a-fA-F_.:]*(?:[eE][-+]?[0-9]+)?")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<", ".inf", ".nan"}


def escape_references(text: str) -> str:
    """Return a text for people in which no dynamic reference begins."""
    return _encodable(text).replace(_DYNAMIC, "{ {resolve:")


def refuse_what_is_evaluated(node: Any, where: str) -> None:  # noqa: ANN401 -- a document
    """Raise `InputError` where CloudFormation would evaluate a text of a document or one of its keys."""
    for text in _texts(node):
        if _DYNAMIC in text:
            raise InputError(f"CloudFormation would replace {_DYNAMIC}…}}}} in {where}", *_ADVICE)


def refuse_functions(document: Any, where: str) -> None:  # noqa: ANN401 -- a document
    """Raise `InputError` where a key of a policy would be a function of CloudFormation."""
    for key in _keys(document):
        if _FUNCTION.fullmatch(key):
            raise InputError(f"CloudFormation would evaluate the key {key} in {where}", *_ADVICE)


def _texts(node: Any) -> Iterator[str]:  # noqa: ANN401 -- a document
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for child in node:
            yield from _texts(child)
    elif isinstance(node, dict):
        yield from node
        for child in node.values():
            yield from _texts(child)


def _keys(node: Any) -> Iterator[str]:  # noqa: ANN401 -- a document
    if isinstance(node, list):
        for child in node:
            yield from _keys(child)
    elif isinstance(node, dict):
        yield from node
        for child in node.values():
            yield from _keys(child)


def dump_template(template: dict[str, Any]) -> str:
    """Write a template."""
    text: str = yaml.dump(template, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)
    return text


class _Dumper(yaml.SafeDumper):
    """The YAML dumper: without anchors, as people write it, and with escapes for invisible characters."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 -- PyYAML's own signature
        """Write what occurs twice twice."""
        return True

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: FBT001, FBT002 -- PyYAML's
        """Write a text in double quotes; marks that turn the direction of text, and the like, as escapes."""
        before = self.allow_unicode
        self.allow_unicode = before and _is_visible(text)
        super().write_double_quoted(text, split)
        self.allow_unicode = before


def _is_visible(text: str) -> bool:
    return all(letter.isprintable() or letter == "\n" for letter in text)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Represent a text; one of several lines as a block of lines."""
    text = _encodable(text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _encodable(text: str) -> str:
    """Return a text without lone surrogates, which are no characters: no reader of YAML would take them."""
    return text.encode(errors="replace").decode()


def _style(text: str) -> str | None:
    if not _is_visible(text):
        return '"'
    if "\n" in text:
        return "|"
    return "'" if _NUMBER.fullmatch(text) or text.lower() in _WORDS else None


_Dumper.add_representer(str, _text)
