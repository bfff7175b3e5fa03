"""Conditions of statements: true, false, or unknown if the value of a context key is missing.

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

_OF_AN_ACCOUNT = r"(?<![0-9])[0-9]{12}(?![0-9])"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-view-data-orgs.html
_IN_AN_ORGANIZATION = r"o-[a-z0-9]+/"


def holds(condition: Condition, request: Request) -> Truth:
    """Return whether one line of a condition holds.

    AWS documents these rules for a key that is absent from the request: a positive operator is false and a negated one
    true; any operator with ``IfExists`` is true; ``ForAllValues`` is true and ``ForAnyValue`` is false. For
    ``ForAnyValue`` with ``IfExists`` the rules contradict each other, so the result is unknown.
    """
    operator = condition.operator
    if operator is None:
        return unknown_for(f"the meaning of the condition operator {condition.name}")
    values = request.values_of(condition.key)
    if isinstance(values, Missing):
        return Unknown((values,))
    if isinstance(values, HiddenValue):
        result = _result_for_hidden_value(condition, operator, values, request)
        if not values.maybe_absent or result == _result_without_key(condition, operator):
            return result
        return Unknown((Missing(values.fact, values.action),))
    if not values:
        return _result_without_key(condition, operator)
    if operator.compare is None:
        return _null(condition, absent=False)
    return _result_for_values(condition, operator, operator.compare, values, request)


def _result_without_key(condition: Condition, operator: Operator) -> Truth:
    """Return the result of the line for a request without the key."""
    return _null(condition, absent=True) if operator.compare is None else _result_without_value(condition, operator)


def _null(condition: Condition, *, absent: bool) -> Truth:
    """Return the result of ``Null``: ``true`` requires an absent key, ``false`` a present key."""
    return any_of(_is_null(literal_of(cast("Pattern", tokens)), absent=absent) for tokens in condition.values)


def _is_null(wanted: str, *, absent: bool) -> Truth:
    if wanted.lower() not in {"true", "false"}:
        return unknown_for(f"the meaning of {shorten(wanted)!r} as a value of Null")
    return absent == (wanted.lower() == "true")


def _result_without_value(condition: Condition, operator: Operator) -> Truth:
    if operator.quantifier == "ForAllValues":
        return True
    if operator.quantifier == "ForAnyValue":
        key = shorten(condition.key)
        return unknown_for(f"whether {condition.name} holds without {key}") if operator.if_exists else False
    return operator.if_exists or operator.negated


def _result_for_values(
    condition: Condition, operator: Operator, compare: Compare, values: tuple[str, ...], request: Request
) -> Truth:
    def fits(value: str) -> Truth:
        fit = any_matches(condition.values, lambda pattern: compare(pattern, value), request, negated=operator.negated)
        return negate(fit) if operator.negated else fit

    if operator.quantifier == "ForAnyValue":
        return any_of(fits(value) for value in values)
    if operator.quantifier == "ForAllValues":
        # An empty string counts as no value.
        return all_of(fits(value) for value in values if value)
    if len(values) > 1:
        key = shorten(condition.key)
        return unknown_for(f"how {condition.name} compares {key}, which has several values, without ForAnyValue")
    return fits(values[0])


def _result_for_hidden_value(condition: Condition, operator: Operator, hidden: HiddenValue, request: Request) -> Truth:
    """Return the result for a key with an unknown value: unknown, unless it is the same for every value."""
    compare = operator.compare
    if compare is None:
        return _null(condition, absent=False)
    not_known = Unknown((Missing(hidden.fact, hidden.action),))
    if not operator.takes_variables:
        return not_known

    def fits(pattern: Pattern) -> Truth:
        if pattern and compare(pattern, "") is True:  # only asterisks, and the operator treats them as wildcards
            return True
        if hidden.begins:
            return _fits_beginning(pattern, compare, hidden.begins, not_known)
        return False if hidden.undisclosed and _names_one_principal(pattern) else not_known

    fit = any_matches(condition.values, fits, request, negated=operator.negated)
    return negate(fit) if operator.negated else fit


def _fits_beginning(pattern: Pattern, compare: Compare, beginning: str, not_known: Unknown) -> Truth:
    """Return whether a value with only a known beginning fits, with case ignored."""
    if pattern and pattern[-1] is Wildcard.ANY and compare(pattern, beginning) is True:
        return True
    lower = tuple(token.lower() if isinstance(token, str) else token for token in pattern)
    return not_known if could_begin(lower, beginning.lower()) else False


def _names_one_principal(pattern: Pattern) -> bool:
    """Return whether the pattern is one identifier, or names one account or paths in one organization."""
    if all(isinstance(token, str) for token in pattern):
        return True
    text = literal_of(pattern)
    return bool(re.match(_IN_AN_ORGANIZATION, text) or re.search(_OF_AN_ACCOUNT, text))


def any_matches(
    texts: Iterable[tuple[Token, ...]], fits: Callable[[Pattern], Truth], request: Request, *, negated: bool
) -> Truth:
    """Return whether any text of a policy fits after its policy variables are resolved.

    A text with a variable without a value in the request fits nothing. AWS documents that this *might* make the whole
    statement invalid: a result because of other texts, or because the text does not fit, is unknown.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    answers: list[Truth] = []
    unresolved = ""
    for tokens in texts:
        pattern = resolve(tokens, lambda variable: _value_of_variable(variable, request))
        if isinstance(pattern, UnresolvedVariable):
            unresolved = pattern.key
        else:
            answers.append(pattern if isinstance(pattern, Unknown) else fits(pattern))
    fit = any_of(answers)
    if unresolved and (negated or fit is not False):
        key = shorten(unresolved)
        return unknown_for(f"whether AWS applies a statement with ${{{key}}}, which the request has no value for")
    return fit


def _value_of_variable(variable: PolicyVariable, request: Request) -> str | Unknown | None:
    values = request.values_of(variable.key)
    if isinstance(values, Missing):
        return Unknown((values,))
    if isinstance(values, HiddenValue):
        return Unknown((Missing(values.fact, values.action),))
    if len(values) > 1:
        return unknown_for(f"the value of ${{{shorten(variable.key)}}}: it has several")
    return values[0] if values else variable.default
