"""Plans of networks whose names mean harm, as Terraform and CloudFormation: the same names are read back, none acts."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import hcl2
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from skerry.errors import InputError
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    MirrorImage,
    Rule,
)
from skerry.plan.records import Plan
from skerry.render import aws_cli, cloudformation, terraform
from skerry.render.hcl import format_comment, quote
from tests import terraforming
from tests.networks import Network
from tests.planning import isolated, planned
from tests.render.planned import of

PARTS = (
    *(
        "${",
        "%{",
        "$${",
        "${jsonencode(1)}",
        "%{ if true }",
        "<<EOT\n",
        "\nEOT",
        "${AWS::AccountId}",
        "!Sub x",
        "!Ref y",
    ),
    *(
        "AWS::Region",
        "Fn::Join",
        "{{x}}",
        "'",
        '"',
        "\\",
        "`",
        "#",
        " #",
        ": ",
        "- ",
        "? ",
        "*a",
        "&a",
        "|",
        ">",
        "@",
        "%",
    ),
    *(
        "\n",
        "\r",
        "\r\n",
        "\x85",
        "\u2028",
        "\u2029",
        "\0",
        "\x1b[2J",
        "\x9b",
        "\x07",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\t",
    ),
    *(
        "yes",
        "No",
        "y",
        "on",
        "null",
        "~",
        "<<",
        "=",
        "1e3",
        "0x10",
        "0o17",
        "1_000",
        "1:20",
        "2001-01-01",
        ".inf",
        "-1",
    ),
    *(" ", "  x", "x ", "é", "東", "\U0001f600", "\U000e0001", "---", "...", "{", "}", "[", "]", ",", "/*", "*/", "//"),
)
HOSTILE = st.one_of(st.sampled_from(PARTS), st.lists(st.sampled_from(PARTS), max_size=5).map("".join), st.text())
NAMES = HOSTILE.filter(bool)
INVISIBLE = {"\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\r", "\x1b", "\x9b", "\0", "\ufeff", "\U000e0001"}


def plan(name: str) -> Plan:
    """A plan in which every text is the user's."""
    policy = json.dumps(
        {"Statement": [{"Effect": "Allow", "Resource": name, "Condition": {"StringEquals": {f"aws:{name}": name}}}]}
    )
    group = f"sg-new-endpoints-{name}"
    return of(
        CreateSecurityGroup(group, f"vpc-{name}", name, name),
        AuthorizeRule(group, "in", Rule("tcp", 443, f"x{name}")),
        CreateInterfaceEndpoint("vpce-new-a", f"vpc-{name}", f"a.{name}", (f"subnet-{name}",), (group,), policy=policy),
        CreateGatewayEndpoint("vpce-new-b", f"vpc-{name}", f"b.{name}", (f"rtb-{name}",), "pl-new-b"),
        AddAclEntry(f"acl-{name}", 7, "in", name, (443, 443)),
        MirrorImage(name, name, name),
        services=(name,),
    )


class TestCloudFormation:
    @given(NAMES)
    def test_cloudformation_names_round_trip(self, name: str) -> None:
        template = yaml.safe_load(cloudformation.render(Network().world(), plan(name)))
        rows = template["Resources"]
        (endpoint,) = (
            row["Properties"] for row in rows.values() if row["Properties"].get("ServiceName") == f"a.{name}"
        )
        assert rows["EndpointSecurityGroup"]["Properties"]["GroupDescription"] == name
        assert endpoint["PolicyDocument"] == json.loads(plan(name).changes[2].change.policy or "")  # type: ignore[union-attr]
        assert rows["IngressTcp443"]["Properties"]["CidrIp"] == f"x{name}"
        assert template["Parameters"]["VpcId"]["Default"] == f"vpc-{name}"
        assert rows["InboundEntry7"]["Properties"]["CidrBlock"] == name

    @given(NAMES)
    def test_cloudformation_template_has_no_invisible_characters(self, name: str) -> None:
        text = cloudformation.render(Network().world(), plan(name))
        assert not INVISIBLE & set(text)

    def test_cloudformation_strings_stay_strings_in_other_yaml_readers(self) -> None:
        """Those of YAML 1.2 take ``1e3`` for a number, those of YAML 1.1 take ``y`` for true, where PyYAML does not."""
        world = Network().world()
        templates = {name: yaml.load(cloudformation.render(world, plan(name)), Loader=Core) for name in PARTS}  # noqa: S506 -- safe
        read = {name: row["Resources"]["EndpointSecurityGroup"]["Properties"] for name, row in templates.items()}
        assert {name: row["Tags"][0]["Value"] for name, row in read.items()} == {name: name for name in PARTS}

    @pytest.mark.parametrize("name", ["{{resolve:ssm:/x}}", "a {{resolve:secretsmanager:x}} b"])
    def test_dynamic_reference_in_a_name_is_refused(self, name: str) -> None:
        with pytest.raises(InputError, match=re.escape("CloudFormation would replace {{resolve:")) as caught:
            cloudformation.render(Network().world(), plan(name))
        assert "format terraform" in caught.value.remedy

    def test_dynamic_reference_in_descriptive_text_is_broken_up(self) -> None:
        group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "endpoints", "HTTPS")
        image = MirrorImage("{{resolve:ssm:/x}}", "x", "{{resolve:ssm:/x}}")
        text = cloudformation.render(Network().world(), of(group, image, services=("{{resolve:ssm:/x}}",)))
        assert "{{resolve:" not in text
        assert "{ {resolve:ssm:/x}}" in text

    @pytest.mark.parametrize("key", ["Ref", "Fn::Sub", "Fn::Transform"])
    def test_intrinsic_function_key_in_a_policy_is_refused(self, key: str) -> None:
        policy = json.dumps({"Statement": [{"Effect": "Allow", "Condition": {"StringEquals": {key: "AWS::StackId"}}}]})
        endpoint = CreateInterfaceEndpoint("vpce-new-a", "vpc-1", "a", ("subnet-1",), ("sg-1",), policy=policy)
        with pytest.raises(InputError, match=f"would evaluate the key {key}"):
            cloudformation.render(Network().world(), of(endpoint))


