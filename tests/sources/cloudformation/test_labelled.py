"""Labelled expressions: values, unknown values and refused templates."""

from pathlib import Path

from skerry.sources.cloudformation.values import is_resolved
from tests.sources.cloudformation.labelled import CASES, HEAD, E, U
from tests.sources.cloudformation.templates import value_of


def test_labelled_expressions_have_their_values(tmp_path: Path) -> None:
    wrong = {}
    for name, (expression, label) in CASES.items():
        value, problems = value_of(tmp_path, expression, HEAD)
        answer = E if problems else U if value is not None and not is_resolved(value) else value
        if answer != label:
            wrong[name] = (answer, label, problems)
    assert wrong == {}
