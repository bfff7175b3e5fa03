"""Missing statements of a policy in Terraform code, added to a list that is written out."""

import json
from typing import Any

from skerry.render.hcl import format_value
from skerry.sources.terraform.code_blocks import Expression
from skerry.sources.terraform.code_edits import UneditableCode
from skerry.sources.terraform.code_tree import CodeTree, ResourceAddress

_ENCODE = "jsonencode"


def added_statements(before: str | None, after: str) -> list[Any]:
    """Return the statements that a policy gets. Raises `UneditableCode` if it loses or narrows others."""
    old, new = _statements(before), _statements(after)
    added, kept = [], [statement for statement in old if statement in new]
    for statement in new:
        if statement in old:
            continue
        wider = next((one for one in old if one not in kept and _is_wider(statement, one)), None)
        if wider is None:
            added.append(statement)
        else:
            kept.append(wider)
            added.append(_without(statement, wider))
    if not new or len(kept) != len(old):
        raise UneditableCode("statements of its policy must change")
    return added


_LISTS = ("Action", "Resource")


def _is_wider(statement: Any, other: Any) -> bool:  # noqa: ANN401 -- JSON
    """Return whether a statement is another one with more actions, or with more resources."""
    if not isinstance(statement, dict) or not isinstance(other, dict) or statement.keys() != other.keys():
        return False
    parts = [key for key in statement if statement[key] != other[key]]
    return len(parts) == 1 and parts[0] in _LISTS and set(_texts(other[parts[0]])) < set(_texts(statement[parts[0]]))


def _without(statement: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return a wider statement without the actions or resources of the other one."""
    key = next(key for key in _LISTS if statement[key] != other[key])
    texts = [text for text in _texts(statement[key]) if text not in _texts(other[key])]
    return statement | {key: texts[0] if len(texts) == 1 else texts}


def _texts(value: Any) -> list[Any]:  # noqa: ANN401 -- JSON
    return value if isinstance(value, list) else [value]


def _statements(text: str | None) -> list[Any]:
    try:
        policy = json.loads(text or "")
    except ValueError:
        return []
    rows = policy.get("Statement", []) if isinstance(policy, dict) else []
    return rows if isinstance(rows, list) else [rows]


def append_statements(tree: CodeTree, address: ResourceAddress, statements: list[Any]) -> tuple[str, str] | None:
    """Add statements to the argument ``policy`` of a resource; return the reason and the code if that cannot be."""
    snippet = ",\n".join(format_value(statement) for statement in statements)
    try:
        written = tree.resource(address)
        written.file.require_editable()
        attribute = written.block.attributes.get("policy")
        rows = None if attribute is None else _list_of(attribute.value)
        if rows is None:
            return "the statements of its policy are not written out in jsonencode", snippet
        written.file.edits.append_to_list(rows, [format_value(statement) for statement in statements])
    except UneditableCode as reason:
        return str(reason), snippet
    return None


def _list_of(value: Expression) -> Expression | None:
    """Return the list of statements in ``jsonencode({ Statement = [...] })``."""
    if value.form != "function_call" or value.function != _ENCODE or not value.elements:
        return None
    rows = value.elements[0].entries.get("Statement")
    return rows if rows is not None and rows.form == "tuple" else None
