"""VPCs, subnets, groups, network ACLs and endpoints of a scenario."""

import json
from collections.abc import Iterator
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID

from tests.loading.documents import Documents, Row
from tests.loading.reasons import ABSENT_ZONES, FIPS_NAMES, IPV6_SUBNET, PUBLIC_ACCESS, SHARED_SUBNET
from tests.loading.stand_ins import group_of, list_of_s3, subnet_of, table_of

_ANY = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
_OF_ENDPOINT = ("VpcEndpointType", "ServiceName", "PrivateDnsEnabled", "DnsOptions")
_LAST_ENTRY = 32766
_SPARE = "10.0.250.0/24"
_AMAZON = ["AmazonProvidedDNS"]


def create_network(ec2: Any, documents: Documents) -> None:
    """Create the VPCs with their subnets and interfaces."""
    for row in documents["Vpcs"]:
        _create_vpc(ec2, documents, row)
    for row in documents["Subnets"]:
        _create_subnet(ec2, documents, row)


def create_groups(ec2: Any, documents: Documents) -> None:
    """Create the security groups, then the rules, since groups refer to each other."""
    for row in documents["SecurityGroups"]:
        documents.ids[row["GroupId"]] = _group(ec2, documents, row)
    for row in documents["SecurityGroups"]:
        group = documents.id_of(row["GroupId"])
        for rule in (*row["IpPermissions"], *row["IpPermissionsEgress"]):
            for prefix_list in rule.get("PrefixListIds", []):
                if prefix_list["PrefixListId"] not in documents.ids:
                    list_of_s3(ec2, documents, prefix_list["PrefixListId"])
        if rules := documents.renamed(row["IpPermissions"]):
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[_rule(rule) for rule in rules])
        if rules := documents.renamed(row["IpPermissionsEgress"]):
            ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[_rule(rule) for rule in rules])


def create_acls(ec2: Any, documents: Documents) -> None:
    """Create the network ACLs with their entries, and associate them."""
    for row in documents["NetworkAcls"]:
        vpc = documents.id_of(row["VpcId"])
        acl = documents.ids[row["NetworkAclId"]] = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
        for entry in row["Entries"]:
            if entry["RuleNumber"] <= _LAST_ENTRY:
                ec2.create_network_acl_entry(NetworkAclId=acl, **entry)
        for association in row["Associations"]:
            _associate_acl(ec2, acl, documents.id_of(association["SubnetId"]))


def create_endpoints(ec2: Any, elb: Any, documents: Documents) -> None:
    """Create the endpoints that work; a private name needs both attributes of the VPC, which are set afterwards."""
    if any("fips" in json.dumps(row) for row in documents["taskDefinitions"]):
        documents.borrow("vpc_endpoints", FIPS_NAMES)
    for row in documents["VpcEndpoints"]:
        lists = {"SubnetIds": [subnet_of(ec2, documents, item, row["VpcId"]) for item in row.get("SubnetIds", [])]}
        lists["RouteTableIds"] = [table_of(ec2, documents, item, row["VpcId"]) for item in row.get("RouteTableIds", [])]
        lists["SecurityGroupIds"] = [group_of(ec2, documents, group["GroupId"]) for group in row.get("Groups", [])]
        lists = {name: items for name, items in lists.items() if items}
        given = {
            name: row[name]
            for name in ("VpcEndpointType", "ServiceName", "PrivateDnsEnabled", "DnsOptions")
            if name in row
        }
        if row["VpcEndpointType"] == "GatewayLoadBalancer":
            given["ServiceName"] = _service_of_load_balancer(ec2, elb, lists["SubnetIds"])
        policy = {"PolicyDocument": documents.text(row["PolicyDocument"])} if "PolicyDocument" in row else {}
        made = ec2.create_vpc_endpoint(VpcId=documents.id_of(row["VpcId"]), **given, **lists, **policy)["VpcEndpoint"]
        documents.ids[row["VpcEndpointId"]] = made["VpcEndpointId"]
        if made.get("NetworkInterfaceIds"):
            _remember_addresses(ec2, documents, row, made)


def _service_of_load_balancer(ec2: Any, elb: Any, subnets: list[str]) -> str:
    """Create the endpoint service of a Gateway Load Balancer, as of a firewall."""
    name = f"firewall-{len(elb.describe_load_balancers()['LoadBalancers'])}"
    [balancer] = elb.create_load_balancer(Name=name, Type="gateway", Subnets=subnets)["LoadBalancers"]
    service = ec2.create_vpc_endpoint_service_configuration(GatewayLoadBalancerArns=[balancer["LoadBalancerArn"]])
    return str(service["ServiceConfiguration"]["ServiceName"])


