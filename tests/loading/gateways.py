"""Gateways, interfaces, prefix lists and route tables of a scenario."""

from typing import Any

from tests.loading.connections import create_connections
from tests.loading.documents import Documents, Row
from tests.loading.reasons import ENTRIES_NOT_READ, PROPAGATED_ROUTES, REGIONAL_NAT
from tests.loading.stand_ins import list_of_s3, target_of
from tests.loading.states import set_entries_of_aws

_TARGETS = ("GatewayId", "NatGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId", "TransitGatewayId")
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def create_gateways(ec2: Any, documents: Documents) -> None:
    """Create everything that a route may lead to, but endpoints."""
    _create_prefix_lists(ec2, documents)
    for row in documents["InternetGateways"]:
        made = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        documents.ids[row["InternetGatewayId"]] = made
        # A route needs an attached gateway; the attachment of another one goes away afterwards.
        for attachment in row["Attachments"] or [{"VpcId": documents["Vpcs"][0]["VpcId"]}]:
            ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=documents.id_of(attachment["VpcId"]))
    for row in documents["NatGateways"]:
        _create_nat_gateway(ec2, documents, row)
    create_connections(ec2, documents)


def create_interfaces(ec2: Any, documents: Documents) -> None:
    """Create the interfaces that belong to the user; those of endpoints and gateways come with them."""
    for row in documents["NetworkInterfaces"]:
        if row.get("InterfaceType", "interface") != "interface":
            continue
        groups = [documents.id_of(group["GroupId"]) for group in row["Groups"]]
        made = ec2.create_network_interface(
            SubnetId=documents.id_of(row["SubnetId"]), PrivateIpAddress=row["PrivateIpAddress"], Groups=groups
        )["NetworkInterface"]["NetworkInterfaceId"]
        documents.ids[row["NetworkInterfaceId"]] = made
        if "Attachment" in row:
            _start_instance(ec2, documents, row["Attachment"]["InstanceId"], made)
        if "Association" in row:
            address = ec2.allocate_address(Domain="vpc")["AllocationId"]
            ec2.associate_address(AllocationId=address, NetworkInterfaceId=made)
        if "SourceDestCheck" in row:
            check = {"Value": row["SourceDestCheck"]}
            ec2.modify_network_interface_attribute(NetworkInterfaceId=made, SourceDestCheck=check)


def _start_instance(ec2: Any, documents: Documents, name: str, interface: str) -> None:
    """Start an instance with an existing interface."""
    image = ec2.register_image(Name=name, RootDeviceName="/dev/sda1")["ImageId"]
    interfaces = [{"NetworkInterfaceId": interface, "DeviceIndex": 0}]
    started = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, NetworkInterfaces=interfaces)
    documents.ids[name] = started["Instances"][0]["InstanceId"]


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
            if "SubnetId" in association:
                ec2.associate_route_table(RouteTableId=made, SubnetId=documents.id_of(association["SubnetId"]))


def create_routes(ec2: Any, documents: Documents) -> None:
    """Create the routes but the local ones, and those that gateway endpoints made."""
    for table in documents["RouteTables"]:
        for route in table["Routes"]:
            target = next((name for name in _TARGETS if name in route), "")
            value = route.get(target, "")
            if value == "local":
                continue
            if value.startswith("vpce-") and "DestinationPrefixListId" in route:
                _serve_other_vpc(ec2, documents, table, value)
                continue
            if value.startswith("vpce-"):
                # DescribeRouteTables shows the endpoint of a load balancer as a gateway.
                target = "VpcEndpointId"
            if route.get("Origin") == "EnableVgwRoutePropagation":
                documents.borrow("route_tables", PROPAGATED_ROUTES)
            named = {name: route[name] for name in _DESTINATIONS if name in route}
            destination = {name: _destination(ec2, documents, value) for name, value in named.items()}
            made = {"RouteTableId": documents.id_of(table["RouteTableId"]), **destination}
            if route.get("State", "active") == "active":
                ec2.create_route(**made, **{target: target_of(ec2, documents, value, table["VpcId"])})
            else:
                _create_black_hole(ec2, documents, table["VpcId"], made)


