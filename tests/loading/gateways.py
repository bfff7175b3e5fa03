"""Gateways, interfaces, peering connections, prefix lists and route tables of a scenario."""

from typing import Any

from tests.loading.documents import Documents, NotLoadableError, Row

_TARGETS = ("GatewayId", "NatGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId")
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_OF_AWS = "com.amazonaws."


def create_gateways(ec2: Any, documents: Documents) -> None:
    """Create everything that a route may lead to, but endpoints."""
    _create_prefix_lists(ec2, documents)
    for row in documents["InternetGateways"]:
        made = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        documents.ids[row["InternetGatewayId"]] = made
        for attachment in row["Attachments"]:
            ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=documents.id_of(attachment["VpcId"]))
    for row in documents["NatGateways"]:
        _create_nat_gateway(ec2, documents, row)
    for row in documents["VpcPeeringConnections"]:
        _create_peering(ec2, documents, row)


def create_interfaces(ec2: Any, documents: Documents) -> None:
    """Create the interfaces that belong to the user; those of endpoints and gateways come with them."""
    for row in documents["NetworkInterfaces"]:
        if row.get("InterfaceType", "interface") != "interface":
            continue
        if "Attachment" in row:
            raise NotLoadableError("instances")
        groups = [documents.id_of(group["GroupId"]) for group in row["Groups"]]
        made = ec2.create_network_interface(
            SubnetId=documents.id_of(row["SubnetId"]), PrivateIpAddress=row["PrivateIpAddress"], Groups=groups
        )["NetworkInterface"]["NetworkInterfaceId"]
        documents.ids[row["NetworkInterfaceId"]] = made
        if "Association" in row:
            address = ec2.allocate_address(Domain="vpc")["AllocationId"]
            ec2.associate_address(AllocationId=address, NetworkInterfaceId=made)
        if "SourceDestCheck" in row:
            check = {"Value": row["SourceDestCheck"]}
            ec2.modify_network_interface_attribute(NetworkInterfaceId=made, SourceDestCheck=check)


def create_tables(ec2: Any, documents: Documents) -> None:
    """Create the route tables with their associations; their routes come after the endpoints."""
    for row in documents["RouteTables"]:
        vpc = documents.id_of(row["VpcId"])
        if any(association.get("Main") for association in row["Associations"]):
            filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
            [table] = ec2.describe_route_tables(Filters=filters)["RouteTables"]
        else:
            table = ec2.create_route_table(VpcId=vpc)["RouteTable"]
        made = documents.ids[row["RouteTableId"]] = table["RouteTableId"]
        for association in row["Associations"]:
            if "GatewayId" in association:
                raise NotLoadableError("route tables of gateways")
            if "SubnetId" in association:
                ec2.associate_route_table(RouteTableId=made, SubnetId=documents.id_of(association["SubnetId"]))


def create_routes(ec2: Any, documents: Documents) -> None:
    """Create the routes but the local ones, and those that gateway endpoints made."""
    for table in documents["RouteTables"]:
        for route in table["Routes"]:
            target = next((name for name in _TARGETS if name in route), "")
            value = route.get(target, "")
            if value == "local" or (value.startswith("vpce-") and "DestinationPrefixListId" in route):
                continue
            if not target or value.startswith(("vgw-", "vpce-")):
                raise NotLoadableError("routes to transit gateways, VPN gateways or load balancers")
            destination = {name: documents.renamed(route[name]) for name in _DESTINATIONS if name in route}
            made = {"RouteTableId": documents.id_of(table["RouteTableId"]), **destination}
            if route.get("State", "active") == "active":
                ec2.create_route(**made, **{target: documents.id_of(value)})
            else:
                _create_black_hole(ec2, documents, table["VpcId"], made)
    for row in documents["NatGateways"]:
        if row["State"] == "deleted":
            ec2.delete_nat_gateway(NatGatewayId=documents.id_of(row["NatGatewayId"]))


def _create_black_hole(ec2: Any, documents: Documents, vpc: str, route: Row) -> None:
    """Create a route to a NAT gateway that is deleted then."""
    subnet = next(row["SubnetId"] for row in documents["Subnets"] if row["VpcId"] == vpc)
    given = {"SubnetId": documents.id_of(subnet), "ConnectivityType": "private"}
    nat = ec2.create_nat_gateway(**given)["NatGateway"]["NatGatewayId"]
    ec2.create_route(**route, NatGatewayId=nat)
    ec2.delete_nat_gateway(NatGatewayId=nat)


def _create_nat_gateway(ec2: Any, documents: Documents, row: Row) -> None:
    works = row["State"] in {"available", "deleted"}
    if not works or "SubnetId" not in row or row.get("AvailabilityMode") == "regional":
        raise NotLoadableError("NAT gateways that are regional, or failed")
    given: Row = {"SubnetId": documents.id_of(row["SubnetId"])}
    if row.get("ConnectivityType", "public") == "private":
        given["ConnectivityType"] = "private"
    else:
        given["AllocationId"] = ec2.allocate_address(Domain="vpc")["AllocationId"]
    documents.ids[row["NatGatewayId"]] = ec2.create_nat_gateway(**given)["NatGateway"]["NatGatewayId"]


def _create_peering(ec2: Any, documents: Documents, row: Row) -> None:
    if row["Status"]["Code"] != "active":
        raise NotLoadableError("peering connections that are not active")
    requester, accepter = row["RequesterVpcInfo"], row["AccepterVpcInfo"]
    if accepter["VpcId"] not in documents.ids or requester["VpcId"] not in documents.ids:
        raise NotLoadableError("resources of another account")
    made = ec2.create_vpc_peering_connection(
        VpcId=documents.id_of(requester["VpcId"]), PeerVpcId=documents.id_of(accepter["VpcId"])
    )["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
    documents.ids[row["VpcPeeringConnectionId"]] = made


def _create_prefix_lists(ec2: Any, documents: Documents) -> None:
    of_aws = {row["PrefixListName"]: row["PrefixListId"] for row in ec2.describe_prefix_lists()["PrefixLists"]}
    entries = {
        asked["PrefixListId"]: answer["Entries"] for asked, answer in documents.calls("GetManagedPrefixListEntries")
    }
    for row in documents["PrefixLists"]:
        name = row["PrefixListName"]
        if name in of_aws:
            documents.ids[row["PrefixListId"]] = of_aws[name]
            continue
        if name.startswith(_OF_AWS) or row["PrefixListId"] not in entries:
            raise NotLoadableError("prefix lists that the embedded AWS lacks")
        made = ec2.create_managed_prefix_list(
            PrefixListName=name,
            AddressFamily=row.get("AddressFamily", "IPv4"),
            MaxEntries=20,
            Entries=[{"Cidr": entry["Cidr"]} for entry in entries[row["PrefixListId"]]],
        )["PrefixList"]["PrefixListId"]
        documents.ids[row["PrefixListId"]] = made
