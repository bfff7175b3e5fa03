"""Loops of templates are expanded as CloudFormation documents it."""

from typing import Any

import pytest

from tests.cloudformation.expanding import TRANSFORM, expand


def looped(section: Any) -> dict[str, Any]:
    return {"Transform": TRANSFORM, "Resources": section}


def test_loop_fills_keys_texts_and_references() -> None:
    body = {"Type": "T", "Name": {"Fn::Sub": "${Id}-${AWS::Region}"}, "Of": {"Ref": "Id"}, "Other": {"Ref": "Vpc"}}
    template = looped({"Fn::ForEach::Loop": ["Id", {"Ref": "Ids"}, {"Rule&{Id}": body}]})

    assert expand(template, {"Ids": ["sg-0a"]})["Resources"] == {
        "Rulesg0a": {"Type": "T", "Name": {"Fn::Sub": "sg-0a-${AWS::Region}"}, "Of": "sg-0a", "Other": {"Ref": "Vpc"}}
    }


def test_loop_in_a_loop_makes_every_pair() -> None:
    inner = {"Fn::ForEach::In": ["B", ["x", "y"], {"${A}${B}": {"Ref": {"Fn::Sub": "Of${A}${B}"}}}]}

    assert expand(looped({"Fn::ForEach::Out": ["A", ["a", "b"], inner]}), {})["Resources"] == {
        f"{a}{b}": {"Ref": f"Of{a}{b}"} for a in "ab" for b in "xy"
    }


@pytest.mark.parametrize(
    ("template", "why"),
    [
        (looped({"Fn::ForEach::Loop": ["Id", ["a-b", "ab"], {"X&{Id}": {}}]}), "Xab stands twice"),
        (looped({"Fn::ForEach::Loop": ["Id", ["a-b"], {"X${Id}": {}}]}), "Xa-b is no logical id"),
        ({"Resources": {"Fn::ForEach::Loop": ["Id", ["a"], {"X${Id}": {}}]}}, "loops need the transform"),
        ({"Transform": TRANSFORM, "Rules": {"Fn::ForEach::Loop": []}}, "Rules may have no loop"),
    ],
    ids=["twice", "letters", "no transform", "section"],
)
def test_loop_that_cloudformation_refuses_is_refused(template: dict[str, Any], why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        expand(template, {})
