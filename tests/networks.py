"""Small networks for tests, built of rows as AWS prints them and read by skerry's own loader.

A new `Network` is an isolated VPC that is wholly known: two subnets in two zones, one route table with nothing but
``local``, one network ACL that allows all. Tests add to its rows, or change them.
"""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, TypeAlias

from skerry.model.world import World
from skerry.reach import client_ports
from skerry.reach.cache import Memo
from skerry.reach.subnets import task_addresses_of
from skerry.reach.walk import Source, Walker
from skerry.sources import documents

Row: TypeAlias = dict[str, Any]

REGION = "eu-west-1"
ACCOUNT = "111122223333"
VPC = "vpc-1"
EVERYWHERE = "0.0.0.0/0"
S3_CIDRS = ("52.218.0.0/17", "3.5.64.0/21")
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/web:1.0"
DEFINITION = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/web:1"

# Of each of these, none is an answer too: a network without them is known to have none.
_KINDS = (
    "Vpcs",
    "VpcAttributes",
    "DhcpOptions",
    "Subnets",
    "RouteTables",
    "SecurityGroups",
    "NetworkAcls",
    "NetworkInterfaces",
    "InternetGateways",
    "NatGateways",
    "VpcEndpoints",
    "PrefixLists",
    "MountTargets",
    "clusters",
    "services",
    "taskDefinitions",
    "tasks",
    "Calls",
)


def allow(protocol: str = "-1", first: int | None = None, last: int | None = None, **names: str | Iterable[str]) -> Row:
    """A rule of a security group; ``cidr``, ``group`` and ``prefix_list`` name whom it is about, one or several."""
    asked = {key: [value] if isinstance(value, str) else list(value) for key, value in names.items()}
    row: Row = {
        "IpProtocol": protocol,
        "IpRanges": [{"CidrIp": cidr} for cidr in asked.get("cidr", [])],
        "PrefixListIds": [{"PrefixListId": name} for name in asked.get("prefix_list", [])],
        "UserIdGroupPairs": [{"GroupId": name, "UserId": ACCOUNT} for name in asked.get("group", [])],
    }
    if first is not None:
        row |= {"FromPort": first, "ToPort": first if last is None else last}
    return row


HTTPS = allow("tcp", 443, cidr=EVERYWHERE)
ALL = allow(cidr=EVERYWHERE)


def entry(
    number: int,
    action: str = "allow",
    cidr: str | None = EVERYWHERE,
    *,
    egress: bool = False,
    protocol: str = "-1",
    ports: tuple[int, int] | None = None,
) -> Row:
    """An entry of a network ACL; the default one allows everything."""
    row: Row = {"RuleNumber": number, "RuleAction": action, "Egress": egress, "Protocol": protocol}
    if cidr is not None:
        row["CidrBlock"] = cidr
    if ports is not None:
        row["PortRange"] = {"From": ports[0], "To": ports[1]}
    return row


def both_ways(*entries: Row) -> list[Row]:
    """The entries, inbound and outbound, with the final deny that AWS adds."""
    last = entry(32_767, "deny")
    return [row | {"Egress": egress} for egress in (False, True) for row in (*entries, last)]


def record(name: str, kind: str, *values: str, alias: str | None = None) -> Row:
    """A record set: values, or the name that an alias leads to."""
    if alias is not None:
        return {"Name": name, "Type": kind, "AliasTarget": {"DNSName": alias, "HostedZoneId": "Z0"}}
    return {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value} for value in values]}


