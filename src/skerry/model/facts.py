"""All records that one source gave, and which kinds of them it gave whole."""

import msgspec

from skerry.model import connections, ecr, ecs, endpoints, filters, iam, network, public_access, resolver, s3files
from skerry.model.schedules import RuleTarget, Schedule
from skerry.model.told import Told


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What is known: the rows of each kind, and ``read``, the kinds that were read without a loss.

    A kind that is not in ``read`` may still have rows; only the absence of a row then proves nothing.
    ``partly`` are the kinds that were asked for and not read whole: refused, cut off, or with a row that was lost.
    ``file_systems`` are those whose mount targets were asked for, ``profiles`` the Route 53 Profiles whose resources
    were, ``zone_vpcs`` the VPCs whose private hosted zones were. ``told`` is what AWS said to questions about one
    thing each. ``refused`` are the calls that AWS did not answer.
    """

    vpcs: tuple[network.Vpc, ...] = ()
    vpc_attributes: tuple[network.VpcAttribute, ...] = ()
    dhcp_options: tuple[network.DhcpOptions, ...] = ()
    subnets: tuple[network.Subnet, ...] = ()
    route_tables: tuple[network.RouteTable, ...] = ()
    security_groups: tuple[filters.SecurityGroup, ...] = ()
    network_acls: tuple[filters.NetworkAcl, ...] = ()
    network_interfaces: tuple[network.NetworkInterface, ...] = ()
    internet_gateways: tuple[network.InternetGateway, ...] = ()
    nat_gateways: tuple[network.NatGateway, ...] = ()
    vpc_endpoints: tuple[endpoints.VpcEndpoint, ...] = ()
    endpoint_services: tuple[endpoints.EndpointService, ...] = ()
    prefix_lists: tuple[network.PrefixList, ...] = ()
    zones: tuple[endpoints.Zone, ...] = ()
    mount_targets: tuple[endpoints.MountTarget, ...] = ()
    s3files_mount_targets: tuple[s3files.S3FilesMountTarget, ...] = ()
    pull_through_rules: tuple[ecr.PullThroughCacheRule, ...] = ()
    capacity_providers: tuple[ecs.CapacityProvider, ...] = ()
    clusters: tuple[ecs.Cluster, ...] = ()
    services: tuple[ecs.Service, ...] = ()
    task_definitions: tuple[ecs.TaskDefinition, ...] = ()
    tasks: tuple[ecs.Task, ...] = ()
    rule_targets: tuple[RuleTarget, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    transit_gateways: tuple[connections.TransitGateway, ...] = ()
    transit_gateway_vpc_attachments: tuple[connections.TransitGatewayVpcAttachment, ...] = ()
    transit_gateway_attachments: tuple[connections.TransitGatewayAttachment, ...] = ()
    transit_gateway_route_tables: tuple[connections.TransitGatewayRouteTable, ...] = ()
    peering_connections: tuple[connections.VpcPeeringConnection, ...] = ()
    vpn_gateways: tuple[connections.VpnGateway, ...] = ()
    egress_only_gateways: tuple[connections.EgressOnlyInternetGateway, ...] = ()
    group_associations: tuple[filters.SecurityGroupVpcAssociation, ...] = ()
    public_access_modes: tuple[public_access.BlockPublicAccessOptions, ...] = ()
    public_access_exclusions: tuple[public_access.BlockPublicAccessExclusion, ...] = ()
    resolver_rules: tuple[resolver.ResolverRule, ...] = ()
    resolver_rule_associations: tuple[resolver.ResolverRuleAssociation, ...] = ()
    resolver_endpoints: tuple[resolver.ResolverEndpoint, ...] = ()
    firewall_associations: tuple[resolver.FirewallRuleGroupAssociation, ...] = ()
    profile_associations: tuple[resolver.ProfileAssociation, ...] = ()
    profile_resources: tuple[resolver.ProfileResourceAssociation, ...] = ()
    service_revisions: tuple[ecs.ServiceRevision, ...] = ()
    roles: tuple[iam.Role, ...] = ()
    managed_policies: tuple[iam.ManagedPolicy, ...] = ()
    told: tuple[Told, ...] = ()
    read: frozenset[str] = frozenset()
    partly: frozenset[str] = frozenset()
    file_systems: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()
    zone_vpcs: frozenset[str] = frozenset()
    refused: tuple["Refusal", ...] = ()
    region: str | None = None
    account: str | None = None
    source: str = ""
    notes: tuple[str, ...] = ()


class Missing(msgspec.Struct, frozen=True, gc=False):
    """A fact that is not known, and the call that would tell it."""

    fact: str
    action: str = ""

    def __str__(self) -> str:
        """Say what is missing and how to supply it."""
        return f"{self.fact} (from {self.action})" if self.action else self.fact


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """A call that AWS did not answer, by its IAM action, with AWS's code and message for it."""

    action: str
    code: str
    message: str = ""
