"""Resources that a scenario names without a document of them: the account has one, and no reading shows it."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

from tests.loading.documents import Documents, NotLoadableError

_UNUSED = "10.250.0.0/16"


def target_of(ec2: Any, documents: Documents, name: str, vpc: str) -> str:
    """Return the target of a route in a VPC; one without a document is created and hidden."""
    if name in documents.ids:
        return documents.ids[name]
    create = _CREATE.get(name.partition("-")[0])
    if create is None:
        raise NotLoadableError(f"routes to {name.partition('-')[0]}")
    return documents.hide(name, create(ec2, documents, vpc))


def list_of_s3(ec2: Any, documents: Documents, name: str) -> str:
    """Return AWS's list of S3 for a list that no document describes."""
    lists = {row["PrefixListName"]: row["PrefixListId"] for row in ec2.describe_prefix_lists()["PrefixLists"]}
    return documents.hide(name, lists[f"com.amazonaws.{documents.region}.s3"])


def table_of(ec2: Any, documents: Documents, name: str, vpc: str) -> str:
    """Return a route table of a VPC; one without a document is created and hidden."""
    if name in documents.ids:
        return documents.ids[name]
    return documents.hide(name, ec2.create_route_table(VpcId=documents.id_of(vpc))["RouteTable"]["RouteTableId"])


def group_of(ec2: Any, documents: Documents, name: str) -> str:
    """Return a security group; one without a document is created in the first VPC and hidden."""
    if name in documents.ids:
        return documents.ids[name]
    vpc = documents.id_of(documents["Vpcs"][0]["VpcId"])
    made = ec2.create_security_group(GroupName=f"stand-in {name}", Description="-", VpcId=vpc)["GroupId"]
    return documents.hide(name, made)


def subnet_of(ec2: Any, documents: Documents, name: str, vpc: str) -> str:
    """Return a subnet; one without a document is created in a VPC and hidden."""
    if name in documents.ids:
        return documents.ids[name]
    [row] = ec2.describe_vpcs(VpcIds=[documents.id_of(vpc)])["Vpcs"]
    of_vpc = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [row["VpcId"]]}])["Subnets"]
    used = {subnet["CidrBlock"] for subnet in of_vpc}
    blocks = map(str, ip_network(row["CidrBlock"]).subnets(new_prefix=24))
    *_, block = (block for block in blocks if block not in used)
    return documents.hide(name, ec2.create_subnet(VpcId=row["VpcId"], CidrBlock=block)["Subnet"]["SubnetId"])


def vpc_of(ec2: Any, documents: Documents, name: str) -> str:
    """Return a VPC; one without a document is created and hidden."""
    if name in documents.ids:
        return documents.ids[name]
    return documents.hide(name, ec2.create_vpc(CidrBlock=_UNUSED)["Vpc"]["VpcId"])


def _transit_gateway(ec2: Any, _documents: Documents, _vpc: str) -> str:
    made: str = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    return made


def _vpn_gateway(ec2: Any, documents: Documents, vpc: str) -> str:
    made: str = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpnGatewayId=made, VpcId=documents.id_of(vpc))
    return made


def _nat_gateway(ec2: Any, documents: Documents, vpc: str) -> str:
    subnet = next(row["SubnetId"] for row in documents["Subnets"] if row["VpcId"] == vpc)
    given = {"SubnetId": documents.id_of(subnet), "ConnectivityType": "private"}
    made: str = ec2.create_nat_gateway(**given)["NatGateway"]["NatGatewayId"]
    return made


def _interface(ec2: Any, documents: Documents, vpc: str) -> str:
    subnet = next(row["SubnetId"] for row in documents["Subnets"] if row["VpcId"] == vpc)
    made = ec2.create_network_interface(SubnetId=documents.id_of(subnet))["NetworkInterface"]
    return str(made["NetworkInterfaceId"])


def _peering(ec2: Any, documents: Documents, vpc: str) -> str:
    peer = vpc_of(ec2, documents, "vpc-of-peering")
    made = ec2.create_vpc_peering_connection(VpcId=documents.id_of(vpc), PeerVpcId=peer)["VpcPeeringConnection"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made["VpcPeeringConnectionId"])
    return str(made["VpcPeeringConnectionId"])


_CREATE: dict[str, Callable[[Any, Documents, str], str]] = {
    "tgw": _transit_gateway,
    "vgw": _vpn_gateway,
    "nat": _nat_gateway,
    "eni": _interface,
    "pcx": _peering,
}
