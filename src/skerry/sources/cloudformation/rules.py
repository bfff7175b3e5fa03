"""The section Rules: assertions about parameters, with which CloudFormation refuses to create a stack.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
"""

from yaml import MappingNode, Node, SequenceNode

from skerry.sources.cloudformation import conditions
from skerry.sources.cloudformation.evaluator import Evaluator
from skerry.sources.cloudformation.scope import IntrinsicCall, ValueFault
from skerry.sources.cloudformation.template import child_of, text_of
from skerry.sources.cloudformation.text_functions import equals
from skerry.sources.cloudformation.values import Unresolved, Value, expression_of, reason_of


def check_rules(evaluator: Evaluator) -> None:
    """Record each rule that refuses the parameters; an undecided assertion refuses nothing."""
    for name, rule in evaluator.template.rules.items():
        try:
            _check_rule(evaluator, name, rule)
        except ValueFault as fault:
            evaluator.problem(fault.node, fault.text)


def _check_rule(evaluator: Evaluator, name: str, rule: MappingNode) -> None:
    condition = child_of(rule, "RuleCondition")
    if condition is not None and _holds(evaluator, condition) is not True:
        return
    assertions = child_of(rule, "Assertions")
    for assertion in assertions.value if isinstance(assertions, SequenceNode) else []:
        test = child_of(assertion, "Assert")
        if test is not None and _holds(evaluator, test) is False:
            description = text_of(child_of(assertion, "AssertDescription")) or "its assertion is false"
            evaluator.problem(assertion, f"the rule {name} refuses the parameters: {description[:200]}")


def _holds(evaluator: Evaluator, node: Node) -> bool | Unresolved:
    """Return whether an expression of a rule holds; the functions of Rules add to those of Conditions."""
    call = conditions.call_of(node)
    if call is None:
        return conditions.evaluate(evaluator, node)
    match call.name:
        case "Fn::Contains":
            members, value = (_value(evaluator, item) for item in call.elements(2, 2))
            return _among([value], members)
        case "Fn::EachMemberIn":
            inner, outer = (_value(evaluator, item) for item in call.elements(2, 2))
            return _among(inner, outer)
        case "Fn::EachMemberEquals":
            members, value = (_value(evaluator, item) for item in call.elements(2, 2))
            return _among(members, [value])
        case "Fn::And":
            return conditions.conjunction([_holds(evaluator, item) for item in call.elements(2, 10)])
        case "Fn::Or":
            return conditions.disjunction([_holds(evaluator, item) for item in call.elements(2, 10)])
        case "Fn::Not":
            return conditions.negation(_holds(evaluator, _only(call)))
        case "Fn::Equals":
            return conditions.equality(evaluator, *(_value(evaluator, item) for item in call.elements(2, 2)))
        case _:
            return conditions.evaluate(evaluator, node)


def _only(call: IntrinsicCall) -> Node:
    return call.elements(1, 1)[0]


def _value(evaluator: Evaluator, node: Node) -> Value:
    """Return a value; the attributes and lists of an account are not in its templates."""
    call = conditions.call_of(node)
    if call is not None and call.name in {"Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"}:
        return Unresolved(f"{call.name} {node.start_mark.line}", f"{call.name} is read from the account")
    return evaluator.required(node)


def _among(inner: Value, outer: Value) -> bool | Unresolved:
    """Return whether each element of a list equals one of another list."""
    if not isinstance(inner, list) or not isinstance(outer, list):
        reason = reason_of(inner) or reason_of(outer) or "its arguments are no lists"
        return Unresolved(f"{expression_of(inner)} in {expression_of(outer)}", reason)
    answers = [[equals(item, other) for other in outer] for item in inner]
    if all(True in row for row in answers):
        return True
    if any(True not in row and None not in row for row in answers):
        return False
    return Unresolved(f"{expression_of(inner)} in {expression_of(outer)}", reason_of(inner) or reason_of(outer))
