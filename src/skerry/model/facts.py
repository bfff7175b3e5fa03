"""All records of one source, and the completeness of their lists."""

from datetime import datetime

import msgspec

from skerry.model import (
    batch,
    ecs,
    endpoints,
    iam,
    network,
    resolver_records,
    security_groups_and_acls,
    transit_records,
)
from skerry.model.completeness import Completeness
from skerry.model.missing import Missing
from skerry.model.network_clients import BuildProject, Function
from skerry.model.origins import OriginIndex
from skerry.model.resource_answers import PullThroughCacheRule, ResourceAnswer
from skerry.model.schedules import EventRule, RuleTarget, Schedule
from skerry.model.state_machines import EventPipe, StateMachine

__all__ = ["Facts", "Missing", "Refusal", "is_denial"]


class Facts(msgspec.Struct, frozen=True, gc=False):
    """The records of each kind, and how complete each list of them is.

    A list that is not complete may still have rows; only the absence of a row then proves nothing. ``resource_answers``
    are AWS's answers about single resources. ``refused`` are the calls that AWS did not answer. ``origins`` are filled
    while documents are loaded. ``subnets_to_choose`` are services with more subnets here than they name. The zones of
    the subnets in ``zones_to_choose`` are chosen at the deployment. ``read_at`` is the time of the first reading of
    AWS; None if it is not known.
    """

    vpcs: tuple[network.Vpc, ...] = ()
    vpc_attributes: tuple[network.VpcAttribute, ...] = ()
    dhcp_options: tuple[network.DhcpOptions, ...] = ()
    subnets: tuple[network.Subnet, ...] = ()
    route_tables: tuple[network.RouteTable, ...] = ()
    security_groups: tuple[security_groups_and_acls.SecurityGroup, ...] = ()
    network_acls: tuple[security_groups_and_acls.NetworkAcl, ...] = ()
    network_interfaces: tuple[network.NetworkInterface, ...] = ()
    internet_gateways: tuple[network.InternetGateway, ...] = ()
    nat_gateways: tuple[network.NatGateway, ...] = ()
    vpc_endpoints: tuple[endpoints.VpcEndpoint, ...] = ()
    endpoint_services: tuple[endpoints.EndpointService, ...] = ()
    prefix_lists: tuple[network.PrefixList, ...] = ()
    zones: tuple[endpoints.Zone, ...] = ()
    mount_targets: tuple[endpoints.MountTarget, ...] = ()
    s3files_mount_targets: tuple[endpoints.S3FilesMountTarget, ...] = ()
    pull_through_rules: tuple[PullThroughCacheRule, ...] = ()
    capacity_providers: tuple[ecs.CapacityProvider, ...] = ()
    clusters: tuple[ecs.Cluster, ...] = ()
    services: tuple[ecs.Service, ...] = ()
    task_definitions: tuple[ecs.TaskDefinition, ...] = ()
    tasks: tuple[ecs.Task, ...] = ()
    rule_targets: tuple[RuleTarget, ...] = ()
    event_rules: tuple[EventRule, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    compute_environments: tuple[batch.ComputeEnvironment, ...] = ()
    job_queues: tuple[batch.JobQueue, ...] = ()
    job_definitions: tuple[batch.JobDefinition, ...] = ()
    batch_jobs: tuple[batch.Job, ...] = ()
    state_machines: tuple[StateMachine, ...] = ()
    pipes: tuple[EventPipe, ...] = ()
    functions: tuple[Function, ...] = ()
    build_projects: tuple[BuildProject, ...] = ()
    transit_gateways: tuple[transit_records.TransitGateway, ...] = ()
    transit_gateway_vpc_attachments: tuple[transit_records.TransitGatewayVpcAttachment, ...] = ()
    transit_gateway_attachments: tuple[transit_records.TransitGatewayAttachment, ...] = ()
    transit_gateway_route_tables: tuple[transit_records.TransitGatewayRouteTable, ...] = ()
    peering_connections: tuple[transit_records.VpcPeeringConnection, ...] = ()
    vpn_gateways: tuple[transit_records.VpnGateway, ...] = ()
    egress_only_gateways: tuple[transit_records.EgressOnlyInternetGateway, ...] = ()
    group_associations: tuple[security_groups_and_acls.SecurityGroupVpcAssociation, ...] = ()
    usable_groups: tuple[security_groups_and_acls.UsableGroups, ...] = ()
    public_access_modes: tuple[network.BlockPublicAccessOptions, ...] = ()
    public_access_exclusions: tuple[network.BlockPublicAccessExclusion, ...] = ()
    resolver_rules: tuple[resolver_records.ResolverRule, ...] = ()
    resolver_rule_associations: tuple[resolver_records.ResolverRuleAssociation, ...] = ()
    resolver_endpoints: tuple[resolver_records.ResolverEndpoint, ...] = ()
    firewall_associations: tuple[resolver_records.FirewallRuleGroupAssociation, ...] = ()
    firewall_rules: tuple[resolver_records.FirewallRule, ...] = ()
    firewall_domain_lists: tuple[resolver_records.FirewallDomainList, ...] = ()
    profile_associations: tuple[resolver_records.ProfileAssociation, ...] = ()
    profile_resources: tuple[resolver_records.ProfileResourceAssociation, ...] = ()
    service_revisions: tuple[ecs.ServiceRevision, ...] = ()
    roles: tuple[iam.Role, ...] = ()
    managed_policies: tuple[iam.ManagedPolicy, ...] = ()
    resource_answers: tuple[ResourceAnswer, ...] = ()
    completeness: Completeness = Completeness()
    refused: tuple["Refusal", ...] = ()
    region: str | None = None
    account: str | None = None
    source: str = ""
    notes: tuple[str, ...] = ()
    origins: OriginIndex = {}
    zones_to_choose: frozenset[str] = frozenset()
    subnets_to_choose: frozenset[str] = frozenset()
    read_at: datetime | None = None


_DENIALS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Client.UnauthorizedOperation",
        "NotAuthorized",
        "NotAuthorizedException",
        "UnauthorizedAccess",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)


def is_denial(code: str) -> bool:
    """Return whether an error code means a missing permission of the caller.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    """
    return code in _DENIALS


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """A call without an answer from AWS: its IAM action, with AWS's error code and message."""

    action: str
    code: str
    message: str = ""
