"""ARNs and other AWS identifiers: their parts, their Regions, and the resource types of id prefixes."""

import re
from sys import intern
from typing import Self

import msgspec

from skerry.net.parsed_text import ParsedText

_REGION = re.compile(r"^[a-z]{2,4}(?:-[a-z]+)+-\d+")
_REGION_ONLY = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d+")
_ARN_PARTS = 6

_ARN_TYPES = {
    "subnet": "subnet",
    "rtb": "route-table",
    "sg": "security-group",
    "acl": "network-acl",
    "eni": "network-interface",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "vpce": "vpc-endpoint",
    "vpc": "vpc",
    "pl": "prefix-list",
    "dopt": "dhcp-options",
    "vgw": "vpn-gateway",
    "eigw": "egress-only-internet-gateway",
}


class Arn(msgspec.Struct, frozen=True, gc=False):
    """The parts of an Amazon Resource Name."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


def parse_arn(text: str) -> Arn | None:
    """Parse an ARN. Return None if the text is not an ARN.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    parts = text.split(":", _ARN_PARTS - 1)
    if len(parts) != _ARN_PARTS or parts[0] != "arn":
        return None
    # The first parts are the same in most ARNs of a source.
    partition, service, region, account = map(intern, parts[1:-1])
    return Arn(partition, service, region, account, parts[-1])


class NameOrArn(ParsedText):
    """A resource by its ARN, or by a name; ``arn`` is None for a name."""

    __slots__ = ("arn",)

    form = "name"
    arn: Arn | None

    def __new__(cls, text: str) -> Self:
        """Parse a name or an ARN."""
        parsed = super().__new__(cls, text)
        parsed.arn = parse_arn(text)
        return parsed


class ResourceArn(NameOrArn):
    """A resource by its ARN."""

    __slots__ = ()

    form = "ARN"
    arn: Arn

    def __new__(cls, text: str) -> Self:
        """Parse an ARN; raises `ValueError` if the text is none."""
        parsed = super().__new__(cls, text)
        if parsed.arn is None:
            raise ValueError(f"{text[:80]!r} is no {cls.form}")
        return parsed


def region_of_zone(zone_name: str) -> str | None:
    """Return the Region of an availability zone's name, local zones included (``us-west-2-lax-1a``)."""
    region = _REGION.match(zone_name)
    return region.group() if region else None


def region_of_endpoint_service(service_name: str) -> str | None:
    """Return the Region in an endpoint service's name, such as ``com.amazonaws.eu-west-1.ecr.api``."""
    return next((part for part in service_name.split(".") if _REGION_ONLY.fullmatch(part)), None)


def arn_of_resource(resource: str, region: str | None, account: str | None, partition: str) -> str | None:
    """Return the ARN of an EC2 resource by its id, if Region and account are known.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    kind = _ARN_TYPES.get(resource.partition("-")[0])
    if kind is None or region is None or account is None:
        return None
    return f"arn:{partition}:ec2:{region}:{account}:{kind}/{resource}"
