"""The kinds of record: where each stands in an answer of AWS, what identifies a row, and the call that gives it."""

from typing import Any, NamedTuple

from skerry.model import connections, ecr, ecs, endpoints, filters, network, public_access, resolver, s3files, schedules


class Kind(NamedTuple):
    """One kind of record: where it stands in an answer, and the call that gives it."""

    key: str
    field: str
    record: Any
    id: str
    noun: str
    action: str


KINDS = (
    Kind("Vpcs", "vpcs", network.Vpc, "vpc_id", "VPC", "ec2:DescribeVpcs"),
    Kind(
        "DhcpOptions",
        "dhcp_options",
        network.DhcpOptions,
        "dhcp_options_id",
        "DHCP option set",
        "ec2:DescribeDhcpOptions",
    ),
    Kind("Subnets", "subnets", network.Subnet, "subnet_id", "subnet", "ec2:DescribeSubnets"),
    Kind(
        "RouteTables",
        "route_tables",
        network.RouteTable,
        "route_table_id",
        "route table",
        "ec2:DescribeRouteTables",
    ),
    Kind(
        "SecurityGroups",
        "security_groups",
        filters.SecurityGroup,
        "group_id",
        "security group",
        "ec2:DescribeSecurityGroups",
    ),
    Kind(
        "NetworkAcls",
        "network_acls",
        filters.NetworkAcl,
        "network_acl_id",
        "network ACL",
        "ec2:DescribeNetworkAcls",
    ),
    Kind(
        "NetworkInterfaces",
        "network_interfaces",
        network.NetworkInterface,
        "network_interface_id",
        "network interface",
        "ec2:DescribeNetworkInterfaces",
    ),
    Kind(
        "InternetGateways",
        "internet_gateways",
        network.InternetGateway,
        "internet_gateway_id",
        "internet gateway",
        "ec2:DescribeInternetGateways",
    ),
    Kind(
        "NatGateways",
        "nat_gateways",
        network.NatGateway,
        "nat_gateway_id",
        "NAT gateway",
        "ec2:DescribeNatGateways",
    ),
    Kind(
        "VpcEndpoints",
        "vpc_endpoints",
        endpoints.VpcEndpoint,
        "vpc_endpoint_id",
        "VPC endpoint",
        "ec2:DescribeVpcEndpoints",
    ),
    Kind(
        "PrefixLists",
        "prefix_lists",
        network.PrefixList,
        "prefix_list_id",
        "prefix list",
        "ec2:DescribeManagedPrefixLists",
    ),
    Kind(
        "MountTargets",
        "mount_targets",
        endpoints.MountTarget,
        "mount_target_id",
        "EFS mount target",
        "elasticfilesystem:DescribeMountTargets",
    ),
    Kind(
        "mountTargets",
        "s3files_mount_targets",
        s3files.S3FilesMountTarget,
        "mount_target_id",
        "S3 Files mount target",
        "s3files:ListMountTargets",
    ),
    Kind(
        "pullThroughCacheRules",
        "pull_through_rules",
        ecr.PullThroughCacheRule,
        "ecr_repository_prefix",
        "pull-through cache rule",
        "ecr:DescribePullThroughCacheRules",
    ),
    Kind(
        "capacityProviders",
        "capacity_providers",
        ecs.CapacityProvider,
        "name",
        "capacity provider",
        "ecs:DescribeCapacityProviders",
    ),
    Kind("clusters", "clusters", ecs.Cluster, "cluster_arn", "cluster", "ecs:DescribeClusters"),
    Kind("services", "services", ecs.Service, "service_arn", "service", "ecs:DescribeServices"),
    Kind(
        "taskDefinitions",
        "task_definitions",
        ecs.TaskDefinition,
        "task_definition_arn",
        "task definition",
        "ecs:DescribeTaskDefinition",
    ),
    Kind("tasks", "tasks", ecs.Task, "task_arn", "task", "ecs:DescribeTasks"),
    Kind("Schedules", "schedules", schedules.Schedule, "arn", "schedule", "scheduler:GetSchedule"),
    Kind(
        "TransitGateways",
        "transit_gateways",
        connections.TransitGateway,
        "transit_gateway_id",
        "transit gateway",
        "ec2:DescribeTransitGateways",
    ),
    Kind(
        "TransitGatewayVpcAttachments",
        "transit_gateway_vpc_attachments",
        connections.TransitGatewayVpcAttachment,
        "transit_gateway_attachment_id",
        "transit gateway attachment",
        "ec2:DescribeTransitGatewayVpcAttachments",
    ),
    Kind(
        "TransitGatewayAttachments",
        "transit_gateway_attachments",
        connections.TransitGatewayAttachment,
        "transit_gateway_attachment_id",
        "transit gateway attachment",
        "ec2:DescribeTransitGatewayAttachments",
    ),
    Kind(
        "TransitGatewayRouteTables",
        "transit_gateway_route_tables",
        connections.TransitGatewayRouteTable,
        "transit_gateway_route_table_id",
        "transit gateway route table",
        "ec2:DescribeTransitGatewayRouteTables",
    ),
    Kind(
        "VpcPeeringConnections",
        "peering_connections",
        connections.VpcPeeringConnection,
        "vpc_peering_connection_id",
        "peering connection",
        "ec2:DescribeVpcPeeringConnections",
    ),
    Kind(
        "VpnGateways",
        "vpn_gateways",
        connections.VpnGateway,
        "vpn_gateway_id",
        "VPN gateway",
        "ec2:DescribeVpnGateways",
    ),
    Kind(
        "EgressOnlyInternetGateways",
        "egress_only_gateways",
        connections.EgressOnlyInternetGateway,
        "egress_only_internet_gateway_id",
        "egress-only internet gateway",
        "ec2:DescribeEgressOnlyInternetGateways",
    ),
    Kind(
        "SecurityGroupVpcAssociations",
        "group_associations",
        filters.SecurityGroupVpcAssociation,
        "key",
        "security group association",
        "ec2:DescribeSecurityGroupVpcAssociations",
    ),
    Kind(
        "VpcBlockPublicAccessOptions",
        "public_access_modes",
        public_access.BlockPublicAccessOptions,
        "aws_region",
        "Block Public Access mode",
        "ec2:DescribeVpcBlockPublicAccessOptions",
    ),
    Kind(
        "VpcBlockPublicAccessExclusions",
        "public_access_exclusions",
        public_access.BlockPublicAccessExclusion,
        "exclusion_id",
        "Block Public Access exclusion",
        "ec2:DescribeVpcBlockPublicAccessExclusions",
    ),
    Kind(
        "ResolverRules",
        "resolver_rules",
        resolver.ResolverRule,
        "id",
        "resolver rule",
        "route53resolver:ListResolverRules",
    ),
    Kind(
        "ResolverRuleAssociations",
        "resolver_rule_associations",
        resolver.ResolverRuleAssociation,
        "id",
        "resolver rule association",
        "route53resolver:ListResolverRuleAssociations",
    ),
    Kind(
        "ResolverEndpoints",
        "resolver_endpoints",
        resolver.ResolverEndpoint,
        "id",
        "resolver endpoint",
        "route53resolver:ListResolverEndpoints",
    ),
    Kind(
        "FirewallRuleGroupAssociations",
        "firewall_associations",
        resolver.FirewallRuleGroupAssociation,
        "id",
        "DNS Firewall association",
        "route53resolver:ListFirewallRuleGroupAssociations",
    ),
    Kind(
        "ProfileAssociations",
        "profile_associations",
        resolver.ProfileAssociation,
        "id",
        "Route 53 Profile association",
        "route53profiles:ListProfileAssociations",
    ),
    Kind(
        "ProfileResourceAssociations",
        "profile_resources",
        resolver.ProfileResourceAssociation,
        "id",
        "resource of a Route 53 Profile",
        "route53profiles:ListProfileResourceAssociations",
    ),
)

ACTIONS = {kind.field: kind.action for kind in KINDS} | {
    "vpc_attributes": "ec2:DescribeVpcAttribute",
    "zones": "route53:ListHostedZonesByVPC",
    "rule_targets": "events:ListTargetsByRule",
}
NOUNS = {kind.field: kind.noun for kind in KINDS} | {
    "zones": "private hosted zone",
    "rule_targets": "EventBridge target",
}
