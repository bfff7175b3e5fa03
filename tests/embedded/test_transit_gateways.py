"""Transit gateways of the embedded AWS: associations, propagated routes, and groups of other VPCs."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from skerry.aws.session import make_clients
from skerry.embedded.lifecycle import run_embedded_aws

REGION = "eu-west-1"
RULE = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}

pytestmark = pytest.mark.long  # an account is built for each test


class Hub(NamedTuple):
    """Two VPCs with a subnet each."""

    ec2: Any
    spoke: str
    hub: str
    subnets: dict[str, str]

    def gateway(self, **options: str) -> dict[str, Any]:
        row: dict[str, Any] = self.ec2.create_transit_gateway(Options=options)["TransitGateway"]
        return row

    def attach(self, gateway: dict[str, Any], vpc: str, **options: str) -> str:
        row = self.ec2.create_transit_gateway_vpc_attachment(
            TransitGatewayId=gateway["TransitGatewayId"], VpcId=vpc, SubnetIds=[self.subnets[vpc]], Options=options
        )
        return str(row["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"])

    def table_of(self, attachment: str) -> str | None:
        rows = self.ec2.describe_transit_gateway_attachments(TransitGatewayAttachmentIds=[attachment])
        [row] = rows["TransitGatewayAttachments"]
        association = row.get("Association")
        return None if association is None else str(association["TransitGatewayRouteTableId"])

    def routes(self, table: str, **filters: str) -> dict[str, tuple[str, str]]:
        rows = self.ec2.search_transit_gateway_routes(
            TransitGatewayRouteTableId=table,
            Filters=[{"Name": name, "Values": [value]} for name, value in (filters or {"state": "active"}).items()],
        )["Routes"]
        return {
            row["DestinationCidrBlock"]: (
                row["Type"],
                "".join(item["ResourceId"] for item in row.get("TransitGatewayAttachments", ())),
            )
            for row in rows
        }


@pytest.fixture
def account() -> Iterator[Hub]:
    with run_embedded_aws(REGION):
        ec2 = make_clients(REGION)("ec2")
        spoke, hub = (ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"] for block in ("10.0.0.0/16", "10.1.0.0/16"))
        subnets = {
            vpc: ec2.create_subnet(VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"]
            for vpc, block in ((spoke, "10.0.0.0/24"), (hub, "10.1.0.0/24"))
        }
        yield Hub(ec2, spoke, hub, subnets)


def test_attachment_is_associated_and_propagates_by_the_options_of_its_gateway(account: Hub) -> None:
    gateway = account.gateway()
    default = gateway["Options"]["AssociationDefaultRouteTableId"]
    assert account.table_of(account.attach(gateway, account.spoke)) == default
    assert account.routes(default) == {"10.0.0.0/16": ("propagated", account.spoke)}
    plain = account.gateway(DefaultRouteTableAssociation="disable", DefaultRouteTablePropagation="disable")
    assert account.table_of(account.attach(plain, account.spoke)) is None
    assert account.routes(plain["Options"]["AssociationDefaultRouteTableId"]) == {}


def test_attachment_moves_to_the_table_it_is_associated_with(account: Hub) -> None:
    gateway = account.gateway()
    attachment = account.attach(gateway, account.spoke)
    table = account.ec2.create_transit_gateway_route_table(TransitGatewayId=gateway["TransitGatewayId"])
    name = table["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
    account.ec2.associate_transit_gateway_route_table(
        TransitGatewayRouteTableId=name, TransitGatewayAttachmentId=attachment
    )
    assert account.table_of(attachment) == name
    former = account.ec2.get_transit_gateway_route_table_associations(
        TransitGatewayRouteTableId=gateway["Options"]["AssociationDefaultRouteTableId"]
    )
    assert former["Associations"] == []


def test_static_route_beats_a_propagated_one_to_the_same_block(account: Hub) -> None:
    gateway = account.gateway()
    table = gateway["Options"]["AssociationDefaultRouteTableId"]
    account.attach(gateway, account.spoke)
    hub = account.attach(gateway, account.hub)
    given = {"TransitGatewayRouteTableId": table}
    account.ec2.create_transit_gateway_route(
        **given, DestinationCidrBlock="10.0.0.0/16", TransitGatewayAttachmentId=hub
    )
    account.ec2.create_transit_gateway_route(**given, DestinationCidrBlock="10.9.0.0/16", Blackhole=True)
    assert account.routes(table) == {"10.0.0.0/16": ("static", account.hub), "10.1.0.0/16": ("propagated", account.hub)}
    assert account.routes(table, state="blackhole") == {"10.9.0.0/16": ("static", "")}
    assert account.routes(table, type="propagated") == {"10.1.0.0/16": ("propagated", account.hub)}


def test_attachment_of_a_vpn_is_none_of_a_vpc_and_announces_nothing(account: Hub) -> None:
    gateway = account.gateway()
    customer = account.ec2.create_customer_gateway(Type="ipsec.1", PublicIp="198.51.100.1", BgpAsn=65000)
    account.ec2.create_vpn_connection(
        Type="ipsec.1",
        CustomerGatewayId=customer["CustomerGateway"]["CustomerGatewayId"],
        TransitGatewayId=gateway["TransitGatewayId"],
    )
    every = account.ec2.describe_transit_gateway_attachments()["TransitGatewayAttachments"]
    assert [row["ResourceType"] for row in every] == ["vpn"]
    assert account.ec2.describe_transit_gateway_vpc_attachments()["TransitGatewayVpcAttachments"] == []
    assert account.routes(gateway["Options"]["AssociationDefaultRouteTableId"]) == {}


@pytest.mark.parametrize(
    ("of_gateway", "of_attachment", "code"),
    [
        ("enable", "enable", ""),
        ("disable", "enable", "InvalidGroup.NotFound"),
        ("enable", "disable", "InvalidGroup.NotFound"),
    ],
)
def test_rule_names_a_group_across_a_transit_gateway_that_supports_it(
    account: Hub, of_gateway: str, of_attachment: str, code: str
) -> None:
    gateway = account.gateway(SecurityGroupReferencingSupport=of_gateway)
    account.attach(gateway, account.spoke)
    account.attach(gateway, account.hub, SecurityGroupReferencingSupport=of_attachment)
    groups = {
        vpc: account.ec2.create_security_group(GroupName="own", Description="-", VpcId=vpc)["GroupId"]
        for vpc in (account.spoke, account.hub)
    }
    named = {**RULE, "UserIdGroupPairs": [{"GroupId": groups[account.spoke]}]}
    try:
        account.ec2.authorize_security_group_ingress(GroupId=groups[account.hub], IpPermissions=[named])
        answer = ""
    except ClientError as error:
        answer = error.response["Error"]["Code"]
    assert answer == code


def test_public_address_of_an_interface_is_shown_at_its_private_one(account: Hub) -> None:
    ec2 = account.ec2
    interface = ec2.create_network_interface(SubnetId=account.subnets[account.hub])["NetworkInterface"]
    allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
    named = {"NetworkInterfaceIds": [interface["NetworkInterfaceId"]]}
    association = ec2.associate_address(AllocationId=allocation, NetworkInterfaceId=named["NetworkInterfaceIds"][0])
    [row] = ec2.describe_network_interfaces(**named)["NetworkInterfaces"]
    [address] = row["PrivateIpAddresses"]
    assert address["Association"]["PublicIp"] == row["Association"]["PublicIp"]
    assert address["Association"]["AllocationId"] == allocation
    ec2.disassociate_address(AssociationId=association["AssociationId"])
    [row] = ec2.describe_network_interfaces(**named)["NetworkInterfaces"]
    assert "Association" not in row["PrivateIpAddresses"][0]
