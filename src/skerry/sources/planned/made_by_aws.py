"""Records that AWS makes by itself and no configuration names, in the form of its answers.

The parts of a row may be `UNKNOWN`: `known_row` leaves them out.
"""

import importlib
import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from skerry.catalogue.prefix_lists import prefix_list_ids
from skerry.sources.planned.values import UNKNOWN, Value, known_row

Row = dict[str, Any]
DEFAULT_DHCP_OPTIONS: Final = "dopt-default"
"""The id of the Region's default set of DHCP options."""
_RESERVED: Final = 5
"""AWS keeps five addresses of each subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html."""
_FIRST: Final = 4
"""The position of the first address of a subnet that AWS does not keep."""
_ANY, _ANY_IPV6 = "0.0.0.0/0", "::/0"
_ALL: Final = "-1"
_ALLOW_NUMBERS: Final = {_ANY: 100, _ANY_IPV6: 101}
_LAST_NUMBERS: Final = {_ANY: 32767, _ANY_IPV6: 32768}


def _lean_sha256() -> Callable[[bytes], Any]:
    """Return the hash from the small module of the interpreter: hashlib loads all of OpenSSL.

    The standard library does the same: https://github.com/python/cpython/blob/3.11/Lib/random.py.
    """
    for name in ("_sha2", "_sha256"):
        try:
            digest: Callable[[bytes], Any] = importlib.import_module(name).sha256
        except ImportError:
            continue
        return digest
    return importlib.import_module("hashlib").sha256  # type: ignore[no-any-return]


_sha256: Final = _lean_sha256()


def digest_of(text: str) -> str:
    """Return the digits of an id of AWS: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html."""
    return str(_sha256(text.encode()).hexdigest())[:17]


def default_dhcp_options(region: str) -> Row:
    """Return the set of DHCP options that each new VPC of a Region has.

    https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html#ArchitectureDiagram
    """
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return dhcp_options(DEFAULT_DHCP_OPTIONS, ["AmazonProvidedDNS"], domain)


def dhcp_options(name: str, servers: Iterable[str], domain: str | None) -> Row:
    """Return a set of DHCP options; a key without values is left out, as AWS does."""
    values = {"domain-name-servers": list(servers), "domain-name": [] if domain is None else [domain]}
    rows = [{"Key": key, "Values": [{"Value": text} for text in texts]} for key, texts in values.items() if texts]
    return {"DhcpOptionsId": name, "DhcpConfigurations": rows}


def default_group(group: str, vpc: str, *, has_ipv6: bool) -> Row:
    """Return the default security group of a new VPC: all from itself, all out.

    https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
    """
    return {
        "GroupId": group,
        "GroupName": "default",
        "VpcId": vpc,
        "IpPermissions": [{"IpProtocol": _ALL, "UserIdGroupPairs": [{"GroupId": group}]}],
        "IpPermissionsEgress": all_out(has_ipv6=has_ipv6),
    }


