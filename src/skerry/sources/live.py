"""A live account as documents: the JSON output of ``aws … describe-…``, one document for a call."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from skerry.aws import api_table, resource_calls
from skerry.aws.metric_data import GET_METRIC_DATA
from skerry.aws.price_list import GET_PRODUCTS
from skerry.aws.session import ClientFactory
from skerry.model.api_call import ApiCall
from skerry.services import efs
from skerry.services.call_request import AnswerRow, CallRequest
from skerry.sources import containers
from skerry.sources.concurrent_calls import WORKERS, Area, Reader, collect_picked, split_ids
from skerry.sources.paged_calls import CallResult
from skerry.sources.resource_reads import ResourceReads
from skerry.sources.threads import Workers

MANY_FILE_SYSTEMS = 100
"""The limit of file systems; above it, mount targets are read only for file systems of task definitions."""

_VPC_ATTRIBUTES = ("enableDnsSupport", "enableDnsHostnames")
# Routes in effect: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SearchTransitGatewayRoutes.html
_ROUTE_STATES = [{"Name": "state", "Values": ["active", "blackhole"]}]


class ReadScope(msgspec.Struct, frozen=True):
    """The scope of a reading: one cluster, service or task of ECS, else all; without ``containers``, no ECS.

    ``planning``: also the endpoint services for new endpoints. ``network_only``: no call beyond the network, such as
    calls about roles, policies, images, secrets, keys, log groups, files and the organization. ``metrics``: also
    CloudWatch's. ``prices``: the Price List alone. ``clients``: also functions and builds, which may be idle.
    """

    cluster: str | None = None
    service: str | None = None
    task: str | None = None
    containers: bool = True
    planning: bool = False
    network_only: bool = False
    metrics: bool = False
    prices: bool = False
    clients: bool = False

    @property
    def may_call(self) -> tuple[ApiCall, ...]:
        """Every call that a reading may make; one cluster, service or task may take fewer."""
        if self.prices:
            return (GET_PRODUCTS,)
        base_calls = api_table.CALLS if self.containers else api_table.NETWORK_CALLS
        chosen = (*base_calls, *api_table.PLANNING) if self.planning else base_calls
        chosen = (*chosen, *api_table.CLIENTS) if self.clients else chosen
        chosen = (*chosen, GET_METRIC_DATA) if self.metrics else chosen
        return (
            tuple(call for call in chosen if call not in resource_calls.RESOURCE_CALLS) if self.network_only else chosen
        )


class AccountReading(msgspec.Struct, frozen=True):
    """The documents by file name, the numbers of requests and rounds, and the Region.

    ``notes`` name resources that were deleted during the reading, and are omitted.
    """

    documents: dict[str, bytes]
    calls: int
    rounds: int
    region: str = ""
    notes: tuple[str, ...] = ()


def read(
    client: ClientFactory, scope: ReadScope | None = None, progress: Callable[[str], None] | None = None
) -> AccountReading:
    """Read the networks, ECS services and private zones of an account's Region, as documents by file name.

    A document is AWS's own answer, all pages merged, its rows in order, without ``ResponseMetadata``. An answer
    without its subject is wrapped as ``{"Call": …, "Response": …}``; a refused call is
    ``{"Call": …, "Error": …}``. It takes six rounds of calls at most, seven if a key is named by an alias: four
    until all references of tasks are known, and two for the referenced resources. One service of a known cluster
    takes four.

    ``progress`` is called after each answer. Raises `NothingFoundError` if the cluster, service or task of
    the scope does not exist, and `SkerryError` if the account cannot be read.
    """
    read_scope = scope or ReadScope()
    region = client("ec2").meta.region_name
    with Workers[CallResult](WORKERS) as workers:
        reader = Reader(
            client, workers, progress or _silent, resource_calls.RESOURCE_CALLS if read_scope.network_only else ()
        )
        reads = ResourceReads()
        areas = [_network(region, reads.many)]
        if read_scope.planning:
            areas.append(_planning())
        if read_scope.clients:
            areas.append(_clients())
        if read_scope.containers:
            # `read_resources` comes last: the other areas add their references before its next round.
            areas += [
                _containers(read_scope, reads),
                reads.read_cache_rules(),
                reads.read_roles(),
                reads.read_resources(),
            ]
        reader.read_areas(areas)
    notes = tuple(dict.fromkeys(reader.notes))
    return AccountReading(reader.sort_documents(), reader.calls, reader.rounds, region, notes)


def _silent(_text: str) -> None:
    pass


def _containers(scope: ReadScope, questions: ResourceReads) -> Area:
    if scope.task is not None:
        return containers.read_task(scope.cluster, scope.task, questions)
    if scope.service is not None:
        return containers.read_service(scope.cluster, scope.service, questions)
    return containers.read_all(scope.cluster, questions)


def _network(region: str, many: set[str]) -> Area:
    first = yield [CallRequest(call, pick=_PICKS.get(call.operation, lambda _row: ())) for call in api_table.NETWORK]
    account = next(iter(collect_picked(first, api_table.IDENTITY)), None)
    systems = collect_picked(first, efs.FILE_SYSTEMS)
    if len(systems) > MANY_FILE_SYSTEMS:
        many.update(systems)
        systems = []
    second = yield [*_details(first, region), *_asks(efs.MOUNT_TARGETS, "FileSystemId", systems, "file system")]
    zones = dict(collect_picked(second, api_table.ZONES))
    groups = set(collect_picked(first, api_table.FIREWALL_ASSOCIATIONS))
    shared = set(collect_picked(second, api_table.PROFILE_RESOURCES)) - groups
    lists = set(collect_picked(second, api_table.FIREWALL_RULES))
    third = yield [
        *(_records(zone, zones[zone], account) for zone in sorted(zones)),
        *_firewall_rules(shared),
        *_firewall_domains(lists),
    ]
    yield [*_firewall_domains(set(collect_picked(third, api_table.FIREWALL_RULES)) - lists)]


def _firewall_rules(groups: Iterable[str]) -> Iterator[CallRequest]:
    for group in sorted(groups):
        yield CallRequest(
            api_table.FIREWALL_RULES,
            {"FirewallRuleGroupId": group},
            group,
            _domain_list,
            within=f"rule group {group}",
        )


def _firewall_domains(lists: Iterable[str]) -> Iterator[CallRequest]:
    """Request the domains of lists: AWS refuses those of its own ones."""
    yield from _asks(api_table.FIREWALL_DOMAINS, "FirewallDomainListId", lists, "domain list")


def _domain_list(row: AnswerRow) -> list[str]:
    return [row["FirewallDomainListId"]] if "FirewallDomainListId" in row else []


def _firewall_group(row: AnswerRow) -> list[str]:
    """Return the rule group of DNS Firewall that a Profile shares, if the row is about one."""
    kind, _, name = row["ResourceArn"].rpartition(":")[2].partition("/")
    return [name] if kind == "firewall-rule-group" else []


def _planning() -> Area:
    yield [CallRequest(api_table.ENDPOINT_SERVICES, {"Filters": [{"Name": "service-type", "Values": ["Interface"]}]})]


def _clients() -> Area:
    """Read functions and builds; without a project the list of projects is empty, and not unknown."""
    first = yield [CallRequest(api_table.FUNCTIONS), CallRequest(api_table.BUILD_NAMES, pick=lambda row: [row])]
    if any(got.refused is not None for got in first if got.ask.call is api_table.BUILD_NAMES):
        return
    names = sorted(collect_picked(first, api_table.BUILD_NAMES))
    yield [
        CallRequest(api_table.BUILD_PROJECTS, parameters) for parameters in split_ids(api_table.BUILD_PROJECTS, names)
    ]


def _id(field: str) -> Callable[[AnswerRow], Iterable[Any]]:
    return lambda row: [row[field]]


_PICKS: dict[str, Callable[[AnswerRow], Iterable[Any]]] = {
    api_table.VPCS.operation: lambda row: [(row["VpcId"], row.get("OwnerId"))],
    api_table.PREFIX_LISTS.operation: _id("PrefixListId"),
    api_table.TRANSIT_GATEWAY_ROUTE_TABLES.operation: _id("TransitGatewayRouteTableId"),
    api_table.RESOLVER_ENDPOINTS.operation: _id("Id"),
    api_table.PROFILE_ASSOCIATIONS.operation: _id("ProfileId"),
    api_table.FIREWALL_ASSOCIATIONS.operation: _id("FirewallRuleGroupId"),
    api_table.IDENTITY.operation: _id("Account"),
    # A file system without mount targets needs no call for them.
    efs.FILE_SYSTEMS.operation: lambda row: [row["FileSystemId"]] if row.get("NumberOfMountTargets") != 0 else [],
}


def _details(first: Sequence[CallResult], region: str) -> Iterator[CallRequest]:
    """Yield requests about each resource of the first round."""
    vpcs: dict[str, str | None] = dict(collect_picked(first, api_table.VPCS))
    account = next(iter(collect_picked(first, api_table.IDENTITY)), None)
    for vpc in sorted(vpcs):
        if account is None or vpcs[vpc] != account:
            # The associations of groups tell this of the account's own VPCs.
            yield CallRequest(api_table.USABLE_GROUPS, {"VpcId": vpc}, vpc, within=f"VPC {vpc}")
        for attribute in _VPC_ATTRIBUTES:
            parameters = {"VpcId": vpc, "Attribute": attribute}
            yield CallRequest(api_table.VPC_ATTRIBUTE, parameters, f"{vpc}-{attribute}", within=f"VPC {vpc}")
        yield CallRequest(api_table.ZONES, {"VPCId": vpc, "VPCRegion": region}, vpc, _zone)
    yield from _asks(
        api_table.PREFIX_LIST_ENTRIES, "PrefixListId", collect_picked(first, api_table.PREFIX_LISTS), "prefix list"
    )
    for table in sorted(collect_picked(first, api_table.TRANSIT_GATEWAY_ROUTE_TABLES)):
        routes = {"TransitGatewayRouteTableId": table, "Filters": _ROUTE_STATES}
        yield CallRequest(
            api_table.TRANSIT_GATEWAY_ROUTES, routes, table, within=f"transit gateway route table {table}"
        )
    endpoints = collect_picked(first, api_table.RESOLVER_ENDPOINTS)
    yield from _asks(api_table.RESOLVER_ADDRESSES, "ResolverEndpointId", endpoints, "resolver endpoint")
    for profile in sorted(collect_picked(first, api_table.PROFILE_ASSOCIATIONS)):
        yield CallRequest(
            api_table.PROFILE_RESOURCES, {"ProfileId": profile}, profile, _firewall_group, within=f"profile {profile}"
        )
    yield from _firewall_rules(collect_picked(first, api_table.FIREWALL_ASSOCIATIONS))


def _asks(call: ApiCall, parameter: str, ids: Iterable[str], kind: str) -> Iterator[CallRequest]:
    for name in sorted(ids):
        yield CallRequest(call, {parameter: name}, name, within=f"{kind} {name}")


def _zone(row: AnswerRow) -> Iterator[tuple[str, str | None]]:
    """Yield the zone with the account or AWS service that owns it.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZoneOwner.html
    """
    owner = row.get("Owner", {})
    yield row["HostedZoneId"], owner.get("OwningAccount") or owner.get("OwningService")


def _records(zone: str, owner: str | None, account: str | None) -> CallRequest:
    """Request a zone's records: Route 53 returns them only to the zone's owner, regardless of IAM."""
    about = "" if owner is None else f"the zone belongs to {owner}, which alone may list its records"
    is_own = owner is not None and owner == account
    if is_own:
        about = "the zone is this account's own: the permission to list its records is missing"
    # NotFound for another account's zone may only mean that its records are hidden.
    within = f"hosted zone {zone}" if is_own else ""
    return CallRequest(api_table.ZONE_RECORDS, {"HostedZoneId": zone}, zone, about=about, within=within)
