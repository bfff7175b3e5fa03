"""Refused, truncated and absent answers: no verdict may contradict the verdict on complete data."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from skerry.diagnose.diagnose import diagnose
from skerry.launch.launches import launch_of_service
from skerry.model.record_kinds import ACTIONS, KINDS
from skerry.model.world import World
from skerry.reach.walk import Walker
from skerry.sources import documents
from skerry.verdicts import UNKNOWN, Verdict
from tests.amount import some
from tests.covering import NETWORKS, few
from tests.forgetting import JUDGED, LESS_SURE
from tests.networks import REGION

Rows = dict[str, Any]
Verdicts = Mapping[tuple[str, ...], Verdict]

# What tasks use beyond the network. Who may not read it gets the network's verdict.
ACCESS = ("ecr:", "iam:", "kms:", "logs:", "organizations:", "secretsmanager:")
ACCESS_KEYS = {"Policies", "RoleDetailList", "serviceRevisions"}
OPERATIONS = {
    **{action.partition(":")[2]: action for action in ACTIONS.values()},
    "GetManagedPrefixListEntries": "ec2:GetManagedPrefixListEntries",
    "ListResolverEndpointIpAddresses": "route53resolver:ListResolverEndpointIpAddresses",
    "ListResourceRecordSets": "route53:ListResourceRecordSets",
    "SearchTransitGatewayRoutes": "ec2:SearchTransitGatewayRoutes",
}
LISTED_BY = {kind.key: kind.action for kind in KINDS} | {
    "HostedZones": "route53:ListHostedZonesByVPC",
    "VpcAttributes": "ec2:DescribeVpcAttribute",
}
REFUSALS = ("UnauthorizedOperation", "InternalFailure", "DamagedAnswer")


class Variant(NamedTuple):
    """A network with one answer less: what happened to which answer, and the documents."""

    name: str
    documents: tuple[Rows, ...]
    access: bool


def verdicts(*given: Rows) -> Verdicts:
    named = {f"{number}.json": json.dumps(rows).encode() for number, rows in enumerate(given)}
    world = World(documents.load(named, region=REGION))
    found: dict[tuple[str, ...], Verdict] = {}
    for service in diagnose(Walker(world), [launch_of_service(world, one) for one in world.facts.services]).services:
        found[service.launch.name,] = service.verdict
        for place in service.placements:
            found[service.launch.name, place.subnet] = place.verdict
        for number, row in enumerate(service.needs):
            found[service.launch.name, row.need.step, str(number)] = row.verdict
    return found


def error(action: str, parameters: Rows, code: str) -> Rows:
    return {"Call": {"operation": action, "parameters": parameters}, "Error": {"Code": code, "Message": "no"}}


def incomplete_lists(rows: Rows) -> Iterator[Variant]:
    """Each list refused, absent, and with only some rows of its first pages."""
    for key in rows.keys() - JUDGED - {"Calls"}:
        rest = {name: value for name, value in rows.items() if name != key}
        access = key in ACCESS_KEYS
        for code in REFUSALS:
            yield Variant(f"{code} for {key}", (rest, error(LISTED_BY[key], {}, code)), access)
        yield Variant(f"no {key}", (rest,), access)
        if key != "VpcAttributes":
            for kept in {0, len(rows[key]) // 2, len(rows[key]) - 1}:
                page = {key: rows[key][:kept], "NextToken": "more"}
                yield Variant(f"{kept} of {key}", (rest, page), access)


def incomplete_calls(rows: Rows) -> Iterator[Variant]:
    """Each answer that is about one thing refused, absent, and with only some rows of its first pages."""
    calls = rows.get("Calls", [])
    for position, answered in enumerate(calls):
        operation, parameters = answered["Call"]["operation"], answered["Call"].get("parameters", {})
        action = operation if ":" in operation else OPERATIONS[operation]
        rest = {**rows, "Calls": [*calls[:position], *calls[position + 1 :]]}
        access = action.startswith(ACCESS)
        for code in REFUSALS:
            yield Variant(f"{code} for {action}", (rest, error(action, parameters, code)), access)
        yield Variant(f"no {action} {parameters}", (rest,), access)
        for key, listed in answered.get("Response", {}).items():
            for kept in {0, len(listed) // 2} if isinstance(listed, list) and listed else ():
                more = {"NextToken": "more", "nextToken": "more", "IsTruncated": True}
                response = answered["Response"] | {key: listed[:kept]} | more
                page = {"Call": {**answered["Call"], "operation": operation}, "Response": response}
                yield Variant(f"{kept} of {key} of {action}", (rest, page), access)


@cache
def network_verdicts(path: Path) -> Verdicts:
    """The verdicts of the network alone."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    calls = [one for one in rows.get("Calls", []) if not one["Call"]["operation"].startswith(ACCESS)]
    return verdicts({key: value for key, value in rows.items() if key not in ACCESS_KEYS} | {"Calls": calls})


def contradictions(path: Path) -> list[str]:
    rows = json.loads(path.read_text(encoding="utf-8"))
    before = verdicts(rows)
    found = []
    for variant in (*incomplete_lists(rows), *incomplete_calls(rows)):
        after = verdicts(*variant.documents)
        assert before.keys() == after.keys(), variant.name
        allowed = {name: set(LESS_SURE[verdict]) for name, verdict in before.items()}
        if variant.access:
            for name, verdict in network_verdicts(path).items():
                allowed[name] |= LESS_SURE[verdict]
        for name, verdict in before.items():
            # What the whole data leaves unknown contradicts nothing.
            if verdict is not UNKNOWN and after[name] not in allowed[name]:
                found.append(f"{path.parent.name}, {variant.name}: {' '.join(name)} {verdict} became {after[name]}")
    return found


def test_incomplete_answers_contradict_no_verdict() -> None:
    """Of the scenario with the most kinds of answers; the long tests take all."""
    richest = max(few(), key=lambda path: (len(json.loads(path.read_text(encoding="utf-8"))), path))
    assert contradictions(richest) == []


@pytest.mark.long
def test_incomplete_answers_contradict_no_verdict_of_any_scenario() -> None:
    assert [one for path in some(NETWORKS, 4) for one in contradictions(path)] == []
