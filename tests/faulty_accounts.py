"""Faults of the demo account that plans mend: what is wrong in the embedded AWS, and how it is read."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

from skerry import app
from skerry.app.reading import Gathered
from skerry.aws.session import Account
from skerry.embedded.demo_deployment import DemoDeployment

REGION = "eu-west-1"
EVERYTHING = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
Fault = Callable[[Any, DemoDeployment], None]


def endpoints(ec2: Any, kind: str = "Interface") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    return [row for row in rows if row["VpcEndpointType"] == kind]


def nothing(ec2: Any, deployment: DemoDeployment) -> None:
    """The article's network: no endpoint at all."""


def hostnames_off(ec2: Any, deployment: DemoDeployment) -> None:
    ec2.modify_vpc_attribute(VpcId=deployment.network.vpc, EnableDnsHostnames={"Value": False})


def private_dns_off(ec2: Any, deployment: DemoDeployment) -> None:
    del deployment
    for row in endpoints(ec2):
        ec2.modify_vpc_endpoint(VpcEndpointId=row["VpcEndpointId"], PrivateDnsEnabled=False)


def another_group(ec2: Any, deployment: DemoDeployment) -> None:
    """The endpoints admit nobody."""
    [group] = {group["GroupId"] for row in endpoints(ec2) for group in row["Groups"]}
    [row] = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=row["IpPermissions"])
    del deployment


def s3_on_no_table(ec2: Any, deployment: DemoDeployment) -> None:
    for row in endpoints(ec2, "Gateway"):
        ec2.modify_vpc_endpoint(
            VpcEndpointId=row["VpcEndpointId"], RemoveRouteTableIds=[deployment.network.route_table]
        )


def closed_tasks(ec2: Any, deployment: DemoDeployment) -> None:
    ec2.revoke_security_group_egress(GroupId=deployment.network.task_group, IpPermissions=EVERYTHING)


def refusing_policy(ec2: Any, deployment: DemoDeployment) -> None:
    del deployment
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:List*","Resource":"*"}]}'
    )
    for row in endpoints(ec2, "Gateway"):
        ec2.modify_vpc_endpoint(VpcEndpointId=row["VpcEndpointId"], PolicyDocument=policy)


def no_way_back(ec2: Any, deployment: DemoDeployment) -> None:
    """A network ACL that lets nothing back in."""
    acl = ec2.create_network_acl(VpcId=deployment.network.vpc)["NetworkAcl"]["NetworkAclId"]
    for egress, ports in ((True, (443, 443)), (False, (443, 443))):
        ec2.create_network_acl_entry(
            NetworkAclId=acl,
            RuleNumber=100,
            Protocol="6",
            RuleAction="allow",
            Egress=egress,
            CidrBlock="0.0.0.0/0",
            PortRange={"From": ports[0], "To": ports[1]},
        )
    only = [{"Name": "association.subnet-id", "Values": list(deployment.network.subnets)}]
    for row in ec2.describe_network_acls(Filters=only)["NetworkAcls"]:
        for association in row["Associations"]:
            if association["SubnetId"] in deployment.network.subnets:
                ec2.replace_network_acl_association(
                    AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl
                )


def public_subnet(ec2: Any, deployment: DemoDeployment) -> None:
    """A subnet with a way to the internet, beside those of the tasks."""
    vpc = deployment.network.vpc
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    zone = ec2.describe_subnets(SubnetIds=deployment.network.subnets)["Subnets"][0]["AvailabilityZone"]
    [block] = [row["CidrBlock"] for row in ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]]
    last = list(ip_network(block).subnets(new_prefix=28))[-1]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=str(last), AvailabilityZone=zone)["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)


def read() -> Gathered:
    return app.read_account(Account(region=REGION))


def network_of(gathered: Gathered) -> dict[str, Any]:
    """Everything that a plan may change, without order."""
    facts = gathered.world.facts
    kinds = ("vpc_attributes", "security_groups", "network_acls", "route_tables", "vpc_endpoints", "zones")
    return {kind: sorted(map(repr, getattr(facts, kind))) for kind in kinds}


FAULTS: list[Fault] = [
    nothing,
    hostnames_off,
    private_dns_off,
    another_group,
    s3_on_no_table,
    closed_tasks,
    refusing_policy,
    no_way_back,
]
