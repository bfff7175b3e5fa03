"""A network of describe files, as writers of code read it."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Resource = tuple[str, str, Json]
"""The type, the name and the arguments of a resource."""

REGION, ACCOUNT = "eu-west-1", "111122223333"


class CannotExpressError(ValueError):
    """A network that no configuration makes, such as one with a failed endpoint."""


def reference(kind: str, name: str, attribute: str = "id") -> str:
    """Return the expression of an attribute of a resource."""
    return f"${{{kind}.{name}.{attribute}}}"


def refuse_unless(condition: object, why: str) -> None:
    """Raise `CannotExpressError` unless a condition is met."""
    if not condition:
        raise CannotExpressError(why)


class ScenarioNetwork:
    """The rows of describe files. ``has_blocks``: inbound rules are blocks of their groups, and no resources."""

    def __init__(self, network: Json, *, has_blocks: bool) -> None:
        self._network = network
        self.has_blocks = has_blocks
        self.interfaces = {row["NetworkInterfaceId"]: row for row in self.rows("NetworkInterfaces")}
        self.gateways = {row["VpcEndpointId"]: row for row in self.rows("VpcEndpoints")
                         if row.get("VpcEndpointType") == "Gateway"}  # fmt: skip

    def rows(self, key: str) -> list[Json]:
        """Return the rows of a list; none where it is not given."""
        rows: list[Json] = self._network.get(key, [])
        return rows

    def calls(self, operation: str) -> Iterator[tuple[Json, Json]]:
        """Yield the parameters and the answer of each call of an operation."""
        for call in self.rows("Calls"):
            if call["Call"]["operation"].rpartition(":")[2] == operation:
                yield call["Call"]["parameters"], call["Response"]

    def vpc_of(self, row: Json) -> str:
        """Return the VPC of a row: the first one where it names none."""
        return str(row.get("VpcId", self.rows("Vpcs")[0]["VpcId"]))

    def group(self, name: str) -> str:
        """Return the expression of a security group."""
        groups = {row["GroupId"]: row.get("GroupName") for row in self.rows("SecurityGroups")}
        refuse_unless(name in groups, f"{name} is not described")
        kind = "aws_default_security_group" if groups[name] == "default" else "aws_security_group"
        return reference(kind, name)

    def prefix_list(self, name: str) -> str:
        """Return the expression of a prefix list: one of AWS is that of a gateway endpoint."""
        services = {row["PrefixListId"]: row.get("PrefixListName", "") for row in self.rows("PrefixLists")}
        service = services.get(name, "")
        if not service.startswith("com.amazonaws."):
            refuse_unless(name in services, f"{name} is not described")
            return reference("aws_ec2_managed_prefix_list", name)
        [gateway, *_] = [key for key, row in self.gateways.items() if row["ServiceName"] == service] or [None]
        refuse_unless(gateway, "AWS's list without a gateway endpoint")
        return reference("aws_vpc_endpoint", str(gateway), "prefix_list_id")
