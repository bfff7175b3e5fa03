"""Records of Route 53 Resolver: resolver rules and endpoints, DNS Firewall and Route 53 Profiles.

Shapes: https://docs.aws.amazon.com/Route53/latest/APIReference/API_Types.html
"""

import json
from typing import Self

from msgspec import UNSET, UnsetType, field

from skerry.model.arns import NameOrArn
from skerry.model.field_types import Count, Port
from skerry.model.record import Pascal
from skerry.net.dns_names import DnsName
from skerry.net.ip_addresses import Address4, Address6
from skerry.net.parsed_text import ParsedText


class TargetAddress(Pascal, frozen=True):
    """A DNS server as the target of a forwarding rule."""

    ip: Address4 | None = None
    ipv6: Address6 | None = None
    port: Port = 53


class ResolverRule(Pascal, frozen=True):
    """A rule for queries of a domain: FORWARD sends them to other servers, SYSTEM exempts the domain."""

    id: str
    domain_name: DnsName | None = None
    rule_type: str | UnsetType = UNSET
    target_ips: tuple[TargetAddress, ...] = ()
    resolver_endpoint_id: str | None = None
    status: str = "COMPLETE"


class ResolverRuleAssociation(Pascal, frozen=True):
    """The association of a resolver rule with a VPC."""

    id: str
    resolver_rule_id: str
    vpc_id: str = field(name="VPCId")
    status: str = "COMPLETE"


class ResolverEndpoint(Pascal, frozen=True):
    """An endpoint for queries into a VPC's DNS server (INBOUND) or out of it (OUTBOUND).

    ``ip_addresses`` are UNSET until ListResolverEndpointIpAddresses is read.
    """

    id: str
    direction: str | UnsetType = UNSET
    host_vpc_id: str | UnsetType = field(name="HostVPCId", default=UNSET)
    security_group_ids: tuple[str, ...] = ()
    status: str = "OPERATIONAL"
    ip_addresses: tuple[Address4, ...] | UnsetType = UNSET


class ResolverEndpointAddress(Pascal, frozen=True):
    """One address of a resolver endpoint."""

    ip: Address4 | None = None


class FirewallRuleGroupAssociation(Pascal, frozen=True):
    """The association of a rule group of DNS Firewall with a VPC."""

    id: str
    firewall_rule_group_id: str
    vpc_id: str
    priority: Count | None = None
    status: str = "COMPLETE"


class FirewallRule(Pascal, frozen=True):
    """A rule of DNS Firewall: an action for queries of the domains in a list, or of those that AWS takes for threats.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_FirewallRule.html
    """

    firewall_rule_group_id: str
    priority: Count
    action: str
    firewall_domain_list_id: str | None = None
    block_response: str | None = None
    block_override_domain: str | None = None
    firewall_domain_redirection_action: str | None = None
    qtype: str | None = None

    @property
    def key(self) -> str:
        """The group and the priority, which is unique in a group."""
        return f"{self.firewall_rule_group_id}/{self.priority}"


class FirewallDomainList(Pascal, frozen=True):
    """The domains in a list of DNS Firewall; UNSET where they were not read, as those of AWS's own lists."""

    id: str
    domains: tuple[str, ...] | UnsetType = UNSET


class ProfileAssociation(Pascal, frozen=True):
    """The association of a Route 53 Profile with a VPC (``resource_id``); a VPC may have several.

    AWS gives the first association of a VPC the priority 100, and evaluates them from the lowest one on:
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53profiles_ProfileAssociation.html
    """

    id: str
    profile_id: str
    resource_id: str
    status: str = "COMPLETE"
    priority: Count = 100


class ResourceProperties(ParsedText):
    """The properties of a resource in a Profile, in JSON: of a rule group ``{"priority":102}``, of others nothing.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profile-associate-dns-firewall.html
    """

    __slots__ = ("priority",)

    form = "text"
    priority: int | None

    def __new__(cls, text: str) -> Self:
        """Parse the properties; ``priority`` is None if they have none."""
        parsed = super().__new__(cls, text)
        try:
            read = json.loads(text)
        except (ValueError, RecursionError):
            read = None
        priority = read.get("priority") if isinstance(read, dict) else None
        parsed.priority = priority if isinstance(priority, int) and not isinstance(priority, bool) else None
        return parsed


class ProfileResourceAssociation(Pascal, frozen=True):
    """A resource of a Route 53 Profile: a private hosted zone, resolver rule, firewall rule group or endpoint."""

    id: str
    profile_id: str
    resource_arn: NameOrArn
    resource_type: str | None = None
    resource_properties: ResourceProperties | None = None
    status: str = "COMPLETE"

    @property
    def priority(self) -> int | None:
        """The place of a rule group among those of its Profile."""
        return None if self.resource_properties is None else self.resource_properties.priority
