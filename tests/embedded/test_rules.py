"""AWS's rules of the embedded AWS: each row of their table is provoked, and answered by its code."""

import traceback
from collections.abc import Iterable, Iterator

import boto3
import pytest

from skerry.embedded.lifecycle import run_embedded_aws
from skerry.embedded.rules import read_rules
from skerry.embedded.settings import Settings
from skerry.errortext.explain import explain
from tests.embedded import provoked_endpoints, provoked_groups, provoked_network, provoked_requests, provoked_routes
from tests.embedded.provocations import ERRORS, PROVOCATIONS, REGION, Account
from tests.embedded.raising_lines import OF_RULES, record_raising_lines, unprovoked

MODULES = (provoked_endpoints, provoked_groups, provoked_network, provoked_requests, provoked_routes)


@pytest.fixture
def settings() -> Iterator[Settings]:
    used = Settings()
    with run_embedded_aws(REGION, settings=used):
        yield used


def test_each_rule_is_provoked() -> None:
    assert MODULES
    assert sorted(PROVOCATIONS) == sorted(read_rules())


def wrong_answers(settings: Settings, names: Iterable[str]) -> list[str]:
    """Provoke rules, and return those with another answer than the table's."""
    wrong, ec2, rules = [], boto3.client("ec2", REGION), read_rules()
    for name in names:
        for provocation in PROVOCATIONS[name]:
            settings.replace(b"{}")
            try:
                answer = provocation(Account(ec2, settings))
            except Exception as error:  # noqa: BLE001 - the other rules are tried too
                answer = "".join(traceback.format_exception(error)[-2:])[-400:]
            if answer != rules[name].answer:
                expected = rules[name].answer or "none"
                wrong.append(f"{name} ({provocation.__name__}): {answer or 'no error'}, not {expected}")
    return wrong


def test_embedded_aws_answers_a_part_of_the_provocations_with_the_code_of_their_rules(settings: Settings) -> None:
    names = list(read_rules())[::4]
    assert len(names) > 20
    assert wrong_answers(settings, names) == []


@pytest.mark.long
def test_embedded_aws_answers_each_provocation_with_the_code_of_its_rule(settings: Settings) -> None:
    ERRORS.clear()
    with record_raising_lines() as lines:
        wrong = wrong_answers(settings, read_rules())
    assert not wrong, "\n".join(wrong)
    assert unprovoked(lines, lambda file: file in OF_RULES) == set()
    assert ERRORS
    assert [str(error) for error in ERRORS if not explain(f"\n{error}\n")] == []
    in_use = [error for error in ERRORS if error.response["Error"]["Code"] == "DependencyViolation"]
    assert {row.rule for error in in_use for row in explain(f"\n{error}\n")} == {"ec2-in-use"}
