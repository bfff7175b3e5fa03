"""Policy documents that a configuration writes as blocks of a data source.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from skerry.sources.planned.values import UNKNOWN, UnknownValue, Value, is_known
from skerry.sources.terraform.values import Instance, texts_of

_BEFORE: Final = ("source_json", "source_policy_documents")
_AFTER: Final = ("override_json", "override_policy_documents")
_LISTS: Final = {
    "actions": "Action",
    "not_actions": "NotAction",
    "not_resources": "NotResource",
    "resources": "Resource",
}
_WHO: Final = {"not_principals": "NotPrincipal", "principals": "Principal"}
_MARK: Final = "skerry-policy "
_DEEPEST: Final = 20
_SOURCE: Final = "aws_iam_policy_document"


def marked_policy(address: str) -> str:
    """Return a stand-in for the document of a data source, with the address in it."""
    return json.dumps({"Version": "2012-10-17", "Statement": [], "Id": f"{_MARK}{address}"})


class PolicyDocuments:
    """The documents of data sources, in place of their stand-ins."""

    def __init__(self, instances: Iterable[Instance]) -> None:
        self._sources = {instance.address: instance for instance in instances if instance.type == _SOURCE}

    def restore(self, text: str) -> str | UnknownValue:
        """Return a text with the document in place of its mark; `UNKNOWN` if the document is not known."""
        if _MARK not in text:
            return text
        try:
            marked = json.loads(text)
        except ValueError:
            # The document is a part of another text.
            return UNKNOWN
        if not isinstance(marked, dict) or not str(marked.get("Id")).startswith(_MARK):
            return UNKNOWN
        document = self._document(str(marked["Id"]).removeprefix(_MARK), 0)
        return UNKNOWN if document is None else json.dumps(document)

    def _document(self, address: str, depth: int) -> dict[str, Any] | None:
        source = self._sources.get(address)
        if source is None or depth > _DEEPEST:
            return None
        return _joined(source, lambda text: self._parsed(text, depth))

    def _parsed(self, text: str, depth: int) -> dict[str, Any] | None:
        try:
            document = json.loads(text)
        except ValueError:
            return None
        if not isinstance(document, dict):
            return None
        name = str(document.get("Id"))
        return self._document(name.removeprefix(_MARK), depth + 1) if name.startswith(_MARK) else document


def _joined(source: Instance, parse: Any) -> dict[str, Any] | None:  # noqa: ANN401 -- a function of a text
    """Return the document of a data source; None if a part of it is not known.

    A later statement replaces an earlier one of the same Sid.
    """
    statements: list[Any] = []
    for part in (*_BEFORE, None, *_AFTER):
        added = _own(source) if part is None else _of_documents(source.get(part), parse)
        if added is None:
            return None
        for statement in added:
            same = [one for one in statements if statement.get("Sid") and one.get("Sid") == statement["Sid"]]
            if same:
                statements[statements.index(same[0])] = statement
            else:
                statements.append(statement)
    return {"Version": source.get("version", "2012-10-17"), "Statement": statements}


def _own(source: Instance) -> list[Any] | None:
    blocks = source.get("statement", [])
    return [_statement(block) for block in blocks] if is_known(blocks) else None


def _of_documents(value: Value, parse: Any) -> list[Any] | None:  # noqa: ANN401 -- a function of a text
    texts = texts_of(value)
    if texts is UNKNOWN:
        return None
    documents = [parse(text) for text in texts]
    if None in documents:
        return None
    return [statement for document in documents for statement in _statements_of(document)]


def _statements_of(document: Mapping[str, Any]) -> list[Any]:
    rows = document.get("Statement", [])
    return rows if isinstance(rows, list) else [rows]


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
