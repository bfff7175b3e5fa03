"""Policy documents that a configuration writes as blocks of a data source.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from skerry.sources.planned.values import is_known
from skerry.sources.terraform.values import Instance

_JOINED: Final = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")
_LISTS: Final = {
    "actions": "Action",
    "not_actions": "NotAction",
    "not_resources": "NotResource",
    "resources": "Resource",
}
_WHO: Final = {"not_principals": "NotPrincipal", "principals": "Principal"}


def write_policy(source: Instance) -> str | None:
    """Return the document of a data source; None if a part is unknown, or another document is joined to it."""
    blocks = source.get("statement", [])
    if not is_known(blocks) or any(source.get(name) for name in _JOINED):
        return None
    statements = [_statement(block) for block in blocks]
    return json.dumps({"Version": source.get("version", "2012-10-17"), "Statement": statements})


def _statement(block: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"Effect": block.get("effect") or "Allow"}
    if block.get("sid"):
        row["Sid"] = block["sid"]
    row |= {key: block[name] for name, key in _LISTS.items() if block.get(name)}
    row |= {key: _principals(block[name]) for name, key in _WHO.items() if block.get(name)}
    conditions: dict[str, dict[str, Any]] = {}
    for condition in block.get("condition") or ():
        conditions.setdefault(condition["test"], {})[condition["variable"]] = condition["values"]
    return row | ({"Condition": conditions} if conditions else {})


def _principals(blocks: list[Mapping[str, Any]]) -> Any:  # noqa: ANN401 -- JSON
    """Return principals by type; all of any type are a text."""
    if any(block.get("type") == "*" for block in blocks):
        return "*"
    rows: dict[str, list[str]] = {}
    for block in blocks:
        rows.setdefault(str(block.get("type")), []).extend(block.get("identifiers") or [])
    return rows
