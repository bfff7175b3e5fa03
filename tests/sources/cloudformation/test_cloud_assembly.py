"""Assemblies of the AWS CDK: stacks, nested templates by their assets, and dummies."""

import json
from pathlib import Path
from typing import Any

from skerry.sources.cloudformation.reading import TemplateInput, read_templates
from skerry.sources.cloudformation.resolved import ResolvedTemplates
from skerry.sources.cloudformation.values import Identifier
from tests.sources.cloudformation.templates import ids

KEY = "0fc7.json"
WEB = {
    "Resources": {
        "Data": {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {
                "TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::URLSuffix"}, f"/assets-1/{KEY}"]]},
                "Parameters": {"Vpc": {"Fn::ImportValue": "Net:Vpc"}},
            },
        },
        "Task": {"Type": "T", "Properties": {"Subnets": ["p-12345", "p-67890"], "Zone": "dummy1a", "Own": "s-12345x"}},
    }
}
NESTED = {
    "Parameters": {"Vpc": {"Type": "String"}},
    "Resources": {"Group": {"Type": "T", "Properties": {"VpcId": {"Ref": "Vpc"}}}},
}
NET = {
    "Resources": {"Vpc": {"Type": "AWS::EC2::VPC", "Metadata": {"aws:cdk:path": "Net/Vpc/Resource"}}},
    "Outputs": {"V": {"Value": {"Ref": "Vpc"}, "Export": {"Name": "Net:Vpc"}}},
}


def _stack(template: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111122223333/eu-west-1",
        "properties": {"templateFile": template},
        **more,
    }


def _assembly(folder: Path, missing: list[Any]) -> ResolvedTemplates:
    files = {
        "manifest.json": {
            "version": "55.0.0",
            "artifacts": {
                "Web": _stack("Web.template.json", additionalMetadataFile="Web.metadata.json"),
                "Web.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Web.assets.json"}},
                "inner": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-inner"}},
            },
            "missing": missing,
        },
        "Web.metadata.json": {"/Web/Task/Resource": [{"type": "aws:cdk:logicalId", "data": "Task"}]},
        "Web.assets.json": {
            "files": {
                "0fc7": {
                    "source": {"path": "Web.nested.json", "packaging": "file"},
                    "destinations": {"d": {"objectKey": KEY}},
                }
            }
        },
        "Web.template.json": WEB,
        "Web.nested.json": NESTED,
        "assembly-inner/manifest.json": {"artifacts": {"Net": _stack("Net.template.json")}},
        "assembly-inner/Net.template.json": NET,
    }
    (folder / "assembly-inner").mkdir()
    for name, document in files.items():
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return read_templates([TemplateInput(folder)], attribute_of=ids)


def test_assembly_joins_its_stacks_nested_templates_and_inner_assemblies(tmp_path: Path) -> None:
    resolved = _assembly(tmp_path, [])
    assert [(stack.name, stack.region, stack.account) for stack in resolved.stacks] == [
        ("Web", "eu-west-1", "111122223333"),
        ("Net", "eu-west-1", "111122223333"),
        ("Web/Data", "eu-west-1", "111122223333"),
    ]
    group = resolved.resources[-1]
    assert (group.stack, group.properties) == ("Web/Data", {"VpcId": "id-Net-Vpc"})
    assert (resolved.problems, resolved.missing_exports, resolved.notes) == ((), (), ())


def test_resources_of_an_assembly_have_the_paths_of_their_constructs(tmp_path: Path) -> None:
    paths = {resource.logical_id: resource.construct_path for resource in _assembly(tmp_path, []).resources}
    assert paths == {"Data": "", "Task": "Web/Task/Resource", "Vpc": "Net/Vpc/Resource", "Group": ""}


def test_dummies_of_lookups_are_unresolved(tmp_path: Path) -> None:
    missing = [{"key": "availability-zones:x", "props": {"dummyValue": ["dummy1a", "other-dummy"]}}]
    resolved = _assembly(tmp_path, missing)
    task = next(resource for resource in resolved.resources if resource.logical_id == "Task")
    subnets = task.properties["Subnets"]
    assert isinstance(subnets, list)
    first, second = subnets
    assert isinstance(first, Identifier)
    assert first != second
    assert isinstance(task.properties["Zone"], Identifier)
    assert task.properties["Own"] == "s-12345x"
    assert [note.text for note in resolved.notes] == [
        "cdk synth had no answers of the account (availability-zones:x): run it once with credentials"
    ]


def test_texts_that_look_like_dummies_stay_without_a_lookup(tmp_path: Path) -> None:
    task = next(resource for resource in _assembly(tmp_path, []).resources if resource.logical_id == "Task")
    assert task.properties["Subnets"] == ["p-12345", "p-67890"]


def test_manifest_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    resolved = read_templates([TemplateInput(tmp_path)])
    assert [str(remark) for remark in resolved.problems] == [f"{tmp_path / 'manifest.json'}:1:1: no JSON"]


def test_assembly_that_leads_out_of_its_folder_is_a_problem(tmp_path: Path) -> None:
    artifact = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "../other"}}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"x": artifact}}), encoding="utf-8")
    resolved = read_templates([TemplateInput(tmp_path)])
    assert [remark.text for remark in resolved.problems] == ["no assembly inside this one: ../other"]
