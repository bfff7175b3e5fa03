"""Targets of routes: one class for each kind of resource that a route may lead to.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRoute.html
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from skerry.model.missing import Missing


class _Target(msgspec.Struct, frozen=True, gc=False):
    """A resource, by its id or ARN."""

    id: str


class LocalTarget(_Target, frozen=True):
    """The VPC itself."""

    id: str = "local"


class InternetGatewayTarget(_Target, frozen=True):
    """An internet gateway."""


class EndpointTarget(_Target, frozen=True):
    """A VPC endpoint: a gateway endpoint, or one of a Gateway Load Balancer."""


class VpnGatewayTarget(_Target, frozen=True):
    """A virtual private gateway."""


class NatGatewayTarget(_Target, frozen=True):
    """A NAT gateway."""


class TransitGatewayTarget(_Target, frozen=True):
    """A transit gateway."""


class PeeringTarget(_Target, frozen=True):
    """A VPC peering connection."""


class InterfaceTarget(_Target, frozen=True):
    """A network interface."""


class InstanceTarget(_Target, frozen=True):
    """An instance, which means its only network interface."""


class EgressOnlyGatewayTarget(_Target, frozen=True):
    """An egress-only internet gateway."""


class CarrierGatewayTarget(_Target, frozen=True):
    """A carrier gateway of a Wavelength zone."""


class LocalGatewayTarget(_Target, frozen=True):
    """A local gateway of an Outpost."""


class CoreNetworkTarget(_Target, frozen=True):
    """A core network of AWS Cloud WAN."""


class OdbNetworkTarget(_Target, frozen=True):
    """A network of Oracle Database@AWS."""


class UnknownGatewayTarget(_Target, frozen=True):
    """A gateway of a kind unknown to skerry."""


class AttachmentTarget(_Target, frozen=True):
    """An attachment of a transit gateway."""


class SharedAttachmentsTarget(msgspec.Struct, frozen=True, gc=False):
    """Several attachments of a transit gateway; they share the load."""

    ids: tuple[str, ...]


RouteTarget: TypeAlias = (
    LocalTarget
    | InternetGatewayTarget
    | EndpointTarget
    | VpnGatewayTarget
    | NatGatewayTarget
    | TransitGatewayTarget
    | PeeringTarget
    | InterfaceTarget
    | InstanceTarget
    | EgressOnlyGatewayTarget
    | CarrierGatewayTarget
    | LocalGatewayTarget
    | CoreNetworkTarget
    | OdbNetworkTarget
    | UnknownGatewayTarget
    | Missing
)
"""The target of a route in a VPC's route table; `Missing` if the route names none."""

MakeTarget: TypeAlias = Callable[[str], RouteTarget]

TransitRouteTarget: TypeAlias = AttachmentTarget | SharedAttachmentsTarget | Missing
"""The target of a route in a transit gateway's route table; `Missing` if the route names none."""

LOCAL: Final = LocalTarget()
NO_TARGET: Final = Missing("a target that the route does not name")

_GATEWAYS: Final[dict[str, MakeTarget]] = {
    "igw-": InternetGatewayTarget,
    "vpce-": EndpointTarget,
    "vgw-": VpnGatewayTarget,
}


def target_of_gateway(gateway_id: str) -> RouteTarget:
    """Return the target of a route by its ``GatewayId``; this key holds several kinds of gateways."""
    if gateway_id == LOCAL.id:
        return LOCAL
    prefix, dash, _ = gateway_id.partition("-")
    return _GATEWAYS.get(prefix + dash, UnknownGatewayTarget)(gateway_id)


def target_of_attachments(attachment_ids: tuple[str, ...]) -> TransitRouteTarget:
    """Return the target of a transit gateway's route."""
    match attachment_ids:
        case ():
            return NO_TARGET
        case (attachment_id,):
            return AttachmentTarget(attachment_id)
        case _:
            return SharedAttachmentsTarget(attachment_ids)


def spell_target(target: RouteTarget | TransitRouteTarget) -> str:
    """Return the ids of a target, or a description of a missing one."""
    match target:
        case Missing():
            return target.fact
        case SharedAttachmentsTarget():
            return " or ".join(target.ids)
        case _:
            return target.id
