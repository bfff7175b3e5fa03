"""A plan as commands: quoted whatever the names say, in the order of the plan, with prices and a way back."""

import json
import shlex
from typing import Any

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from skerry.errors import InputError
from skerry.model.world import World
from skerry.plan.changes import (
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
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.records import Planned
from skerry.render import aws_cli
from skerry.render.shell_words import JsonWord, Variable, format_word
from skerry.verdicts import OK
from tests.networks import Network
from tests.render.planned import of, planned

GROUP = CreateSecurityGroup("sg-new-endpoints-vpc-1", "vpc-1", "endpoints", "HTTPS")
S3 = "com.amazonaws.eu-west-1.s3"


def network() -> Network:
    made = Network()
    made.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False, PolicyDocument='{"Statement":[{"Sid":"a\'b"}]}')
    return made


def script_of(*changes: Change, world: World | None = None, **more: Any) -> str:
    return aws_cli.render(world or network().world(), of(*changes, **more))


def commands(text: str) -> list[list[str]]:
    """The words of each command, as a shell reads them."""
    lines = text.replace("\\\n", " ").splitlines()
    return [shlex.split(line.removesuffix(")")) for line in lines if "aws " in line and not line.startswith((" ", "#"))]


def reversal(text: str) -> list[list[str]]:
    return commands("\n".join(line.removeprefix("# ") for line in text.partition("take it all back")[2].splitlines()))


@pytest.mark.parametrize("name", ["article-broken", "private-dns-off", "nacl-no-ephemeral-return"])
def test_script_matches_the_snapshot(name: str, snapshot: SnapshotAssertion) -> None:
    assert aws_cli.render(*planned(name)) == snapshot


def test_changes_have_title_disposition_price_and_note() -> None:
    row = Planned(AssociateZone("Z1", "vpc-1", "first authorize"), "manual", note="of account 2", by="222222222222")
    text = script_of(changes=(row,))
    assert "# 1. associate" in text
    assert "(manual)" in text
    assert "# Note: of account 2\n" in text
    assert "# Only account 222222222222" in text
    assert "# Price: 16.06 USD a month" in aws_cli.render(*planned("article-broken"))


def test_zone_is_associated_and_back() -> None:
    text = script_of(AssociateZone("Z1", "vpc-1", ""))
    vpc = '{"VPCRegion":"eu-west-1","VPCId":"vpc-1"}'
    words = ["--region", "eu-west-1", "--hosted-zone-id", "Z1", "--vpc", vpc]
    assert commands(text) == [["aws", "route53", "associate-vpc-with-hosted-zone", *words]]
    assert reversal(text) == [["aws", "route53", "disassociate-vpc-from-hosted-zone", *words]]


def test_route_to_nat_is_created_and_deleted() -> None:
    text = script_of(RouteToNat("rtb-main", "nat-1", "out"))
    route = ["--region", "eu-west-1", "--route-table-id", "rtb-main", "--destination-cidr-block", "0.0.0.0/0"]
    assert commands(text) == [["aws", "ec2", "create-route", *route, "--nat-gateway-id", "nat-1"]]
    assert reversal(text) == [["aws", "ec2", "delete-route", *route]]


@pytest.mark.parametrize(
    ("target", "option"),
    [
        ({"GatewayId": "igw-1"}, ["--gateway-id", "igw-1"]),
        ({"NatGatewayId": "nat-0"}, ["--nat-gateway-id", "nat-0"]),
        ({"InstanceId": "i-1", "NetworkInterfaceId": "eni-1"}, ["--network-interface-id", "eni-1"]),
        ({"TransitGatewayId": "tgw-1"}, ["--transit-gateway-id", "tgw-1"]),
    ],
)
def test_replaced_route_goes_back_to_its_former_target(target: dict[str, str], option: list[str]) -> None:
    made = network()
    made.route(**target)
    text = script_of(ReplaceRoute("rtb-main", "0.0.0.0/0", "nat-gateway", "nat-1"), world=made.world())
    assert [words[2] for words in (*commands(text), *reversal(text))] == ["replace-route", "replace-route"]
    assert reversal(text)[0][-2:] == option


