"""Records of packet filters: security groups and network ACLs."""

import msgspec
from msgspec import UNSET, UnsetType, field

from skerry.model.field_types import Protocol, ProtocolNumber, RuleAction, RuleNumber, RulePort
from skerry.model.record import Pascal, Tag
from skerry.model.rule_blocks import Ipv4RuleBlock, Ipv6RuleBlock


class IpRange(Pascal, frozen=True):
    """An IPv4 block in a rule."""

    cidr_ip: Ipv4RuleBlock
    description: str | None = None


class Ipv6Range(Pascal, frozen=True):
    """An IPv6 block in a rule."""

    cidr_ipv6: Ipv6RuleBlock = field(name="CidrIpv6")


class PrefixListReference(Pascal, frozen=True):
    """A prefix list in a rule."""

    prefix_list_id: str


class GroupPair(Pascal, frozen=True):
    """A security group in a rule."""

    group_id: str
    user_id: str | None = None
    vpc_id: str | None = None
    vpc_peering_connection_id: str | None = None


class IpPermission(Pascal, frozen=True):
    """The rules of one protocol and port range. ``ip_protocol`` "-1" is all traffic; then there are no ports."""

    ip_protocol: Protocol
    from_port: RulePort | None = None
    to_port: RulePort | None = None
    ip_ranges: tuple[IpRange, ...] = ()
    ipv6_ranges: tuple[Ipv6Range, ...] = field(name="Ipv6Ranges", default=())
    prefix_list_ids: tuple[PrefixListReference, ...] = ()
    user_id_group_pairs: tuple[GroupPair, ...] = ()


class SecurityGroup(Pascal, frozen=True):
    """A security group."""

    group_id: str
    group_name: str | None = None
    vpc_id: str | UnsetType = UNSET
    owner_id: str | None = None
    ip_permissions: tuple[IpPermission, ...] | UnsetType = UNSET
    ip_permissions_egress: tuple[IpPermission, ...] | UnsetType = UNSET
    tags: tuple[Tag, ...] = ()


class AclPortRange(Pascal, frozen=True):
    """The ports of a network ACL entry."""

    from_port: RulePort = field(name="From")
    to_port: RulePort = field(name="To")


class AclEntry(Pascal, frozen=True):
    """One entry of a network ACL. ``protocol`` is a number as text, "-1" for all."""

    rule_number: RuleNumber
    protocol: ProtocolNumber
    rule_action: RuleAction
    egress: bool
    cidr_block: Ipv4RuleBlock | None = None
    ipv6_cidr_block: Ipv6RuleBlock | None = None
    port_range: AclPortRange | None = None


class AclAssociation(Pascal, frozen=True):
    """The association of a network ACL with a subnet."""

    subnet_id: str


class NetworkAcl(Pascal, frozen=True):
    """A network ACL."""

    network_acl_id: str
    vpc_id: str
    associations: tuple[AclAssociation, ...] | UnsetType = UNSET
    entries: tuple[AclEntry, ...] | UnsetType = UNSET
    is_default: bool = False
    tags: tuple[Tag, ...] = ()


class UsableGroup(Pascal, frozen=True):
    """A security group that the caller may give to network interfaces in a VPC.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupForVpc.html
    """

    group_id: str


class UsableGroups(msgspec.Struct, frozen=True, gc=False):
    """The security groups that the caller may use in a VPC: its own, associated ones, and ones shared with it.

    ``whole``: every page of the answer was read.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSecurityGroupsForVpc.html
    """

    vpc_id: str
    group_ids: tuple[str, ...]
    whole: bool


class SecurityGroupVpcAssociation(Pascal, frozen=True):
    """The association of a security group with a further VPC.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-assoc.html
    """

    group_id: str
    vpc_id: str
    state: str | UnsetType = UNSET

    @property
    def key(self) -> str:
        """Group and VPC: AWS gives the association no id."""
        return f"{self.group_id} in {self.vpc_id}"
