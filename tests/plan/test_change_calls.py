"""The API calls of each change, and those that restore the former values."""

from typing import Any

import pytest

from skerry.plan.api_calls import NewId, PlannedCall, PlannedCalls, PlannedWait, new_ids_in
from skerry.plan.change_calls import (
    CallTexts,
    calls_for,
    description_of,
    names_of_endpoints,
    services_of_prefix_lists,
)
from skerry.plan.changes import (
    AddAclEntry,
    AddZoneRecord,
    Advise,
    AssociateZone,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.former_values import Former, former_in
from skerry.plan.records import Planned, Why
from tests.networks import Network

RULE = Rule("tcp", 443, "10.0.0.0/16")


def operations(calls: PlannedCalls) -> list[str]:
    return [call.goal if isinstance(call, PlannedWait) else call.operation for call in calls]


def both(change: Change, former: Former | None = None, **texts: Any) -> tuple[list[str], list[str]]:
    calls = calls_for(change, former or Former(), CallTexts(**texts), "eu-west-1")
    assert calls is not None
    return operations(calls.calls), operations(calls.reversal)


def only_call(calls: PlannedCalls) -> PlannedCall:
    (call,) = (call for call in calls if isinstance(call, PlannedCall))
    return call


@pytest.mark.parametrize(
    ("change", "calls", "reversal"),
    [
        (
            CreateSecurityGroup("sg-new-a", "vpc-1", "a", "b"),
            ["CreateSecurityGroup", "group-exists"],
            ["DeleteSecurityGroup"],
        ),
        (
            AuthorizeRule("sg-1", "out", RULE),
            ["AuthorizeSecurityGroupEgress"],
            ["RevokeSecurityGroupEgress"],
        ),
        (
            RevokeRule("sg-1", "in", RULE),
            ["RevokeSecurityGroupIngress"],
            ["AuthorizeSecurityGroupIngress"],
        ),
        (SetVpcAttribute("vpc-1", "enable_dns_support"), ["ModifyVpcAttribute"], ["ModifyVpcAttribute"]),
        (
            AddAclEntry("acl-1", 90, "in", "10.0.0.0/16", (443, 443)),
            ["CreateNetworkAclEntry"],
            ["DeleteNetworkAclEntry"],
        ),
        (
            CreateNatGateway("nat-new-a", "vpc-1", "subnet-1", "eipalloc-new-a"),
            ["AllocateAddress", "CreateNatGateway", "nat-gateway-available"],
            ["DeleteNatGateway", "nat-gateway-deleted", "ReleaseAddress"],
        ),
        (DeleteEndpoint("vpce-1", "failed"), ["DeleteVpcEndpoints", "endpoint-deleted"], []),
        (DeleteRoute("rtb-1", "10.0.0.0/8"), ["DeleteRoute"], []),
        (RouteToInternetGateway("rtb-1", "igw-1"), ["CreateRoute"], ["DeleteRoute"]),
        (RouteToNat("rtb-1", "nat-1", ""), ["CreateRoute"], ["DeleteRoute"]),
        (
            AssociateZone("Z1", "vpc-1", ""),
            ["AssociateVPCWithHostedZone"],
            ["DisassociateVPCFromHostedZone"],
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_change_has_calls_and_their_reversal(change: Change, calls: list[str], reversal: list[str]) -> None:
    assert both(change) == (calls, reversal)


@pytest.mark.parametrize(
    "change",
    [
        ConfigureService("web", "by hand"),
        AddZoneRecord("Z1", "a.b", "vpc-1", "a", "b", ""),
        ProposeStatement("role", "{}", ""),
        MirrorImage("nginx", "nginx", ""),
        Advise("vpc-1", ""),
    ],
)
def test_manual_steps_have_no_calls(change: Change) -> None:
    assert calls_for(change, Former(), CallTexts()) is None


def test_revoked_rule_gets_its_description_and_tags_back() -> None:
    former = Former(description="why", tags=(("team", "a"),))
    calls = calls_for(RevokeRule("sg-1", "in", RULE), former, CallTexts())
    assert calls is not None
    parameters = only_call(calls.reversal).parameters
    assert parameters["IpPermissions"] == [
        {
            "IpProtocol": "tcp",
            "FromPort": 443,
            "ToPort": 443,
            "IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "why"}],
        }
    ]
    tags = [{"Key": "team", "Value": "a"}]
    assert parameters["TagSpecifications"] == [{"ResourceType": "security-group-rule", "Tags": tags}]


def test_modified_endpoint_gets_its_former_values_back() -> None:
    change = ModifyEndpoint("vpce-1", ("subnet-1",), ("sg-new-a",), ("rtb-1",), private_dns=True, policy="{}")
    calls = calls_for(change, Former(policy='{"a":1}'), CallTexts())
    assert calls is not None
    assert only_call(calls.calls).parameters == {
        "VpcEndpointId": "vpce-1",
        "AddSubnetIds": ["subnet-1"],
        "AddSecurityGroupIds": [NewId("sg-new-a")],
        "AddRouteTableIds": ["rtb-1"],
        "PrivateDnsEnabled": True,
        "PolicyDocument": "{}",
    }
    assert only_call(calls.reversal).parameters == {
        "VpcEndpointId": "vpce-1",
        "RemoveSubnetIds": ["subnet-1"],
        "RemoveSecurityGroupIds": [NewId("sg-new-a")],
        "RemoveRouteTableIds": ["rtb-1"],
        "PrivateDnsEnabled": False,
        "PolicyDocument": '{"a":1}',
    }
    assert list(new_ids_in(dict(only_call(calls.calls).parameters))) == ["sg-new-a"]


def test_endpoint_without_a_former_policy_gets_the_default_back() -> None:
    calls = calls_for(ModifyEndpoint("vpce-1", policy="{}"), Former(), CallTexts())
    assert calls is not None
    assert only_call(calls.reversal).parameters == {"VpcEndpointId": "vpce-1", "ResetPolicy": True}


def test_endpoint_has_its_policy_and_a_token() -> None:
    change = CreateGatewayEndpoint("vpce-new-s3", "vpc-1", "com.amazonaws.eu-west-1.s3", ("rtb-1",), "pl-1", "{}")
    calls = calls_for(change, Former(), CallTexts(name="s3"))
    assert calls is not None
    call = only_call(calls.calls)
    assert (call.has_token, call.parameters["PolicyDocument"]) == (True, "{}")
    assert call.parameters["TagSpecifications"] == [
        {"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "s3"}]}
    ]


def test_prefix_list_with_unknown_id_is_looked_up() -> None:
    change = AuthorizeRule("sg-new-a", "out", Rule("tcp", 443, "pl-new-s3"))
    calls, reversal = both(change, prefix_lists={"pl-new-s3": "com.amazonaws.eu-west-1.s3"})
    assert calls == ["DescribePrefixLists", "AuthorizeSecurityGroupEgress"]
    assert reversal == ["RevokeSecurityGroupEgress"]
    rule = calls_for(change, Former(), CallTexts())
    assert rule is not None
    assert rule.goes_with == "sg-new-a"


@pytest.mark.parametrize("kind", ["nat-gateway", "internet-gateway"])
def test_replaced_route_goes_back_to_its_former_target(kind: Any) -> None:
    network = Network()
    network.route(TransitGatewayId="tgw-1")
    change = ReplaceRoute("rtb-main", "0.0.0.0/0", kind, "x-1")
    former = former_in(network.world(), change)
    calls = calls_for(change, former, CallTexts())
    assert calls is not None
    name = "NatGatewayId" if kind == "nat-gateway" else "GatewayId"
    assert only_call(calls.calls).parameters[name] == "x-1"
    assert only_call(calls.reversal).parameters["TransitGatewayId"] == "tgw-1"


def test_former_target_is_unknown_without_the_route() -> None:
    change = ReplaceRoute("rtb-main", "10.9.0.0/16", "nat-gateway", "nat-1")
    assert former_in(Network().world(), change) == Former()
    elsewhere = ReplaceRoute("rtb-elsewhere", "10.9.0.0/16", "nat-gateway", "nat-1")
    assert former_in(Network().world(), elsewhere) == Former()
    calls = calls_for(change, Former(), CallTexts())
    assert calls is not None
    assert (calls.reversal, calls.loss != "") == ((), True)


LOGS = "com.amazonaws.eu-west-1.logs"


def test_interface_endpoint_is_created_with_its_members() -> None:
    change = CreateInterfaceEndpoint("vpce-new-logs", "vpc-1", LOGS, ("subnet-1",), ("sg-new-a", "sg-1"))
    calls = calls_for(change, Former(), CallTexts(name="logs"))
    assert calls is not None
    assert operations(calls.calls) == ["CreateVpcEndpoint", "endpoint-available"]
    parameters = only_call(calls.calls).parameters
    assert parameters["SecurityGroupIds"] == [NewId("sg-new-a"), "sg-1"]
    assert "PolicyDocument" not in parameters
    assert operations(calls.reversal) == ["DeleteVpcEndpoints", "endpoint-deleted"]


def test_private_names_alone_are_switched_on_and_off() -> None:
    calls = calls_for(ModifyEndpoint("vpce-1", private_dns=True), Former(), CallTexts())
    assert calls is not None
    assert only_call(calls.calls).parameters == {"VpcEndpointId": "vpce-1", "PrivateDnsEnabled": True}
    assert only_call(calls.reversal).parameters == {"VpcEndpointId": "vpce-1", "PrivateDnsEnabled": False}
    members = calls_for(ModifyEndpoint("vpce-1", ("subnet-1",)), Former(), CallTexts())
    assert members is not None
    assert only_call(members.reversal).parameters == {"VpcEndpointId": "vpce-1", "RemoveSubnetIds": ["subnet-1"]}


def test_endpoints_are_named_by_service_and_by_vpc_if_there_are_several() -> None:
    first = CreateInterfaceEndpoint("vpce-new-a", "vpc-1", LOGS, (), ())
    other = CreateGatewayEndpoint("vpce-new-b", "vpc-1", "com.example.own", (), "pl-1")
    elsewhere = CreateInterfaceEndpoint("vpce-new-c", "vpc-2", LOGS, (), ())
    rows = [Planned(change, "safe") for change in (first, other)]
    assert names_of_endpoints(rows) == {"vpce-new-a": "logs", "vpce-new-b": "com.example.own"}
    more = names_of_endpoints([*rows, Planned(elsewhere, "safe")])
    assert (more["vpce-new-a"], more["vpce-new-c"]) == ("vpc-1 logs", "vpc-2 logs")


def test_unknown_prefix_lists_have_the_names_of_their_services() -> None:
    network = Network()
    network.endpoint("vpce-1", "s3", VpcEndpointType="Gateway")
    changes: list[Change] = [
        CreateGatewayEndpoint("vpce-new-d", "vpc-1", "com.amazonaws.eu-west-1.dynamodb", (), "pl-new-d"),
        CreateGatewayEndpoint("vpce-new-e", "vpc-1", "com.amazonaws.eu-west-1.s3", (), "pl-1"),
        ModifyEndpoint("vpce-1", route_tables=("rtb-1",), prefix_list="pl-new-s3"),
        ModifyEndpoint("vpce-1", route_tables=("rtb-1",), prefix_list="pl-1"),
        ModifyEndpoint("vpce-1", private_dns=True),
    ]
    assert services_of_prefix_lists(network.world(), [Planned(change, "safe") for change in changes]) == {
        "pl-new-d": "com.amazonaws.eu-west-1.dynamodb",
        "pl-new-s3": "com.amazonaws.eu-west-1.s3",
    }


def test_rule_is_described_by_the_steps_that_need_it() -> None:
    change = AuthorizeRule("sg-1", "in", RULE)
    why = Why("C", "r", "m", ("secrets", "logs"))
    assert description_of(Planned(change, "safe", (why, why))) == "For ECS tasks: secrets, logs"
    assert description_of(Planned(change, "safe")) == "For ECS tasks"


def test_former_policy_is_that_of_the_endpoint() -> None:
    network = Network()
    network.endpoint("vpce-1", "logs", PolicyDocument="{}")
    world = network.world()
    assert former_in(world, ModifyEndpoint("vpce-1", policy='{"a":1}')) == Former(policy="{}")
    assert former_in(world, ModifyEndpoint("vpce-1", private_dns=True)) == Former()
