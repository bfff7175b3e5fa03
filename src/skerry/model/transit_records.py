"""Records of connections between VPCs, and of VPCs with other networks.

Transit gateways, peering connections, VPN gateways and egress-only internet gateways.
Shapes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Types.html
"""

from msgspec import UNSET, UnsetType

from skerry.model.network import GatewayAttachment
from skerry.model.record import Pascal, Tag
from skerry.model.route_destinations import RouteDestination, destination_of_list
from skerry.model.route_targets import TransitRouteTarget, target_of_attachments
from skerry.net.addresses import Block
from skerry.net.blocks import CidrBlock, Ipv4Block, Ipv6Block


class TransitGatewayOptions(Pascal, frozen=True):
    """The options of a transit gateway; security group referencing is off by default."""

    security_group_referencing_support: str | UnsetType = UNSET


class TransitGateway(Pascal, frozen=True):
    """A transit gateway."""

    transit_gateway_id: str
    state: str | UnsetType = UNSET
    owner_id: str | None = None
    options: TransitGatewayOptions = TransitGatewayOptions()


class VpcAttachmentOptions(Pascal, frozen=True):
    """The options of a VPC's attachment to a transit gateway."""

    ipv6_support: str | UnsetType = UNSET
    appliance_mode_support: str | UnsetType = UNSET
    security_group_referencing_support: str | UnsetType = UNSET


class TransitGatewayVpcAttachment(Pascal, frozen=True):
    """A VPC's attachment to a transit gateway, with its subnets, one in each zone."""

    transit_gateway_attachment_id: str
    transit_gateway_id: str
    vpc_id: str
    state: str | UnsetType = UNSET
    subnet_ids: tuple[str, ...] | UnsetType = UNSET
    options: VpcAttachmentOptions = VpcAttachmentOptions()


class TransitGatewayAssociation(Pascal, frozen=True):
    """The association of an attachment with a route table."""

    transit_gateway_route_table_id: str | None = None
    state: str = "associated"


class TransitGatewayAttachment(Pascal, frozen=True):
    """An attachment of any type; ``association`` is None if it has no route table."""

    transit_gateway_attachment_id: str
    transit_gateway_id: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    state: str | UnsetType = UNSET
    association: TransitGatewayAssociation | None = None


class TransitGatewayRouteAttachment(Pascal, frozen=True):
    """An attachment as the target of a transit gateway's route."""

    transit_gateway_attachment_id: str
    resource_id: str | None = None
    resource_type: str | None = None


class TransitGatewayRoute(Pascal, frozen=True):
    """A route of a transit gateway's route table; several attachments share the load."""

    destination_cidr_block: CidrBlock | None = None
    prefix_list_id: str | None = None
    transit_gateway_attachments: tuple[TransitGatewayRouteAttachment, ...] = ()
    type: str | None = None
    state: str = "active"

    @property
    def to(self) -> str:
        """The destination as AWS writes it."""
        return self.destination_cidr_block or self.prefix_list_id or "no destination"

    @property
    def destination(self) -> RouteDestination:
        """The block of either family or the prefix list that the route is for."""
        cidr = self.destination_cidr_block
        return destination_of_list(self.prefix_list_id) if cidr is None else Block(cidr.addresses, cidr.length)

    @property
    def target(self) -> TransitRouteTarget:
        """The attachments that the route leads to."""
        return target_of_attachments(
            tuple(attachment.transit_gateway_attachment_id for attachment in self.transit_gateway_attachments)
        )

    @property
    def is_dynamic(self) -> bool:
        """Whether an attachment propagated the route; a static route for the same block goes before it."""
        return self.type == "propagated"


class TransitGatewayRouteTable(Pascal, frozen=True):
    """A route table of a transit gateway; ``routes`` are UNSET until SearchTransitGatewayRoutes returns all of them."""

    transit_gateway_route_table_id: str
    transit_gateway_id: str | None = None
    state: str = "available"
    routes: tuple[TransitGatewayRoute, ...] | UnsetType = UNSET


class PeeringBlock(Pascal, frozen=True):
    """An IPv4 block of a peered VPC."""

    cidr_block: Ipv4Block


class PeeringBlock6(Pascal, frozen=True):
    """An IPv6 block of a peered VPC."""

    ipv6_cidr_block: Ipv6Block


class PeeringVpc(Pascal, frozen=True):
    """One side of a peering connection."""

    vpc_id: str | None = None
    owner_id: str | None = None
    region: str | None = None
    cidr_block: Ipv4Block | None = None
    cidr_block_set: tuple[PeeringBlock, ...] = ()
    ipv6_cidr_block_set: tuple[PeeringBlock6, ...] = ()


class PeeringStatus(Pascal, frozen=True):
    """The state of a peering connection; only an active one passes packets."""

    code: str | UnsetType = UNSET
    message: str | None = None


class VpcPeeringConnection(Pascal, frozen=True):
    """A peering connection between two VPCs."""

    vpc_peering_connection_id: str
    accepter_vpc_info: PeeringVpc = PeeringVpc()
    requester_vpc_info: PeeringVpc = PeeringVpc()
    status: PeeringStatus = PeeringStatus()
    tags: tuple[Tag, ...] = ()


class VpnGateway(Pascal, frozen=True):
    """A virtual private gateway: the VPC's end of VPN connections and of Direct Connect."""

    vpn_gateway_id: str
    state: str | UnsetType = UNSET
    vpc_attachments: tuple[GatewayAttachment, ...] | UnsetType = UNSET


class EgressOnlyInternetGateway(Pascal, frozen=True):
    """An egress-only internet gateway: IPv6 out, and only replies in."""

    egress_only_internet_gateway_id: str
    attachments: tuple[GatewayAttachment, ...] | UnsetType = UNSET
