"""A value of the wrong form is a missing fact: no verdict comes of it that the whole data contradicts."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from skerry.verdicts import UNKNOWN
from tests.amount import amount
from tests.covering import NETWORKS
from tests.diagnose.test_incomplete_answers import Verdicts, verdicts
from tests.forgetting import JUDGED, LESS_SURE

# By the end of a key's name, what stands in the place of its values.
GARBAGE: dict[str, tuple[Any, ...]] = {
    "CidrBlock": ("10.0.1.0/x", "10.0.1.0/33", "10.0.1.0/24\n", "::ffff:10.0.1.0/120", "\u0661\u0660.0.0.0/8", ""),
    "CidrIp": ("10.0.1.0/x", "/33", "0.0.0.0/-1", "::/0", "all"),
    "Cidr": ("10.0.1.0/x", "10.0.1.0/33", "::ffff:10.0.1.0/120"),
    "PrivateIpAddress": ("10.0.1.300", "10.0.1", "::ffff:10.0.1.1", "10.0.1.5\n"),
    "PublicIp": ("52.1", "none"),
    "IpAddress": ("10.0.1.300", "here"),
    "FromPort": (-7, 65_536, "443", 1e400),
    "ToPort": (-7, 65_536, 10**40),
    "From": (-7, 70_000, 443.5),
    "To": (-7, 70_000),
    "RuleNumber": (-1, 0, 99_999),
    "RuleAction": ("ALLOW!", "", "allow\n"),
    "AvailableIpAddressCount": (-1, 2**70, "many"),
    "DnsName": ("a..b", "x" * 64 + ".example.com", "two words"),
    "Name": ("a..b", "x" * 64 + ".example.com.", "b\u00fccher.example."),
}
NAMED_RECORDS = {"HostedZoneSummaries", "HostedZones", "ResourceRecordSets"}


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value that is no list and no object."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def with_value(rows: Any, path: tuple[Any, ...], value: Any) -> Any:
    damaged = copy.deepcopy(rows)
    place = damaged
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return damaged


def garbage_for(path: tuple[Any, ...], value: Any) -> Iterator[Any]:
    """Values of another type, and where the key tells what it holds, texts and numbers that are no such thing."""
    yield {"of": "another type"}
    yield 7 if isinstance(value, str | bool) else "seven"
    names = [key for key in path if isinstance(key, str)]
    if names and (names[-1] != "Name" or NAMED_RECORDS.intersection(names)):
        yield from GARBAGE.get(names[-1], ())


def texts(rows: Any) -> str:
    """JSON as Python writes it, with what JSON does not have."""
    return json.dumps(rows)


def contradictions(rows: Any, name: str) -> list[str]:
    before = verdicts(rows)
    found = []
    for path in leaves({key: value for key, value in rows.items() if key not in JUDGED | {"Calls", "RoleDetailList"}}):
        value = rows
        for key in path:
            value = value[key]
        for bad in garbage_for(path, value):
            after = verdicts(with_value(rows, path, bad))
            found += [f"{name} {path} = {bad!r}: {one}" for one in turned(before, after)]
    return found


def turned(before: Verdicts, after: Verdicts) -> list[str]:
    assert before.keys() == after.keys()
    return [
        f"{' '.join(name)} {verdict} became {after[name]}"
        for name, verdict in before.items()
        if verdict is not UNKNOWN and after[name] not in LESS_SURE[verdict]
    ]


def rows_of(name: str) -> Any:
    path = next(one for one in NETWORKS if one.parent.name == name)
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["article-repaired", "article-broken"])
def test_damaged_value_contradicts_no_verdict(name: str) -> None:
    assert contradictions(rows_of(name), name) == []


@pytest.mark.long
def test_damaged_value_contradicts_no_verdict_of_any_kind_of_network() -> None:
    assert [
        one
        for path in NETWORKS[:: amount(4, 24)]
        for one in contradictions(rows_of(path.parent.name), path.parent.name)
    ] == []
