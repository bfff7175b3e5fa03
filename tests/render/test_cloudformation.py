"""Plans as CloudFormation: templates that cfn-lint takes, and nothing of the plan is lost on the way."""

import json
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from skerry.errors import Argument, InputError
from skerry.masking import mask
from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    MirrorImage,
    ModifyEndpoint,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.records import Plan
from skerry.render import cloudformation
from skerry.verdicts import OK
from tests.networks import Network
from tests.render.planned import of, planned

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "subnets": ("article-broken", {}),
    "article": ("article-broken", {"ingress": "article"}),
    "from-tasks": ("article-broken", {"ingress": "from-tasks"}),
    "least-privilege": ("article-broken", {"least_privilege": True}),
    "nacl": ("nacl-no-ephemeral-return", {}),
    "task-egress": ("dead-end-still-shows-filters", {}),
}
Mark = tuple[object, ...]


@cache
def case(name: str) -> tuple[World, Plan]:
    scenario, options = CASES[name]
    return planned(scenario, **options)


@cache
def rendered(name: str) -> str:
    return cloudformation.render(*case(name))


@pytest.mark.parametrize("name", ["subnets", "nacl"])
def test_template_matches_the_snapshot(name: str, snapshot: SnapshotAssertion) -> None:
    assert rendered(name) == snapshot


@pytest.mark.parametrize(
    "name", [name if name in {"subnets", "nacl"} else pytest.param(name, marks=pytest.mark.long) for name in CASES]
)
def test_template_passes_cfn_lint(name: str) -> None:
    assert problems(rendered(name)) == []


def problems(text: str) -> list[str]:
    """What cfn-lint says of a template."""
    # Its import takes a second, which every process of the tests would need to collect this file.
    from cfnlint.api import lint  # noqa: PLC0415
    from cfnlint.config import ManualArgs  # noqa: PLC0415

    config = ManualArgs(regions=["eu-west-1"])
    return [str(match) for match in lint(text, config=config)]


@pytest.mark.parametrize("name", CASES)
def test_template_resources_match_the_plan(name: str) -> None:
    template = yaml.safe_load(rendered(name))
    assert resources_of(template) == changes_of(case(name)[1])


def changes_of(plan: Plan) -> list[Mark]:
    """What a plan makes, of each thing what tells it from others."""
    found: list[Mark] = []
    for row in plan.changes:
        match row.change:
            case CreateSecurityGroup() as change:
                found.append(("group", change.name, change.vpc_id))
            case AuthorizeRule() as change:
                peer = None if "-new-" in change.rule.peer else change.rule.peer
                group = None if "-new-" in change.group_id else change.group_id
                found.append(("rule", group, change.direction, change.rule.port, change.rule.protocol, peer))
            case CreateInterfaceEndpoint() as change:
                groups = [None if "-new-" in one else one for one in change.groups]
                policy = json.loads(change.policy or "null")
                where = (change.vpc_id, ",".join(change.subnets))
                found.append(("endpoint", change.service_name, *where, groups, change.private_dns, policy))
            case CreateGatewayEndpoint() as change:
                where = (change.vpc_id, ",".join(change.route_tables))
                found.append(("gateway", change.service_name, *where, json.loads(change.policy or "null")))
            case AddAclEntry() as change:
                found.append(
                    ("entry", change.acl_id, change.number, change.direction == "out", change.cidr, change.ports)
                )
            case RouteToNat() as change:
                found.append(("route", change.route_table_id, _planned(change.nat_gateway_id)))
            case RouteToInternetGateway() as change:
                found.append(("route", change.route_table_id, change.internet_gateway_id))
            case CreateNatGateway() as change:
                found += [("address",), ("nat gateway", change.subnet_id)]
            case _:
                pass
    return sorted(found, key=repr)


def resources_of(template: dict[str, Any]) -> list[Mark]:
    """The same of the resources of a template, with the defaults of its parameters."""
    defaults = (
        {name: row.get("Default") for name, row in template["Parameters"].items()} if "Parameters" in template else {}
    )
    return sorted((_mark(row["Type"], row["Properties"], defaults) for row in template["Resources"].values()), key=repr)


