"""The resolver against that of cfn-lint: both give one value to the same expression.

cfn-lint takes both branches of Fn::If, prints booleans as Python does, and keeps ``${!X}``: these are left out.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skerry.sources.cloudformation.values import is_resolved
from tests.amount import amount
from tests.sources.cloudformation.templates import REGION, read

ACCOUNT = "123456789012"  # cfn-lint's own
TEMPLATE: dict[str, Any] = {
    "Transform": "AWS::LanguageExtensions",
    "Parameters": {
        "A": {"Type": "String", "Default": "x"},
        "B": {"Type": "Number", "Default": 7},
        "L": {"Type": "CommaDelimitedList", "Default": "p,q,r"},
        "Open": {"Type": "String"},
    },
    "Mappings": {"M": {"x": {"k": "v", "m": ["s", "t"]}, "y": {"k": "w", "m": ["u", "u"]}}},
    "Conditions": {"Yes": {"Fn::Equals": [{"Ref": "A"}, "x"]}},
}

words = st.sampled_from(["", "a", "b-c", "x", "y", "a:b:c", "p,q", "10.0.0.0/16"])
names = st.sampled_from(["A", "B", "AWS::Region", "AWS::Partition", "AWS::URLSuffix", "AWS::AccountId"])
references = names.map(lambda name: {"Ref": name})
delimiters = st.sampled_from([",", ":", "-", "/"])
substituted = st.builds(lambda before, name, after: {"Fn::Sub": f"{before}${{{name}}}{after}"}, words, names, words)
in_map = st.builds(
    lambda key, inner: {"Fn::FindInMap": ["M", key, inner]}, st.sampled_from(["x", "y", {"Ref": "A"}]), st.just("k")
)


def _lists(texts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(texts, min_size=1, max_size=4),
        st.just({"Ref": "L"}),
        st.builds(lambda delimiter, text: {"Fn::Split": [delimiter, text]}, delimiters, texts),
        st.builds(lambda key: {"Fn::FindInMap": ["M", key, "m"]}, st.sampled_from(["x", "y", {"Ref": "A"}])),
    )


def _calls(texts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(lambda delimiter, items: {"Fn::Join": [delimiter, items]}, delimiters, _lists(texts)),
        st.builds(lambda index, items: {"Fn::Select": [index, items]}, st.sampled_from([0, 1, "2"]), _lists(texts)),
        st.builds(lambda yes, no: {"Fn::If": ["Yes", yes, no]}, texts, texts),
        st.builds(lambda name, text: {"Fn::Sub": [f"${{Z}}/${{{name}}}", {"Z": text}]}, names, texts),
    )


expressions = st.recursive(st.one_of(words, references, substituted, in_map), _calls, max_leaves=8)


def _answers_of_cfn_lint(expression: Any) -> list[Any]:
    # Slow to import, and only for a long test.
    from cfnlint.context import create_context_for_template  # noqa: PLC0415
    from cfnlint.decode import cfn_yaml  # noqa: PLC0415
    from cfnlint.jsonschema import CfnTemplateValidator  # noqa: PLC0415
    from cfnlint.template import Template  # noqa: PLC0415

    document = {**TEMPLATE, "Resources": {"R": {"Type": "AWS::EC2::VPC", "Properties": {}}}}
    template = Template("t.json", cfn_yaml.loads(json.dumps(document)), [REGION])
    functions = [f"Fn::{name}" for name in ("Sub", "Join", "Split", "Select", "FindInMap", "If")]
    context = create_context_for_template(template).evolve(functions=["Ref", *functions])
    validator = CfnTemplateValidator(schema={}).evolve(cfn=template, context=context)
    return [value for value, _, error in validator.resolve_value(expression) if error is None]


def _text(value: Any) -> Any:
    return list(map(_text, value)) if isinstance(value, list) else str(value)


def _own_answer(folder: Path, expression: Any) -> tuple[Any, list[str]]:
    document = {**TEMPLATE, "Resources": {"R": {"Type": "AWS::EC2::VPC", "Properties": {"P": expression}}}}
    resolved = read(folder, {"t.json": json.dumps(document)}, account=ACCOUNT)
    return resolved.resources[0].properties["P"], [remark.text for remark in resolved.problems]


@pytest.mark.long
def test_expressions_have_the_values_of_cfn_lint(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("templates")
    compared = {"equal": 0, "refused": 0}

    @settings(max_examples=amount(5_000, 150), deadline=None)
    @given(expressions)
    def compare(expression: Any) -> None:
        value, problems = _own_answer(folder, expression)
        if problems:
            # cfn-lint leaves such an element out, or never looks at it.
            assert all(problem.startswith("Fn::Select takes element") for problem in problems), (expression, problems)
            compared["refused"] += 1
            return
        answers = list(map(_text, _answers_of_cfn_lint(expression)))
        assert is_resolved(value)
        assert value in answers, (expression, value, answers)
        compared["equal"] += 1

    compare()
    assert compared["equal"] > compared["refused"] > 0
