"""VPCs, their DHCP options and their subnets.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html
"""

import ipaddress
from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.cloudformation.mapping.attributes import ipv6_block_of_vpc
from skerry.sources.cloudformation.mapping.templates import VPC, Made, Templates
from skerry.sources.planned.lists import Listed, write_open_list
from skerry.sources.planned.made_by_aws import (
    DEFAULT_DHCP_OPTIONS,
    default_dhcp_options,
    dhcp_options,
    free_addresses_of,
    local_routes,
)
from skerry.sources.planned.values import UNKNOWN, Value, known_row

_ASSOCIATED: Final = {"State": "associated"}
_NO_OPTIONS: Final = "default"
_AMAZON: Final = "AmazonProvidedDNS"


def blocks_of(templates: Templates, vpc: Made) -> Value:
    """Return the IPv4 blocks of a VPC, the first one first; `UNKNOWN` if one is not known.

    CloudFormation clears the host bits of a block:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html#cfn-ec2-vpc-cidrblock
    """
    further = [row.properties for row in templates.further_blocks_of(vpc.id)]
    values = [block for row in further if (block := row.text("CidrBlock")) is not None]
    has_pool = any("Ipv4IpamPoolId" in row and "CidrBlock" not in row for row in further)
    blocks = [vpc.properties.text("CidrBlock", ""), *values]
    if UNKNOWN in blocks or "" in blocks or has_pool or templates.may_have_further_blocks(vpc.id):
        return UNKNOWN
    return [canonical(block) for block in blocks]


def canonical(block: str) -> str:
    """Return a CIDR block without host bits; another text as it is."""
    try:
        return str(ipaddress.ip_network(block, strict=False))
    except ValueError:
        return block


def ipv6_blocks_of(templates: Templates, vpc: str) -> Value:
    """Return the IPv6 blocks of a VPC; one that AWS chooses is made up."""
    blocks: list[str] = []
    for row in templates.further_blocks_of(vpc):
        own, generated = row.properties.text("Ipv6CidrBlock"), row.properties.flag("AmazonProvidedIpv6CidrBlock")
        if own is UNKNOWN or generated is UNKNOWN or ("Ipv6IpamPoolId" in row.properties and own is None):
            return UNKNOWN
        if own is not None or generated:
            blocks.append(ipv6_block_of_vpc(vpc) if own is None else canonical(own))
    return UNKNOWN if templates.may_have_further_blocks(vpc) else blocks


def has_ipv6(templates: Templates, vpc: str) -> bool:
    """Return whether a VPC has, or may have, an IPv6 block."""
    blocks = ipv6_blocks_of(templates, vpc)
    return blocks is UNKNOWN or bool(blocks)


def local_routes_of(templates: Templates, vpc: str) -> Value:
    """Return the routes inside a VPC; `UNKNOWN` if its blocks are not known."""
    made = templates.vpcs.get(vpc)
    blocks: Value = UNKNOWN if made is None else blocks_of(templates, made)
    ipv6 = ipv6_blocks_of(templates, vpc)
    return UNKNOWN if blocks is UNKNOWN or ipv6 is UNKNOWN else local_routes(blocks, ipv6)


