"""Policy documents, valid and invalid: parsing returns a value and never raises."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.policy.document import MAX_CHARACTERS, Policy, parse
from skerry.policy.request import ABSENT, Context
from tests.patience import patience
from tests.policy.asking import Json, allow, decide, policy, request, verdict

PLAIN: Json = {"Version": "2012-10-17", "Statement": [allow("s3:*", Sid="Read"), allow("ecr:*")]}


def problem(document: Any) -> str:
    read = parse(document, "p")
    assert read.statements == ()
    assert read.problem is not None
    return read.problem.fact


def of_statement(**changes: Any) -> str:
    """The problem of one statement, some elements of which are different, or absent where they are None."""
    row = {key: value for key, value in (allow() | changes).items() if value is not None}
    (statement,) = policy(row).statements
    return "" if statement.problem is None else statement.problem.fact


class TestDocumentForms:
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
    @pytest.mark.parametrize(
        "document",
        [PLAIN, json.dumps(PLAIN), quote(json.dumps(PLAIN)), "\n" + quote(json.dumps(PLAIN, indent=2))],
        ids=["object", "text", "percent-encoded", "encoded and indented"],
    )
    def test_policy_is_parsed_from_every_form_of_aws_and_boto3(self, document: Any) -> None:
        assert parse(document, "p") == parse(PLAIN, "p")
        assert parse(document, "p").problem is None

    def test_statement_label_is_sid_or_number(self) -> None:
        assert [one.label for one in parse(PLAIN, "p").statements] == ["Read", "statement 2"]

    def test_policy_elements_with_single_values_need_no_list(self) -> None:
        single = parse({"Version": "2012-10-17", "Statement": allow("s3:*")}, "p")
        assert single == policy(allow(["s3:*"], ["*"]), name="p")
        assert single.statements[0].label == "statement 1"

    def test_condition_values_may_be_numbers_and_booleans(self) -> None:
        plain = allow(Condition={"Bool": {"aws:SecureTransport": "true"}, "NumericEquals": {"s3:max-keys": ["10"]}})
        other = allow(Condition={"Bool": {"aws:SecureTransport": True}, "NumericEquals": {"s3:max-keys": 10}})
        assert policy(other) == policy(plain)
        assert policy(other).statements[0].problem is None


class TestInvalidPolicies:
    @pytest.mark.parametrize(
        ("document", "why"),
        [
            ("", "not JSON"),
            ("{", "not JSON"),
            ("[" * 60_000, "more than 16 nested lists and objects"),
            ({"Version": [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}, "more than 16 nested lists and objects"),
            ('"' + '\\"' * 30_000, "not JSON"),
            ('{"Version": NaN}', "NaN is not JSON"),
            ("[]", "the policy is not an object"),
            ('{"Statement": [], "Statement": []}', "'Statement' twice"),
            ({"Statement": object()}, "not JSON"),
            ({"Version": "2020-01-01", "Statement": [allow()]}, "its Version is '2020-01-01'"),
            ({"Version": 2012, "Statement": [allow()]}, "its Version is '2012'"),
            ({"Version": ["2012-10-17"], "Statement": [allow()]}, "its Version is ["),
            ({"Statement": []}, "no statements"),
            ({"Statement": "all"}, "no statements"),
            ({"Version": "2012-10-17"}, "no statements"),
            ({"statement": [allow()]}, "an element 'statement'"),
            (" " * (MAX_CHARACTERS + 1), f"longer than {MAX_CHARACTERS} characters"),
            ("x" * 3 * MAX_CHARACTERS + "x", f"longer than {MAX_CHARACTERS} characters"),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_invalid_policy_names_its_problem(self, document: Any, why: str) -> None:
        assert "what p says: " in problem(document)
        assert why in problem(document)

    def test_policy_longer_than_the_limit_is_invalid(self) -> None:
        long = {"Version": "2012-10-17", "Statement": [allow(Sid=str(row)) for row in range(2_000)]}
        assert len(json.dumps(long)) > 100_000
        assert "longer than" in problem(long)
        assert "longer than" in problem(quote(json.dumps(long)))

    def test_problem_of_invalid_policy_is_short(self) -> None:
        assert len(problem({"Version": "9" * 50_000, "Statement": [allow()]})) < 100
        assert len(problem({"x" * 50_000: 1})) < 150

    def test_missing_facts_quote_a_short_part_of_the_policy(self) -> None:
        long = "x" * 20_000
        patterns = [f"arn:aws:s*:{long}:*", f"arn:aws:s3:::${{{long}}}", f"${{{long}}}"]
        conditions = [
            {f"{operator}{long}": {key: long}}
            for operator in ("ForAnyValue:", "StringEquals")
            for key in ("aws:SourceVpc", long)
        ]
        conditions += [{operator: {"aws:SourceVpc": long}} for operator in ("Null", "ArnLike", "NumericEquals")]
        conditions += [{"StringNotEquals": {"aws:SourceVpc": f"${{{long}}}"}}, {"Bool": {long: "true"}}]
        rows = [*(allow(resource=one, Sid=long) for one in patterns), *(allow(Condition=one) for one in conditions)]
        for row in (*rows, allow(Sid=long, Extra=1), allow(Condition={"Bool": {long: {}}})):
            context: Context = {"aws:sourcevpc": ("vpc-1",), long: ABSENT}
            asked = request(resource="arn:aws:s3:::b/x", beginning=True, context=context)
            decision = decide(asked, identity=(policy(row, allow(Principal=long)),))
            assert all(len(one.fact) < 500 for one in decision.missing), row

    def test_policy_with_thousands_of_keys_is_parsed_in_time(self) -> None:
        row = ",".join(f'"{key:x}":1' for key in range(7_000))
        with patience():
            assert "'1b57' twice" in problem(f'{{{row},"1b57":1,"1b57":2}}')

    @pytest.mark.parametrize("half", ["\ud800", "a\udfff", "\udc00\ud800"])
    def test_policy_with_lone_surrogate_is_invalid(self, half: str) -> None:
        for row in (allow(Sid=half), allow(half), allow(Condition={"Bool": {half: "true"}}), {half: 1}):
            assert "half a character" in problem({"Statement": [row]})
            assert "half a character" in problem(json.dumps({"Statement": [row]}, ensure_ascii=False))
        assert parse(json.dumps({"Statement": [allow(Sid="\U0001f40b")]}), "p").problem is None

    def test_brackets_within_strings_are_not_nesting(self) -> None:
        texts = ["[{" * 50, '"[{' * 50, "\\[{" * 50]
        assert parse(json.dumps({"Version": "2012-10-17", "Statement": [allow(texts)]}), "p").problem is None

    def test_many_lists_in_a_row_are_not_nesting(self) -> None:
        assert parse({"Version": "2012-10-17", "Statement": [allow(["*"]) for _ in range(100)]}, "p").problem is None

    def test_policy_of_the_longest_length_is_parsed(self) -> None:
        text = json.dumps(PLAIN)
        assert parse(text.ljust(MAX_CHARACTERS), "p").problem is None
        assert parse(text.ljust(MAX_CHARACTERS + 1), "p").problem is not None

    def test_invalid_policy_leaves_decision_unknown(self) -> None:
        broken = parse("{", "bucket policy")
        assert decide(identity=(broken,)).verdict == "unknown"
        decision = decide(resource=broken)
        assert decision.verdict == "unknown"
        assert [one.fact for one in decision.missing] == ["what bucket policy says: it is not JSON"]

    @given(st.text() | st.recursive(st.none() | st.booleans() | st.text(), st.lists, max_leaves=5))
    def test_policy_parsing_never_raises(self, junk: Any) -> None:
        read = parse(junk if isinstance(junk, str) else {"Statement": junk}, "p")
        assert isinstance(read, Policy)
        assert read.problem or all(one.problem for one in read.statements)


class TestInvalidStatements:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"Effect": "allow"}, "its Effect is neither Allow nor Deny"),
            ({"Action": None}, "it has no Action"),
            ({"NotAction": "s3:*"}, "it has both Action and NotAction"),
            ({"NotResource": "*"}, "it has both Resource and NotResource"),
            ({"Principal": "*", "NotPrincipal": "*"}, "it has both Principal and NotPrincipal"),
            ({"Action": []}, "its Action is not a text"),
            ({"Action": {"s3": "*"}}, "its Action is not a text"),
            ({"Resource": ["*", None]}, "its Resource is not a text"),
            ({"Principal": "arn:aws:iam::111122223333:root"}, "its Principal is not an object"),
            ({"Principal": {"Aws": "*"}}, "an element 'Aws'"),
            ({"Principal": {}}, "its Principal names nobody"),
            ({"Principal": {"AWS": []}}, "its Principal is not a text"),
            ({"Condition": []}, "its Condition is not an object of objects"),
            ({"Condition": {"Bool": "true"}}, "its Condition is not an object of objects"),
            ({"Condition": {"Bool": {"aws:SecureTransport": []}}}, "its Condition aws:SecureTransport is not a text"),
            ({"Conditions": {}}, "an element 'Conditions'"),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_invalid_statement_names_its_problem(self, changes: Json, why: str) -> None:
        assert "what statement 1 of policy says: " in of_statement(**changes)
        assert why in of_statement(**changes)

    def test_statement_must_be_an_object(self) -> None:
        (statement,) = parse({"Statement": ["Allow"]}, "p").statements
        assert statement.problem is not None
        assert statement.effect is None

    def test_invalid_statement_keeps_other_statements(self) -> None:
        broken = deny_something = allow("s3:*") | {"Effect": "Deny", "Extra": 1}
        assert policy(broken, allow()).statements[1].problem is None
        assert verdict(identity=(policy(deny_something, allow()),)) == "unknown"

    def test_invalid_allow_statement_does_not_remove_access(self) -> None:
        assert verdict(identity=(policy(allow(Extra=1), allow()),)) == "allowed"
        assert verdict(identity=(policy(allow(Extra=1)),)) == "unknown"

    def test_statement_with_unknown_effect_may_allow_or_deny(self) -> None:
        assert verdict(identity=(policy(allow() | {"Effect": "Maybe"}, allow()),)) == "unknown"
        assert verdict(identity=(policy(allow() | {"Effect": "Maybe"}),)) == "unknown"

    def test_unknown_operator_matters_only_if_the_statement_fits(self) -> None:
        strange: Json = {"Condition": {"StringResembles": {"aws:SourceVpc": "vpc-1"}}}
        assert verdict(identity=(policy(allow(**strange)),)) == "unknown"
        assert verdict(request(), identity=(policy(allow("s3:*", **strange)),)) == "denied"
