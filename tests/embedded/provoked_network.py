"""Provocations of the rules for subnets, VPCs, gateways, addresses and private zones."""

from typing import Any

import boto3

from tests.embedded.provocations import REGION, S3, Account, code_of, provokes


@provokes("subnet-in-use")
def subnet_of_an_endpoint(account: Account) -> str:
    endpoint = account.interface()
    code = code_of(account.ec2.delete_subnet, SubnetId=account.a)
    account.delete_endpoint(endpoint)
    account.ec2.delete_subnet(SubnetId=account.a)
    return code


@provokes("subnet-of-nat-gateway")
def subnet_of_a_nat_gateway(account: Account) -> str:
    account.internet_gateway()
    gateway = account.nat_gateway()
    code = code_of(account.ec2.delete_subnet, SubnetId=account.a)
    account.end_nat_gateway(gateway)
    account.ec2.delete_subnet(SubnetId=account.a)
    return code


@provokes("subnet-associations-end")
def associations_of_a_deleted_subnet(account: Account) -> str:
    account.ec2.associate_route_table(RouteTableId=account.table, SubnetId=account.a)
    account.ec2.delete_subnet(SubnetId=account.a)
    account.ec2.delete_route_table(RouteTableId=account.table)
    only = [{"Name": "vpc-id", "Values": [account.vpc]}]
    for acl in account.ec2.describe_network_acls(Filters=only)["NetworkAcls"]:
        assert [row["SubnetId"] for row in acl["Associations"]] == [account.b]
    return ""


@provokes("vpc-in-use")
def vpc_with_parts(account: Account) -> str:
    ec2 = account.ec2
    vpc = account.new_vpc()
    delete = {"VpcId": vpc}
    codes = set()

    def expect_refusal() -> None:
        codes.add(code_of(ec2.delete_vpc, **delete))

    subnet = account.subnet("10.0.9.0/24", "a", vpc)
    expect_refusal()
    ec2.delete_subnet(SubnetId=subnet)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    expect_refusal()
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    group = account.new_group("own", vpc)
    expect_refusal()
    ec2.delete_security_group(GroupId=group)
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    expect_refusal()
    ec2.delete_network_acl(NetworkAclId=acl)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    expect_refusal()
    ec2.delete_route_table(RouteTableId=table)
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3)["VpcEndpoint"]["VpcEndpointId"]
    expect_refusal()
    account.delete_endpoint(endpoint)
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"] == []
    assert code_of(ec2.delete_vpc, **delete) == "InvalidVpcID.NotFound"
    [code] = codes
    return code


@provokes("route-table-in-use")
def route_table_with_a_subnet(account: Account) -> str:
    made = account.ec2.associate_route_table(RouteTableId=account.table, SubnetId=account.a)
    code = code_of(account.ec2.delete_route_table, RouteTableId=account.table)
    account.ec2.disassociate_route_table(AssociationId=made["AssociationId"])
    account.ec2.delete_route_table(RouteTableId=account.table)
    return code


@provokes("main-route-table-deleted")
def main_route_table(account: Account) -> str:
    only = [{"Name": "vpc-id", "Values": [account.vpc]}, {"Name": "association.main", "Values": ["true"]}]
    [table] = account.ec2.describe_route_tables(Filters=only)["RouteTables"]
    return code_of(account.ec2.delete_route_table, RouteTableId=table["RouteTableId"])


@provokes("internet-gateway-in-use")
def internet_gateway_with_addresses(account: Account) -> str:
    internet = account.internet_gateway()
    gateway = account.nat_gateway()
    detach = {"InternetGatewayId": internet, "VpcId": account.vpc}
    code = code_of(account.ec2.detach_internet_gateway, **detach)
    account.end_nat_gateway(gateway)
    account.ec2.detach_internet_gateway(**detach)
    return code


@provokes("internet-gateway-attached")
def attached_internet_gateway(account: Account) -> str:
    return code_of(account.ec2.delete_internet_gateway, InternetGatewayId=account.internet_gateway())


@provokes("network-acl-in-use")
def network_acl_with_subnets(account: Account) -> str:
    acl = account.acl()
    only = [{"Name": "association.subnet-id", "Values": [account.a]}]
    [former] = account.ec2.describe_network_acls(Filters=only)["NetworkAcls"]
    [association] = [row for row in former["Associations"] if row["SubnetId"] == account.a]
    account.ec2.replace_network_acl_association(AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl)
    return code_of(account.ec2.delete_network_acl, NetworkAclId=acl)


@provokes("default-network-acl-deleted")
def default_network_acl(account: Account) -> str:
    vpc = account.new_vpc()
    only = [{"Name": "vpc-id", "Values": [vpc]}]
    [acl] = account.ec2.describe_network_acls(Filters=only)["NetworkAcls"]
    return code_of(account.ec2.delete_network_acl, NetworkAclId=acl["NetworkAclId"])


