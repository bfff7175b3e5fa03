"""A plan's changes, applied to the documents that AWS's describe calls answer with: the planner has no part in it.

A change is what ``skerry plan --format json`` prints. Whatever AWS would refuse raises `RefusedChangeError`.
"""

import ipaddress
import json
from collections.abc import Callable, Iterable
from typing import Any, cast

Row = dict[str, Any]
Document = dict[str, Any]

EVERYWHERE = "0.0.0.0/0"
S3_BLOCKS = ["3.5.64.0/21", "52.218.0.0/17"]


class RefusedChangeError(Exception):
    """A change of something that does not exist, or that is there already."""


class ManualStepError(Exception):
    """A change that no document shows, such as advice."""


def apply_change(document: Document, change: Row) -> None:
    """Apply one change of a plan to a document, in place."""
    kind, details = change["kind"], change["details"]
    if kind not in _APPLIED:
        raise ManualStepError(kind)
    _APPLIED[kind](document, details)


def is_applicable(changes: Iterable[Row]) -> bool:
    """Tell whether documents show all of the changes; settings of what is no service are a manual step."""
    return all(change["kind"] in _APPLIED and change["disposition"] != "manual" for change in changes)


def _row(document: Document, key: str, field: str, value: str) -> Row:
    for row in document.get(key, []):
        if row.get(field) == value:
            return cast("Row", row)
    raise RefusedChangeError(f"no {field} {value}")


def _create_group(document: Document, details: Row) -> None:
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    document.setdefault("SecurityGroups", []).append(
        {
            "GroupId": details["group_id"],
            "GroupName": details["name"],
            "Description": details["description"],
            "VpcId": details["vpc_id"],
            "IpPermissions": [],
            "IpPermissionsEgress": [everything],
        }
    )


def _authorize(document: Document, details: Row) -> None:
    group = _row(document, "SecurityGroups", "GroupId", details["group_id"])
    rule = details["rule"]
    permission: Row = {"IpProtocol": rule["protocol"], "FromPort": rule["port"], "ToPort": rule["port"]}
    peer = rule["peer"]
    if peer.startswith("sg-"):
        _row(document, "SecurityGroups", "GroupId", peer)
        permission["UserIdGroupPairs"] = [{"GroupId": peer}]
    elif peer.startswith("pl-"):
        _row(document, "PrefixLists", "PrefixListId", peer)
        permission["PrefixListIds"] = [{"PrefixListId": peer}]
    else:
        permission["IpRanges"] = [{"CidrIp": peer}]
    side = "IpPermissions" if details["direction"] == "in" else "IpPermissionsEgress"
    if permission in group[side]:
        raise RefusedChangeError("InvalidPermission.Duplicate")
    group[side].append(permission)


def _add_entry(document: Document, details: Row) -> None:
    acl = _row(document, "NetworkAcls", "NetworkAclId", details["acl_id"])
    egress = details["direction"] == "out"
    if any(entry["Egress"] == egress and entry["RuleNumber"] == details["number"] for entry in acl["Entries"]):
        raise RefusedChangeError("NetworkAclEntryAlreadyExists")
    first, last = details["ports"]
    entry = {"RuleNumber": details["number"], "RuleAction": "allow", "Egress": egress, "Protocol": "6"}
    acl["Entries"].append(entry | {"CidrBlock": details["cidr"], "PortRange": {"From": first, "To": last}})


def _interface(document: Document, subnet_id: str, groups: list[str], name: str) -> Row:
    """Return an interface of an endpoint, at the highest free address of its subnet."""
    subnet = _row(document, "Subnets", "SubnetId", subnet_id)
    taken = {row.get("PrivateIpAddress") for row in document.get("NetworkInterfaces", [])}
    hosts = list(ipaddress.ip_network(subnet["CidrBlock"]))[4:-1]
    return {
        "NetworkInterfaceId": name,
        "VpcId": subnet["VpcId"],
        "SubnetId": subnet_id,
        "InterfaceType": "vpc_endpoint",
        "PrivateIpAddress": next(str(host) for host in reversed(hosts) if str(host) not in taken),
        "Groups": [{"GroupId": group} for group in groups],
    }


def _place(document: Document, endpoint: Row, subnets: list[str]) -> None:
    """Give an endpoint an interface in each of the subnets."""
    groups = [group["GroupId"] for group in endpoint.get("Groups", [])]
    for subnet_id in subnets:
        zones = {_row(document, "Subnets", "SubnetId", name).get("AvailabilityZone") for name in endpoint["SubnetIds"]}
        if endpoint["SubnetIds"] and _row(document, "Subnets", "SubnetId", subnet_id).get("AvailabilityZone") in zones:
            raise RefusedChangeError("DuplicateSubnetsInSameZone")
        name = f"eni-{endpoint['VpcEndpointId']}-{subnet_id}"
        document.setdefault("NetworkInterfaces", []).append(_interface(document, subnet_id, groups, name))
        endpoint["SubnetIds"].append(subnet_id)
        endpoint.setdefault("NetworkInterfaceIds", []).append(name)


