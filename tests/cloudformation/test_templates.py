"""The CloudFormation templates: cfn-lint finds nothing, they are small, and everything is tagged and described."""

from pathlib import Path
from typing import Any

import pytest

from tests.cloudformation.linting import lint
from tests.cloudformation.resolving import Json, read
from tests.cloudformation.stacks import FOLDER, MOST_INLINE, TEMPLATES, endpoints, first_service


def test_template_folder_has_the_three_templates() -> None:
    assert [path.name for path in TEMPLATES] == ["central-zones.yaml", "endpoints.yaml", "first-service.yaml"]


@pytest.mark.parametrize("name", ["endpoints", "first-service", pytest.param("central-zones", marks=pytest.mark.long)])
def test_template_passes_cfn_lint(name: str) -> None:
    assert lint(FOLDER / f"{name}.yaml") == (0, "")


def test_cfn_lint_reports_a_misspelt_property(tmp_path: Path) -> None:
    text = (FOLDER / "first-service.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace("PrivateDnsEnabled", "PrivateDns", 1), encoding="utf-8")

    code, said = lint(broken)

    assert code != 0
    assert "E3002 Additional properties are not allowed ('PrivateDns' was unexpected" in said


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_template_fits_into_a_request(path: Path) -> None:
    assert len(path.read_bytes()) < MOST_INLINE


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_parameter_stands_in_one_group_and_has_a_label(path: Path) -> None:
    template = read(path)
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]

    assert sorted(grouped) == sorted(template["Parameters"])
    assert set(interface["ParameterLabels"]) == set(template["Parameters"])
    assert len({label["default"] for label in interface["ParameterLabels"].values()}) == len(grouped)


def each_resource(node: Any, name: str = "") -> list[tuple[str, Json]]:
    """Return every resource of a section with its logical id, those in loops too."""
    if isinstance(node, list):
        return each_resource(node[2], name)
    if "Type" in node:
        return [(name, node)]
    return [pair for key, child in node.items() for pair in each_resource(child, key)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_resources_have_name_tags_and_no_security_group_has_a_name(path: Path) -> None:
    bare = {"SecurityGroupEgress", "SubnetRouteTableAssociation", "RecordSetGroup"}
    for name, resource in each_resource(read(path)["Resources"]):
        properties, kind = resource["Properties"], resource["Type"].rpartition("::")[2]
        tags = properties.get("HostedZoneTags" if kind == "HostedZone" else "Tags", [])
        assert [tag["Key"] for tag in tags] == ([] if kind in bare else ["Name"]), name
        assert "GroupName" not in properties


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_condition_is_never_the_first_key_of_a_resource_in_a_loop(path: Path) -> None:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach-example-conditions.html
    assert all(next(iter(resource)) == "Type" for _, resource in each_resource(read(path)["Resources"]))


@pytest.mark.parametrize("template", ["endpoints", "first-service"])
def test_security_group_rules_have_descriptions_and_endpoints_let_nothing_out(template: str) -> None:
    stack = first_service() if template == "first-service" else endpoints(Ingress="article")
    group = stack.resources["EndpointGroup"]
    rules = [
        rule
        for row in stack.of("AWS::EC2::SecurityGroup").values()
        for rule in (*row.get("SecurityGroupIngress", []), *row.get("SecurityGroupEgress", []))
    ]

    assert rules
    assert all(rule["Description"] for rule in rules)
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["127.0.0.1/32"]
