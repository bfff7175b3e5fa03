"""Every single change of a network that some preferences allow, in the form of ``skerry plan --format json``."""

import ipaddress
from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]
Document = dict[str, Any]

ANYWHERE = "0.0.0.0/0"
REPLIES = (32_768, 65_535)
HTTPS = (443, 443)


def single_changes(document: Document, *, nat: bool = False, public: bool = False) -> Iterator[Row]:
    """Yield each change that may repair the network alone, with access to the internet as it is preferred."""
    yield from _rules(document)
    yield from _entries(document, to_internet=nat or public)
    if not nat:
        yield from _endpoint_changes(document)
    if nat or public:
        yield from _routes(document, nat=nat)
    if public:
        yield from _public_addresses(document)
    for row in document["VpcAttributes"]:
        for attribute in ("enable_dns_support", "enable_dns_hostnames"):
            yield _change("set-vpc-attribute", vpc_id=row["VpcId"], attribute=attribute)


def _change(kind: str, **details: Any) -> Row:
    return {"kind": kind, "details": details}


def _rule(group: str, direction: str, peer: str) -> Row:
    return _change(
        "authorize-rule", group_id=group, direction=direction, rule={"protocol": "tcp", "port": 443, "peer": peer}
    )


def _rules(document: Document) -> Iterator[Row]:
    """Yield HTTPS out of each group, and into each group that only endpoints have, from a subnet of tasks."""
    others = {
        group["GroupId"]
        for row in document.get("NetworkInterfaces", [])
        if row.get("InterfaceType") != "vpc_endpoint"
        for group in row.get("Groups", [])
    }
    configurations = [
        service.get("networkConfiguration", {}).get("awsvpcConfiguration", {}) for service in document["services"]
    ]
    of_tasks = {group for row in configurations for group in row.get("securityGroups", [])}
    subnets = {subnet for row in configurations for subnet in row.get("subnets", [])}
    blocks = [row["CidrBlock"] for row in document["Subnets"] if row["SubnetId"] in subnets and "CidrBlock" in row]
    for group in document.get("SecurityGroups", []):
        yield _rule(group["GroupId"], "out", ANYWHERE)
        if group["GroupId"] not in others | of_tasks and group.get("GroupName") != "default":
            yield from (_rule(group["GroupId"], "in", block) for block in blocks)


def _routes(document: Document, *, nat: bool) -> Iterator[Row]:
    """Yield a default route of each table to each gateway; public addresses need one in the tasks' own subnets."""
    in_scope = {row["RouteTableId"] for row in document["RouteTables"] if nat or _is_of_tasks(document, row)}
    gateways = [("internet-gateway", row["InternetGatewayId"]) for row in document.get("InternetGateways", [])]
    if nat:
        gateways += [("nat-gateway", row["NatGatewayId"]) for row in document.get("NatGateways", [])]
    for table in (row for row in document["RouteTables"] if row["RouteTableId"] in in_scope):
        current = [row for row in table["Routes"] if row.get("DestinationCidrBlock") == ANYWHERE]
        for kind, target in gateways:
            if any(target in (row.get("GatewayId"), row.get("NatGatewayId")) for row in current):
                continue
            of_table = {"route_table_id": table["RouteTableId"]}
            if current:
                # A route in use is somebody's decision; a dead one may be replaced.
                if all(row["State"] != "active" for row in current):
                    to = of_table | {"destination": ANYWHERE, "target_kind": kind, "target": target}
                    yield _change("replace-route", **to)
            elif kind == "nat-gateway":
                yield _change("route-to-nat", **of_table, nat_gateway_id=target)
            else:
                yield _change("route-to-internet-gateway", **of_table, internet_gateway_id=target)


def _is_of_tasks(document: Document, table: Row) -> bool:
    """Tell whether a route table belongs to a subnet of a service."""
    tasks = {
        subnet
        for row in document["services"]
        for subnet in row.get("networkConfiguration", {}).get("awsvpcConfiguration", {}).get("subnets", [])
    }
    own = {row["SubnetId"] for other in document["RouteTables"] for row in other["Associations"] if "SubnetId" in row}
    of_table = {row.get("SubnetId") for row in table["Associations"]}
    return bool(tasks & of_table) or (bool(tasks - own) and any(row.get("Main") for row in table["Associations"]))


def _public_addresses(document: Document) -> Iterator[Row]:
    nothing: Row = {"platform_version": None, "subnets": [], "groups": []}
    for row in document["services"]:
        cluster = row["clusterArn"].rpartition("/")[2]
        yield _change(
            "configure-service", **nothing, service=row["serviceName"], cluster=cluster, assign_public_ip=True
        )


def _entries(document: Document, *, to_internet: bool) -> Iterator[Row]:
    for acl in document["NetworkAcls"]:
        for direction, egress in (("in", False), ("out", True)):
            taken = {row["RuleNumber"] for row in acl["Entries"] if row["Egress"] == egress}
            numbers = {next(number for number in range(1, 32_767) if number not in taken)}
            for ports in (HTTPS, REPLIES):
                if egress and ports == HTTPS and not to_internet and _is_routed_out(document, acl):
                    continue
                for number in numbers:
                    yield _change(
                        "add-acl-entry",
                        acl_id=acl["NetworkAclId"],
                        number=number,
                        direction=direction,
                        cidr=ANYWHERE,
                        ports=list(ports),
                    )


def _is_routed_out(document: Document, acl: Row) -> bool:
    """Tell whether a route to public addresses leads out of a subnet of the ACL, other than by an endpoint."""
    subnets = {row["SubnetId"] for row in acl["Associations"]}
    for table in document["RouteTables"]:
        of_table = {row.get("SubnetId") for row in table["Associations"]} | (
            subnets if any(row.get("Main") for row in table["Associations"]) else set()
        )
        if subnets & of_table and any(map(_leads_out, table["Routes"])):
            return True
    return False


def _leads_out(route: Row) -> bool:
    block = route.get("DestinationCidrBlock")
    if block is None or str(route.get("GatewayId", "")).startswith(("local", "vpce-")):
        return False
    return not ipaddress.ip_network(block).is_private


def _endpoint_changes(document: Document) -> Iterator[Row]:
    """Yield private DNS of each endpoint, and each gateway endpoint on another route table."""
    nothing: Row = {"subnets": [], "groups": [], "route_tables": [], "private_dns": None, "policy": None}
    lists = {row["PrefixListName"]: row["PrefixListId"] for row in document.get("PrefixLists", [])}
    gateways = {row["ServiceName"] for row in document["VpcEndpoints"] if row.get("VpcEndpointType") == "Gateway"}
    for row in document["VpcEndpoints"]:
        more = nothing | {"endpoint_id": row["VpcEndpointId"]}
        if row.get("VpcEndpointType") != "Gateway":
            yield _change("modify-endpoint", **(more | {"private_dns": True}))
            continue
        for table in document["RouteTables"]:
            listed = lists.get(row["ServiceName"])
            if table["RouteTableId"] not in row.get("RouteTableIds", []) and listed:
                yield _change(
                    "modify-endpoint", **(more | {"route_tables": [table["RouteTableId"]], "prefix_list": listed})
                )
    for name in lists.keys() - gateways:
        if name.endswith(".s3"):
            for table in document["RouteTables"]:
                yield _change(
                    "create-gateway-endpoint",
                    endpoint_id="vpce-0another",
                    vpc_id=table["VpcId"],
                    service_name=name,
                    route_tables=[table["RouteTableId"]],
                    prefix_list=lists[name],
                    policy=None,
                )
