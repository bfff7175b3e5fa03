"""How right the rules are, on texts with known causes."""

import pytest

from tests.explaining import NONE, answers, labelled

CORPUS = list(answers(labelled("corpus")))
EXACT = [answer for answer in CORPUS if answer.row.exact]
OTHERS = [answer for name in ("held_out", "second", "third", "fourth") for answer in answers(labelled(name))]


def test_of_exact_texts_the_class_is_right_for_95_in_100() -> None:
    assert sum(answer.right[0] for answer in EXACT) / len(EXACT) >= 0.95


def test_of_exact_texts_the_step_is_right_for_90_in_100() -> None:
    assert sum(answer.right[1] for answer in EXACT) / len(EXACT) >= 0.90


def test_no_text_is_given_a_wrong_class_for_sure() -> None:
    assert [answer.row.id for answer in CORPUS + OTHERS if answer.misleads] == []


@pytest.mark.parametrize("answer", [one for one in OTHERS if one.row.kind == NONE], ids=lambda answer: answer.row.id)
def test_what_is_no_error_of_a_launch_has_no_explanation(answer: object) -> None:
    assert answer.found == ()  # type: ignore[attr-defined]


def test_of_texts_as_people_posted_them_the_class_is_right_for_85_in_100() -> None:
    assert sum(answer.right[0] for answer in OTHERS) / len(OTHERS) >= 0.85
