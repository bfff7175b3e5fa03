"""Policy documents of templates; a part that is not known makes its statement unknown, and no other.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from typing import Any, Final

from skerry.sources.cloudformation.mapping.properties import StandIns
from skerry.sources.cloudformation.values import Value, is_resolved, reason_of

_EVERYTHING: Final = "*"
_WHERE: Final = ("Resource", "NotResource")
_WHO: Final = ("Principal", "NotPrincipal")
_COMPARED: Final = frozenset({"Principal", "Resource"})
"""The elements in which an open value matches itself and surely nothing else that is written."""


def document_of(value: Value, stand_ins: StandIns) -> str | None:
    """Return a policy as JSON; None if it is not known at all.

    A statement for an open resource is written twice. The first stands for equal values: the secret of a parameter in
    the policy is that of the same parameter in the task definition. The second is for any resource and principal, under
    a condition that nobody can evaluate.
    """
    value = stand_ins.settle(value)
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return None
    statements = stand_ins.settle(value.get("Statement", []))
    rows = statements if isinstance(statements, list) else [statements]
    document: dict[str, Any] = {"Statement": [row for one in rows for row in _statements(one, stand_ins)]}
    version = value.get("Version")
    return json.dumps(({"Version": version} if isinstance(version, str) else {}) | document)


def _statements(statement: Value, stand_ins: StandIns) -> list[dict[str, Any]]:
    statement = _settled(statement, stand_ins)
    if is_resolved(statement):
        return [statement] if isinstance(statement, dict) else [{}]
    if not isinstance(statement, dict) or not is_resolved(_actions_of(statement)):
        effect = statement.get("Effect") if isinstance(statement, dict) else None
        words = {"Effect": effect} if isinstance(effect, str) else {}
        # No element of the policy language: the statement is not known.
        return [{**words, reason_of(statement): ""}]
    effect = statement.get("Effect")
    if not isinstance(effect, str):
        return [{reason_of(statement): ""}]
    open_parts = {key: value for key, value in statement.items() if key not in {*_WHERE, *_WHO, "Condition"}}
    open_parts |= {"Resource": _EVERYTHING} if any(key in statement for key in _WHERE) else {}
    open_parts |= {"Principal": _EVERYTHING} if any(key in statement for key in _WHO) else {}
    open_parts["Condition"] = {reason_of(statement): {"aws:ResourceAccount": _EVERYTHING}}
    others = {key: value for key, value in statement.items() if key not in _COMPARED}
    return [_written(statement, stand_ins), open_parts] if is_resolved(others) else [open_parts]


def _actions_of(statement: dict[str, Value]) -> Value:
    return {key: value for key, value in statement.items() if key in {"Action", "NotAction", "Effect"}}


def _settled(value: Value, stand_ins: StandIns) -> Value:
    """Return a value with the texts that are agreed on, at any depth."""
    if isinstance(value, dict):
        return {key: _settled(item, stand_ins) for key, item in value.items()}
    if isinstance(value, list):
        return [_settled(item, stand_ins) for item in value]
    return stand_ins.settle(value)


def _written(value: Value, stand_ins: StandIns) -> Any:  # noqa: ANN401 -- JSON
    if isinstance(value, dict):
        return {key: _written(item, stand_ins) for key, item in value.items()}
    if isinstance(value, list):
        return [_written(item, stand_ins) for item in value]
    return stand_ins.text_of(value)
