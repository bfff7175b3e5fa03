"""Scopes of lists, by the parameters of their calls, and the scopes of unreadable rows."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw

from skerry.model.completeness import EVERYWHERE
from skerry.sources.decoding import UNREADABLE

_OWNERS = {
    "firewall_domain_lists": ("FirewallDomainListId",),
    "firewall_rules": ("FirewallRuleGroupId",),
    "mount_targets": ("FileSystemId",),
    "profile_resources": ("ProfileId",),
    "s3files_mount_targets": ("fileSystemId",),
    "zones": ("VPCId",),
}
"""The parameters that name the owner of all records in an answer, by kind."""

_ROW_OWNERS = {
    "firewall_rules": "FirewallRuleGroupId",
    "mount_targets": "FileSystemId",
    "profile_resources": "ProfileId",
    "s3files_mount_targets": "fileSystemId",
}
_VPC_KEYS = ("VpcId", "VPCId")
_OF_ONE_VPC = frozenset(
    {
        "firewall_associations",
        "nat_gateways",
        "network_acls",
        "network_interfaces",
        "resolver_rule_associations",
        "route_tables",
        "security_groups",
        "subnets",
        "transit_gateway_vpc_attachments",
        "vpc_endpoints",
    }
)
"""The kinds with rows that belong to the VPC named in them."""

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-pagination.html
_PAGING = frozenset(
    {
        "DryRun",
        "Limit",
        "Marker",
        "MaxItems",
        "MaxResults",
        "NextToken",
        "PageSize",
        "VPCRegion",
        "include",
        "maxResults",
        "nextToken",
    }
)
_NOTHING: tuple[Any, ...] = (None, "", [])

FILTERS = "Filters"
"""The parameter that filters a list of EC2."""

_VPC_FILTER = "vpc-id"
_UNFILTERED = frozenset({"roles", "managed_policies"})
"""The kinds with calls that filter by kind alone, so each list holds all records of its kind."""


def scopes_of(field: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the scopes that an answer lists; none if its call requested only some records.

    An answer without parameters lists the records of the whole account and Region.
    """
    for name in _OWNERS.get(field, ()):
        owner = parameters.get(name)
        if isinstance(owner, str) and owner:
            return (owner,)
    narrowing = narrowing_parameters_of(parameters)
    if not narrowing or field in _UNFILTERED:
        return (EVERYWHERE,)
    return vpcs_of(narrowing[FILTERS]) if narrowing.keys() == {FILTERS} and field in _OF_ONE_VPC else ()


def narrowing_parameters_of(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a call that narrow its list."""
    return {name: value for name, value in parameters.items() if name not in _PAGING and value not in _NOTHING}


def vpcs_of(filters: Any) -> tuple[str, ...]:  # noqa: ANN401 -- parameters of any shape
    """Return the VPCs of a filter by VPC alone: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html."""
    if not isinstance(filters, list) or len(filters) != 1 or not isinstance(filters[0], dict):
        return ()
    names = filters[0].get("Values")
    if filters[0].get("Name") != _VPC_FILTER or not isinstance(names, list):
        return ()
    return tuple(name for name in names if isinstance(name, str) and name and "*" not in name and "?" not in name)


def scope_of_row(field: str, row: Raw, parameters: Mapping[str, Any]) -> str:
    """Return the scope of an unreadable row, by its own keys or by the call that listed it."""
    keys = _VPC_KEYS if field in _OF_ONE_VPC else tuple(filter(None, [_ROW_OWNERS.get(field)]))
    own = _first_text(row, keys) if keys else None
    if own:
        return own
    scopes = scopes_of(field, parameters)
    return scopes[0] if len(scopes) == 1 else EVERYWHERE


def _first_text(row: Raw, keys: tuple[str, ...]) -> str | None:
    try:
        values = msgspec.json.decode(row, type=dict[str, Raw])
        return next((msgspec.json.decode(values[key], type=str) for key in keys if key in values), None)
    except UNREADABLE:
        return None
