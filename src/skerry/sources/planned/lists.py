"""Answers of AWS as documents: whole lists of the VPCs that an apply creates, open lists of all else."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from skerry.sources.planned.values import UNKNOWN, Value, known_row

_MORE = "known-after-apply"
"""A token of a next page: there may be records of which the configuration says nothing."""


class Listed(NamedTuple):
    """The rows of one kind: the operation, the key of its list, and the rows with their VPC (`UNKNOWN`: not known)."""

    operation: str
    key: str
    rows: tuple[tuple[Value, Mapping[str, Value]], ...]


def write_lists(listed: Listed, new_vpcs: Iterable[str]) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the documents of one kind: a whole list for each new VPC, and an open list of the remaining rows.

    A row of an unknown VPC may be of any of them, so then no list is whole.
    """
    groups: dict[str, list[dict[str, Value]]] = {vpc: [] for vpc in sorted(new_vpcs)}
    others: list[dict[str, Value]] = []
    for owner, row in listed.rows:
        if row:
            groups.get(owner, others).append(known_row(row))
    is_open = any(vpc is UNKNOWN for vpc, _ in listed.rows)
    for vpc, rows in groups.items():
        call = {"operation": f"ec2:{listed.operation}", "parameters": filter_of(vpc)}
        more = {"NextToken": _MORE} if is_open else {}
        yield f"{listed.key} of {vpc}", {"Call": call, "Response": {listed.key: rows, **more}}
    yield listed.key, write_open_list(listed.key, others)


def filter_of(vpc: str) -> dict[str, Any]:
    """Return the parameters of a call that lists the records of one VPC."""
    return {"Filters": [{"Name": "vpc-id", "Values": [vpc]}]}


def write_open_list(key: str, rows: Iterable[Mapping[str, Value]]) -> dict[str, Any]:
    """Return a list that proves no absence."""
    return {key: [dict(row) for row in rows], "NextToken": _MORE}


def encode(documents: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> dict[str, bytes]:
    """Return documents as JSON, one after another: their rows take far more memory."""
    rows = documents.items() if isinstance(documents, Mapping) else documents
    return {name: msgspec.json.encode(document) for name, document in rows}
