"""The keys of a request: what follows from who asks, and from the way that the call takes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from typing import Any

import msgspec
import pytest

from skerry.model.facts import Missing
from skerry.policy.request import (
    ABSENT,
    AWS_OWN,
    Hidden,
    Principal,
    Request,
    over_internet,
    role,
    service,
    through_endpoint,
)
from skerry.policy.resources import Resource
from tests.policy.asking import HOME, OTHER, ROLE, ROLE_ARN, USER, request


def value(key: str, principal: Principal = ROLE, **more: Any) -> Any:
    return request(principal=principal, **more).value(key)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("aws:PrincipalArn", (ROLE_ARN,)),
        ("aws:PrincipalAccount", (HOME,)),
        ("kms:CallerAccount", (HOME,)),
        ("aws:PrincipalOrgID", ("o-home",)),
        ("aws:PrincipalType", ("AssumedRole",)),
        ("aws:PrincipalIsAWSService", ("false",)),
        ("aws:PrincipalServiceName", ABSENT),
        ("aws:username", ABSENT),
        ("aws:PrincipalTag/team", ("blue",)),
        ("aws:PrincipalTag/TEAM", ("blue",)),
        ("aws:PrincipalTag/other", ABSENT),
    ],
)
def test_of_a_role(key: str, expected: Any) -> None:
    assert value(key) == expected
    assert value(key.upper()) == expected


@pytest.mark.parametrize("key", ["aws:userid", "aws:TokenIssueTime"])
def test_a_role_s_session_has_keys_whose_values_are_not_known(key: str) -> None:
    assert isinstance(value(key), Hidden)


def test_of_a_user() -> None:
    assert value("aws:username", USER) == ("ada",)
    assert value("aws:PrincipalType", USER) == ("User",)
    assert value("aws:PrincipalOrgID", USER) == ABSENT
    assert value("aws:PrincipalOrgPaths", USER) == ABSENT
    assert value("aws:PrincipalTag/team", USER) == ABSENT


def test_of_a_service() -> None:
    tasks = service("ecs-tasks.amazonaws.com")
    assert value("aws:PrincipalIsAWSService", tasks) == ("true",)
    assert value("aws:PrincipalServiceName", tasks) == ("ecs-tasks.amazonaws.com",)
    assert isinstance(value("aws:PrincipalArn", tasks), Missing)


def test_of_nobody() -> None:
    nobody = Principal("anonymous", organization=None)
    for key in ("aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:userid", "aws:username"):
        assert value(key, nobody) == ABSENT
    assert value("aws:PrincipalType", nobody) == ("Anonymous",)


def test_of_aws_s_own() -> None:
    told = value("aws:PrincipalAccount", AWS_OWN)
    assert isinstance(told, Hidden)
    assert told.undisclosed
    assert isinstance(value("aws:PrincipalType", AWS_OWN), Missing)


def test_what_was_not_read_is_missing_with_its_action() -> None:
    bare = role(ROLE_ARN)
    assert value("aws:PrincipalOrgID", bare).action == "organizations:DescribeOrganization"
    assert value("aws:PrincipalTag/team", bare).action == "iam:GetRole"
    assert isinstance(value("aws:PrincipalOrgPaths"), Missing)
    assert isinstance(value("s3:ResourceAccount"), Missing)


def test_of_the_resource() -> None:
    assert value("aws:ResourceAccount") == (HOME,)
    assert value("aws:ResourceAccount", account=OTHER) == (OTHER,)
    assert isinstance(value("aws:ResourceAccount", account=None), Missing)


def test_the_context_overrides() -> None:
    assert value("aws:PrincipalArn", context={"aws:principalarn": ("x",)}) == ("x",)
    assert value("aws:PrincipalArn", context={"aws:principalarn": ABSENT}) == ABSENT


def test_the_account_of_a_role_is_its_arn_s() -> None:
    assert role(ROLE_ARN).account == HOME
    assert role("exec").account is None
    asked = Request(msgspec.structs.replace(ROLE, account=None), "s3:GetObject", Resource("*"))
    assert isinstance(asked.value("aws:PrincipalArn"), Missing)


class TestWays:
    # https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html: no aws:SourceIp through an endpoint
    def test_through_an_endpoint(self) -> None:
        context = through_endpoint("vpce-1", "vpc-1", "eu-west-1", "10.0.0.9")
        assert context["aws:sourcevpce"] == ("vpce-1",)
        assert context["aws:sourcevpc"] == ("vpc-1",)
        assert context["aws:vpcsourceip"] == ("10.0.0.9",)
        assert context["aws:sourceip"] == ABSENT
        assert context["aws:requestedregion"] == ("eu-west-1",)
        assert context["aws:securetransport"] == ("true",)
        assert isinstance(through_endpoint("vpce-1", "vpc-1", "eu-west-1")["aws:vpcsourceip"], Hidden)

    def test_over_the_internet(self) -> None:
        context = over_internet("eu-west-1", "192.0.2.1")
        assert context["aws:sourceip"] == ("192.0.2.1",)
        assert context["aws:sourcevpce"] == context["aws:sourcevpc"] == context["aws:vpcsourceip"] == ABSENT
        assert isinstance(over_internet("eu-west-1")["aws:sourceip"], Hidden)

    def test_keys_are_written_small(self) -> None:
        for context in (through_endpoint("vpce-1", "vpc-1", "r"), over_internet("r")):
            assert all(key == key.lower() for key in context)
