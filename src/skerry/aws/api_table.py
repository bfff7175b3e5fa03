"""The table of AWS API calls that skerry makes to read an account.

None of them changes anything. Their shapes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/,
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/,
https://docs.aws.amazon.com/Route53/latest/APIReference/,
https://docs.aws.amazon.com/eventbridge/latest/APIReference/, https://docs.aws.amazon.com/scheduler/latest/APIReference/
and https://docs.aws.amazon.com/STS/latest/APIReference/; the IAM actions:
https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from skerry.aws.resource_calls import RESOURCE_CALLS
from skerry.services import ecr, efs
from skerry.services.api_call import ApiCall

_MANY = 1000
"""The maximum page size of EC2, unless the model of an operation sets less."""

_FEW = 100
"""The maximum page size of the other services."""


def _ec2(operation: str, rows: str, identity: str, page: int | None = _MANY, *, optional: bool = False) -> ApiCall:
    return ApiCall("ec2", operation, rows, (identity,), page, optional=optional)


def _ecs_list(operation: str, rows: str) -> ApiCall:
    return ApiCall("ecs", operation, rows, page=_FEW, limit="maxResults", kept=False)


def _ecs(operation: str, rows: str, identity: str, batch: int, long: str = "") -> ApiCall:
    return ApiCall("ecs", operation, rows, (identity,), batch=batch, long=long)


def _resolver(operation: str, rows: str) -> ApiCall:
    return ApiCall("route53resolver", operation, rows, ("Id",), _FEW, optional=True)


VPCS = _ec2("DescribeVpcs", "Vpcs", "VpcId")
DHCP_OPTIONS = _ec2("DescribeDhcpOptions", "DhcpOptions", "DhcpOptionsId")
SUBNETS = _ec2("DescribeSubnets", "Subnets", "SubnetId")
ROUTE_TABLES = _ec2("DescribeRouteTables", "RouteTables", "RouteTableId", 100)
SECURITY_GROUPS = _ec2("DescribeSecurityGroups", "SecurityGroups", "GroupId")
NETWORK_ACLS = _ec2("DescribeNetworkAcls", "NetworkAcls", "NetworkAclId")
NETWORK_INTERFACES = _ec2("DescribeNetworkInterfaces", "NetworkInterfaces", "NetworkInterfaceId")
INTERNET_GATEWAYS = _ec2("DescribeInternetGateways", "InternetGateways", "InternetGatewayId")
NAT_GATEWAYS = _ec2("DescribeNatGateways", "NatGateways", "NatGatewayId")
VPC_ENDPOINTS = _ec2("DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId")
# AWS lists S3 twice under one name, once for each type of endpoint.
ENDPOINT_SERVICES = ApiCall("ec2", "DescribeVpcEndpointServices", "ServiceDetails", ("ServiceName", "ServiceId"), _MANY)
PREFIX_LISTS = _ec2("DescribeManagedPrefixLists", "PrefixLists", "PrefixListId", 100)
TRANSIT_GATEWAYS = _ec2("DescribeTransitGateways", "TransitGateways", "TransitGatewayId", optional=True)
TRANSIT_GATEWAY_VPC_ATTACHMENTS = _ec2(
    "DescribeTransitGatewayVpcAttachments",
    "TransitGatewayVpcAttachments",
    "TransitGatewayAttachmentId",
    optional=True,
)
TRANSIT_GATEWAY_ATTACHMENTS = _ec2(
    "DescribeTransitGatewayAttachments",
    "TransitGatewayAttachments",
    "TransitGatewayAttachmentId",
    optional=True,
)
TRANSIT_GATEWAY_ROUTE_TABLES = _ec2(
    "DescribeTransitGatewayRouteTables",
    "TransitGatewayRouteTables",
    "TransitGatewayRouteTableId",
    optional=True,
)
PEERING_CONNECTIONS = _ec2("DescribeVpcPeeringConnections", "VpcPeeringConnections", "VpcPeeringConnectionId")
VPN_GATEWAYS = _ec2("DescribeVpnGateways", "VpnGateways", "VpnGatewayId", None)
EGRESS_ONLY_GATEWAYS = _ec2(
    "DescribeEgressOnlyInternetGateways", "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId", 255
)
GROUP_ASSOCIATIONS = ApiCall(
    "ec2",
    "DescribeSecurityGroupVpcAssociations",
    "SecurityGroupVpcAssociations",
    ("GroupId", "VpcId"),
    _MANY,
    optional=True,
)
PUBLIC_ACCESS_OPTIONS = ApiCall(
    "ec2", "DescribeVpcBlockPublicAccessOptions", optional=True, always=("VpcBlockPublicAccessOptions",)
)
PUBLIC_ACCESS_EXCLUSIONS = _ec2(
    "DescribeVpcBlockPublicAccessExclusions", "VpcBlockPublicAccessExclusions", "ExclusionId", optional=True
)
VPC_ATTRIBUTE = ApiCall("ec2", "DescribeVpcAttribute", always=("VpcId",))
PREFIX_LIST_ENTRIES = ApiCall("ec2", "GetManagedPrefixListEntries", "Entries", ("Cidr",), 100, wrapped=True)
TRANSIT_GATEWAY_ROUTES = ApiCall(
    "ec2",
    "SearchTransitGatewayRoutes",
    "Routes",
    ("DestinationCidrBlock", "PrefixListId"),
    _MANY,
    wrapped=True,
    optional=True,
    cut="AdditionalRoutesAvailable",
)

CLUSTER_NAMES = _ecs_list("ListClusters", "clusterArns")
SERVICE_NAMES = _ecs_list("ListServices", "serviceArns")
TASK_NAMES = _ecs_list("ListTasks", "taskArns")
# Maximum ids: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html and the pages of the
# other two.
CLUSTERS = _ecs("DescribeClusters", "clusters", "clusterArn", 100)
SERVICES = _ecs("DescribeServices", "services", "serviceArn", 10, "events")
TASKS = _ecs("DescribeTasks", "tasks", "taskArn", 100)
TASK_DEFINITION = ApiCall("ecs", "DescribeTaskDefinition", always=("taskDefinition",))
CAPACITY_PROVIDERS = ApiCall("ecs", "DescribeCapacityProviders", "capacityProviders", ("name",), 10, "maxResults")
ZONES = ApiCall(
    "route53", "ListHostedZonesByVPC", "HostedZoneSummaries", ("HostedZoneId",), _FEW, "MaxItems", wrapped=True
)
ZONE_RECORDS = ApiCall(
    "route53",
    "ListResourceRecordSets",
    "ResourceRecordSets",
    ("Name", "Type", "SetIdentifier"),
    # Maximum: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
    300,
    "MaxItems",
    wrapped=True,
    always=("ResourceRecordSets", "IsTruncated"),
)

RESOLVER_RULES = _resolver("ListResolverRules", "ResolverRules")
RESOLVER_RULE_ASSOCIATIONS = _resolver("ListResolverRuleAssociations", "ResolverRuleAssociations")
RESOLVER_ENDPOINTS = _resolver("ListResolverEndpoints", "ResolverEndpoints")
FIREWALL_ASSOCIATIONS = _resolver("ListFirewallRuleGroupAssociations", "FirewallRuleGroupAssociations")
RESOLVER_ADDRESSES = ApiCall(
    "route53resolver",
    "ListResolverEndpointIpAddresses",
    "IpAddresses",
    ("IpId",),
    _FEW,
    wrapped=True,
    optional=True,
)
PROFILE_ASSOCIATIONS = ApiCall(
    "route53profiles", "ListProfileAssociations", "ProfileAssociations", ("Id",), _FEW, optional=True
)
PROFILE_RESOURCES = ApiCall(
    "route53profiles",
    "ListProfileResourceAssociations",
    "ProfileResourceAssociations",
    ("Id",),
    _FEW,
    wrapped=True,
    optional=True,
)

S3_FILES_MOUNT_TARGETS = ApiCall(
    "s3files", "ListMountTargets", "mountTargets", ("mountTargetId",), _FEW, "maxResults", optional=True
)

EVENT_BUSES = ApiCall("events", "ListEventBuses", "EventBuses", ("Name",), _FEW, "Limit", kept=False, optional=True)
RULE_NAMES = ApiCall("events", "ListRuleNamesByTarget", "RuleNames", (), _FEW, "Limit", wrapped=True, optional=True)
RULE_TARGETS = ApiCall(
    "events",
    "ListTargetsByRule",
    "Targets",
    ("Id",),
    _FEW,
    "Limit",
    wrapped=True,
    optional=True,
    without=("Input", "InputPath", "InputTransformer"),
)
SCHEDULES = ApiCall("scheduler", "ListSchedules", "Schedules", ("Arn",), _FEW, optional=True)
SCHEDULE = ApiCall("scheduler", "GetSchedule", optional=True, without=("Target.Input",), always=("Arn", "Name"))

IDENTITY = ApiCall(
    "sts", "GetCallerIdentity", wrapped=True, optional=True, without=("UserId", "Arn"), always=("Account",)
)

NETWORK = (
    VPCS,
    DHCP_OPTIONS,
    SUBNETS,
    ROUTE_TABLES,
    SECURITY_GROUPS,
    NETWORK_ACLS,
    NETWORK_INTERFACES,
    INTERNET_GATEWAYS,
    NAT_GATEWAYS,
    VPC_ENDPOINTS,
    PREFIX_LISTS,
    TRANSIT_GATEWAYS,
    TRANSIT_GATEWAY_VPC_ATTACHMENTS,
    TRANSIT_GATEWAY_ATTACHMENTS,
    TRANSIT_GATEWAY_ROUTE_TABLES,
    PEERING_CONNECTIONS,
    VPN_GATEWAYS,
    EGRESS_ONLY_GATEWAYS,
    GROUP_ASSOCIATIONS,
    PUBLIC_ACCESS_OPTIONS,
    PUBLIC_ACCESS_EXCLUSIONS,
    RESOLVER_RULES,
    RESOLVER_RULE_ASSOCIATIONS,
    RESOLVER_ENDPOINTS,
    FIREWALL_ASSOCIATIONS,
    PROFILE_ASSOCIATIONS,
    efs.FILE_SYSTEMS,
    S3_FILES_MOUNT_TARGETS,
    IDENTITY,
)
"""Calls about the network that need no ids from earlier answers."""

NETWORK_CALLS = (
    *NETWORK,
    VPC_ATTRIBUTE,
    PREFIX_LIST_ENTRIES,
    TRANSIT_GATEWAY_ROUTES,
    ZONES,
    ZONE_RECORDS,
    RESOLVER_ADDRESSES,
    PROFILE_RESOURCES,
    efs.MOUNT_TARGETS,
)
"""Every call of a reading of the network alone."""

CALLS = (
    *NETWORK_CALLS,
    CLUSTER_NAMES,
    SERVICE_NAMES,
    TASK_NAMES,
    CLUSTERS,
    SERVICES,
    TASKS,
    TASK_DEFINITION,
    CAPACITY_PROVIDERS,
    ecr.CACHE_RULES,
    EVENT_BUSES,
    RULE_NAMES,
    RULE_TARGETS,
    SCHEDULES,
    SCHEDULE,
    *RESOURCE_CALLS,
)
"""Every call of a reading of an account."""

PLANNING = (ENDPOINT_SERVICES,)
"""Additional calls of a plan: the endpoint services that new endpoints can use."""
