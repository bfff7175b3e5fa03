"""Code of Terraform for the network of a scenario: each resource is named by its id."""

import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

REGION, ACCOUNT = "eu-west-1", "111122223333"
_TARGETS = {
    "EgressOnlyInternetGatewayId": "egress_only_gateway_id",
    "GatewayId": "gateway_id",
    "NatGatewayId": "nat_gateway_id",
    "NetworkInterfaceId": "network_interface_id",
    "TransitGatewayId": "transit_gateway_id",
    "VpcPeeringConnectionId": "vpc_peering_connection_id",
}
_DESTINATIONS = {
    "DestinationCidrBlock": "cidr_block",
    "DestinationIpv6CidrBlock": "ipv6_cidr_block",
    "DestinationPrefixListId": "destination_prefix_list_id",
}
_TYPES = {
    "att": "aws_ec2_transit_gateway_vpc_attachment",
    "eni": "aws_network_interface",
    "igw": "aws_internet_gateway",
    "nat": "aws_nat_gateway",
    "pcx": "aws_vpc_peering_connection",
    "tgw": "aws_ec2_transit_gateway",
    "vgw": "aws_vpn_gateway",
    "vpce": "aws_vpc_endpoint",
}
READ = {
    *("Vpcs", "VpcAttributes", "DhcpOptions", "Subnets", "RouteTables", "SecurityGroups", "NetworkAcls"),
    *("NetworkInterfaces", "InternetGateways", "NatGateways", "VpcEndpoints", "PrefixLists", "Calls", "HostedZones"),
    *("MountTargets", "services", "taskDefinitions", "clusters", "TransitGateways", "TransitGatewayVpcAttachments"),
    *("TransitGatewayAttachments", "TransitGatewayRouteTables", "VpcPeeringConnections", "pullThroughCacheRules"),
}


class CannotExpressError(ValueError):
    """A network that no configuration makes, such as one with a failed endpoint."""


def code_of(network: Json, *, inline: bool = True) -> str:
    """The root module that makes a network. Raises `CannotExpressError` if none does.

    ``inline``: inbound rules are blocks of their groups, and no resources.
    """
    if network.keys() - READ:
        raise CannotExpressError(sorted(network.keys() - READ))
    resources = [
        f'resource "{kind}" "{name}" {{\n{_body(values, 1)}}}\n'
        for kind, name, values in _Writer(network, inline=inline).resources()
    ]
    return "\n".join([_HEAD, *resources])


_HEAD = f"""terraform {{
  required_providers {{
    aws = {{
      source = "hashicorp/aws"
    }}
  }}
}}

provider "aws" {{
  region = "{REGION}"
}}
"""
_BLOCKS = {
    *(
        "alias",
        "authorization_config",
        "capacity_provider_strategy",
        "default_capacity_provider_strategy",
        "dns_options",
        "efs_volume_configuration",
        "entry",
    ),
    *("network_configuration", "runtime_platform", "subnet_configuration", "volume", "vpc"),
}


def _body(values: Json, depth: int) -> str:
    """Arguments and blocks; values of None are left out."""
    indent = "  " * depth
    text = ""
    for key, value in values.items():
        if key in _BLOCKS:
            for block in value if isinstance(value, list) else [value]:
                text += f"{indent}{key} {{\n{_body(block, depth + 1)}{indent}}}\n"
        elif value is not None:
            text += f"{indent}{key} = {json.dumps(value)}\n"
    return text


Resource = tuple[str, str, Json]


def _ref(kind: str, name: str, attribute: str = "id") -> str:
    return f"${{{kind}.{name}.{attribute}}}"


def _refuse_unless(condition: object, why: str) -> None:
    if not condition:
        raise CannotExpressError(why)