def write_vpcs(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of VPCs, their attributes, and their DHCP options."""
    rows = [_vpc(templates, vpc) for vpc in templates.of(VPC)]
    yield "Vpcs", write_open_list("Vpcs", [row for row in rows if "CidrBlock" in row])
    attributes = [
        {"VpcId": vpc.id, **{key: {"Value": value} for key, value in _attributes(vpc).items() if value is not UNKNOWN}}
        for vpc in templates.of(VPC)
    ]
    yield "VpcAttributes", {"VpcAttributes": attributes}
    yield "DhcpOptions", write_open_list("DhcpOptions", _dhcp_options(templates))


def _attributes(vpc: Made) -> dict[str, Value]:
    """Return the DNS attributes; without properties names are resolved and hosts have no names."""
    return {
        "EnableDnsSupport": vpc.properties.flag("EnableDnsSupport", default=True),
        "EnableDnsHostnames": vpc.properties.flag("EnableDnsHostnames", default=False),
    }


def _vpc(templates: Templates, vpc: Made) -> dict[str, Value]:
    blocks, ipv6 = blocks_of(templates, vpc), ipv6_blocks_of(templates, vpc.id)
    return known_row(
        {
            "VpcId": vpc.id,
            "CidrBlock": UNKNOWN if blocks is UNKNOWN else blocks[0],
            "CidrBlockAssociationSet": UNKNOWN
            if blocks is UNKNOWN
            else [{"CidrBlock": block, "CidrBlockState": _ASSOCIATED} for block in blocks],
            "Ipv6CidrBlockAssociationSet": _ipv6_set(ipv6),
            "DhcpOptionsId": _options_of(templates, vpc.id),
            "OwnerId": templates.place.account,
        }
    )


def _ipv6_set(blocks: Value) -> Value:
    if blocks is UNKNOWN or not blocks:
        return None
    return [{"Ipv6CidrBlock": block, "Ipv6CidrBlockState": _ASSOCIATED} for block in blocks]


def _options_of(templates: Templates, vpc: str) -> Value:
    chosen = templates.group_by("AWS::EC2::VPCDHCPOptionsAssociation", "VpcId")
    if chosen.may_have_more(vpc):
        return UNKNOWN
    rows = chosen.of(vpc)
    return rows[0].properties.id("DhcpOptionsId") if rows else DEFAULT_DHCP_OPTIONS


def _dhcp_options(templates: Templates) -> Iterator[dict[str, Value]]:
    """Yield the sets of the templates, the default set of the Region, and the set without any option.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-dhcpoptions.html
    """
    yield default_dhcp_options(templates.place.region)
    yield {"DhcpOptionsId": _NO_OPTIONS, "DhcpConfigurations": []}
    for options in templates.of("AWS::EC2::DHCPOptions"):
        servers, domain = options.properties.ids("DomainNameServers"), options.properties.text("DomainName")
        unsure = servers is UNKNOWN or any(map(templates.stand_ins.is_made_up, servers))
        if not unsure and domain is not UNKNOWN:
            yield dhcp_options(options.id, servers or [_AMAZON], domain)


def list_subnets(templates: Templates) -> Listed:
    """Return the subnets; one without a known block is left out, and its VPC with it is open."""
    rows: list[tuple[Value, dict[str, Value]]] = []
    for subnet in templates.subnets.values():
        vpc = templates.vpc_of_subnet(subnet.id)
        row = _subnet(templates, subnet, vpc)
        rows.append((UNKNOWN, {}) if row is None else (vpc, row))
    rows += [(UNKNOWN, {}) for _ in templates.perhaps("AWS::EC2::Subnet")]
    return Listed("DescribeSubnets", "Subnets", tuple(rows))


def _subnet(templates: Templates, subnet: Made, vpc: Value) -> dict[str, Value] | None:
    properties = subnet.properties
    block, is_native = properties.text("CidrBlock"), properties.flag("Ipv6Native", default=False)
    if vpc is UNKNOWN or block is UNKNOWN or (block is None and is_native is not True):
        return None
    ipv6 = _ipv6_of_subnet(templates, subnet)
    row = {
        "SubnetId": subnet.id,
        "VpcId": vpc,
        "CidrBlock": None if block is None else canonical(block),
        "Ipv6Native": is_native,
        "Ipv6CidrBlockAssociationSet": ipv6,
        "AvailabilityZone": zone_of(templates, subnet),
        "AvailabilityZoneId": properties.text("AvailabilityZoneId"),
        "AvailableIpAddressCount": 0 if block is None else free_addresses_of(block),
        "EnableDns64": properties.flag("EnableDns64", default=False),
        "OwnerId": templates.place.account,
        "OutpostArn": properties.id("OutpostArn"),
    }
    return known_row(row)


def _ipv6_of_subnet(templates: Templates, subnet: Made) -> Value:
    """Return the IPv6 blocks of a subnet, of its own property or of a resource of their own."""
    further = templates.group_by("AWS::EC2::SubnetCidrBlock", "SubnetId")
    values = [subnet.properties.text("Ipv6CidrBlock")]
    values += [row.properties.text("Ipv6CidrBlock") for row in further.of(subnet.id)]
    blocks = [block for block in values if block is not None]
    if UNKNOWN in blocks or further.may_have_more(subnet.id):
        return UNKNOWN
    return [{"Ipv6CidrBlock": block, "Ipv6CidrBlockState": _ASSOCIATED} for block in blocks] or None


def zone_of(templates: Templates, subnet: Made) -> Value:
    """Return the name of a subnet's zone; an element of Fn::GetAZs is written with the letter of its place.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html
    """
    from skerry.sources.cloudformation.values import ZoneOfList  # noqa: PLC0415

    value = subnet.properties.value("AvailabilityZone")
    if isinstance(value, ZoneOfList):
        return f"{value.region or templates.place.region}{chr(ord('a') + value.index)}"
    return subnet.properties.text("AvailabilityZone", None) if value is not None else UNKNOWN
