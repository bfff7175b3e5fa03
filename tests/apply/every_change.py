"""A small account in the embedded AWS, and a plan with every kind of change that an undo restores."""

from typing import Any, NamedTuple

from skerry.aws.session import ClientFactory
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    ModifyEndpoint,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)

REGION = "eu-west-1"
SERVICE = f"com.amazonaws.{REGION}"
POLICY = '{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":"*"}]}'


class SmallNetwork(NamedTuple):
    """The ids of the account's resources."""

    vpc: str
    subnets: tuple[str, ...]
    tables: tuple[str, ...]
    group: str
    acl: str
    gateway: str
    nat: str
    interface_endpoint: str
    gateway_endpoint: str
    gateway_list: str


def build_network(client: ClientFactory) -> SmallNetwork:
    """Create a VPC with subnets, route tables, a NAT gateway, endpoints, and a group with one described rule."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = [f"{REGION}a", f"{REGION}b"]
    subnets = tuple(
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for n, zone in enumerate(zones, 1)
    )
    tables = tuple(ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(3))
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.create_route(RouteTableId=tables[2], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    group = _group(ec2, vpc)
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    endpoint = _endpoint(ec2, vpc, VpcEndpointType="Interface", ServiceName=f"{SERVICE}.logs", SubnetIds=[subnets[0]],
                         SecurityGroupIds=[group], PrivateDnsEnabled=False)  # fmt: skip
    s3 = _endpoint(ec2, vpc, VpcEndpointType="Gateway", ServiceName=f"{SERVICE}.s3", RouteTableIds=[tables[0]])
    lists = ec2.describe_prefix_lists()["PrefixLists"]
    listed = next(row["PrefixListId"] for row in lists if row["PrefixListName"].endswith(".s3"))
    # Names of endpoints need the attribute: it is switched off last.
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": False})
    return SmallNetwork(vpc, subnets, tables, group, acl, gateway, nat, endpoint, s3, listed)


def changes_of(network: SmallNetwork) -> list[Change]:
    """Every kind of change that an undo restores, in the order of plans."""
    made, nat = "sg-new-endpoints", "nat-new-a"
    s3_list = "pl-new-dynamodb"
    return [
        CreateSecurityGroup(made, network.vpc, "endpoints", "HTTPS to endpoints"),
        AuthorizeRule(made, "in", Rule("tcp", 443, "10.0.1.0/24")),
        AuthorizeRule(network.group, "out", Rule("tcp", 443, made)),
        AuthorizeRule(network.group, "out", Rule("tcp", 443, network.gateway_list)),
        AddAclEntry(network.acl, 90, "in", "10.0.0.0/16", (1024, 65535)),
        SetVpcAttribute(network.vpc, "enable_dns_hostnames"),
        CreateInterfaceEndpoint(
            "vpce-new-ecr.api", network.vpc, f"{SERVICE}.ecr.api", network.subnets, (made,), policy=POLICY
        ),
        CreateGatewayEndpoint("vpce-new-dynamodb", network.vpc, f"{SERVICE}.dynamodb", network.tables[:1], s3_list),
        ModifyEndpoint(network.interface_endpoint, (network.subnets[1],), (made,), private_dns=True),
        ModifyEndpoint(network.gateway_endpoint, route_tables=(network.tables[1],), policy=POLICY),
        CreateNatGateway(nat, network.vpc, network.subnets[0], "eipalloc-new-a"),
        RouteToInternetGateway(network.tables[0], network.gateway),
        RouteToNat(network.tables[1], nat, ""),
        ReplaceRoute(network.tables[2], "0.0.0.0/0", "nat-gateway", nat),
        RevokeRule(network.group, "in", Rule("tcp", 8443, "10.0.0.0/16")),
    ]


def _group(ec2: Any, vpc: str) -> str:
    group: str = ec2.create_security_group(GroupName="tasks", Description="tasks", VpcId=vpc)["GroupId"]
    ranges = [{"CidrIp": "10.0.0.0/16", "Description": "of the tasks"}]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 8443, "ToPort": 8443, "IpRanges": ranges}],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": [{"Key": "team", "Value": "web"}]}],
    )
    return group


def _endpoint(ec2: Any, vpc: str, **more: Any) -> str:
    endpoint: str = ec2.create_vpc_endpoint(VpcId=vpc, **more)["VpcEndpoint"]["VpcEndpointId"]
    return endpoint
