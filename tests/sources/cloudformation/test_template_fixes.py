"""Patches of templates: what they add, and that the rest of each file stays byte for byte."""

import json
import subprocess
from pathlib import Path
from typing import Final

import pytest
from yaml import Node

from skerry.app.checking import CheckRequest, NamedPath
from skerry.app.fixing import CheckFix, fix
from skerry.errors import InputError
from skerry.sources.cloudformation.documents import read_document
from skerry.sources.cloudformation.template import template_of
from skerry.sources.cloudformation.template_edits import TemplateEdits, UneditableTemplate
from skerry.verdicts import BLOCKED, INTERMITTENT, OK
from tests.sources.cloudformation.labelled_sets import CASES
from tests.sources.cloudformation.set_parts import (
    ENDPOINT_GROUP,
    NAT,
    ROUTE,
    endpoint,
    gateway,
    main,
    service,
)
from tests.sources.cloudformation.set_parts import (
    NETWORK as NETWORK_PART,
)

LABELLED: Final = Path(__file__).parent / "labelled"
PATCHED: Final = (
    *("gateway-on-another-table", "private-dns-by-default", "host-names-off", "endpoint-without-groups"),
    *("public-without-address", "schedule-in-isolated-subnet", "single-egress-rule", "nat-in-private-subnet"),
)


def fixed(path: Path, *others: Path) -> CheckFix:
    """Return the patch of templates."""
    return fix(CheckRequest(tuple(map(NamedPath, (path, *others))), region="eu-west-1", account="111122223333"))


def applied(folder: Path, patch: str) -> None:
    """Apply a patch as a user does."""
    subprocess.run(["patch", "-p1", "--binary"], cwd=folder, input=patch.encode(), check=True, capture_output=True)  # noqa: S607


