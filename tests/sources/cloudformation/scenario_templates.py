"""Templates of the networks in tests/scenarios: what their answers describe, written as resources."""

import json
import re
from collections.abc import Iterator
from typing import Any

Rows = list[dict[str, Any]]

ACCOUNT = "111122223333"
_IGNORED = {"PrefixLists", "pullThroughCacheRules", "HostedZones", "Calls", "VpcAttributes"}
_PEERS = (
    ("IpRanges", "CidrIp", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6", "CidrIpv6"),
    ("PrefixListIds", "PrefixListId", "{}PrefixListId"),
    ("UserIdGroupPairs", "GroupId", "{}SecurityGroupId"),
)
_TARGETS = (
    *("GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "NetworkInterfaceId"),
    *("EgressOnlyInternetGatewayId", "InstanceId"),
)
_LAST = 32767


class Inexpressible(Exception):  # noqa: N818 -- an answer, and no fault
    """A scenario that no template describes: a state that nothing deploys, or an answer that was not read."""


def logical(name: str) -> str:
    """Return a logical id for an id."""
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name))


def snake(name: str) -> str:
    """Return the name of the method for a key or a call."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.replace(":", "_")).lower()


class TemplateOf:
    """The template of one scenario, with the id behind each logical id."""

    def __init__(self, network: dict[str, Rows], *, apart: bool) -> None:
        missing = {"VpcEndpoints", "SecurityGroups", "NetworkAcls"} - network.keys()
        if missing:
            raise Inexpressible(f"{', '.join(sorted(missing))} were not read")
        self.network = network
        self.apart = apart
        self.resources: dict[str, Any] = {}
        self.ids: dict[str, str] = {}
        self.arns: dict[str, tuple[str, str]] = {}
        self._name_everything()
        for key, rows in network.items():
            if key in _IGNORED:
                continue
            write = getattr(self, f"_{snake(key)}", None)
            if write is None:
                if rows:
                    raise Inexpressible(key)
                continue
            for row in rows:
                write(row)
        self._calls()

    def _calls(self) -> None:
        """Write what the calls of the scenario answer."""

    @property
    def text(self) -> str:
        """The template as JSON."""
        return json.dumps({"Resources": self.resources}, indent=1)

    def add(self, name: str, kind: str, **properties: Any) -> None:
        """Add a resource; absent properties are left out."""
        given = {key: value for key, value in properties.items() if value is not None}
        self.resources[name] = {"Type": f"AWS::{kind}", "Properties": given}

    # ------------------------------------------------------------------------------------------------------ references

    def _name_everything(self) -> None:
        keys = {
            "Vpcs": "VpcId",
            "Subnets": "SubnetId",
            "RouteTables": "RouteTableId",
            "SecurityGroups": "GroupId",
            "NetworkAcls": "NetworkAclId",
            "InternetGateways": "InternetGatewayId",
            "NatGateways": "NatGatewayId",
            "VpcEndpoints": "VpcEndpointId",
            "TransitGateways": "TransitGatewayId",
            "TransitGatewayVpcAttachments": "TransitGatewayAttachmentId",
            "TransitGatewayRouteTables": "TransitGatewayRouteTableId",
            "VpcPeeringConnections": "VpcPeeringConnectionId",
            "VpnGateways": "VpnGatewayId",
        }
        for key, field in keys.items():
            for row in self.network.get(key, ()):
                self.ids[row[field]] = logical(row[field])
        for row in self.network.get("PrefixLists", ()):
            if not row["PrefixListName"].startswith("com.amazonaws"):
                self.ids[row["PrefixListId"]] = logical(row["PrefixListId"])
        for row in self.network.get("NetworkInterfaces", ()):
            if row.get("InterfaceType", "interface") == "interface":
                self.ids[row["NetworkInterfaceId"]] = logical(row["NetworkInterfaceId"])
        self._name_arns()

    def _name_arns(self) -> None:
        for row in self.network.get("RoleDetailList", ()):
            self.arns[row["Arn"]] = logical(row["RoleName"]) + "Role", "Arn"
        for row in self.network.get("Policies", ()):
            self.arns[row["Arn"]] = logical(row["PolicyName"]) + "Policy", "Ref"
        for row in self.network.get("taskDefinitions", ()):
            self.arns[row["taskDefinitionArn"]] = logical(row["family"]) + "Task", "Ref"
        for row in self.network.get("MountTargets", ()):
            self.arns[row["FileSystemId"]] = logical(row["FileSystemId"]), "Ref"
        for row in self.network.get("Calls", ()):
            if row["Call"]["operation"] == "DescribeMountTargets":
                name = row["Call"]["parameters"]["FileSystemId"]
                self.arns[name] = logical(name), "Ref"
            if row["Call"]["operation"] == "secretsmanager:DescribeSecret":
                self.arns[row["Response"]["ARN"]] = "Secret" + logical(row["Response"]["Name"]), "Ref"

    def ref(self, name: str) -> Any:
        """Return a reference to a resource; a default group is an attribute of its VPC."""
        if name in self.ids:
            default = next((row for row in self._groups() if row["GroupId"] == name), None)
            if default is not None and default["GroupName"] == "default":
                return {"Fn::GetAtt": [self.ids[default["VpcId"]], "DefaultSecurityGroup"]}
            return {"Ref": self.ids[name]}
        return self.written(name)

    def refs(self, names: list[str]) -> list[Any]:
        """Return references."""
        return [self.ref(name) for name in names]

    def written(self, value: Any) -> Any:
        """Return a value with references in place of ARNs of the template's own resources."""
        if isinstance(value, dict):
            return {key: self.written(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.written(item) for item in value]
        if not isinstance(value, str):
            return value
        if value in self.ids:
            return {"Ref": self.ids[value]}
        for arn, (name, attribute) in self.arns.items():
            if arn in value:
                part = f"${{{name}}}" if attribute == "Ref" else f"${{{name}.{attribute}}}"
                return {"Fn::Sub": value.replace(arn, part)}
        return value

    def _groups(self) -> Rows:
        return self.network.get("SecurityGroups", [])

    # ------------------------------------------------------------------------------------------------------------ VPCs

    def _vpcs(self, row: dict[str, Any]) -> None:
        name = self.ids[row["VpcId"]]
        if row.get("OwnerId", ACCOUNT) != ACCOUNT or "Ipv6CidrBlockAssociationSet" in row:
            raise Inexpressible("a VPC of another account, or with IPv6")
        attributes = next(item for item in self.network["VpcAttributes"] if item["VpcId"] == row["VpcId"])
        self.add(
            name,
            "EC2::VPC",
            CidrBlock=row["CidrBlock"],
            EnableDnsSupport=attributes["EnableDnsSupport"]["Value"],
            EnableDnsHostnames=attributes["EnableDnsHostnames"]["Value"] or None,
        )
        for position, block in enumerate(row.get("CidrBlockAssociationSet", [])[1:]):
            own = {"VpcId": {"Ref": name}, "CidrBlock": block["CidrBlock"]}
            self.add(f"{name}Block{position}", "EC2::VPCCidrBlock", **own)

    def _dhcp_options(self, row: dict[str, Any]) -> None:
        values = {item["Key"]: [one["Value"] for one in item["Values"]] for item in row["DhcpConfigurations"]}
        servers = values.get("domain-name-servers")
        if servers == ["AmazonProvidedDNS"]:
            return
        name = logical(row["DhcpOptionsId"])
        self.add(name, "EC2::DHCPOptions", DomainNameServers=servers)
        for vpc in self.network["Vpcs"]:
            if vpc["DhcpOptionsId"] == row["DhcpOptionsId"]:
                pair = {"VpcId": self.ref(vpc["VpcId"]), "DhcpOptionsId": {"Ref": name}}
                self.add(f"{self.ids[vpc['VpcId']]}Options", "EC2::VPCDHCPOptionsAssociation", **pair)

    def _subnets(self, row: dict[str, Any]) -> None:
        if not row["AvailableIpAddressCount"] or {"Ipv6Native", "BlockPublicAccessStates"} & row.keys():
            raise Inexpressible("a state of a subnet")
        if row.get("OwnerId", ACCOUNT) != ACCOUNT:
            raise Inexpressible("a subnet of another account")
        self.add(
            self.ids[row["SubnetId"]],
            "EC2::Subnet",
            VpcId=self.ref(row["VpcId"]),
            CidrBlock=row["CidrBlock"],
            AvailabilityZone=None if "AvailabilityZoneId" in row else row["AvailabilityZone"],
            AvailabilityZoneId=row.get("AvailabilityZoneId"),
        )

    # ---------------------------------------------------------------------------------------------------------- routes

    def _route_tables(self, row: dict[str, Any]) -> None:
        name = self.ids[row["RouteTableId"]]
        self.add(name, "EC2::RouteTable", VpcId=self.ref(row["VpcId"]))
        for subnet in self._subnets_of(row):
            pair = {"SubnetId": self.ref(subnet), "RouteTableId": {"Ref": name}}
            self.add(f"{name}{self.ids[subnet]}", "EC2::SubnetRouteTableAssociation", **pair)
        for item in row["Associations"]:
            if "GatewayId" in item:
                pair = {"GatewayId": self.ref(item["GatewayId"]), "RouteTableId": {"Ref": name}}
                self.add(f"{name}Edge", "EC2::GatewayRouteTableAssociation", **pair)
        for position, route in enumerate(row["Routes"]):
            self._route(name, position, route)

    def _subnets_of(self, table: dict[str, Any]) -> Iterator[str]:
        """Yield the subnets of a table; no template chooses a VPC's main table, so its subnets are named."""
        taken = {item.get("SubnetId") for other in self.network["RouteTables"] for item in other["Associations"]}
        for item in table["Associations"]:
            if "SubnetId" in item:
                yield item["SubnetId"]
            elif item.get("Main"):
                yield from (
                    row["SubnetId"]
                    for row in self.network["Subnets"]
                    if row["VpcId"] == table["VpcId"] and row["SubnetId"] not in taken
                )

    def _route(self, table: str, position: int, route: dict[str, Any]) -> None:
        gateway = route.get("GatewayId", "")
        endpoint = next((row for row in self.network.get("VpcEndpoints", ()) if row["VpcEndpointId"] == gateway), None)
        if gateway == "local" or (endpoint is not None and endpoint["VpcEndpointType"] == "Gateway"):
            if route.get("State", "active") != "active":
                raise Inexpressible("the state of a route")
            return
        if route.get("State", "active") != "active" or route.get("Origin") == "EnableVgwRoutePropagation":
            raise Inexpressible("the state of a route")
        target = next((key for key in _TARGETS if key in route), None)
        if target is None or route[target] not in self.ids:
            raise Inexpressible("the target of a route")
        key = "VpcEndpointId" if endpoint is not None else target
        places = {name: self.ref(value) for name, value in route.items() if name.startswith("Destination")}
        if any("pl-" in str(place) and isinstance(place, str) for place in places.values()):
            raise Inexpressible("a prefix list of AWS's")
        self.add(
            f"{table}Route{position}", "EC2::Route", RouteTableId={"Ref": table}, **places,
            **{key: self.ref(route[target])},
        )  # fmt: skip

    # ---------------------------------------------------------------------------------------------------------- groups

    def _security_groups(self, row: dict[str, Any]) -> None:
        name, is_default = self.ids[row["GroupId"]], row["GroupName"] == "default"
        ways = {"Ingress": ("IpPermissions", "Source"), "Egress": ("IpPermissionsEgress", "Destination")}
        rules = {way: list(self._rules(row[key], peer)) for way, (key, peer) in ways.items()}
        if not rules["Egress"] or (is_default and row["VpcId"] not in self.ids):
            raise Inexpressible("a group without outbound rules")
        everything = [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]
        if is_default:
            own = {"IpProtocol": "-1", "SourceSecurityGroupId": self.ref(row["GroupId"])}
            if rules["Ingress"] != [own] or rules["Egress"] != everything:
                raise Inexpressible("a default group with other rules")
            return
        inline = {}
        for way, listed in rules.items():
            is_apart = self.apart or any("Ref" in str(rule) or "GetAtt" in str(rule) for rule in listed)
            if way == "Egress" and listed == everything:
                continue
            if not is_apart:
                inline[f"SecurityGroup{way}"] = listed
                continue
            for position, rule in enumerate(listed):
                self.add(f"{name}{way}{position}", f"EC2::SecurityGroup{way}", GroupId={"Ref": name}, **rule)
        self.add(name, "EC2::SecurityGroup", GroupDescription=name, VpcId=self.ref(row["VpcId"]), **inline)

    def _rules(self, permissions: Rows, peer: str) -> Iterator[dict[str, Any]]:
        for row in permissions:
            ports: dict[str, Any] = {key: row[key] for key in ("FromPort", "ToPort") if key in row}
            for key, field, name in _PEERS:
                for item in row.get(key, ()):
                    value = item[field]
                    if key in {"PrefixListIds", "UserIdGroupPairs"} and value not in self.ids:
                        raise Inexpressible("a peer that no template makes")
                    yield {"IpProtocol": row["IpProtocol"], **ports, name.format(peer): self.ref(value)}

    def _network_acls(self, row: dict[str, Any]) -> None:
        name = self.ids[row["NetworkAclId"]]
        self.add(name, "EC2::NetworkAcl", VpcId=self.ref(row["VpcId"]))
        for item in row["Associations"]:
            pair = {"SubnetId": self.ref(item["SubnetId"]), "NetworkAclId": {"Ref": name}}
            self.add(f"{name}{logical(item['SubnetId'])}", "EC2::SubnetNetworkAclAssociation", **pair)
        for position, entry in enumerate(row["Entries"]):
            if entry["RuleNumber"] >= _LAST:
                continue
            values = {key: value for key, value in entry.items() if key != "Egress"}
            egress = True if entry["Egress"] else None
            self.add(
                f"{name}Entry{position}", "EC2::NetworkAclEntry", NetworkAclId={"Ref": name}, Egress=egress, **values
            )

    # -------------------------------------------------------------------------------------------------------- gateways

    def _internet_gateways(self, row: dict[str, Any]) -> None:
        name = self.ids[row["InternetGatewayId"]]
        self.add(name, "EC2::InternetGateway")
        for item in row["Attachments"]:
            pair = {"VpcId": self.ref(item["VpcId"]), "InternetGatewayId": {"Ref": name}}
            self.add(f"{name}Attachment", "EC2::VPCGatewayAttachment", **pair)

    def _network_interfaces(self, row: dict[str, Any]) -> None:
        if row["NetworkInterfaceId"] not in self.ids:
            return
        name = self.ids[row["NetworkInterfaceId"]]
        self.add(
            name,
            "EC2::NetworkInterface",
            SubnetId=self.ref(row["SubnetId"]),
            GroupSet=self.refs([item["GroupId"] for item in row["Groups"]]),
            PrivateIpAddress=row["PrivateIpAddress"],
            SourceDestCheck=row.get("SourceDestCheck"),
        )
        if "Association" in row:
            self.add(f"{name}Address", "EC2::EIP", Domain="vpc")
            address = {"AllocationId": {"Fn::GetAtt": [f"{name}Address", "AllocationId"]}}
            self.add(f"{name}Public", "EC2::EIPAssociation", NetworkInterfaceId={"Ref": name}, **address)
        if "Attachment" in row:
            pair = {"NetworkInterfaceId": {"Ref": name}, "InstanceId": row["Attachment"]["InstanceId"]}
            self.add(f"{name}Attachment", "EC2::NetworkInterfaceAttachment", DeviceIndex="1", **pair)

    def _vpn_gateways(self, row: dict[str, Any]) -> None:
        name = self.ids[row["VpnGatewayId"]]
        self.add(name, "EC2::VPNGateway", Type="ipsec.1")
        for item in row["VpcAttachments"]:
            if item["State"] == "attached":
                pair = {"VpcId": self.ref(item["VpcId"]), "VpnGatewayId": {"Ref": name}}
                self.add(f"{name}Attachment", "EC2::VPCGatewayAttachment", **pair)

    def _nat_gateways(self, row: dict[str, Any]) -> None:
        if row["State"] != "available" or "SubnetId" not in row:
            raise Inexpressible("the state of a NAT gateway")
        kind = row.get("ConnectivityType", "public")
        name = self.ids[row["NatGatewayId"]]
        address = {"Fn::GetAtt": [f"{name}Address", "AllocationId"]} if kind == "public" else None
        if address is not None:
            self.add(f"{name}Address", "EC2::EIP", Domain="vpc")
        self.add(
            name,
            "EC2::NatGateway",
            SubnetId=self.ref(row["SubnetId"]),
            ConnectivityType=None if kind == "public" else kind,
            AllocationId=address,
            PrivateIpAddress=row["NatGatewayAddresses"][0].get("PrivateIp"),
        )

    def _vpc_endpoints(self, row: dict[str, Any]) -> None:
        kind, state = row["VpcEndpointType"], row["State"]
        if (
            state != "available"
            or kind not in {"Gateway", "Interface"}
            or ("Groups" not in row and kind == "Interface")
        ):
            raise Inexpressible("the state of an endpoint")
        policy = row.get("PolicyDocument")
        tables = self._tables_of(row)
        self.add(
            self.ids[row["VpcEndpointId"]],
            "EC2::VPCEndpoint",
            VpcEndpointType=None if kind == "Gateway" else kind,
            VpcId=self.ref(row["VpcId"]),
            ServiceName=row["ServiceName"],
            PrivateDnsEnabled=row.get("PrivateDnsEnabled") or None,
            SubnetIds=self.refs(row["SubnetIds"]) if "SubnetIds" in row else None,
            SecurityGroupIds=self.refs([item["GroupId"] for item in row["Groups"]]) if "Groups" in row else None,
            RouteTableIds=self.refs(tables) if tables else None,
            PolicyDocument=None if policy is None else self.written(json.loads(policy)),
            DnsOptions=row.get("DnsOptions"),
        )

    def _tables_of(self, endpoint: dict[str, Any]) -> list[str]:
        """Return the route tables with a route to a gateway endpoint."""
        return [
            table["RouteTableId"]
            for table in self.network["RouteTables"]
            if any(route.get("GatewayId") == endpoint["VpcEndpointId"] for route in table["Routes"])
            and endpoint["VpcEndpointType"] == "Gateway"
        ]
