"""The kinds of record in lists: the field of each in `Facts`, the id of a row, and the call that reads it.

Shapes of the calls: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/,
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/, https://docs.aws.amazon.com/efs/latest/ug/api-reference.html,
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribePullThroughCacheRules.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
and https://docs.aws.amazon.com/scheduler/latest/APIReference/; the IAM actions:
https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from skerry.model import (
    ecs,
    endpoints,
    iam,
    network,
    resolver_records,
    resource_answers,
    schedules,
    security_groups_and_acls,
    transit_records,
)
from skerry.model.api_call import MOST_ROWS, MOST_ROWS_OF_EC2, ApiCall, ec2_rows, ecs_rows, resolver_rows
from skerry.model.client_kinds import CLIENT_KINDS
from skerry.model.launch_kinds import LAUNCH_KINDS
from skerry.model.record_kind import RecordKind


def _authorization_details(rows: str) -> ApiCall:
    details = ("iam", "GetAccountAuthorizationDetails", rows, ("Arn",), 1000, "MaxItems")
    return ApiCall(*details, optional=True, always=("IsTruncated",))


KINDS = (
    RecordKind("vpcs", network.Vpc, "vpc_id", "VPC", ec2_rows("DescribeVpcs", "Vpcs", "VpcId")),
    RecordKind(
        "dhcp_options",
        network.DhcpOptions,
        "dhcp_options_id",
        "DHCP option set",
        ec2_rows("DescribeDhcpOptions", "DhcpOptions", "DhcpOptionsId"),
    ),
    RecordKind("subnets", network.Subnet, "subnet_id", "subnet", ec2_rows("DescribeSubnets", "Subnets", "SubnetId")),
    RecordKind(
        "route_tables",
        network.RouteTable,
        "route_table_id",
        "route table",
        ec2_rows("DescribeRouteTables", "RouteTables", "RouteTableId", 100),
    ),
    RecordKind(
        "security_groups",
        security_groups_and_acls.SecurityGroup,
        "group_id",
        "security group",
        ec2_rows("DescribeSecurityGroups", "SecurityGroups", "GroupId"),
    ),
    RecordKind(
        "network_acls",
        security_groups_and_acls.NetworkAcl,
        "network_acl_id",
        "network ACL",
        ec2_rows("DescribeNetworkAcls", "NetworkAcls", "NetworkAclId"),
    ),
    RecordKind(
        "network_interfaces",
        network.NetworkInterface,
        "network_interface_id",
        "network interface",
        ec2_rows("DescribeNetworkInterfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ),
    RecordKind(
        "internet_gateways",
        network.InternetGateway,
        "internet_gateway_id",
        "internet gateway",
        ec2_rows("DescribeInternetGateways", "InternetGateways", "InternetGatewayId"),
    ),
    RecordKind(
        "nat_gateways",
        network.NatGateway,
        "nat_gateway_id",
        "NAT gateway",
        ec2_rows("DescribeNatGateways", "NatGateways", "NatGatewayId"),
    ),
    RecordKind(
        "vpc_endpoints",
        endpoints.VpcEndpoint,
        "vpc_endpoint_id",
        "VPC endpoint",
        ec2_rows("DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId"),
    ),
    # AWS lists S3 twice under one name, once for each type of endpoint.
    RecordKind(
        "endpoint_services",
        endpoints.EndpointService,
        "key",
        "endpoint service",
        ApiCall("ec2", "DescribeVpcEndpointServices", "ServiceDetails", ("ServiceName", "ServiceId"), MOST_ROWS_OF_EC2),
    ),
    RecordKind(
        "prefix_lists",
        network.PrefixList,
        "prefix_list_id",
        "prefix list",
        ec2_rows("DescribeManagedPrefixLists", "PrefixLists", "PrefixListId", 100),
    ),
    RecordKind(
        "mount_targets",
        endpoints.MountTarget,
        "mount_target_id",
        "EFS mount target",
        ApiCall(
            "efs",
            "DescribeMountTargets",
            "MountTargets",
            ("MountTargetId",),
            100,
            "MaxItems",
            prefix="elasticfilesystem",
            wrapped=True,
            optional=True,
        ),
    ),
    RecordKind(
        "s3files_mount_targets",
        endpoints.S3FilesMountTarget,
        "mount_target_id",
        "S3 Files mount target",
        ApiCall(
            "s3files", "ListMountTargets", "mountTargets", ("mountTargetId",), MOST_ROWS, "maxResults", optional=True
        ),
    ),
    RecordKind(
        "pull_through_rules",
        resource_answers.PullThroughCacheRule,
        "ecr_repository_prefix",
        "pull-through cache rule",
        ApiCall(
            "ecr",
            "DescribePullThroughCacheRules",
            "pullThroughCacheRules",
            ("ecrRepositoryPrefix",),
            1000,
            "maxResults",
            optional=True,
        ),
    ),
    RecordKind(
        "capacity_providers",
        ecs.CapacityProvider,
        "name",
        "capacity provider",
        ApiCall("ecs", "DescribeCapacityProviders", "capacityProviders", ("name",), 10, "maxResults"),
    ),
    # Maximum ids: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html and the pages of
    # clusters, tasks and service revisions.
    RecordKind(
        "clusters",
        ecs.Cluster,
        "cluster_arn",
        "cluster",
        ecs_rows("DescribeClusters", "clusters", "clusterArn", 100),
    ),
    RecordKind(
        "services",
        ecs.Service,
        "service_arn",
        "service",
        ecs_rows("DescribeServices", "services", "serviceArn", 10, "events"),
    ),
    RecordKind(
        "task_definitions",
        ecs.TaskDefinition,
        "task_definition_arn",
        "task definition",
        ApiCall("ecs", "DescribeTaskDefinition", always=("taskDefinition",)),
        saved_key="taskDefinitions",
    ),
    RecordKind(
        "service_revisions",
        ecs.ServiceRevision,
        "service_revision_arn",
        "service revision",
        ApiCall(
            "ecs",
            "DescribeServiceRevisions",
            "serviceRevisions",
            ("serviceRevisionArn",),
            # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html
            batch=20,
            ids="serviceRevisionArns",
            optional=True,
        ),
    ),
    RecordKind("roles", iam.Role, "arn", "role", _authorization_details("RoleDetailList")),
    RecordKind("managed_policies", iam.ManagedPolicy, "arn", "role", _authorization_details("Policies")),
    RecordKind("tasks", ecs.Task, "task_arn", "task", ecs_rows("DescribeTasks", "tasks", "taskArn", 100)),
    RecordKind(
        "schedules",
        schedules.Schedule,
        "arn",
        "schedule",
        ApiCall("scheduler", "GetSchedule", optional=True, without=("Target.Input",), always=("Arn", "Name")),
        saved_key="Schedules",
    ),
    *LAUNCH_KINDS,
    *CLIENT_KINDS,
    RecordKind(
        "transit_gateways",
        transit_records.TransitGateway,
        "transit_gateway_id",
        "transit gateway",
        ec2_rows("DescribeTransitGateways", "TransitGateways", "TransitGatewayId", optional=True),
    ),
    RecordKind(
        "transit_gateway_vpc_attachments",
        transit_records.TransitGatewayVpcAttachment,
        "transit_gateway_attachment_id",
        "transit gateway attachment",
        ec2_rows(
            "DescribeTransitGatewayVpcAttachments",
            "TransitGatewayVpcAttachments",
            "TransitGatewayAttachmentId",
            optional=True,
        ),
    ),
    RecordKind(
        "transit_gateway_attachments",
        transit_records.TransitGatewayAttachment,
        "transit_gateway_attachment_id",
        "transit gateway attachment",
        ec2_rows(
            "DescribeTransitGatewayAttachments",
            "TransitGatewayAttachments",
            "TransitGatewayAttachmentId",
            optional=True,
        ),
    ),
    RecordKind(
        "transit_gateway_route_tables",
        transit_records.TransitGatewayRouteTable,
        "transit_gateway_route_table_id",
        "transit gateway route table",
        ec2_rows(
            "DescribeTransitGatewayRouteTables",
            "TransitGatewayRouteTables",
            "TransitGatewayRouteTableId",
            optional=True,
        ),
    ),
    RecordKind(
        "peering_connections",
        transit_records.VpcPeeringConnection,
        "vpc_peering_connection_id",
        "peering connection",
        ec2_rows("DescribeVpcPeeringConnections", "VpcPeeringConnections", "VpcPeeringConnectionId"),
    ),
    RecordKind(
        "vpn_gateways",
        transit_records.VpnGateway,
        "vpn_gateway_id",
        "VPN gateway",
        ec2_rows("DescribeVpnGateways", "VpnGateways", "VpnGatewayId", None),
    ),
    RecordKind(
        "egress_only_gateways",
        transit_records.EgressOnlyInternetGateway,
        "egress_only_internet_gateway_id",
        "egress-only internet gateway",
        ec2_rows(
            "DescribeEgressOnlyInternetGateways", "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId", 255
        ),
    ),
    RecordKind(
        "group_associations",
        security_groups_and_acls.SecurityGroupVpcAssociation,
        "key",
        "security group association",
        ApiCall(
            "ec2",
            "DescribeSecurityGroupVpcAssociations",
            "SecurityGroupVpcAssociations",
            ("GroupId", "VpcId"),
            MOST_ROWS_OF_EC2,
            optional=True,
        ),
    ),
    RecordKind(
        "public_access_modes",
        network.BlockPublicAccessOptions,
        "aws_region",
        "Block Public Access mode",
        ApiCall("ec2", "DescribeVpcBlockPublicAccessOptions", optional=True, always=("VpcBlockPublicAccessOptions",)),
        saved_key="VpcBlockPublicAccessOptions",
    ),
    RecordKind(
        "public_access_exclusions",
        network.BlockPublicAccessExclusion,
        "exclusion_id",
        "Block Public Access exclusion",
        ec2_rows(
            "DescribeVpcBlockPublicAccessExclusions", "VpcBlockPublicAccessExclusions", "ExclusionId", optional=True
        ),
    ),
    RecordKind(
        "resolver_rules",
        resolver_records.ResolverRule,
        "id",
        "resolver rule",
        resolver_rows("ListResolverRules", "ResolverRules"),
    ),
    RecordKind(
        "resolver_rule_associations",
        resolver_records.ResolverRuleAssociation,
        "id",
        "resolver rule association",
        resolver_rows("ListResolverRuleAssociations", "ResolverRuleAssociations"),
    ),
    RecordKind(
        "resolver_endpoints",
        resolver_records.ResolverEndpoint,
        "id",
        "resolver endpoint",
        resolver_rows("ListResolverEndpoints", "ResolverEndpoints"),
    ),
    RecordKind(
        "firewall_associations",
        resolver_records.FirewallRuleGroupAssociation,
        "id",
        "DNS Firewall association",
        resolver_rows("ListFirewallRuleGroupAssociations", "FirewallRuleGroupAssociations"),
    ),
    RecordKind(
        "firewall_rules",
        resolver_records.FirewallRule,
        "key",
        "DNS Firewall rule",
        resolver_rows("ListFirewallRules", "FirewallRules", "FirewallRuleGroupId", "Priority"),
    ),
    RecordKind(
        "profile_associations",
        resolver_records.ProfileAssociation,
        "id",
        "Route 53 Profile association",
        ApiCall("route53profiles", "ListProfileAssociations", "ProfileAssociations", ("Id",), MOST_ROWS, optional=True),
    ),
    RecordKind(
        "profile_resources",
        resolver_records.ProfileResourceAssociation,
        "id",
        "resource of a Route 53 Profile",
        ApiCall(
            "route53profiles",
            "ListProfileResourceAssociations",
            "ProfileResourceAssociations",
            ("Id",),
            MOST_ROWS,
            wrapped=True,
            optional=True,
        ),
    ),
)

CALL_OF = {kind.field: kind.call for kind in KINDS}
ACTIONS = {kind.field: kind.action for kind in KINDS} | {
    "vpc_attributes": "ec2:DescribeVpcAttribute",
    "zones": "route53:ListHostedZonesByVPC",
    "usable_groups": "ec2:GetSecurityGroupsForVpc",
    "firewall_domain_lists": "route53resolver:ListFirewallDomains",
    "rule_targets": "events:ListTargetsByRule",
    "event_rules": "events:ListRules",
}
NOUNS = {kind.field: kind.noun for kind in KINDS} | {
    "zones": "private hosted zone",
    "usable_groups": "security groups for a VPC",
    "firewall_domain_lists": "DNS Firewall domain list",
    "rule_targets": "EventBridge target",
    "event_rules": "EventBridge rule",
}