def test_lost_target_of_a_route_is_named() -> None:
    made = network()
    made.route()
    text = script_of(ReplaceRoute("rtb-main", "0.0.0.0/0", "nat-gateway", "nat-1"), world=made.world())
    assert reversal(text) == []
    assert "The former target of 0.0.0.0/0 in rtb-main is not known." in text


def test_new_nat_gateway_gets_an_address_and_a_route() -> None:
    nat = CreateNatGateway("nat-new-vpc-1", "vpc-1", "subnet-b", "eipalloc-new-vpc-1")
    text = script_of(nat, RouteToNat("rtb-main", "nat-new-vpc-1", "out"))
    assert [words[1:3] for words in commands(text) if words[0] == "aws"][-1] == ["ec2", "create-route"]
    assert "NAT_VPC_1=$(aws ec2 create-nat-gateway" in text
    assert [words[2] for words in reversal(text)] == ["delete-route", "delete-nat-gateway", "wait", "release-address"]


def test_route_to_internet_gateway_is_created_and_deleted() -> None:
    text = script_of(RouteToInternetGateway("rtb-main", "igw-1"))
    assert commands(text)[0][-2:] == ["--gateway-id", "igw-1"]
    assert [words[2] for words in reversal(text)] == ["delete-route"]


def test_replaced_route_leads_to_an_internet_gateway() -> None:
    text = script_of(ReplaceRoute("rtb-none", "0.0.0.0/0", "internet-gateway", "igw-1"))
    assert commands(text)[0][-2:] == ["--gateway-id", "igw-1"]


def test_removals_say_that_nothing_restores_them() -> None:
    text = script_of(DeleteEndpoint("vpce-1", "it failed"), DeleteRoute("rtb-main", "pl-53"))
    assert "delete_endpoint vpce-1\n" in text
    assert text.count("delete_endpoint() {") == 1
    assert commands(text)[-1][-2:] == ["--destination-prefix-list-id", "pl-53"]
    assert reversal(text) == []
    assert "vpce-1 cannot be restored." in text


def test_service_gets_its_settings_and_its_former_ones_back() -> None:
    made = network()
    made.service()
    settings = ConfigureService("web", "so", "shop", assign_public_ip=True, platform_version="LATEST")
    text = script_of(settings, world=made.world())
    (update,), (back,) = commands(text), reversal(text)
    assert update[1:3] == ["ecs", "update-service"]
    assert '"assignPublicIp":"ENABLED"' in update[-1].replace(" ", "")
    assert '"assignPublicIp":"DISABLED"' in back[-1].replace(" ", "")
    assert back[back.index("--platform-version") + 1] == "1.4.0"


def test_platform_version_alone_leaves_the_network_configuration() -> None:
    made = network()
    made.service(platformVersion=None)
    change = ConfigureService("web", "so", "shop", platform_version="LATEST")
    assert "--network-configuration" not in commands(script_of(change, world=made.world()))[0]


def test_private_addresses_are_asked_for() -> None:
    made = network()
    made.service()
    made.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"
    change = ConfigureService("web", "so", "shop", assign_public_ip=False)
    assert '"assignPublicIp":"DISABLED"' in commands(script_of(change, world=made.world()))[0][-1].replace(" ", "")


def test_settings_of_no_service_are_a_manual_step() -> None:
    change = ConfigureService("task", "so", "", assign_public_ip=True)
    text = script_of(RouteToNat("rtb-main", "nat-1", "out"), change)
    assert "By hand: configure task: so" in text


def test_former_policy_comes_back() -> None:
    text = script_of(ModifyEndpoint("vpce-1", policy='{"Statement":[]}'))
    assert commands(text)[-1][-2:] == ["--policy-document", '{"Statement":[]}']
    assert json.loads(reversal(text)[0][-1]) == {"Statement": [{"Sid": "a'b"}]}


def test_unprinted_policy_goes_back_to_the_default() -> None:
    made = network()
    assert "PolicyDocument" not in made.endpoint("vpce-3", "logs")
    text = script_of(ModifyEndpoint("vpce-3", policy='{"Statement":[]}'), world=made.world())
    assert reversal(text)[0][-1] == "--reset-policy"


