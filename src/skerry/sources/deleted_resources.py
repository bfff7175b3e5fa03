"""Resources deleted while their account was read: a reading omits them, with a note."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from skerry.aws import api_table
from skerry.model.api_call import ApiCall
from skerry.services import efs

MISSING = "MISSING"
"""The reason of ECS for a name without a resource, or with a deleted one.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
"""


class Listing(NamedTuple):
    """A call with rows that name a resource in a field."""

    call: ApiCall
    field: str


class Deleted(NamedTuple):
    """A call with NotFound as answer: its operation and its parameters."""

    operation: str
    parameters: Mapping[str, Any]


_PLACES_OF_CLUSTERS = tuple(
    Listing(call, "clusterArn") for call in (api_table.CLUSTERS, api_table.SERVICES, api_table.TASKS)
)
_OF_CLUSTERS = ("cluster", _PLACES_OF_CLUSTERS)
# The parameter that names the resource, and the lists with its row.
_LISTED: dict[str, tuple[str, tuple[Listing, ...]]] = {
    api_table.VPC_ATTRIBUTE.operation: ("VpcId", (Listing(api_table.VPCS, "VpcId"),)),
    api_table.PREFIX_LIST_ENTRIES.operation: ("PrefixListId", (Listing(api_table.PREFIX_LISTS, "PrefixListId"),)),
    api_table.TRANSIT_GATEWAY_ROUTES.operation: (
        "TransitGatewayRouteTableId",
        (Listing(api_table.TRANSIT_GATEWAY_ROUTE_TABLES, "TransitGatewayRouteTableId"),),
    ),
    api_table.ZONE_RECORDS.operation: ("HostedZoneId", (Listing(api_table.ZONES, "HostedZoneId"),)),
    api_table.RESOLVER_ADDRESSES.operation: ("ResolverEndpointId", (Listing(api_table.RESOLVER_ENDPOINTS, "Id"),)),
    api_table.FIREWALL_RULES.operation: (
        "FirewallRuleGroupId",
        (Listing(api_table.FIREWALL_ASSOCIATIONS, "FirewallRuleGroupId"),),
    ),
    api_table.PROFILE_RESOURCES.operation: ("ProfileId", (Listing(api_table.PROFILE_ASSOCIATIONS, "ProfileId"),)),
    efs.MOUNT_TARGETS.operation: ("FileSystemId", (Listing(efs.FILE_SYSTEMS, "FileSystemId"),)),
    api_table.SCHEDULE.operation: ("Name", (Listing(api_table.SCHEDULES, "Name"),)),
    api_table.PIPE.operation: ("Name", (Listing(api_table.PIPES, "Name"),)),
    api_table.STATE_MACHINE.operation: ("stateMachineArn", (Listing(api_table.STATE_MACHINES, "stateMachineArn"),)),
    api_table.QUEUED_JOBS.operation: ("jobQueue", (Listing(api_table.JOB_QUEUES, "jobQueueArn"),)),
    api_table.SERVICE_NAMES.operation: _OF_CLUSTERS,
    api_table.TASK_NAMES.operation: _OF_CLUSTERS,
    api_table.SERVICES.operation: _OF_CLUSTERS,
    api_table.TASKS.operation: _OF_CLUSTERS,
    api_table.CAPACITY_PROVIDERS.operation: _OF_CLUSTERS,
}


def describe_left_out(resource: str) -> str:
    """Return the note about an omitted resource."""
    return f"left out: {resource}, which no longer exists"


def remove_rows(
    documents: Mapping[str, bytes], folder: str, listing: Listing, values: Iterable[str]
) -> dict[str, bytes]:
    """Return documents without the rows of some resources; ``folder`` is the path of the documents of the listing."""
    gone = {*values}
    filtered = dict(documents)
    for name, content in documents.items():
        if name == f"{folder}.json" or name.startswith((f"{folder}/", f"{folder}-")):
            filtered[name] = _filtered(content, listing.call.rows or "", listing.field, gone)
    return filtered


def listings_of(deleted: Iterable[Deleted]) -> dict[Listing, set[str]]:
    """Return the lists that contain the resources of calls, with their names there."""
    names_by_listing: dict[Listing, set[str]] = {}
    for call in deleted:
        parameter, places = _LISTED.get(call.operation, ("", ()))
        for place in places:
            names_by_listing.setdefault(place, set()).add(str(call.parameters.get(parameter)))
    return names_by_listing


def _filtered(content: bytes, key: str, field: str, gone: set[str]) -> bytes:
    top = msgspec.json.decode(content, type=dict[str, Raw])
    answer = msgspec.json.decode(top["Response"], type=dict[str, Raw]) if "Response" in top else top
    if key not in answer:
        return content
    rows = msgspec.json.decode(answer[key], type=list[Raw])
    answer[key] = Raw(msgspec.json.encode([row for row in rows if _value(row, field) not in gone]))
    if answer is not top:
        top["Response"] = Raw(msgspec.json.encode(answer))
    return msgspec.json.encode(top)


def _value(row: Raw, field: str) -> object:
    value = msgspec.json.decode(row)
    return value.get(field) if isinstance(value, dict) else None
