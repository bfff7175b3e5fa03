"""Cycles of references, which no plan of Terraform has."""

from typing import Any

import msgspec
import pytest

from skerry.sources.terraform.reference_cycles import find_cycle
from skerry.sources.terraform.references import ConfiguredModule
from tests.sources.terraform.plans import Json, refers


def module(**parts: Any) -> ConfiguredModule:
    return msgspec.convert(parts, ConfiguredModule)


def block(address: str, *names: str) -> Json:
    return {"address": address, "expressions": {"ingress": [{"security_groups": refers(*names)}]}}


@pytest.mark.parametrize(
    ("resources", "cycle"),
    [
        ([block("aws_a.x", "aws_a.y.id", "aws_a.y"), block("aws_a.y", "aws_a.x[0].id")], "aws_a.x aws_a.y aws_a.x"),
        ([block("aws_a.x", "aws_a.x.id")], "aws_a.x aws_a.x"),
        ([block("aws_a.x", "aws_a.y.id", "aws_a.z.id"), block("aws_a.y", "aws_a.z.id"), block("aws_a.z")], ""),
        ([block("aws_a.x", "data.aws_a.x.id", "each.key", "path.module", "module.m")], ""),
        ([{"address": "aws_a.x", "expressions": {"tags": {"constant_value": {"references": ["aws_a.x"]}}}}], ""),
    ],
    ids=["two", "itself", "none", "other names", "a constant"],
)
def test_cycle_of_resources_names_them_in_their_order(resources: list[Json], cycle: str) -> None:
    assert find_cycle(module(resources=resources)) == tuple(cycle.split())


def test_loop_of_keys_is_a_part_of_a_cycle() -> None:
    rows = [
        {"address": "aws_a.x", "for_each_expression": refers("aws_a.y")},
        {"address": "aws_a.y", "for_each_expression": refers("aws_a.x")},
    ]
    assert find_cycle(module(resources=rows)) == ("aws_a.x", "aws_a.y", "aws_a.x")


def test_module_may_take_a_value_of_its_own() -> None:
    outputs = {"a": {"expression": refers("aws_a.x.id")}}
    inner = {"outputs": outputs, "resources": [block("aws_a.x"), block("aws_a.y", "var.v")]}
    call = {"expressions": {"v": refers("module.m.a", "module.m")}, "module": inner}
    assert find_cycle(module(module_calls={"m": call, "none": {}})) == ()


def test_cycle_goes_through_modules_of_several_instances() -> None:
    inner = {"outputs": {"a": {"expression": refers("var.v")}}}
    calls = {"m": {"expressions": {"v": refers("aws_a.x.id")}, "module": inner}}
    cycle = find_cycle(module(resources=[block("aws_a.x", 'module.m["k"].a')], module_calls=calls))
    assert cycle == ("aws_a.x", "module.m.output.a", "module.m.var.v", "aws_a.x")
