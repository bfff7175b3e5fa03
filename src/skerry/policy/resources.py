"""What a request is about, and whether an element ``Resource`` or ``NotResource`` covers it."""

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
    """What a request is about: an ARN, or ``*`` for actions that know no resources.

    ``account`` is None where it is not known whose it is. ``beginning``: only the beginning of the ARN is known, as
    with the key of an image's layer, a log stream of a task that has not run, or a secret without its suffix.
    ``more_characters``: how many follow the beginning, exactly, whatever they are; None where that is not known.
    """

    arn: str
    account: str | None = None
    beginning: bool = False
    more_characters: int | None = None


class ResourcePattern(msgspec.Struct, frozen=True, gc=False):
    """One value of ``Resource``, ready to be matched; ``glob`` is None while it has variables.

    ``inner_wildcard``: see ``has_inner_wildcard``. ``early_variable``: one of the ARN's first five parts has a policy
    variable, and AWS supports none there.
    """

    text: str
    tokens: tuple[Token, ...]
    glob: Glob | None
    inner_wildcard: bool
    early_variable: bool


def resource_pattern_of(text: str, *, variables: bool) -> ResourcePattern:
    """One value of ``Resource`` of a policy, which knows ``variables`` if its Version does."""
    tokens = collapse(tokens_of(text, variables=variables))
    glob = glob_of(tokens) if is_pattern(tokens) else None
    return ResourcePattern(text, tokens, glob, has_inner_wildcard(tokens), _early(tokens))


def _before_the_resource(tokens: tuple[Token, ...]) -> list[int]:
    """The places of the tokens that begin in one of the ARN's first five parts."""
    colons, places = 0, []
    for place, token in enumerate(tokens):
        if colons >= SEGMENTS - 1:
            break
        places.append(place)
        colons += token.count(":") if isinstance(token, str) else 0
    return places


def has_inner_wildcard(tokens: tuple[Token, ...]) -> bool:
    """Whether a wildcard stands within one of the first five parts of the ARN, and is not the part's end."""
    return any(
        tokens[place] is Wildcard.ONE
        or (tokens[place] is Wildcard.ANY and not _ends_a_part(tokens[place + 1 : place + 2]))
        for place in _before_the_resource(tokens)
    )


def _ends_a_part(rest: tuple[Token, ...]) -> bool:
    return not rest or (isinstance(rest[0], str) and rest[0].startswith(":"))


def _early(tokens: tuple[Token, ...]) -> bool:
    return any(isinstance(tokens[place], PolicyVariable) for place in _before_the_resource(tokens))


def covers(pattern: Pattern, glob: Glob, resource: Resource, *, inner_wildcard: bool) -> Truth:
    """Whether a pattern fits the resource.

    A wildcard stands for any characters within its part of the ARN, and reaches beyond a colon where it is the last
    character of its part. Of another one that would have to, IAM's page says no such thing and S3's the contrary:
    not known.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html
    """
    if resource.beginning:
        return _covers_all_that_begins(pattern, glob, resource, inner_wildcard=inner_wildcard)
    if not glob.matches(resource.arn):
        return False
    if not inner_wildcard or segments_match(pattern, resource.arn):
        return True
    named = shorten(literal_of(pattern))
    return unknown_for(f"whether AWS lets a wildcard of {named} reach beyond a colon, for {resource.arn}")


def _covers_all_that_begins(pattern: Pattern, glob: Glob, resource: Resource, *, inner_wildcard: bool) -> Truth:
    known, more = resource.arn, resource.more_characters
    if more is None:
        some = could_begin(pattern, known)
        every = bool(pattern) and pattern[-1] is Wildcard.ANY and glob.matches(known)
    else:
        some = _fits(pattern, known, more, every=False)
        every = _fits(pattern, known, more, every=True)
    if not some:
        return False
    if every and not inner_wildcard:
        return True
    return unknown_for(f"the rest of {known}…, which {shorten(literal_of(pattern))} may name")


def could_begin(pattern: Pattern, beginning: str) -> bool:
    """Whether some text with this beginning fits the pattern: what follows the first ``*`` may stand after it."""
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
    """Whether some text that begins so and has that many characters more fits the pattern, or ``every`` such text.

    The places in the pattern are followed that the text may have led to: at most two for each of its characters. Of
    every text, no character is known to be the pattern's, so that only wildcards stand for it.
    """
    steps: list[str | Wildcard] = []
    for token in collapse(pattern):
        steps.extend(token if isinstance(token, str) else [token])
    reached = _passing({0}, steps)
    for character in (*beginning, *[None] * more):
        takes: tuple[str | Wildcard | None, ...] = (Wildcard.ONE, character)
        reached = _passing(
            {
                at if steps[at] is Wildcard.ANY else at + 1
                for at in reached
                if at < len(steps)
                and (steps[at] is Wildcard.ANY or steps[at] in takes or (character is None and not every))
            },
            steps,
        )
    return len(steps) in reached


def _passing(places: set[int], steps: list[str | Wildcard]) -> set[int]:
    """The places, and those that are reached from them by letting a ``*`` stand for nothing."""
    return places | {at + 1 for at in places if at < len(steps) and steps[at] is Wildcard.ANY}
