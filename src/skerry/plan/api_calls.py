"""Calls of AWS's APIs as data: those of a change, and those that take it back.

Parameters have the names of the API reference: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/. An id that AWS
has not given yet is a `NewId`.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias


class NewId(NamedTuple):
    """The id that AWS gives to a resource of the plan; ``resource`` is its id in the plan."""

    resource: str


Parameter: TypeAlias = "str | int | bool | NewId | list[Parameter] | dict[str, Parameter]"
ApiService = Literal["ec2", "route53"]
WaitGoal = Literal[
    "group-exists", "endpoint-available", "endpoint-deleted", "nat-gateway-available", "nat-gateway-deleted"
]


class PlannedCall(NamedTuple):
    """One call of an API.

    ``makes`` is the resource of the plan that gets its id from the answer, at the path ``answer``. ``resource_type`` is
    the type of the created resource in `TagSpecifications`; empty where nothing is created. ``has_token``: the call
    takes a `ClientToken`, and answers a second call with the same token as the first.
    """

    service: ApiService
    operation: str
    parameters: Mapping[str, Parameter]
    makes: str = ""
    answer: tuple[str | int, ...] = ()
    resource_type: str = ""
    has_token: bool = False


class PlannedWait(NamedTuple):
    """A wait for the state of a resource, which AWS reaches some time after a call."""

    goal: WaitGoal
    resource: str | NewId


PlannedCalls: TypeAlias = tuple[PlannedCall | PlannedWait, ...]


class ChangeCalls(NamedTuple):
    """The calls of a change, and those that take it back; ``loss`` says why there are none, or what is lost.

    ``goes_with`` is the new resource whose deletion deletes the result of the change too.
    """

    calls: PlannedCalls
    reversal: PlannedCalls = ()
    loss: str = ""
    goes_with: str = ""


def ec2_call(operation: str, parameters: Mapping[str, Parameter]) -> PlannedCall:
    """Return a call of EC2."""
    return PlannedCall("ec2", operation, parameters)


def new_ids_in(value: Parameter) -> Iterator[str]:
    """Yield the resources of the plan in a parameter."""
    match value:
        case NewId():
            yield value.resource
        case list():
            for item in value:
                yield from new_ids_in(item)
        case dict():
            for item in value.values():
                yield from new_ids_in(item)
        case _:
            return
