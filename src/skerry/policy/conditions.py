"""Whether a condition holds for a request: yes, no, or not known for want of a key's value.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

import re
from collections.abc import Callable, Iterable
from typing import cast

from skerry.model.facts import Missing
from skerry.policy.document import Condition
from skerry.policy.operators import Compare, Operator
from skerry.policy.request import HiddenValue, Request
from skerry.policy.resources import could_begin
from skerry.policy.ternary import Truth, Unknown, all_of, any_of, negate, shorten, unknown_for
from skerry.policy.wildcards import Pattern, PolicyVariable, Token, UnresolvedVariable, Wildcard, literal_of, resolve

_OF_AN_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-view-data-orgs.html
_IN_AN_ORGANIZATION = re.compile(r"o-[a-z0-9]+/")


def holds(condition: Condition, request: Request) -> Truth:
    """Whether the line of the condition holds.

    Of a key that the request does not have, AWS says: a positive operator does not hold and a negated one does, any
    one with ``IfExists`` does, ``ForAllValues`` does and ``ForAnyValue`` does not. Of ``ForAnyValue`` with
    ``IfExists`` it says both, so that is not known.
    """
    operator = condition.operator
    if operator is None:
        return unknown_for(f"what the operator {condition.name} of a condition means")
    values = request.values_of(condition.key)
    if isinstance(values, Missing):
        return Unknown((values,))
    if isinstance(values, HiddenValue):
        there = _hidden(condition, operator, values, request)
        if not values.maybe_absent or there == _without(condition, operator):
            return there
        return Unknown((Missing(values.fact, values.action),))
    if not values:
        return _without(condition, operator)
    if operator.compare is None:
        return _null(condition, absent=False)
    return _of_values(condition, operator, operator.compare, values, request)


def _without(condition: Condition, operator: Operator) -> Truth:
    """What comes of the line for a request that does not have the key."""
    return _null(condition, absent=True) if operator.compare is None else _of_no_value(condition, operator)


def _null(condition: Condition, *, absent: bool) -> Truth:
    """``true`` asks that the request has no such key, ``false`` that it has one."""
    return any_of(_is_null(literal_of(cast("Pattern", tokens)), absent=absent) for tokens in condition.values)


def _is_null(wanted: str, *, absent: bool) -> Truth:
    if wanted.lower() not in {"true", "false"}:
        return unknown_for(f"what {shorten(wanted)!r} means as a value of Null")
    return absent == (wanted.lower() == "true")


def _of_no_value(condition: Condition, operator: Operator) -> Truth:
    if operator.quantifier == "ForAllValues":
        return True
    if operator.quantifier == "ForAnyValue":
        key = shorten(condition.key)
        return unknown_for(f"whether {condition.name} holds without {key}") if operator.if_exists else False
    return operator.if_exists or operator.negated


def _of_values(
    condition: Condition, operator: Operator, compare: Compare, values: tuple[str, ...], request: Request
) -> Truth:
    def fits(value: str) -> Truth:
        found = any_matches(
            condition.values, lambda pattern: compare(pattern, value), request, negated=operator.negated
        )
        return negate(found) if operator.negated else found

    if operator.quantifier == "ForAnyValue":
        return any_of(fits(value) for value in values)
    if operator.quantifier == "ForAllValues":
        # An empty text counts as no value.
        return all_of(fits(value) for value in values if value)
    if len(values) > 1:
        key = shorten(condition.key)
        return unknown_for(f"how {condition.name} compares {key}, which has several values, without ForAnyValue")
    return fits(values[0])


def _hidden(condition: Condition, operator: Operator, hidden: HiddenValue, request: Request) -> Truth:
    """A key that is there, with a value that is not known: only what does not depend on it can be told."""
    compare = operator.compare
    if compare is None:
        return _null(condition, absent=False)
    not_known = Unknown((Missing(hidden.fact, hidden.action),))
    if not operator.takes_variables:
        return not_known

    def fits(pattern: Pattern) -> Truth:
        if pattern and compare(pattern, "") is True:  # it has nothing but asterisks, and they are wildcards
            return True
        if hidden.begins:
            return _begins(pattern, compare, hidden.begins, not_known)
        return False if hidden.undisclosed and _names_somebody(pattern) else not_known

    found = any_matches(condition.values, fits, request, negated=operator.negated)
    return negate(found) if operator.negated else found


def _begins(pattern: Pattern, compare: Compare, beginning: str, not_known: Unknown) -> Truth:
    """Whether a value fits of which only the beginning is known; operators that heed no case are taken to."""
    if pattern and pattern[-1] is Wildcard.ANY and compare(pattern, beginning) is True:
        return True
    lower = tuple(token.lower() if isinstance(token, str) else token for token in pattern)
    return not_known if could_begin(lower, beginning.lower()) else False


def _names_somebody(pattern: Pattern) -> bool:
    """Whether the pattern is one identifier, or is about one account, or about paths in one organization."""
    if all(isinstance(token, str) for token in pattern):
        return True
    text = literal_of(pattern)
    return bool(_IN_AN_ORGANIZATION.match(text) or _OF_AN_ACCOUNT.search(text))


def any_matches(
    texts: Iterable[tuple[Token, ...]], fits: Callable[[Pattern], Truth], request: Request, *, negated: bool
) -> Truth:
    """Whether any text of a policy fits, once the request's values stand for its variables.

    A text with a variable that the request has no value for fits nothing; AWS says that this *might* make the whole
    statement invalid, so what rests on the other texts is not known then, nor what rests on its not fitting.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    found: list[Truth] = []
    unresolved = ""
    for tokens in texts:
        pattern = resolve(tokens, lambda variable: _text(variable, request))
        if isinstance(pattern, UnresolvedVariable):
            unresolved = pattern.key
        else:
            found.append(pattern if isinstance(pattern, Unknown) else fits(pattern))
    fit = any_of(found)
    if unresolved and (negated or fit is not False):
        key = shorten(unresolved)
        return unknown_for(f"whether AWS heeds a statement with ${{{key}}}, which the request has no value for")
    return fit


def _text(variable: PolicyVariable, request: Request) -> str | Unknown | None:
    values = request.values_of(variable.key)
    if isinstance(values, Missing):
        return Unknown((values,))
    if isinstance(values, HiddenValue):
        return Unknown((Missing(values.fact, values.action),))
    if len(values) > 1:
        return unknown_for(f"what ${{{shorten(variable.key)}}} stands for: it has several values")
    return values[0] if values else variable.default