class TestPatches:
    @pytest.mark.parametrize("name", PATCHED)
    def test_template_with_its_patch_is_ok_and_keeps_every_other_line(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        path = Path("net.yaml")
        before = (LABELLED / f"{name}.yaml").read_text(encoding="utf-8")
        path.write_text(before, encoding="utf-8")
        made = fixed(path)
        assert path.read_text(encoding="utf-8") == before
        assert (made.before.verdict, made.after.verdict, made.manual) == (BLOCKED, OK, ())
        applied(tmp_path, made.patch)
        again = fixed(path)
        assert (again.before.verdict, again.patch) == (OK, "")
        lines = path.read_text(encoding="utf-8").splitlines()
        removed = [line for line in made.patch.splitlines() if line.startswith("-") and not line.startswith("---")]
        assert len(removed) <= 1
        kept = [line for line in before.splitlines() if f"-{line}" not in removed]
        rest = iter(lines)
        assert all(line in rest for line in kept)

    def test_json_with_other_line_ends_and_without_a_last_one_is_patched(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        path = Path("net.json")
        text = json.dumps({"Resources": {**NETWORK, **ENDPOINTS}}, indent=2)
        path.write_bytes(("\ufeff" + text).replace("\n", "\r\n").encode())
        made = fixed(path)
        assert (made.before.verdict, made.after.verdict) == (BLOCKED, OK)
        applied(tmp_path, made.patch)
        after = path.read_bytes()
        assert after.startswith(b"\xef\xbb\xbf{\r\n")
        assert b"\n" not in after.replace(b"\r\n", b"")
        assert json.loads(after.decode("utf-8-sig"))["Resources"]["Api"]["Properties"]["PrivateDnsEnabled"] is True
        assert fixed(path).before.verdict is OK

    def test_json_of_one_line_with_escaped_surrogates_is_patched(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        path = Path("net.json")
        before = json.dumps({"Description": "\U0001f600 and \U0001f600", "Resources": {**NETWORK, **ENDPOINTS}})
        path.write_text(before, encoding="utf-8")
        made = fixed(path)
        assert (made.before.verdict, made.after.verdict) == (BLOCKED, OK)
        applied(tmp_path, made.patch)
        after = path.read_text(encoding="utf-8")
        letters = iter(after)
        assert all(letter in letters for letter in before)
        assert json.loads(after)["Resources"]["Api"]["Properties"]["PrivateDnsEnabled"] is True

    def test_patch_has_the_lines_that_git_counts(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        path = Path("net.json")
        endpoints = {name: {"Metadata": {"Text": "\u2028, \u0085"}, **row} for name, row in ENDPOINTS.items()}
        text = json.dumps({"Resources": {**NETWORK, **endpoints}}, indent=2, ensure_ascii=False)
        path.write_bytes(text.encode())
        made = fixed(path)
        assert (made.before.verdict, made.after.verdict) == (BLOCKED, OK)
        subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=made.patch.encode(), check=True)  # noqa: S607
        assert fixed(path).before.verdict is OK

    def test_patch_goes_to_the_template_of_a_nested_stack(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        network = (LABELLED / "private-dns-by-default.yaml").read_text(encoding="utf-8")
        Path("network.yaml").write_text(network, encoding="utf-8")
        parent = (
            "Resources:\n  Net:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: network.yaml}\n"
        )
        Path("parent.yaml").write_text(parent, encoding="utf-8")
        made = fixed(Path("parent.yaml"))
        assert made.after.verdict is OK
        assert "+++ b/network.yaml" in made.patch
        assert "parent.yaml" not in made.patch

    def test_changes_that_no_edit_makes_are_told(self, tmp_path: Path) -> None:
        text = (LABELLED / "role-for-logs-only.yaml").read_text(encoding="utf-8")
        path = tmp_path / "net.yaml"
        path.write_text(text, encoding="utf-8")
        made = fixed(path)
        assert (made.patch, made.after.verdict) == ("", BLOCKED)
        assert ["logs:" in step.snippet or "ecr:" in step.snippet for step in made.manual] == [True] * len(made.manual)
        assert made.manual

    def test_template_that_is_fine_has_no_patch(self) -> None:
        assert fixed(LABELLED / "nat-gateway.yaml").patch == ""

    def test_folder_of_answers_has_no_patch(self) -> None:
        with pytest.raises(InputError, match="only templates"):
            fixed(LABELLED.parents[2] / "scenarios" / "article-broken")

    def test_app_of_the_cdk_has_steps_for_its_code(self, tmp_path: Path) -> None:
        for name, text in CASES["assembly-of-two-stacks"].files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        made = fixed(tmp_path / "cdk.out")
        assert (made.patch, made.before.verdict, made.after.verdict) == ("", BLOCKED, BLOCKED)
        steps = {step.title: step.snippet for step in made.manual}
        assert steps["create interface endpoint com.amazonaws.eu-west-1.ecr.api in Vpc"] == (
            "vpc.addInterfaceEndpoint('EcrApi', { service: "
            "new ec2.InterfaceVpcEndpointService('com.amazonaws.eu-west-1.ecr.api', 443), privateDnsEnabled: true });"
        )
        assert steps["create gateway endpoint com.amazonaws.eu-west-1.s3 in Vpc"] == (
            "vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });"
        )
        assert not any("security group" in title for title in steps)

    def test_answers_of_aws_have_no_patch(self) -> None:
        scenario = LABELLED.parents[2] / "scenarios" / "article-broken"
        with pytest.raises(InputError, match="only templates"):
            fixed(scenario / "network.json")


def sub(text: str) -> dict[str, str]:
    """Return a reference."""
    return {"Ref": text}


NETWORK: Final = {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": True}},
    "Private": {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": sub("Vpc"), "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1a"},
    },
    "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": sub("Vpc")}},
    "Pair": {
        "Type": "AWS::EC2::SubnetRouteTableAssociation",
        "Properties": {"SubnetId": sub("Private"), "RouteTableId": sub("Table")},
    },
    "Task": {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {
            "NetworkMode": "awsvpc",
            "ContainerDefinitions": [{"Name": "web", "Image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1"}],
        },
    },
    "Service": {
        "Type": "AWS::ECS::Service",
        "Properties": {
            "LaunchType": "FARGATE",
            "TaskDefinition": sub("Task"),
            "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": [sub("Private")]}},
        },
    },
}
ENDPOINTS: Final = {
    name: {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "VpcEndpointType": "Interface",
            "VpcId": sub("Vpc"),
            "ServiceName": f"com.amazonaws.eu-west-1.{service}",
            "SubnetIds": [sub("Private")],
        },
    }
    for name, service in (("Api", "ecr.api"), ("Dkr", "ecr.dkr"))
}


