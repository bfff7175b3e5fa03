"""Conditions: absent keys, several values, IfExists, Null, and unknown values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from typing import Any

import pytest

from skerry.model.facts import Missing
from skerry.policy.conditions import holds
from skerry.policy.request import ABSENT, AWS_OWN, Context, HiddenValue, Principal
from skerry.policy.ternary import Unknown
from tests.patience import patience
from tests.policy.asking import ROLE, allow, deny, policy, request, verdict

KEY = "s3:key"


def answer(operator: str, wanted: Any, given: Any, *, key: str = KEY, principal: Principal = ROLE) -> Any:
    """Yes, no, or the facts that are missing."""
    context: Context = {} if given is None else {key.lower(): given}
    (statement,) = policy(allow(Condition={operator: {key: wanted}})).statements
    assert statement.problem is None
    truth = holds(statement.conditions[0], request(context=context, principal=principal))
    return [one.fact for one in truth.missing] if isinstance(truth, Unknown) else truth


class TestSingleValues:
    def test_condition_fits_any_value_of_the_policy(self) -> None:
        assert answer("StringEquals", ["a", "b"], ("b",)) is True
        assert answer("StringEquals", ["a", "b"], ("c",)) is False

    def test_negated_condition_excludes_every_value_of_the_policy(self) -> None:
        assert answer("StringNotEquals", ["a", "b"], ("b",)) is False
        assert answer("StringNotEquals", ["a", "b"], ("c",)) is True

    def test_condition_key_is_case_insensitive(self) -> None:
        assert answer("StringEquals", "vpc-1", ("vpc-1",), key="AWS:sourceVPC") is True

    def test_condition_with_several_request_values_needs_set_operator(self) -> None:
        assert answer("StringEquals", "a", ("a", "b")) == [
            "how StringEquals compares s3:key, which has several values, without ForAnyValue"
        ]

    def test_condition_needs_all_its_lines(self) -> None:
        both = {"StringEquals": {"s3:a": "1", "s3:b": "2"}, "Bool": {"s3:c": "true"}}
        context: dict[str, tuple[str, ...]] = {"s3:a": ("1",), "s3:b": ("2",), "s3:c": ("true",)}
        for key in (None, *context):
            given = context | ({} if key is None else {key: ("other" if key != "s3:c" else "false",)})
            asked = request(context=given)
            expected = "allowed" if key is None else "denied"
            assert verdict(asked, identity=(policy(allow(Condition=both)),)) == expected


class TestAbsentKeys:
    """Without the key a positive operator does not hold, a negated one does, and any with IfExists does."""

    @pytest.mark.parametrize(
        ("operator", "expected"),
        [
            ("StringEquals", False),
            ("StringLike", False),
            ("StringNotEquals", True),
            ("StringNotLike", True),
            ("ArnLike", False),
            ("ArnNotLike", True),
            ("Bool", False),
            ("NumericLessThan", False),
            ("NumericNotEquals", True),
            ("IpAddress", False),
            ("NotIpAddress", True),
            ("DateGreaterThan", False),
            ("StringEqualsIfExists", True),
            ("StringNotEqualsIfExists", True),
            ("BoolIfExists", True),
            ("IpAddressIfExists", True),
            ("ForAllValues:StringEquals", True),
            ("ForAllValues:StringNotEquals", True),
            ("ForAllValues:StringEqualsIfExists", True),
            ("ForAnyValue:StringEquals", False),
            ("ForAnyValue:StringNotEquals", False),
        ],
    )
    def test_condition_on_absent_key_follows_its_operator(self, operator: str, *, expected: bool) -> None:
        assert answer(operator, "x", ABSENT) is expected

    def test_for_any_value_if_exists_on_absent_key_is_unknown(self) -> None:
        assert answer("ForAnyValue:StringEqualsIfExists", "x", ABSENT) == [
            "whether ForAnyValue:StringEqualsIfExists holds without s3:key"
        ]


class TestIfExists:
    @pytest.mark.parametrize(("given", "expected"), [("a", True), ("b", False)])
    def test_if_exists_compares_a_present_key(self, given: str, *, expected: bool) -> None:
        assert answer("StringEqualsIfExists", "a", (given,)) is expected
        assert answer("StringNotEqualsIfExists", "a", (given,)) is not expected


class TestSetOperators:
    @pytest.mark.parametrize(
        ("operator", "given", "expected"),
        [
            ("ForAllValues:StringEquals", ("a", "b"), True),
            ("ForAllValues:StringEquals", ("a", "c"), False),
            ("ForAnyValue:StringEquals", ("c", "b"), True),
            ("ForAnyValue:StringEquals", ("c", "d"), False),
            ("ForAllValues:StringNotEquals", ("c", "d"), True),
            ("ForAllValues:StringNotEquals", ("c", "a"), False),
            ("ForAnyValue:StringNotEquals", ("c", "a"), True),
            ("ForAnyValue:StringNotEquals", ("a", "b"), False),
        ],
    )
    def test_set_operators_compare_all_or_any_request_values(
        self, operator: str, given: tuple[str, ...], *, expected: bool
    ) -> None:
        assert answer(operator, ["a", "b"], given) is expected

    def test_for_all_values_ignores_empty_strings(self) -> None:
        assert answer("ForAllValues:StringEquals", "a", ("",)) is True


class TestNullOperator:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null
    @pytest.mark.parametrize("given", [("x",), HiddenValue("the value")], ids=["known", "hidden"])
    def test_null_operator_tests_for_key_presence(self, given: Any) -> None:
        assert answer("Null", "true", ABSENT) is True
        assert answer("Null", [True], given) is False
        assert answer("Null", "false", ABSENT) is False
        assert answer("Null", "False", given) is True

    def test_null_with_both_values_always_holds(self) -> None:
        assert answer("Null", ["true", "false"], ABSENT) is True

    def test_null_with_other_value_is_unknown(self) -> None:
        assert answer("Null", "perhaps", ABSENT) == ["the meaning of 'perhaps' as a value of Null"]

    def test_null_is_unknown_for_unread_key(self) -> None:
        assert answer("Null", "true", None) == ["the value of s3:key in the request"]


class TestUnknownConditions:
    def test_condition_names_missing_key(self) -> None:
        assert answer("StringEquals", "a", None) == ["the value of s3:key in the request"]
        assert answer("StringEqualsIfExists", "a", None, key="aws:Unheard") == [
            "the value of aws:Unheard in the request"
        ]

    def test_condition_names_action_of_unread_value(self) -> None:
        unread = Missing("the organization", "organizations:DescribeOrganization")
        assert answer("StringEquals", "o-1", unread) == ["the organization"]

    def test_condition_names_unknown_operator(self) -> None:
        assert answer("StringResembles", "a", ("a",)) == ["the meaning of the condition operator StringResembles"]
        assert answer("ForSomeValues:StringEquals", "a", ("a",)) == [
            "the meaning of the condition operator ForSomeValues:StringEquals"
        ]
        assert answer("NullIfExists", "true", ("a",)) == ["the meaning of the condition operator NullIfExists"]
        assert answer("ForAnyValue:Null", "true", ("a",)) == ["the meaning of the condition operator ForAnyValue:Null"]

    def test_deny_with_unknown_condition_is_unknown(self) -> None:
        strange = deny(Condition={"StringNotEquals": {"aws:Unheard": "x"}})
        assert verdict(scps=((policy(allow(), strange),),)) == "unknown"


class TestHiddenValues:
    """The key is there, and its value is not known: what does not depend on the value is."""

    GIVEN = HiddenValue("the session's name")

    def test_hidden_value_fits_a_lone_wildcard(self) -> None:
        assert answer("StringLike", "*", self.GIVEN) is True
        assert answer("StringNotLike", "**", self.GIVEN) is False
        assert answer("ArnLike", "arn:*:*:*:*:*", self.GIVEN) == ["the session's name"]

    @pytest.mark.parametrize("operator", ["StringLike", "StringNotEquals", "Bool", "NumericEquals", "StringEquals"])
    def test_hidden_value_is_unknown_for_other_patterns(self, operator: str) -> None:
        assert answer(operator, "x", self.GIVEN) == ["the session's name"]

    def test_hidden_value_is_unknown_for_asterisk_with_string_equals(self) -> None:
        assert answer("StringEquals", "*", self.GIVEN) == ["the session's name"]

    def test_hidden_value_is_unknown_for_empty_string(self) -> None:
        for operator in ("StringEquals", "StringLike", "StringNotEquals"):
            assert answer(operator, "", self.GIVEN) == ["the session's name"]


class TestUndisclosedAwsIdentities:
    """The identities with which AWS signs links to layers are published nowhere, so no policy names them.

    https://github.com/aws-samples/data-perimeter-policy-examples (service_owned_resources.md)
    """

    @pytest.mark.parametrize(
        ("operator", "key", "wanted", "expected"),
        [
            ("StringEquals", "aws:PrincipalAccount", "111122223333", False),
            ("StringNotEquals", "aws:PrincipalAccount", "111122223333", True),
            ("StringEquals", "aws:PrincipalOrgID", "o-home", False),
            ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*", False),
            ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*", True),
            ("StringLike", "aws:PrincipalArn", "*", True),
            ("Bool", "aws:PrincipalIsAWSService", "true", False),
            ("Null", "aws:PrincipalAccount", "true", False),
        ],
    )
    def test_undisclosed_value_does_not_fit_customer_identifiers(
        self, operator: str, key: str, wanted: str, *, expected: bool
    ) -> None:
        assert answer(operator, wanted, None, key=key, principal=AWS_OWN) is expected

    def test_undisclosed_value_is_unknown_for_other_operators(self) -> None:
        told = answer("NumericEquals", "111122223333", None, key="aws:PrincipalAccount", principal=AWS_OWN)
        assert told == ["the AWS identity that signed the request"]

    def test_undisclosed_value_may_fit_a_wildcard(self) -> None:
        told = answer("StringLike", "arn:aws:iam::*:role/ecr*", None, key="aws:PrincipalArn", principal=AWS_OWN)
        assert told == ["the AWS identity that signed the request"]


class TestValuePrefixes:
    """Only the beginning of the value is known."""

    GIVEN = HiddenValue("the source", begins="arn:aws:ecs:eu-west-1:111122223333:")

    @pytest.mark.parametrize(
        ("operator", "wanted", "expected"),
        [
            ("StringLike", "arn:aws:ecs:*", True),
            ("StringNotLike", "arn:aws:ecs:*", False),
            ("ArnLike", "arn:aws:ecs:eu-west-1:111122223333:*", True),
            ("ArnLike", "arn:aws:ecs:*:444455556666:*", None),
            ("ArnLike", "arn:aws:lambda:*:111122223333:*", False),
            ("StringEquals", "arn:aws:sns:eu-west-1:111122223333:x", False),
            ("StringEquals", "arn:aws:ecs:eu-west-1:111122223333:task/x", None),
            ("StringEqualsIgnoreCase", "ARN:aws:ecs:eu-west-1:111122223333:task/x", None),
        ],
    )
    def test_value_prefix_decides_if_the_rest_does_not_matter(
        self, operator: str, wanted: str, *, expected: bool | None
    ) -> None:
        assert answer(operator, wanted, self.GIVEN) == (["the source"] if expected is None else expected)

    def test_value_prefix_is_matched_in_linear_time(self) -> None:
        with patience():
            for wanted in ("*" * 60_000 + "x", "*a" * 30_000):
                assert answer("StringLike", wanted, self.GIVEN) == ["the source"]


class TestKeysThatMayBeAbsent:
    """Neither the value is known nor whether the request has the key: told is what is so either way."""

    PATH = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111"

    @pytest.mark.parametrize("key", ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"])
    @pytest.mark.parametrize(
        ("operator", "wanted", "expected"),
        [
            ("StringEquals", "o-a1b2c3d4e5", False),
            ("StringNotEquals", "o-a1b2c3d4e5", True),
            ("StringNotEqualsIfExists", "o-a1b2c3d4e5", True),
            ("StringEqualsIfExists", "o-a1b2c3d4e5", None),
            ("StringLike", "*", None),
            ("StringNotLike", "*", None),
            ("StringLikeIfExists", "*", True),
            ("StringLike", "o-*", None),
            ("Null", "true", None),
            ("Null", "false", None),
            ("Null", ["true", "false"], True),
            ("ForAnyValue:StringEquals", f"{PATH}/", False),
            ("ForAnyValue:StringLike", f"{PATH}/*", False),
            ("ForAnyValue:StringLike", ["o-a1b2c3d4e5/*", "o-f6g7h8i9j0/*"], False),
            ("ForAnyValue:StringLike", "o-*/r-ab12/*", None),
            ("ForAnyValue:StringLike", "*/ou-ab12-11111111/*", None),
            ("ForAllValues:StringLike", f"{PATH}/*", None),
            ("ForAllValues:StringNotLike", f"{PATH}/*", True),
            ("ForAnyValue:StringNotLike", f"{PATH}/*", None),
        ],
    )
    def test_key_that_may_be_absent_decides_only_if_both_cases_agree(
        self, key: str, operator: str, wanted: Any, *, expected: bool | None
    ) -> None:
        told = answer(operator, wanted, None, key=key, principal=AWS_OWN)
        assert told == (["the AWS identity that signed the request"] if expected is None else expected)

    def test_key_that_may_be_absent_reports_invalid_null_value(self) -> None:
        told = answer("Null", "perhaps", None, key="aws:PrincipalOrgID", principal=AWS_OWN)
        assert told == ["the meaning of 'perhaps' as a value of Null"]


class TestVariablesInConditions:
    def test_variable_is_resolved_in_condition(self) -> None:
        home = "${aws:PrincipalAccount}"
        assert answer("StringEquals", home, ("111122223333",), key="aws:ResourceAccount") is True
        assert answer("StringNotEquals", home, ("444455556666",), key="aws:ResourceAccount") is True

    def test_variable_is_literal_for_operators_without_variables(self) -> None:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-wheretouse
        assert answer("IpAddress", "${aws:SourceIp}", ("192.0.2.1",)) == [
            "the meaning of '${aws:SourceIp}' as a CIDR block"
        ]

    def test_variable_without_value_leaves_condition_unknown(self) -> None:
        none = "${aws:PrincipalTag/none}"
        assert answer("StringEquals", none, ("x",)) is False
        for operator in ("StringNotEquals", "StringNotLike"):
            (fact,) = answer(operator, none, ("x",))
            assert none in fact
