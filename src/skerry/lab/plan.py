"""What a lab is made of, as plain data: namespaces, interfaces, routes, filters, names.

Everything is of IPv4. A lab has one namespace for the tasks, one for each VPC's router, one for what translates
addresses (NAT gateways and NAT instances), and one for all that is called: AWS's side of endpoints, and the internet.
"""

from typing import Final, Literal

import msgspec

Side = Literal["tasks", "nats", "far"]

TASKS: Final = "tasks"
NATS: Final = "nats"
FAR: Final = "far"


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
    addresses: tuple[str, ...]
    groups: tuple[str, ...] | None = None
    public: str | None = None
    forwards: bool = False
    mark: int = 0

    @property
    def device(self) -> str:
        """The name of its device in the router."""
        return f"p{self.number}"

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
    def device(self) -> str:
        """The name of its device in the router."""
        return f"g{self.number}"


class Line(msgspec.Struct, frozen=True):
    """A route: where packets for a block go. ``device`` "void": nowhere."""

    cidr: str
    device: str
    realm: int


class Rule(msgspec.Struct, frozen=True):
    """A rule of a filter; ``verdict`` drop is recorded under the mark."""

    match: str
    verdict: Literal["accept", "drop"]
    mark: int = 0


class Filter(msgspec.Struct, frozen=True):
    """A chain of rules, asked in order; what no rule decides is dropped under ``mark``."""

    name: str
    rules: tuple[Rule, ...]
    mark: int


class Names(msgspec.Struct, frozen=True):
    """What a VPC's DNS server answers by itself: zones that it never asks further for, and records."""

    zones: tuple[str, ...] = ()
    records: tuple[tuple[str, str], ...] = ()


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
    guards: dict[int, tuple[str, str]]
    resolver: str | None
    servers: tuple[str, ...]
    names: Names

    @property
    def space(self) -> str:
        """The name of its namespace."""
        return f"vpc{self.number}"


class Subnetwork(msgspec.Struct, frozen=True):
    """A subnet: its block, its routing table, and the filters for what comes in and goes out."""

    cidr: str
    table: int
    inbound: str
    outbound: str


class Plan(msgspec.Struct, frozen=True):
    """A lab, ready to be built. ``marks`` and ``realms`` tell what a recorded drop is laid at."""

    routers: tuple[Router, ...]
    marks: dict[int, Origin]
    realms: dict[int, Origin]
    public: tuple[tuple[str, str], ...] = ()
