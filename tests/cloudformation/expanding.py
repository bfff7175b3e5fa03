"""Fn::ForEach, as the transform AWS::LanguageExtensions expands it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Mapping
from typing import Any

TRANSFORM = "AWS::LanguageExtensions"
_LOOP = "Fn::ForEach::"
_SECTIONS = {"Conditions", "Resources", "Outputs"}


def expand(template: dict[str, Any], lists: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return a template without loops; ``lists`` are the parameters of type CommaDelimitedList."""
    assert template.get("Transform") == TRANSFORM or _LOOP not in str(template), "loops need the transform"
    for name, section in template.items():
        assert name in _SECTIONS or _LOOP not in str(section), f"{name} may have no loop"
    return {name: _expand(section, lists, {}) for name, section in template.items()}


def _expand(node: Any, lists: Mapping[str, list[str]], items: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_expand(child, lists, items) for child in node]
    if not isinstance(node, dict):
        return node
    if "Ref" in node:
        name = _expand(node["Ref"], lists, items)
        return items.get(name, {"Ref": name})
    if "Fn::Sub" in node:
        return _substitute(node["Fn::Sub"], lists, items)
    made: dict[str, Any] = {}
    for key, child in node.items():
        rows = _loop(child, lists, items) if key.startswith(_LOOP) else [(_filled(key, items), child, items)]
        for name, inner, own in rows:
            assert name not in made, f"{name} stands twice"
            assert own is items or name.startswith(_LOOP) or name.isalnum(), f"{name} is no logical id"
            made[name] = _expand(inner, lists, own)
    return made


def _loop(loop: Any, lists: Mapping[str, list[str]], items: dict[str, str]) -> list[tuple[str, Any, dict[str, str]]]:
    name, collection, fragment = loop
    values = collection if isinstance(collection, list) else lists[collection["Ref"]]
    rows: list[tuple[str, Any, dict[str, str]]] = []
    for value in values:
        own = {**items, name: value}
        for key, child in fragment.items():
            rows += _loop(child, lists, own) if key.startswith(_LOOP) else [(_filled(key, own), child, own)]
    return rows


def _substitute(of: Any, lists: Mapping[str, list[str]], items: dict[str, str]) -> Any:
    """Return Fn::Sub with the items of loops filled in: a text where nothing else is left."""
    text, more = (of[0], _expand(of[1], lists, items)) if isinstance(of, list) else (of, None)
    text = _filled(text, items)
    if more is not None:
        return {"Fn::Sub": [text, more]}
    return {"Fn::Sub": text} if "${" in text else text


def _filled(text: str, items: dict[str, str]) -> str:
    for name, value in items.items():
        text = text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", re.sub(r"[^0-9A-Za-z]", "", value))
    return text
