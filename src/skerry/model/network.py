"""Records of EC2's network: VPCs, subnets, route tables, gateways, interfaces, prefix lists.

Shapes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Types.html
"""

from msgspec import UNSET, UnsetType, field

from skerry.model import route_targets
from skerry.model.field_types import Count
from skerry.model.missing import Missing
from skerry.model.record import Pascal, Tag
from skerry.model.route_destinations import RouteDestination, destination_of_list
from skerry.model.route_targets import NO_TARGET, MakeTarget, RouteTarget
from skerry.model.rule_blocks import Ipv4RuleBlock, Ipv6RuleBlock
from skerry.net.blocks import CidrBlock, Ipv4Block, Ipv6Block
from skerry.net.host_texts import HostText
from skerry.net.ip_addresses import Address4, Address6

_DYNAMIC = {"EnableVgwRoutePropagation", "Advertisement"}


class BlockState(Pascal, frozen=True):
    """The state of a CIDR association."""

    state: str = "associated"


class CidrAssociation(Pascal, frozen=True):
    """One IPv4 block of a VPC."""

    cidr_block: Ipv4Block
    cidr_block_state: BlockState = BlockState()


class Ipv6Association(Pascal, frozen=True):
    """One IPv6 block of a VPC or subnet."""

    ipv6_cidr_block: Ipv6Block
    ipv6_cidr_block_state: BlockState = BlockState()


class BlockPublicAccessStates(Pascal, frozen=True):
    """The Block Public Access mode of a VPC or subnet: off, block-bidirectional or block-ingress."""

    internet_gateway_block_mode: str | UnsetType = UNSET


class Vpc(Pascal, frozen=True):
    """A VPC."""

    vpc_id: str
    cidr_block: Ipv4Block
    cidr_block_association_set: tuple[CidrAssociation, ...] = ()
    ipv6_cidr_block_association_set: tuple[Ipv6Association, ...] = ()
    dhcp_options_id: str | UnsetType = UNSET
    owner_id: str | UnsetType = UNSET
    block_public_access_states: BlockPublicAccessStates = BlockPublicAccessStates()
    is_default: bool = False
    tags: tuple[Tag, ...] = ()


class Switch(Pascal, frozen=True):
    """A boolean attribute's value."""

    value: bool | UnsetType = UNSET


class VpcAttribute(Pascal, frozen=True):
    """The DNS attributes of a VPC; DescribeVpcAttribute prints one a call, so its answers are merged."""

    vpc_id: str
    enable_dns_support: Switch = Switch()
    enable_dns_hostnames: Switch = Switch()


class DhcpValue(Pascal, frozen=True):
    """One value of a DHCP option."""

    value: HostText


class DhcpConfiguration(Pascal, frozen=True):
    """One DHCP option with its values."""

    key: str
    values: tuple[DhcpValue, ...] = ()


class DhcpOptions(Pascal, frozen=True):
    """A set of DHCP options."""

    dhcp_options_id: str
    dhcp_configurations: tuple[DhcpConfiguration, ...] = ()


class Subnet(Pascal, frozen=True):
    """A subnet. One without ``cidr_block`` is IPv6-only."""

    subnet_id: str
    vpc_id: str
    cidr_block: Ipv4Block | None = None
    ipv6_cidr_block_association_set: tuple[Ipv6Association, ...] = ()
    enable_dns64: bool = field(name="EnableDns64", default=False)
    availability_zone: str | UnsetType = UNSET
    availability_zone_id: str | UnsetType = UNSET
    available_ip_address_count: Count | UnsetType = UNSET
    owner_id: str | UnsetType = UNSET
    outpost_arn: str | None = None
    block_public_access_states: BlockPublicAccessStates = BlockPublicAccessStates()
    tags: tuple[Tag, ...] = ()


class RouteTableAssociation(Pascal, frozen=True):
    """The association of a route table with a subnet, a gateway, or the rest of the VPC (main)."""

    main: bool = False
    subnet_id: str | None = None
    gateway_id: str | None = None


class Route(Pascal, frozen=True):
    """One route: one destination, one target."""

    destination_cidr_block: Ipv4RuleBlock | None = None
    destination_ipv6_cidr_block: Ipv6RuleBlock | None = None
    destination_prefix_list_id: str | None = None
    gateway_id: str | None = None
    nat_gateway_id: str | None = None
    transit_gateway_id: str | None = None
    vpc_peering_connection_id: str | None = None
    network_interface_id: str | None = None
    instance_id: str | None = None
    egress_only_internet_gateway_id: str | None = None
    carrier_gateway_id: str | None = None
    local_gateway_id: str | None = None
    core_network_arn: str | None = None
    odb_network_arn: str | None = None
    state: str = "active"
    origin: str | None = None

    @property
    def to(self) -> str:
        """The destination as AWS writes it."""
        return (
            self.destination_cidr_block
            or self.destination_prefix_list_id
            or self.destination_ipv6_cidr_block
            or "no destination"
        )

    @property
    def destination(self) -> RouteDestination:
        """The block or prefix list that the route is for."""
        cidr = self.destination_cidr_block or self.destination_ipv6_cidr_block
        if cidr is None:
            return destination_of_list(self.destination_prefix_list_id)
        return (
            Missing(f"the route to {cidr!r}, which is no CIDR block") if isinstance(cidr.block, Missing) else cidr.block
        )

    @property
    def target(self) -> RouteTarget:
        """The target; an instance's route names its network interface too, and that is the target."""
        if self.gateway_id:
            return route_targets.target_of_gateway(self.gateway_id)
        targets: tuple[tuple[str | None, MakeTarget], ...] = (
            (self.nat_gateway_id, route_targets.NatGatewayTarget),
            (self.transit_gateway_id, route_targets.TransitGatewayTarget),
            (self.vpc_peering_connection_id, route_targets.PeeringTarget),
            (self.network_interface_id, route_targets.InterfaceTarget),
            (self.instance_id, route_targets.InstanceTarget),
            (self.egress_only_internet_gateway_id, route_targets.EgressOnlyGatewayTarget),
            (self.carrier_gateway_id, route_targets.CarrierGatewayTarget),
            (self.local_gateway_id, route_targets.LocalGatewayTarget),
            (self.core_network_arn, route_targets.CoreNetworkTarget),
            (self.odb_network_arn, route_targets.OdbNetworkTarget),
        )
        return next((make(resource) for resource, make in targets if resource), NO_TARGET)

    @property
    def is_dynamic(self) -> bool:
        """Whether AWS learnt the route; a static route for the same block goes before it."""
        return self.origin in _DYNAMIC