class Core(yaml.SafeLoader):
    """A reader that also takes numbers of YAML 1.2, and ``y`` and ``n`` of YAML 1.1, for what they are."""


Core.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$"),
    list("-+.0123456789"),
)
Core.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(y|n|Y|N)$"), list("yYnN"))


class TestTerraform:
    # python-hcl2 does not know an escaped `${` without its `}`, which Terraform does.
    @settings(max_examples=30)
    @given(NAMES.filter(lambda name: not re.search(r"[$%]{", name)))
    def test_terraform_names_are_written_as_escaped_strings(self, name: str) -> None:
        text = terraform.render(Network().world(), plan(name))
        (group,) = (row for row in hcl2.loads(text)["resource"] if '"aws_security_group"' in row)
        body = group['"aws_security_group"']['"endpoints"']
        # hcl2 leaves escapes as they are; tests/render/test_hcl.py lets Terraform itself read them.
        assert (body["name"], body["description"]) == (quote(name), quote(name))

    @given(NAMES)
    def test_terraform_file_has_no_invisible_characters(self, name: str) -> None:
        assert not INVISIBLE & set(terraform.render(Network().world(), plan(name)))

    @pytest.mark.usefixtures("needs_terraform")
    @pytest.mark.parametrize("parts", [PARTS, PARTS[::-1]], ids=["forwards", "backwards"])
    def test_terraform_plan_reads_every_name_unchanged(self, tmp_path: Path, parts: tuple[str, ...]) -> None:
        name = "".join(parts)
        (tmp_path / "main.tf").write_text(terraform.render(Network().world(), plan(name)), encoding="utf-8")
        rows = terraforming.plan(tmp_path, {})["resource_changes"]
        made = {row["type"]: row["change"]["after"] for row in rows}
        assert made["aws_security_group"]["description"] == name
        assert made["aws_network_acl_rule"]["cidr_block"] == name


@given(HOSTILE)
def test_hcl_comment_text_stays_in_the_comment(text: str) -> None:
    assert all(line.startswith("#") for line in format_comment(text).splitlines())


@given(HOSTILE)
def test_hcl_string_text_stays_on_a_single_line(text: str) -> None:
    assert len(quote(text).splitlines()) == 1


def test_lone_surrogates_are_replaced() -> None:
    assert quote("a\ud800b") == '"a\\ufffdb"'
    assert format_comment("a\ud800b") == "# a\\ufffdb\n"
    group = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "a\ud800b", "HTTPS")
    template = yaml.safe_load(cloudformation.render(Network().world(), of(group)))
    assert template["Resources"]["EndpointSecurityGroup"]["Properties"]["Tags"][0]["Value"] == "a?b"


@pytest.mark.parametrize("form", [terraform, cloudformation], ids=["terraform", "cloudformation"])
@settings(max_examples=15)
@given(name=st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("".join))
def test_network_of_hostile_names_is_rendered(form: Any, name: str) -> None:
    network = isolated()
    network.row("Subnets", "subnet-a")["Tags"] = [{"Key": "Name", "Value": name}]
    network.row("SecurityGroups", "sg-task").update(GroupName=name, Description=name)
    network.row("Vpcs", "vpc-1")["Tags"] = [{"Key": "Name", "Value": name}]
    network.rows["services"][0]["serviceName"] = f"web{name}"
    text = form.render(network.world(), planned(network))
    assert not INVISIBLE & set(text)
    if form is cloudformation:
        assert yaml.safe_load(text)["Resources"]
    else:
        assert 'resource "aws_security_group" "endpoints"' in text


class TestAwsCli:
    SHELL = "aws() { printf '%s\\0' \"$@\" >&2; echo available; }\n"

    @given(NAMES)
    def test_script_is_refused_or_has_no_invisible_characters(self, name: str) -> None:
        try:
            text = aws_cli.render(Network().world(), plan(name))
        except InputError:
            return
        assert not INVISIBLE & set(text)

    def test_names_are_single_arguments_of_a_real_shell(self) -> None:
        taken = {}
        for name in PARTS:
            try:
                text = aws_cli.render(Network().world(), plan(f"a{name}"))
            except InputError:
                continue
            done = subprocess.run(["/bin/sh"], input=self.SHELL + text, capture_output=True, text=True, check=False)
            assert done.returncode == 0
            words = done.stderr.split("\0")
            created = words.index("create-vpc-endpoint")
            vpc, policy = (words[words.index(option, created) + 1] for option in ("--vpc-id", "--policy-document"))
            taken[name] = (vpc, json.loads(policy)["Statement"][0]["Resource"])
        assert taken == {name: (f"vpc-a{name}", f"a{name}") for name in taken}
        assert {"${", "'", '"', "\\", "`", "#", "*a", "é", "=", "{", "]"} <= taken.keys()
        assert not {"\n", "\0", "\x1b[2J", "\u202e"} & taken.keys()
