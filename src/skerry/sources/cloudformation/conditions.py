"""Conditions, in three-valued logic: an unresolved operand decides nothing.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from collections.abc import Sequence
from typing import Final

from yaml import MappingNode, Node, ScalarNode

from skerry.sources.cloudformation.functions import function_of_tag
from skerry.sources.cloudformation.parameters import is_other_value
from skerry.sources.cloudformation.scope import IntrinsicCall, ValueFault, ValueScope
from skerry.sources.cloudformation.text_functions import equals
from skerry.sources.cloudformation.values import Unresolved, Value, expression_of, reason_of, shorten

_MOST_OPERANDS: Final = 10
_LONG_FORMS: Final = frozenset(["Condition", "Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals"])


def call_of(node: Node) -> IntrinsicCall | None:
    """Return the call of a function that a node is; None if it is none."""
    if node.tag.startswith("!"):
        return IntrinsicCall(function_of_tag(node.tag), node, node, is_short=True)
    if isinstance(node, MappingNode) and len(node.value) == 1:
        key, argument = node.value[0]
        return IntrinsicCall(key.value, argument, node, is_short=False)
    return None


def evaluate(scope: ValueScope, node: Node) -> bool | Unresolved:
    """Return whether an expression of conditions holds."""
    call = call_of(node)
    match call.name if call else None:
        case "Condition" if call and isinstance(call.argument, ScalarNode):
            return scope.condition(scope.source(call.argument), node)
        case "Fn::Equals" if call:
            return equality(scope, *map(scope.required, call.elements(2, 2)))
        case "Fn::Not" if call:
            operand = evaluate(scope, call.elements(1, 1)[0])
            return negation(operand)
        case "Fn::And" if call:
            return conjunction([evaluate(scope, item) for item in call.elements(2, _MOST_OPERANDS)])
        case "Fn::Or" if call:
            return disjunction([evaluate(scope, item) for item in call.elements(2, _MOST_OPERANDS)])
        case _:
            raise ValueFault(node, f"a condition takes {', '.join(sorted(_LONG_FORMS))}")


def negation(operand: bool | Unresolved) -> bool | Unresolved:  # noqa: FBT001 -- an operand of logic
    """Return whether an operand does not hold."""
    if not isinstance(operand, Unresolved):
        return not operand
    expression = operand.expression
    negated = expression.removeprefix("not ") if expression.startswith("not ") else f"not {expression}"
    return Unresolved(negated, operand.reason)


def conjunction(operands: Sequence[bool | Unresolved]) -> bool | Unresolved:
    """Return whether all operands hold."""
    if any(operand is False for operand in operands):
        return False
    unresolved = list(dict.fromkeys(operand for operand in operands if isinstance(operand, Unresolved)))
    if not unresolved:
        return True
    if len(unresolved) == 1:
        return unresolved[0]
    return Unresolved(shorten(f"({' and '.join(item.expression for item in unresolved)})"), unresolved[0].reason)


def disjunction(operands: Sequence[bool | Unresolved]) -> bool | Unresolved:
    """Return whether an operand holds."""
    return negation(conjunction([negation(operand) for operand in operands]))


def equality(scope: ValueScope, first: Value, second: Value) -> bool | Unresolved:
    """Return whether two values are equal; a parameter never has a value that it does not allow."""
    answer = equals(first, second)
    if answer is not None:
        return answer
    for value, other in ((first, second), (second, first)):
        if is_other_value(value) and isinstance(other, str):
            return False
        allowed = scope.allowed(value)
        if allowed is not None and isinstance(other, str) and other not in allowed:
            return False
    sides = sorted((expression_of(first), expression_of(second)))
    return Unresolved(shorten(" = ".join(sides)), reason_of(first) or reason_of(second))
