"""Records of what changes the answers of a VPC's DNS server: resolver rules, DNS Firewall and Route 53 Profiles.

Shapes: https://docs.aws.amazon.com/Route53/latest/APIReference/API_Types.html
"""

from msgspec import UNSET, UnsetType, field

from skerry.model.field_types import Address4, Address6, DnsName, Port
from skerry.model.record import Pascal


class TargetAddress(Pascal, frozen=True, gc=False):
    """A DNS server that a rule forwards questions to."""

    ip: Address4 | None = None
    ipv6: Address6 | None = None
    port: Port = 53


class ResolverRule(Pascal, frozen=True, gc=False):
    """What becomes of questions for a domain: FORWARD sends them on, SYSTEM makes an exception of it."""

    id: str
    domain_name: DnsName | None = None
    rule_type: str | UnsetType = UNSET
    target_ips: tuple[TargetAddress, ...] = ()
    resolver_endpoint_id: str | None = None
    status: str = "COMPLETE"


class ResolverRuleAssociation(Pascal, frozen=True, gc=False):
    """A VPC that a resolver rule holds in."""

    id: str
    resolver_rule_id: str
    vpc_id: str = field(name="VPCId")
    status: str = "COMPLETE"


class ResolverEndpoint(Pascal, frozen=True, gc=False):
    """An endpoint by which questions enter a VPC's DNS server (INBOUND) or leave it (OUTBOUND).

    ``ip_addresses`` are UNSET until ListResolverEndpointIpAddresses tells them.
    """

    id: str
    direction: str | UnsetType = UNSET
    host_vpc_id: str | UnsetType = field(name="HostVPCId", default=UNSET)
    security_group_ids: tuple[str, ...] = ()
    status: str = "OPERATIONAL"
    ip_addresses: tuple[Address4, ...] | UnsetType = UNSET


class ResolverEndpointAddress(Pascal, frozen=True, gc=False):
    """One address of a resolver endpoint."""

    ip: Address4 | None = None


class FirewallRuleGroupAssociation(Pascal, frozen=True, gc=False):
    """A VPC whose questions a rule group of DNS Firewall filters."""

    id: str
    firewall_rule_group_id: str
    vpc_id: str
    status: str = "COMPLETE"


class ProfileAssociation(Pascal, frozen=True, gc=False):
    """A VPC (``resource_id``) that a Route 53 Profile holds in."""

    id: str
    profile_id: str
    resource_id: str
    status: str = "COMPLETE"


class ProfileResourceAssociation(Pascal, frozen=True, gc=False):
    """What a Route 53 Profile holds: a private hosted zone, a resolver rule, a firewall rule group, an endpoint."""

    id: str
    profile_id: str
    resource_arn: str
    resource_type: str | None = None
    status: str = "COMPLETE"