def end_gateways(ec2: Any, documents: Documents) -> None:
    """Delete and detach the gateways that a scenario has so, once they have their routes."""
    for row in documents["NatGateways"]:
        if row["State"] == "deleted":
            ec2.delete_nat_gateway(NatGatewayId=documents.id_of(row["NatGatewayId"]))
    vpc = documents.ids[documents["Vpcs"][0]["VpcId"]]
    for row in documents["InternetGateways"]:
        if not row["Attachments"]:
            ec2.detach_internet_gateway(InternetGatewayId=documents.id_of(row["InternetGatewayId"]), VpcId=vpc)


def _serve_other_vpc(ec2: Any, documents: Documents, table: Row, name: str) -> None:
    """Create a second gateway endpoint for a route table of another VPC: one endpoint serves its own VPC only.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    # The route of a deleted endpoint goes with it: a scenario that keeps one has no other way either.
    row = next((item for item in documents["VpcEndpoints"] if item["VpcEndpointId"] == name), None)
    if row is not None and row["VpcId"] != table["VpcId"]:
        ec2.create_vpc_endpoint(
            VpcId=documents.id_of(table["VpcId"]),
            ServiceName=row["ServiceName"],
            VpcEndpointType="Gateway",
            RouteTableIds=[documents.id_of(table["RouteTableId"])],
        )


def _destination(ec2: Any, documents: Documents, name: str) -> str:
    """Return a destination; a list without a document is AWS's list of S3."""
    if name.startswith("pl-") and name not in documents.ids:
        return list_of_s3(ec2, documents, name)
    return str(documents.renamed(name))


def _create_black_hole(ec2: Any, documents: Documents, vpc: str, route: Row) -> None:
    """Create a route to a NAT gateway that is deleted then."""
    subnet = next(row["SubnetId"] for row in documents["Subnets"] if row["VpcId"] == vpc)
    given = {"SubnetId": documents.id_of(subnet), "ConnectivityType": "private"}
    nat = ec2.create_nat_gateway(**given)["NatGateway"]["NatGatewayId"]
    ec2.create_route(**route, NatGatewayId=nat)
    ec2.delete_nat_gateway(NatGatewayId=nat)


def _create_nat_gateway(ec2: Any, documents: Documents, row: Row) -> None:
    if row.get("AvailabilityMode") == "regional":
        documents.borrow("nat_gateways", REGIONAL_NAT)
    subnet = row.get("SubnetId") or next(
        item["SubnetId"] for item in documents["Subnets"] if item["VpcId"] == row["VpcId"]
    )
    given: Row = {"SubnetId": documents.id_of(subnet)}
    if row.get("ConnectivityType", "public") == "private":
        given["ConnectivityType"] = "private"
    else:
        given["AllocationId"] = ec2.allocate_address(Domain="vpc")["AllocationId"]
    documents.ids[row["NatGatewayId"]] = ec2.create_nat_gateway(**given)["NatGateway"]["NatGatewayId"]


def _create_prefix_lists(ec2: Any, documents: Documents) -> None:
    of_aws = {row["PrefixListName"]: row["PrefixListId"] for row in ec2.describe_prefix_lists()["PrefixLists"]}
    entries = {
        asked["PrefixListId"]: answer["Entries"] for asked, answer in documents.calls("GetManagedPrefixListEntries")
    }
    for row in documents["PrefixLists"]:
        name = row["PrefixListName"]
        if name in of_aws:
            documents.ids[row["PrefixListId"]] = of_aws[name]
            if "Cidrs" in row:
                set_entries_of_aws(of_aws[name], row["Cidrs"], documents.region)
            continue
        if row["PrefixListId"] not in entries:
            documents.borrow("prefix_lists", ENTRIES_NOT_READ)
        made = ec2.create_managed_prefix_list(
            PrefixListName=name,
            AddressFamily=row.get("AddressFamily", "IPv4"),
            MaxEntries=20,
            Entries=[{"Cidr": entry["Cidr"]} for entry in entries.get(row["PrefixListId"], [])],
        )["PrefixList"]["PrefixListId"]
        documents.ids[row["PrefixListId"]] = made
