"""Permissions before an apply: AWS's dry runs, then the caller's own policies; what neither shows is unknown."""

import json
from typing import Any

import boto3
import pytest

from skerry.apply.preflight.call_permissions import RESOURCES, WITHOUT_DRY_RUN, permissions_of
from skerry.apply.preflight.caller_policies import read_caller_policies
from skerry.apply.preflight.permissions import check_permissions
from skerry.apply.preflight.results import ApplyRefusal, ApplyRemark, CheckResult
from skerry.aws.account_session import AccountSession
from skerry.errors import SkerryError
from skerry.plan.api_calls import PlannedCall, PlannedWait
from skerry.plan.change_calls import CallTexts, calls_for
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    ModifyEndpoint,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.former_values import NOTHING
from tests.accounts import ACCOUNT, REGION, Account, error
from tests.networks import Network

USER = f"arn:aws:iam::{ACCOUNT}:user/team/ann"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ops/deployer"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/run-1"
LOGS = f"com.amazonaws.{REGION}.logs"

NEW_GROUP = CreateSecurityGroup("sg-new-end", "vpc-1", "end", "…")
ON_NEW_GROUP = AuthorizeRule("sg-new-end", "in", Rule("tcp", 443, "10.0.0.0/16"))
ENDPOINT = CreateInterfaceEndpoint("vpce-new-logs", "vpc-1", LOGS, ("subnet-a",), ("sg-task",))
ATTRIBUTE = SetVpcAttribute("vpc-1", "enable_dns_hostnames")


def calls(*changes: Change) -> list[PlannedCall]:
    rows = [calls_for(change, NOTHING, CallTexts("logs", "For ECS tasks")) for change in changes]
    return [call for row in rows if row is not None for call in row.calls if not isinstance(call, PlannedWait)]


