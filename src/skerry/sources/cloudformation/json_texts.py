"""Fn::ToJsonString: numbers and booleans stay what they are.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ToJsonString.html
"""

import json
import re
from typing import Any, Final

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from skerry.sources.cloudformation.scope import IntrinsicCall, ValueFault, ValueScope
from skerry.sources.cloudformation.values import Value, is_resolved, unresolved_function

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def json_text(scope: ValueScope, call: IntrinsicCall) -> Value:
    """Return a mapping or a list as JSON without spaces; unresolved if a part is symbolic."""
    node = call.argument
    if isinstance(node, ScalarNode) and call.is_short:
        raise ValueFault(call.node, f"{call.name} takes a mapping or a list")
    value = scope.argument(call)
    if not is_resolved(value):
        return unresolved_function(call.name, [value])
    return json.dumps(_typed(node, value), separators=(",", ":"), ensure_ascii=False)


def _typed(node: Node, value: Value) -> Any:  # noqa: ANN401 -- JSON
    """Return a value with the numbers and booleans of its nodes; a part that a function makes stays text."""
    if isinstance(node, MappingNode) and isinstance(value, dict):
        children = {key.value: child for key, child in node.value}
        return {key: _typed(children[key], item) if key in children else item for key, item in value.items()}
    if isinstance(node, SequenceNode) and isinstance(value, list) and len(node.value) == len(value):
        return [_typed(child, item) for child, item in zip(node.value, value, strict=True)]
    if isinstance(node, ScalarNode) and node.tag == "plain" and isinstance(value, str):
        if value in {"true", "false"}:
            return value == "true"
        if _NUMBER.fullmatch(value):
            return json.loads(value)
    return value
