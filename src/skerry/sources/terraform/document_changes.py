"""Documents before and after a plan, without unchanged rows of resources that the plan only names.

Two inputs may name one existing resource, each with the values that it knows of it.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec

Documents = Mapping[str, bytes]
_IDS: Final = {
    "InternetGateways": "InternetGatewayId",
    "NetworkAcls": "NetworkAclId",
    "RoleDetailList": "RoleName",
    "RouteTables": "RouteTableId",
    "SecurityGroups": "GroupId",
    "Subnets": "SubnetId",
    "VpcAttributes": "VpcId",
    "VpcEndpoints": "VpcEndpointId",
    "Vpcs": "VpcId",
}
"""The ids of the records of `existing_instances`, by the key of their list."""


def without_common_rows(
    before: Documents, after: Documents, names: Collection[str]
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return documents without the rows of these ids that are the same before and after."""
    first, second = dict(before), dict(after)
    for name in before.keys() & after.keys() & _IDS.keys():
        old, new = msgspec.json.decode(before[name]), msgspec.json.decode(after[name])
        common = [row for row in _rows(old, name) if row in _rows(new, name) and row.get(_IDS[name]) in names]
        for document in (old, new):
            document[name] = [row for row in _rows(document, name) if row not in common]
        first[name], second[name] = msgspec.json.encode(old), msgspec.json.encode(new)
    return first, second


def _rows(document: Mapping[str, Any], key: str) -> list[Any]:
    rows: list[Any] = document.get(key, [])
    return rows