class Network:
    """A network under construction: ``rows`` by their key in AWS's answers."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {key: [] for key in _KINDS}
        self.add("Vpcs", VpcId=VPC, CidrBlock="10.0.0.0/16", DhcpOptionsId="dopt-1", OwnerId=ACCOUNT)
        self.add("VpcAttributes", VpcId=VPC, EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True})
        self.dhcp("AmazonProvidedDNS")
        self.table("rtb-main", main=True)
        self.acl("acl-all", both_ways(entry(100)))
        self.subnet("subnet-a", "10.0.1.0/24", "eu-west-1a")
        self.subnet("subnet-b", "10.0.2.0/24", "eu-west-1b")
        self.group("sg-default", "default", inbound=[allow(group="sg-default")], outbound=[ALL])
        self.group("sg-task", outbound=[ALL])
        self.group("sg-open", inbound=[HTTPS], outbound=[ALL])

    # ------------------------------------------------------------------------------------------------ rows

    def add(self, key: str, **row: Any) -> Row:
        self.rows.setdefault(key, []).append(row)
        return row

    def row(self, key: str, name: str) -> Row:
        """The row that has this id or name among its values."""
        return next(row for row in self.rows[key] if name in row.values())

    def forget(self, *keys: str) -> None:
        """Make whole kinds unknown."""
        for key in keys:
            del self.rows[key]

    def attribute(self, name: str, value: Any) -> None:
        """Set an attribute of the VPC; None makes it unknown."""
        row = self.row("VpcAttributes", VPC)
        row.pop(name)
        if value is not None:
            row[name] = {"Value": value}

    def dhcp(self, *servers: str) -> None:
        configuration = {"Key": "domain-name-servers", "Values": [{"Value": server} for server in servers]}
        self.rows["DhcpOptions"] = [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [configuration]}]

    def subnet(self, name: str, cidr: str, zone: str, *, vpc: str = VPC, acl: str = "acl-all", **more: Any) -> Row:
        self.row("NetworkAcls", acl)["Associations"].append({"SubnetId": name})
        place = {"AvailabilityZone": zone, "AvailableIpAddressCount": 200, "OwnerId": ACCOUNT}
        return self.add("Subnets", **({"SubnetId": name, "VpcId": vpc, "CidrBlock": cidr} | place | more))

    def table(self, name: str, *routes: Row, subnets: Iterable[str] = (), main: bool = False) -> Row:
        local = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
        associations: list[Row] = [{"Main": False, "SubnetId": subnet} for subnet in subnets]
        if main:
            associations.append({"Main": True})
        return self.add("RouteTables", RouteTableId=name, VpcId=VPC, Routes=[local, *routes], Associations=associations)

    def route(self, to: str = EVERYWHERE, table: str = "rtb-main", **target: str) -> None:
        """Add a route; ``to`` is a CIDR block or the id of a prefix list."""
        key = "DestinationPrefixListId" if to.startswith("pl-") else "DestinationCidrBlock"
        self.row("RouteTables", table)["Routes"].append({key: to, "State": "active"} | target)

    def acl(self, name: str, entries: list[Row], subnets: Iterable[str] = ()) -> None:
        """Add a network ACL; the subnets leave the one that they had."""
        moved = set(subnets)
        for row in self.rows["NetworkAcls"]:
            row["Associations"] = [item for item in row["Associations"] if item["SubnetId"] not in moved]
        associations = [{"SubnetId": subnet} for subnet in sorted(moved)]
        self.add("NetworkAcls", NetworkAclId=name, VpcId=VPC, Entries=entries, Associations=associations)

    def group(
        self, group_id: str, name: str = "", inbound: Iterable[Row] = (), outbound: Iterable[Row] = (), **more: Any
    ) -> Row:
        # Copies: a test that changes a rule of its network changes no other's.
        rules = {"IpPermissions": deepcopy(list(inbound)), "IpPermissionsEgress": deepcopy(list(outbound))}
        return self.add(
            "SecurityGroups", **({"GroupId": group_id, "GroupName": name or group_id, "VpcId": VPC} | rules | more)
        )

    def interface(
        self, name: str, address: str, subnet: str = "subnet-a", groups: Iterable[str] = ("sg-task",), **more: Any
    ) -> Row:
        row = {"NetworkInterfaceId": name, "VpcId": VPC, "SubnetId": subnet, "PrivateIpAddress": address}
        return self.add("NetworkInterfaces", **(row | {"Groups": [{"GroupId": group} for group in groups]} | more))

    def endpoint(
        self, name: str, service: str, subnets: Iterable[str] = ("subnet-a",), group: str = "sg-open", **more: Any
    ) -> Row:
        """Add an interface endpoint with private DNS and an interface in each of the subnets."""
        places = list(subnets)
        interfaces = [f"eni-{name.removeprefix('vpce-')}{number}" for number, _ in enumerate(places)]
        for interface, subnet in zip(interfaces, places, strict=True):
            base = self.row("Subnets", subnet)["CidrBlock"].rpartition(".")[0]
            address = f"{base}.{10 + len(self.rows['NetworkInterfaces'])}"
            self.interface(interface, address, subnet, [group], InterfaceType="vpc_endpoint")
        row = {
            "VpcEndpointId": name,
            "VpcEndpointType": "Interface",
            "VpcId": VPC,
            "ServiceName": f"com.amazonaws.{REGION}.{service}",
            "State": "available",
            "SubnetIds": places,
            "NetworkInterfaceIds": interfaces,
            "Groups": [{"GroupId": group}],
            "PrivateDnsEnabled": True,
        }
        return self.add("VpcEndpoints", **(row | more))

    def gateway_endpoint(self, name: str = "vpce-93", service: str = "s3", **more: Any) -> Row:
        """Add a gateway endpoint; `s3_list` and a route make it of use."""
        row = {
            "VpcEndpointId": name,
            "VpcEndpointType": "Gateway",
            "VpcId": VPC,
            "ServiceName": f"com.amazonaws.{REGION}.{service}",
            "State": "available",
            "RouteTableIds": ["rtb-main"],
            "PrivateDnsEnabled": False,
        }
        return self.add("VpcEndpoints", **(row | more))

    def prefix_list(self, name: str, *cidrs: str, called: str | None = None, owner: str = ACCOUNT) -> Row:
        """Add a prefix list; without blocks its entries are not known."""
        row = self.add("PrefixLists", PrefixListId=name, PrefixListName=called or name, OwnerId=owner)
        if cidrs:
            row["Cidrs"] = list(cidrs)
        return row

    def s3_list(self, *cidrs: str, name: str = "pl-53") -> Row:
        """Add AWS's own prefix list of S3."""
        return self.prefix_list(name, *cidrs, called=f"com.amazonaws.{REGION}.s3", owner="AWS")

    def serve_s3(self) -> None:
        """Give the main route table a gateway endpoint for S3."""
        self.s3_list(*S3_CIDRS)
        self.gateway_endpoint()
        self.route("pl-53", GatewayId="vpce-93")

    def internet_gateway(self, name: str = "igw-1", vpc: str = VPC, state: str = "available") -> Row:
        return self.add("InternetGateways", InternetGatewayId=name, Attachments=[{"VpcId": vpc, "State": state}])

    def nat(self, name: str = "nat-1", subnet: str = "subnet-b", address: str = "10.0.2.200", **more: Any) -> Row:
        """Add a NAT gateway with its interface."""
        interface = f"eni-{name.removeprefix('nat-')}f"
        public = {"PublicIp": "198.51.100.7"}
        self.interface(interface, address, subnet, [], InterfaceType="nat_gateway", Association=public)
        addresses = [{"PrivateIp": address, "NetworkInterfaceId": interface} | public]
        row = {"NatGatewayId": name, "VpcId": VPC, "SubnetId": subnet, "State": "available"}
        return self.add("NatGateways", **(row | {"NatGatewayAddresses": addresses} | more))

    def serve_internet_by_nat(self) -> None:
        """Make subnet-b public, with a NAT gateway in it that subnet-a's default route leads to."""
        self.internet_gateway()
        self.nat()
        self.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
        self.route(NatGatewayId="nat-1")

    def zone(self, name: str, *records: Row, zone_id: str = "", vpc: str | None = VPC) -> None:
        """Add a private hosted zone; without a VPC it is not known where it answers."""
        known = zone_id or f"Z{len(self.rows['Calls'])}"
        summary = {"HostedZoneId": known, "Name": f"{name}.", "Owner": {"OwningAccount": ACCOUNT}}
        asked = {} if vpc is None else {"VPCId": vpc}
        self.call("ListHostedZonesByVPC", asked, {"HostedZoneSummaries": [summary]})
        apex = record(f"{name}.", "SOA", "ns-0.awsdns-00.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400")
        answer = {"ResourceRecordSets": [apex, *records]}
        self.call("ListResourceRecordSets", {"HostedZoneId": known}, answer)

    def call(self, operation: str, parameters: Row, response: Row) -> None:
        """Add an answer that is wrapped with its call."""
        self.add("Calls", Call={"operation": operation, "parameters": parameters}, Response=response)

    # ------------------------------------------------------------------------------------------------ tasks

    def definition(self, *containers: Row, arn: str = DEFINITION, **more: Any) -> Row:
        family, _, revision = arn.rpartition("/")[2].partition(":")
        row = {"taskDefinitionArn": arn, "family": family, "revision": int(revision)}
        return self.add("taskDefinitions", **(row | {"containerDefinitions": list(containers)} | more))

    def service(
        self,
        name: str = "web",
        subnets: Iterable[str] = ("subnet-a",),
        groups: Iterable[str] = ("sg-task",),
        **more: Any,
    ) -> Row:
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
        network = {"subnets": list(subnets), "securityGroups": list(groups), "assignPublicIp": "DISABLED"}
        row = {
            "serviceArn": f"{arn}:service/shop/{name}",
            "serviceName": name,
            "clusterArn": f"{arn}:cluster/shop",
            "status": "ACTIVE",
            "launchType": "FARGATE",
            "platformVersion": "1.4.0",
            "taskDefinition": DEFINITION,
            "networkConfiguration": {"awsvpcConfiguration": network},
        }
        return self.add("services", **(row | more))

    def task(self, name: str = "1f", **more: Any) -> Row:
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
        row = {
            "taskArn": f"{arn}:task/shop/{name}",
            "clusterArn": f"{arn}:cluster/shop",
            "taskDefinitionArn": DEFINITION,
            "lastStatus": "RUNNING",
            "launchType": "FARGATE",
            "platformVersion": "1.4.0",
        }
        return self.add("tasks", **(row | more))

    # ---------------------------------------------------------------------------------------------- results

    def know_starters(self) -> None:
        """Make it known that no schedule, rule, pipe, state machine or job starts tasks."""
        keys = ("Schedules", "Pipes", "stateMachines", "computeEnvironments", "jobQueues", "jobDefinitions")
        for key in (*keys, "Functions", "projects"):
            self.rows.setdefault(key, [])
        cluster = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
        self.call("ListRuleNamesByTarget", {"TargetArn": cluster}, {"RuleNames": []})

    def document(self) -> bytes:
        return json.dumps(self.rows).encode()

    def world(self, region: str | None = REGION) -> World:
        return World(documents.load({"network.json": self.document()}, source="a test", region=region))

    def walker(self, *, remember: bool = True) -> Walker:
        return Walker(self.world(), Memo(remember=remember))


