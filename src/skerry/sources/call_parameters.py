"""Answers about a part of another record, identified only by the parameters of their call.

An entry of a prefix list, a route of a transit gateway, an address of a resolver endpoint, a target of a rule.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Raw, structs

from skerry.errors import InputError
from skerry.model.batch import Job
from skerry.model.completeness import EVERYWHERE
from skerry.model.ecs import Cluster, ClusterConfiguration
from skerry.model.facts import Refusal
from skerry.model.network import PrefixListEntry
from skerry.model.record_kinds import ACTIONS
from skerry.model.resolver_records import FirewallDomainList, ResolverEndpoint, ResolverEndpointAddress
from skerry.model.schedules import EventRule, NamedTarget, RuleTarget
from skerry.model.transit_records import (
    TransitGatewayAssociation,
    TransitGatewayAttachment,
    TransitGatewayRoute,
    TransitGatewayRouteTable,
)
from skerry.sources.decoding import UNREADABLE
from skerry.sources.list_scopes import scopes_of
from skerry.sources.merging import Rows
from skerry.sources.validation import read_record

_Row = TypeVar("_Row", bound=msgspec.Struct)

WRAP_HINT = (
    'Wrap the answer so that it names its call: {"Call": {"operation": "…", "parameters": {…}}, "Response": {…}}'
)
_FIELDS = {action: field for field, action in ACTIONS.items()} | {
    "ec2:DescribePrefixLists": "prefix_lists",
    "ec2:SearchTransitGatewayRoutes": "transit_gateway_route_tables",
    "route53resolver:ListResolverEndpointIpAddresses": "resolver_endpoints",
    "events:ListEventBuses": "rule_targets",
    "events:ListRuleNamesByTarget": "rule_targets",
    "pipes:ListPipes": "pipes",
    "scheduler:ListSchedules": "schedules",
    "states:ListStateMachines": "state_machines",
    "codebuild:ListProjects": "build_projects",
    "ecs:ListClusters": "clusters",
    "ecs:ListServices": "services",
    "ecs:ListTasks": "tasks",
    "elasticfilesystem:DescribeFileSystems": "mount_targets",
    "iam:GetAccountAuthorizationDetails": "roles",
}

DEFAULT_BUS = "default"

# Kinds with parts in the answers of other calls.
MERGED = {"transit_gateway_route_tables", "transit_gateway_attachments", "resolver_endpoints", "firewall_domain_lists"}


class RelatedAnswer(msgspec.Struct, frozen=True, gc=False):
    """One key of an answer, with its document and the parameters of its call."""

    name: str
    key: str
    value: Raw
    parameters: dict[str, Any]
    partial: bool

    def parameter_of(self, parameter: str, what: str) -> str:
        """Return the parameter that names the record; raises `InputError` if the answer is not wrapped."""
        value = self.parameters.get(parameter)
        if not isinstance(value, str):
            message = f"{self.name}: {what}, but not of which one"
            raise InputError(message, WRAP_HINT)
        return value

    def read_rows(self, record: type[_Row], notes: Rows) -> tuple[tuple[_Row, ...], bool]:
        """Return the readable rows, and whether these are all; note each unreadable row."""
        try:
            listed = msgspec.json.decode(self.value, type=list[Raw])
        except UNREADABLE:
            notes.note(f"{self.name}: {self.key} is no list that can be read")
            return (), False
        records, is_complete = [], not self.partial
        for position, raw in enumerate(listed):
            row, fault = read_record(raw, record)
            if row is None:
                notes.note(f"{self.name}: row {position} of {self.key} cannot be read: {fault}")
                is_complete = False
            else:
                records.append(row)
        return tuple(records), is_complete


def _entries(rows: Rows, answer: RelatedAnswer) -> None:
    """Add the entries of a prefix list; one unreadable entry makes all its entries unknown."""
    prefix_list = answer.parameter_of("PrefixListId", "entries of a prefix list")
    entries, is_complete = answer.read_rows(PrefixListEntry, rows)
    lost = not is_complete and not answer.partial
    rows.add_entries(
        prefix_list, tuple(entry.cidr for entry in entries), answer.name, partial=answer.partial, lost=lost
    )


def _routes(rows: Rows, answer: RelatedAnswer) -> None:
    """Add the routes of a transit gateway's table; an incomplete or damaged search makes all routes unknown."""
    table = answer.parameter_of("TransitGatewayRouteTableId", "routes of a transit gateway")
    routes, is_complete = answer.read_rows(TransitGatewayRoute, rows)
    record = TransitGatewayRouteTable(transit_gateway_route_table_id=table, routes=routes if is_complete else UNSET)
    rows.merge("transit_gateway_route_tables", table, record, answer.name)


class _Associated(TransitGatewayAttachment, frozen=True):
    """An association from GetTransitGatewayRouteTableAssociations: its state is not the attachment's."""


