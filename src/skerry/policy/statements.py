"""Whether a statement is about a request."""

from collections.abc import Iterator
from typing import cast

from skerry.policy.conditions import any_matches, holds
from skerry.policy.document import Statement
from skerry.policy.request import Request
from skerry.policy.resources import ResourcePattern, covers, has_inner_wildcard
from skerry.policy.ternary import Truth, Unknown, any_of, negate, shorten, unknown_for
from skerry.policy.wildcards import Pattern, collapse, glob_of


def match_statement(statement: Statement, request: Request, *, attached: bool) -> Iterator[Truth]:
    """Whether the statement's action, resource and conditions fit: all of the answers must be yes.

    ``attached``: the policy belongs to the resource, and then may leave the resource out, as those of ECR's
    repositories do. Who asks is not looked at.
    """
    if statement.problem:
        yield Unknown((statement.problem,))
        return
    action = request.action.lower()
    yield any(glob.matches(action) for glob in statement.actions) is not statement.not_action
    if statement.resources is not None:
        named = _named(statement.resources, request, negated=statement.not_resource)
        yield negate(named) if statement.not_resource else named
    elif not attached:
        yield unknown_for(f"what {statement.label} is about: it has no Resource")
    for condition in statement.conditions:
        yield holds(condition, request)


def _named(patterns: tuple[ResourcePattern, ...], request: Request, *, negated: bool) -> Truth:
    for pattern in patterns:
        if pattern.early_variable:
            return unknown_for(
                f"what the variable in {shorten(pattern.text)} does, before the fifth colon of a Resource"
            )
    resource = request.resource
    if all(pattern.glob for pattern in patterns):
        return any_of(
            covers(cast("Pattern", pattern.tokens), pattern.glob, resource, inner_wildcard=pattern.inner_wildcard)
            for pattern in patterns
            if pattern.glob
        )

    def fits(resolved: Pattern) -> Truth:
        pattern = collapse(resolved)
        return covers(pattern, glob_of(pattern), resource, inner_wildcard=has_inner_wildcard(pattern))

    return any_matches((pattern.tokens for pattern in patterns), fits, request, negated=negated)