def _mark(kind: str, row: dict[str, Any], defaults: dict[str, Any]) -> Mark:
    def told(found: Any) -> Any:
        return defaults[found["Ref"]] if isinstance(found, dict) and "Ref" in found else found

    match kind.rpartition("::")[2]:
        case "SecurityGroup":
            return ("group", row["Tags"][0]["Value"], told(row["VpcId"]))
        case "SecurityGroupIngress" | "SecurityGroupEgress" as side:
            peer = next(
                told(value) for key, value in row.items() if key == "CidrIp" or key.startswith(("Source", "Dest"))
            )
            way = "in" if side == "SecurityGroupIngress" else "out"
            return ("rule", _known(row["GroupId"]), way, row["FromPort"], row["IpProtocol"], _known(peer))
        case "VPCEndpoint" if row["VpcEndpointType"] == "Gateway":
            where = (told(row["VpcId"]), told(row["RouteTableIds"]))
            return ("gateway", _service(row), *where, row.get("PolicyDocument"))
        case "VPCEndpoint":
            where = (told(row["VpcId"]), told(row["SubnetIds"]))
            groups = [_known(one) for one in row["SecurityGroupIds"]]
            return ("endpoint", _service(row), *where, groups, row["PrivateDnsEnabled"], row.get("PolicyDocument"))
        case "NetworkAclEntry":
            ports = (row["PortRange"]["From"], row["PortRange"]["To"])
            return ("entry", row["NetworkAclId"], row["RuleNumber"], row["Egress"], row["CidrBlock"], ports)
        case "EIP":
            return ("address",)
        case "NatGateway":
            return ("nat gateway", row["SubnetId"])
        case _:
            return ("route", row["RouteTableId"], _known(row.get("NatGatewayId") or row["GatewayId"]))


def _planned(name: str) -> str | None:
    return None if "-new-" in name else name


def _service(row: dict[str, Any]) -> str:
    """The name of an endpoint service in the Region of the scenarios."""
    name = row["ServiceName"]
    return name if isinstance(name, str) else str(name["Fn::Sub"].replace("${AWS::Region}", "eu-west-1"))


def _known(found: Any) -> Any:
    """An id that is known before anything is made."""
    return None if isinstance(found, dict) else found


@pytest.mark.parametrize(
    "change",
    [
        ModifyEndpoint("vpce-1", private_dns=True),
        SetVpcAttribute("vpc-1", "enable_dns_support"),
        ReplaceRoute("rtb-main", "0.0.0.0/0", "nat-gateway", "nat-1"),
    ],
    ids=["endpoint", "vpc", "route"],
)
def test_change_to_existing_resource_is_refused(change: Any) -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "endpoints", "HTTPS")
    with pytest.raises(InputError, match="CloudFormation cannot change what it has not created") as found:
        cloudformation.render(Network().world(), of(group, change))
    assert Argument.FORMAT in found.value.advice


def test_new_routes_and_nat_gateway_are_resources() -> None:
    plan = of(
        CreateNatGateway("nat-new-vpc-1", "vpc-1", "subnet-0123456789abcdef0", "eipalloc-new-vpc-1"),
        RouteToInternetGateway("rtb-0123456789abcdef1", "igw-0123456789abcdef0"),
        RouteToNat("rtb-0123456789abcdef2", "nat-0123456789abcdef0", "so that it leads out"),
        RouteToNat("rtb-0123456789abcdef3", "nat-new-vpc-1", "so that it leads out"),
    )
    text = cloudformation.render(Network().world(), plan)
    template = yaml.safe_load(text)
    assert resources_of(template) == changes_of(plan)
    assert template["Resources"]["NatGateway"]["Properties"]["AllocationId"] == {
        "Fn::GetAtt": ["NatAddress", "AllocationId"]
    }
    assert list(template["Outputs"]) == ["NatGatewayId"]
    tags = [{"Key": "Name", "Value": "nat-subnet-0123456789abcdef0"}]
    assert {name: row["Properties"].get("Tags") for name, row in template["Resources"].items() if "Nat" in name} == {
        "NatAddress": tags,
        "NatGateway": tags,
    }
    assert problems(text) == []


def test_manual_steps_are_all_listed_in_the_template_comments() -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "endpoints", "HTTPS")
    images = [MirrorImage(f"image-{number}", "x", "copy it\nthen: {this: [is]} no YAML") for number in range(100)]
    text = cloudformation.render(Network().world(), of(group, *images, proven=False))
    assert all(f"# By hand: copy image image-{number} into ECR\n" in text for number in range(100))
    template = yaml.safe_load(text)
    assert "NOT PROVEN" in template["Description"]
    assert list(template["Resources"]) == ["EndpointSecurityGroup"]


