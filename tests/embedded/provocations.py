"""Provocations of AWS's rules: each breaks one rule in an account of its own VPC, and returns the error code."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from skerry.embedded.settings import Settings

REGION = "eu-west-1"
ECR = f"com.amazonaws.{REGION}.ecr.api"
S3 = f"com.amazonaws.{REGION}.s3"
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


class Account:
    """A client, and a new VPC with two subnets in two zones, a route table and a group."""

    def __init__(self, ec2: Any, settings: Settings) -> None:
        self.settings = settings
        self.ec2 = ec2
        self.vpc = self.new_vpc()
        self.a, self.b = (self.subnet(f"10.0.{number}.0/24", zone) for number, zone in ((1, "a"), (2, "b")))
        self.table: str = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.group = self.new_group("tasks")

    def new_vpc(self) -> str:
        vpc: str = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        return vpc

    def subnet(self, block: str, zone: str, vpc: str | None = None) -> str:
        place = {"VpcId": vpc or self.vpc, "CidrBlock": block, "AvailabilityZone": f"{REGION}{zone}"}
        subnet: str = self.ec2.create_subnet(**place)["Subnet"]["SubnetId"]
        return subnet

    def new_group(self, name: str, vpc: str | None = None, **more: Any) -> str:
        group: str = self.ec2.create_security_group(
            GroupName=name, Description="of a test", VpcId=vpc or self.vpc, **more
        )["GroupId"]
        return group

    def interface(self, **more: Any) -> str:
        asked = {"SubnetIds": [self.a], "SecurityGroupIds": [self.group]} | more
        return self.endpoint(VpcEndpointType="Interface", **({"ServiceName": ECR} | asked))

    def gateway(self, **more: Any) -> str:
        return self.endpoint(**({"ServiceName": S3, "RouteTableIds": [self.table]} | more))

    def endpoint(self, **asked: Any) -> str:
        endpoint: str = self.ec2.create_vpc_endpoint(VpcId=self.vpc, **asked)["VpcEndpoint"]["VpcEndpointId"]
        return endpoint

    def endpoints(self) -> dict[str, Any]:
        rows = self.ec2.describe_vpc_endpoints()["VpcEndpoints"]
        return {row["VpcEndpointId"]: row for row in rows if row["VpcId"] == self.vpc}

    def interfaces(self) -> list[dict[str, Any]]:
        only = [{"Name": "vpc-id", "Values": [self.vpc]}]
        rows: list[dict[str, Any]] = self.ec2.describe_network_interfaces(Filters=only)["NetworkInterfaces"]
        return rows

    def delete_endpoint(self, endpoint: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"]
        return items

    def internet_gateway(self) -> str:
        gateway: str = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        return gateway

    def address(self) -> str:
        allocation: str = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        return allocation

    def nat_gateway(self, **more: Any) -> str:
        asked = {"SubnetId": self.a} | more
        if "AllocationId" not in asked:
            asked["AllocationId"] = self.address()
        gateway: str = self.ec2.create_nat_gateway(**asked)["NatGateway"]["NatGatewayId"]
        return gateway

    def nat(self, gateway: str) -> dict[str, Any]:
        [row] = self.ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"]
        return dict(row)

    def end_nat_gateway(self, gateway: str) -> None:
        """Delete a NAT gateway and release its address."""
        addresses = [row.get("AllocationId") for row in self.nat(gateway)["NatGatewayAddresses"]]
        self.ec2.delete_nat_gateway(NatGatewayId=gateway)
        for allocation in filter(None, addresses):
            self.ec2.release_address(AllocationId=allocation)

    def allow(self, *peers: dict[str, Any], group: str | None = None, **more: Any) -> None:
        permissions = [HTTPS | peer for peer in peers]
        self.ec2.authorize_security_group_ingress(GroupId=group or self.group, IpPermissions=permissions, **more)

    def rules(self, group: str | None = None) -> list[dict[str, Any]]:
        only = [{"Name": "group-id", "Values": [group or self.group]}]
        rows = self.ec2.describe_security_group_rules(Filters=only)["SecurityGroupRules"]
        return [row for row in rows if not row["IsEgress"]]

    def routes(self, table: str | None = None) -> dict[str, dict[str, Any]]:
        [row] = self.ec2.describe_route_tables(RouteTableIds=[table or self.table])["RouteTables"]
        return {
            route.get("DestinationCidrBlock") or route.get("DestinationPrefixListId") or "ipv6": route
            for route in row["Routes"]
        }

    def acl(self) -> str:
        acl: str = self.ec2.create_network_acl(VpcId=self.vpc)["NetworkAcl"]["NetworkAclId"]
        return acl


Provocation = Callable[[Account], str]
PROVOCATIONS: dict[str, list[Provocation]] = {}
ERRORS: list[ClientError] = []
"""The errors that the provocations met, as boto3 raised them."""


def provokes(rule: str) -> Callable[[Provocation], Provocation]:
    """Enter a function as a provocation of a rule; a rule may have several."""

    def enter(provocation: Provocation) -> Provocation:
        PROVOCATIONS.setdefault(rule, []).append(provocation)
        return provocation

    return enter


def code_of(call: Callable[..., Any], **parameters: Any) -> str:
    """The error code of a refused call; empty if it succeeds."""
    try:
        call(**parameters)
    except ClientError as error:
        ERRORS.append(error)
        return str(error.response["Error"]["Code"])
    return ""


def block(cidr: str, description: str | None = None) -> dict[str, Any]:
    return {"IpRanges": [{"CidrIp": cidr} | ({} if description is None else {"Description": description})]}


def peer(group: str) -> dict[str, Any]:
    return {"UserIdGroupPairs": [{"GroupId": group}]}