def _associations(rows: Rows, answer: RelatedAnswer) -> None:
    table = answer.parameter_of("TransitGatewayRouteTableId", "associations of a transit gateway's route table")
    for item in answer.read_rows(_Associated, rows)[0]:
        state = item.state if isinstance(item.state, str) else "associated"
        record = TransitGatewayAttachment(
            transit_gateway_attachment_id=item.transit_gateway_attachment_id,
            resource_type=item.resource_type,
            resource_id=item.resource_id,
            association=TransitGatewayAssociation(transit_gateway_route_table_id=table, state=state),
        )
        rows.merge("transit_gateway_attachments", record.transit_gateway_attachment_id, record, answer.name)


def _addresses(rows: Rows, answer: RelatedAnswer) -> None:
    endpoint = answer.parameter_of("ResolverEndpointId", "addresses of a resolver endpoint")
    addresses, is_complete = answer.read_rows(ResolverEndpointAddress, rows)
    ips = tuple(record.ip for record in addresses if record.ip is not None)
    record = ResolverEndpoint(id=endpoint, ip_addresses=ips if is_complete else UNSET)
    rows.merge("resolver_endpoints", endpoint, record, answer.name)


def _domains(rows: Rows, answer: RelatedAnswer) -> None:
    """Add the domains of a DNS Firewall list; other services answer with domains too, but name no such list."""
    domain_list = answer.parameters.get("FirewallDomainListId")
    if not isinstance(domain_list, str):
        rows.note(f"{answer.name}: Domains, but not of which list of DNS Firewall")
        return
    try:
        domains = tuple(msgspec.json.decode(answer.value, type=list[str]))
    except UNREADABLE:
        rows.note(f"{answer.name}: {answer.key} is no list of names")
        return
    record = FirewallDomainList(id=domain_list, domains=UNSET if answer.partial else domains)
    rows.merge("firewall_domain_lists", domain_list, record, answer.name)


def _targets(rows: Rows, answer: RelatedAnswer) -> None:
    rule = answer.parameter_of("Rule", "targets of a rule")
    bus = answer.parameters.get("EventBusName", DEFAULT_BUS)
    targets, is_complete = answer.read_rows(NamedTarget, rows)
    rows.add_page("rule_targets", f"rule {bus}/{rule}", partial=answer.partial)
    if not is_complete and not answer.partial:
        rows.add_gap("rule_targets")
    for target in targets:
        record = RuleTarget(rule=rule, target=target, event_bus=str(bus))
        rows.add("rule_targets", f"{bus}/{rule}/{target.id}", record, answer.name)


def _rules(rows: Rows, answer: RelatedAnswer) -> None:
    """Add the rules of an event bus; rules of a load balancer have no name, and are none of these."""
    for rule in answer.read_rows(EventRule, rows)[0]:
        if rule.name is not None:
            rows.add("event_rules", f"{rule.event_bus_name}/{rule.name}", rule, answer.name)


def _rule_names(rows: Rows, answer: RelatedAnswer) -> None:
    """Note the target whose rules an answer lists: one call lists those of one event bus."""
    target = answer.parameter_of("TargetArn", "rules that lead to a target")
    bus = answer.parameters.get("EventBusName", DEFAULT_BUS)
    rows.add_page("rule_targets", target if bus == DEFAULT_BUS else f"{target} of {bus}", partial=answer.partial)


def _queued_jobs(rows: Rows, answer: RelatedAnswer) -> None:
    """Add the jobs of a queue's list: their rows do not name the queue."""
    queue = answer.parameter_of("jobQueue", "jobs of a job queue")
    for job in answer.read_rows(Job, rows)[0]:
        if rows.get("batch_jobs", job.job_id) is None:
            rows.replace("batch_jobs", job.job_id, structs.replace(job, job_queue=queue), answer.name)


HANDLERS: dict[str, Callable[[Rows, RelatedAnswer], None]] = {
    "Entries": _entries,
    "Routes": _routes,
    "Associations": _associations,
    "IpAddresses": _addresses,
    "Domains": _domains,
    "Targets": _targets,
    "jobSummaryList": _queued_jobs,
    "RuleNames": _rule_names,
    "Rules": _rules,
}


def complete_cluster(cluster: Cluster, parameters: dict[str, Any]) -> Cluster:
    """Return a cluster with an empty configuration if the call asked for it and ECS printed none.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html
    """
    included = parameters.get("include")
    if cluster.configuration is UNSET and isinstance(included, list) and "CONFIGURATIONS" in included:
        return msgspec.structs.replace(cluster, configuration=ClusterConfiguration())
    return cluster


def add_refusal(rows: Rows, refusal: Refusal, parameters: dict[str, Any]) -> None:
    """Add a call without an answer: its records are unknown in its scope, not absent."""
    rows.refused.append(refusal)
    field = _FIELDS.get(refusal.action)
    if field is not None:
        for scope in scopes_of(field, parameters) or (EVERYWHERE,):
            rows.add_gap(field, scope)
