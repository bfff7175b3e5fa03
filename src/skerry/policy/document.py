"""Policy documents of AWS, parsed once into records for matching.

Parsing always returns a ``Policy``. An invalid part becomes a ``Missing`` of the policy or of one of its statements,
and decisions that depend on it are unknown.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Literal, NoReturn
from urllib.parse import unquote

import msgspec

from skerry.model.facts import Missing
from skerry.policy.operators import Operator, operator_of
from skerry.policy.resources import ResourcePattern, resource_pattern_of
from skerry.policy.ternary import shorten
from skerry.policy.wildcards import Glob, Token, glob_of, pattern_of, tokens_of

# Twice the longest policy of AWS, 32 KB for a key policy, as some quotas do not count white space:
# https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
MAX_CHARACTERS = 65_536
_MOST_QUOTED = 60  # characters of a document in a message
_ESCAPED = 3  # characters of percent-encoding for one
_DEEPEST = 16  # nested lists and objects; the policy language has seven levels
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)

_WITH_VARIABLES = "2012-10-17"
_VERSIONS = frozenset({_WITH_VARIABLES, "2008-10-17"})
_OF_POLICIES = frozenset({"Version", "Id", "Statement"})
_OF_STATEMENTS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
_OF_PRINCIPALS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})

Effect = Literal["Allow", "Deny"]
Principals = tuple[tuple[str, str], ...]


class Condition(msgspec.Struct, frozen=True, gc=False):
    """One line of a ``Condition`` element: an operator, a context key, and the values of the policy.

    ``operator`` is None if AWS documents no operator with this ``name``.
    """

    operator: Operator | None
    name: str
    key: str
    values: tuple[tuple[Token, ...], ...]


class Statement(msgspec.Struct, frozen=True, gc=False):
    """One statement of a policy.

    ``label`` is its Sid, or its number from 1. ``effect`` is None if it is invalid. ``not_action``, ``not_resource``
    and ``not_principal``: the element is ``NotAction``, ``NotResource``, ``NotPrincipal``. ``resources`` and
    ``principals`` are None if the statement lacks the element. ``problem`` is set if the statement is invalid.
    """

    label: str
    effect: Effect | None
    actions: tuple[Glob, ...] = ()
    not_action: bool = False
    resources: tuple[ResourcePattern, ...] | None = None
    not_resource: bool = False
    principals: Principals | None = None
    not_principal: bool = False
    conditions: tuple[Condition, ...] = ()
    problem: Missing | None = None


class Policy(msgspec.Struct, frozen=True, gc=False):
    """One policy; ``problem`` is set if the document is invalid, and there are no statements then."""

    name: str
    statements: tuple[Statement, ...] = ()
    problem: Missing | None = None


class _InvalidError(Exception):
    """An invalid document or statement, with the reason."""


def parse(document: str | Mapping[str, Any], name: str) -> Policy:
    """Parse a policy from its text, percent-encoded or not, or from a mapping of boto3.

    ``name`` is the ARN of the policy, or a name with its resource, for messages.
    """
    try:
        return Policy(name, _statements(_decoded(document), name))
    except _InvalidError as reason:
        return Policy(name, problem=Missing(f"what {name} says: {reason}"))


def _decoded(document: str | Mapping[str, Any]) -> dict[str, object]:
    text = document if isinstance(document, str) else _written(document)
    if len(text) > MAX_CHARACTERS * _ESCAPED:
        _too_long()
    if text.lstrip()[:1] == "%":
        text = unquote(text)
    if len(text) > MAX_CHARACTERS:
        _too_long()
    _not_too_deep(text)
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_int=str, parse_float=str, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _InvalidError("it contains half a character") from error
    except ValueError as error:
        raise _InvalidError("it is not JSON") from error
    return _object(value, "the policy", _OF_POLICIES)


def _written(document: Mapping[str, Any]) -> str:
    try:
        return json.dumps(document)
    except (ValueError, TypeError, RecursionError) as error:
        raise _InvalidError("it is not JSON") from error


def _too_long() -> NoReturn:
    raise _InvalidError(f"it is longer than {MAX_CHARACTERS} characters, more than AWS accepts")


def _not_too_deep(text: str) -> None:
    """Raise if lists and objects are nested too deeply; brackets within strings do not count."""
    depth = 0
    for match in _NESTING.finditer(text):
        depth += 1 if match[0] in "[{" else -1 if match[0] in "]}" else 0
        if depth > _DEEPEST:
            raise _InvalidError(f"it has more than {_DEEPEST} nested lists and objects")


def _no_constant(text: str) -> NoReturn:
    raise _InvalidError(f"{text} is not JSON")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the object; raise if a key occurs twice, as AWS documents no rule for that."""
    members: dict[str, object] = {}
    for key, value in pairs:
        if key in members:
            raise _InvalidError(f"it has {_short(key)} twice in one place")
        members[key] = value
    return members