class TestEdits:
    def edits(self, text: str) -> TemplateEdits:
        return TemplateEdits(template_of(read_document(text.encode(), "net.yaml")), text)

    @pytest.mark.parametrize(
        ("text", "after"),
        [
            ("Resources:\n  A:\n    Type: T\n    Properties:\n      L: [x]\n", "      L: [x, z]\n"),
            ("Resources:\n  A:\n    Type: T\n    Properties:\n      L: []\n", "      L: [z]\n"),
            (
                "Resources:\n  A:\n    Type: T\n    Properties:\n      L:\n        - x # one\n",
                "        - x # one\n        - z\n",
            ),
            ("Resources:\n  A:\n    Type: T\n    Properties:\n      M: x", "      M: x\n      L: [z]"),
            ("Resources: {A: {Type: T, Properties: {M: x}}}", "{M: x, L: [z]}}}"),
        ],
    )
    def test_item_is_added_to_a_list(self, text: str, after: str) -> None:
        edits = self.edits(text)
        edits.append(self.resource(text), ["L"], "z")
        assert edits.result.endswith(after)

    def resource(self, text: str) -> Node:
        template = template_of(read_document(text.encode(), "net.yaml"))
        node: Node = template.resources.value[0][1]
        return node

    @pytest.mark.parametrize("value", ["!Ref P", "!If [C, [x], []]"])
    def test_list_that_a_function_makes_is_not_edited(self, value: str) -> None:
        text = f"Resources:\n  A:\n    Type: T\n    Properties:\n      L: {value}\n"
        with pytest.raises(UneditableTemplate, match="L is not written out"):
            self.edits(text).append(self.resource(text), ["L"], "z")

    def test_scalar_is_replaced_and_its_comment_stays(self) -> None:
        text = "Resources:\n  A:\n    Type: T\n    Properties:\n      P: 'false' # off\n"
        edits = self.edits(text)
        edits.set_property(self.resource(text), ["P"], value=True)
        assert edits.result == text.replace("'false'", "true")

    def test_resource_comes_before_the_next_section_and_its_comments(self) -> None:
        text = "Resources:\n    A:\n        Type: T\n\n# Outputs\nOutputs: {}\n"
        edits = self.edits(text)
        edits.add_resource("B", {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}})
        added = "    B:\n      Type: AWS::EC2::EIP\n      Properties:\n        Domain: vpc\n"
        assert edits.result == f"Resources:\n    A:\n        Type: T\n{added}\n# Outputs\nOutputs: {{}}\n"


LIST: Final = "Resources:\n  A:\n    Type: T\n    Properties:\n      N:\n        L:"


class TestListEdits:
    """Items added to nested lists and taken out of lists."""

    def edits(self, text: str) -> tuple[TemplateEdits, Node]:
        template = template_of(read_document(text.encode(), "net.yaml"))
        return TemplateEdits(template, text), template.resources.value[0][1]

    @pytest.mark.parametrize(
        ("items", "positions", "after"),
        [
            (" [x, y, z] # three\n", [1], " [x, z] # three\n"),
            (" [x, y, z]\n", [0, 1], " [z]\n"),
            (" [x, y, z]\n", [0, 2], " [y]\n"),
            (" [x, !Ref Y, z]\n", [1, 2], " [x]\n"),
            ("\n          - x\n          - y # two\n          - z", [1], "\n          - x\n          - z"),
            ("\n          - x\n          - y", [1], "\n          - x\n"),
            ("\n          - x\n          - Fn::Sub:\n              y\n", [1], "\n          - x\n"),
        ],
    )
    def test_items_are_taken_out_of_a_list(self, items: str, positions: list[int], after: str) -> None:
        edits, node = self.edits(LIST + items)
        edits.remove(node, ["N", "L"], positions, 3 if "z" in items else 2)
        assert edits.result == LIST + after

    def test_list_with_conditional_items_is_not_edited(self) -> None:
        edits, node = self.edits(LIST + " [x, !If [C, y, !Ref AWS::NoValue]]\n")
        with pytest.raises(UneditableTemplate, match="L is not written out"):
            edits.remove(node, ["N", "L"], [0], 1)

    def test_mapping_is_added_to_a_list_in_its_style(self) -> None:
        statement = {"Effect": "Allow", "Resource": ["a"]}
        edits, node = self.edits(LIST + "\n          - Effect: Deny\n")
        edits.append(node, ["N", "L"], statement)
        block = "\n          - Effect: Deny\n          - Effect: Allow\n            Resource: [a]\n"
        assert edits.result == LIST + block
        edits, node = self.edits(LIST + " [{Effect: Deny}]\n")
        edits.append(node, ["N", "L"], statement)
        assert edits.result == LIST + " [{Effect: Deny}, {Effect: Allow, Resource: [a]}]\n"
        text = json.dumps({"Resources": {"A": {"Type": "T", "Properties": {"L": [{"Effect": "Deny"}]}}}}, indent=2)
        edits, node = self.edits(text)
        edits.append(node, ["L"], statement)
        after = json.loads(text)
        after["Resources"]["A"]["Properties"]["L"].append(statement)
        assert edits.result == json.dumps(after, indent=2)


