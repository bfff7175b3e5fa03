"""The origin of packets: a task's or instance's interface, a NAT gateway's, or their entry into a VPC."""

from typing import Literal, NamedTuple, TypeAlias

import msgspec

from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.route_targets import (
    EndpointTarget,
    InterfaceTarget,
    NatGatewayTarget,
    PeeringTarget,
    TransitGatewayTarget,
)
from skerry.model.transit_records import TransitGatewayVpcAttachment
from skerry.net.intervals import Intervals
from skerry.reach.trace import Destination, Guard, Hop, HopPlace, PacketPath

DEEPEST = 4
"""How many gateways and middleboxes a way is followed through."""

What = Literal["task", "nat", "transit", "peering", "appliance"]

Entry: TypeAlias = TransitGatewayTarget | PeeringTarget
"""A way from one VPC into another."""

Passed: TypeAlias = Entry | NatGatewayTarget | InterfaceTarget | EndpointTarget
"""A gateway or middlebox that a path leads through."""


class Crossing(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The entry of packets from another VPC: the gateway or connection, and the VPC they left.

    ``seen``: whether security groups here see the groups of the sender there. ``attachments``: those of this VPC and of
    the other one, if packets came by a transit gateway.
    """

    by: Entry
    home: "Start"
    seen: bool | Missing
    attachments: tuple[TransitGatewayVpcAttachment, TransitGatewayVpcAttachment] | None = None


class Start(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The origin of packets: the interface of a task or instance, a NAT gateway, or their entry into a VPC.

    ``passed`` are the gateways and middleboxes behind them. Compared by identity, so that the common part of walks is
    judged once.
    """

    subnet: Subnet
    addresses: Intervals
    ports: Intervals
    public: bool | Missing
    what: What = "task"
    came: Crossing | None = None
    passed: tuple[Passed, ...] = ()

    @property
    def origin(self) -> Subnet:
        """The subnet that the packets' source addresses are of."""
        return self.subnet if self.came is None else self.came.home.origin


def spell_passed(start: Start) -> str:
    """Return the ids of the gateways and middleboxes behind packets."""
    return ", ".join(target.id for target in start.passed)


class Traffic(NamedTuple):
    """The fixed properties of a flow."""

    protocol: str
    port: int

    @property
    def ports(self) -> Intervals:
        """The destination port as a set."""
        return ((self.port, self.port),)


# Pieces of the destination's addresses, each with the ways that it may take: one, or one of several.
Fan = tuple[tuple[PacketPath, ...], ...]


class Step(msgspec.Struct, frozen=True, gc=False):
    """A route of some packets: the origin, the addresses of the destination, and the hop."""

    start: Start
    destination: Destination
    addresses: Intervals
    traffic: Traffic
    hop: Hop


def place_of(subnet: Subnet) -> HopPlace:
    """Return the place of a hop in a subnet."""
    return HopPlace(subnet.vpc_id, subnet.subnet_id)


def guard_of(
    start: Start,
    groups: tuple[str, ...] | Missing | None,
    *,
    private_link: bool = False,
    at: HopPlace | None = None,
) -> Guard | None:
    """Return the guard of an interface that packets from this start come to; ``private_link``: it is an endpoint's."""
    return None if groups is None else Guard(groups, _seen(start, private_link=private_link), at)


def _seen(start: Start, *, private_link: bool) -> bool | Missing:
    """Return whether rules that name groups hold for packets from this start.

    They do not across a firewall or other middlebox, nor for endpoints across a transit gateway:
    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html#vpc-attachment-security
    """
    if any(isinstance(target, EndpointTarget) for target in start.passed):
        return False
    if start.came is None:
        return True
    return False if private_link and start.came.attachments is not None else start.came.seen