def test_template_over_500_resources_is_refused() -> None:
    rules = [AuthorizeRule("sg-1", "in", Rule("tcp", 443, f"10.0.{n // 256}.{n % 256}/32")) for n in range(501)]
    with pytest.raises(InputError, match="needs 501 resources, and a template may have 500") as found:
        cloudformation.render(Network().world(), of(*rules))
    assert Argument.FORMAT in found.value.advice
    assert cloudformation.render(Network().world(), of(*rules[1:]))


def test_rule_revocation_is_refused() -> None:
    with pytest.raises(InputError, match="CloudFormation cannot take away what it has not made: take away TCP 443"):
        cloudformation.render(Network().world(), of(RevokeRule("sg-1", "in", Rule("tcp", 443, "10.0.0.0/8"))))


def test_plan_of_manual_steps_only_is_refused() -> None:
    with pytest.raises(InputError, match="nothing of this plan can be written in CloudFormation: copy image nginx"):
        cloudformation.render(Network().world(), of(MirrorImage("nginx", "nginx", "copy it")))


def test_empty_plan_renders_a_template_with_a_placeholder_resource() -> None:
    template = yaml.safe_load(cloudformation.render(Network().world(), of(before=OK)))
    assert "There is nothing to change." in template["Description"]
    assert list(template["Resources"]) == ["Nothing"]


def test_endpoints_of_two_vpcs_get_separate_parameters() -> None:
    endpoints = [
        CreateInterfaceEndpoint(
            f"vpce-new-logs-{vpc}", vpc, "com.amazonaws.eu-west-1.logs", (f"subnet-{vpc}",), ("sg-1",)
        )
        for vpc in ("vpc-1", "vpc-2")
    ]
    template = yaml.safe_load(cloudformation.render(Network().world(), of(*endpoints)))
    assert list(template["Parameters"]) == ["VpcId", "EndpointSubnets", "VpcId2", "EndpointSubnets2"]
    assert list(template["Resources"]) == ["LogsEndpoint", "LogsEndpointx2"]
    labels = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterLabels"]
    assert labels["EndpointSubnets2"] == {"default": "Subnets of the endpoints 2"}


@pytest.mark.parametrize("name", CASES)
def test_every_parameter_stands_in_one_group_and_has_a_label(name: str) -> None:
    template = yaml.safe_load(rendered(name))
    parameters = template.get("Parameters", {})
    interface = template.get("Metadata", {}).get("AWS::CloudFormation::Interface", {})
    grouped = [parameter for group in interface.get("ParameterGroups", []) for parameter in group["Parameters"]]

    assert sorted(grouped) == sorted(parameters) == sorted(interface.get("ParameterLabels", {}))
    assert all(row["Type"] != "List<String>" for row in parameters.values())


def test_prefix_list_of_unknown_id_is_a_parameter_of_a_group_of_its_own() -> None:
    rules = [AuthorizeRule(f"sg-{n}", "out", Rule("tcp", 443, "pl-new-s3")) for n in range(2)]
    template = yaml.safe_load(cloudformation.render(Network().world(), of(*rules)))

    assert template["Metadata"]["AWS::CloudFormation::Interface"] == {
        "ParameterGroups": [{"Label": {"default": "Prefix lists of AWS"}, "Parameters": ["S3PrefixList"]}],
        "ParameterLabels": {"S3PrefixList": {"default": "Prefix list of s3"}},
    }


@pytest.mark.parametrize(
    ("service_name", "written"),
    [
        ("com.amazonaws.eu-west-1.logs", {"Fn::Sub": "com.amazonaws.${AWS::Region}.logs"}),
        ("com.amazonaws.us-east-1.logs", "com.amazonaws.us-east-1.logs"),
        ("com.amazonaws.vpce.eu-west-1.vpce-svc-0a", "com.amazonaws.vpce.eu-west-1.vpce-svc-0a"),
        ("com.amazonaws.eu-west-1.${AWS::StackId}", "com.amazonaws.eu-west-1.${AWS::StackId}"),
    ],
    ids=["of AWS", "of another Region", "of a provider", "evaluated"],
)
def test_service_name_follows_the_region_of_the_stack_where_it_is_of_aws(service_name: str, written: Any) -> None:
    endpoint = CreateInterfaceEndpoint("vpce-new-a", "vpc-1", service_name, ("subnet-1",), ("sg-1",))
    template = yaml.safe_load(cloudformation.render(Network().world(), of(endpoint)))
    (row,) = template["Resources"].values()

    assert row["Properties"]["ServiceName"] == written


