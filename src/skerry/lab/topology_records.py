"""Topology of a lab, as plain data: namespaces, interfaces, routes, filters and DNS names.

All of it is IPv4. Every text in a script, a configuration file or a command has a type of its own that holds only
valid values; ids of AWS are labels for people and appear in none of them.

A lab has one namespace for the tasks, one for the router of each VPC, one for address translation (NAT gateways and
NAT instances), and one for everything that is called: the AWS side of endpoints, and the internet.
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
DnsResponse = Literal["no-name", "no-data", "override"]

TASKS: Final = "tasks"
NATS: Final = "nats"
FAR: Final = "far"

_DEVICE = re.compile(r"fab0|void|[pg][0-9]{1,6}")


class Device(Checked):
    """The name of a network device in a router: of an interface, a gateway, the fabric, or the black hole."""

    __slots__ = ()

    @classmethod
    def canonical(cls, text: str) -> str | None:
        """Return the name unchanged; None if it is not the name of a router's device."""
        return text if _DEVICE.fullmatch(text) else None


LOCAL: Final = Device("fab0")
VOID: Final = Device("void")


class Protocol(StrEnum):
    """Protocols of packets in a lab; a rule with ALL applies to any."""

    ALL = "all"
    TCP = "tcp"
    UDP = "udp"


NOT_BUILT: Final = "not-built"
"""The kind of a target that the lab does not build; a packet lost there proves nothing."""


class TrafficOrigin(msgspec.Struct, frozen=True):
    """The cause of a drop: a resource of the user, and its rule in words."""

    kind: str
    resource: str
    rule: str = ""


class Port(msgspec.Struct, frozen=True):
    """A network interface in a subnet, and the namespace of its user.

    ``groups`` None: it has no security groups, like a NAT gateway. ``public``: the public address to which an internet
    gateway translates its own. ``forwards``: it accepts packets for other addresses and forwards them with its own as
    the source. ``mark``: the mark of packets that it refuses.
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
        """The name of the device in the router."""
        return Device(f"p{self.number}")


class Gateway(msgspec.Struct, frozen=True):
    """A way out of a VPC without an interface in a subnet: an internet gateway, gateway endpoint or peering connection.

    ``to``: the namespace, or the peer VPC of a peering connection. ``mark``: the mark of packets that it drops.
    """

    number: int
    label: str
    kind: Literal["internet", "endpoint", "peering"]
    to: str = FAR
    mark: int = 0

    @property
    def device(self) -> Device:
        """The name of the device in the router."""
        return Device(f"g{self.number}")


class Line(msgspec.Struct, frozen=True):
    """A route of a Linux routing table; one with the device `VOID` is a black hole."""

    cidr: Cidr
    device: Device
    realm: int


class NftRule(msgspec.Struct, frozen=True):
    """A rule of a chain: packets with ``peer`` as their source or destination, of a protocol, to a range of ports.

    ``ports`` None: all ports. A packet that it drops is recorded under the mark.
    """

    side: Literal["saddr", "daddr"]
    peer: Cidr
    verdict: Literal["accept", "drop"]
    protocol: Protocol = Protocol.ALL
    ports: PortRange | None = None
    mark: int = 0


class Chain(msgspec.Struct, frozen=True):
    """The name of an nftables chain: of a network ACL or of an interface's security groups, by the lab's own number."""

    kind: Literal["acl", "guard"]
    number: int
    direction: Literal["in", "out"]

    @property
    def name(self) -> str:
        """The name as scripts write it."""
        return f"{self.kind}{self.number:d}_{self.direction}"


class Filter(msgspec.Struct, frozen=True):
    """A chain of rules, evaluated in order; a packet without a matching rule is dropped under ``mark``."""

    chain: Chain
    rules: tuple[NftRule, ...]
    mark: int


class DnsNames(msgspec.Struct, frozen=True):
    """Names that a VPC's DNS server resolves by itself: its zones, records, and the targets of CNAME records."""

    zones: tuple[Hostname, ...] = ()
    records: tuple[tuple[Hostname, Address], ...] = ()
    redirections: tuple[tuple[Hostname, Hostname], ...] = ()


class DnsRule(msgspec.Struct, frozen=True):
    """A rule of DNS Firewall for questions of its domains, or of every name, and of a query type (None: of all).

    ``response`` None: it lets them pass; ``override``: the name that it answers instead. ``trusts``: it inspects no
    names that an answer redirects to.
    """

    domains: tuple[Hostname, ...]
    every_name: bool = False
    query_type: int | None = None
    response: DnsResponse | None = None
    override: Hostname | None = None
    trusts: bool = False


class Router(msgspec.Struct, frozen=True):
    """The router of a VPC: its interfaces and gateways, the routes of its subnets, their filters, its DNS server.

    ``subnets`` are by id, ``tables`` by number, ``guards`` the chains (out, in) of interfaces by number. ``resolver``:
    the address of the Amazon DNS server, None if it does not answer. ``servers``: the DNS servers of the tasks.
    ``dns_rules``: the rules of DNS Firewall, in their order.
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
    names: DnsNames
    dns_rules: tuple[DnsRule, ...] = ()

    @property
    def space(self) -> str:
        """The name of the router's network namespace."""
        return f"vpc{self.number}"


class Subnetwork(msgspec.Struct, frozen=True):
    """A subnet of a lab: its block, its routing table, and the chains for inbound and outbound packets."""

    cidr: Cidr
    table: int
    inbound: Chain
    outbound: Chain


class LabPlan(msgspec.Struct, frozen=True):
    """A complete lab, ready to be built. ``marks`` and ``realms``: causes of recorded drops, by number."""

    routers: tuple[Router, ...]
    marks: dict[int, TrafficOrigin]
    realms: dict[int, TrafficOrigin]
    public: tuple[tuple[Hostname, Address], ...] = ()
