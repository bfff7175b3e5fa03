"""Totals of VPC flow logs, by DuckDB: streamed, in constant memory, each interface's bytes by class of addresses.

Records come as text, compressed or not, or as Parquet; a header line names the fields of a custom format:
https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
"""

import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import UNSET

from skerry.cost.measured import FlowLogTotals, InterfaceBytes, TrafficClass
from skerry.errors import SkerryError
from skerry.model.world import World
from skerry.net.addresses import spell
from skerry.sources.address_classes import classes_of
from skerry.sources.flow_log_files import LogFiles, find_log_files
from skerry.sources.flow_log_query import Connection, connect, field_names_of, run

_MODULE = "duckdb"
_GATEWAY_OWN = {"vpc", "private"}


class _Sums:
    """The sums over all groups of files."""

    def __init__(self, gateways: frozenset[str]) -> None:
        self.gateways = gateways
        self.counts = {"counted": 0, "rejected": 0, "nothing": 0, "skipped": 0, "malformed": 0, "ipv6": 0}
        self.first: int | None = None
        self.last: int | None = None
        self.bytes: dict[tuple[str, str, TrafficClass, str], int] = {}
        self.addresses: dict[tuple[str, str, TrafficClass, str], dict[str, None]] = {}
        self.interfaces: set[str] = set()
        self.skipped: set[str] = set()
        self.damaged: set[str] = set()
        self.unnamed = 0
        self.client_bytes = 0
        self.unread = 0

    def add(self, row: tuple[Any, ...]) -> None:
        """Add a row of a query's answer."""
        state, interface, subnet, traffic, service, records, count, first, last, addresses = row
        self.counts[state] += records
        if state == "malformed":
            if interface:
                self.damaged.add(interface)
            else:
                self.unnamed += records
            return
        if state != "rejected":
            self.interfaces.add(interface)
        if state == "skipped":
            self.skipped.add(interface)
        self.first = first if self.first is None or (first is not None and first < self.first) else self.first
        self.last = last if self.last is None or (last is not None and last > self.last) else self.last
        if state != "counted":
            return
        if interface in self.gateways and traffic in _GATEWAY_OWN:
            # Between a NAT gateway and its clients: the same bytes are there once more, to or from the other end.
            self.client_bytes += count
            return
        key = (interface, subnet, traffic, service)
        self.bytes[key] = self.bytes.get(key, 0) + count
        self.addresses.setdefault(key, {}).update(
            dict.fromkeys(spell(((number, number),)) for number in addresses or ())
        )


def read_flow_logs(path: Path, world: World) -> FlowLogTotals:
    """Return the totals of the flow logs of a file or folder.

    Raises `SkerryError` where DuckDB is not installed, `InputError` for an unreadable path, and `NothingFoundError` if
    it holds no flow logs.
    """
    if importlib.util.find_spec(_MODULE) is None:
        hint = "Install skerry with the extra flowlogs: pipx install --force '.[flowlogs]' in its checkout"
        raise SkerryError("flow logs need the Python package duckdb, which is not installed", hint)
    groups, unusable, lost = find_log_files(path)
    classes = classes_of(world)
    gateways = frozenset(_interfaces_of_gateways(world))
    sums = _Sums(gateways)
    sums.unread = lost
    notes = [*unusable, *classes.notes]
    with connect(path, classes) as connection:
        for group in groups:
            notes += _add_group(connection, group, sums, gateways)
    counts = sums.counts
    notes += _notes(counts)
    # A flow log of rejected packets alone says nothing of accepted ones.
    proves = counts["counted"] + counts["ipv6"] > 0 or counts["rejected"] == 0
    return FlowLogTotals(
        source=str(path),
        files=sum(len(group.paths) for group in groups),
        records=sum(counts.values()) - counts["malformed"],
        malformed=counts["malformed"],
        without_data=counts["nothing"] + counts["skipped"],
        first=sums.first,
        last=sums.last,
        rows=tuple(_rows(sums)),
        interfaces=frozenset(sums.interfaces if proves else ()),
        skipped=frozenset(sums.skipped),
        client_bytes=sums.client_bytes,
        notes=tuple(notes),
        unread=sums.unread,
        damaged=frozenset(sums.damaged),
        unnamed=sums.unnamed,
    )


def _add_group(connection: Connection, group: LogFiles, sums: _Sums, gateways: frozenset[str]) -> Iterator[str]:
    """Add the records of alike files; where one cannot be read, each by itself, with a note for the unreadable ones."""
    for files in field_names_of(connection, group):
        if isinstance(files, str):
            sums.unread += 1
            yield files
            continue
        rows = run(connection, files, gateways)
        if not isinstance(rows, str):
            _add_all(sums, rows)
            continue
        for path in files.paths:
            one = run(connection, files._replace(paths=(path,)), gateways)
            if isinstance(one, str):
                sums.unread += 1
                yield f"{path.name} cannot be read, and is left out: {one}"
            else:
                _add_all(sums, one)


def _add_all(sums: _Sums, rows: Iterable[tuple[Any, ...]]) -> None:
    for row in rows:
        sums.add(row)


def _rows(sums: _Sums) -> Iterator[InterfaceBytes]:
    for (interface, subnet, traffic, service), count in sorted(sums.bytes.items()):
        addresses = tuple(sums.addresses[interface, subnet, traffic, service])
        yield InterfaceBytes(interface, subnet or None, traffic, count, addresses, service)


def _notes(counts: dict[str, int]) -> Iterator[str]:
    if counts["skipped"]:
        yield f"AWS skipped records {counts['skipped']} times: bytes are a lower bound"
    if counts["ipv6"]:
        yield f"{counts['ipv6']} records of IPv6 are left out: they take no NAT"
    if counts["rejected"]:
        yield f"{counts['rejected']} records of rejected packets have no part in the bytes"


def _interfaces_of_gateways(world: World) -> Iterator[str]:
    """Yield the interfaces of NAT gateways, and the gateways themselves: records of a regional one name it."""
    for gateway in world.facts.nat_gateways:
        yield gateway.nat_gateway_id
        addresses = () if gateway.nat_gateway_addresses is UNSET else gateway.nat_gateway_addresses
        yield from (row.network_interface_id for row in addresses if row.network_interface_id is not None)
