"""Measured traffic of a network: totals of VPC flow logs, and metrics of NAT gateways and endpoints."""

from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

import msgspec

from skerry.model.missing import Missing

TrafficClass: TypeAlias = Literal["s3", "dynamodb", "aws", "vpc", "private", "internet"]
"""Where packets of a flow go to or come from.

``s3`` and ``dynamodb`` are known by AWS's prefix lists. ``aws`` is another public address of AWS, as flow logs have no
name for most services: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
``private`` is another private network.
"""
TRAFFIC_CLASSES: tuple[TrafficClass, ...] = get_args(TrafficClass)


_DAY = 86_400


class InterfaceBytes(msgspec.Struct, frozen=True):
    """The accepted bytes of an interface with one class of addresses, in both directions.

    ``subnet`` is the subnet of its own address, None if no subnet has it. ``addresses`` are the other ends on the
    internet with the most records, ``service`` is the name that ECS gave in the record.
    """

    interface: str
    subnet: str | None
    traffic: TrafficClass
    bytes: int
    addresses: tuple[str, ...] = ()
    service: str = ""


class FlowLogTotals(msgspec.Struct, frozen=True):
    """The totals of flow log records: how many were read, and the bytes of each interface.

    ``first`` and ``last`` are seconds since 1970. ``interfaces`` have at least one record, also one without data; of
    ``skipped`` ones AWS skipped some.
    ``client_bytes``: those between NAT gateways and their clients. A gateway's interface shows them in addition.
    ``unread`` is the number of files that could not be read. ``damaged`` interfaces have a line that could not be read;
    ``unnamed`` is the number of such lines that name no interface, and may be of any.
    """

    source: str
    files: int
    records: int
    malformed: int
    without_data: int
    first: int | None
    last: int | None
    rows: tuple[InterfaceBytes, ...]
    interfaces: frozenset[str]
    skipped: frozenset[str] = frozenset()
    client_bytes: int = 0
    notes: tuple[str, ...] = ()
    unread: int = 0
    damaged: frozenset[str] = frozenset()
    unnamed: int = 0

    @property
    def doubt(self) -> str:
        """Return why the absence of a record proves nothing: a daily job may run at another hour; empty if it does."""
        if self.unread:
            return "a file of the flow logs could not be read"
        if self.unnamed:
            return "lines of the flow logs could not be read, and may be of any interface"
        if self.first is None or self.last is None or self.last - self.first < _DAY:
            return "the flow logs are of less than a day"
        return ""

    def doubt_about(self, interfaces: Iterable[str]) -> str:
        """Return why the absence of records of these interfaces proves nothing; empty if it does."""
        names = list(interfaces)
        skipped = [name for name in names if name in self.skipped]
        damaged = [name for name in names if name in self.damaged]
        if skipped:
            return f"AWS skipped records of {', '.join(skipped)}"
        if damaged:
            return f"lines of {', '.join(damaged)} in the flow logs could not be read"
        return self.doubt


class ResourceBytes(msgspec.Struct, frozen=True):
    """The bytes that CloudWatch counted for a NAT gateway or an endpoint; `Missing` without a series or a permission.

    ``bytes_out`` are those to the internet, of NAT gateways only. ``days`` is the number of days with a value, fewer
    than all for a young resource; None: all.
    """

    resource: str
    bytes: int | Missing
    bytes_out: int | Missing | None = None
    days: int | None = None

    def is_of_all(self, days: int) -> bool:
        """Return whether each of so many days has a value."""
        return self.days is None or self.days >= days


class TrafficMetrics(msgspec.Struct, frozen=True):
    """The bytes of NAT gateways and endpoints in the last days."""

    days: int
    rows: tuple[ResourceBytes, ...]

    def find(self, resource: str) -> ResourceBytes | None:
        """Return the bytes of a resource; None if it was not asked for."""
        return next((row for row in self.rows if row.resource == resource), None)
