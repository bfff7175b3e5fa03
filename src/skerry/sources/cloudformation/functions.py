"""Intrinsic functions: each takes its arguments from the nodes of its call.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import base64
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from yaml import MappingNode, Node, ScalarNode

from skerry.sources.cloudformation import address_functions, text_functions
from skerry.sources.cloudformation.json_texts import json_text
from skerry.sources.cloudformation.scope import IntrinsicCall, ValueFault, ValueScope
from skerry.sources.cloudformation.values import (
    NoValue,
    Symbolic,
    Unresolved,
    Value,
    join_texts,
    unresolved_function,
)

Function: TypeAlias = Callable[[ValueScope, IntrinsicCall], Value | NoValue]


def _name(scope: ValueScope, call: IntrinsicCall) -> str:
    argument = call.argument
    if not isinstance(argument, ScalarNode):
        raise ValueFault(call.node, f"{call.name} takes a name")
    return scope.source(argument)


def _ref(scope: ValueScope, call: IntrinsicCall) -> Value | NoValue:
    """Return the value of a name; AWS::LanguageExtensions takes a function in its place."""
    if isinstance(call.argument, ScalarNode) or not scope.has_language_extensions():
        return scope.reference(_name(scope, call), call.node)
    name = scope.argument(call)
    return scope.reference(name, call.node) if isinstance(name, str) else unresolved_function("Ref", [name])


def _get_att(scope: ValueScope, call: IntrinsicCall) -> Value:
    if isinstance(call.argument, ScalarNode):
        logical_id, dot, attribute = scope.source(call.argument).partition(".")
        if not dot:
            raise ValueFault(call.node, "Fn::GetAtt takes a resource and an attribute")
        return scope.attribute(logical_id, attribute, call.node)
    names = [scope.required(node) for node in call.elements(2, 20)]
    if isinstance(names[0], str) and all(isinstance(name, str) for name in names):
        return scope.attribute(names[0], ".".join(map(str, names[1:])), call.node)
    return unresolved_function("Fn::GetAtt", names)


def _sub(scope: ValueScope, call: IntrinsicCall) -> str | Symbolic:
    """Return a text with its variables replaced; those of its own table come first."""
    variables: Mapping[str, Node] = {}
    if isinstance(call.argument, ScalarNode):
        text = scope.source(call.argument)
    else:
        source, table = call.elements(2, 2)
        if not isinstance(source, ScalarNode) or not isinstance(table, MappingNode):
            raise ValueFault(call.node, "Fn::Sub takes a text and a table of variables")
        text = scope.source(source)
        variables = {scope.source(key): value for key, value in table.value}
    if "${" not in text:
        return text_functions.resolve_dynamic(text)
    pieces: list[str | Symbolic] = []
    end = 0
    for match in text_functions.VARIABLE.finditer(text):
        pieces += [text[end : match.start()], _variable(scope, call, match[1], variables)]
        end = match.end()
    return text_functions.resolve_dynamic(text_functions.bounded(join_texts([*pieces, text[end:]])))


def _variable(scope: ValueScope, call: IntrinsicCall, content: str, variables: Mapping[str, Node]) -> str | Symbolic:
    name = content.strip()
    if name.startswith("!"):
        return f"${{{name[1:]}}}"
    value: Value | NoValue
    if name in variables:
        value = scope.required(variables[name])
    elif "." in name:
        logical_id, _, attribute = name.partition(".")
        value = scope.attribute(logical_id, attribute, call.node)
    else:
        value = scope.reference(name, call.node)
    if isinstance(value, list | dict | NoValue):
        raise ValueFault(call.node, f"the variable {name} of Fn::Sub is no text")
    return value


def _join(scope: ValueScope, call: IntrinsicCall) -> Value:
    delimiter, values = call.elements(2, 2)
    return text_functions.resolve_dynamic(text_functions.join(_literal(scope, delimiter, call), scope.required(values)))


def _literal(scope: ValueScope, node: Node, call: IntrinsicCall) -> str:
    """Return a delimiter, which may be empty."""
    if isinstance(node, ScalarNode) and not node.tag.startswith("!"):
        return scope.source(node)
    value = scope.required(node)
    if not isinstance(value, str):
        raise ValueFault(call.node, f"{call.name} takes a delimiter")
    return value


def _split(scope: ValueScope, call: IntrinsicCall) -> Value:
    delimiter, text = call.elements(2, 2)
    return text_functions.split(_literal(scope, delimiter, call), scope.required(text))


def _select(scope: ValueScope, call: IntrinsicCall) -> Value:
    index, values = call.elements(2, 2)
    return text_functions.select(scope.required(index), scope.required(values))


def _length(scope: ValueScope, call: IntrinsicCall) -> Value:
    _require_extensions(scope, call)
    return text_functions.length(scope.argument(call))


def _require_extensions(scope: ValueScope, call: IntrinsicCall) -> None:
    if not scope.has_language_extensions():
        raise ValueFault(call.node, f"{call.name} needs the transform AWS::LanguageExtensions")


def _to_json_string(scope: ValueScope, call: IntrinsicCall) -> Value:
    _require_extensions(scope, call)
    return json_text(scope, call)


def _base64(scope: ValueScope, call: IntrinsicCall) -> Value:
    value = scope.argument(call)
    if isinstance(value, str):
        return base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()
    return unresolved_function(call.name, [value])


def _cidr(scope: ValueScope, call: IntrinsicCall) -> Value:
    block, count, *bits = map(scope.required, call.elements(2, 3))
    return address_functions.cidr(block, count, bits[0] if bits else None)


def _get_azs(scope: ValueScope, call: IntrinsicCall) -> Value:
    argument = call.argument
    if isinstance(argument, ScalarNode) and not scope.source(argument):
        return address_functions.zones(_region(scope, call))
    region = scope.argument(call)
    return address_functions.zones(region if region != "" else _region(scope, call))


def _region(scope: ValueScope, call: IntrinsicCall) -> Value:
    region = scope.reference("AWS::Region", call.node)
    assert not isinstance(region, NoValue)  # noqa: S101 -- a pseudo parameter has a value
    return region


def _import_value(scope: ValueScope, call: IntrinsicCall) -> Value:
    return scope.import_value(scope.argument(call), call.node)


def _get_stack_output(scope: ValueScope, call: IntrinsicCall) -> Value:
    """Return the output of a stack, which needs no export.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
    """
    if not isinstance(call.argument, MappingNode):
        raise ValueFault(call.node, "Fn::GetStackOutput takes a mapping")
    arguments = {scope.source(key): scope.required(value) for key, value in call.argument.value}
    return scope.stack_output(arguments, call.node)


def _if(scope: ValueScope, call: IntrinsicCall) -> Value | NoValue:
    name, yes, no = call.elements(3, 3)
    if not isinstance(name, ScalarNode):
        raise ValueFault(call.node, "Fn::If takes the name of a condition")
    condition = scope.condition(scope.source(name), call.node)
    if isinstance(condition, Unresolved):
        return scope.choice(condition, (yes, no))
    return scope.value(yes if condition else no)


def _transform(scope: ValueScope, call: IntrinsicCall) -> Value:
    del scope
    names = (
        [value.value for key, value in call.argument.value if key.value == "Name"]
        if isinstance(call.argument, MappingNode)
        else []
    )
    name = names[0] if names and isinstance(names[0], str) else "a macro"
    mark = call.node.start_mark
    return Unresolved(f"Fn::Transform {name} {mark.line}:{mark.column}", f"the result of {name} is known only to AWS")


def _outside_conditions(scope: ValueScope, call: IntrinsicCall) -> Value:
    del scope
    raise ValueFault(call.node, f"{call.name} belongs into the section Conditions or Rules")


def _find_in_map(scope: ValueScope, call: IntrinsicCall) -> Value | NoValue:
    elements = call.elements(3, 4)
    name, first, second = map(scope.required, elements[:3])
    default = _default_node(scope, call, elements[3]) if elements[3:] else None
    names = [name] if isinstance(name, str) else scope.mapping_names()
    choices: list[Node | None] = []
    for table_name in names:
        table = scope.mapping(table_name)
        rows = _children(table, first)
        choices += [cell for row in rows for cell in _children(row, second)]
    if isinstance(name, str) and isinstance(first, str) and isinstance(second, str):
        node = choices[0] if choices else default
        if node is None:
            raise ValueFault(call.node, f"no value {first}, {second} in the mapping {name}")
        return scope.value(node)
    values = [scope.value(node) for node in [*choices, default] if node is not None]
    if values and all(value == values[0] for value in values):
        return values[0]
    return unresolved_function("Fn::FindInMap", [name, first, second])


def _children(node: Node | None, key: Value) -> list[Node | None]:
    """Return the nodes of a key of a mapping; all nodes if the key is symbolic."""
    if not isinstance(node, MappingNode):
        return []
    return [value for name, value in node.value if not isinstance(key, str) or name.value == key]


def _default_node(scope: ValueScope, call: IntrinsicCall, node: Node) -> Node:
    _require_extensions(scope, call)
    if isinstance(node, MappingNode) and [key.value for key, _ in node.value] == ["DefaultValue"]:
        default: Node = node.value[0][1]
        return default
    raise ValueFault(call.node, "the fourth argument of Fn::FindInMap is a mapping with DefaultValue")


_OUTSIDE: Final = (
    *("And", "Or", "Not", "Equals", "Contains", "EachMemberEquals", "EachMemberIn"),
    *("RefAll", "ValueOf", "ValueOfAll"),
)

FUNCTIONS: Final[Mapping[str, Function]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Cidr": _cidr,
    "Fn::GetAZs": _get_azs,
    "Fn::Base64": _base64,
    "Fn::ImportValue": _import_value,
    "Fn::GetStackOutput": _get_stack_output,
    "Fn::Length": _length,
    "Fn::ToJsonString": _to_json_string,
    "Fn::Transform": _transform,
    **{f"Fn::{name}": _outside_conditions for name in _OUTSIDE},
}


def function_of_tag(tag: str) -> str:
    """Return the long name of a short form."""
    name = tag[1:]
    return name if name in {"Ref", "Condition"} else f"Fn::{name}"