def statement(effect: str, actions: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": actions, "Resource": resource, **more}


def document(*statements: dict[str, Any]) -> str:
    """A policy as IAM sends it; boto3 decodes it."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def of_user(*statements: dict[str, Any], **answers: Any) -> Account:
    """An account whose caller is a user with one inline policy."""
    inline: dict[str, Any] = {
        "GetCallerIdentity": {"Account": ACCOUNT, "Arn": USER},
        "GetUser": {"User": {"Arn": USER, "UserName": "ann"}},
        "ListUserPolicies": {"PolicyNames": ["own"] if statements else [], "IsTruncated": False},
        "GetUserPolicy": {"PolicyDocument": document(*statements)},
        "ListAttachedUserPolicies": {"AttachedPolicies": []},
        "ListGroupsForUser": {"Groups": []},
    }
    return Account(**(inline | answers))


def of_role(*statements: dict[str, Any], **answers: Any) -> Account:
    inline: dict[str, Any] = {
        "GetCallerIdentity": {"Account": ACCOUNT, "Arn": SESSION},
        "GetRole": {"Role": {"Arn": ROLE, "RoleName": "deployer"}},
        "ListRolePolicies": {"PolicyNames": ["own"]},
        "GetRolePolicy": {"PolicyDocument": document(*statements)},
        "ListAttachedRolePolicies": {"AttachedPolicies": []},
    }
    return Account(**(inline | answers))


def session(account: Account) -> AccountSession:
    return AccountSession(account.client, account.client, REGION)


def check(account: Account, *changes: Change, network: Network | None = None) -> tuple[CheckResult, ...]:
    world = (network or Network()).world()
    return check_permissions(session(account), world, calls(*changes))


def codes(results: tuple[CheckResult, ...]) -> list[str]:
    return [result.code for result in results]


ALLOW = {"CreateVpcEndpoint": error("DryRunOperation"), "CreateNetworkAclEntry": error("DryRunOperation")}


class TestDryRun:
    def test_allowed_dry_run_needs_no_policies_and_says_nothing(self) -> None:
        account = of_user(**ALLOW)
        assert check(account, ENDPOINT) == ()
        [asked] = account.asked("CreateVpcEndpoint")
        assert asked["DryRun"] is True
        assert account.asked("GetUser") == []

    def test_denied_dry_run_names_action_resources_and_the_words_of_aws(self) -> None:
        words = "You are not authorized to perform this operation. Encoded authorization failure message: AbCdEf"
        account = of_user(CreateVpcEndpoint=error("UnauthorizedOperation", message=words))
        (refusal,) = check(account, ENDPOINT)
        assert isinstance(refusal, ApplyRefusal)
        assert refusal.code == "PERMISSION_DENIED"
        assert refusal.message.startswith(
            f"{USER} is not allowed ec2:CreateVpcEndpoint on a new vpc-endpoint, vpc-1, subnet-a, sg-task: You are not"
        )
        assert "AbCdEf" not in refusal.message
        assert "ec2:CreateVpcEndpoint" in "".join(refusal.advice)

    def test_same_call_is_tried_once(self) -> None:
        account = of_user(**ALLOW)
        check(account, ENDPOINT, ENDPOINT)
        assert len(account.asked("CreateVpcEndpoint")) == 1

    def test_dry_run_of_a_rule_has_tags_as_its_call_will(self) -> None:
        account = of_user(AuthorizeSecurityGroupIngress=error("DryRunOperation"))
        check(account, AuthorizeRule("sg-task", "in", Rule("tcp", 443, "10.0.0.0/16")))
        [asked] = account.asked("AuthorizeSecurityGroupIngress")
        assert [row["ResourceType"] for row in asked["TagSpecifications"]] == ["security-group-rule"]

    def test_call_that_is_carried_out_in_spite_of_the_dry_run_stops_everything(self) -> None:
        with pytest.raises(SkerryError, match="was carried out, although only a dry run was asked for"):
            check(of_user(CreateVpcEndpoint={"VpcEndpoint": {}}), ENDPOINT)

    @pytest.mark.parametrize("code", ["RequestLimitExceeded", "InvalidPermission.Duplicate", "InternalError"])
    def test_other_errors_leave_the_answer_to_the_policies(self, code: str) -> None:
        account = of_user(statement("Allow", "ec2:*"), CreateVpcEndpoint=error(code))
        (remark,) = check(account, ENDPOINT)
        assert remark.code == "PERMISSION_BY_POLICIES"
        account = of_user(CreateVpcEndpoint=error(code))
        assert set(codes(check(account, ENDPOINT))) == {"PERMISSION_DENIED"}

    def test_only_modify_vpc_attribute_takes_no_dry_run(self) -> None:
        model = boto3.session.Session().client("ec2", region_name=REGION).meta.service_model
        without = {name for name in RESOURCES if "DryRun" not in model.operation_model(name).input_shape.members}
        assert without == WITHOUT_DRY_RUN

    def test_attribute_is_never_tried(self) -> None:
        account = of_user(statement("Allow", "ec2:*"))
        check(account, ATTRIBUTE)
        assert account.asked("ModifyVpcAttribute") == []

    def test_call_with_an_id_of_the_future_is_never_tried(self) -> None:
        account = of_user(statement("Allow", "ec2:*"), CreateSecurityGroup=error("DryRunOperation"))
        check(account, NEW_GROUP, ON_NEW_GROUP)
        assert account.asked("AuthorizeSecurityGroupIngress") == []


class TestUser:
    """The policies of a user decide about calls that cannot be tried."""

    def test_allowed_by_the_own_policy_is_said_with_all_that_was_not_examined(self) -> None:
        (remark,) = check(of_user(statement("Allow", "ec2:ModifyVpcAttribute")), ATTRIBUTE)
        assert isinstance(remark, ApplyRemark)
        assert remark.code == "PERMISSION_BY_POLICIES"
        assert "allow ec2:ModifyVpcAttribute on vpc-1; not examined: the policies of the organization" in remark.message

    @pytest.mark.parametrize(
        ("statements", "verdict"),
        [
            ((), "PERMISSION_DENIED"),
            ((statement("Allow", "ec2:Describe*"),), "PERMISSION_DENIED"),
            ((statement("Allow", "*", "arn:aws:ec2:*:*:vpc/vpc-2"),), "PERMISSION_DENIED"),
            ((statement("Allow", "*", f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1"),), "PERMISSION_BY_POLICIES"),
            ((statement("Allow", "*"), statement("Deny", "ec2:Modify*")), "PERMISSION_DENIED"),
            (
                (statement("Allow", "*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),),
                "PERMISSION_DENIED",
            ),
            (
                (statement("Allow", "*", Condition={"StringEquals": {"ec2:Region": REGION}}),),
                "PERMISSION_BY_POLICIES",
            ),
            (
                (statement("Allow", "*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),),
                "PERMISSION_UNKNOWN",
            ),
            ((statement("Allow", "*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),), "PERMISSION_UNKNOWN"),
        ],
        ids=["none", "other action", "other VPC", "this VPC", "denied", "other Region", "Region", "MFA", "address"],
    )
    def test_statements_decide(self, statements: tuple[dict[str, Any], ...], verdict: str) -> None:
        assert codes(check(of_user(*statements), ATTRIBUTE)) == [verdict]

    def test_unknown_names_the_missing_fact(self) -> None:
        condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        (remark,) = check(of_user(statement("Allow", "*", Condition=condition)), ATTRIBUTE)
        assert isinstance(remark, ApplyRemark)
        assert "aws:MultiFactorAuthPresent" in remark.message

    def test_tags_of_existing_objects_are_known(self) -> None:
        condition = {"StringEquals": {"aws:ResourceTag/team": "net"}}
        network = Network()
        network.row("Vpcs", "vpc-1")["Tags"] = [{"Key": "team", "Value": "net"}]
        account = of_user(statement("Allow", "*", Condition=condition))
        assert codes(check(account, ATTRIBUTE, network=network)) == ["PERMISSION_BY_POLICIES"]

    def test_each_resource_of_a_call_must_be_allowed(self) -> None:
        only_vpc = statement("Allow", "ec2:*", "arn:aws:ec2:*:*:vpc/*")
        found = check(of_user(only_vpc, CreateSecurityGroup=error("InternalError")), NEW_GROUP)
        assert {(result.code, result.resource) for result in found} == {
            ("PERMISSION_DENIED", "a new security-group"),
            ("PERMISSION_BY_POLICIES", USER),
        }

    def test_policy_for_all_ids_allows_an_id_of_the_future_and_one_for_some_is_unknown(self) -> None:
        tags = statement("Allow", "ec2:CreateTags")
        for resource, verdict in (
            ("security-group/*", "PERMISSION_BY_POLICIES"),
            ("security-group/sg-0*", "PERMISSION_UNKNOWN"),
        ):
            rule = statement("Allow", "ec2:Authorize*", f"arn:aws:ec2:*:*:{resource}")
            assert verdict in codes(check(of_user(rule, tags), ON_NEW_GROUP))

    def test_tags_of_new_resources_need_a_permission_of_their_own(self) -> None:
        rows = statement("Allow", "ec2:AuthorizeSecurityGroupIngress")
        refusals = [row for row in check(of_user(rows), ON_NEW_GROUP) if isinstance(row, ApplyRefusal)]
        assert ["ec2:CreateTags on a new security-group-rule" in row.message for row in refusals] == [True]
        condition = {"StringEquals": {"ec2:CreateAction": "AuthorizeSecurityGroupIngress"}}
        more = statement("Allow", "ec2:CreateTags", Condition=condition)
        assert codes(check(of_user(rows, more), ON_NEW_GROUP)) == ["PERMISSION_BY_POLICIES"]

    def test_policies_of_groups_and_attached_policies_count(self) -> None:
        attached = {"AttachedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/Net", "PolicyName": "Net"}]}
        account = of_user(
            ListGroupsForUser={"Groups": [{"GroupName": "ops"}]},
            ListGroupPolicies={"PolicyNames": []},
            ListAttachedGroupPolicies=attached,
            GetPolicy={"Policy": {"DefaultVersionId": "v3"}},
            GetPolicyVersion={"PolicyVersion": {"Document": document(statement("Allow", "ec2:*"))}},
        )
        assert codes(check(account, ATTRIBUTE)) == ["PERMISSION_BY_POLICIES"]
        assert account.asked("GetPolicyVersion") == [{"PolicyArn": "arn:aws:iam::aws:policy/Net", "VersionId": "v3"}]

    def test_pages_of_policies_are_all_read(self) -> None:
        pages = {None: {"PolicyNames": ["a"], "IsTruncated": True, "Marker": "m"}, "m": {"PolicyNames": ["b"]}}
        documents = {"a": statement("Allow", "s3:*"), "b": statement("Allow", "ec2:*")}
        account = of_user(
            ListUserPolicies=lambda asked: pages[asked.get("Marker")],
            GetUserPolicy=lambda asked: {"PolicyDocument": document(documents[asked["PolicyName"]])},
        )
        assert codes(check(account, ATTRIBUTE)) == ["PERMISSION_BY_POLICIES"]

    def test_boundary_limits_the_policies(self) -> None:
        boundary = {"PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/edge"}
        account = of_user(
            statement("Allow", "*"),
            GetUser={"User": {"Arn": USER, "UserName": "ann", "PermissionsBoundary": boundary}},
            GetPolicy={"Policy": {"DefaultVersionId": "v1"}},
            GetPolicyVersion={"PolicyVersion": {"Document": document(statement("Allow", "s3:*"))}},
        )
        (refusal,) = check(account, ATTRIBUTE)
        assert "permissions boundary" in refusal.message

    @pytest.mark.parametrize(
        "operation", ["GetUser", "ListUserPolicies", "GetUserPolicy", "ListAttachedUserPolicies", "ListGroupsForUser"]
    )
    def test_policy_that_cannot_be_read_makes_the_permission_unknown_and_never_allowed(self, operation: str) -> None:
        account = of_user(statement("Allow", "*"), **{operation: error("AccessDenied")})
        (remark,) = check(account, ATTRIBUTE)
        assert remark.code == "PERMISSION_UNKNOWN"
        assert f"iam:{operation}" in remark.message


class TestOtherCallers:
    def test_session_has_the_policies_of_its_role(self) -> None:
        (remark,) = check(of_role(statement("Allow", "ec2:*")), ATTRIBUTE)
        assert remark.code == "PERMISSION_BY_POLICIES"
        assert "a policy of the session itself, which AWS does not show" in remark.message
        assert codes(check(of_role(statement("Allow", "s3:*")), ATTRIBUTE)) == ["PERMISSION_DENIED"]

    def test_role_is_known_with_its_path(self) -> None:
        policies = read_caller_policies(session(of_role(statement("Allow", "*"))))
        assert (policies.principal.kind, policies.principal.arn) == ("role", ROLE)

    def test_condition_on_the_start_of_a_session_is_unknown(self) -> None:
        condition = {"StringEquals": {"aws:FederatedProvider": "x"}}
        account = of_role(statement("Allow", "*", Condition=condition))
        assert codes(check(account, ATTRIBUTE)) == ["PERMISSION_UNKNOWN"]

    def test_role_that_cannot_be_read_makes_the_permission_unknown(self) -> None:
        account = of_role(statement("Allow", "*"), ListRolePolicies=error("AccessDenied"))
        assert codes(check(account, ATTRIBUTE)) == ["PERMISSION_UNKNOWN"]

    def test_root_user_is_limited_by_no_policy_of_its_own(self) -> None:
        account = Account(GetCallerIdentity={"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root"})
        assert codes(check(account, ATTRIBUTE)) == ["PERMISSION_BY_POLICIES"]

    @pytest.mark.parametrize("arn", [f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "who knows"])
    def test_caller_of_another_kind_is_unknown(self, arn: str) -> None:
        account = Account(GetCallerIdentity={"Account": ACCOUNT, "Arn": arn})
        assert codes(check(account, ATTRIBUTE)) == ["PERMISSION_UNKNOWN"]


class TestPermissionsOfCalls:
    def named(self, change: Change) -> dict[str, list[str]]:
        return {
            permission.action.removeprefix("ec2:"): [f"{row.kind} {row.id or 'later'}" for row in permission.resources]
            for call in calls(change)
            for permission in permissions_of(call)
        }

    def test_resources_are_those_of_the_parameters(self) -> None:
        assert self.named(ENDPOINT) == {
            "CreateVpcEndpoint": ["vpc-endpoint *", "vpc vpc-1", "subnet subnet-a", "security-group sg-task"],
            "CreateTags": ["vpc-endpoint *"],
        }
        assert self.named(CreateNatGateway("nat-new-a", "vpc-1", "subnet-a", "eipalloc-new-a")) == {
            "AllocateAddress": ["elastic-ip *"],
            "CreateNatGateway": ["natgateway *", "subnet subnet-a", "elastic-ip later"],
            "CreateTags": ["natgateway *"],
        }
        assert self.named(ModifyEndpoint("vpce-1", ("subnet-a",), ("sg-new-x",), ("rtb-1",))) == {
            "ModifyVpcEndpoint": [
                "vpc-endpoint vpce-1",
                "subnet subnet-a",
                "security-group later",
                "route-table rtb-1",
            ]
        }
        assert self.named(DeleteEndpoint("vpce-1", "…")) == {"DeleteVpcEndpoints": ["vpc-endpoint vpce-1"]}
        assert self.named(RouteToNat("rtb-1", "nat-1", "…")) == {"CreateRoute": ["route-table rtb-1"]}
        assert self.named(AddAclEntry("acl-1", 1, "in", "10.0.0.0/8", (1, 2))) == {
            "CreateNetworkAclEntry": ["network-acl acl-1"]
        }