class _Writer:
    def __init__(self, network: Json, *, inline: bool) -> None:
        self._network = network
        self._inline = inline
        self._interfaces = {row["NetworkInterfaceId"]: row for row in self._rows("NetworkInterfaces")}
        self._gateways = {row["VpcEndpointId"]: row for row in self._rows("VpcEndpoints")
                          if row.get("VpcEndpointType") == "Gateway"}  # fmt: skip

    def _rows(self, key: str) -> list[Json]:
        rows: list[Json] = self._network.get(key, [])
        return rows

    def _calls(self, operation: str) -> Iterator[tuple[Json, Json]]:
        for call in self._rows("Calls"):
            if call["Call"]["operation"].rpartition(":")[2] == operation:
                yield call["Call"]["parameters"], call["Response"]

    def resources(self) -> Iterator[Resource]:
        for write in (
            *(self._vpcs, self._subnets, self._tables, self._groups, self._acls, self._ways_out, self._endpoints),
            *(self._other_interfaces, self._prefix_lists, self._zones, self._transit, self._peering),
            *(self._mount_targets, self._tasks),
        ):
            yield from write()

    def _vpcs(self) -> Iterator[Resource]:
        attributes = {row["VpcId"]: row for row in self._rows("VpcAttributes")}
        servers = {
            row["DhcpOptionsId"]: [
                value["Value"]
                for item in row.get("DhcpConfigurations", [])
                if item["Key"] == "domain-name-servers"
                for value in item["Values"]
            ]
            for row in self._rows("DhcpOptions")
        }
        for row in self._rows("Vpcs"):
            name, own = row["VpcId"], attributes.get(row["VpcId"], {})
            _refuse_unless("Ipv6CidrBlockAssociationSet" not in row, "IPv6 blocks are AWS's choice")
            _refuse_unless("EnableDnsSupport" in own and "EnableDnsHostnames" in own, "DNS attributes are not known")
            yield (
                "aws_vpc",
                name,
                {
                    "cidr_block": row["CidrBlock"],
                    "enable_dns_support": own["EnableDnsSupport"]["Value"],
                    "enable_dns_hostnames": own["EnableDnsHostnames"]["Value"],
                },
            )
            for item in row.get("CidrBlockAssociationSet", []):
                if item["CidrBlock"] != row["CidrBlock"]:
                    block = item["CidrBlock"].replace(".", "-").replace("/", "-")
                    values = {"vpc_id": _ref("aws_vpc", name), "cidr_block": item["CidrBlock"]}
                    yield "aws_vpc_ipv4_cidr_block_association", f"block-{block}", values
            chosen = servers.get(row.get("DhcpOptionsId"))
            _refuse_unless(chosen is not None, "DHCP options are not known")
            if chosen != ["AmazonProvidedDNS"]:
                options = f"{row['DhcpOptionsId']}-{name}"
                yield "aws_vpc_dhcp_options", options, {"domain_name_servers": chosen}
                values = {"vpc_id": _ref("aws_vpc", name), "dhcp_options_id": _ref("aws_vpc_dhcp_options", options)}
                yield "aws_vpc_dhcp_options_association", options, values

    def _subnets(self) -> Iterator[Resource]:
        for row in self._rows("Subnets"):
            _refuse_unless(row.get("AvailableIpAddressCount", 9) > 2, "a new subnet has free addresses")
            _refuse_unless("CidrBlock" in row and "OutpostArn" not in row, "no usual subnet")
            _refuse_unless(row.get("OwnerId", ACCOUNT) == ACCOUNT, "a shared subnet")
            values = {
                "vpc_id": _ref("aws_vpc", row["VpcId"]),
                "cidr_block": row["CidrBlock"],
                "availability_zone": row.get("AvailabilityZone"),
                "availability_zone_id": None if row.get("AvailabilityZone") else row.get("AvailabilityZoneId"),
            }
            yield "aws_subnet", row["SubnetId"], values

    def _tables(self) -> Iterator[Resource]:
        for row in self._rows("RouteTables"):
            name = row["RouteTableId"]
            routes = [route for route in row["Routes"] if route.get("GatewayId") not in ("local", *self._gateways)]
            values = {"vpc_id": _ref("aws_vpc", row["VpcId"]), "route": [self._route(route) for route in routes]}
            yield "aws_route_table", name, values
            for item in row.get("Associations", []):
                table = {"route_table_id": _ref("aws_route_table", name)}
                if item.get("Main"):
                    main = table | {"vpc_id": _ref("aws_vpc", row["VpcId"])}
                    yield "aws_main_route_table_association", name, main
                else:
                    _refuse_unless("SubnetId" in item, "a table of a gateway")
                    subnet = table | {"subnet_id": _ref("aws_subnet", item["SubnetId"])}
                    yield "aws_route_table_association", item["SubnetId"], subnet

    def _route(self, route: Json) -> Json:
        _refuse_unless(route.get("State", "active") == "active", "a black hole")
        _refuse_unless(route.get("Origin") != "EnableVgwRoutePropagation", "a propagated route")
        values: Json = dict.fromkeys((*_DESTINATIONS.values(), *_TARGETS.values(), *_NO_TARGETS))
        for key, argument in _DESTINATIONS.items():
            values[argument] = route.get(key)
        listed = route.get("DestinationPrefixListId")
        if listed:
            values["destination_prefix_list_id"] = self._list(listed)
        targets = [key for key in _TARGETS if key in route]
        _refuse_unless(len(targets) == 1 and "InstanceId" not in route, "a target that the writer does not know")
        values[_TARGETS[targets[0]]] = self._resource(route[targets[0]])
        return values

    def _resource(self, name: str) -> str:
        kind = _TYPES.get(name.partition("-")[0])
        _refuse_unless(kind, f"a target {name}")
        listed = {"aws_internet_gateway": "InternetGateways", "aws_nat_gateway": "NatGateways",
                  "aws_ec2_transit_gateway": "TransitGateways", "aws_vpc_peering_connection": "VpcPeeringConnections",
                  "aws_vpc_endpoint": "VpcEndpoints"}.get(str(kind))  # fmt: skip
        _refuse_unless(listed and any(name in row.values() for row in self._rows(listed)), f"{name} is not described")
        return _ref(str(kind), name)

    def _list(self, name: str) -> str:
        services = {row["PrefixListId"]: row.get("PrefixListName", "") for row in self._rows("PrefixLists")}
        service = services.get(name, "")
        if not service.startswith("com.amazonaws."):
            _refuse_unless(name in services, f"{name} is not described")
            return _ref("aws_ec2_managed_prefix_list", name)
        [gateway, *_] = [key for key, row in self._gateways.items() if row["ServiceName"] == service] or [None]
        _refuse_unless(gateway, "AWS's list without a gateway endpoint")
        return _ref("aws_vpc_endpoint", str(gateway), "prefix_list_id")

    def _groups(self) -> Iterator[Resource]:
        for row in self._rows("SecurityGroups"):
            name = row["GroupId"]
            _refuse_unless("IpPermissions" in row and "IpPermissionsEgress" in row, "rules are not known")
            vpc = {"vpc_id": _ref("aws_vpc", self._vpc_of(row))}
            egress = [self._rule(rule, name) for rule in row["IpPermissionsEgress"]]
            ingress = [self._rule(rule, name) for rule in row["IpPermissions"]]
            if row.get("GroupName") == "default":
                yield "aws_default_security_group", name, {**vpc, "egress": egress, "ingress": ingress}
                continue
            own = {"ingress": ingress} if self._inline else {}
            yield "aws_security_group", name, {**vpc, "name": name, "egress": egress, **own}
            single = [] if self._inline else [values for rule in row["IpPermissions"] for values in self._single(rule)]
            for number, values in enumerate(single):
                group = {"security_group_id": self._group(name)}
                yield "aws_vpc_security_group_ingress_rule", f"{name}-{number}", {**group, **values}

    def _vpc_of(self, row: Json) -> str:
        return str(row.get("VpcId", self._rows("Vpcs")[0]["VpcId"]))

    def _group(self, name: str) -> str:
        groups = {row["GroupId"]: row.get("GroupName") for row in self._rows("SecurityGroups")}
        _refuse_unless(name in groups, f"{name} is not described")
        kind = "aws_default_security_group" if groups[name] == "default" else "aws_security_group"
        return _ref(kind, name)

    def _rule(self, rule: Json, own: str) -> Json:
        """A rule as a block of its group."""
        pairs = [pair["GroupId"] for pair in rule.get("UserIdGroupPairs", [])]
        return {
            "description": "",
            "protocol": rule["IpProtocol"],
            "from_port": rule.get("FromPort", 0),
            "to_port": rule.get("ToPort", 0),
            "cidr_blocks": [item["CidrIp"] for item in rule.get("IpRanges", [])],
            "ipv6_cidr_blocks": [item["CidrIpv6"] for item in rule.get("Ipv6Ranges", [])],
            "prefix_list_ids": [self._list(item["PrefixListId"]) for item in rule.get("PrefixListIds", [])],
            "security_groups": [self._group(pair) for pair in pairs if pair != own],
            "self": own in pairs,
        }

    def _single(self, rule: Json) -> Iterator[Json]:
        """A rule as resources, one for each peer."""
        ports = {} if rule["IpProtocol"] == "-1" else {"from_port": rule["FromPort"], "to_port": rule["ToPort"]}
        common = {"ip_protocol": rule["IpProtocol"], **ports}
        yield from (common | {"cidr_ipv4": item["CidrIp"]} for item in rule.get("IpRanges", []))
        yield from (common | {"cidr_ipv6": item["CidrIpv6"]} for item in rule.get("Ipv6Ranges", []))
        yield from (
            common | {"prefix_list_id": self._list(item["PrefixListId"])} for item in rule.get("PrefixListIds", [])
        )
        yield from (
            common | {"referenced_security_group_id": self._group(pair["GroupId"])}
            for pair in rule.get("UserIdGroupPairs", [])
        )

    def _acls(self) -> Iterator[Resource]:
        for row in self._rows("NetworkAcls"):
            name = row["NetworkAclId"]
            _refuse_unless("Entries" in row and "Associations" in row, "entries are not known")
            ways: dict[str, list[Json]] = {"ingress": [], "egress": []}
            for entry in row["Entries"]:
                if entry["RuleNumber"] < 32767:
                    ways["egress" if entry["Egress"] else "ingress"].append(_entry(entry))
            subnets = [_ref("aws_subnet", item["SubnetId"]) for item in row["Associations"]]
            yield "aws_network_acl", name, {"vpc_id": _ref("aws_vpc", self._vpc_of(row)), "subnet_ids": subnets, **ways}

    def _other_interfaces(self) -> Iterator[Resource]:
        services = [*self._rows("VpcEndpoints"), *self._rows("MountTargets"), *self._rows("NatGateways")]
        text = json.dumps(services)
        for name, row in self._interfaces.items():
            if f'"{name}"' not in text:
                _refuse_unless(not row.keys() & {"Attachment", "Association", "Ipv6Addresses"}, "an attached interface")
                _refuse_unless(row.get("InterfaceType", "interface") == "interface", "an interface of a service")
                values = {
                    "subnet_id": _ref("aws_subnet", row["SubnetId"]),
                    "private_ips": [row["PrivateIpAddress"]],
                    "security_groups": [self._group(item["GroupId"]) for item in row["Groups"]],
                    "source_dest_check": row.get("SourceDestCheck"),
                }
                yield "aws_network_interface", name, values

    def _ways_out(self) -> Iterator[Resource]:
        for row in self._rows("InternetGateways"):
            vpcs = [item["VpcId"] for item in row.get("Attachments", []) if item["State"] in ("available", "attached")]
            yield "aws_internet_gateway", row["InternetGatewayId"], {"vpc_id": _ref("aws_vpc", vpcs[0])} if vpcs else {}
        for row in self._rows("NatGateways"):
            name = row["NatGatewayId"]
            _refuse_unless(row.get("State") == "available", "a NAT gateway that failed")
            _refuse_unless("SubnetId" in row, "a regional NAT gateway")
            [address, *_] = row["NatGatewayAddresses"]
            values = {
                "subnet_id": _ref("aws_subnet", row["SubnetId"]),
                "connectivity_type": row.get("ConnectivityType", "public"),
                "private_ip": address.get("PrivateIp"),
            }
            if values["connectivity_type"] == "public":
                yield "aws_eip", name, {"domain": "vpc"}
                values["allocation_id"] = _ref("aws_eip", name)
            yield "aws_nat_gateway", name, values

    def _endpoints(self) -> Iterator[Resource]:
        for row in self._rows("VpcEndpoints"):
            name, kind = row["VpcEndpointId"], row.get("VpcEndpointType")
            _refuse_unless(row.get("State") == "available", "an endpoint in another state")
            _refuse_unless(kind in ("Gateway", "Interface"), "an endpoint of another type")
            values: Json = {"vpc_id": _ref("aws_vpc", row["VpcId"]), "service_name": row["ServiceName"],
                            "vpc_endpoint_type": kind, "policy": row.get("PolicyDocument")}  # fmt: skip
            if kind == "Gateway":
                tables = {table["RouteTableId"] for table in self._rows("RouteTables")}
                values["route_table_ids"] = [
                    _ref("aws_route_table", table) for table in row["RouteTableIds"] if table in tables
                ]
                self._require_routes(name, row)
            else:
                values |= self._interface_endpoint(row)
            yield "aws_vpc_endpoint", name, values

    def _require_routes(self, name: str, row: Json) -> None:
        """A gateway endpoint has a route in each of its tables, and in no other one."""
        tables = {
            table["RouteTableId"]
            for table in self._rows("RouteTables")
            if any(route.get("GatewayId") == name for route in table["Routes"])
        }
        listed = {table["RouteTableId"] for table in self._rows("RouteTables")} & set(row["RouteTableIds"])
        _refuse_unless(tables == listed, "routes that the gateway endpoint does not make")

    def _interface_endpoint(self, row: Json) -> Json:
        interfaces = [self._interfaces.get(name) for name in row.get("NetworkInterfaceIds", [])]
        values = {
            "private_dns_enabled": row.get("PrivateDnsEnabled"),
            "subnet_ids": [_ref("aws_subnet", name) for name in row.get("SubnetIds", [])],
            "security_group_ids": [self._group(item["GroupId"]) for item in row.get("Groups", [])],
            "subnet_configuration": [
                {"subnet_id": _ref("aws_subnet", item["SubnetId"]), "ipv4": item["PrivateIpAddress"]}
                for item in interfaces
                if item is not None
            ],
        }
        options = row.get("DnsOptions", {})
        inbound = options.get("PrivateDnsOnlyForInboundResolverEndpoint", False)
        # Without the argument AWS would turn it on.
        if row["ServiceName"].endswith(".s3"):
            values["dns_options"] = {"private_dns_only_for_inbound_resolver_endpoint": inbound}
        return values

    def _prefix_lists(self) -> Iterator[Resource]:
        entries = {parameters["PrefixListId"]: response["Entries"]
                   for parameters, response in self._calls("GetManagedPrefixListEntries")}  # fmt: skip
        for row in self._rows("PrefixLists"):
            name = row["PrefixListId"]
            if not row.get("PrefixListName", "").startswith("com.amazonaws."):
                _refuse_unless(name in entries, "entries are not known")
                blocks = [{"cidr": entry["Cidr"]} for entry in entries[name]]
                values = {"name": row.get("PrefixListName"), "address_family": "IPv4", "max_entries": 9}
                yield "aws_ec2_managed_prefix_list", name, values | {"entry": blocks}

    def _zones(self) -> Iterator[Resource]:
        zones: dict[str, Json] = {}
        for parameters, response in self._calls("ListHostedZonesByVPC"):
            for row in response["HostedZoneSummaries"]:
                _refuse_unless("OwningService" not in row.get("Owner", {}), "a zone of AWS's own")
                zone = zones.setdefault(row["HostedZoneId"], {"name": row["Name"], "vpcs": []})
                zone["vpcs"].append(parameters["VPCId"])
        _refuse_unless("HostedZones" not in self._network, "zones without their VPCs")
        records = {
            parameters["HostedZoneId"]: response for parameters, response in self._calls("ListResourceRecordSets")
        }
        for name, zone in zones.items():
            _refuse_unless(name in records, "records are not known")
            blocks = [{"vpc_id": _ref("aws_vpc", vpc)} for vpc in dict.fromkeys(zone["vpcs"])]
            yield "aws_route53_zone", name, {"name": zone["name"].rstrip("."), "vpc": blocks}
            for number, row in enumerate(records[name]["ResourceRecordSets"]):
                if row["Type"] not in ("SOA", "NS"):
                    yield "aws_route53_record", f"{name}-{number}", self._record(name, row)

    def _record(self, zone: str, row: Json) -> Json:
        values = {"zone_id": _ref("aws_route53_zone", zone, "zone_id"), "name": row["Name"].replace("\\052", "*"),
                  "type": row["Type"]}  # fmt: skip
        _refuse_unless(not row.keys() & {"Weight", "SetIdentifier", "HealthCheckId"}, "records that take turns")
        if "AliasTarget" not in row:
            return values | {"ttl": 60, "records": [item["Value"] for item in row["ResourceRecords"]]}
        target = row["AliasTarget"]["DNSName"]
        for endpoint in self._rows("VpcEndpoints"):
            if target.startswith(f"{endpoint['VpcEndpointId']}-"):
                entry = f"${{aws_vpc_endpoint.{endpoint['VpcEndpointId']}.dns_entry[0]"
                alias = {"name": f"{entry}.dns_name}}", "zone_id": f"{entry}.hosted_zone_id}}"}
                return values | {"alias": {**alias, "evaluate_target_health": False}}
        raise CannotExpressError(f"an alias to {target}")

    def _transit(self) -> Iterator[Resource]:
        routes = {parameters["TransitGatewayRouteTableId"]: response["Routes"]
                  for parameters, response in self._calls("SearchTransitGatewayRoutes")}  # fmt: skip
        for row in self._rows("TransitGateways"):
            support = row.get("Options", {}).get("SecurityGroupReferencingSupport", "disable")
            off = {"default_route_table_association": "disable", "default_route_table_propagation": "disable"}
            values = {"security_group_referencing_support": support, **off}
            yield "aws_ec2_transit_gateway", row["TransitGatewayId"], values
        for row in self._rows("TransitGatewayVpcAttachments"):
            yield "aws_ec2_transit_gateway_vpc_attachment", row["TransitGatewayAttachmentId"], self._attachment(row)
        for row in self._rows("TransitGatewayRouteTables"):
            name = row["TransitGatewayRouteTableId"]
            gateway = {"transit_gateway_id": _ref("aws_ec2_transit_gateway", row["TransitGatewayId"])}
            yield "aws_ec2_transit_gateway_route_table", name, gateway
            _refuse_unless(name in routes, "routes are not known")
            for number, route in enumerate(routes[name]):
                yield "aws_ec2_transit_gateway_route", f"{name}-{number}", self._transit_route(name, route)
        for row in self._rows("TransitGatewayAttachments"):
            table = row.get("Association", {}).get("TransitGatewayRouteTableId")
            if table is not None:
                values = {
                    "transit_gateway_attachment_id": self._attached(row["TransitGatewayAttachmentId"]),
                    "transit_gateway_route_table_id": _ref("aws_ec2_transit_gateway_route_table", table),
                }
                yield "aws_ec2_transit_gateway_route_table_association", row["TransitGatewayAttachmentId"], values

    def _attached(self, name: str) -> str:
        rows = self._rows("TransitGatewayVpcAttachments")
        _refuse_unless(any(row["TransitGatewayAttachmentId"] == name for row in rows), "an attachment of no VPC")
        return _ref("aws_ec2_transit_gateway_vpc_attachment", name)

    def _attachment(self, row: Json) -> Json:
        _refuse_unless(row.get("State") == "available", "an attachment in another state")
        vpcs = {vpc["VpcId"] for vpc in self._rows("Vpcs")}
        _refuse_unless(row["VpcId"] in vpcs, "a VPC that is not described")
        options = row.get("Options", {})
        return {
            "transit_gateway_id": _ref("aws_ec2_transit_gateway", row["TransitGatewayId"]),
            "vpc_id": _ref("aws_vpc", row["VpcId"]),
            "subnet_ids": [_ref("aws_subnet", name) for name in row["SubnetIds"]],
            "appliance_mode_support": options.get("ApplianceModeSupport", "disable"),
            "security_group_referencing_support": options.get("SecurityGroupReferencingSupport"),
            "transit_gateway_default_route_table_association": False,
            "transit_gateway_default_route_table_propagation": False,
        }

    def _transit_route(self, table: str, route: Json) -> Json:
        values = {
            "transit_gateway_route_table_id": _ref("aws_ec2_transit_gateway_route_table", table),
            "destination_cidr_block": route["DestinationCidrBlock"],
        }
        if route.get("State") == "blackhole":
            return values | {"blackhole": True}
        [attachment, *others] = route["TransitGatewayAttachments"]
        _refuse_unless(not others, "several attachments")
        return values | {"transit_gateway_attachment_id": self._attached(attachment["TransitGatewayAttachmentId"])}

    def _peering(self) -> Iterator[Resource]:
        vpcs = {vpc["VpcId"] for vpc in self._rows("Vpcs")}
        for row in self._rows("VpcPeeringConnections"):
            sides = [row[f"{side}VpcInfo"] for side in ("Requester", "Accepter")]
            _refuse_unless(row["Status"]["Code"] == "active", "a route that is no black hole, and should be")
            _refuse_unless(all(side["VpcId"] in vpcs and side.get("Region", REGION) == REGION for side in sides),
                           "a VPC elsewhere")  # fmt: skip
            requester, accepter = (_ref("aws_vpc", side["VpcId"]) for side in sides)
            values = {"vpc_id": requester, "peer_vpc_id": accepter, "auto_accept": True}
            yield "aws_vpc_peering_connection", row["VpcPeeringConnectionId"], values

    def _mount_targets(self) -> Iterator[Resource]:
        for name in self._file_systems():
            yield "aws_efs_file_system", name, {}
        for row in self._rows("MountTargets"):
            interface = self._interfaces[row["NetworkInterfaceId"]]
            values = {
                "file_system_id": _ref("aws_efs_file_system", row["FileSystemId"]),
                "subnet_id": _ref("aws_subnet", row["SubnetId"]),
                "ip_address": row.get("IpAddress"),
                "security_groups": [self._group(item["GroupId"]) for item in interface["Groups"]],
            }
            yield "aws_efs_mount_target", row["MountTargetId"], values

    def _file_systems(self) -> list[str]:
        volumes = [volume for row in self._rows("taskDefinitions") for volume in row.get("volumes", [])]
        systems = [volume["efsVolumeConfiguration"]["fileSystemId"] for volume in volumes
                   if "efsVolumeConfiguration" in volume]  # fmt: skip
        return list(dict.fromkeys(systems))

    def _tasks(self) -> Iterator[Resource]:
        clusters = {row["clusterArn"].rpartition("/")[2] for row in self._rows("services") if "clusterArn" in row}
        for name in sorted(clusters):
            yield "aws_ecs_cluster", name, {"name": name}
        for row in self._rows("clusters"):
            strategy = [{"capacity_provider": item["capacityProvider"]}
                        for item in row.get("defaultCapacityProviderStrategy", [])]  # fmt: skip
            values: Json = {"cluster_name": _ref("aws_ecs_cluster", row["clusterName"], "name")}
            values |= {"default_capacity_provider_strategy": strategy}
            yield "aws_ecs_cluster_capacity_providers", row["clusterName"], values
        for row in self._rows("taskDefinitions"):
            name = row["taskDefinitionArn"].rpartition("/")[2].replace(":", "-")
            yield "aws_ecs_task_definition", name, _definition(row)
        definitions = {row["taskDefinitionArn"] for row in self._rows("taskDefinitions")}
        subnets = {row["SubnetId"] for row in self._rows("Subnets")}
        for row in self._rows("services"):
            _refuse_unless(row.get("taskDefinition") in definitions, "a task definition that is not described")
            listed = row.get("networkConfiguration", {}).get("awsvpcConfiguration", {}).get("subnets", [])
            _refuse_unless(subnets.issuperset(listed), "a subnet that is not described")
            yield "aws_ecs_service", row["serviceName"], self._service(row)

    def _service(self, row: Json) -> Json:
        definition = row["taskDefinition"].rpartition("/")[2].replace(":", "-")
        network = row.get("networkConfiguration", {}).get("awsvpcConfiguration")
        _refuse_unless(network is not None and not row.get("deployments"), "a service that the writer does not know")
        values = {
            "name": row["serviceName"],
            "cluster": _ref("aws_ecs_cluster", row["clusterArn"].rpartition("/")[2], "arn"),
            "task_definition": _ref("aws_ecs_task_definition", definition, "arn"),
            "launch_type": row.get("launchType"),
            "platform_version": row.get("platformVersion"),
            "enable_execute_command": row.get("enableExecuteCommand", False),
            "network_configuration": {
                "subnets": [_ref("aws_subnet", name) for name in network["subnets"]],
                "security_groups": [self._group(name) for name in network.get("securityGroups", [])],
                "assign_public_ip": network.get("assignPublicIp") == "ENABLED",
            },
        }
        if "capacityProviderStrategy" in row:
            values["capacity_provider_strategy"] = [
                {"capacity_provider": item["capacityProvider"], "weight": item.get("weight", 1)}
                for item in row["capacityProviderStrategy"]
            ]
        return values


