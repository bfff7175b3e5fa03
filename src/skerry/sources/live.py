"""A live account, read as documents: the JSON that ``aws … describe-…`` prints, one document for a call."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from skerry.aws.session import ClientFactory

Client: TypeAlias = Any
"""boto3 makes its clients when the program runs: they have no type."""

Document: TypeAlias = dict[str, Any]
Documents: TypeAlias = Iterator[tuple[str, Document]]

# The call, the key of the rows in its answer, and the key of a row by which the rows are sorted: AWS promises
# no order, and two readings of one account should be equal.
_EC2_CALLS = (
    ("describe_vpcs", "Vpcs", "VpcId"),
    ("describe_dhcp_options", "DhcpOptions", "DhcpOptionsId"),
    ("describe_subnets", "Subnets", "SubnetId"),
    ("describe_route_tables", "RouteTables", "RouteTableId"),
    ("describe_security_groups", "SecurityGroups", "GroupId"),
    ("describe_network_acls", "NetworkAcls", "NetworkAclId"),
    ("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ("describe_nat_gateways", "NatGateways", "NatGatewayId"),
    ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ("describe_managed_prefix_lists", "PrefixLists", "PrefixListId"),
)
_VPC_ATTRIBUTES = ("enableDnsSupport", "enableDnsHostnames")

PAGE = 100
"""Rows of a page: the most that every one of these calls allows. ListServices gives 10 unless it is told."""

CLUSTERS_PER_CALL = 100
SERVICES_PER_CALL = 10
TASKS_PER_CALL = 100

# A private zone that another account, or a service of AWS, associated with the VPC: its records are not ours.
_NOT_OURS = {"AccessDenied", "NoSuchHostedZone"}


def read(client: ClientFactory) -> dict[str, bytes]:
    """Read the networks, ECS services and private zones of an account's region, as documents by file name.

    A document is AWS's own answer, all pages merged, without ``ResponseMetadata``. An answer that does not
    say what it was asked for is wrapped as ``{"Call": …, "Response": …}``. The records of a private zone that
    this account may not read are left out. Errors of AWS are those of botocore.
    """
    ec2, ecs, route53 = client("ec2"), client("ecs"), client("route53")
    documents = dict(_network(ec2))
    vpcs = [vpc["VpcId"] for vpc in documents["ec2/describe-vpcs.json"]["Vpcs"]]
    lists = documents["ec2/describe-managed-prefix-lists.json"]["PrefixLists"]
    documents |= _vpc_attributes(ec2, vpcs)
    documents |= _prefix_list_entries(ec2, [row["PrefixListId"] for row in lists])
    documents |= _containers(ecs)
    documents |= _private_zones(route53, vpcs, ec2.meta.region_name)
    return {name: msgspec.json.encode(document) for name, document in documents.items()}


def _network(ec2: Client) -> Documents:
    for call, key, order in _EC2_CALLS:
        yield _name("ec2", call), {key: _rows(ec2, call, key, order)}


def _vpc_attributes(ec2: Client, vpcs: Sequence[str]) -> Documents:
    for vpc in vpcs:
        for attribute in _VPC_ATTRIBUTES:
            answer = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)
            yield _name("ec2", "describe_vpc_attribute", f"{vpc}-{attribute}"), _bare(answer)


def _prefix_list_entries(ec2: Client, lists: Sequence[str]) -> Documents:
    call = "get_managed_prefix_list_entries"
    for prefix_list in lists:
        asked = {"PrefixListId": prefix_list}
        entries = _rows(ec2, call, "Entries", "Cidr", **asked)
        wrapped = _wrapped("ec2:GetManagedPrefixListEntries", asked, {"Entries": entries})
        yield _name("ec2", call, prefix_list), wrapped


def _containers(ecs: Client) -> Documents:
    clusters = sorted(_rows(ecs, "list_clusters", "clusterArns"))
    yield _name("ecs", "describe_clusters"), _described(ecs, "clusters", clusters, CLUSTERS_PER_CALL)
    definitions: set[str] = set()
    for cluster in clusters:
        name = cluster.rpartition("/")[2]
        arns = _rows(ecs, "list_services", "serviceArns", cluster=cluster)
        services = _described(ecs, "services", arns, SERVICES_PER_CALL, cluster=cluster)
        yield _name("ecs", "describe_services", name), services
        definitions.update(_task_definitions(services["services"]))
        tasks = _described(ecs, "tasks", _tasks(ecs, cluster), TASKS_PER_CALL, cluster=cluster)
        yield _name("ecs", "describe_tasks", name), tasks
    for arn in sorted(definitions):
        # The colon before the revision may not stand in the name of a file on every system.
        name = arn.rpartition("/")[2].replace(":", "-")
        answer = ecs.describe_task_definition(taskDefinition=arn)
        yield _name("ecs", "describe_task_definition", name), _bare(answer)


def _tasks(ecs: Client, cluster: str) -> list[str]:
    # A call lists the tasks of one desired status, RUNNING unless it is told.
    wanted = ("RUNNING", "STOPPED")
    found = (_rows(ecs, "list_tasks", "taskArns", cluster=cluster, desiredStatus=status) for status in wanted)
    return sorted({arn for arns in found for arn in arns})


def _task_definitions(services: Sequence[Document]) -> Iterator[str]:
    """The task definitions that services name, also in a rollout under way and in the sets of another's."""
    for service in services:
        for holder in (service, *service.get("deployments", ()), *service.get("taskSets", ())):
            if "taskDefinition" in holder:
                yield holder["taskDefinition"]


