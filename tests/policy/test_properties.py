"""Properties of all policies: more allows never deny, more denies never allow, missing facts never flip a decision.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.model.facts import Missing
from skerry.policy.document import Policy
from skerry.policy.evaluate import Decision, Policies, evaluate
from skerry.policy.request import ABSENT, HiddenValue, Request, Values
from skerry.policy.resources import Resource
from tests.policy.asking import HOME, OTHER, ROLE, ROLE_ARN, SESSION_ARN, USER, Json, policy

ROOT = f"arn:aws:iam::{HOME}:root"
OBJECT = "arn:aws:s3:::config/blue/app.env"
KEY = f"arn:aws:kms:eu-west-1:{HOME}:key/1234"

KEYS: dict[str, list[Values]] = {
    "aws:sourcevpce": [("vpce-1",), ("vpce-2",), ABSENT],
    "aws:securetransport": [("true",), ("false",)],
    "aws:sourceip": [("192.0.2.1",), ("2001:db8::1",), ABSENT],
    "aws:calledvia": [("a", "b"), ("b",), ABSENT],
    "aws:principalarn": [(ROLE_ARN,), ABSENT],
    "s3:max-keys": [("10",), ABSENT],
    "aws:principaltag/team": [("blue",), ("red",), ABSENT],
}
CONDITIONS: list[Json] = [
    {"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-3"]}},
    {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
    {"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}, "Bool": {"aws:SecureTransport": "true"}},
    {"Null": {"aws:SourceVpce": "true"}},
    {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    {"IpAddressIfExists": {"aws:SourceIp": ["192.0.2.0/24", "10.0.0.0/8"]}},
    {"ForAllValues:StringEquals": {"aws:CalledVia": ["b", "c"]}},
    {"ForAnyValue:StringNotLike": {"aws:CalledVia": "a*"}},
    {"ForAnyValue:StringEqualsIfExists": {"aws:CalledVia": "a"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}},
    {"StringLike": {"aws:PrincipalArn": "*"}},
    {"StringNotLike": {"aws:PrincipalArn": "*"}},
    {"NumericLessThan": {"s3:max-keys": "11"}},
    {"NumericLessThan": {"s3:max-keys": "many"}},
    {"StringEquals": {"aws:PrincipalTag/team": "${aws:PrincipalTag/team}"}},
    {"StringNotEquals": {"aws:PrincipalTag/team": ["${aws:SourceVpce}", "red"]}},
    {"StringResembles": {"aws:SourceVpce": "vpce-1"}},
]
PRINCIPALS: list[Any] = ["*", "*", {"AWS": HOME}, {"AWS": ROLE_ARN}, {"AWS": [SESSION_ARN, OTHER]}, {"AWS": USER.arn}]
RESOURCES: list[Any] = [
    "*",
    "*",
    OBJECT,
    ["arn:aws:s3:::config/*", "arn:aws:kms:*"],
    "arn:aws:s3:::config/${aws:PrincipalTag/team}/*",
    ["arn:aws:s3:::config/${aws:PrincipalTag/team, 'blue'}/*", KEY],
    "arn:aws:*env",
]
ADDRESSED = {"resource", "endpoint", "rcps"}
LEVELS = {"scps", "rcps"}
ORDINARY = ("identity", "boundary", "session", "scps", "rcps", "resource", "endpoint")


def statements(kind: str, *effects: str) -> st.SearchStrategy[Json]:
    def one(effect: str, resource: Any, condition: Json | None, who: Any, *, other: tuple[bool, bool, bool]) -> Json:
        made: Json = {"Effect": effect, f"{'Not' * other[0]}Action": ["s3:Get*", "kms:*"] if other[0] else "*"}
        made[f"{'Not' * other[1]}Resource"] = resource
        if kind in ADDRESSED:
            made[f"{'Not' * (other[2] and effect == 'Deny')}Principal"] = who
        return made | ({"Condition": condition} if condition else {})

    rare = st.sampled_from([False, False, False, True])
    return st.builds(
        one,
        st.sampled_from(effects or ("Allow", "Allow", "Allow", "Deny")),
        st.sampled_from(RESOURCES),
        st.one_of(st.none(), st.sampled_from(CONDITIONS)),
        st.sampled_from(PRINCIPALS),
        other=st.tuples(rare, rare, rare),
    )


def rows(kind: str) -> st.SearchStrategy[list[Json]]:
    return st.lists(statements(kind), min_size=1, max_size=3)


# The rows of each kind's policy, none where there is none.
documents = st.fixed_dictionaries({kind: st.one_of(st.none(), st.none(), rows(kind)) for kind in ORDINARY})
SUBJECTS = [
    ("s3:GetObject", Resource(OBJECT, HOME)),
    ("s3:GetObject", Resource(OBJECT, HOME)),
    ("s3:GetObject", Resource(OBJECT, OTHER)),
    ("kms:Decrypt", Resource(KEY, HOME)),
]
requests = st.builds(
    lambda who, subject, context: Request(who, subject[0], subject[1], context),
    st.sampled_from([ROLE, ROLE, USER]),
    st.sampled_from(SUBJECTS),
    st.fixed_dictionaries({key: st.sampled_from(values) for key, values in KEYS.items()}),
)


def read(kind: str, given_rows: list[Json]) -> Policy:
    return policy(*({"Sid": str(row)} | row for row in given_rows), name=kind)


def policies(given_rows: dict[str, list[Json] | None], **kinds: Any) -> Policies:
    full: Json = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    found: Json = {}
    for kind, of in given_rows.items():
        if kind in LEVELS:
            found[kind] = ((read(kind, of),),) if of else ()
        elif kind == "identity":
            found[kind] = (read(kind, of or [full]),)
        else:
            found[kind] = read(kind, of) if of else None
    return Policies(**(found | kinds))


def verdict(asked: Request, given_rows: dict[str, list[Json] | None], **kinds: Any) -> str:
    return evaluate(asked, policies(given_rows, **kinds)).verdict


def present(data: st.DataObject, given_rows: dict[str, list[Json] | None]) -> str:
    return data.draw(st.sampled_from(sorted(kind for kind, of in given_rows.items() if of) or ["identity"]))


@given(requests, documents, st.data())
def test_allowed_decision_stays_allowed_with_more_allows(asked: Request, given_rows: Any, data: st.DataObject) -> None:
    before = verdict(asked, given_rows)
    kind = present(data, given_rows)
    more = {**given_rows, kind: [*(given_rows[kind] or []), data.draw(statements(kind, "Allow"))]}
    if given_rows[kind] and before == "allowed":
        assert verdict(asked, more) == "allowed"


@given(requests, documents, st.data())
def test_denied_decision_stays_denied_with_more_denies(asked: Request, given_rows: Any, data: st.DataObject) -> None:
    before = verdict(asked, given_rows)
    kind = present(data, given_rows)
    more = {**given_rows, kind: [*(given_rows[kind] or []), data.draw(statements(kind, "Deny"))]}
    if given_rows[kind] and before == "denied":
        assert verdict(asked, more) == "denied"


def unordered(decision: Decision) -> tuple[Any, ...]:
    return decision.verdict, set(decision.denials), set(decision.allowed_by), set(decision.missing)


@given(requests, documents, st.data())
def test_statement_order_does_not_change_decision(asked: Request, given_rows: Any, data: st.DataObject) -> None:
    other = {kind: of and data.draw(st.permutations(of)) for kind, of in given_rows.items()}
    first, second = (evaluate(asked, policies(one)) for one in (given_rows, other))
    assert unordered(first)[:3] == unordered(second)[:3]
    assert bool(first.missing) == bool(second.missing)


def only_less(before: str, after: str) -> None:
    """Of less knowledge there comes the same answer or none."""
    assert after in {before, "unknown"}


@given(requests, documents, st.data())
def test_unknown_key_never_flips_decision(asked: Request, given_rows: Any, data: st.DataObject) -> None:
    keys = data.draw(st.sets(st.sampled_from(sorted(KEYS)), min_size=1))
    fewer = dict(asked.context) | {key: Missing(f"the value of {key}") for key in keys}
    less = msgspec.structs.replace(asked, context=fewer)
    only_less(verdict(asked, given_rows), verdict(less, given_rows))


@given(requests, documents, st.data())
def test_hidden_value_never_flips_decision(asked: Request, given_rows: Any, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(KEYS)))
    values = asked.context[key]
    if isinstance(values, tuple) and len(values) == 1:
        less = msgspec.structs.replace(asked, context=dict(asked.context) | {key: HiddenValue("the value")})
        only_less(verdict(asked, given_rows), verdict(less, given_rows))


@given(requests, documents, st.data())
def test_key_that_may_be_absent_never_flips_decision(asked: Request, given_rows: Any, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(KEYS)))
    values = asked.context[key]
    if isinstance(values, tuple) and len(values) <= 1:
        hidden = HiddenValue("the value", maybe_absent=True)
        less = msgspec.structs.replace(asked, context=dict(asked.context) | {key: hidden})
        only_less(verdict(asked, given_rows), verdict(less, given_rows))


@given(requests, documents, st.sets(st.sampled_from(ORDINARY), min_size=1, max_size=3))
def test_unread_policies_never_flip_decision(asked: Request, given_rows: Any, kinds: set[str]) -> None:
    unread = {kind: Missing("the policies", f"x:Get{kind}") for kind in kinds}
    only_less(verdict(asked, given_rows), verdict(asked, given_rows, **unread))


@given(requests, documents, st.data())
def test_invalid_statement_never_flips_decision(asked: Request, given_rows: Any, data: st.DataObject) -> None:
    kind = present(data, given_rows)
    broken = [row | {"Extra": 1} for row in (given_rows[kind] or [])]
    if broken:
        only_less(verdict(asked, given_rows), verdict(asked, {**given_rows, kind: broken}))


@pytest.mark.parametrize("less", ["account", "session", "rest of the name", "last characters"])
@given(requests, documents)
def test_incomplete_request_never_flips_decision(less: str, asked: Request, given_rows: Any) -> None:
    replace = msgspec.structs.replace
    match less:
        case "account":
            fewer = replace(asked, resource=replace(asked.resource, account=None))
        case "session":
            fewer = replace(asked, principal=replace(asked.principal, session=None))
        case _:
            known = asked.resource.arn[:-4]
            more = 4 if less == "last characters" else None
            resource = replace(asked.resource, arn=known, beginning=True, more_characters=more)
            fewer = replace(asked, resource=resource)
    only_less(verdict(asked, given_rows), verdict(fewer, given_rows))
