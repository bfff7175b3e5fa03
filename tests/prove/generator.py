"""Random networks, each of which a seed makes again: small enough to be built, and biased to what goes wrong.

vpc-1 10.0.0.0/16 (10.9.0.0/16 too, at times): subnet-a and subnet-b with tasks, subnet-c and subnet-d without
vpc-2 10.2.0.0/16, at times, behind a peering connection: subnet-p
"""

import random
from collections.abc import Iterable
from typing import Any

from tests.networks import ACCOUNT, EVERYWHERE, REGION, VPC, Network, Row, allow, both_ways, entry, record
from tests.prove.aimed import aim_faults, make_sound
from tests.prove.filters import filter_names

PEER = "vpc-2"
TASK_SUBNETS = ("subnet-a", "subnet-b")
SUBNETS = ("subnet-a", "subnet-b", "subnet-c", "subnet-d")
S3_BLOCKS = ("52.218.0.0/17", "3.5.64.0/21")
S3_SAMPLES = ("52.218.0.9", "3.5.64.77")
INTERNET = "23.45.67.89"
SERVICES = ("ecr.api", "ecr.dkr", "logs", "secretsmanager")
PORTS = (32_768, 40_001, 48_123, 55_555, 60_999)
TRANSLATED = "198.51.100.7"

_EPHEMERAL = ((1_024, 65_535), (32_768, 60_999), (32_768, 65_535), (49_152, 65_535), (1_024, 40_000), (32_768, 61_000))
_CALLED = ((443, 443), (0, 65_535), (1, 65_535), (80, 80), (400, 500))
_BLOCKS = (
    EVERYWHERE,
    EVERYWHERE,
    "10.0.0.0/16",
    "10.0.1.0/24",
    "10.0.2.0/24",
    "10.0.3.0/24",
    "10.0.1.128/25",
    "52.218.0.0/17",
)