class RouteTable(Pascal, frozen=True):
    """A route table."""

    route_table_id: str
    vpc_id: str
    routes: tuple[Route, ...] | UnsetType = UNSET
    associations: tuple[RouteTableAssociation, ...] | UnsetType = UNSET
    tags: tuple[Tag, ...] = ()


class GatewayAttachment(Pascal, frozen=True):
    """The attachment of a gateway to its VPC."""

    vpc_id: str
    state: str = "available"


class InternetGateway(Pascal, frozen=True):
    """An internet gateway."""

    internet_gateway_id: str
    attachments: tuple[GatewayAttachment, ...] | UnsetType = UNSET
    tags: tuple[Tag, ...] = ()


class NatAddress(Pascal, frozen=True):
    """One address of a NAT gateway."""

    private_ip: Address4 | None = None
    public_ip: Address4 | None = None
    allocation_id: str | None = None
    network_interface_id: str | None = None
    availability_zone: str | None = None
    availability_zone_id: str | None = None
    status: str | None = None


class NatGateway(Pascal, frozen=True):
    """A NAT gateway. A regional one is in no particular subnet."""

    nat_gateway_id: str
    vpc_id: str
    subnet_id: str | None = None
    state: str | UnsetType = UNSET
    connectivity_type: str = "public"
    availability_mode: str = "zonal"
    nat_gateway_addresses: tuple[NatAddress, ...] | UnsetType = UNSET
    route_table_id: str | None = None
    failure_message: str | None = None
    tags: tuple[Tag, ...] = ()


class InterfaceAssociation(Pascal, frozen=True):
    """The public address of a network interface; only an Elastic IP address has an allocation.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterfaceAssociation.html
    """

    public_ip: Address4 | None = None
    allocation_id: str | None = None


class PrivateAddress(Pascal, frozen=True):
    """One private address of a network interface."""

    private_ip_address: Address4
    primary: bool = False
    association: InterfaceAssociation = InterfaceAssociation()


class GroupName(Pascal, frozen=True):
    """A security group, as an interface or endpoint names it."""

    group_id: str
    group_name: str | None = None


class Attachment(Pascal, frozen=True):
    """The attachment of a network interface to an instance."""

    instance_id: str | None = None


class Ipv6Address(Pascal, frozen=True):
    """One IPv6 address of a network interface."""

    ipv6_address: Address6


class DelegatedPrefix(Pascal, frozen=True):
    """A block of IPv4 addresses that a network interface has as a whole."""

    ipv4_prefix: CidrBlock


class NetworkInterface(Pascal, frozen=True):
    """An elastic network interface."""

    network_interface_id: str
    subnet_id: str | UnsetType = UNSET
    vpc_id: str | UnsetType = UNSET
    private_ip_address: Address4 | None = None
    private_ip_addresses: tuple[PrivateAddress, ...] = ()
    ipv6_addresses: tuple[Ipv6Address, ...] = ()
    ipv4_prefixes: tuple[DelegatedPrefix, ...] = ()
    groups: tuple[GroupName, ...] | UnsetType = UNSET
    interface_type: str = "interface"
    association: InterfaceAssociation = InterfaceAssociation()
    attachment: Attachment = Attachment()
    source_dest_check: bool | UnsetType = UNSET
    requester_managed: bool = False
    description: str | None = None


class PrefixList(Pascal, frozen=True):
    """A managed prefix list.

    DescribePrefixLists prints the entries of AWS's own lists as ``Cidrs``; DescribeManagedPrefixLists prints
    none, its entries come from GetManagedPrefixListEntries.
    """

    prefix_list_id: str
    prefix_list_name: str | None = None
    cidrs: tuple[CidrBlock, ...] | UnsetType = UNSET
    owner_id: str | None = None
    address_family: str | None = None

    @property
    def is_ipv6(self) -> bool:
        """True for a list of IPv6 blocks, by its family, AWS's name for it, or its entries."""
        if self.address_family is not None:
            return self.address_family == "IPv6"
        if ".ipv6." in (self.prefix_list_name or ""):
            return True
        return self.cidrs is not UNSET and bool(self.cidrs) and all(":" in str(block) for block in self.cidrs)


class PrefixListEntry(Pascal, frozen=True):
    """One entry of a managed prefix list."""

    cidr: CidrBlock


class BlockPublicAccessOptions(Pascal, frozen=True):
    """The VPC Block Public Access mode of a Region: off, block-bidirectional or block-ingress.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
    """

    aws_region: str = ""
    internet_gateway_block_mode: str | UnsetType = UNSET
    state: str | None = None


class BlockPublicAccessExclusion(Pascal, frozen=True):
    """A VPC or subnet excluded from Block Public Access: allow-bidirectional or allow-egress."""

    exclusion_id: str
    internet_gateway_exclusion_mode: str | None = None
    resource_arn: str | None = None
    state: str | None = None
