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


class TestForms:
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
    @pytest.mark.parametrize(
        "document",
        [PLAIN, json.dumps(PLAIN), quote(json.dumps(PLAIN)), "\n" + quote(json.dumps(PLAIN, indent=2))],
        ids=["object", "text", "percent-encoded", "encoded and indented"],
    )
    def test_is_read_from_each_form_in_which_aws_and_boto3_give_it(self, document: Any) -> None:
        assert parse(document, "p") == parse(PLAIN, "p")
        assert parse(document, "p").problem is None

    def test_statements_are_named_by_their_sid_or_their_number(self) -> None:
        assert [one.label for one in parse(PLAIN, "p").statements] == ["Read", "statement 2"]

    def test_a_single_statement_action_or_resource_needs_no_list(self) -> None:
        single = parse({"Version": "2012-10-17", "Statement": allow("s3:*")}, "p")
        assert single == policy(allow(["s3:*"], ["*"]), name="p")
        assert single.statements[0].label == "statement 1"

    def test_values_of_conditions_may_be_numbers_and_truth_values(self) -> None:
        plain = allow(Condition={"Bool": {"aws:SecureTransport": "true"}, "NumericEquals": {"s3:max-keys": ["10"]}})
        other = allow(Condition={"Bool": {"aws:SecureTransport": True}, "NumericEquals": {"s3:max-keys": 10}})
        assert policy(other) == policy(plain)
        assert policy(other).statements[0].problem is None


class TestUnreadable:
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
    def test_says_what_is_wrong_with_it(self, document: Any, why: str) -> None:
        assert "what p says: " in problem(document)
        assert why in problem(document)

    def test_a_policy_that_is_longer_than_any_is_not_read_however_well_it_is_written(self) -> None:
        long = {"Version": "2012-10-17", "Statement": [allow(Sid=str(row)) for row in range(2_000)]}
        assert len(json.dumps(long)) > 100_000
        assert "longer than" in problem(long)
        assert "longer than" in problem(quote(json.dumps(long)))

    def test_what_it_says_of_a_document_is_short(self) -> None:
        assert len(problem({"Version": "9" * 50_000, "Statement": [allow()]})) < 100
        assert len(problem({"x" * 50_000: 1})) < 150

    def test_what_is_quoted_of_a_policy_in_what_is_not_known_is_short(self) -> None:
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

    def test_a_thousand_keys_take_no_longer(self) -> None:
        row = ",".join(f'"{key:x}":1' for key in range(7_000))
        with patience():
            assert "'1b57' twice" in problem(f'{{{row},"1b57":1,"1b57":2}}')

    @pytest.mark.parametrize("half", ["\ud800", "a\udfff", "\udc00\ud800"])
    def test_half_a_character_is_no_text(self, half: str) -> None:
        for row in (allow(Sid=half), allow(half), allow(Condition={"Bool": {half: "true"}}), {half: 1}):
            assert "half a character" in problem({"Statement": [row]})
            assert "half a character" in problem(json.dumps({"Statement": [row]}, ensure_ascii=False))
        assert parse(json.dumps({"Statement": [allow(Sid="\U0001f40b")]}), "p").problem is None

    def test_brackets_within_texts_are_no_depth(self) -> None:
        texts = ["[{" * 50, '"[{' * 50, "\\[{" * 50]
        assert parse(json.dumps({"Version": "2012-10-17", "Statement": [allow(texts)]}), "p").problem is None

    def test_many_lists_beside_one_another_are_no_depth(self) -> None:
        assert parse({"Version": "2012-10-17", "Statement": [allow(["*"]) for _ in range(100)]}, "p").problem is None

    def test_a_policy_of_the_longest_length_is_read(self) -> None:
        text = json.dumps(PLAIN)
        assert parse(text.ljust(MAX_CHARACTERS), "p").problem is None
        assert parse(text.ljust(MAX_CHARACTERS + 1), "p").problem is not None

    def test_leaves_unknown_what_it_might_allow_and_what_it_might_deny(self) -> None:
        broken = parse("{", "bucket policy")
        assert decide(identity=(broken,)).verdict == "unknown"
        decision = decide(resource=broken)
        assert decision.verdict == "unknown"
        assert [one.fact for one in decision.missing] == ["what bucket policy says: it is not JSON"]

    @given(st.text() | st.recursive(st.none() | st.booleans() | st.text(), st.lists, max_leaves=5))
    def test_never_raises(self, junk: Any) -> None:
        read = parse(junk if isinstance(junk, str) else {"Statement": junk}, "p")
        assert isinstance(read, Policy)
        assert read.problem or all(one.problem for one in read.statements)


class TestUnreadableStatements:
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
    def test_says_what_is_wrong_with_it(self, changes: Json, why: str) -> None:
        assert "what statement 1 of policy says: " in of_statement(**changes)
        assert why in of_statement(**changes)

    def test_a_statement_that_is_no_object(self) -> None:
        (statement,) = parse({"Statement": ["Allow"]}, "p").statements
        assert statement.problem is not None
        assert statement.effect is None

    def test_leaves_the_other_statements_their_meaning(self) -> None:
        broken = deny_something = allow("s3:*") | {"Effect": "Deny", "Extra": 1}
        assert policy(broken, allow()).statements[1].problem is None
        assert verdict(identity=(policy(deny_something, allow()),)) == "unknown"

    def test_what_may_only_allow_takes_nothing_away(self) -> None:
        assert verdict(identity=(policy(allow(Extra=1), allow()),)) == "allowed"
        assert verdict(identity=(policy(allow(Extra=1)),)) == "unknown"

    def test_an_unknown_effect_may_allow_and_may_deny(self) -> None:
        assert verdict(identity=(policy(allow() | {"Effect": "Maybe"}, allow()),)) == "unknown"
        assert verdict(identity=(policy(allow() | {"Effect": "Maybe"}),)) == "unknown"

    def test_an_unknown_operator_matters_only_where_the_rest_of_the_statement_fits(self) -> None:
        strange: Json = {"Condition": {"StringResembles": {"aws:SourceVpc": "vpc-1"}}}
        assert verdict(identity=(policy(allow(**strange)),)) == "unknown"
        assert verdict(request(), identity=(policy(allow("s3:*", **strange)),)) == "denied"
