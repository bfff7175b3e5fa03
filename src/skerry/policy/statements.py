"""Matching of statements with requests."""

from collections.abc import Iterator
from typing import cast

from skerry.policy.conditions import any_matches, holds
from skerry.policy.document import Statement
from skerry.policy.request import Request
from skerry.policy.resources import ResourcePattern, covers, has_inner_wildcard
from skerry.policy.ternary import Truth, Unknown, any_of, negate, shorten, unknown_for
from skerry.policy.wildcards import Pattern, collapse, glob_of


def match_statement(statement: Statement, request: Request, *, attached: bool) -> Iterator[Truth]:
    """Yield whether the statement's action, resource and each condition fit: all answers must be yes.

    ``attached``: the policy is resource-based and may have no ``Resource``, as in ECR repository policies. The
    principal is matched elsewhere.
    """
    if statement.problem:
        yield Unknown((statement.problem,))
        return
    action = request.action.lower()
    yield any(glob.matches(action) for glob in statement.actions) is not statement.not_action
    if statement.resources is not None:
        fits = _match_resource(statement.resources, request, negated=statement.not_resource)
        yield negate(fits) if statement.not_resource else fits
    elif not attached:
        yield unknown_for(f"the resources of {statement.label}: it has no Resource")
    for condition in statement.conditions:
        yield holds(condition, request)


def _match_resource(patterns: tuple[ResourcePattern, ...], request: Request, *, negated: bool) -> Truth:
    for pattern in patterns:
        if pattern.early_variable:
            return unknown_for(
                f"the effect of the variable in {shorten(pattern.text)}, before the fifth colon of a Resource"
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