def _remember_addresses(ec2: Any, documents: Documents, row: Row, made: Row) -> None:
    """Note the addresses that AWS chose for an endpoint's interfaces, for the records that name them."""
    chosen = ec2.describe_network_interfaces(NetworkInterfaceIds=made["NetworkInterfaceIds"])["NetworkInterfaces"]
    by_subnet = {interface["SubnetId"]: interface["PrivateIpAddress"] for interface in chosen}
    for interface in documents["NetworkInterfaces"]:
        if interface["NetworkInterfaceId"] in row.get("NetworkInterfaceIds", []):
            documents.ids[interface["PrivateIpAddress"]] = by_subnet[documents.id_of(interface["SubnetId"])]


def set_attributes(ec2: Any, documents: Documents) -> None:
    """Set the DNS attributes as the scenario has them: hostnames first where both go off."""
    for row in documents["VpcAttributes"]:
        for name in ("EnableDnsHostnames", "EnableDnsSupport"):
            ec2.modify_vpc_attribute(VpcId=documents.id_of(row["VpcId"]), **{name: row[name]})


def _create_vpc(ec2: Any, documents: Documents, row: Row) -> None:
    if row.get("OwnerId", DEFAULT_ACCOUNT_ID) != DEFAULT_ACCOUNT_ID:
        documents.borrow("vpcs", SHARED_SUBNET)
    vpc = documents.ids[row["VpcId"]] = ec2.create_vpc(CidrBlock=row["CidrBlock"])["Vpc"]["VpcId"]
    for block in row.get("CidrBlockAssociationSet", []):
        if block["CidrBlock"] != row["CidrBlock"]:
            ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock=block["CidrBlock"])
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        ec2.modify_vpc_attribute(VpcId=vpc, **{name: {"Value": True}})
    options = next(item for item in documents["DhcpOptions"] if item["DhcpOptionsId"] == row["DhcpOptionsId"])
    configurations = [
        {"Key": item["Key"], "Values": [value["Value"] for value in item["Values"]]}
        for item in options["DhcpConfigurations"]
    ]
    if any(item["Values"] != _AMAZON for item in configurations):
        made = ec2.create_dhcp_options(DhcpConfigurations=configurations)["DhcpOptions"]["DhcpOptionsId"]
        ec2.associate_dhcp_options(DhcpOptionsId=made, VpcId=vpc)


def _create_subnet(ec2: Any, documents: Documents, row: Row) -> None:
    block = row.get("CidrBlock") or _SPARE
    zone = _zone_of(ec2, documents, row)
    subnet = ec2.create_subnet(VpcId=documents.id_of(row["VpcId"]), CidrBlock=block, **zone)["Subnet"]
    made = documents.ids[row["SubnetId"]] = subnet["SubnetId"]
    for reason in _differences(row, subnet):
        documents.borrow("subnets", reason)
    if row.get("MapPublicIpOnLaunch"):
        ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": True})


def _zone_of(ec2: Any, documents: Documents, row: Row) -> Row:
    """Return a subnet's zone by its id, as its name is another one in each account."""
    zones = ec2.describe_availability_zones()["AvailabilityZones"]
    names, ids = ({zone[key] for zone in zones} for key in ("ZoneName", "ZoneId"))
    if row.get("AvailabilityZoneId") in ids:
        return {"AvailabilityZoneId": row["AvailabilityZoneId"]}
    if "AvailabilityZoneId" not in row and row["AvailabilityZone"] in names:
        return {"AvailabilityZone": row["AvailabilityZone"]}
    documents.borrow("subnets", ABSENT_ZONES)
    return {"AvailabilityZone": min(names)}


def _differences(row: Row, subnet: Row) -> Iterator[str]:
    """Yield the reasons why the account's subnet is not the scenario's."""
    if row.get("Ipv6Native") or "Ipv6CidrBlockAssociationSet" in row:
        yield IPV6_SUBNET
    if "BlockPublicAccessStates" in row:
        yield PUBLIC_ACCESS
    if row.get("OwnerId", subnet["OwnerId"]) != subnet["OwnerId"]:
        yield SHARED_SUBNET


def _group(ec2: Any, documents: Documents, row: Row) -> str:
    """Create a group without rules; a new one lets everything out."""
    vpc = documents.id_of(row["VpcId"])
    if row["GroupName"] == "default":
        filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
        [group] = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
        ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
        made: str = group["GroupId"]
    else:
        made = ec2.create_security_group(GroupName=row["GroupName"], Description="-", VpcId=vpc)["GroupId"]
    ec2.revoke_security_group_egress(GroupId=made, IpPermissions=_ANY)
    return made


def _rule(rule: Row) -> Row:
    """Leave out what AWS fills in: the owners of groups, and empty lists."""
    pairs = [{"GroupId": pair["GroupId"]} for pair in rule.get("UserIdGroupPairs", [])]
    kept = {key: value for key, value in rule.items() if key != "UserIdGroupPairs" and value != []}
    return kept | ({"UserIdGroupPairs": pairs} if pairs else {})


def _associate_acl(ec2: Any, acl: str, subnet: str) -> None:
    filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
    for row in ec2.describe_network_acls(Filters=filters)["NetworkAcls"]:
        for association in row["Associations"]:
            if association["SubnetId"] == subnet:
                ec2.replace_network_acl_association(
                    AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl
                )