@provokes("interface-in-use")
def interface_of_an_endpoint(account: Account) -> str:
    account.interface()
    [interface] = account.interfaces()
    own = account.ec2.create_network_interface(SubnetId=account.b)["NetworkInterface"]["NetworkInterfaceId"]
    account.ec2.delete_network_interface(NetworkInterfaceId=own)
    return code_of(account.ec2.delete_network_interface, NetworkInterfaceId=interface["NetworkInterfaceId"])


@provokes("address-in-use")
def address_of_a_nat_gateway(account: Account) -> str:
    account.internet_gateway()
    allocation = account.address()
    gateway = account.nat_gateway(AllocationId=allocation)
    code = code_of(account.ec2.release_address, AllocationId=allocation)
    account.end_nat_gateway(gateway)
    return code


@provokes("address-of-deleting-nat-gateway")
def address_of_a_deleting_nat_gateway(account: Account) -> str:
    account.internet_gateway()
    allocation = account.address()
    gateway = account.nat_gateway(AllocationId=allocation)
    account.settings.deleting_calls = 2
    account.ec2.delete_nat_gateway(NatGatewayId=gateway)
    code = code_of(account.ec2.release_address, AllocationId=allocation)
    assert [account.nat(gateway)["State"] for _ in range(3)] == ["deleting", "deleting", "deleted"]
    account.ec2.release_address(AllocationId=allocation)
    return code


@provokes("address-unknown")
def unknown_address(account: Account) -> str:
    return code_of(account.ec2.release_address, AllocationId="eipalloc-0123456789abcdef0")


@provokes("address-quota")
def too_many_addresses(account: Account) -> str:
    account.settings.quotas = {"L-0263D0A3": len(account.ec2.describe_addresses()["Addresses"]) + 1}
    allocation = account.address()
    code = code_of(account.ec2.allocate_address, Domain="vpc")
    account.ec2.release_address(AllocationId=allocation)
    return code


@provokes("nat-gateway-unknown")
def unknown_nat_gateway(account: Account) -> str:
    asked = {"NatGatewayId": "nat-0123456789abcdef0"}
    assert code_of(account.nat, gateway=asked["NatGatewayId"]) == "NatGatewayNotFound"
    return code_of(account.ec2.delete_nat_gateway, **asked)


@provokes("nat-gateway-without-address")
def nat_gateway_without_an_address(account: Account) -> str:
    return code_of(account.ec2.create_nat_gateway, SubnetId=account.a)


@provokes("nat-gateway-without-internet")
def nat_gateway_without_internet_gateway(account: Account) -> str:
    account.settings.pending_calls = 1
    allocation = account.address()
    gateway = account.nat_gateway(AllocationId=allocation)
    assert [account.nat(gateway)["State"] for _ in range(2)] == ["pending", "failed"]
    account.ec2.release_address(AllocationId=allocation)
    account.ec2.create_nat_gateway(SubnetId=account.a, ConnectivityType="private")
    return failure_of(account, gateway)


@provokes("nat-gateway-address-in-use")
def nat_gateway_with_an_address_in_use(account: Account) -> str:
    account.internet_gateway()
    allocation = account.address()
    first = account.nat_gateway(AllocationId=allocation)
    second = account.nat_gateway(AllocationId=allocation)
    assert account.nat(first)["State"] == "available"
    account.end_nat_gateway(first)
    return failure_of(account, second)


def failure_of(account: Account, gateway: str) -> str:
    row = account.nat(gateway)
    assert row["State"] == "failed"
    assert row["FailureMessage"]
    return str(row["FailureCode"])


@provokes("nat-gateway-quota")
def too_many_nat_gateways(account: Account) -> str:
    account.settings.quotas = {"L-FE5A380F": 1}
    gateway = account.ec2.create_nat_gateway(SubnetId=account.b, ConnectivityType="private")["NatGateway"]
    asked = {"ConnectivityType": "private"}
    code = code_of(account.ec2.create_nat_gateway, SubnetId=account.b, **asked)
    account.ec2.delete_nat_gateway(NatGatewayId=gateway["NatGatewayId"])
    account.ec2.create_nat_gateway(SubnetId=account.b, **asked)
    return code


@provokes("nat-gateway-states")
def states_of_a_nat_gateway(account: Account) -> str:
    account.internet_gateway()
    account.settings.pending_seconds, account.settings.deleting_seconds = 30, 30
    gateway = account.nat_gateway()
    states = [account.nat(gateway)["State"]]
    account.settings.advance(31)
    states.append(account.nat(gateway)["State"])
    account.ec2.delete_nat_gateway(NatGatewayId=gateway)
    states.append(account.nat(gateway)["State"])
    account.settings.advance(31)
    states.append(account.nat(gateway)["State"])
    assert states == ["pending", "available", "deleting", "deleted"]
    account.settings.advance(3601)
    assert code_of(account.nat, gateway=gateway) == "NatGatewayNotFound"
    for address in account.ec2.describe_addresses()["Addresses"]:
        if "AssociationId" not in address:
            account.ec2.release_address(AllocationId=address["AllocationId"])
    return ""