class TestSettings:
    """Policies of endpoints, and lists of services."""

    def patched(self, folder: Path, text: str, region: str = "eu-west-1") -> tuple[CheckFix, str]:
        path = folder / "net.yaml"
        path.write_text(text, encoding="utf-8")
        made = fix(CheckRequest((NamedPath(path),), region=region, account="111122223333"))
        return made, made.patch

    def test_policy_of_an_endpoint_gets_the_statement_that_a_call_lacks(self, tmp_path: Path) -> None:
        made, patch = self.patched(tmp_path, CASES["policy-of-the-gateway"].files["main.yaml"])
        assert (made.before.verdict, made.after.verdict, made.manual) == (BLOCKED, OK, ())
        assert [line for line in patch.splitlines() if line.startswith("+") and "arn:aws:s3" in line] != []
        assert "prod-eu-west-1-starport-layer-bucket" in patch

    def test_policy_that_is_one_text_is_a_step_with_the_new_policy(self, tmp_path: Path) -> None:
        text = CASES["policy-of-the-gateway"].files["main.yaml"]
        head, _, tail = text.partition("      PolicyDocument:\n")
        statements, _, others = tail.partition("\n")
        policy = (
            '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::own/*"}}'
        )
        made, patch = self.patched(tmp_path, f"{head}      PolicyDocument: '{policy}'\n{others}")
        assert "own-bucket" in statements
        assert (patch, made.after.verdict) == ("", BLOCKED)
        assert ["starport-layer-bucket" in step.snippet for step in made.manual] == [True]

    def test_statement_names_resources_and_the_account_by_references(self, tmp_path: Path) -> None:
        policy = (
            "      PolicyDocument:\n        Statement:\n          - {Effect: Allow, Principal: '*', "
            "Action: 'ecr:GetAuthorizationToken', Resource: '*'}\n"
        )
        image = "!Sub ${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/${Repository}:1"
        text = main(
            *(
                NETWORK_PART,
                ENDPOINT_GROUP,
                endpoint("Api", "ecr.api"),
                endpoint("Dkr", "ecr.dkr").rstrip() + "\n" + policy,
            ),
            *(gateway(), "\n  Repository: {Type: AWS::ECR::Repository}\n"),
            service().replace('!Sub "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/web:1"', image),
        ).partition("\n")[2]
        made, patch = self.patched(tmp_path, text)
        assert made.after.verdict is OK
        assert '+            Resource: !Sub "${Repository.Arn}"' in patch
        assert "111122223333" not in patch

    def test_subnet_without_fargate_is_taken_out_of_the_service(self, tmp_path: Path) -> None:
        zone = 'AvailabilityZone: !Select [0, !GetAZs ""]'
        network = NETWORK_PART.replace(zone, "AvailabilityZoneId: usw1-az1")
        other = (
            "\n  Other:\n    Type: AWS::EC2::Subnet\n"
            "    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.20.2.0/24, AvailabilityZoneId: usw1-az2}\n"
            "  OtherLink:\n    Type: AWS::EC2::SubnetRouteTableAssociation\n"
            "    Properties: {SubnetId: !Ref Other, RouteTableId: !Ref PrivateTable}\n"
        )
        text = main(network, NAT, ROUTE, other, service("[!Ref Other, !Ref Private]")).partition("\n")[2]
        made, patch = self.patched(tmp_path, text, "us-west-1")
        assert (made.before.verdict, made.after.verdict) == (INTERMITTENT, OK)
        before, after = (line for line in patch.splitlines() if "AwsvpcConfiguration" in line)
        assert after == f"+{before[1:].replace('!Ref Other, ', '')}"
