"""Internet gateways, VPN gateways and NAT gateways.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/nat_gateway
"""

from collections.abc import Iterator
from typing import Any

from skerry.sources.planned.lists import Listed, write_open_list
from skerry.sources.planned.made_by_aws import first_address_of
from skerry.sources.planned.values import UNKNOWN, Value, known_row
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.values import Instance

MADE_UP_ADDRESS = "203.0.113.1"
"""A public address in place of the one that AWS will choose: it decides nothing inside the VPC.
https://www.rfc-editor.org/rfc/rfc5737"""


def write_gateways(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of internet gateways, egress-only ones, and VPN gateways."""
    attached = {
        row.get("internet_gateway_id", UNKNOWN): row.get("vpc_id", UNKNOWN)
        for row in configuration.of("aws_internet_gateway_attachment")
    }
    rows = [
        known_row(
            {
                "InternetGatewayId": gateway.id,
                "Attachments": _attachments(gateway, attached, "available"),
            }
        )
        for gateway in configuration.of("aws_internet_gateway")
    ]
    yield "InternetGateways", write_open_list("InternetGateways", rows)
    only_out = [
        known_row({"EgressOnlyInternetGatewayId": gateway.id, "Attachments": _attachments(gateway, {}, "attached")})
        for gateway in configuration.of("aws_egress_only_internet_gateway")
    ]
    yield "EgressOnlyInternetGateways", write_open_list("EgressOnlyInternetGateways", only_out)
    joined = {
        row.get("vpn_gateway_id", UNKNOWN): row.get("vpc_id", UNKNOWN)
        for row in configuration.of("aws_vpn_gateway_attachment")
    }
    vpn = [
        known_row({"VpnGatewayId": gateway.id, "VpcAttachments": _attachments(gateway, joined, "attached")})
        for gateway in configuration.of("aws_vpn_gateway")
    ]
    yield "VpnGateways", write_open_list("VpnGateways", vpn)


def _attachments(gateway: Instance, attached: dict[Value, Value], state: str) -> Value:
    vpc = gateway.get("vpc_id", attached.get(gateway.id))
    if vpc is UNKNOWN or (vpc is None and UNKNOWN in attached):
        return UNKNOWN
    return [] if vpc is None else [{"VpcId": vpc, "State": state}]


def list_nat_gateways(configuration: Configuration) -> Listed:
    """Return the NAT gateways; the VPC of a zonal one is that of its subnet."""
    subnets = {subnet.id: subnet for subnet in configuration.of("aws_subnet")}
    rows: list[tuple[Value, dict[str, Value]]] = []
    for gateway in configuration.of("aws_nat_gateway"):
        subnet = gateway.get("subnet_id")
        own = None if subnet is UNKNOWN else subnets.get(subnet)
        vpc = gateway.get("vpc_id", UNKNOWN) if own is None else own.get("vpc_id", UNKNOWN)
        row: dict[str, Value] = {
            "NatGatewayId": gateway.id,
            "VpcId": vpc,
            "SubnetId": subnet,
            # Terraform waits for this state, and no gateway fails later:
            # https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
            "State": "available",
            "ConnectivityType": gateway.get("connectivity_type", "public"),
            "AvailabilityMode": "regional" if subnet is None else "zonal",
            "NatGatewayAddresses": UNKNOWN if own is None else _addresses(gateway, own),
        }
        unknown = vpc is UNKNOWN or subnet is UNKNOWN or row["ConnectivityType"] is UNKNOWN
        rows.append((UNKNOWN, {}) if unknown else (vpc, known_row(row)))
    return Listed("DescribeNatGateways", "NatGateways", tuple(rows))


def _addresses(gateway: Instance, subnet: Instance) -> Value:
    """Return the address of a NAT gateway: the configured one, else one of its subnet's, which AWS chooses."""
    private, block = gateway.get("private_ip", UNKNOWN), subnet.get("cidr_block", UNKNOWN)
    if private is UNKNOWN:
        private = first_address_of(block)
    if private is UNKNOWN:
        return UNKNOWN
    public = {} if gateway.get("connectivity_type") == "private" else {"PublicIp": MADE_UP_ADDRESS}
    return [{"PrivateIp": private, **public}]
