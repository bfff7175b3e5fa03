"""States of a state machine that run tasks of ECS or submit jobs of AWS Batch, in the Amazon States Language.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, Literal, TypeAlias

import msgspec

Action: TypeAlias = Literal["run-task", "submit-job"]


class Dynamic(msgspec.Struct, frozen=True, gc=False):
    """A value that is known at run time only: it is given by a path or an expression."""


DYNAMIC: Final = Dynamic()
Value: TypeAlias = Any
"""A JSON value with its keys in Pascal case; `DYNAMIC` stands for values that are known at run time only."""

# https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html, connect-batch.html and
# supported-services-awssdk.html
_RESOURCE = re.compile(
    r"arn:[a-z-]+:states:[a-z0-9-]*:[0-9]*:(?:aws-sdk:)?(ecs:runTask|batch:submitJob)(?:\.\w+(?::\d+)?)?"
)
_ACTIONS: dict[str, Action] = {"ecs:runTask": "run-task", "batch:submitJob": "submit-job"}
_JSONATA = "JSONata"
_PATH = ".$"
_EXPRESSION = re.compile(r"\s*\{%.*%\}\s*", re.DOTALL)
_KEPT_PARAMETERS = frozenset(
    {
        "CapacityProviderStrategy",
        "Cluster",
        "ContainerOverrides",
        "EcsPropertiesOverride",
        "EnableExecuteCommand",
        "JobDefinition",
        "JobQueue",
        "LaunchType",
        "NetworkConfiguration",
        "PlatformVersion",
        "TaskDefinition",
    }
)
_MOST_LEVELS = 64


class TaskState(msgspec.Struct, frozen=True, gc=False):
    """A state with the parameters of its call; ``elsewhere``: it takes on a role, perhaps of another account."""

    name: str
    action: Action
    parameters: Value
    elsewhere: bool = False

    def value_of(self, *keys: str) -> Value:
        """Return a parameter by its path of keys: None if it is absent, `DYNAMIC` if it is known at run time only."""
        value = self.parameters
        for key in keys:
            if isinstance(value, Dynamic):
                return DYNAMIC
            value = value.get(key) if isinstance(value, dict) else None
        return value


def task_states_of(definition: str) -> tuple[TaskState, ...] | None:
    """Return the states that start tasks, at any depth; None for a definition that cannot be read or was left out."""
    top = _decode(definition)
    if top is None:
        return None
    return tuple(_states(top, top.get("QueryLanguage"), _MOST_LEVELS))


def reduce_definition(definition: str) -> str:
    """Return a definition with only the states that start tasks, and only their parameters in use.

    An unreadable definition becomes an empty one, equally unknown. A second reduction changes nothing.
    """
    top = _decode(definition)
    return json.dumps({} if top is None else _reduced(top, top.get("QueryLanguage"), _MOST_LEVELS), sort_keys=True)


def _decode(definition: str) -> dict[str, Any] | None:
    """Return a definition as an object; None if it has no states, as where the caller may not see it."""
    try:
        top = json.loads(definition)
    except (ValueError, RecursionError):
        return None
    return top if isinstance(top, dict) and isinstance(top.get("States"), dict) else None


def _states(machine: dict[str, Any], language: Value, levels: int) -> Iterator[TaskState]:
    states = machine.get("States")
    for name, state in states.items() if isinstance(states, dict) and levels else ():
        if not isinstance(state, dict):
            continue
        own = state.get("QueryLanguage", language)
        action = _action_of(state)
        if action is not None:
            key = "Arguments" if own == _JSONATA else "Parameters"
            # Without parameters the call gets the state's input.
            parameters = _resolve(state.get(key, DYNAMIC), is_jsonata=own == _JSONATA)
            yield TaskState(name, action, parameters, elsewhere="Credentials" in state)
        for nested in _machines_in(state):
            yield from _states(nested, nested.get("QueryLanguage", own), levels - 1)


def _action_of(state: dict[str, Any]) -> Action | None:
    resource = state.get("Resource")
    match = _RESOURCE.fullmatch(resource) if isinstance(resource, str) and state.get("Type") == "Task" else None
    return _ACTIONS[match.group(1)] if match else None


def _machines_in(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the branches of a Parallel state, and the processor of a Map state; ``Iterator`` is its older name."""
    branches = state.get("Branches")
    nested = [*(branches if isinstance(branches, list) else ()), state.get("ItemProcessor"), state.get("Iterator")]
    yield from (item for item in nested if isinstance(item, dict))


def _resolve(node: Value, *, is_jsonata: bool) -> Value:
    """Return parameters with keys in Pascal case, and `DYNAMIC` in place of paths and expressions.

    https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
    """
    match node:
        case dict():
            return {
                _pascal(key if is_jsonata else key.removesuffix(_PATH)): DYNAMIC
                if key.endswith(_PATH) and not is_jsonata
                else _resolve(value, is_jsonata=is_jsonata)
                for key, value in node.items()
            }
        case list():
            return [_resolve(item, is_jsonata=is_jsonata) for item in node]
        case str() if is_jsonata and _EXPRESSION.fullmatch(node):
            return DYNAMIC
        case _:
            return node


def _pascal(key: str) -> str:
    return key[:1].upper() + key[1:]


def _reduced(machine: dict[str, Any], language: Value, levels: int) -> dict[str, Any]:
    states: dict[str, Any] = {}
    for name, state in machine["States"].items() if levels and isinstance(machine.get("States"), dict) else ():
        if not isinstance(state, dict):
            continue
        own = state.get("QueryLanguage", language)
        kept: dict[str, Any] = {}
        if _action_of(state) is not None:
            kept = {key: state[key] for key in ("Type", "Resource") if key in state}
            kept |= {"QueryLanguage": own} if own == _JSONATA else {}
            kept |= {key: _kept(state[key]) for key in ("Parameters", "Arguments") if key in state}
            kept |= {"Credentials": {}} if "Credentials" in state else {}
        branches = [_reduced(nested, nested.get("QueryLanguage", own), levels - 1) for nested in _machines_in(state)]
        branches = [branch for branch in branches if branch["States"]]
        kept |= {"Branches": branches} if branches else {}
        states |= {name: kept} if kept else {}
    return {"States": states}


def _kept(node: Value) -> Value:
    """Return the parameters that are read; paths and expressions lose their texts."""
    if not isinstance(node, dict):
        return _without_texts(node)
    kept: dict[str, Any] = {}
    for key, value in node.items():
        name = _pascal(key.removesuffix(_PATH))
        if name not in _KEPT_PARAMETERS:
            continue
        if key.endswith(_PATH):
            kept[key] = "$"
        elif name == "ContainerOverrides" and isinstance(value, dict):
            requirements = (item for item in value if _pascal(item.removesuffix(_PATH)) == "ResourceRequirements")
            kept[key] = _without_texts({item: value[item] for item in requirements})
        else:
            # Of other overrides only their presence is read.
            kept[key] = {} if name == "EcsPropertiesOverride" else _without_texts(value)
    return kept


def _without_texts(node: Value) -> Value:
    match node:
        case dict():
            return {key: "$" if key.endswith(_PATH) else _without_texts(value) for key, value in node.items()}
        case list():
            return [_without_texts(item) for item in node]
        case str() if _EXPRESSION.fullmatch(node):
            return "{% %}"
        case _:
            return node
