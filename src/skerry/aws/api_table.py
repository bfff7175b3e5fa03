"""The table of AWS API calls that skerry makes to read an account.

The calls that list records are in `skerry.model.record_kinds`. No call changes anything. Shapes:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/,
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/,
https://docs.aws.amazon.com/Route53/latest/APIReference/,
https://docs.aws.amazon.com/batch/latest/APIReference/, https://docs.aws.amazon.com/step-functions/latest/apireference/,
https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/,
https://docs.aws.amazon.com/eventbridge/latest/APIReference/, https://docs.aws.amazon.com/scheduler/latest/APIReference/
and https://docs.aws.amazon.com/STS/latest/APIReference/; the IAM actions:
https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from typing import Any

from skerry.aws.resource_calls import RESOURCE_CALLS
from skerry.model.api_call import MOST_ROWS, MOST_ROWS_OF_EC2, ApiCall
from skerry.model.record_kinds import CALL_OF
from skerry.model.task_states import reduce_definition
from skerry.services import ecr, efs


def _ecs_list(operation: str, rows: str) -> ApiCall:
    return ApiCall("ecs", operation, rows, page=MOST_ROWS, limit="maxResults", kept=False)


def _of_job_definition(row: dict[str, Any]) -> dict[str, Any]:
    """Return a job definition without commands and values of environment variables."""
    task = row.get("ecsProperties", {}).get("taskProperties", ())
    containers = [container for properties in task for container in properties.get("containers", ())]
    for container in (row.get("containerProperties", {}), *containers):
        container.pop("command", None)
        for variable in container.get("environment", ()):
            variable.pop("value", None)
    return row


def _of_state_machine(row: dict[str, Any]) -> dict[str, Any]:
    """Return a state machine with only its states that start tasks."""
    kept = {key: row[key] for key in ("stateMachineArn", "name", "status") if key in row}
    return kept | {"definition": reduce_definition(row["definition"])}


def _of_pipe(row: dict[str, Any]) -> dict[str, Any]:
    """Return a pipe without its source, its enrichment and the input of its target."""
    kept = {key: row[key] for key in ("Arn", "Name", "DesiredState", "Target") if key in row}
    parameters = row.get("TargetParameters", {})
    named = {key: parameters[key] for key in ("EcsTaskParameters", "BatchJobParameters") if key in parameters}
    for key in ("Overrides", "ContainerOverrides", "Parameters", "Tags"):
        for target in named.values():
            target.pop(key, None)
    return kept | {"TargetParameters": named}


VPCS = CALL_OF["vpcs"]
DHCP_OPTIONS = CALL_OF["dhcp_options"]
SUBNETS = CALL_OF["subnets"]
ROUTE_TABLES = CALL_OF["route_tables"]
SECURITY_GROUPS = CALL_OF["security_groups"]
NETWORK_ACLS = CALL_OF["network_acls"]
NETWORK_INTERFACES = CALL_OF["network_interfaces"]
INTERNET_GATEWAYS = CALL_OF["internet_gateways"]
NAT_GATEWAYS = CALL_OF["nat_gateways"]
VPC_ENDPOINTS = CALL_OF["vpc_endpoints"]
ENDPOINT_SERVICES = CALL_OF["endpoint_services"]
PREFIX_LISTS = CALL_OF["prefix_lists"]
TRANSIT_GATEWAYS = CALL_OF["transit_gateways"]
TRANSIT_GATEWAY_VPC_ATTACHMENTS = CALL_OF["transit_gateway_vpc_attachments"]
TRANSIT_GATEWAY_ATTACHMENTS = CALL_OF["transit_gateway_attachments"]
TRANSIT_GATEWAY_ROUTE_TABLES = CALL_OF["transit_gateway_route_tables"]
PEERING_CONNECTIONS = CALL_OF["peering_connections"]
VPN_GATEWAYS = CALL_OF["vpn_gateways"]
EGRESS_ONLY_GATEWAYS = CALL_OF["egress_only_gateways"]
GROUP_ASSOCIATIONS = CALL_OF["group_associations"]
PUBLIC_ACCESS_OPTIONS = CALL_OF["public_access_modes"]
PUBLIC_ACCESS_EXCLUSIONS = CALL_OF["public_access_exclusions"]
VPC_ATTRIBUTE = ApiCall("ec2", "DescribeVpcAttribute", always=("VpcId",))
USABLE_GROUPS = ApiCall(
    "ec2",
    "GetSecurityGroupsForVpc",
    "SecurityGroupForVpcs",
    ("GroupId",),
    MOST_ROWS_OF_EC2,
    wrapped=True,
    optional=True,
    without=("Description", "GroupName", "Tags"),
)
PREFIX_LIST_ENTRIES = ApiCall("ec2", "GetManagedPrefixListEntries", "Entries", ("Cidr",), 100, wrapped=True)
TRANSIT_GATEWAY_ROUTES = ApiCall(
    "ec2",
    "SearchTransitGatewayRoutes",
    "Routes",
    ("DestinationCidrBlock", "PrefixListId"),
    MOST_ROWS_OF_EC2,
    wrapped=True,
    optional=True,
    cut="AdditionalRoutesAvailable",
)


def _with_configuration(row: dict[str, Any]) -> dict[str, Any]:
    """Return a cluster with an empty configuration if ECS, asked for it, prints none."""
    return {"configuration": {}} | row


CLUSTER_NAMES = _ecs_list("ListClusters", "clusterArns")
SERVICE_NAMES = _ecs_list("ListServices", "serviceArns")
TASK_NAMES = _ecs_list("ListTasks", "taskArns")
CLUSTERS = CALL_OF["clusters"]._replace(trim=_with_configuration)
SERVICES = CALL_OF["services"]
TASKS = CALL_OF["tasks"]
TASK_DEFINITION = CALL_OF["task_definitions"]
CAPACITY_PROVIDERS = CALL_OF["capacity_providers"]
ZONES = ApiCall(
    "route53", "ListHostedZonesByVPC", "HostedZoneSummaries", ("HostedZoneId",), MOST_ROWS, "MaxItems", wrapped=True
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

RESOLVER_RULES = CALL_OF["resolver_rules"]
RESOLVER_RULE_ASSOCIATIONS = CALL_OF["resolver_rule_associations"]
RESOLVER_ENDPOINTS = CALL_OF["resolver_endpoints"]
FIREWALL_ASSOCIATIONS = CALL_OF["firewall_associations"]
FIREWALL_RULES = CALL_OF["firewall_rules"]
FIREWALL_DOMAINS = ApiCall(
    "route53resolver",
    "ListFirewallDomains",
    "Domains",
    # Maximum: https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_ListFirewallDomains.html
    page=5000,
    wrapped=True,
    optional=True,
    single=True,
)
RESOLVER_ADDRESSES = ApiCall(
    "route53resolver",
    "ListResolverEndpointIpAddresses",
    "IpAddresses",
    ("IpId",),
    MOST_ROWS,
    wrapped=True,
    optional=True,
)
PROFILE_ASSOCIATIONS = CALL_OF["profile_associations"]
PROFILE_RESOURCES = CALL_OF["profile_resources"]

S3_FILES_MOUNT_TARGETS = CALL_OF["s3files_mount_targets"]

EVENT_BUSES = ApiCall(
    "events", "ListEventBuses", "EventBuses", ("Name",), MOST_ROWS, "Limit", kept=False, optional=True
)
RULE_NAMES = ApiCall(
    "events", "ListRuleNamesByTarget", "RuleNames", (), MOST_ROWS, "Limit", wrapped=True, optional=True
)
RULE_TARGETS = ApiCall(
    "events",
    "ListTargetsByRule",
    "Targets",
    ("Id",),
    MOST_ROWS,
    "Limit",
    wrapped=True,
    optional=True,
    without=("Input", "InputPath", "InputTransformer"),
)
RULES = ApiCall(
    "events",
    "ListRules",
    "Rules",
    ("Arn",),
    MOST_ROWS,
    "Limit",
    wrapped=True,
    optional=True,
    without=("Description", "EventPattern"),
)
SCHEDULES = ApiCall("scheduler", "ListSchedules", "Schedules", ("Arn",), MOST_ROWS, optional=True)
SCHEDULE = CALL_OF["schedules"]
COMPUTE_ENVIRONMENTS = CALL_OF["compute_environments"]
JOB_QUEUES = CALL_OF["job_queues"]
JOB_DEFINITIONS = CALL_OF["job_definitions"]._replace(
    without=("parameters", "nodeProperties", "eksProperties", "retryStrategy", "timeout"), trim=_of_job_definition
)
QUEUED_JOBS = CALL_OF["batch_jobs"]
STATE_MACHINES = ApiCall(
    "stepfunctions",
    "ListStateMachines",
    "stateMachines",
    ("stateMachineArn",),
    1000,
    "maxResults",
    prefix="states",
    optional=True,
)
STATE_MACHINE = CALL_OF["state_machines"]._replace(trim=_of_state_machine)
PIPES = ApiCall("pipes", "ListPipes", "Pipes", ("Arn",), MOST_ROWS, "Limit", optional=True)
PIPE = CALL_OF["pipes"]._replace(trim=_of_pipe)

FUNCTIONS = CALL_OF["functions"]
BUILD_NAMES = ApiCall("codebuild", "ListProjects", "projects", kept=False, optional=True)
BUILD_PROJECTS = CALL_OF["build_projects"]

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
    USABLE_GROUPS,
    PREFIX_LIST_ENTRIES,
    TRANSIT_GATEWAY_ROUTES,
    ZONES,
    ZONE_RECORDS,
    RESOLVER_ADDRESSES,
    FIREWALL_RULES,
    FIREWALL_DOMAINS,
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
    RULES,
    SCHEDULES,
    SCHEDULE,
    COMPUTE_ENVIRONMENTS,
    JOB_QUEUES,
    JOB_DEFINITIONS,
    QUEUED_JOBS,
    STATE_MACHINES,
    STATE_MACHINE,
    PIPES,
    PIPE,
    *RESOURCE_CALLS,
)
"""Every call of a reading of an account."""

PLANNING = (ENDPOINT_SERVICES,)
"""Additional calls of a plan: the endpoint services that new endpoints can use."""

CLIENTS = (FUNCTIONS, BUILD_NAMES, BUILD_PROJECTS)
"""Additional calls about clients of a network that have no interface while they are idle."""
