"""AWS's identifiers: ARNs, the Regions in names, and what the prefix of an id says."""

import pytest

from skerry.model.arns import (
    Arn,
    NameOrArn,
    ResourceArn,
    arn_of_resource,
    parse_arn,
    region_of_endpoint_service,
    region_of_zone,
)
from skerry.model.record import Tag, name_of


def test_arn_is_split_into_parts_keeping_colons_in_the_resource() -> None:
    found = parse_arn("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf:password::")
    assert found == Arn("aws", "secretsmanager", "eu-west-1", "111122223333", "secret:db-AbCdEf:password::")
    assert parse_arn("arn:aws:s3:::bucket/key") == Arn("aws", "s3", "", "", "bucket/key")


@pytest.mark.parametrize(
    "text", ["", "web", "arn:aws:s3", "ARN:aws:s3:::bucket", "urn:aws:s3:::bucket", "/db/password"]
)
def test_invalid_arn_returns_none(text: str) -> None:
    assert parse_arn(text) is None


@pytest.mark.parametrize(
    ("zone", "region"),
    [
        ("eu-west-1a", "eu-west-1"),
        ("us-gov-west-1b", "us-gov-west-1"),
        ("us-west-2-lax-1a", "us-west-2"),
        ("ap-southeast-4c", "ap-southeast-4"),
        ("use1-az1", None),
        ("", None),
    ],
)
def test_zone_name_yields_its_region(zone: str, region: str | None) -> None:
    assert region_of_zone(zone) == region


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("com.amazonaws.eu-west-1.ecr.api", "eu-west-1"),
        ("cn.com.amazonaws.cn-north-1.s3", "cn-north-1"),
        ("com.amazonaws.vpce.eu-west-1.vpce-svc-0123", "eu-west-1"),
        ("com.amazonaws.us-gov-west-1.logs", "us-gov-west-1"),
        ("aws.sagemaker.eu-west-1.notebook", "eu-west-1"),
        ("com.amazonaws.s3-global.accesspoint", None),
        ("", None),
    ],
)
def test_endpoint_service_name_yields_its_region(name: str, region: str | None) -> None:
    assert region_of_endpoint_service(name) == region


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ("subnet-1", "subnet"),
        ("rtb-1", "route-table"),
        ("sg-1", "security-group"),
        ("acl-1", "network-acl"),
        ("eni-1", "network-interface"),
        ("igw-1", "internet-gateway"),
        ("nat-1", "natgateway"),
        ("vpce-1", "vpc-endpoint"),
        ("vpc-1", "vpc"),
        ("pl-1", "prefix-list"),
        ("dopt-1", "dhcp-options"),
    ],
)
def test_resource_id_yields_its_arn(resource: str, kind: str) -> None:
    assert arn_of_resource(resource, "eu-west-1", "1", "aws") == f"arn:aws:ec2:eu-west-1:1:{kind}/{resource}"


@pytest.mark.parametrize("resource", ["Z123", "1.4.0", "", "rule-1"])
def test_unknown_id_has_no_arn(resource: str) -> None:
    assert arn_of_resource(resource, "eu-west-1", "1", "aws") is None


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ([("Name", "web")], "web"),
        ([("name", "web")], None),
        ([("Name", "")], None),
        ([("Team", "a"), ("Name", "web")], "web"),
        ([], None),
    ],
)
def test_name_tag_is_the_resource_name(tags: list[tuple[str, str]], name: str | None) -> None:
    assert name_of(tuple(Tag(key=key, value=value) for key, value in tags)) == name


def test_resource_name_keeps_its_text_and_its_arn() -> None:
    name, arn = NameOrArn("db"), NameOrArn("arn:aws:ssm:eu-west-1:111122223333:parameter/db")
    assert (name, name.arn) == ("db", None)
    assert (arn, arn.arn) == (str(arn), Arn("aws", "ssm", "eu-west-1", "111122223333", "parameter/db"))


def test_resource_arn_is_an_arn() -> None:
    assert ResourceArn("arn:aws:iam::111122223333:role/exec").arn.account == "111122223333"
    with pytest.raises(ValueError, match="'exec' is no ARN"):
        ResourceArn("exec")


def test_parts_of_arns_are_shared() -> None:
    first, second = (ResourceArn(f"arn:aws:ecs:eu-west-1:{'1' * 12}:service/{name}").arn for name in "ab")
    parts = [(arn.partition, arn.service, arn.region, arn.account) for arn in (first, second)]
    assert all(part is other for part, other in zip(*parts, strict=True))
