"""A field that may be UNSET is compared with it before it is tested by truth, for ``bool(UNSET)`` is False."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import skerry
from skerry.model import (
    ecs,
    endpoints,
    network,
    resolver_records,
    schedules,
    security_groups_and_acls,
    transit_records,
)

RECORDS = (
    transit_records,
    ecs,
    endpoints,
    security_groups_and_acls,
    network,
    resolver_records,
    schedules,
)
SOURCE = Path(skerry.__file__).parent
# `embedded` works on moto's own objects, which have fields of the same names and know no UNSET.
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "embedded" not in path.parts)


def unset_fields() -> dict[str, set[str]]:
    """The names of fields that may be UNSET, each with the records that have it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for module in RECORDS:
        for record in vars(module).values():
            if isinstance(record, type) and issubclass(record, msgspec.Struct):
                for field in msgspec.structs.fields(record):
                    if field.default is msgspec.UNSET:
                        found[field.name].add(record.__name__)
    return dict(found)


FIELDS = unset_fields()


def truths(node: ast.AST) -> list[ast.expr]:
    """The expressions whose truth a node asks for."""
    match node:
        case ast.If() | ast.While() | ast.IfExp() | ast.Assert():
            return [node.test]
        case ast.BoolOp():
            return node.values
        case ast.UnaryOp(op=ast.Not()):
            return [node.operand]
        case ast.comprehension():
            return node.ifs
        case ast.Call(func=ast.Name(id="bool"), args=[only]):
            return [only]
        case _:
            return []


def compared(function: ast.FunctionDef) -> dict[str, int]:
    """The expressions that a function compares with UNSET, as text, each with the first line of that."""
    found: dict[str, int] = {}
    for node in ast.walk(function):
        match node:
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot()], comparators=[ast.Name(id="UNSET")]):
                found[ast.unparse(left)] = min(node.lineno, found.get(ast.unparse(left), node.lineno))
            case _:
                pass
    return found


def types_of(function: ast.FunctionDef) -> dict[str, str]:
    """The parameters of a function, and what it takes from a tuple of them, with the names of their types."""
    args = function.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    types = {one.arg: ast.unparse(one.annotation) for one in every if one.annotation is not None}
    for node in ast.walk(function):
        match node:
            case ast.comprehension(target=ast.Name(id=name), iter=ast.Name(id=several)) if several in types:
                types[name] = types[several].removeprefix("tuple[").removesuffix(", ...]")
            case _:
                pass
    return types


def is_another(expression: ast.Attribute, types: dict[str, str]) -> bool:
    """Whether the object is known to be of a class whose field of this name is never UNSET."""
    told = types.get(ast.unparse(expression.value), "")
    return told.isidentifier() and told not in FIELDS[expression.attr]


def careless(code: str) -> list[str]:
    """The truth tests of fields that may be UNSET, in functions that did not compare them with UNSET before."""
    functions = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)]
    return [f"{function.name}: {text}" for function in functions for text in careless_in(function)]


def careless_in(function: ast.FunctionDef) -> Iterator[str]:
    types, known = types_of(function), compared(function)
    for expression in (truth for node in ast.walk(function) for truth in truths(node)):
        if not isinstance(expression, ast.Attribute) or expression.attr not in FIELDS:
            continue
        text = ast.unparse(expression)
        if not is_another(expression, types) and known.get(text, expression.lineno + 1) > expression.lineno:
            yield text


def test_unset_field_is_never_tested_by_truth() -> None:
    tests = {path.relative_to(SOURCE).as_posix(): careless(path.read_text(encoding="utf-8")) for path in MODULES}
    assert tests
    assert {name: expressions for name, expressions in tests.items() if expressions} == {}


def test_unset_fields_are_collected_from_the_records() -> None:
    assert {"groups", "private_dns_enabled", "routes", "ip_permissions", "task_definition"} <= set(FIELDS)
    assert FIELDS["entries"] == {"NetworkAcl"}
    assert "tags" not in FIELDS


@pytest.mark.parametrize(
    "line",
    [
        "if x.groups: pass",
        "while not x.groups: pass",
        "return x.groups or ()",
        "return y and x.groups",
        "return 1 if x.groups else 2",
        "return [a for a in b if a.groups]",
        "return bool(x.groups)",
        "assert x.groups",
        "if x.groups: pass\n    if x.groups is UNSET: pass",
        "if x.groups is UNSET or x.routes: pass",
    ],
)
def test_truth_test_of_unset_field_is_reported(line: str) -> None:
    assert careless(f"def f(x, y):\n    {line}\n") != []


@pytest.mark.parametrize(
    "line",
    [
        "if x.groups is UNSET or not x.groups: pass",
        "if x.groups is UNSET:\n        return\n    if x.groups: pass",
        "if x.tags: pass",
        "if len(x.groups): pass",
        "if other.groups: pass",
        "return [one for one in many if one.groups]",
    ],
)
def test_guarded_truth_test_is_allowed(line: str) -> None:
    assert careless(f"def f(x, other: Destination, many: tuple[Destination, ...]):\n    {line}\n") == []
