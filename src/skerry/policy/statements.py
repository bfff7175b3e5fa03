"""Whether a statement is about a request."""

from collections.abc import Iterator
from typing import cast

from skerry.policy.conditions import any_fits, holds
from skerry.policy.document import Statement
from skerry.policy.quoting import short
from skerry.policy.request import Request
from skerry.policy.resources import ResourcePattern, covers, is_astray
from skerry.policy.ternary import Truth, Unknown, any_of, negate, unknown
from skerry.policy.wildcards import Pattern, collapsed, glob_of


def about(statement: Statement, request: Request, *, attached: bool) -> Iterator[Truth]:
    """Whether the statement's action, resource and conditions fit: all of the answers must be yes.

    ``attached``: the policy belongs to the resource, and then may leave the resource out, as those of ECR's
    repositories do. Who asks is not looked at.
    """
    if statement.problem:
        yield Unknown((statement.problem,))
        return
    action = request.action.lower()
    yield any(glob.matches(action) for glob in statement.actions) is not statement.other_actions
    if statement.resources is not None:
        named = _named(statement.resources, request, negated=statement.other_resources)
        yield negate(named) if statement.other_resources else named
    elif not attached:
        yield unknown(f"what {statement.place} is about: it has no Resource")
    for condition in statement.conditions:
        yield holds(condition, request)


def _named(patterns: tuple[ResourcePattern, ...], request: Request, *, negated: bool) -> Truth:
    for pattern in patterns:
        if pattern.early:
            return unknown(f"what the variable in {short(pattern.text)} does, before the fifth colon of a Resource")
    resource = request.resource
    if all(pattern.glob for pattern in patterns):
        return any_of(
            covers(cast("Pattern", pattern.tokens), pattern.glob, resource, astray=pattern.astray)
            for pattern in patterns
            if pattern.glob
        )

    def fits(resolved: Pattern) -> Truth:
        pattern = collapsed(resolved)
        return covers(pattern, glob_of(pattern), resource, astray=is_astray(pattern))

    return any_fits((pattern.tokens for pattern in patterns), fits, request, negated=negated)
