"""How the statement of an explicit Deny has to change."""

from typing import Any

import pytest

from tests.holdings import EXECUTION, MANAGED, SECRET, TASK, TRUST, Resources, policy, statement

READ_SECRET = statement("secretsmanager:GetSecretValue", SECRET)
ACTION = "secretsmanager:GetSecretValue"
EXCEPT_ROLE = f"add the Condition ArnNotEquals aws:PrincipalArn {EXECUTION}"
UNMATCHED = "let its Condition on aws:SourceVpce not match"
BEGINNING = "No Allow overrides an explicit Deny. Change Never of policy own of role launcher: "


def denied_by(**elements: Any) -> str:
    network = Resources()
    network.role(EXECUTION, READ_SECRET, {"Effect": "Deny", "Sid": "Never", **elements}, managed=[MANAGED])
    judged = [item for row in network.found().needs for trace in row.traces for item in trace.judged]
    [text] = {item.piece.denied for item in judged if item.lost}
    return text.removeprefix(BEGINNING)


@pytest.mark.parametrize(
    ("elements", "ways"),
    [
        (
            {"Action": "secretsmanager:*", "Resource": "*"},
            f"take {ACTION} out of its Action or take {SECRET} out of its Resource or {EXCEPT_ROLE}",
        ),
        (
            {"NotAction": ["ecr:*", "logs:*", "sts:*"], "NotResource": "arn:aws:s3:::a"},
            f"name {ACTION} in its NotAction or name {SECRET} in its NotResource or {EXCEPT_ROLE}",
        ),
        (
            {
                "Action": "secretsmanager:*",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
            },
            f"take {ACTION} out of its Action or take {SECRET} out of its Resource or {UNMATCHED}",
        ),
    ],
)
def test_explicit_deny_says_which_element_has_to_change(elements: dict[str, Any], ways: str) -> None:
    assert denied_by(**elements) == ways


def test_deny_of_a_call_without_a_resource_names_no_resource() -> None:
    text = denied_by(Action="ecr:GetAuthorizationToken", Resource="*")
    assert text == f"take ecr:GetAuthorizationToken out of its Action or {EXCEPT_ROLE}"


def test_deny_of_a_trust_policy_names_no_role() -> None:
    network = Resources()
    (plain,) = TRUST["Statement"]
    network.row("RoleDetailList", TASK)["AssumeRolePolicyDocument"] = policy(
        plain, plain | {"Effect": "Deny", "Sid": "Never"}
    )
    judged = [item for row in network.found().needs for trace in row.traces for item in trace.judged]
    [text] = {item.piece.denied for item in judged if item.lost}
    assert text.endswith("Change Never of the trust policy of role web: take sts:AssumeRole out of its Action")


def test_missing_allow_names_no_statement_to_change() -> None:
    network = Resources()
    network.role(EXECUTION, managed=[MANAGED])
    judged = [item for row in network.found().needs for trace in row.traces for item in trace.judged]
    assert {item.piece.denied for item in judged if item.lost} == {""}
