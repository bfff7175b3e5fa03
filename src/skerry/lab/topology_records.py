"""What a lab is made of, as plain data: namespaces, interfaces, routes, filters, names.

Everything is of IPv4. Every text that a script, file or program gets has a type of its own, which holds no other form;
ids of AWS are labels for people and reach none of them.

A lab has one namespace for the tasks, one for each VPC's router, one for what translates addresses (NAT gateways and
NAT instances), and one for all that is called: AWS's side of endpoints, and the internet.
"""

import re
from enum import StrEnum
from typing import Final, Literal

import msgspec

from skerry.net.checked import Checked
from skerry.net.cidr import Address, Cidr
from skerry.net.hostname import Hostname
from skerry.net.ports import PortRange

Side = Literal["tasks", "nats", "far"]

TASKS: Final = "tasks"
NATS: Final = "nats"
FAR: Final = "far"

_DEVICE = re.compile(r"fab0|void|[pg][0-9]{1,6}")


class Device(Checked):
    """The name of a network device in a router: a port's, a gateway's, the fabric's, or the one to nowhere."""

    __slots__ = ()

    @classmethod
    def canonical(cls, text: str) -> str | None:
        """Return the name itself; None where a router has no device of this name."""
        return text if _DEVICE.fullmatch(text) else None


LOCAL: Final = Device("fab0")
VOID: Final = Device("void")


class Protocol(StrEnum):
    """The protocols that packets in a lab have; ALL in a rule for any."""

    ALL = "all"
    TCP = "tcp"
    UDP = "udp"


class Origin(msgspec.Struct, frozen=True):
    """What of the user's a drop is laid at: a resource and its rule in words."""

    kind: str
    resource: str
    rule: str = ""


class Port(msgspec.Struct, frozen=True):
    """An interface in a subnet, and the namespace of the one who uses it.

    ``groups`` None: no security group guards it, as with NAT gateways. ``public``: its public address, which an
    internet gateway translates it to. ``forwards``: it takes what is not for itself, and sends it on as its own.
    ``mark``: what is recorded of packets that it does not take.
    """

    number: int
    label: str
    side: Side
    subnet: str
    addresses: tuple[Address, ...]
    groups: tuple[str, ...] | None = None
    public: Address | None = None
    forwards: bool = False
    mark: int = 0

    @property
    def device(self) -> Device:
        """The name of its device in the router."""
        return Device(f"p{self.number}")

    @property
    def routed(self) -> bool:
        """Tell whether routes lead to it."""
        return self.label.startswith("nat-") or self.forwards


class Gateway(msgspec.Struct, frozen=True):
    """A way out of a VPC that no interface of a subnet stands for: an internet gateway, gateway endpoint, or peering.

    ``to``: the namespace, or the VPC behind a peering connection. ``mark``: what is recorded of what it drops.
    """

    number: int
    label: str
    kind: Literal["internet", "endpoint", "peering"]
    to: str = FAR
    mark: int = 0

    @property
    def device(self) -> Device:
        """The name of its device in the router."""
        return Device(f"g{self.number}")


class Line(msgspec.Struct, frozen=True):
    """A route: where packets for a block go, at `VOID` nowhere."""

    cidr: Cidr
    device: Device
    realm: int


class Rule(msgspec.Struct, frozen=True):
    """A rule of a filter: packets with ``peer`` as their source or destination, of a protocol, to a range of ports.

    ``ports`` None: all of them. ``verdict`` drop is recorded under the mark.
    """

    side: Literal["saddr", "daddr"]
    peer: Cidr
    verdict: Literal["accept", "drop"]
    protocol: Protocol = Protocol.ALL
    ports: PortRange | None = None
    mark: int = 0


class Chain(msgspec.Struct, frozen=True):
    """The name of a filter in the kernel: of a network ACL or of a port's security groups, by a number of the lab's."""

    kind: Literal["acl", "guard"]
    number: int
    direction: Literal["in", "out"]

    @property
    def name(self) -> str:
        """The name in scripts."""
        return f"{self.kind}{self.number:d}_{self.direction}"


class Filter(msgspec.Struct, frozen=True):
    """A chain of rules, asked in order; what no rule decides is dropped under ``mark``."""

    chain: Chain
    rules: tuple[Rule, ...]
    mark: int


class Names(msgspec.Struct, frozen=True):
    """What a VPC's DNS server answers by itself: zones that it never asks further for, and records."""

    zones: tuple[Hostname, ...] = ()
    records: tuple[tuple[Hostname, Address], ...] = ()


class Router(msgspec.Struct, frozen=True):
    """One VPC: its interfaces and gateways, the routes of its subnets, their filters, its DNS server.

    ``subnets`` are by id, ``tables`` by number, ``guards`` the filters (out, in) of ports by number. ``resolver``: the
    address of the Amazon DNS server, None where it does not answer. ``servers``: what tasks ask for names.
    """

    vpc: str
    number: int
    ports: tuple[Port, ...]
    gateways: tuple[Gateway, ...]
    subnets: dict[str, "Subnetwork"]
    tables: dict[int, tuple[Line, ...]]
    filters: tuple[Filter, ...]
    guards: dict[int, tuple[Chain, Chain]]
    resolver: Address | None
    servers: tuple[Address, ...]
    names: Names

    @property
    def space(self) -> str:
        """The name of its namespace."""
        return f"vpc{self.number}"


class Subnetwork(msgspec.Struct, frozen=True):
    """A subnet: its block, its routing table, and the filters for what comes in and goes out."""

    cidr: Cidr
    table: int
    inbound: Chain
    outbound: Chain


class Plan(msgspec.Struct, frozen=True):
    """A lab, ready to be built. ``marks`` and ``realms`` tell what a recorded drop is laid at."""

    routers: tuple[Router, ...]
    marks: dict[int, Origin]
    realms: dict[int, Origin]
    public: tuple[tuple[Hostname, Address], ...] = ()
