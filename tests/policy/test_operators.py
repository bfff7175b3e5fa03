"""Condition operators, one by one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.policy.operators import operator_of
from skerry.policy.ternary import Unknown
from skerry.policy.wildcards import pattern_of

ARN = "arn:aws:iam::111122223333:role/apps/exec"


def compared(operator: str, wanted: str, value: str) -> Any:
    """Yes, no, or what is not known; of a negated operator, whether the value fits."""
    known = operator_of(operator)
    assert known is not None
    assert known.compare is not None
    truth = known.compare(pattern_of(wanted), value)
    return truth.missing[0].fact if isinstance(truth, Unknown) else truth


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "expected"),
    [
        ("StringEquals", "Abc", "Abc", True),
        ("StringEquals", "Abc", "abc", False),
        ("StringEquals", "a*", "abc", False),
        ("StringEquals", "a*", "a*", True),
        ("StringEqualsIgnoreCase", "ABC", "abc", True),
        ("StringEqualsIgnoreCase", "ABC", "abd", False),
        ("StringLike", "a*c?", "abbcd", True),
        ("StringLike", "A*", "abc", False),
        ("ArnLike", "arn:aws:iam::*:role/ex*", "arn:aws:iam::111122223333:role/exec", True),
        ("ArnEquals", "arn:aws:iam::*:role/ex*", "arn:aws:iam::111122223333:role/exec", True),
        ("ArnLike", "arn:aws:iam::111122223333:role/*", ARN, True),
        ("ArnLike", "arn:aws:iam:*:role/*", ARN, "not the six parts"),
        ("ArnLike", "arn:aws:*::111122223333:*", ARN, True),
        ("ArnLike", "arn:aws:iam::1111*:role/web", ARN, False),
        ("ArnLike", "arn:aws:iam::*3333*:*", "exec", False),
        ("ArnLike", "arn:aws:sqs:*:*:q", "arn:aws:sqs:eu-west-1:1:x:q", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericLessThanEquals", "10", "10.1", False),
        ("NumericGreaterThan", "10", "10", False),
        ("NumericGreaterThan", "-10", "+9", True),
        ("NumericGreaterThanEquals", "10", "10", True),
        ("NumericGreaterThanEquals", "10", "9", False),
        ("NumericEquals", "ten", "10", "'ten' as a number"),
        ("NumericEquals", "10", "1e1", "'1e1' as a number"),
        ("NumericEquals", "9" * 41, "10", "as a number"),
        ("DateEquals", "2026-06-01T12:00:00Z", "2026-06-01T14:00:00+02:00", True),
        ("DateEquals", "2026-06-01T12:00:00Z", "1780315200", True),
        ("DateLessThan", "2026-06-01T12:00:00Z", "2026-06-01T11:59:59.999Z", True),
        ("DateLessThan", "2026-06-01T12:00:00Z", "2026-06-01T12:00:00Z", False),
        ("DateLessThanEquals", "2026-06-01T12:00Z", "2026-06-01T12:00:00Z", True),
        ("DateGreaterThan", "2026-06-01T12:00:00Z", "2026-06-01T12:00:00Z", False),
        ("DateGreaterThanEquals", "2026-06-01T12:00:00Z", "2026-06-01T12:00:00Z", True),
        ("DateEquals", "2026-06-01", "2026-06-01T00:00:00Z", "'2026-06-01' as a time"),
        ("DateEquals", "2026", "2026-01-01T00:00:00Z", "'2026' as a time"),
        ("DateEquals", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00Z", "as a time"),
        ("DateEquals", "٢٠٢٦٠", "2026-01-01T00:00:00Z", "as a time"),
        ("Bool", "TRUE", "true", True),
        ("Bool", "false", "true", False),
        ("Bool", "yes", "true", "'yes' as true or false"),
        ("Bool", "true", "1", "'1' as true or false"),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", False),
        ("BinaryEquals", "%", "QmluYXJ5", "'%' as base 64"),
        ("BinaryEquals", "QmluYXJ5", "%", "'%' as base 64"),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("IpAddress", "10.0.0.0/8", "11.1.2.3", False),
        ("IpAddress", "203.0.113.9", "203.0.113.9", True),
        ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", True),
        ("IpAddress", "10.0.0.0/8", "2001:db8::1", False),
        ("NotIpAddress", "198.51.100.7", "2001:db8::1", False),
        ("IpAddress", "0.0.0.0/0", "192.0.2.1", True),
        ("IpAddress", "10.0.0.1/8", "10.1.2.3", "'10.0.0.1/8' as a CIDR block"),
        ("IpAddress", "10.0.0.0/8", "here", "'here' as an IP address"),
    ],
    ids=str,
)
def test_operator_compares_as_documented(operator: str, wanted: str, value: str, expected: Any) -> None:
    found = compared(operator, wanted, value)
    if isinstance(expected, str):
        assert isinstance(found, str)
        assert expected in found
    else:
        assert found is expected


@pytest.mark.parametrize(
    "name",
    [
        "StringNotEquals",
        "StringNotEqualsIgnoreCase",
        "StringNotLike",
        "ArnNotEquals",
        "ArnNotLike",
        "NumericNotEquals",
        "DateNotEquals",
        "NotIpAddress",
    ],
)
def test_negated_operator_uses_the_positive_comparison(name: str) -> None:
    negated, positive = operator_of(name), operator_of(name.replace("Not", "", 1))
    assert negated is not None
    assert positive is not None
    assert (negated.negated, positive.negated) == (True, False)
    assert repr(negated.compare).partition(" at ")[0] == repr(positive.compare).partition(" at ")[0]
    assert negated.takes_variables is positive.takes_variables


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-wheretouse
@pytest.mark.parametrize("name", ["NumericEquals", "DateEquals", "Bool", "BinaryEquals", "IpAddress", "Null"])
def test_operators_of_other_types_take_no_variables(name: str) -> None:
    operator = operator_of(name)
    assert operator is not None
    assert not operator.takes_variables


@pytest.mark.parametrize(
    "name",
    ["", "stringequals", "StringEqualsifexists", "IfExists", "NullIfExists", "ForAllValues:Null", ":Bool", "For:"],
)
def test_operator_lookup_returns_none_for_unknown_names(name: str) -> None:
    assert operator_of(name) is None


def test_operator_name_has_quantifier_and_if_exists() -> None:
    operator = operator_of("ForAllValues:StringLikeIfExists")
    assert operator is not None
    assert (operator.quantifier, operator.if_exists) == ("ForAllValues", True)


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_binary_equals_compares_bytes(left: bytes, right: bytes) -> None:
    texts = (base64.b64encode(one).decode() for one in (left, right))
    assert compared("BinaryEquals", *texts) is (left == right)


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["Numeric", "Date"]))
def test_operator_comparison_always_returns_a_result(wanted: str, value: str, family: str) -> None:
    for operator in (f"{family}LessThan", f"{family}Equals", "Bool", "BinaryEquals", "IpAddress", "ArnLike"):
        assert isinstance(compared(operator, wanted, value), bool | str)
