"""Resources of requests, and matching of ``Resource`` and ``NotResource`` elements with them."""

import msgspec

from skerry.policy.ternary import Truth, shorten, unknown_for
from skerry.policy.wildcards import (
    SEGMENTS,
    Glob,
    Pattern,
    PolicyVariable,
    Token,
    Wildcard,
    collapse,
    glob_of,
    is_pattern,
    literal_of,
    segments_match,
    tokens_of,
)


class Resource(msgspec.Struct, frozen=True, gc=False):
    """The resource of a request: an ARN, or ``*`` for actions without resources.

    ``account`` is None if its owner is unknown. ``beginning``: only the beginning of the ARN is known, as for the key
    of an image layer, a log stream of a future task, or a secret without its suffix.
    ``more_characters``: the exact number of unknown characters after the beginning; None if unknown.
    """

    arn: str
    account: str | None = None
    beginning: bool = False
    more_characters: int | None = None


class ResourcePattern(msgspec.Struct, frozen=True, gc=False):
    """One value of a ``Resource`` element, ready to match; ``glob`` is None if it has variables.

    ``inner_wildcard``: see ``has_inner_wildcard``. ``early_variable``: one of the ARN's first five parts has a policy
    variable, and AWS supports none there.
    """

    text: str
    tokens: tuple[Token, ...]
    glob: Glob | None
    inner_wildcard: bool
    early_variable: bool


def resource_pattern_of(text: str, *, variables: bool) -> ResourcePattern:
    """Return the pattern of one ``Resource`` value; ``variables``: the Version of the policy supports them."""
    tokens = collapse(tokens_of(text, variables=variables))
    glob = glob_of(tokens) if is_pattern(tokens) else None
    return ResourcePattern(text, tokens, glob, has_inner_wildcard(tokens), _has_early_variable(tokens))


def _positions_before_resource(tokens: tuple[Token, ...]) -> list[int]:
    """Return the positions of the tokens within the ARN's first five parts."""
    colons, positions = 0, []
    for position, token in enumerate(tokens):
        if colons >= SEGMENTS - 1:
            break
        positions.append(position)
        colons += token.count(":") if isinstance(token, str) else 0
    return positions


def has_inner_wildcard(tokens: tuple[Token, ...]) -> bool:
    """Return whether one of the first five parts of the ARN has a wildcard before its end."""
    return any(
        tokens[position] is Wildcard.ONE
        or (tokens[position] is Wildcard.ANY and not _is_end_of_part(tokens[position + 1 : position + 2]))
        for position in _positions_before_resource(tokens)
    )


def _is_end_of_part(following: tuple[Token, ...]) -> bool:
    return not following or (isinstance(following[0], str) and following[0].startswith(":"))


def _has_early_variable(tokens: tuple[Token, ...]) -> bool:
    return any(isinstance(tokens[position], PolicyVariable) for position in _positions_before_resource(tokens))


def covers(pattern: Pattern, glob: Glob, resource: Resource, *, inner_wildcard: bool) -> Truth:
    """Return whether a pattern fits the resource.

    A wildcard matches any characters within its part of the ARN. It matches beyond a colon if it is the last character
    of its part. For other wildcards, the pages of IAM and S3 contradict each other, so the answer is unknown.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html
    """
    if resource.beginning:
        return _covers_beginning(pattern, glob, resource, inner_wildcard=inner_wildcard)
    if not glob.matches(resource.arn):
        return False
    if not inner_wildcard or segments_match(pattern, resource.arn):
        return True
    named = shorten(literal_of(pattern))
    return unknown_for(f"whether AWS lets a wildcard of {named} reach beyond a colon, for {resource.arn}")


def _covers_beginning(pattern: Pattern, glob: Glob, resource: Resource, *, inner_wildcard: bool) -> Truth:
    beginning, more = resource.arn, resource.more_characters
    if more is None:
        some = could_begin(pattern, beginning)
        every = bool(pattern) and pattern[-1] is Wildcard.ANY and glob.matches(beginning)
    else:
        some = _fits(pattern, beginning, more, every=False)
        every = _fits(pattern, beginning, more, every=True)
    if not some:
        return False
    if every and not inner_wildcard:
        return True
    return unknown_for(f"the end of {beginning}…, to match {shorten(literal_of(pattern))}")


def could_begin(pattern: Pattern, beginning: str) -> bool:
    """Return whether a text with this beginning can fit; after the first ``*`` any rest can."""
    at = 0
    for token in pattern:
        if token is Wildcard.ANY or at >= len(beginning):
            return True
        if isinstance(token, str):
            if not token.startswith(beginning[at : at + len(token)]):
                return False
            at += len(token)
        else:
            at += 1
    return at >= len(beginning)


def _fits(pattern: Pattern, beginning: str, more: int, *, every: bool) -> bool:
    """Return whether a text with this beginning and ``more`` unknown characters fits; ``every``: all such texts.

    The loop follows all positions in the pattern after each character, at most two for each. With ``every``, only
    wildcards match an unknown character.
    """
    steps: list[str | Wildcard] = []
    for token in collapse(pattern):
        steps.extend(token if isinstance(token, str) else [token])
    reached = _pass_wildcards({0}, steps)
    for character in (*beginning, *[None] * more):
        takes: tuple[str | Wildcard | None, ...] = (Wildcard.ONE, character)
        reached = _pass_wildcards(
            {
                at if steps[at] is Wildcard.ANY else at + 1
                for at in reached
                if at < len(steps)
                and (steps[at] is Wildcard.ANY or steps[at] in takes or (character is None and not every))
            },
            steps,
        )
    return len(steps) in reached


def _pass_wildcards(positions: set[int], steps: list[str | Wildcard]) -> set[int]:
    """Return the positions, and the positions after each ``*`` there, as it also matches nothing."""
    return positions | {at + 1 for at in positions if at < len(steps) and steps[at] is Wildcard.ANY}