def all_out(*, has_ipv6: bool) -> list[Row]:
    """Return the outbound rules that AWS gives a new security group.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    ipv6 = {"Ipv6Ranges": [{"CidrIpv6": _ANY_IPV6}]} if has_ipv6 else {}
    return [{"IpProtocol": _ALL, "IpRanges": [{"CidrIp": _ANY}], **ipv6}]


def default_acl_entries(*, has_ipv6: bool) -> list[Row]:
    """Return the entries of the default network ACL of a new VPC: everything is allowed.

    https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html
    """
    allowing = [
        _entry(_ALLOW_NUMBERS[block], "allow", block, is_egress=is_egress)
        for is_egress in (False, True)
        for block in _blocks(has_ipv6=has_ipv6)
    ]
    return [*allowing, *last_acl_entries(has_ipv6=has_ipv6)]


def last_acl_entries(*, has_ipv6: bool) -> list[Row]:
    """Return the last entries of each network ACL, which deny all else and cannot be removed.

    https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html
    """
    return [
        _entry(_LAST_NUMBERS[block], "deny", block, is_egress=is_egress)
        for is_egress in (False, True)
        for block in _blocks(has_ipv6=has_ipv6)
    ]


def _blocks(*, has_ipv6: bool) -> tuple[str, ...]:
    return (_ANY, _ANY_IPV6) if has_ipv6 else (_ANY,)


def _entry(number: int, action: str, block: str, *, is_egress: bool) -> Row:
    key = "Ipv6CidrBlock" if block == _ANY_IPV6 else "CidrBlock"
    return {"RuleNumber": number, "RuleAction": action, "Protocol": _ALL, "Egress": is_egress, key: block}


def local_routes(blocks: Iterable[str], ipv6_blocks: Iterable[str] = ()) -> list[Row]:
    """Return the routes inside a VPC: one in each route table for each block of the VPC.

    https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html#RouteTables
    """
    common = {"GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"}
    return [
        *({"DestinationCidrBlock": block, **common} for block in blocks),
        *({"DestinationIpv6CidrBlock": block, **common} for block in ipv6_blocks),
    ]


def gateway_route(service: str, endpoint: str) -> Row:
    """Return the route of a gateway endpoint in a route table of its list.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-routing
    """
    return {"DestinationPrefixListId": prefix_list_id_of(service), "GatewayId": endpoint, "State": "active"}


def prefix_list_id_of(service: str) -> str:
    """Return the id of AWS's prefix list of a gateway service, made up where it is not known."""
    return prefix_list_ids().get(service) or f"pl-{digest_of(service)}"


def prefix_list(service: str) -> Row:
    """Return AWS's prefix list of a gateway service, such as ``com.amazonaws.eu-west-1.s3``; its blocks are AWS's.

    https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
    """
    return {"PrefixListId": prefix_list_id_of(service), "PrefixListName": service, "OwnerId": "AWS"}


def free_addresses_of(block: str) -> int | None:
    """Return the number of addresses of a new subnet; None if its block is no CIDR block."""
    try:
        return max(0, ipaddress.ip_network(block, strict=False).num_addresses - _RESERVED)
    except ValueError:
        return None


def first_address_of(block: Value) -> Value:
    """Return an address of a subnet in place of the one that AWS will choose; `UNKNOWN` without a known block."""
    try:
        return str(ipaddress.ip_network(block, strict=False)[_FIRST])
    except (ValueError, TypeError, IndexError):
        return UNKNOWN


def endpoint_interfaces(
    endpoint: str, vpc: Value, groups: Value, addresses: Mapping[str, str]
) -> tuple[list[str], list[Row]]:
    """Return the interfaces of an interface endpoint that has its addresses by its configuration, and their ids.

    ``addresses`` are those of all its subnets, by subnet. Without an address for each, leave the interfaces out: a row
    of the endpoint with ``SubnetIds`` and ``Groups`` is judged at every address of its subnets.
    https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
    """
    rows = [
        known_row(
            {
                "NetworkInterfaceId": f"eni-{digest_of(f'{endpoint} {subnet}')}",
                "InterfaceType": "vpc_endpoint",
                "RequesterManaged": True,
                "SubnetId": subnet,
                "VpcId": vpc,
                "Groups": UNKNOWN if groups is UNKNOWN else [{"GroupId": name} for name in groups],
                "PrivateIpAddress": address,
                "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": address}],
            }
        )
        for subnet, address in sorted(addresses.items())
    ]
    return [row["NetworkInterfaceId"] for row in rows], rows


def endpoint_dns_name(endpoint: str, service: str) -> str:
    """Return a Regional DNS name of an interface endpoint's own; its second part is made up.

    https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html#interface-endpoint-dns-hostnames
    """
    _, _, name = service.partition("com.amazonaws.")
    region, _, label = name.partition(".")
    words = ".".join(reversed(label.split(".")))
    return f"{endpoint}-{digest_of(endpoint)[:8]}.{words}.{region}.vpce.amazonaws.com"