def test_revoked_rule_comes_back() -> None:
    text = script_of(RevokeRule("sg-tasks", "in", Rule("udp", 53, "10.0.0.0/8")))
    assert commands(text)[0][2] == "revoke-security-group-ingress"
    assert reversal(text)[0][2] == "authorize-security-group-ingress"
    assert commands(text)[0][3:] == reversal(text)[0][3:]


def test_prefix_list_is_looked_up_once_by_the_name_of_its_service() -> None:
    gateway = CreateGatewayEndpoint("vpce-new-s3", "vpc-1", S3, ("rtb-main",), "pl-new-s3")
    rules = [AuthorizeRule(group, "out", Rule("tcp", 443, "pl-new-s3")) for group in ("sg-a", "sg-b")]
    text = script_of(*rules, gateway)
    assert text.count("PL_S3=$(aws ec2 describe-prefix-lists") == 1
    assert f'"Values":["{S3}"]' in text
    assert text.count('"PrefixListId":"\'"$PL_S3"\'"') == 4  # two rules, there and back


def test_new_resources_with_similar_names_have_variables_of_their_own() -> None:
    other = CreateSecurityGroup("sg-new-endpoints.vpc-1", "vpc-1", "more", "HTTPS")
    text = script_of(GROUP, other)
    assert "SG_ENDPOINTS_VPC_1=$(" in text
    assert "SG_ENDPOINTS_VPC_1_1=$(" in text


def test_endpoint_without_private_dns_says_so() -> None:
    endpoint = CreateInterfaceEndpoint(
        "vpce-new-x", "vpc-1", "com.example.x", ("subnet-a",), ("sg-a",), private_dns=False
    )
    assert "--no-private-dns-enabled" in commands(script_of(endpoint))[0]


def test_manual_steps_stand_as_comments_in_their_place() -> None:
    record = AddZoneRecord("Z1", "a.example", "vpc-1", "a.example", "b.example", "aws route53 change-it")
    text = script_of(record, SetVpcAttribute("vpc-1", "enable_dns_support"), Advise("acl-1", "ask"))
    assert "# 1. By hand: " in text
    assert "# aws route53 change-it\n" in text
    assert text.index("# 1. ") < text.index("# 2. ") < text.index("modify-vpc-attribute") < text.index("# 3. By hand")


def test_plan_of_manual_steps_only_is_refused() -> None:
    with pytest.raises(InputError, match="nothing of this plan can be written in commands of the AWS CLI"):
        script_of(MirrorImage("nginx", "nginx", "copy it"))


def test_nothing_to_do_is_a_comment() -> None:
    text = script_of(before=OK)
    assert all(line.startswith("#") for line in text.splitlines())
    assert "There is nothing to change." in text


def test_unknown_region_is_asked_for() -> None:
    nowhere = World(msgspec.structs.replace(network().world().facts, region=None))
    text = aws_cli.render(nowhere, of(SetVpcAttribute("vpc-1", "enable_dns_support")))
    assert "--region" not in text
    assert "# The Region is not known: set AWS_REGION" in text


@pytest.mark.parametrize(
    "text", ["file:///etc/passwd", "fileb://x", "https://example.com/x", "-x", "--help", '{"a": 1}', "[1]", "a\nb", ""]
)
def test_text_that_the_program_would_not_take_as_text_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="would not take this as a text"):
        format_word(text)


@pytest.mark.parametrize("text", ["a b", "a'b", "a$(id)", "a`id`", 'a"b', "a;b", "a#b", "aé", "a\\b"])
def test_text_is_one_word_of_a_shell(text: str) -> None:
    assert shlex.split(format_word(text)) == [text]


@pytest.mark.parametrize("text", ["file:///x", "a'b\n$(id)", '"', "\\", "é\x00", "$SG"])
def test_text_in_json_is_read_back(text: str) -> None:
    word = format_word(JsonWord({text: [text, True, 1]}))
    assert json.loads(shlex.split(word)[0]) == {text: [text, True, 1]}


def test_variable_in_json_stands_outside_the_quotes() -> None:
    assert format_word(JsonWord({"it's": [Variable("SG")]})) == """'{"it'"'"'s":["'"$SG"'"]}'"""