class Drawn(Network):
    """A random network with what there is in it to call; ``seed`` makes it again, sound everywhere if asked."""

    def __init__(self, seed: int, *, sound: bool = False) -> None:
        super().__init__()
        self.draw = random.Random(seed)  # noqa: S311 -- no secret is made of it
        self.seed = seed
        self.services: list[str] = []
        self.peered = False
        # Among many faults one more is not noticed: most networks have but one in each part, drawn last.
        self.calm = self.maybe(0.6) or sound
        self.public = self.one(SUBNETS[2:])
        self.rows["VpcPeeringConnections"] = []
        self._subnets()
        self._groups()
        self._ways_out()
        self._filters()
        self._endpoints()
        self._names()
        self._peer()
        self._odd_routes()
        if sound:
            make_sound(self)
        elif self.calm:
            aim_faults(self)
        filter_names(self)

    def forget_zones(self) -> None:
        """Leave out the private hosted zones, without which names are those of AWS and of the endpoints."""
        self.rows["Calls"] = []

    def faulty(self, chance: float) -> bool:
        """Draw a fault, which calm networks have none of."""
        return self.maybe(chance) and not self.calm

    def maybe(self, chance: float) -> bool:
        return self.draw.random() < chance

    def one(self, choices: Iterable[Any]) -> Any:
        return self.draw.choice(list(choices))

    # ---------------------------------------------------------------------------------------------- the VPC

    def _subnets(self) -> None:
        self.subnet("subnet-c", "10.0.3.0/24", "eu-west-1a")
        if self.maybe(0.2):
            self.row("Vpcs", VPC)["CidrBlockAssociationSet"] = [
                {"CidrBlock": cidr, "CidrBlockState": {"State": "associated"}}
                for cidr in ("10.0.0.0/16", "10.9.0.0/16")
            ]
            self.subnet("subnet-d", "10.9.4.0/24", "eu-west-1b")
            self.secondary = True
        else:
            self.subnet("subnet-d", "10.0.4.0/24", "eu-west-1b")
            self.secondary = False
        names = list(SUBNETS)
        self.draw.shuffle(names)
        for number in range(self.draw.randrange(3)):
            table = self.table(f"rtb-{number}", subnets=[names[number]])
            if self.maybe(0.3):
                table["Associations"].append({"Main": False, "SubnetId": names[number + 2]})
        if self.secondary:
            for row in self.rows["RouteTables"]:
                row["Routes"].append({"DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "local", "State": "active"})
        if self.maybe(0.15):
            self.attribute("EnableDnsHostnames", value=False)
        if self.maybe(0.1):
            self.attribute("EnableDnsSupport", value=False)

    def tables(self) -> list[str]:
        return [row["RouteTableId"] for row in self.rows["RouteTables"] if row["VpcId"] == VPC]

    # ------------------------------------------------------------------------------------------ the filters

    def _groups(self) -> None:
        self.prefix_list("pl-1", self.one(_BLOCKS[1:]), "10.77.0.0/16")
        self.s3_list(*S3_BLOCKS)
        everything = allow(cidr=EVERYWHERE)
        inbound: tuple[list[Row], ...] = (
            [everything],
            [allow("tcp", 443, cidr="10.0.0.0/16")],
            [allow("tcp", 443, cidr="10.0.1.0/24")],
            [allow("tcp", 443, cidr="10.0.1.0/25"), allow("tcp", 443, cidr="10.0.2.0/24")],
            [allow("tcp", 443, group="sg-task")],
            [allow("tcp", 443, group="sg-b")],
            [allow("6", 443, prefix_list="pl-1")],
            [allow("tcp", 80, cidr=EVERYWHERE), allow("udp", 443, cidr=EVERYWHERE)],
            [allow("-1", group="sg-task")],
            [allow("tcp", 0, 1_023, cidr="10.0.0.0/8")],
            [],
        )
        outbound: tuple[list[Row], ...] = (
            [everything],
            [everything],
            [allow("tcp", 443, cidr=EVERYWHERE)],
            [allow("tcp", 443, cidr="10.0.0.0/16")],
            [allow("tcp", 443, group="sg-end"), allow("tcp", 443, prefix_list="pl-53")],
            [allow("tcp", 443, prefix_list="pl-1")],
            [allow("tcp", 80, cidr=EVERYWHERE)],
            [allow("udp", 53, cidr=EVERYWHERE), allow("tcp", 443, cidr="0.0.0.0/1")],
            [],
        )
        sent = [[everything]] if self.calm else outbound
        self.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = self.one(sent)
        self.group("sg-b", outbound=self.one(sent))
        self.group("sg-end", inbound=self.one(inbound), outbound=self.one(outbound))
        self.group("sg-end2", inbound=self.one(inbound), outbound=[everything])

    def _entries(self) -> list[Row]:
        """Entries biased to how network ACLs go wrong: ports of replies, the order, halves of subnets."""
        rows = []
        numbers = sorted(self.draw.sample(range(10, 300), self.draw.randrange(1, 5)))
        for number in numbers:
            action = "deny" if self.maybe(0.3) else "allow"
            protocol = self.one(("-1", "6", "6", "17"))
            ports = None if protocol == "-1" else self.one((*_EPHEMERAL, *_CALLED))
            rows.append(entry(number, action, self.one(_BLOCKS), protocol=protocol, ports=ports))
        return rows

    def _filters(self) -> None:
        for number in range(1 if self.calm else self.draw.randrange(3)):
            subnets = [self.public] if self.calm else self.draw.sample(SUBNETS, self.draw.randrange(1, 3))
            last = [entry(32_767, "deny"), entry(32_767, "deny", egress=True)]
            if self.maybe(0.5):
                # A usual one: calls out and replies in, and the reverse for what is called.
                inward = [
                    entry(100, ports=self.one(_EPHEMERAL), protocol="6"),
                    entry(110, ports=(443, 443), protocol="6"),
                ]
                outward = [
                    entry(100, ports=(443, 443), protocol="6"),
                    entry(110, ports=self.one(_EPHEMERAL), protocol="6"),
                ]
                entries = [*inward, *(row | {"Egress": True} for row in outward), *last]
                if self.maybe(0.4):
                    refused = self.one(("10.0.1.0/25", "10.0.0.0/16", "23.45.0.0/16", EVERYWHERE))
                    entries.insert(0, entry(self.one((50, 150)), "deny", refused, egress=self.maybe(0.5)))
            elif self.maybe(0.5):
                entries = both_ways(*self._entries())
            else:
                entries = [*self._entries(), *(row | {"Egress": True} for row in self._entries()), *last]
            self.acl(f"acl-{number}", entries, subnets)

    # -------------------------------------------------------------------------------------------- ways out

    def _ways_out(self) -> None:
        if self.maybe(0.7):
            self.gateway_endpoint(State=self.one(("available", "available", "available", "Available", "failed")))
            for table in self.tables():
                if self.maybe(0.6):
                    self.route("pl-53", table, GatewayId="vpce-93")
        if not self.calm and self.maybe(0.4):
            return
        self.internet_gateway(vpc=PEER if self.faulty(0.1) else VPC)
        where = self.one(SUBNETS) if self.faulty(0.4) else self.public
        base = self.row("Subnets", where)["CidrBlock"].rpartition(".")[0]
        self.nat("nat-1", where, f"{base}.200", State="failed" if self.faulty(0.25) else "available")
        self._public_table()
        for table in self.tables():
            by_nat = {"NatGatewayId": "nat-1"}
            target = by_nat if self.calm else self.one((by_nat, by_nat, {"GatewayId": "igw-1"}, None))
            if table == "rtb-public":
                target = {"GatewayId": "igw-1"}
            if target:
                self.route(table=table, **target)

    def _public_table(self) -> None:
        """Give the subnet of the NAT gateway a table of its own, at times only."""
        if self.calm:
            for row in self.rows["RouteTables"]:
                row["Associations"] = [item for item in row["Associations"] if item.get("SubnetId") != self.public]
        taken = [item.get("SubnetId") for row in self.rows["RouteTables"] for item in row["Associations"]]
        if self.public not in taken and not self.faulty(0.2):
            self.table("rtb-public", subnets=[self.public])

    def _odd_routes(self) -> None:
        """Routes that are longer than ``local``, black holes, and lists as destinations."""
        table = self.one(self.tables())
        gone = {"State": "blackhole", "NatGatewayId": "nat-9"}
        propagated = {"GatewayId": "vgw-9", "Origin": "EnableVgwRoutePropagation"}
        kinds: list[tuple[float, str, Row]] = [
            (0.1, "10.0.3.0/24", propagated),
            (0.1, self.one(("10.0.3.0/24", "10.0.4.0/25", "10.0.2.0/24")), gone),
            (0.08, "52.218.0.0/24", gone),
            (0.1, "pl-1", gone),
        ]
        if any(row["NatGatewayId"] == "nat-1" for row in self.rows["NatGateways"]):
            kinds.append((0.1, self.one(("10.0.3.0/24", "23.45.0.0/16", "10.0.4.0/24")), {"NatGatewayId": "nat-1"}))
        for chance, to, target in kinds:
            if self.faulty(chance):
                self.route(to, table, **target)
        if self.faulty(0.3):
            checked = self.maybe(0.4)
            group = self.one(("sg-end", "sg-end2", "sg-task"))
            public = {"Association": {"PublicIp": "198.51.100.9"}} if self.maybe(0.6) else {}
            where = self.one(SUBNETS)
            base = self.row("Subnets", where)["CidrBlock"].rpartition(".")[0]
            self.interface("eni-box", f"{base}.201", where, [group], SourceDestCheck=checked, **public)
            self.route(self.one((EVERYWHERE, "23.45.0.0/16", "52.218.0.0/16")), table, NetworkInterfaceId="eni-box")
            routes = self.row("RouteTables", table)["Routes"]
            seen: dict[str, Row] = {}
            for row in routes:
                seen.setdefault(row.get("DestinationCidrBlock") or row["DestinationPrefixListId"], row)
            routes[:] = list(seen.values())

    # ------------------------------------------------------------------------------------ what is called

    def _endpoints(self) -> None:
        for number, service in enumerate(SERVICES, 1):
            if not self.maybe(0.75):
                continue
            self.services.append(service)
            subnets = self.draw.sample(SUBNETS, self.draw.randrange(1, 3))
            row = self.endpoint(f"vpce-{number}", service, subnets, self.one(("sg-end", "sg-end", "sg-end2")))
            row["PrivateDnsEnabled"] = self.maybe(0.85)
            if self.maybe(0.05):
                row["State"] = "failed"
        self.group(
            "sg-host",
            inbound=[allow("tcp", 443, group=self.one(("sg-task", "sg-b"))), allow("tcp", 53, cidr="10.0.1.0/24")],
        )
        self.interface("eni-host", "10.0.3.99", "subnet-c", ["sg-host"])
        if self.maybe(0.15):
            self.dhcp("10.0.3.99")
            self.row("SecurityGroups", "sg-host")["IpPermissions"].append(
                allow("udp", 53, cidr=self.one(("10.0.0.0/16", "10.0.1.0/24")))
            )

    def _names(self) -> None:
        """Private zones beside and above the endpoints' names."""
        # A zone of just the name of an endpoint's private DNS is refused by AWS.
        taken = any(
            row["PrivateDnsEnabled"] and row["ServiceName"].endswith(".logs") for row in self.rows["VpcEndpoints"]
        )
        if self.maybe(0.35) and not taken:
            zone = f"logs.{REGION}.amazonaws.com"
            self.zone(zone, *([record(f"{zone}.", "A", "10.0.3.99")] if self.maybe(0.6) else []))
        if self.maybe(0.15):
            zone = f"ecr.{REGION}.amazonaws.com"
            rows = [record(f"\\052.dkr.{zone}.", "A", "10.0.3.99"), record(f"api.{zone}.", "A", "10.0.3.99")]
            self.zone(zone, *self.draw.sample(rows, self.draw.randrange(3)))

    def _peer(self) -> None:
        if not self.maybe(0.4):
            return
        self.peered = True
        self.add("Vpcs", VpcId=PEER, CidrBlock="10.2.0.0/16", DhcpOptionsId="dopt-1", OwnerId=ACCOUNT)
        self.add("VpcAttributes", VpcId=PEER, EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True})
        row = self.table("rtb-peer", main=True)
        row["VpcId"] = PEER
        row["Routes"] = [{"DestinationCidrBlock": "10.2.0.0/16", "GatewayId": "local", "State": "active"}]
        if self.maybe(0.8):
            self.route(
                self.one(("10.0.0.0/16", "10.0.0.0/16", "10.0.1.0/24")), "rtb-peer", VpcPeeringConnectionId="pcx-1"
            )
        self.subnet("subnet-p", "10.2.1.0/24", "eu-west-1a", vpc=PEER)
        if self.maybe(0.3):
            self.acl("acl-peer", both_ways(*self._entries()), ["subnet-p"])
        inbound = self.one(
            (
                [allow("tcp", 443, cidr="10.0.0.0/8")],
                [allow("tcp", 443, group="sg-task")],
                [allow("tcp", 443, cidr="10.0.1.0/24")],
            )
        )
        self.group("sg-peer", inbound=inbound, outbound=[], VpcId=PEER)
        self.interface("eni-peer", "10.2.1.9", "subnet-p", ["sg-peer"], VpcId=PEER)
        sides = {
            "RequesterVpcInfo": {"VpcId": VPC, "CidrBlock": "10.0.0.0/16", "Region": REGION, "OwnerId": ACCOUNT},
            "AccepterVpcInfo": {"VpcId": PEER, "CidrBlock": "10.2.0.0/16", "Region": REGION, "OwnerId": ACCOUNT},
        }
        state = self.one(("active", "active", "pending-acceptance"))
        self.add("VpcPeeringConnections", VpcPeeringConnectionId="pcx-1", Status={"Code": state}, **sides)
        for table in self.tables():
            if self.maybe(0.8):
                self.route("10.2.0.0/16", table, VpcPeeringConnectionId="pcx-1")
