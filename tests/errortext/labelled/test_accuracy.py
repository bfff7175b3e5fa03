"""How right the rules are, on texts with known causes."""

import pytest

from tests.explaining import NONE, answers, labelled

CORPUS = list(answers(labelled("corpus")))
EXACT = [answer for answer in CORPUS if answer.row.exact]
OTHERS = [
    answer
    for name in ("held_out", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
    for answer in answers(labelled(name))
]


def test_explain_classifies_95_percent_of_exact_texts() -> None:
    assert sum(answer.right[0] for answer in EXACT) / len(EXACT) >= 0.95


def test_explain_names_step_of_90_percent_of_exact_texts() -> None:
    assert sum(answer.right[1] for answer in EXACT) / len(EXACT) >= 0.90


def test_explain_gives_no_wrong_class_with_high_confidence() -> None:
    assert [answer.row.id for answer in CORPUS + OTHERS if answer.misleads] == []


@pytest.mark.parametrize(
    "answer", [one for one in OTHERS if one.row.kind == NONE and not one.row.also], ids=lambda answer: answer.row.id
)
def test_explain_returns_nothing_for_unrelated_texts(answer: object) -> None:
    assert answer.found == ()  # type: ignore[attr-defined]


def test_explain_classifies_85_percent_of_posted_texts() -> None:
    assert sum(answer.right[0] for answer in OTHERS) / len(OTHERS) >= 0.85
