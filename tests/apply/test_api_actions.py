"""The IAM permissions of apply and undo: those of every call that a change or its reversal may take, and no other."""

from collections.abc import Iterator

from skerry.apply.api_actions import CHANGING_ACTIONS, TAGGED
from skerry.apply.preflight.call_permissions import permissions_of
from skerry.plan.api_calls import ChangeCalls, PlannedCall, PlannedCalls
from skerry.plan.change_calls import CallTexts, calls_for
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    ModifyEndpoint,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.former_values import Former

RULE = Rule("tcp", 443, "pl-new-s3")
CHANGES: tuple[Change, ...] = (
    CreateSecurityGroup("sg-new-a", "vpc-1", "a", "a"),
    AuthorizeRule("sg-1", "in", RULE),
    AuthorizeRule("sg-1", "out", RULE),
    RevokeRule("sg-1", "in", RULE),
    RevokeRule("sg-1", "out", RULE),
    CreateInterfaceEndpoint("vpce-new-a", "vpc-1", "com.amazonaws.eu-west-1.logs", ("subnet-1",), ("sg-1",)),
    CreateGatewayEndpoint("vpce-new-b", "vpc-1", "com.amazonaws.eu-west-1.s3", ("rtb-1",), "pl-1"),
    ModifyEndpoint("vpce-1", ("subnet-1",), ("sg-1",), ("rtb-1",), private_dns=True),
    DeleteEndpoint("vpce-1", ""),
    SetVpcAttribute("vpc-1", "enable_dns_support"),
    AddAclEntry("acl-1", 1, "in", "10.0.0.0/8", (443, 443)),
    CreateNatGateway("nat-new-a", "vpc-1", "subnet-1", "eipalloc-new-a"),
    DeleteRoute("rtb-1", "0.0.0.0/0"),
    ReplaceRoute("rtb-1", "0.0.0.0/0", "nat-gateway", "nat-1"),
    RouteToInternetGateway("rtb-1", "igw-1"),
    RouteToNat("rtb-1", "nat-1", ""),
)
FORMER = Former(policy="{}", target=("GatewayId", "igw-1"), tags=(("Name", "x"),))


def made_calls() -> Iterator[ChangeCalls]:
    for change in CHANGES:
        calls = calls_for(change, FORMER, CallTexts("name", "text", {"pl-new-s3": "com.amazonaws.eu-west-1.s3"}))
        assert calls is not None
        yield calls


def single(calls: PlannedCalls) -> list[PlannedCall]:
    return [call for call in calls if isinstance(call, PlannedCall)]


FORWARD = [call for made in made_calls() for call in single(made.calls)]
BACK = [call for made in made_calls() for call in single(made.reversal)]


def actions_of(calls: list[PlannedCall]) -> set[str]:
    return {permission.action for call in calls for permission in permissions_of(call)}


def test_policy_of_apply_has_exactly_the_actions_of_all_changes() -> None:
    allowed = CHANGING_ACTIONS["apply"]
    assert actions_of(FORWARD) == allowed.changes | {"ec2:DescribePrefixLists"}
    assert "ec2:DescribePrefixLists" in allowed.reads


def test_policy_of_undo_has_exactly_the_actions_of_all_reversals() -> None:
    assert actions_of(BACK) == CHANGING_ACTIONS["undo"].changes


def test_each_call_may_be_made_on_each_of_its_types_of_resources() -> None:
    for command, calls in (("apply", FORWARD), ("undo", BACK)):
        statements = CHANGING_ACTIONS[command].statements
        for permission in (permission for call in calls for permission in permissions_of(call)):
            kinds = {kind for row in statements if permission.action in row.actions for kind in row.kinds}
            assert {resource.kind for resource in permission.resources} <= kinds, permission


def test_tags_are_allowed_with_the_calls_that_create_alone() -> None:
    assert {call.operation: call.resource_type for call in FORWARD if call.resource_type} == TAGGED
    for command, calls in (("apply", FORWARD), ("undo", BACK)):
        [tags] = [row for row in CHANGING_ACTIONS[command].statements if row.actions == ("ec2:CreateTags",)]
        assert set(tags.by) == {call.operation for call in calls if call.resource_type}
        assert set(tags.kinds) == {call.resource_type for call in calls if call.resource_type}
