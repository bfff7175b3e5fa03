"""Policy documents as AWS prints them, read once into records that are ready to be matched.

Whatever a document is, reading it gives a ``Policy``: what cannot be understood is a ``Missing``, of the policy as a
whole or of one of its statements, and leaves what that decides unknown.
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

# Twice the longest policy that AWS takes, a key's 32 KB, for the white space that some quotas leave out:
# https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
MAX_CHARACTERS = 65_536
_MOST_QUOTED = 60  # characters of a document in a message
_ESCAPED = 3  # characters of percent-encoding for one
_DEEPEST = 16  # lists and objects within one another; the policy language has seven
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
    """One line of an element ``Condition``: an operator, a context key, and the values that it is compared with.

    ``operator`` is None where AWS documents none of that ``name``.
    """

    operator: Operator | None
    name: str
    key: str
    values: tuple[tuple[Token, ...], ...]


class Statement(msgspec.Struct, frozen=True, gc=False):
    """One statement.

    ``label`` is its Sid, or its number from 1. ``effect`` is None where it cannot be told. ``other_…``: the element
    is ``NotAction``, ``NotResource``, ``NotPrincipal``. ``resources`` and ``principals`` are None where the statement
    has no such element. ``problem`` says why it cannot be told what the statement applies to.
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
    """One policy; ``problem`` says why it cannot be told what it allows or denies, and there are no statements then."""

    name: str
    statements: tuple[Statement, ...] = ()
    problem: Missing | None = None


class _Unreadable(Exception):  # noqa: N818 -- never leaves this module: it becomes a value
    """Why a document or a statement cannot be understood."""


def parse(document: str | Mapping[str, Any], name: str) -> Policy:
    """Read a policy from its text, percent-encoded as IAM prints it or not, or from what boto3 made of it.

    ``name`` is how the user knows it: its ARN, or its resource's.
    """
    try:
        return Policy(name, _statements(_decoded(document), name))
    except _Unreadable as why:
        return Policy(name, problem=Missing(f"what {name} says: {why}"))


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
        raise _Unreadable("it has half a character, which no text has") from error
    except ValueError as error:
        raise _Unreadable("it is not JSON") from error
    return _object(value, "the policy", _OF_POLICIES)


def _written(document: Mapping[str, Any]) -> str:
    try:
        return json.dumps(document)
    except (ValueError, TypeError, RecursionError) as error:
        raise _Unreadable("it is not JSON") from error


def _too_long() -> NoReturn:
    raise _Unreadable(f"it is longer than {MAX_CHARACTERS} characters, and than any policy that AWS takes")


def _not_too_deep(text: str) -> None:
    """Refuse what would take a reader of JSON too deep; brackets within texts do not count."""
    depth = 0
    for found in _NESTING.finditer(text):
        depth += 1 if found[0] in "[{" else -1 if found[0] in "]}" else 0
        if depth > _DEEPEST:
            raise _Unreadable(f"it has more than {_DEEPEST} lists and objects within one another")


def _no_constant(text: str) -> NoReturn:
    raise _Unreadable(f"{text} is not JSON")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object, if it has no key twice: which of the two counts is not documented."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _Unreadable(f"it has {_short(key)} twice in one place")
        found[key] = value
    return found


def _short(value: object) -> str:
    return f"{value!r:.{_MOST_QUOTED}}"


def _object(value: object, what: str, known: frozenset[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _Unreadable(f"{what} is not an object")
    for key in value:
        if key not in known:
            raise _Unreadable(f"{what} has an element {_short(key)}, which the policy language does not have")
    return value


def _statements(document: dict[str, object], name: str) -> tuple[Statement, ...]:
    version = document.get("Version", "2008-10-17")
    if not isinstance(version, str) or version not in _VERSIONS:
        raise _Unreadable(f"its Version is {_short(version)}")
    rows = document.get("Statement", [])
    rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not rows:
        raise _Unreadable("it has no statements")
    return tuple(
        _statement(row, name, number, variables=version == _WITH_VARIABLES) for number, row in enumerate(rows, 1)
    )


def _statement(row: object, name: str, number: int, *, variables: bool) -> Statement:
    sid = row.get("Sid") if isinstance(row, dict) else None
    place = shorten(sid) if isinstance(sid, str) and sid else f"statement {number}"
    effect = row.get("Effect") if isinstance(row, dict) else None
    known: Effect | None = "Allow" if effect == "Allow" else "Deny" if effect == "Deny" else None
    try:
        return _read(_object(row, "it", _OF_STATEMENTS), place, known, variables=variables)
    except _Unreadable as why:
        return Statement(place, known, problem=Missing(f"what {place} of {name} says: {why}"))


def _read(row: dict[str, object], place: str, effect: Effect | None, *, variables: bool) -> Statement:
    if effect is None:
        raise _Unreadable("its Effect is neither Allow nor Deny")
    actions, not_action = _either(row, "Action")
    resources, not_resource = _either(row, "Resource")
    principals, not_principal = _either(row, "Principal")
    if actions is None:
        raise _Unreadable("it has no Action")
    patterns = (
        None
        if resources is None
        else tuple(resource_pattern_of(text, variables=variables) for text in _strings(resources, "Resource"))
    )
    return Statement(
        place,
        effect,
        tuple(glob_of(pattern_of(text.lower())) for text in _strings(actions, "Action")),
        not_action,
        patterns,
        not_resource,
        None if principals is None else _principals(principals),
        not_principal,
        _conditions(row.get("Condition", {}), variables=variables),
    )


def _either(row: dict[str, object], element: str) -> tuple[object, bool]:
    """The value of an element or of its opposite, and whether it is the opposite; None where it has neither."""
    opposite = f"Not{element}"
    if element in row and opposite in row:
        raise _Unreadable(f"it has both {element} and {opposite}")
    return row.get(element, row.get(opposite)), opposite in row


def _strings(value: object, what: str) -> tuple[str, ...]:
    found = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(one, str) for one in found):
        raise _Unreadable(f"its {what} is not a text, nor a list of texts")
    return tuple(found)


def _principals(value: object) -> Principals:
    if value == "*":
        return (("AWS", "*"),)
    named = _object(value, "its Principal", _OF_PRINCIPALS)
    found = tuple((kind, text) for kind, texts in named.items() for text in _strings(texts, "Principal"))
    if not found:
        raise _Unreadable("its Principal names nobody")
    return found


def _conditions(value: object, *, variables: bool) -> tuple[Condition, ...]:
    if not isinstance(value, dict) or not all(isinstance(lines, dict) for lines in value.values()):
        raise _Unreadable("its Condition is not an object of objects")
    return tuple(
        _condition(name, key, values, variables=variables)
        for name, lines in value.items()
        for key, values in lines.items()
    )


def _condition(name: str, key: str, values: object, *, variables: bool) -> Condition:
    operator = operator_of(name)
    found: list[object] = values if isinstance(values, list) else [values]
    texts = [str(one).lower() if isinstance(one, bool) else one for one in found]
    known = variables and operator is not None and operator.takes_variables
    what = f"Condition {shorten(key)}"
    return Condition(
        operator, shorten(name), key, tuple(tokens_of(text, variables=known) for text in _strings(texts, what))
    )
