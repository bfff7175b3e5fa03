"""Endpoint policies: for the calls of tasks alone, and with added statements."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from skerry.access.denials import action_and_resource_of
from skerry.access.requests import Caller, is_needed, principal_of, requests_of
from skerry.catalogue.services import ServiceRef
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.launch.startup import needs_of
from skerry.model.facts import Missing
from skerry.model.world import World

_VERSION = "2012-10-17"
_MOST = 20_480
"""Characters of an endpoint's policy: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html"""

_ECR = ("ecr.api", "ecr.dkr")


def least_policy_for(world: World, launches: Iterable[Launch], ref: ServiceRef) -> str | None:
    """Return the policy for the calls of these launches to a service, and nothing else; None if those are not known.

    Whoever asks for layers is ECR itself, so that no condition on the customer's principals may stand there. AWS
    recommends one policy for both endpoints of ECR:
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    """
    refs = {ref._replace(key=key) for key in _ECR} if ref.key in _ECR else {ref}
    actions_by_resource: dict[str, dict[str, None]] = {}
    for launch in launches:
        for need in needs_of(launch):
            if not isinstance(need, Call) or need.service not in refs or not need.actions:
                continue
            requests = list(_asked(world, launch, need, need.service))
            if not requests:
                return None
            for action, resource in requests:
                actions_by_resource.setdefault(resource, {})[action] = None
    if not actions_by_resource:
        return None
    text = _document(_statements(actions_by_resource))
    return text if len(text) <= _MOST else None


def _asked(world: World, launch: Launch, need: Call, ref: ServiceRef) -> Iterator[tuple[str, str]]:
    who = principal_of(launch, need)
    if isinstance(who, Missing):
        return
    by = Caller(launch, who, world.resources)
    for later in (False, True):
        for access_request in requests_of(by, need, ref, {}, later=later):
            if is_needed(by, access_request) is not False:
                yield action_and_resource_of(access_request.request)


def _statements(resources_by_action: dict[str, dict[str, None]]) -> list[dict[str, Any]]:
    """Return one statement for each set of actions, with all of its resources."""
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for resource in sorted(resources_by_action):
        by_actions.setdefault(tuple(sorted(resources_by_action[resource])), []).append(resource)
    return [allow(actions, resources) for actions, resources in sorted(by_actions.items())]


def allow(actions: Iterable[str], resources: Iterable[str], principal: Any = "*") -> dict[str, Any]:  # noqa: ANN401
    """Return a statement that allows actions on resources; without a principal, one of a role's policy."""
    who = {} if principal is None else {"Principal": principal}
    return {"Effect": "Allow"} | who | {"Action": _short(actions), "Resource": _short(resources)}


def _short(names: Iterable[str]) -> str | list[str]:
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else unique


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": _VERSION, "Statement": statements})


def add_statement(document: str | None, statement: dict[str, Any]) -> str | None:
    """Return a policy with one statement more; None where the policy cannot be read, or would be too long."""
    rows = _rows(document)
    if rows is None:
        return None
    text = json.dumps(json.loads(document or "") | {"Statement": merge_statements((*rows, statement))})
    return text if len(text) <= _MOST else None


def join_policies(first: str | None, second: str) -> str:
    """Return the union of two policies of one origin."""
    extra = [statement for statement in _rows(second) or [] if statement not in (_rows(first) or [])]
    if first is None or not extra:
        return first or second
    return json.dumps(json.loads(first) | {"Statement": merge_statements((*(_rows(first) or []), *extra))})


def _rows(document: str | None) -> list[Any] | None:
    """Return the statements of a policy; None where it cannot be read."""
    try:
        policy = json.loads(document or "")
    except ValueError:
        return None
    if not isinstance(policy, dict):
        return None
    rows = policy.get("Statement", [])
    return rows if isinstance(rows, list) else [rows]


def merge_statements(statements: Sequence[Any]) -> list[Any]:
    """Return statements without those that another one takes in: of one set of resources, or of one set of actions.

    Only those that say no more than such as `allow` makes: one with a condition or an id of its own stays as it is.
    """
    merged_statements: list[Any] = []
    for statement in statements:
        near = next(
            (position for position, other in enumerate(merged_statements) if _differ(other, statement) is not None),
            None,
        )
        if statement in merged_statements:
            continue
        if near is None:
            merged_statements.append(statement)
        else:
            key = _differ(merged_statements[near], statement) or ""
            merged_statements[near] = merged_statements[near] | {
                key: _short((*_names(merged_statements[near][key]), *_names(statement[key])))
            }
    return merged_statements


def _differ(first: Any, second: Any) -> str | None:  # noqa: ANN401
    """Return the only part in which two statements of ours differ: their actions, or their resources."""
    if not (_is_ours(first) and _is_ours(second)) or first.keys() != second.keys():
        return None
    parts = [key for key in first if first[key] != second[key]]
    return parts[0] if parts in (["Action"], ["Resource"]) else None


def _is_ours(statement: Any) -> bool:  # noqa: ANN401
    """Tell whether a statement only allows actions on resources, so that it may be widened."""
    if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
        return False
    return {"Action", "Resource"} <= statement.keys() <= {"Effect", "Principal", "Action", "Resource"}


def _names(value: Any) -> tuple[str, ...]:  # noqa: ANN401
    return (value,) if isinstance(value, str) else tuple(value)