@pytest.mark.parametrize("name", CASES)
def test_what_takes_tags_has_a_name_and_rules_have_descriptions(name: str) -> None:
    resources = yaml.safe_load(rendered(name))["Resources"].values()
    tagged = [row for row in resources if row["Type"] in {"AWS::EC2::VPCEndpoint", "AWS::EC2::SecurityGroup"}]
    rules = [row["Properties"] for row in resources if row["Type"].startswith("AWS::EC2::SecurityGroup")]
    outward = [rule for row in rules for rule in row.get("SecurityGroupEgress", [])]

    assert all([tag["Key"] for tag in row["Properties"]["Tags"]] == ["Name"] for row in tagged)
    assert all(row.get("Description") or row["GroupDescription"] for row in rules)
    assert all(rule["CidrIp"] == "127.0.0.1/32" and rule["Description"] for rule in outward)


STAGES = {
    "SecurityGroup": 0,
    "SecurityGroupIngress": 1,
    "SecurityGroupEgress": 1,
    "NetworkAclEntry": 1,
    "VPCEndpoint": 2,
    "Route": 3,
}


def test_resources_wait_for_all_rules_and_entries_before_them() -> None:
    group = "sg-new-endpoints-vpc-1"
    plan = of(
        CreateSecurityGroup(group, "vpc-1", "endpoints", "HTTPS"),
        AuthorizeRule(group, "in", Rule("tcp", 443, "10.0.1.0/24")),
        AuthorizeRule("sg-tasks", "out", Rule("tcp", 443, group)),
        AddAclEntry("acl-1", 110, "in", "10.0.3.0/24", (32768, 65535)),
        CreateInterfaceEndpoint("vpce-new-a", "vpc-1", "com.amazonaws.eu-west-1.logs", ("subnet-1",), (group,)),
        CreateGatewayEndpoint("vpce-new-b", "vpc-1", "com.amazonaws.eu-west-1.s3", ("rtb-1",), "pl-1"),
        RouteToNat("rtb-main", "nat-1", "so that it leads out"),
    )
    resources = yaml.safe_load(cloudformation.render(Network().world(), plan))["Resources"]
    stage = {name: STAGES[row["Type"].rpartition("::")[2]] for name, row in resources.items()}

    for name, row in resources.items():
        earlier = {other for other in resources if 0 < stage[other] < stage[name]}
        assert set(row.get("DependsOn", [])) == earlier, name
    assert set(stage.values()) == {0, 1, 2, 3}


@pytest.mark.parametrize("name", CASES)
def test_dependencies_follow_the_order_of_the_plan(name: str) -> None:
    resources = yaml.safe_load(rendered(name))["Resources"]
    order = list(resources)

    for place, row in enumerate(resources.values()):
        assert set(row.get("DependsOn", [])) <= set(order[:place])


def test_template_longer_than_a_request_says_how_to_deploy_it() -> None:
    rules = [AuthorizeRule("sg-1", "in", Rule("tcp", 443, f"10.0.{n}.0/24")) for n in range(250)]
    heading = "# Longer than the 51,200 bytes that a request may have: deploy it from a bucket (--s3-bucket).\n"

    assert heading in cloudformation.render(Network().world(), of(*rules))
    assert heading not in cloudformation.render(Network().world(), of(*rules[:3]))


@given(st.text(min_size=1))
def test_masked_names_round_trip_through_the_template(name: str) -> None:
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", name, name)
    template = yaml.safe_load(cloudformation.render(Network().world(), of(group, services=(name,))))
    properties = template["Resources"]["EndpointSecurityGroup"]["Properties"]
    assert properties["GroupDescription"] == mask(name)
    assert properties["Tags"] == [{"Key": "Name", "Value": mask(name[:256])}]
    assert "GroupName" not in properties
    assert len(template["Description"].encode()) <= 1024
