"""The calls of changes as commands of the AWS CLI, and those of their reversal.

Options: https://docs.aws.amazon.com/cli/latest/reference/ec2/
and https://docs.aws.amazon.com/cli/latest/reference/route53/associate-vpc-with-hosted-zone.html
"""

import json
import re
from collections.abc import Iterator
from typing import assert_never

from skerry.model.world import World
from skerry.plan.api_calls import NewId, Parameter, PlannedCall, PlannedCalls, PlannedWait
from skerry.plan.change_calls import (
    CallTexts,
    calls_for,
    description_of,
    names_of_endpoints,
    services_of_prefix_lists,
)
from skerry.plan.changes import ConfigureService, resource_of
from skerry.plan.former_values import former_in
from skerry.plan.records import Planned
from skerry.render import aws_cli_services
from skerry.render.aws_cli_steps import AwsCommand, Commands, CommandStep, FunctionCall, Option
from skerry.render.iac_names import Names
from skerry.render.shell_words import Json, JsonWord, Variable, Word

_LOOK_UP = "DescribePrefixLists"
_DELETION = "DeleteVpcEndpoints"
_POLICY = "PolicyDocument"
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class CommandWriter:
    """The commands for the changes of one plan."""

    def __init__(self, world: World, rows: list[Planned]) -> None:
        self._world = world
        self._names = names_of_endpoints(rows)
        self._prefix_lists = services_of_prefix_lists(world, rows)
        self._variables: dict[str, Variable] = {}
        self._looked_up: set[str] = set()

    def step_of(self, row: Planned) -> CommandStep | None:
        """Return the commands of a change; None for a manual step."""
        change = row.change
        if isinstance(change, ConfigureService):
            return aws_cli_services.update_service(self._world, row, change)
        texts = CallTexts(self._names.get(resource_of(change), ""), description_of(row), self._prefix_lists)
        step = calls_for(change, former_in(self._world, change), texts, self._world.region or "")
        if step is None:
            return None
        reversal = () if step.goes_with else step.reversal
        return CommandStep(tuple(self._commands(step.calls)), tuple(self._commands(reversal)), step.loss)

    def _commands(self, calls: PlannedCalls) -> Iterator[AwsCommand | FunctionCall]:
        for call in calls:
            match call:
                case PlannedWait():
                    yield from self._wait(call)
                case PlannedCall() if call.operation == _DELETION:
                    # The script's own function also waits for the deletion.
                    yield FunctionCall("delete_endpoint", self._deleted_by(call))
                case PlannedCall() if call.operation == _LOOK_UP and call.makes in self._looked_up:
                    continue
                case PlannedCall():
                    yield self._command(call)
                case _:
                    assert_never(call)

    def _wait(self, wait: PlannedWait) -> Commands:
        resource = self._word(wait.resource)
        match wait.goal:
            case "endpoint-available":
                return (FunctionCall("wait_until_available", resource),)
            case "endpoint-deleted":
                return ()
            case "group-exists":
                return (_waiter("security-group-exists", "group-ids", resource),)
            case "nat-gateway-available" | "nat-gateway-deleted":
                return (_waiter(wait.goal, "nat-gateway-ids", resource),)
            case _:
                assert_never(wait.goal)

    def _deleted_by(self, call: PlannedCall) -> Word:
        ids = call.parameters["VpcEndpointIds"]
        assert isinstance(ids, list)  # noqa: S101 -- the parameter is a list of ids
        (endpoint,) = ids
        assert isinstance(endpoint, str | NewId)  # noqa: S101
        return self._word(endpoint)

    def _command(self, call: PlannedCall) -> AwsCommand:
        options = tuple(self._option(name, value) for name, value in call.parameters.items())
        command = AwsCommand(call.service, _hyphenated(call.operation), options)
        if not call.makes:
            return command
        if call.operation == _LOOK_UP:
            self._looked_up.add(call.makes)
        return command._replace(variable=self._made(call.makes), query=_query_of(call.answer))

    def _option(self, name: str, value: Parameter) -> Option:
        option = _hyphenated(name)
        match value:
            case bool():
                off = "ingress" if name == "Egress" else f"no-{option}"
                return (option if value else off, ())
            case str() if name == _POLICY:
                return (option, (JsonWord(json.loads(value)),))
            case str() | NewId():
                return (option, (self._word(value),))
            case int():
                return (option, (str(value),))
            case list() if all(isinstance(item, str | NewId) for item in value):
                return (option, tuple(self._word(item) for item in value if isinstance(item, str | NewId)))
            case list() | dict():
                return (option, (JsonWord(self._json(value)),))
            case _:
                assert_never(value)

    def _json(self, value: Parameter) -> Json:
        match value:
            case NewId():
                return self._made(value.resource)
            case list():
                return [self._json(item) for item in value]
            case dict():
                return {key: self._json(item) for key, item in value.items()}
            case _:
                return value

    def _word(self, value: str | NewId) -> Word:
        return self._made(value.resource) if isinstance(value, NewId) else value

    def _made(self, resource: str) -> Variable:
        """Return the variable of a new resource: one for each, even if their names differ only by signs."""
        if resource not in self._variables:
            kind, _, name = resource.partition("-new-")
            label = f"{kind}_{Names.plain(name)}".upper()
            taken = {variable.name for variable in self._variables.values()}
            name = label if label not in taken else f"{label}_{len(taken)}"
            self._variables[resource] = Variable(name)
        return self._variables[resource]


def _waiter(name: str, option: str, resource: Word) -> AwsCommand:
    return AwsCommand("ec2", f"wait {name}", ((option, (resource,)),))


def _hyphenated(name: str) -> str:
    """Return a name of the API as the AWS CLI spells it."""
    return _WORDS.sub("-", name).lower()


def _query_of(path: tuple[str | int, ...]) -> str:
    """Return the path to a value as the AWS CLI takes it: ``PrefixLists[0].PrefixListId``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
