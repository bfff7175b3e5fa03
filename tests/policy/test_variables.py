"""Policy variables in resources and conditions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from typing import Any

import pytest

from skerry.model.facts import Missing
from skerry.policy.request import ABSENT, Context, HiddenValue
from tests.policy.asking import Json, allow, decide, policy, request

BUCKET = "arn:aws:s3:::blue-files/x"


def outcome(
    resource: Any, context: Context | None = None, *, element: str = "Resource", version: str = "2012-10-17"
) -> str:
    statement: Json = allow("s3:GetObject")
    del statement["Resource"]
    asked = request("s3:GetObject", BUCKET, context=context)
    return decide(asked, identity=(policy(statement | {element: resource}, version=version),)).verdict


def test_variable_is_resolved_from_the_request() -> None:
    assert outcome("arn:aws:s3:::${aws:PrincipalTag/team}-files/*") == "allowed"
    assert outcome("arn:aws:s3:::${aws:PrincipalAccount}-files/*") == "denied"


def test_variable_is_literal_in_older_versions() -> None:
    assert outcome("arn:aws:s3:::${aws:PrincipalTag/team}-files/*", version="2008-10-17") == "denied"


def test_variable_default_is_used_for_absent_key() -> None:
    assert outcome("arn:aws:s3:::${aws:PrincipalTag/none, 'blue'}-files/*") == "allowed"
    assert outcome("arn:aws:s3:::${aws:PrincipalTag/team, 'red'}-files/*") == "allowed"


class TestUnresolvedVariables:
    """AWS says that an attempt to match fails, and that this might make the whole statement invalid."""

    NONE = "arn:aws:s3:::${aws:PrincipalTag/none}-files/*"

    def test_variable_without_value_fits_nothing(self) -> None:
        assert outcome(self.NONE) == "denied"

    def test_variable_without_value_leaves_other_values_unknown(self) -> None:
        assert outcome([self.NONE, "*"]) == "unknown"

    def test_variable_without_value_leaves_negation_unknown(self) -> None:
        assert outcome(self.NONE, element="NotResource") == "unknown"


@pytest.mark.parametrize(
    "value",
    [Missing("the tag", "iam:GetRole"), HiddenValue("the tag", "iam:GetRole"), ("a", "b")],
    ids=["missing", "hidden", "several"],
)
def test_unread_variable_value_leaves_decision_unknown(value: Any) -> None:
    asked: Context = {"aws:principaltag/team": value}
    assert outcome("arn:aws:s3:::${aws:PrincipalTag/team}-files/*", asked) == "unknown"


def test_variable_before_fifth_colon_is_unknown() -> None:
    assert outcome("arn:aws:s3:${aws:RequestedRegion}::blue-files/*", {"aws:requestedregion": ABSENT}) == "unknown"
    assert outcome(["*", "arn:aws:s3::${aws:PrincipalAccount}:x"]) == "unknown"


def test_variable_names_its_missing_fact() -> None:
    statement = allow("s3:GetObject", "arn:aws:s3:::${aws:userid}/*")
    decision = decide(request("s3:GetObject", BUCKET), identity=(policy(statement),))
    assert [one.action for one in decision.missing] == ["iam:GetRole"]