def source(
    walker: Walker, subnet: str = "subnet-a", groups: tuple[str, ...] = ("sg-task",), *, public: bool = False
) -> Source:
    """A task's interface in a subnet."""
    row = walker.world.subnets[subnet]
    addresses = task_addresses_of(row)
    assert isinstance(addresses, tuple)
    return Source(walker.start(row, addresses, client_ports.LINUX, public=public), groups)


def container(image: str = IMAGE, **more: Any) -> Row:
    """A container of a task definition."""
    return {"name": "app", "image": image, "essential": True} | more


def awslogs(**options: str) -> Row:
    """The log configuration of a container that writes to CloudWatch."""
    known = {"awslogs-group": "/ecs/web", "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
    return {"logDriver": "awslogs", "options": known | {key.replace("_", "-"): text for key, text in options.items()}}


def as_bytes(rows: Mapping[str, Any]) -> bytes:
    """A document as a file holds it."""
    return json.dumps(rows).encode()


def one_of_everything() -> Network:
    """A network with a row of each kind, and a service that needs something at every step."""
    network = Network()
    network.serve_s3()
    network.serve_internet_by_nat()
    network.endpoint("vpce-1", "ecr.api", ["subnet-a"], group="sg-end")
    network.endpoint("vpce-2", "logs", ["subnet-a"], PrivateDnsEnabled=False)
    network.group("sg-end", inbound=[allow("tcp", 443, group="sg-task"), allow("tcp", 443, prefix_list="pl-1")])
    network.prefix_list("pl-1", "10.9.0.0/16")
    network.acl("acl-b", both_ways(entry(100, ports=(443, 65_535), protocol="6")), ["subnet-b"])
    alias = record(
        f"\\052.dkr.ecr.{REGION}.amazonaws.com.", "A", alias=f"vpce-1-x.ecr.dkr.{REGION}.vpce.amazonaws.com."
    )
    network.zone(f"dkr.ecr.{REGION}.amazonaws.com", alias, record("a.example.", "CNAME", "b.example."))
    network.add(
        "MountTargets", MountTargetId="fsmt-1", FileSystemId="fs-0a", SubnetId="subnet-a", IpAddress="10.0.1.99"
    )
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf:password::"
    app_ = container(secrets=[{"name": "A", "valueFrom": secret}], logConfiguration=awslogs())
    files = [{"value": "arn:aws:s3:::settings/web.env", "type": "s3"}]
    sidecar = container("quay.io/org/side:1", name="side", environmentFiles=files)
    volume = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a"}}
    network.definition(app_, sidecar, volumes=[volume])
    network.add("clusters", clusterArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop", clusterName="shop")
    network.service(subnets=["subnet-a", "subnet-b"], enableExecuteCommand=True)
    details = [{"name": "subnetId", "value": "subnet-a"}, {"name": "networkInterfaceId", "value": "eni-1f"}]
    attachment = {"type": "ElasticNetworkInterface", "details": details}
    network.task(group="service:web", lastStatus="STOPPED", stoppedReason="a reason", attachments=[attachment])
    return network
