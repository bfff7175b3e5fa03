"""The policy validation plugin of the AWS CDK."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from skerry import __version__, cdk

ROUTE = "NO_ROUTE_TO_DESTINATION"
RESOURCES: dict[str, Any] = {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
    "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
    "Subnet": {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "eu-west-1a"},
    },
    "Association": {
        "Type": "AWS::EC2::SubnetRouteTableAssociation",
        "Properties": {"SubnetId": {"Ref": "Subnet"}, "RouteTableId": {"Ref": "Table"}},
    },
    "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {}},
    "Task": {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {
            "Family": "web",
            "NetworkMode": "awsvpc",
            "RequiresCompatibilities": ["FARGATE"],
            "Cpu": "256",
            "Memory": "512",
            "ContainerDefinitions": [{"Name": "web", "Image": "public.ecr.aws/nginx/nginx:1"}],
        },
    },
    "Service": {
        "Type": "AWS::ECS::Service",
        "Properties": {
            "ServiceName": "web",
            "Cluster": {"Ref": "Cluster"},
            "LaunchType": "FARGATE",
            "TaskDefinition": {"Ref": "Task"},
            "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": [{"Ref": "Subnet"}]}},
        },
    },
}


def _assembly(folder: Path, resources: dict[str, Any]) -> str:
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111122223333/eu-west-1",
        "properties": {"templateFile": "Web.template.json"},
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"Web": stack}}), encoding="utf-8")
    template = folder / "Web.template.json"
    template.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return str(template)


def test_cause_of_a_blocked_service_is_a_violation_of_its_resource(tmp_path: Path) -> None:
    template = _assembly(tmp_path, RESOURCES)
    (violation,) = cdk.violations_of([template])
    assert (violation.code, violation.services, violation.resources) == (ROUTE, ("web",), (("Table", template),))
    assert violation.message.startswith("Table has no route to ")


def test_assembly_without_tasks_has_no_violation(tmp_path: Path) -> None:
    assert cdk.violations_of([_assembly(tmp_path, {"Vpc": RESOURCES["Vpc"]})]) == []


def test_unknown_verdict_is_no_violation(tmp_path: Path) -> None:
    service = json.loads(json.dumps(RESOURCES["Service"]).replace('{"Ref": "Subnet"}', '"subnet-0123456789abcdef0"'))
    assert cdk.violations_of([_assembly(tmp_path, {**RESOURCES, "Service": service})]) == []


def test_assembly_that_cannot_be_read_is_a_violation(tmp_path: Path) -> None:
    template = _assembly(tmp_path, {})
    Path(template).write_text("{", encoding="utf-8")
    assert [violation.code for violation in cdk.violations_of([template])] == [cdk.FAILURE]


def test_plugin_hands_violations_to_the_cdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    structs = ("PolicyValidationPluginReport", "PolicyViolation", "PolicyViolatingResource")
    classes = dict.fromkeys(structs, SimpleNamespace)
    monkeypatch.setitem(sys.modules, "aws_cdk", SimpleNamespace(IPolicyValidationPlugin=object, **classes))
    monkeypatch.setitem(sys.modules, "jsii", SimpleNamespace(implements=lambda _interface: lambda it: it))
    plugin = cdk.validation_plugin()
    assert (plugin.name, plugin.version, plugin.rule_ids) == ("skerry", __version__, [])
    template = _assembly(tmp_path, RESOURCES)
    report = plugin.validate(SimpleNamespace(template_paths=[template]))
    (violation,) = report.violations
    assert (report.success, violation.rule_name, violation.severity) == (False, ROUTE, "error")
    assert violation.fix == f"skerry check cdk.out --fix prints the missing code; skerry explain {ROUTE} tells more"
    assert violation.description.endswith("has no route to the internet. It stops web.")
    assert [(it.resource_logical_id, it.template_path) for it in violation.violating_resources] == [("Table", template)]
    table = {**RESOURCES["Table"], "Metadata": {"aws:cdk:path": "Web/Vpc/Table/Resource"}}
    report = plugin.validate(SimpleNamespace(template_paths=[_assembly(tmp_path, {**RESOURCES, "Table": table})]))
    ((resource,),) = (violation.violating_resources for violation in report.violations)
    assert resource.construct_path.startswith("Web/Vpc/Table")
    _assembly(tmp_path, {"Vpc": RESOURCES["Vpc"]})
    assert plugin.validate(SimpleNamespace(template_paths=[template])).success