def _short(value: object) -> str:
    return f"{value!r:.{_MOST_QUOTED}}"


def _object(value: object, what: str, elements: frozenset[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _InvalidError(f"{what} is not an object")
    for key in value:
        if key not in elements:
            raise _InvalidError(f"{what} has an element {_short(key)}, unknown to the policy language")
    return value


def _statements(document: dict[str, object], name: str) -> tuple[Statement, ...]:
    version = document.get("Version", "2008-10-17")
    if not isinstance(version, str) or version not in _VERSIONS:
        raise _InvalidError(f"its Version is {_short(version)}")
    statements = document.get("Statement", [])
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements:
        raise _InvalidError("it has no statements")
    return tuple(
        _statement(element, name, number, variables=version == _WITH_VARIABLES)
        for number, element in enumerate(statements, 1)
    )


def _statement(element: object, name: str, number: int, *, variables: bool) -> Statement:
    sid = element.get("Sid") if isinstance(element, dict) else None
    label = shorten(sid) if isinstance(sid, str) and sid else f"statement {number}"
    effect = element.get("Effect") if isinstance(element, dict) else None
    valid_effect: Effect | None = "Allow" if effect == "Allow" else "Deny" if effect == "Deny" else None
    try:
        return _read(_object(element, "it", _OF_STATEMENTS), label, valid_effect, variables=variables)
    except _InvalidError as reason:
        return Statement(label, valid_effect, problem=Missing(f"what {label} of {name} says: {reason}"))


def _read(element: dict[str, object], label: str, effect: Effect | None, *, variables: bool) -> Statement:
    if effect is None:
        raise _InvalidError("its Effect is neither Allow nor Deny")
    actions, not_action = _either(element, "Action")
    resources, not_resource = _either(element, "Resource")
    principals, not_principal = _either(element, "Principal")
    if actions is None:
        raise _InvalidError("it has no Action")
    patterns = (
        None
        if resources is None
        else tuple(resource_pattern_of(text, variables=variables) for text in _strings(resources, "Resource"))
    )
    return Statement(
        label,
        effect,
        tuple(glob_of(pattern_of(text.lower())) for text in _strings(actions, "Action")),
        not_action,
        patterns,
        not_resource,
        None if principals is None else _principals(principals),
        not_principal,
        _conditions(element.get("Condition", {}), variables=variables),
    )


def _either(statement: dict[str, object], name: str) -> tuple[object, bool]:
    """Return the value of an element or its ``Not…`` form, and whether it is the latter; None if neither exists."""
    opposite = f"Not{name}"
    if name in statement and opposite in statement:
        raise _InvalidError(f"it has both {name} and {opposite}")
    return statement.get(name, statement.get(opposite)), opposite in statement


def _strings(value: object, what: str) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise _InvalidError(f"its {what} is not a text, nor a list of texts")
    return tuple(texts)


def _principals(value: object) -> Principals:
    if value == "*":
        return (("AWS", "*"),)
    by_type = _object(value, "its Principal", _OF_PRINCIPALS)
    principals = tuple((kind, text) for kind, texts in by_type.items() for text in _strings(texts, "Principal"))
    if not principals:
        raise _InvalidError("its Principal names nobody")
    return principals


def _conditions(value: object, *, variables: bool) -> tuple[Condition, ...]:
    if not isinstance(value, dict) or not all(isinstance(lines, dict) for lines in value.values()):
        raise _InvalidError("its Condition is not an object of objects")
    return tuple(
        _condition(name, key, values, variables=variables)
        for name, lines in value.items()
        for key, values in lines.items()
    )


def _condition(name: str, key: str, values: object, *, variables: bool) -> Condition:
    operator = operator_of(name)
    listed: list[object] = values if isinstance(values, list) else [values]
    texts = [str(value).lower() if isinstance(value, bool) else value for value in listed]
    with_variables = variables and operator is not None and operator.takes_variables
    what = f"Condition {shorten(key)}"
    return Condition(
        operator, shorten(name), key, tuple(tokens_of(text, variables=with_variables) for text in _strings(texts, what))
    )
