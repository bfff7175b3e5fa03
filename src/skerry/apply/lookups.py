"""Single resources of an account, by their id or by the tag that a journal gave them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from skerry.aws.account_session import AccountSession
from skerry.aws.errors import RefusedError

TAG = "skerry:journal"
"""The key of the tag of new resources; its value names the journal and the step."""


class _Listing(NamedTuple):
    operation: str
    rows: str
    identity: str


_LISTINGS: Mapping[str, _Listing] = {
    "security-group": _Listing("DescribeSecurityGroups", "SecurityGroups", "GroupId"),
    "vpc-endpoint": _Listing("DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId"),
    "natgateway": _Listing("DescribeNatGateways", "NatGateways", "NatGatewayId"),
    "elastic-ip": _Listing("DescribeAddresses", "Addresses", "AllocationId"),
}
_GONE = frozenset({"deleted", "deleting", "failed"})


class Marks(NamedTuple):
    """The tag of the new resources of one step of a journal."""

    journal: str
    step: int

    @property
    def value(self) -> str:
        """Return the value of the tag."""
        return f"{self.journal}:{self.step}"

    def are_on(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a record carries the tag."""
        return tags_of(row).get(TAG) == self.value

    def find_all(self, session: AccountSession, resource_type: str) -> list[dict[str, Any]]:
        """Return the existing resources of a type that carry the tag, by their ids."""
        listing = _LISTINGS[resource_type]
        filters = [{"Name": f"tag:{TAG}", "Values": [self.value]}]
        rows = session.call("ec2", listing.operation, {"Filters": filters})[listing.rows]
        # The tag is compared here too: a resource of somebody else must never count as the journal's.
        marked = (row for row in rows if self.are_on(row))
        existing = [row for row in marked if str(row.get("State", "")).lower() not in _GONE]
        return sorted(existing, key=lambda row: str(row[listing.identity]))

    def find(self, session: AccountSession, resource_type: str) -> dict[str, Any] | None:
        """Return the first resource of a type that carries the tag."""
        return next(iter(self.find_all(session, resource_type)), None)

    def find_id(self, session: AccountSession, resource_type: str) -> str | None:
        """Return the id of the resource of a type that carries the tag."""
        row = self.find(session, resource_type)
        return None if row is None else str(row[_LISTINGS[resource_type].identity])


def tags_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of a record by their keys."""
    return {tag["Key"]: tag["Value"] for tag in row.get("Tags") or ()}


def read_one(
    session: AccountSession, operation: str, parameter: str, resource: str, rows: str
) -> dict[str, Any] | None:
    """Return the record of a resource by its id; None if AWS does not have it."""
    try:
        answer = session.call("ec2", operation, {parameter: [resource]})
    except RefusedError as error:
        if error.code.endswith(("NotFound", "NotFoundException")):
            return None
        raise
    return next(iter(answer[rows]), None)
