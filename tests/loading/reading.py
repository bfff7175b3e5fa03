"""The reading of a scenario's account, completed by the documents of the kinds that the account cannot hold."""

from typing import Any

import msgspec

from skerry.model.facts import Facts
from tests.loading.documents import Documents
from tests.loading.reasons import (
    DNS_FIREWALL,
    NOT_READ,
    PROFILES,
    PUBLIC_ACCESS,
    REVISIONS,
    S3_FILES,
    STOPPED_TASKS,
)

_OF_RESOURCES = ("roles", "managed_policies", "resource_answers", "pull_through_rules", "refused", "completeness")
"""Answers about the roles and resources of tasks: no apply changes them, and a scenario may have none."""

_IDENTITIES = {
    "vpcs": "vpc_id",
    "subnets": "subnet_id",
    "security_groups": "group_id",
    "services": "service_arn",
    "vpc_endpoints": "vpc_endpoint_id",
    "route_tables": "route_table_id",
    "network_interfaces": "network_interface_id",
    "nat_gateways": "nat_gateway_id",
    "prefix_lists": "prefix_list_id",
    "transit_gateways": "transit_gateway_id",
    "vpn_gateways": "vpn_gateway_id",
    "peering_connections": "vpc_peering_connection_id",
    "task_definitions": "task_definition_arn",
}
_BY_DOCUMENT = {
    "VpcBlockPublicAccessExclusions": ("public_access_exclusions", PUBLIC_ACCESS),
    "mountTargets": ("s3files_mount_targets", S3_FILES),
    "tasks": ("tasks", STOPPED_TASKS),
}
_BY_CALL = {
    "ListProfileAssociations": ("profile_associations", PROFILES),
    "ListProfileResourceAssociations": ("profile_resources", PROFILES),
    "ListFirewallRuleGroupAssociations": ("firewall_associations", DNS_FIREWALL),
}


def borrow_kinds(documents: Documents) -> None:
    """Let a reading take the kinds from the documents that no call creates here."""
    documents.borrow_unread_lists(NOT_READ)
    for key, (kind, reason) in _BY_DOCUMENT.items():
        if documents[key]:
            documents.borrow(kind, reason)
    if documents["serviceRevisions"]:
        # A service names its revision, whose number ECS gives.
        documents.borrow("service_revisions", REVISIONS)
        documents.borrow("services", REVISIONS)
    for operation, (kind, reason) in _BY_CALL.items():
        if any(row["Call"]["operation"] == operation for row in documents["Calls"]):
            documents.borrow(kind, reason)


def with_documents(facts: Facts, scenario: Facts, documents: Documents) -> Facts:
    """Return the facts of an account without its hidden resources, and with the borrowed kinds."""
    rows: dict[str, Any] = {name: getattr(scenario, name) for name in _OF_RESOURCES}
    borrowed = {row.kind: row.reason for row in documents.borrowed}
    for kind, identity in _IDENTITIES.items():
        rows[kind] = tuple(row for row in getattr(facts, kind) if not _is_hidden(row, identity, documents))
    for kind, reason in borrowed.items():
        of_scenario = getattr(scenario, kind)
        if kind not in _IDENTITIES or reason == NOT_READ:
            rows[kind] = of_scenario
        else:
            identity = _IDENTITIES[kind]
            described = {getattr(row, identity) for row in of_scenario}
            rows[kind] = (*of_scenario, *(row for row in rows[kind] if getattr(row, identity) not in described))
    if PUBLIC_ACCESS in borrowed.values():
        rows["public_access_modes"] = scenario.public_access_modes
    return msgspec.structs.replace(facts, **rows)


def _is_hidden(row: Any, identity: str, documents: Documents) -> bool:
    return bool({getattr(row, identity), getattr(row, "vpc_id", None)} & documents.hidden)
