"""Wildcards, policy variables and ARNs, as AWS matches them.

A text of a policy is read once into tokens: literal text, the wildcards ``*`` and ``?``, and variables. Matching
takes time in proportion to the lengths of pattern and text, whatever the pattern: there is no backtracking.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import TypeGuard, TypeVar, cast

import msgspec

from skerry.policy.ternary import Truth, Unknown, shorten, unknown_for

SEGMENTS = 6  # arn:partition:service:region:account:resource
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_ESCAPES = frozenset({"*", "?", "$"})
_QUOTED = 2  # what follows the first quotation mark of a default: its text, and nothing


class Wildcard(Enum):
    """The two wildcards: any text, and any one character."""

    ANY = "*"
    ONE = "?"


class PolicyVariable(msgspec.Struct, frozen=True, gc=False):
    """``${key}`` or ``${key, 'default'}``."""

    key: str
    default: str | None = None


Token = str | Wildcard | PolicyVariable
Pattern = tuple[str | Wildcard, ...]
T = TypeVar("T", bound=Token)


class UnresolvedVariable(msgspec.Struct, frozen=True, gc=False):
    """What became of a text with a variable that has no default, and whose key the request does not have."""

    key: str


def tokens_of(text: str, *, variables: bool) -> tuple[Token, ...]:
    """A text of a policy as tokens.

    ``variables``: whether the policy has the Version 2012-10-17; in older ones ``${…}`` is text like any other.
    ``${*}``, ``${?}`` and ``${$}`` are those characters themselves, and no wildcards.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    return _joined(_tokens(text, variables=variables))


def pattern_of(text: str) -> Pattern:
    """A text of a policy, without variables, as tokens."""
    return tuple(_wildcards(text))


def _tokens(text: str, *, variables: bool) -> Iterator[Token]:
    at = 0
    for found in _VARIABLE.finditer(text) if variables else ():
        yield from _wildcards(text[at : found.start()])
        yield found[1] if found[1] in _ESCAPES else _variable(found[1])
        at = found.end()
    yield from _wildcards(text[at:])


def _variable(inside: str) -> PolicyVariable:
    key, _, default = inside.partition(",")
    empty, *quoted = default.strip().split("'")
    defaulted = "'" not in key and not empty and len(quoted) == _QUOTED and not quoted[1]
    return PolicyVariable(key.strip(), quoted[0]) if defaulted else PolicyVariable(inside.strip())


def _wildcards(text: str) -> Iterator[str | Wildcard]:
    for piece in re.split(r"([*?])", text):
        if piece == "*":
            yield Wildcard.ANY
        elif piece == "?":
            yield Wildcard.ONE
        elif piece:
            yield piece


def _joined(tokens: Iterable[Token]) -> tuple[Token, ...]:
    """The tokens, with texts that follow each other as one, and none that is empty."""
    joined: list[Token] = []
    for token in tokens:
        if isinstance(token, str) and joined and isinstance(joined[-1], str):
            joined[-1] += token
        elif token != "":
            joined.append(token)
    return tuple(joined)


def collapse(tokens: tuple[T, ...]) -> tuple[T, ...]:
    """The tokens, with ``*`` that follow each other as one: they stand for the same texts."""
    kept: list[T] = []
    for token in tokens:
        if token is not Wildcard.ANY or not kept or kept[-1] is not Wildcard.ANY:
            kept.append(token)
    return tuple(kept)


def is_pattern(tokens: tuple[Token, ...]) -> TypeGuard[Pattern]:
    """Whether the tokens have no variables, so that they can be matched as they are."""
    return not any(isinstance(token, PolicyVariable) for token in tokens)