_NO_TARGETS = (*("carrier_gateway_id", "core_network_arn", "local_gateway_id", "odb_network_arn", "vpc_endpoint_id"),)


def _entry(entry: Json) -> Json:
    ports = entry.get("PortRange", {})
    return {
        "rule_no": entry["RuleNumber"],
        "action": entry["RuleAction"],
        "protocol": entry["Protocol"],
        "from_port": ports.get("From", 0),
        "to_port": ports.get("To", 0),
        "cidr_block": entry.get("CidrBlock"),
        "ipv6_cidr_block": entry.get("Ipv6CidrBlock"),
        "icmp_code": 0,
        "icmp_type": 0,
    }


def _definition(row: Json) -> Json:
    _refuse_unless(set(row) <= _DEFINITION, str(sorted(set(row) - _DEFINITION)))
    platform = row.get("runtimePlatform")
    values = {
        "family": row["family"],
        "network_mode": row.get("networkMode"),
        "requires_compatibilities": row.get("requiresCompatibilities"),
        "cpu": row.get("cpu"),
        "memory": row.get("memory"),
        "execution_role_arn": row.get("executionRoleArn"),
        "task_role_arn": row.get("taskRoleArn"),
        # A literal text: ${ would begin an expression.
        "container_definitions": json.dumps(row["containerDefinitions"]).replace("${", "$${"),
        "volume": [_volume(volume) for volume in row.get("volumes", [])],
    }
    if platform:
        values["runtime_platform"] = {
            "operating_system_family": platform.get("operatingSystemFamily"),
            "cpu_architecture": platform.get("cpuArchitecture"),
        }
    return values


_DEFINITION = {
    *("taskDefinitionArn", "family", "revision", "status", "networkMode", "requiresCompatibilities", "cpu", "memory"),
    *("executionRoleArn", "taskRoleArn", "containerDefinitions", "volumes", "runtimePlatform", "compatibilities"),
}


def _volume(volume: Json) -> Json:
    system: Json = volume.get("efsVolumeConfiguration") or {}
    _refuse_unless(system, "a volume of another kind")
    return {
        "name": volume["name"],
        "efs_volume_configuration": {
            "file_system_id": _ref("aws_efs_file_system", system["fileSystemId"]),
            "transit_encryption": system.get("transitEncryption"),
        },
    }
