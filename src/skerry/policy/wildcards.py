"""Wildcards, policy variables and ARNs, as AWS matches them.

A text of a policy is parsed once into tokens: literal text, the wildcards ``*`` and ``?``, and variables. Matching
needs no backtracking: its time is proportional to the lengths of pattern and text.
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
_QUOTED = 2  # parts after the first quotation mark of a default: its text, and an empty one


class Wildcard(Enum):
    """The two wildcards: any text, and any one character."""

    ANY = "*"
    ONE = "?"


class PolicyVariable(msgspec.Struct, frozen=True, gc=False):
    """A policy variable: ``${key}`` or ``${key, 'default'}``."""

    key: str
    default: str | None = None


Token = str | Wildcard | PolicyVariable
Pattern = tuple[str | Wildcard, ...]
T = TypeVar("T", bound=Token)


class UnresolvedVariable(msgspec.Struct, frozen=True, gc=False):
    """A policy variable without a default, and without its key in the request."""

    key: str


def tokens_of(text: str, *, variables: bool) -> tuple[Token, ...]:
    """Return the tokens of a policy's text.

    ``variables``: the policy has the Version 2012-10-17; in older versions ``${…}`` is literal text.
    ``${*}``, ``${?}`` and ``${$}`` are the literal characters, not wildcards.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    return _join_texts(_tokens(text, variables=variables))


def pattern_of(text: str) -> Pattern:
    """Return the tokens of a policy's text without variables."""
    return tuple(_wildcards(text))


def _tokens(text: str, *, variables: bool) -> Iterator[Token]:
    at = 0
    for match in _VARIABLE.finditer(text) if variables else ():
        yield from _wildcards(text[at : match.start()])
        yield match[1] if match[1] in _ESCAPES else _variable(match[1])
        at = match.end()
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


def _join_texts(tokens: Iterable[Token]) -> tuple[Token, ...]:
    """Return the tokens with adjacent texts joined and empty texts removed."""
    joined: list[Token] = []
    for token in tokens:
        if isinstance(token, str) and joined and isinstance(joined[-1], str):
            joined[-1] += token
        elif token != "":
            joined.append(token)
    return tuple(joined)


def collapse(tokens: tuple[T, ...]) -> tuple[T, ...]:
    """Return the tokens with adjacent ``*`` as one; the pattern matches the same texts."""
    kept: list[T] = []
    for token in tokens:
        if token is not Wildcard.ANY or not kept or kept[-1] is not Wildcard.ANY:
            kept.append(token)
    return tuple(kept)


def is_pattern(tokens: tuple[Token, ...]) -> TypeGuard[Pattern]:
    """Return whether the tokens have no variables and can be matched directly."""
    return not any(isinstance(token, PolicyVariable) for token in tokens)


def resolve(
    tokens: tuple[Token, ...], value: Callable[[PolicyVariable], str | Unknown | None]
) -> Pattern | UnresolvedVariable | Unknown:
    """Return the tokens with the values of their variables as literal text.

    ``value`` returns the text of a variable, None if the request lacks the key and the variable has no default.
    """
    given: list[Token] = []
    for token in tokens:
        text = value(token) if isinstance(token, PolicyVariable) else token
        if isinstance(text, Unknown):
            return text
        if text is None:
            return UnresolvedVariable(token.key if isinstance(token, PolicyVariable) else "")
        given.append(text)
    return cast("Pattern", _join_texts(given))


def literal_of(pattern: Pattern) -> str:
    """Return the pattern as text, for operators without wildcards."""
    return "".join(token.value if isinstance(token, Wildcard) else token for token in pattern)


class _Gaps(msgspec.Struct, frozen=True, gc=False):
    """A text of fixed length with gaps; each gap matches one character."""

    regex: re.Pattern[str]
    length: int


_Piece = str | _Gaps


class Glob(msgspec.Struct, frozen=True, gc=False):
    """A pattern, as the pieces between its ``*``."""

    pieces: tuple[_Piece, ...]

    def matches(self, text: str) -> bool:
        """Return whether the whole text fits the pattern."""
        first, *others = self.pieces
        if not others:
            return len(text) == _length(first) and _matches_at(first, text, 0)
        *middle, last = others
        if not _matches_at(first, text, 0):
            return False
        at = _length(first)
        for piece in middle:
            position = _find(piece, text, at)
            if position < 0:
                return False
            at = position + _length(piece)
        end = len(text) - _length(last)
        return at <= end and _matches_at(last, text, end)


def glob_of(pattern: Pattern) -> Glob:
    """Return the pattern, ready to match."""
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


def _matches_at(piece: _Piece, text: str, at: int) -> bool:
    if isinstance(piece, str):
        return text.startswith(piece, at)
    return piece.regex.match(text, at) is not None


def _find(piece: _Piece, text: str, at: int) -> int:
    if isinstance(piece, str):
        return text.find(piece, at)
    match = piece.regex.search(text, at)
    return match.start() if match else -1


def segments_of(pattern: Pattern) -> list[Pattern]:
    """Return the parts of an ARN's pattern, split at its first five colons."""
    parts: list[list[str | Wildcard]] = [[]]
    for token in pattern:
        if isinstance(token, Wildcard):
            parts[-1].append(token)
            continue
        first, *others = token.split(":", SEGMENTS - len(parts))
        parts[-1].append(first)
        parts.extend([part] for part in others)
    return [tuple(token for token in part if token) for part in parts]


def segments_match(pattern: Pattern, arn: str) -> bool:
    """Return whether each of the six parts of the ARN fits its part of the pattern."""
    wanted, given = segments_of(pattern), arn.split(":", SEGMENTS - 1)
    return len(wanted) == len(given) == SEGMENTS and all(
        glob_of(part).matches(text) for part, text in zip(wanted, given, strict=True)
    )


def arn_like(pattern: Pattern, arn: str) -> Truth:
    """Return whether ``ArnLike`` holds: it compares each of the six parts separately.

    AWS does not document the comparison with a pattern of fewer parts.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    if len(segments_of(pattern)) < SEGMENTS:
        return unknown_for(
            f"whether AWS takes {shorten(literal_of(pattern))}, which has not the six parts of an ARN, for {arn}"
        )
    return segments_match(pattern, arn)
