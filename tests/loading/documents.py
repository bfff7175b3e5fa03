"""The documents of a scenario, the ids that the account gave to its resources, and reasons against loading."""

import json
import re
from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]

_KINDS_WITHOUT_CALLS = {
    "TransitGateways": "transit gateways",
    "VpcBlockPublicAccessExclusions": "exclusions of Block Public Access",
    "VpnGateways": "VPN gateways",
    "MountTargets": "file systems",
    "mountTargets": "file systems",
    "serviceRevisions": "service revisions",
    "tasks": "stopped tasks",
}
_LISTS_OF_A_NETWORK = ("VpcEndpoints", "SecurityGroups", "Vpcs", "Subnets", "RouteTables", "NetworkAcls", "services")
_LOADED_CALLS = frozenset({"ListHostedZonesByVPC", "ListResourceRecordSets", "GetManagedPrefixListEntries"})
_REGION = re.compile(r"^arn:aws(?:-[a-z]+)*:ecs:([a-z0-9-]+):")


class NotLoadableError(Exception):
    """A scenario that the embedded AWS cannot have, with the reason."""


class Documents:
    """The rows of a scenario; ``ids`` grows with the ids that the account gives."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self._rows = rows
        self.ids: dict[str, str] = {}

    def __getitem__(self, kind: str) -> list[Row]:
        return self._rows.get(kind, [])

    @property
    def region(self) -> str:
        """Return the Region of the services."""
        regions = {match[1] for row in self["services"] if (match := _REGION.match(row["serviceArn"]))}
        if len(regions) != 1:
            raise NotLoadableError("several Regions")
        return regions.pop()

    def _refuse_places(self) -> None:
        zones = [row["AvailabilityZone"] for row in self["Subnets"]]
        if self.region.startswith("cn-") or any(len(zone) != len(self.region) + 1 for zone in zones):
            raise NotLoadableError("other partitions and Local Zones")

    def id_of(self, name: str) -> str:
        """Return the account's id of a resource. Raises `NotLoadableError` if no document has it."""
        if name not in self.ids:
            raise NotLoadableError("ids without a document")
        return self.ids[name]

    def renamed(self, value: Any) -> Any:
        """Return a value with the account's ids in place of the scenario's."""
        match value:
            case str():
                return self.ids.get(value, value)
            case list():
                return [self.renamed(item) for item in value]
            case dict():
                return {key: self.renamed(item) for key, item in value.items()}
            case _:
                return value

    def text(self, value: Any) -> str:
        """Return a policy as the text of its document, with the account's ids."""
        text = value if isinstance(value, str) else json.dumps(value)
        for name, made in self.ids.items():
            text = text.replace(f'"{name}"', f'"{made}"')
        return text

    def names_endpoint(self, record: Row) -> bool:
        """Tell whether a record leads to an endpoint by its name, which the account chooses anew."""
        return "vpce-" in json.dumps(record)

    def calls(self, operation: str) -> Iterator[tuple[Row, Row]]:
        """Yield the parameters and the answer of each call of an operation."""
        for row in self["Calls"]:
            if row["Call"]["operation"] == operation and "Response" in row:
                yield row["Call"]["parameters"], row["Response"]

    def refuse_kinds(self) -> None:
        """Raise `NotLoadableError` for a kind of resource without calls here, and for lists without documents."""
        for kind, reason in _KINDS_WITHOUT_CALLS.items():
            if self[kind]:
                raise NotLoadableError(reason)
        if any(kind not in self._rows for kind in _LISTS_OF_A_NETWORK):
            raise NotLoadableError("lists that were not read")
        self._refuse_places()
        if any(row["AvailableIpAddressCount"] == 0 for row in self["Subnets"]):
            raise NotLoadableError("subnets without free addresses")
        if any(not row["Attachments"] for row in self["InternetGateways"]):
            raise NotLoadableError("internet gateways without a VPC")
        for row in self["Calls"]:
            operation = row["Call"]["operation"]
            is_of_resource = ":" in operation
            if not is_of_resource and (operation not in _LOADED_CALLS or "Response" not in row):
                raise NotLoadableError(f"the call {operation}")
