"""VPCs, their DHCP options and their subnets.

Defaults of the arguments: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc.
"""

from collections.abc import Iterator
from typing import Any

from skerry.sources.planned.lists import Listed, write_open_list
from skerry.sources.planned.made_by_aws import (
    DEFAULT_DHCP_OPTIONS,
    default_dhcp_options,
    dhcp_options,
    free_addresses_of,
)
from skerry.sources.planned.values import UNKNOWN, Value, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.values import Instance


def write_vpcs(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of VPCs, their attributes, and their DHCP options."""
    rows = [_vpc(configuration, vpc) for vpc in configuration.vpcs.values()]
    yield "Vpcs", write_open_list("Vpcs", [row for row in rows if "CidrBlock" in row])
    attributes = [
        {"VpcId": vpc.id, **{key: {"Value": value} for key, value in _attributes(vpc).items() if value is not UNKNOWN}}
        for vpc in configuration.vpcs.values()
    ]
    yield "VpcAttributes", {"VpcAttributes": attributes}
    yield "DhcpOptions", write_open_list("DhcpOptions", _dhcp_options(configuration))


def _attributes(vpc: Instance) -> dict[str, Value]:
    """Return the DNS attributes; without arguments names are resolved and hosts have no names."""
    return {
        "EnableDnsSupport": vpc.get("enable_dns_support", True),
        "EnableDnsHostnames": vpc.get("enable_dns_hostnames", False),
    }


def blocks_of(configuration: Configuration, vpc: Instance) -> list[Value]:
    """Return the IPv4 blocks of a VPC; `UNKNOWN` in the place of each that is not known."""
    further, is_open = group_by(configuration.of("aws_vpc_ipv4_cidr_block_association"), "vpc_id")
    added = [row.get("cidr_block", UNKNOWN) for row in further.get(vpc.id, ())]
    return list(dict.fromkeys([vpc.get("cidr_block", UNKNOWN), *added, *([UNKNOWN] if is_open else [])]))


def _vpc(configuration: Configuration, vpc: Instance) -> dict[str, Value]:
    blocks = blocks_of(configuration, vpc)
    row = {
        "VpcId": vpc.id,
        "CidrBlock": blocks[0],
        "CidrBlockAssociationSet": [
            {"CidrBlock": block, "CidrBlockState": {"State": "associated"}} for block in blocks if block is not UNKNOWN
        ],
        "DhcpOptionsId": _options_of(configuration, vpc),
        "OwnerId": vpc.get("owner_id", configuration.account),
    }
    block = ipv6_block_of(configuration, vpc)
    if block is not None:
        row["Ipv6CidrBlockAssociationSet"] = [{"Ipv6CidrBlock": block, "Ipv6CidrBlockState": {"State": "associated"}}]
    return known_row(row)


def ipv6_block_of(configuration: Configuration, vpc: Instance) -> Value:
    """Return the IPv6 block of a VPC; None if it has none."""
    added, is_open = group_by(configuration.of("aws_vpc_ipv6_cidr_block_association"), "vpc_id")
    if is_open:
        return UNKNOWN
    if vpc.id in added:
        return added[vpc.id][0].get("ipv6_cidr_block", UNKNOWN)
    if vpc.get("assign_generated_ipv6_cidr_block") is not True and vpc.get("ipv6_ipam_pool_id") is None:
        block = vpc.get("ipv6_cidr_block")
        return None if block is UNKNOWN else block
    return vpc.get("ipv6_cidr_block", UNKNOWN)


def _options_of(configuration: Configuration, vpc: Instance) -> Value:
    chosen, is_open = group_by(configuration.of("aws_vpc_dhcp_options_association"), "vpc_id")
    if vpc.id in chosen:
        return chosen[vpc.id][0].get("dhcp_options_id", UNKNOWN)
    if is_open:
        return UNKNOWN
    value = vpc.get("dhcp_options_id", UNKNOWN)
    return DEFAULT_DHCP_OPTIONS if vpc.is_new else value


def _dhcp_options(configuration: Configuration) -> Iterator[dict[str, Value]]:
    """Yield the sets of the configuration, and the default set of the Region.

    https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html
    """
    yield default_dhcp_options(configuration.region)
    for options in configuration.of("aws_vpc_dhcp_options"):
        servers, domain = options.get("domain_name_servers", []), options.get("domain_name")
        if servers is not UNKNOWN and domain is not UNKNOWN and UNKNOWN not in servers:
            yield dhcp_options(options.id, servers, domain)


def zones_to_choose(configuration: Configuration) -> frozenset[str]:
    """Return the new subnets without the id of a zone: which zone a name means differs between accounts.

    https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
    """
    subnets = (one for one in configuration.of("aws_subnet") if one.is_new)
    return frozenset(one.id for one in subnets if one.get("availability_zone_id", UNKNOWN) is UNKNOWN)


def list_subnets(configuration: Configuration) -> Listed:
    """Return the subnets; one whose block is not known is left out, and its VPC with it is open."""
    rows: list[tuple[Value, dict[str, Value]]] = []
    for subnet in configuration.of("aws_subnet"):
        vpc, block = subnet.get("vpc_id", UNKNOWN), subnet.get("cidr_block")
        if block is UNKNOWN or vpc is UNKNOWN:
            rows.append((UNKNOWN, {}))
            continue
        rows.append((vpc, _subnet(configuration, subnet)))
    return Listed("DescribeSubnets", "Subnets", tuple(rows))


def _subnet(configuration: Configuration, subnet: Instance) -> dict[str, Value]:
    block, ipv6 = subnet.get("cidr_block"), subnet.get("ipv6_cidr_block")
    row = {
        "SubnetId": subnet.id,
        "VpcId": subnet.get("vpc_id"),
        "CidrBlock": block,
        "AvailabilityZone": subnet.get("availability_zone"),
        "AvailabilityZoneId": subnet.get("availability_zone_id"),
        "EnableDns64": subnet.get("enable_dns64", False),
        "OwnerId": subnet.get("owner_id", configuration.account),
        "OutpostArn": subnet.get("outpost_arn"),
    }
    if subnet.is_new and isinstance(block, str):
        row["AvailableIpAddressCount"] = free_addresses_of(block)
    if ipv6 is not None:
        row["Ipv6CidrBlockAssociationSet"] = [{"Ipv6CidrBlock": ipv6, "Ipv6CidrBlockState": {"State": "associated"}}]
    return known_row(row)
