"""Plans and snapshots of two networks that no Terraform here makes: edited ones of those it made."""

import json
import re
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


_DEFINITION = "arn:aws:ecs:eu-west-1:123456789012:task-definition/"
_GONE = {
    "without-role": ("aws_iam_role.jobs", "aws_iam_role_policy_attachment.jobs"),
    "without-secret": ("aws_secretsmanager_secret.token", "aws_secretsmanager_secret_version.token"),
    "without-subnet": ("aws_subnet.tasks", "aws_route_table_association.tasks", "aws_ecs_service.web"),
}
"""The resources of plans that delete them, by the names of the plans."""


def edited(plans: Mapping[str, Json], snapshot: Json) -> dict[str, Json]:
    """Return the documents by the names of their files."""
    stranger = _other_service(snapshot)
    return {
        **{f"{name}.json": _deleting(plans["same"], *addresses) for name, addresses in _GONE.items()},
        "destroyed.json": _deleting(plans["same"], *(row["address"] for row in plans["same"]["resource_changes"])),
        "main-table.json": _with_main_table(plans["same"]),
        "associated-again.json": _associated(plans["same"]),
        "other-in-tasks.json": _set(
            snapshot, stranger, "securityGroups", [_id(plans["same"], "aws_security_group.tasks")]
        ),
        "other-by-web.json": _set(snapshot, stranger, "taskDefinition", f"{_DEFINITION}web:1"),
        "other-as-jobs.json": _renamed_role(snapshot),
        "groups-refused.json": _without_list(snapshot, "SecurityGroups"),
        "tables-refused.json": _without_list(snapshot, "RouteTables"),
        "roles-refused.json": _without_list(snapshot, "RoleDetailList"),
        "endpoint-not-yet.json": _without_endpoint(snapshot, "ecr.dkr"),
        "endpoint-gone.json": _read_at(_without_endpoint(snapshot, "ecr.dkr"), "2099-01-01T00:00:00Z"),
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


def _id(plan: Json, address: str) -> str:
    return next(str(row["change"]["before"]["id"]) for row in plan["resource_changes"] if row["address"] == address)


def _deleting(plan: Json, *addresses: str) -> Json:
    """Return a plan that deletes resources."""
    result: Json = json.loads(json.dumps(plan))
    for row in result["resource_changes"]:
        if row["address"] in addresses:
            row["change"] |= {"actions": ["delete"], "after": None, "after_unknown": False}
    return result


def _created(plan: Json, address: str, **values: Any) -> Json:
    kind = address.split(".", maxsplit=1)[0]
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {"id": True}}
    row = {"address": address, "mode": "managed", "type": kind, "name": "x", "change": change}
    return {**plan, "resource_changes": [*plan["resource_changes"], row]}


def _with_main_table(plan: Json) -> Json:
    """Return a plan that makes the table of the tasks the main one, and deletes their association."""
    values = {"vpc_id": _id(plan, "aws_vpc.iso"), "route_table_id": _id(plan, "aws_route_table.iso")}
    return _created(
        _deleting(plan, "aws_route_table_association.tasks"), "aws_main_route_table_association.x", **values
    )


def _associated(plan: Json) -> Json:
    """Return a plan that associates a table with a subnet whose table no code associates."""
    rows = [row for row in plan["resource_changes"] if row["address"] != "aws_route_table_association.tasks"]
    values = {"subnet_id": _id(plan, "aws_subnet.tasks"), "route_table_id": _id(plan, "aws_route_table.spare")}
    return _created({**plan, "resource_changes": rows}, "aws_route_table_association.again", **values)


def _other_service(snapshot: Json) -> str:
    return str(next(iter(re.findall(r"arn:aws:ecs:[\w-]+:\d+:service/main/other", json.dumps(snapshot)))))


def _set(value: Any, service: str, key: str, new: Any) -> Any:
    """Return a snapshot in which a service has another value."""
    if isinstance(value, list):
        return [_set(inner, service, key, new) for inner in value]
    if not isinstance(value, dict):
        return value
    if value.get("serviceArn") == service and "serviceName" in value:
        return _with_value({**value, "deployments": []}, key, new)
    return {name: _set(inner, service, key, new) for name, inner in value.items()}


def _with_value(value: Any, key: str, new: Any) -> Any:
    if isinstance(value, list):
        return [_with_value(inner, key, new) for inner in value]
    if not isinstance(value, dict):
        return value
    return {name: new if name == key else _with_value(inner, key, new) for name, inner in value.items()}


def _without_endpoint(snapshot: Json, service: str) -> Any:
    return _filtered(snapshot, lambda row: str(row.get("ServiceName", "")).endswith(f".{service}"))


def _read_at(snapshot: Json, time: str) -> Json:
    """Return a snapshot of another time."""
    return {**snapshot, "Snapshot": {**snapshot["Snapshot"], "ReadAt": time}}


def _renamed_role(snapshot: Json) -> Json:
    """Return a snapshot in which the service of no code has the role of the jobs."""
    text = json.dumps(snapshot)
    return json.loads(re.sub(r'("executionRoleArn": "arn:aws:iam::123456789012:role/)other"', r'\1jobs"', text))  # type: ignore[no-any-return]