def _policy(details: Row) -> str:
    everything = {"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]}
    return json.dumps(details.get("policy") or everything)


def _create_interface_endpoint(document: Document, details: Row) -> None:
    for group in details["groups"]:
        _row(document, "SecurityGroups", "GroupId", group)
    same = (row for row in document.get("VpcEndpoints", []) if row["VpcId"] == details["vpc_id"])
    named = (row for row in same if row["ServiceName"] == details["service_name"] and row.get("PrivateDnsEnabled"))
    if any(row["State"] == "available" for row in named):
        raise RefusedChangeError("private-dns-enabled cannot be set because there is already a conflicting DNS domain")
    endpoint = {
        "VpcEndpointId": details["endpoint_id"],
        "VpcEndpointType": "Interface",
        "VpcId": details["vpc_id"],
        "ServiceName": details["service_name"],
        "State": "available",
        "PolicyDocument": _policy(details),
        "PrivateDnsEnabled": details["private_dns"],
        "IpAddressType": details["ip_address_type"],
        "SubnetIds": [],
        "Groups": [{"GroupId": group} for group in details["groups"]],
    }
    _place(document, endpoint, details["subnets"])
    document.setdefault("VpcEndpoints", []).append(endpoint)


def _create_gateway_endpoint(document: Document, details: Row) -> None:
    listed = {row["PrefixListId"] for row in document.get("PrefixLists", [])}
    if details["prefix_list"] not in listed:
        row = {"PrefixListId": details["prefix_list"], "PrefixListName": details["service_name"], "Cidrs": S3_BLOCKS}
        document.setdefault("PrefixLists", []).append(row)
    endpoint = {
        "VpcEndpointId": details["endpoint_id"],
        "VpcEndpointType": "Gateway",
        "VpcId": details["vpc_id"],
        "ServiceName": details["service_name"],
        "State": "available",
        "PolicyDocument": _policy(details),
        "PrivateDnsEnabled": False,
        "RouteTableIds": [],
    }
    _route(document, endpoint, details["route_tables"], details["prefix_list"])
    document.setdefault("VpcEndpoints", []).append(endpoint)


def _route(document: Document, endpoint: Row, tables: list[str], prefix_list: str) -> None:
    for table_id in tables:
        table = _row(document, "RouteTables", "RouteTableId", table_id)
        same = [row for row in table["Routes"] if row.get("DestinationPrefixListId") == prefix_list]
        if same:
            raise RefusedChangeError("RouteAlreadyExists")
        route = {"DestinationPrefixListId": prefix_list, "GatewayId": endpoint["VpcEndpointId"], "State": "active"}
        table["Routes"].append(route)
        endpoint.setdefault("RouteTableIds", []).append(table_id)


def _modify_endpoint(document: Document, details: Row) -> None:
    endpoint = _row(document, "VpcEndpoints", "VpcEndpointId", details["endpoint_id"])
    for group in details["groups"]:
        _row(document, "SecurityGroups", "GroupId", group)
        endpoint.setdefault("Groups", []).append({"GroupId": group})
        for row in document.get("NetworkInterfaces", []):
            if row["NetworkInterfaceId"] in endpoint.get("NetworkInterfaceIds", []):
                row["Groups"].append({"GroupId": group})
    endpoint.setdefault("SubnetIds", [])
    _place(document, endpoint, details["subnets"])
    if details["route_tables"]:
        _route(document, endpoint, details["route_tables"], details["prefix_list"])
    if details["private_dns"] is not None:
        endpoint["PrivateDnsEnabled"] = details["private_dns"]
    if details.get("policy"):
        endpoint["PolicyDocument"] = json.dumps(details["policy"])


def _set_attribute(document: Document, details: Row) -> None:
    name = {"enable_dns_support": "EnableDnsSupport", "enable_dns_hostnames": "EnableDnsHostnames"}
    rows = [row for row in document.get("VpcAttributes", []) if row["VpcId"] == details["vpc_id"]]
    for row in rows:
        row[name[details["attribute"]]] = {"Value": True}
    if not rows:
        raise RefusedChangeError(details["vpc_id"])


def _delete_endpoint(document: Document, details: Row) -> None:
    endpoint = _row(document, "VpcEndpoints", "VpcEndpointId", details["endpoint_id"])
    document["VpcEndpoints"].remove(endpoint)
    for table in document["RouteTables"]:
        table["Routes"] = [row for row in table["Routes"] if row.get("GatewayId") != details["endpoint_id"]]


def _delete_route(document: Document, details: Row) -> None:
    table = _row(document, "RouteTables", "RouteTableId", details["route_table_id"])
    to = details["destination"]
    same = [
        row for row in table["Routes"] if to in {row.get("DestinationPrefixListId"), row.get("DestinationCidrBlock")}
    ]
    if not same:
        raise RefusedChangeError("InvalidRoute.NotFound")
    table["Routes"] = [row for row in table["Routes"] if row not in same]


def _create_nat_gateway(document: Document, details: Row) -> None:
    """Add a public NAT gateway with its interface and its address.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
    """
    if _row(document, "Subnets", "SubnetId", details["subnet_id"])["VpcId"] != details["vpc_id"]:
        raise RefusedChangeError("InvalidSubnet")
    name = f"eni-{details['nat_gateway_id']}"
    interface = _interface(document, details["subnet_id"], [], name) | {"InterfaceType": "nat_gateway"}
    public = {"PublicIp": "198.51.100.99"}
    document.setdefault("NetworkInterfaces", []).append(interface | {"Association": public})
    address = {"PrivateIp": interface["PrivateIpAddress"], "NetworkInterfaceId": name} | public
    document.setdefault("NatGateways", []).append(
        {
            "NatGatewayId": details["nat_gateway_id"],
            "VpcId": details["vpc_id"],
            "SubnetId": details["subnet_id"],
            "State": "available",
            "NatGatewayAddresses": [address | {"AllocationId": details["allocation_id"]}],
        }
    )


def _add_route(document: Document, table_id: str, kind: str, target: str) -> None:
    table = _row(document, "RouteTables", "RouteTableId", table_id)
    if any(row.get("DestinationCidrBlock") == EVERYWHERE for row in table["Routes"]):
        raise RefusedChangeError("RouteAlreadyExists")
    table["Routes"].append({"DestinationCidrBlock": EVERYWHERE, "State": "active"} | _target(document, kind, target))


def _target(document: Document, kind: str, target: str) -> Row:
    """Return the key of a route's target, which must exist in a usable state."""
    if kind == "nat-gateway":
        if _row(document, "NatGateways", "NatGatewayId", target)["State"] != "available":
            raise RefusedChangeError("InvalidNatGatewayID.NotFound")
        return {"NatGatewayId": target}
    if not _row(document, "InternetGateways", "InternetGatewayId", target)["Attachments"]:
        raise RefusedChangeError("InvalidGatewayID.NotFound")
    return {"GatewayId": target}


def _route_to_nat(document: Document, details: Row) -> None:
    _add_route(document, details["route_table_id"], "nat-gateway", details["nat_gateway_id"])


def _route_to_internet_gateway(document: Document, details: Row) -> None:
    _add_route(document, details["route_table_id"], "internet-gateway", details["internet_gateway_id"])


def _replace_route(document: Document, details: Row) -> None:
    table = _row(document, "RouteTables", "RouteTableId", details["route_table_id"])
    to = {"DestinationCidrBlock": details["destination"]}
    if not any(row.items() >= to.items() for row in table["Routes"]):
        raise RefusedChangeError("there is no route defined for the destination")
    route = to | {"State": "active"} | _target(document, details["target_kind"], details["target"])
    table["Routes"] = [route if row.items() >= to.items() else row for row in table["Routes"]]


def _configure_service(document: Document, details: Row) -> None:
    """Change the settings of a service; it starts its tasks with them after a deployment.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
    """
    same = [
        row
        for row in document.get("services", [])
        if row["serviceName"] == details["service"] and row["clusterArn"].rpartition("/")[2] == details["cluster"]
    ]
    if not same:
        raise RefusedChangeError("ServiceNotFoundException")
    awsvpc = same[0]["networkConfiguration"]["awsvpcConfiguration"]
    if details["assign_public_ip"] is not None:
        awsvpc["assignPublicIp"] = "ENABLED" if details["assign_public_ip"] else "DISABLED"
    for key, names in (("subnets", details["subnets"]), ("securityGroups", details["groups"])):
        if names:
            awsvpc[key] = list(names)
    if details["platform_version"]:
        same[0]["platformVersion"] = details["platform_version"]


_APPLIED: dict[str, Callable[[Document, Row], None]] = {
    "create-security-group": _create_group,
    "authorize-rule": _authorize,
    "add-acl-entry": _add_entry,
    "create-interface-endpoint": _create_interface_endpoint,
    "create-gateway-endpoint": _create_gateway_endpoint,
    "modify-endpoint": _modify_endpoint,
    "set-vpc-attribute": _set_attribute,
    "delete-endpoint": _delete_endpoint,
    "delete-route": _delete_route,
    "create-nat-gateway": _create_nat_gateway,
    "route-to-nat": _route_to_nat,
    "route-to-internet-gateway": _route_to_internet_gateway,
    "replace-route": _replace_route,
    "configure-service": _configure_service,
}