def resolve(
    tokens: tuple[Token, ...], value: Callable[[PolicyVariable], str | Unknown | None]
) -> Pattern | UnresolvedVariable | Unknown:
    """The tokens with the values of their variables as literal text.

    ``value`` gives the text of a variable, None where the request has no such key and the variable no default.
    """
    given: list[Token] = []
    for token in tokens:
        text = value(token) if isinstance(token, PolicyVariable) else token
        if isinstance(text, Unknown):
            return text
        if text is None:
            return UnresolvedVariable(token.key if isinstance(token, PolicyVariable) else "")
        given.append(text)
    return cast("Pattern", _joined(given))


def literal_of(pattern: Pattern) -> str:
    """The pattern as a text, for operators that take a wildcard for a character like any other."""
    return "".join(token.value if isinstance(token, Wildcard) else token for token in pattern)


class _Gaps(msgspec.Struct, frozen=True, gc=False):
    """A text of fixed length with gaps, each for any one character."""

    regex: re.Pattern[str]
    length: int


_Piece = str | _Gaps


class Glob(msgspec.Struct, frozen=True, gc=False):
    """A pattern as the pieces between its ``*``."""

    pieces: tuple[_Piece, ...]

    def matches(self, text: str) -> bool:
        """Whether the whole text fits the pattern."""
        first, *rest = self.pieces
        if not rest:
            return len(text) == _length(first) and _stands(first, text, 0)
        *middle, last = rest
        if not _stands(first, text, 0):
            return False
        at = _length(first)
        for piece in middle:
            found = _find(piece, text, at)
            if found < 0:
                return False
            at = found + _length(piece)
        end = len(text) - _length(last)
        return at <= end and _stands(last, text, end)


def glob_of(pattern: Pattern) -> Glob:
    """The pattern, ready to be matched."""
    pieces: list[_Piece] = []
    piece: list[str | Wildcard] = []
    for token in pattern:
        if token is Wildcard.ANY:
            pieces.append(_piece(piece))
            piece = []
        else:
            piece.append(token)
    return Glob((*pieces, _piece(piece)))


def _piece(tokens: list[str | Wildcard]) -> _Piece:
    if Wildcard.ONE not in tokens:
        return "".join(cast("list[str]", tokens))
    regex = "".join(re.escape(token) if isinstance(token, str) else "." for token in tokens)
    length = sum(len(token) if isinstance(token, str) else 1 for token in tokens)
    return _Gaps(re.compile(regex, re.DOTALL), length)


def _length(piece: _Piece) -> int:
    return len(piece) if isinstance(piece, str) else piece.length


def _stands(piece: _Piece, text: str, at: int) -> bool:
    if isinstance(piece, str):
        return text.startswith(piece, at)
    return piece.regex.match(text, at) is not None


def _find(piece: _Piece, text: str, at: int) -> int:
    if isinstance(piece, str):
        return text.find(piece, at)
    found = piece.regex.search(text, at)
    return found.start() if found else -1


def segments_of(pattern: Pattern) -> list[Pattern]:
    """The parts of an ARN's pattern, between its first five colons."""
    parts: list[list[str | Wildcard]] = [[]]
    for token in pattern:
        if isinstance(token, Wildcard):
            parts[-1].append(token)
            continue
        first, *rest = token.split(":", SEGMENTS - len(parts))
        parts[-1].append(first)
        parts.extend([part] for part in rest)
    return [tuple(token for token in part if token) for part in parts]


def segments_match(pattern: Pattern, arn: str) -> bool:
    """Whether each of the six parts of the ARN fits its part of the pattern."""
    wanted, given = segments_of(pattern), arn.split(":", SEGMENTS - 1)
    return len(wanted) == len(given) == SEGMENTS and all(
        glob_of(part).matches(text) for part, text in zip(wanted, given, strict=True)
    )


def arn_like(pattern: Pattern, arn: str) -> Truth:
    """Whether ``ArnLike`` holds: each of the six parts is compared by itself.

    How AWS compares a pattern of fewer parts is not documented.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    if len(segments_of(pattern)) < SEGMENTS:
        return unknown_for(
            f"whether AWS takes {shorten(literal_of(pattern))}, which has not the six parts of an ARN, for {arn}"
        )
    return segments_match(pattern, arn)
