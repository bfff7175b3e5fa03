"""Context keys of a request, derived from its principal, resource and network path.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from typing import Any

import msgspec
import pytest

from skerry.model.arns import NameOrArn
from skerry.model.facts import Missing
from skerry.policy.request import (
    ABSENT,
    AWS_OWN,
    HiddenValue,
    Principal,
    Request,
    context_of_endpoint_call,
    context_of_internet_call,
    principal_of_role,
    principal_of_service,
)
from skerry.policy.resources import Resource
from tests.policy.asking import HOME, OTHER, ROLE, ROLE_ARN, USER, request


def value(key: str, principal: Principal = ROLE, **more: Any) -> Any:
    return request(principal=principal, **more).values_of(key)


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
        ("aws:SourceAccount", ABSENT),
        ("aws:SourceArn", ABSENT),
        ("aws:SourceOrgID", ABSENT),
        ("aws:SourceOrgPaths", ABSENT),
        ("aws:FederatedProvider", ABSENT),
        ("aws:Ec2InstanceSourceVpc", ABSENT),
        ("ec2:SourceInstanceARN", ABSENT),
        ("lambda:SourceFunctionArn", ABSENT),
        ("aws:RequestTag/team", ABSENT),
        ("aws:TagKeys", ABSENT),
    ],
)
def test_role_has_its_context_keys(key: str, expected: Any) -> None:
    assert value(key) == expected
    assert value(key.upper()) == expected


@pytest.mark.parametrize("key", ["aws:userid", "aws:TokenIssueTime"])
def test_role_session_has_hidden_context_keys(key: str) -> None:
    assert isinstance(value(key), HiddenValue)


def test_user_has_its_context_keys() -> None:
    assert value("aws:username", USER) == ("ada",)
    assert value("aws:PrincipalType", USER) == ("User",)
    assert value("aws:PrincipalOrgID", USER) == ABSENT
    assert value("aws:PrincipalOrgPaths", USER) == ABSENT
    assert value("aws:PrincipalTag/team", USER) == ABSENT


def test_service_has_its_context_keys() -> None:
    tasks = principal_of_service("ecs-tasks.amazonaws.com")
    assert value("aws:PrincipalIsAWSService", tasks) == ("true",)
    assert value("aws:PrincipalServiceName", tasks) == ("ecs-tasks.amazonaws.com",)
    assert isinstance(value("aws:PrincipalArn", tasks), Missing)


def test_service_has_source_keys() -> None:
    tasks = principal_of_service("ecs-tasks.amazonaws.com")
    assert isinstance(value("aws:SourceArn", tasks), Missing)
    assert value("aws:SourceArn", tasks, context={"aws:sourcearn": ("arn:aws:ecs:x",)}) == ("arn:aws:ecs:x",)
    assert value("aws:SourceArn", AWS_OWN) == ABSENT


def test_only_users_and_roles_have_tags() -> None:
    for nobody in (Principal("anonymous"), principal_of_service("ecs-tasks.amazonaws.com")):
        assert value("aws:PrincipalTag/team", nobody) == ABSENT


def test_request_tags_are_unknown_if_action_supports_tags() -> None:
    for action, expected in (("logs:CreateLogGroup", False), ("logs:CreateLogStream", True), ("KMS:decrypt", True)):
        for key in ("aws:TagKeys", "aws:RequestTag/a"):
            told = value(key, action=action)
            assert told == ABSENT if expected else isinstance(told, Missing)


def test_anonymous_request_has_no_principal_keys() -> None:
    nobody = Principal("anonymous", organization=None)
    for key in ("aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:userid", "aws:username"):
        assert value(key, nobody) == ABSENT
    assert value("aws:PrincipalType", nobody) == ("Anonymous",)


def test_aws_identity_has_undisclosed_keys() -> None:
    told = value("aws:PrincipalAccount", AWS_OWN)
    assert isinstance(told, HiddenValue)
    assert told.undisclosed
    assert not told.maybe_absent
    assert value("aws:PrincipalOrgID", AWS_OWN).maybe_absent
    assert value("aws:PrincipalOrgPaths", AWS_OWN).maybe_absent
    assert isinstance(value("aws:PrincipalType", AWS_OWN), Missing)
    assert value("aws:PrincipalServiceName", AWS_OWN) == ABSENT
    assert value("aws:PrincipalTag/team", AWS_OWN) == Missing("the tags of the AWS identity that signed the request")


def test_unread_key_is_missing_with_its_action() -> None:
    bare = principal_of_role(NameOrArn(ROLE_ARN))
    assert value("aws:PrincipalOrgID", bare).action == "organizations:DescribeOrganization"
    assert value("aws:PrincipalTag/team", bare).action == "iam:GetRole"
    assert isinstance(value("aws:PrincipalOrgPaths"), Missing)
    assert isinstance(value("s3:ResourceAccount"), Missing)


def test_resource_has_its_context_keys() -> None:
    assert value("aws:ResourceAccount") == (HOME,)
    assert value("aws:ResourceAccount", account=OTHER) == (OTHER,)
    assert isinstance(value("aws:ResourceAccount", account=None), Missing)
    assert value("aws:ResourceOrgID") == ("o-home",)
    assert isinstance(value("aws:ResourceOrgID", account=OTHER), Missing)


def test_context_overrides_derived_keys() -> None:
    assert value("aws:PrincipalArn", context={"aws:principalarn": ("x",)}) == ("x",)
    assert value("aws:PrincipalArn", context={"aws:principalarn": ABSENT}) == ABSENT


def test_role_account_is_read_from_its_arn() -> None:
    assert principal_of_role(NameOrArn(ROLE_ARN)).account == HOME
    assert principal_of_role(NameOrArn("exec")).account is None
    asked = Request(msgspec.structs.replace(ROLE, account=None), "s3:GetObject", Resource("*"))
    assert isinstance(asked.values_of("aws:PrincipalArn"), Missing)


class TestNetworkPathKeys:
    # https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html: no aws:SourceIp through an endpoint
    def test_endpoint_call_has_endpoint_keys(self) -> None:
        context = context_of_endpoint_call("vpce-1", "vpc-1", "eu-west-1", "10.0.0.9")
        assert context["aws:sourcevpce"] == ("vpce-1",)
        assert context["aws:sourcevpc"] == ("vpc-1",)
        assert context["aws:vpcsourceip"] == ("10.0.0.9",)
        assert context["aws:sourceip"] == ABSENT
        assert context["aws:requestedregion"] == ("eu-west-1",)
        assert context["aws:securetransport"] == ("true",)
        assert isinstance(context_of_endpoint_call("vpce-1", "vpc-1", "eu-west-1")["aws:vpcsourceip"], HiddenValue)

    PULL = "ecr:BatchGetImage"
    KEYS = ("aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths", "aws:SourceVpcArn")

    def through(self, key: str, action: str = PULL, *, owner: str | None = HOME, principal: Principal = ROLE) -> Any:
        arn = f"arn:aws:ec2:eu-west-1:{HOME}:vpc/vpc-1" if owner else None
        context = context_of_endpoint_call("vpce-1", "vpc-1", "eu-west-1", owner=owner, vpc_arn=arn)
        return value(key, principal, action=action, context=context)

    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpceaccount
    def test_endpoint_owner_keys_depend_on_the_service(self) -> None:
        assert self.through("aws:VpceAccount") == (HOME,)
        assert self.through("aws:VpceOrgID") == ("o-home",)
        assert isinstance(self.through("aws:VpceOrgPaths"), Missing)
        assert self.through("aws:SourceVpcArn") == (f"arn:aws:ec2:eu-west-1:{HOME}:vpc/vpc-1",)

    def test_endpoint_organization_keys_are_absent_without_organization(self) -> None:
        alone = msgspec.structs.replace(ROLE, organization=None)
        assert self.through("aws:VpceOrgID", principal=alone) == ABSENT
        assert self.through("aws:VpceOrgPaths", principal=alone) == ABSENT

    @pytest.mark.parametrize("action", ["logs:CreateLogStream", "secretsmanager:GetSecretValue", "ssm:GetParameters"])
    def test_endpoint_owner_keys_may_be_absent_for_services_off_the_lists(self, action: str) -> None:
        for key in self.KEYS:
            found = self.through(key, action)
            assert isinstance(found, HiddenValue)
            assert found.maybe_absent
            assert value(key, action=action, context=context_of_internet_call("eu-west-1")) == ABSENT

    def test_endpoint_owner_keys_are_unknown_without_owner(self) -> None:
        told = self.through("aws:VpceAccount", owner=None)
        assert told == HiddenValue("the account that vpce-1 belongs to", "ec2:DescribeVpcEndpoints")
        assert isinstance(self.through("aws:SourceVpcArn", owner=None), HiddenValue)
        assert isinstance(self.through("aws:VpceOrgID", owner=None), Missing)
        assert isinstance(self.through("aws:VpceOrgID", owner=OTHER), Missing)
        assert isinstance(self.through("aws:VpceOrgID", principal=AWS_OWN), Missing)
        assert isinstance(value("aws:VpceAccount", action=self.PULL), Missing)

    def test_internet_call_has_no_endpoint_owner(self) -> None:
        for key in self.KEYS:
            assert value(key, action=self.PULL, context=context_of_internet_call("eu-west-1")) == ABSENT

    def test_internet_call_has_source_ip(self) -> None:
        context = context_of_internet_call("eu-west-1", "192.0.2.1")
        assert context["aws:sourceip"] == ("192.0.2.1",)
        assert context["aws:sourcevpce"] == context["aws:sourcevpc"] == context["aws:vpcsourceip"] == ABSENT
        assert isinstance(context_of_internet_call("eu-west-1")["aws:sourceip"], HiddenValue)

    def test_context_keys_are_lowercase(self) -> None:
        for context in (context_of_endpoint_call("vpce-1", "vpc-1", "r"), context_of_internet_call("r")):
            assert all(key == key.lower() for key in context)
