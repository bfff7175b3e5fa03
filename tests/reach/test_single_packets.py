"""The engine against a simulator that walks single packets through random networks of two VPCs.

The simulator reads the same rows as AWS prints them, and shares no code with the engine. It knows no sets: one source
address, one destination address, one pair of ports, there and back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_address, ip_network
from random import Random
from typing import Any

from skerry.net.ip_addresses import IpAddress
from skerry.reach.walk import Source
from tests.hubs import HUB, HubAndSpoke, tgw_route
from tests.networks import EVERYWHERE, REGION, VPC, Row, allow, both_ways, entry
from tests.tables import each

SEEDS = range(100)
LOST, OPEN = "lost", "open"
DOORS = {VPC: "tgw-attach-1", HUB: "tgw-attach-2"}
BLOCKS = {VPC: "10.0.0.0/16", HUB: "10.1.0.0/16"}


# --------------------------------------------------------------------------------------------------- the simulator


@dataclass(frozen=True)
class Packet:
    """A packet of a flow; ``home``: its subnet and groups, ``end``: the interface that it is for."""

    source: str
    home: str
    groups: tuple[str, ...]
    end: Row
    port: int
    client: int

    @property
    def target(self) -> str:
        return str(self.end["PrivateIpAddress"])

    @property
    def place(self) -> str:
        return str(self.end["SubnetId"])


@dataclass
class Simulator:
    """Walks single packets; ``found`` is what became of one on its way, step by step."""

    network: HubAndSpoke
    found: list[str] = field(default_factory=list)

    def verdict(self, packet: Packet) -> str:
        """What becomes of a connection."""
        found = set(self.outcomes(packet))
        return "blocked" if LOST in found else "unknown" if OPEN in found else "ok"

    def outcomes(self, packet: Packet) -> Iterator[str]:
        """Everything that is lost or not known, there and back."""
        vpc, there = self.vpc(packet.home), self.vpc(packet.place)
        peered = any(row["Status"]["Code"] == "active" for row in self.network.rows["VpcPeeringConnections"])
        theirs = self.groups_of(packet.end) if vpc == there or peered else ()
        yield self.guarded(packet.groups, "IpPermissionsEgress", packet.target, packet.port, theirs)
        if packet.home == packet.place:
            yield self.guarded(self.groups_of(packet.end), "IpPermissions", packet.source, packet.port, packet.groups)
            return
        by = self.route(packet.home, packet.target)
        if by is None or (by == "local") != (vpc == there):
            yield LOST
            return
        yield self.acl(packet.home, packet.target, packet.port, egress=True)
        seen = True
        if by == "local":
            yield from self.across(packet)
            yield LOST if self.route(packet.place, packet.source) is None else ""
        elif by.startswith("pcx-"):
            if not peered:
                yield LOST
            yield from self.across(packet)
            yield self.leads(packet.place, packet.source, by)
        else:
            seen = self.option() and packet.end.get("InterfaceType") != "vpc_endpoint"
            yield from self.by_transit_gateway(packet)
        known = packet.groups if seen else ()
        yield self.guarded(self.groups_of(packet.end), "IpPermissions", packet.source, packet.port, known)

    def across(self, packet: Packet) -> Iterator[str]:
        """Into the other subnet, out of it, and back into the first."""
        yield self.acl(packet.place, packet.source, packet.port, egress=False)
        yield self.acl(packet.place, packet.source, packet.client, egress=True)
        yield self.acl(packet.home, packet.target, packet.client, egress=False)

    def by_transit_gateway(self, packet: Packet) -> Iterator[str]:
        vpc, there = self.vpc(packet.home), self.vpc(packet.place)
        door = self.door(vpc, self.zone(packet.home))
        if door is None or self.transit_route(vpc, packet.target) != DOORS[there]:
            yield LOST
            return
        yield self.acl(door, packet.source, packet.port, egress=False)
        yield from self.any_of([list(self.inward(packet, way)) for way in self.ways_in(packet)])

    def ways_in(self, packet: Packet) -> list[str]:
        """The subnets by which a packet may enter the hub."""
        doors, zone = self.doors(self.vpc(packet.place)), self.zone(packet.home)
        near = [one for one in doors if self.zone(one) == zone]
        settled = not self.appliance(self.vpc(packet.place)) or self.zone(packet.place) == zone
        return near if near and settled else doors

    def inward(self, packet: Packet, way: str) -> Iterator[str]:
        """From where a packet enters the hub to its end, and back."""
        if way != packet.place:
            yield self.acl(way, packet.target, packet.port, egress=True)
            if self.route(way, packet.target) != "local":
                yield LOST
                return
            yield self.acl(packet.place, packet.source, packet.port, egress=False)
        yield self.acl(packet.place, packet.source, packet.client, egress=True)
        yield self.leads(packet.place, packet.source, "tgw-1")
        vpc, zone = self.vpc(packet.home), self.zone(packet.place)
        door = self.door(self.vpc(packet.place), zone)
        yield LOST if door is None else self.acl(door, packet.target, packet.client, egress=False)
        yield "" if self.transit_route(self.vpc(packet.place), packet.source) == DOORS[vpc] else LOST
        near = [one for one in self.doors(vpc) if self.zone(one) == zone]
        settled = not self.appliance(vpc) or self.zone(packet.home) == zone
        ends = near if near and settled else self.doors(vpc)
        yield from self.any_of([list(self.homeward(packet, one)) for one in ends])

    def homeward(self, packet: Packet, way: str) -> Iterator[str]:
        if way == packet.home:
            return
        yield self.acl(way, packet.source, packet.client, egress=True)
        yield "" if self.route(way, packet.source) == "local" else LOST
        yield self.acl(packet.home, packet.target, packet.client, egress=False)

    def any_of(self, ways: list[list[str]]) -> Iterator[str]:
        """One of several ways, and not known which: certain is what all of them do."""
        lost = [LOST in way for way in ways]
        if all(lost):
            yield LOST
        elif any(lost):
            yield OPEN
        else:
            yield from (one for way in ways for one in way)

    # ------------------------------------------------------------------------------------------------ look-ups

    def row(self, key: str, name: str) -> Row:
        return self.network.row(key, name)

    def vpc(self, subnet: str) -> str:
        return str(self.row("Subnets", subnet)["VpcId"])

    def zone(self, subnet: str) -> str:
        return str(self.row("Subnets", subnet)["AvailabilityZone"])

    def groups_of(self, interface: Row) -> tuple[str, ...]:
        return tuple(row["GroupId"] for row in interface["Groups"])

    def attachment(self, vpc: str) -> Row:
        return next(row for row in self.network.rows["TransitGatewayVpcAttachments"] if row["VpcId"] == vpc)

    def doors(self, vpc: str) -> list[str]:
        return list(self.attachment(vpc)["SubnetIds"])

    def door(self, vpc: str, zone: str) -> str | None:
        return next((one for one in self.doors(vpc) if self.zone(one) == zone), None)

    def appliance(self, vpc: str) -> bool:
        return bool(self.attachment(vpc)["Options"]["ApplianceModeSupport"] == "enable")

    def option(self) -> bool:
        rows = [self.row("TransitGateways", "tgw-1"), self.attachment(VPC), self.attachment(HUB)]
        return all(row["Options"]["SecurityGroupReferencingSupport"] == "enable" for row in rows)

    def table(self, subnet: str) -> Row:
        rows = [row for row in self.network.rows["RouteTables"] if row["VpcId"] == self.vpc(subnet)]
        own = [row for row in rows if any(item.get("SubnetId") == subnet for item in row["Associations"])]
        return (own or [row for row in rows if any(item["Main"] for item in row["Associations"])])[0]

    def route(self, subnet: str, target: str) -> str | None:
        """What the longest route to an address leads to; None: nowhere."""
        found = longest(self.table(subnet)["Routes"], target)
        if found is None or found["State"] == "blackhole":
            return None
        return str(found.get("GatewayId") or found.get("TransitGatewayId") or found["VpcPeeringConnectionId"])

    def leads(self, subnet: str, target: str, by: str) -> str:
        found = self.route(subnet, target)
        return LOST if found is None else "" if found == by else OPEN

    def transit_route(self, vpc: str, target: str) -> str | None:
        row = self.row("TransitGatewayAttachments", DOORS[vpc])
        if "Association" not in row:
            return None
        found = longest(self.network.routes[row["Association"]["TransitGatewayRouteTableId"]], target)
        if found is None or found["State"] == "blackhole":
            return None
        return str(found["TransitGatewayAttachments"][0]["TransitGatewayAttachmentId"])

    def acl(self, subnet: str, remote: str, port: int, *, egress: bool) -> str:
        """The first entry that concerns a packet decides; the last one denies."""
        rows = self.network.rows["NetworkAcls"]
        acl = next(row for row in rows if any(item["SubnetId"] == subnet for item in row["Associations"]))
        for item in sorted(acl["Entries"], key=lambda one: int(one["RuleNumber"])):
            ports = item.get("PortRange", {"From": 0, "To": 65_535})
            concerned = item["Egress"] == egress and ports["From"] <= port <= ports["To"]
            if concerned and holds(item["CidrBlock"], remote):
                return "" if item["RuleAction"] == "allow" else LOST
        return LOST

    def guarded(self, groups: tuple[str, ...], side: str, remote: str, port: int, theirs: tuple[str, ...]) -> str:
        """Any rule of any group lets a packet pass."""
        for group in groups:
            for rule in self.row("SecurityGroups", group)[side]:
                if not rule.get("FromPort", 0) <= port <= rule.get("ToPort", 65_535):
                    continue
                if any(holds(item["CidrIp"], remote) for item in rule["IpRanges"]):
                    return ""
                if any(item["GroupId"] in theirs for item in rule["UserIdGroupPairs"]):
                    return ""
        return LOST


def holds(cidr: str, target: str) -> bool:
    return ip_address(target) in ip_network(cidr)


def longest(routes: list[Row], target: str) -> Row | None:
    fitting = [row for row in routes if holds(row["DestinationCidrBlock"], target)]
    return max(fitting, key=lambda row: ip_network(row["DestinationCidrBlock"]).prefixlen, default=None)


# ------------------------------------------------------------------------------------------------- random networks


class Dice(Random):
    """Choices of which the sound one is the likely one, so that not every network is wholly broken."""

    def rarely(self, share: float) -> bool:
        return self.random() < share

    def part(self, block: str) -> str:
        """A block, one half of it, or one of the subnets in it."""
        stem = block.removesuffix(".0.0/16")
        return self.choice([*[block] * 6, f"{stem}.0.0/17", f"{stem}.1.0/24", f"{stem}.2.0/24", f"{stem}.2.0/25"])


def random_network(seed: int) -> HubAndSpoke:
    dice = Dice(seed)
    network = HubAndSpoke()
    for row in [*network.rows["TransitGateways"], *network.rows["TransitGatewayVpcAttachments"]]:
        row["Options"]["SecurityGroupReferencingSupport"] = "disable" if dice.rarely(0.2) else "enable"
    for row in network.rows["TransitGatewayVpcAttachments"]:
        row["Options"]["ApplianceModeSupport"] = "enable" if dice.rarely(0.25) else "disable"
        if dice.rarely(0.25):
            row["SubnetIds"] = [dice.choice(row["SubnetIds"])]
    if dice.rarely(0.5):
        with_other_doors(network, dice)
    for name in network.routes:
        network.routes[name][:] = transit_routes(dice, BLOCKS[HUB if name == "tgw-rtb-spoke" else VPC], name)
    if dice.rarely(0.05):
        dice.choice(network.rows["TransitGatewayAttachments"]).pop("Association")
    with_peering(network, dice)
    with_tables(network, dice)
    with_acls(network, dice)
    with_interfaces(network, dice)
    return network


def with_other_doors(network: HubAndSpoke, dice: Dice) -> None:
    """Attachments in subnets of their own."""
    for vpc, stem, prefix in ((VPC, "10.0", "door"), (HUB, "10.1", "gate")):
        attachment = next(row for row in network.rows["TransitGatewayVpcAttachments"] if row["VpcId"] == vpc)
        names = []
        for number, zone in enumerate("ab" if dice.rarely(0.7) else "a"):
            network.subnet(f"{prefix}-{zone}", f"{stem}.{8 + number}.0/28", f"{REGION}{zone}", vpc=vpc)
            names.append(f"{prefix}-{zone}")
        attachment["SubnetIds"] = names


def transit_routes(dice: Dice, block: str, name: str) -> list[Row]:
    there = "tgw-attach-2" if name == "tgw-rtb-spoke" else "tgw-attach-1"
    blocks = {dice.part(block) for _ in range(dice.choice([1, 1, 1, 2, 3]))}
    return [
        tgw_route(cidr, there, dice.choice(["static", "propagated"]), "blackhole" if dice.rarely(0.1) else "active")
        for cidr in sorted(blocks)
    ]


def with_peering(network: HubAndSpoke, dice: Dice) -> None:
    if dice.rarely(0.5):
        before = [list(row["Routes"]) for row in network.rows["RouteTables"]]
        network.peer("pending-acceptance" if dice.rarely(0.2) else "active")
        for row, routes in zip(network.rows["RouteTables"], before, strict=True):
            row["Routes"] = routes


def with_tables(network: HubAndSpoke, dice: Dice) -> None:
    """A route table for some subnets, with routes to the other VPC, to parts of it, or nowhere."""
    subnets = [(row["SubnetId"], row["VpcId"]) for row in network.rows["Subnets"]]
    for vpc, other, local in ((VPC, HUB, "10.0.0.0/16"), (HUB, VPC, "10.1.0.0/16")):
        for number in range(2):
            own = [name for name, place in subnets if place == vpc and dice.rarely(0.3)]
            used = {item.get("SubnetId") for row in network.rows["RouteTables"] for item in row["Associations"]}
            row = network.table(f"rtb-{vpc}-{number}", subnets=[name for name in own if name not in used])
            routes = {local: {"DestinationCidrBlock": local, "GatewayId": "local", "State": "active"}}
            for _ in range(dice.choice([1, 1, 1, 2, 3])):
                routes |= a_route(network, dice, dice.part(BLOCKS[other]))
            if dice.rarely(0.1):
                inner = f"{local.removesuffix('.0.0/16')}.{dice.choice([1, 2, 8, 9])}.0/24"
                gone = {"NatGatewayId": "nat-gone", "State": "blackhole"}
                routes[inner] = {"DestinationCidrBlock": inner} | gone
            row |= {"VpcId": vpc, "Routes": list(routes.values())}


def a_route(network: HubAndSpoke, dice: Dice, cidr: str) -> dict[str, Row]:
    peering = bool(network.rows["VpcPeeringConnections"]) and dice.rarely(0.5)
    target = {"VpcPeeringConnectionId": "pcx-1"} if peering else {"TransitGatewayId": "tgw-1"}
    state = "blackhole" if dice.rarely(0.1) else "active"
    return {cidr: {"DestinationCidrBlock": cidr, "State": state} | target}


def with_acls(network: HubAndSpoke, dice: Dice) -> None:
    for number, row in enumerate(list(network.rows["Subnets"])):
        if not dice.rarely(0.25):
            continue
        entries = [entry(200)]
        for step in range(dice.choice([1, 1, 2])):
            cidr = dice.part(dice.choice(list(BLOCKS.values())))
            ports = dice.choice([None, (443, 443), (32_768, 60_999), (0, 1023)])
            entries.append(entry(100 + step, dice.choice(["allow", "allow", "deny"]), cidr, protocol="6", ports=ports))
        kept = both_ways(*entries)
        if dice.rarely(0.3):
            kept = [item for item in kept if item["RuleNumber"] != 200 or item["Egress"] == dice.rarely(0.5)]
        network.acl(f"acl-{number}", kept, [row["SubnetId"]])


def with_interfaces(network: HubAndSpoke, dice: Dice) -> None:
    alone = not any("TransitGatewayId" in route for row in network.rows["RouteTables"] for route in row["Routes"])
    for number, subnet in enumerate(["subnet-a", "subnet-b", "hub-a", "hub-b"]):
        rules = [a_rule(dice, "sg-task") for _ in range(dice.choice([1, 1, 2]))]
        vpc = str(network.row("Subnets", subnet)["VpcId"])
        network.group(f"sg-{number}", inbound=rules, VpcId=vpc)
        base = str(network.row("Subnets", subnet)["CidrBlock"]).rpartition(".")[0]
        kind = dice.choice(["interface", "vpc_endpoint"])
        place = {"VpcId": vpc, "InterfaceType": kind}
        network.interface(f"eni-{number}", f"{base}.{dice.choice([20, 200])}", subnet, [f"sg-{number}"], **place)
    named = "sg-2" if alone else "sg-0"
    if dice.rarely(0.3):
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [a_rule(dice, named), a_rule(dice, named)]


def a_rule(dice: Dice, group: str) -> Row:
    ports = dice.choice([(None, None), (443, 443), (80, 443), (80, 443), (80, 80)])
    some = dice.part(dice.choice(list(BLOCKS.values())))
    whom: dict[str, Any] = dice.choice([{"group": group}, {"cidr": EVERYWHERE}, {"cidr": BLOCKS[VPC]}, {"cidr": some}])
    return allow("tcp", *ports, **whom)


def packets(network: HubAndSpoke, seed: int) -> Iterator[Packet]:
    dice = Dice(f"packets {seed}")
    for home, base in (("subnet-a", "10.0.1.0"), ("subnet-b", "10.0.2.0")):
        for end in network.rows["NetworkInterfaces"]:
            source = str(IPv4Address(base) + dice.choice([5, 100, 130, 250]))
            yield Packet(source, home, ("sg-task",), end, dice.choice([443, 443, 80]), dice.choice([33_000, 60_999]))


def agree(seed: int) -> Iterator[tuple[str, str]]:
    """The verdicts of both on each packet, which must be the same."""
    network = random_network(seed)
    walker, simulator = network.walker(), Simulator(network)
    for packet in packets(network, seed):
        addresses = IpAddress(packet.source).addresses
        start = walker.start(
            walker.world.subnets[packet.home], addresses, ((packet.client, packet.client),), public=False
        )
        destination = walker.destinations.at(VPC, IpAddress(packet.target))
        outcome = walker.walk(Source(start, packet.groups), [destination], "tcp", packet.port)
        wanted = simulator.verdict(packet)
        told = [item.piece.message for trace in outcome.traces for item in trace.judged]
        assert str(outcome.verdict) == wanted, f"seed {seed}: {packet}\n" + "\n".join(told)
        yield wanted, packet.place


@each("seed", SEEDS)
def test_walk_verdict_matches_single_packet_simulator(seed: int) -> None:
    assert len(list(agree(seed))) == 8


def test_random_networks_yield_a_mix_of_verdicts_across_vpcs() -> None:
    """Each verdict is met across VPCs, and none of them nearly always."""
    found = [verdict for seed in SEEDS for verdict, place in agree(seed) if place.startswith("hub-")]
    shares = {verdict: found.count(verdict) / len(found) for verdict in ("ok", "unknown", "blocked")}
    assert shares["ok"] > 0.1, shares
    assert shares["unknown"] > 0.02, shares
    assert shares["blocked"] > 0.2, shares
