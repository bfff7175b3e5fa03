"""Parameters of conditions without a value, with all values that the conditions tell apart."""

from collections.abc import Iterator, Mapping

import msgspec
from yaml import MappingNode, Node, SequenceNode

from skerry.sources.cloudformation.conditions import call_of
from skerry.sources.cloudformation.evaluator import Evaluator
from skerry.sources.cloudformation.parameter_limits import OTHER_VALUE
from skerry.sources.cloudformation.resolved import ResolvedTemplates
from skerry.sources.cloudformation.template import child_of, text_of
from skerry.sources.cloudformation.values import Unresolved


class OpenParameter(msgspec.Struct, frozen=True, gc=False):
    """A parameter of a stack without a value; ``values`` are all that its conditions tell apart."""

    stack: str
    name: str
    values: tuple[str, ...]


def open_parameters_of(resolved: ResolvedTemplates) -> tuple[OpenParameter, ...]:
    """Return the parameters that leave a condition of a resource or a value open.

    Only those of root stacks: a nested stack has its values from its parent.
    """
    evaluators = {resource.stack: resource.evaluator for resource in resolved.resources}
    roots = {stack.name: stack for stack in resolved.stacks if stack.parent is None}
    return tuple(
        OpenParameter(name, parameter, values)
        for name, stack in roots.items()
        if name in evaluators
        for parameter, values in _compared(evaluators[name]).items()
        if isinstance(stack.parameters.get(parameter), Unresolved)
    )


def _compared(evaluator: Evaluator) -> Mapping[str, tuple[str, ...]]:
    """Return the values that conditions compare each parameter with: the allowed ones, or also one more."""
    table: dict[str, dict[str, None]] = {}
    conditions = evaluator.template.conditions
    for node in () if conditions is None else _nodes(conditions):
        call = call_of(node)
        if call is None or call.name != "Fn::Equals" or not isinstance(call.argument, SequenceNode):
            continue
        names = [_parameter_of(item) for item in call.argument.value]
        texts = [text_of(item) for item in call.argument.value if _parameter_of(item) is None]
        for name in names:
            if name is not None:
                table.setdefault(name, {}).update(dict.fromkeys(text for text in texts if text is not None))
    return {name: _values_of(evaluator, name, tuple(texts)) for name, texts in table.items()}


def _values_of(evaluator: Evaluator, name: str, compared: tuple[str, ...]) -> tuple[str, ...]:
    allowed = child_of(evaluator.template.parameters.get(name), "AllowedValues")
    if isinstance(allowed, SequenceNode):
        return tuple(text for item in allowed.value if (text := text_of(item)) is not None)
    return (*compared, OTHER_VALUE)


def _parameter_of(node: Node) -> str | None:
    """Return the parameter that a node refers to."""
    call = call_of(node)
    if call is None or call.name != "Ref":
        return None
    return str(call.argument.value) if call.is_short else text_of(call.argument)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, MappingNode):
        for _, child in node.value:
            yield from _nodes(child)
    elif isinstance(node, SequenceNode):
        for child in node.value:
            yield from _nodes(child)