def _described(ecs: Client, kind: str, arns: Sequence[str], most: int, **asked: str) -> Document:
    """Describe so many of a kind at a time; none is not asked for, as it would mean the default cluster."""
    found: Document = {kind: [], "failures": []}
    for start in range(0, len(arns), most):
        chunk = {kind: arns[start : start + most]}
        answer = getattr(ecs, f"describe_{kind}")(**chunk, **asked)
        found[kind] += answer[kind]
        found["failures"] += answer.get("failures", [])
    found[kind].sort(key=lambda row: row[f"{kind.removesuffix('s')}Arn"])
    return found


def _private_zones(route53: Client, vpcs: Sequence[str], region: str) -> Documents:
    zones: set[str] = set()
    call, key = "list_hosted_zones_by_vpc", "HostedZoneSummaries"
    for vpc in vpcs:
        asked = {"VPCId": vpc, "VPCRegion": region}
        summaries = _rows(route53, call, key, "HostedZoneId", **asked)
        yield _name("route53", call, vpc), _wrapped("route53:ListHostedZonesByVPC", asked, {key: summaries})
        zones.update(summary["HostedZoneId"] for summary in summaries)
    for zone in sorted(zones):
        records = _records(route53, zone)
        if records is not None:
            yield _name("route53", "list_resource_record_sets", zone), records


def _records(route53: Client, zone: str) -> Document | None:
    asked = {"HostedZoneId": zone}
    try:
        rows = _rows(route53, "list_resource_record_sets", "ResourceRecordSets", **asked)
    except route53.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in _NOT_OURS:
            return None
        raise
    return _wrapped("route53:ListResourceRecordSets", asked, {"ResourceRecordSets": rows})


def _rows(client: Client, call: str, key: str, order: str | None = None, **asked: str) -> list[Any]:
    """The rows of all pages of a call."""
    if client.can_paginate(call):
        pages = client.get_paginator(call).paginate(**asked, PaginationConfig={"PageSize": PAGE})
    else:
        pages = _pages(getattr(client, call), asked)
    rows = [row for page in pages for row in page.get(key, ())]
    return rows if order is None else sorted(rows, key=lambda row: row[order])


def _pages(call: Callable[..., Document], asked: Mapping[str, str]) -> Iterator[Document]:
    """The pages of a call that botocore has no paginator for."""
    answer = call(**asked)
    yield answer
    while token := answer.get("NextToken"):
        answer = call(**asked, NextToken=token)
        yield answer


def _bare(answer: Document) -> Document:
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def _wrapped(operation: str, parameters: Mapping[str, str], response: Document) -> Document:
    return {"Call": {"operation": operation, "parameters": parameters}, "Response": response}


def _name(service: str, call: str, what: str = "") -> str:
    return "/".join(part for part in (service, call.replace("_", "-"), what) if part) + ".json"
