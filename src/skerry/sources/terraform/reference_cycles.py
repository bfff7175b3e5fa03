"""Cycles of the references of a configuration: Terraform refuses them, and no value follows from them.

https://developer.hashicorp.com/terraform/internals/graph
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from skerry.sources.terraform.references import ConfiguredModule
from skerry.sources.terraform.shapes import ShapeError

_INDEX: Final = r'(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?'
_VARIABLE: Final = re.compile(r"^var\.([\w-]+)")
_OUTPUT: Final = re.compile(rf"^module\.([\w-]+){_INDEX}\.([\w-]+)")
_RESOURCE: Final = re.compile(r"^(?:data\.)?[a-z][a-z0-9]*_[\w-]+\.[\w-]+")


def find_cycle(root: ConfiguredModule) -> tuple[str, ...]:
    """Return the addresses of a cycle in their order; none if there is no cycle. Raises `ShapeError` as below."""
    graph = {name: names for name, names in _edges(root, "", {}) if names}
    done: set[str] = set()
    for start, names in graph.items():
        path = {} if start in done else {start: iter(sorted(names))}
        while path:
            name, following = next(reversed(path.items()))
            after = next(following, None)
            if after in path:
                addresses = list(path)
                return (*addresses[addresses.index(after) :], after)
            if after is None:
                done.add(name)
                del path[name]
            elif after in graph and after not in done:
                path[after] = iter(sorted(graph[after]))
    return ()


def _edges(module: ConfiguredModule, prefix: str, given: Mapping[str, set[str]]) -> Iterator[tuple[str, set[str]]]:
    """Yield what each variable, output and resource refers to; ``given`` are the values of the module's variables."""
    yield from ((f"{prefix}var.{name}", names) for name, names in given.items())
    for resource in module.resources:
        names = _names_in([resource.expressions, resource.for_each_expression], prefix)
        yield f"{prefix}{resource.address}", names
    for name, output in module.outputs.items():
        yield f"{prefix}output.{name}", _names_in([output.expression], prefix)
    for label, call in module.module_calls.items():
        if call.module is not None:
            values = {name: _names_in([expression], prefix) for name, expression in call.expressions.items()}
            yield from _edges(call.module, f"{prefix}module.{label}.", values)


def _names_in(expressions: list[Any], prefix: str) -> set[str]:
    """Return the addresses that expressions refer to. Raises `ShapeError` for references that are no texts."""
    names: set[str] = set()
    while expressions:
        expression = expressions.pop()
        if isinstance(expression, list):
            expressions += expression
        elif isinstance(expression, dict):
            for key, inner in expression.items():
                if key == "references":
                    if not isinstance(inner, list) or not all(isinstance(text, str) for text in inner):
                        raise ShapeError("references of an expression")
                    names.update(f"{prefix}{name}" for text in inner if (name := _name_of(text)) is not None)
                elif key != "constant_value":
                    expressions.append(inner)
    return names


@lru_cache(maxsize=4_096)
def _name_of(reference: str) -> str | None:
    """Return the address within its module that a reference begins with; modules of one source have the same ones."""
    if (variable := _VARIABLE.match(reference)) is not None:
        return f"var.{variable[1]}"
    if (output := _OUTPUT.match(reference)) is not None:
        return f"module.{output[1]}.output.{output[2]}"
    resource = _RESOURCE.match(reference)
    return None if resource is None else resource[0]