@provokes("vpc-attributes-at-once")
def two_attributes(account: Account) -> str:
    both = {"EnableDnsSupport": {"Value": True}, "EnableDnsHostnames": {"Value": True}}
    return code_of(account.ec2.modify_vpc_attribute, VpcId=account.vpc, **both)


@provokes("vpc-hostnames-without-support")
def hostnames_without_support(account: Account) -> str:
    account.ec2.modify_vpc_attribute(VpcId=account.vpc, EnableDnsHostnames={"Value": False})
    account.ec2.modify_vpc_attribute(VpcId=account.vpc, EnableDnsSupport={"Value": False})
    return code_of(account.ec2.modify_vpc_attribute, VpcId=account.vpc, EnableDnsHostnames={"Value": True})


def zone_of(account: Account, name: str) -> tuple[Any, str, dict[str, str]]:
    route53 = boto3.client("route53")
    vpc = {"VPCRegion": REGION, "VPCId": account.vpc}
    made = route53.create_hosted_zone(Name=name, VPC=vpc, CallerReference=f"{name}-{account.vpc}")
    return route53, made["HostedZone"]["Id"], vpc


@provokes("zone-associated-twice")
def zone_of_the_same_name(account: Account) -> str:
    route53, zone, vpc = zone_of(account, "a.example")
    other = {"VPCRegion": REGION, "VPCId": account.new_vpc()}
    route53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=other)
    assert code_of(route53.associate_vpc_with_hosted_zone, HostedZoneId=zone, VPC=other) == "ConflictingDomainExists"
    return code_of(route53.associate_vpc_with_hosted_zone, HostedZoneId=zone, VPC=vpc)


@provokes("zone-vpc-unknown")
def zone_for_an_unknown_vpc(account: Account) -> str:
    route53, zone, vpc = zone_of(account, "b.example")
    unknown = vpc | {"VPCId": "vpc-0123456789abcdef0"}
    return code_of(route53.associate_vpc_with_hosted_zone, HostedZoneId=zone, VPC=unknown)


@provokes("zone-not-associated")
def zone_without_the_vpc(account: Account) -> str:
    route53, zone, vpc = zone_of(account, "c.example")
    other = vpc | {"VPCId": account.new_vpc()}
    return code_of(route53.disassociate_vpc_from_hosted_zone, HostedZoneId=zone, VPC=other)


@provokes("zone-last-vpc")
def last_vpc_of_a_zone(account: Account) -> str:
    route53, zone, vpc = zone_of(account, "d.example")
    other = vpc | {"VPCId": account.new_vpc()}
    route53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=other)
    route53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone, VPC=vpc)
    return code_of(route53.disassociate_vpc_from_hosted_zone, HostedZoneId=zone, VPC=other)


def service_of(account: Account, **awsvpc: list[str]) -> tuple[Any, dict[str, Any]]:
    """A service, and a way to give it another network."""
    ecs = boto3.client("ecs", REGION)
    ecs.create_cluster(clusterName=account.vpc)
    definition = ecs.register_task_definition(
        family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 64}]
    )["taskDefinition"]["taskDefinitionArn"]
    network = {"awsvpcConfiguration": {"subnets": [account.a], "securityGroups": [account.group]}}
    place = {"cluster": account.vpc, "networkConfiguration": network}
    ecs.create_service(**place, serviceName="web", taskDefinition=definition)
    network["awsvpcConfiguration"] |= awsvpc
    return ecs, place | {"service": "web"}


@provokes("service-network-unknown")
def service_in_an_unknown_subnet(account: Account) -> str:
    ecs, asked = service_of(account, securityGroups=["sg-0123456789abcdef0"])
    assert code_of(ecs.update_service, **asked) == "InvalidParameterException"
    asked["networkConfiguration"]["awsvpcConfiguration"] = {"subnets": ["subnet-0123456789abcdef0"]}
    code = code_of(ecs.update_service, **asked)
    [row] = ecs.describe_services(cluster=account.vpc, services=["web"])["services"]
    assert row["networkConfiguration"]["awsvpcConfiguration"]["subnets"] == [account.a]
    asked["networkConfiguration"]["awsvpcConfiguration"] = {"subnets": [account.b]}
    ecs.update_service(**asked)
    return code


@provokes("service-networks-of-two-vpcs")
def service_with_a_group_of_another_vpc(account: Account) -> str:
    ecs, asked = service_of(account, securityGroups=[account.new_group("foreign", account.new_vpc())])
    return code_of(ecs.update_service, **asked)
