"""Plans and snapshots of two networks that no Terraform here makes: edited ones of those it made."""

import json
import re
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def edited(plans: Mapping[str, Json], snapshot: Json) -> dict[str, Json]:
    """Return the documents by the names of their files."""
    return {
        "deferred.json": _deferred(plans["without-nat"]),
        "other-account.json": _replaced(plans["without-nat"], "123456789012", "210987654321"),
        "other-region.json": _replaced(plans["without-nat"], "eu-west-1", "eu-central-1"),
        "recreated-route.json": _recreated(plans["same"]),
        "endpoints-refused.json": _without_list(snapshot, "VpcEndpoints"),
        "before-nat.json": _filtered(
            snapshot, lambda row: "NatGatewayId" in row or row.get("InterfaceType") == "nat_gateway"
        ),
        "route-gone.json": _filtered(snapshot, lambda row: "NatGatewayId" in row and "DestinationCidrBlock" in row),
        "rule-gone.json": _filtered(snapshot, lambda row: row.get("FromPort") == 443 and "IpRanges" in row),
        "other-ids.json": json.loads(
            re.sub(
                r"\b(vpc|subnet|rtb|nat|igw|sg|vpce|acl|eni|rtbassoc|aclassoc)-(\w{8,17})",
                _other_id,
                json.dumps(snapshot),
            )
        ),
    }


def _other_id(match: re.Match[str]) -> str:
    return f"{match[1]}-{match[2][::-1]}"


def _deferred(plan: Json) -> Json:
    gone = [row for row in plan["resource_changes"] if row["change"]["actions"] == ["delete"]]
    rows = [row for row in plan["resource_changes"] if row not in gone]
    deferred = [{"reason": "deferred_prereq", "resource_change": row} for row in gone]
    return {**plan, "resource_changes": rows, "deferred_changes": deferred}


def _replaced(plan: Json, old: str, new: str) -> Json:
    result: Json = json.loads(json.dumps(plan).replace(old, new))
    return result


def _recreated(plan: Json) -> Json:
    """Return a plan that makes a route again: somebody deleted it, and the refresh saw that."""
    result: Json = json.loads(json.dumps(plan))
    for row in result["resource_changes"]:
        change = row["change"]
        if row["address"] == "aws_route.nat":
            after = {key: value for key, value in change["after"].items() if key not in ("id", "origin", "state")}
            change |= {"actions": ["create"], "before": None, "after": after, "after_unknown": {"id": True}}
        if row["address"] == "aws_route_table.private":
            for side in ("before", "after"):
                change[side]["route"] = []
    return result


def _without_list(value: Any, key: str) -> Any:
    """Return JSON with no document that has a list."""
    if isinstance(value, dict):
        return {name: _without_list(inner, key) for name, inner in value.items() if not _is_answer(inner, key)}
    if isinstance(value, list):
        return [_without_list(inner, key) for inner in value if not _is_answer(inner, key)]
    return value


def _is_answer(value: Any, key: str) -> bool:
    return isinstance(value, dict) and (key in value or key in value.get("Response", {}))


def _filtered(value: Any, is_gone: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filtered(inner, is_gone) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filtered(inner, is_gone) for inner in value if not (isinstance(inner, dict) and is_gone(inner))]
    return value
