"""Causes of failing steps: one for each fault of the network or the account, whatever number of steps it stops."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from skerry.catalogue.blocker_codes import load_codes
from skerry.reach.trace import AbsentEndpoint

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class StoppedStep(msgspec.Struct, frozen=True, gc=False):
    """A step that a cause stops, by its number in the table of steps, with the resource and the message about it.

    The message is empty if that of a like resource stands for it. ``intended``: only the way to an endpoint is
    blocked that the name does not lead to.
    """

    number: int
    step: str
    resource: str
    message: str
    absent_endpoint: AbsentEndpoint | None = None
    intended: bool = False


class Cause(msgspec.Struct, frozen=True, gc=False):
    """One reason why steps fail: a code at one or more resources, with the steps it stops.

    ``dead_ends`` are route tables without a route to the public addresses that names lead to because of this cause.
    """

    code: str
    resources: tuple[str, ...]
    stops: tuple[StoppedStep, ...]
    dead_ends: tuple[str, ...] = ()
    label: str = ""

    @property
    def title(self) -> str:
        """The meaning of the code in a few words."""
        return load_codes()[self.code].title

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the stopped steps."""
        return tuple(sorted({stop.number for stop in self.stops}))

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of the stopped steps, each once."""
        return tuple(dict.fromkeys(stop.step for stop in self.stops))

    @property
    def intended(self) -> bool:
        """Tell whether the cause blocks only ways to endpoints that names do not lead to."""
        return all(stop.intended for stop in self.stops)

    @property
    def messages(self) -> tuple[str, ...]:
        """The messages about steps that lack no endpoint, each once."""
        messages = (stop.message for stop in self.stops if stop.absent_endpoint is None)
        return tuple(dict.fromkeys(filter(None, messages)))

    @property
    def absent_endpoints(self) -> dict[AbsentEndpoint, tuple[int, ...]]:
        """Each missing endpoint with the numbers of the steps that need it."""
        endpoints = dict.fromkeys(stop.absent_endpoint for stop in self.stops)
        return {
            endpoint: tuple(sorted({stop.number for stop in self.stops if stop.absent_endpoint == endpoint}))
            for endpoint in endpoints
            if endpoint is not None
        }


class SharedCause(msgspec.Struct, frozen=True, gc=False):
    """A cause with all services that it stops, by their names."""

    code: str
    resources: tuple[str, ...]
    services: tuple[str, ...]

    @property
    def title(self) -> str:
        """The meaning of the code in a few words."""
        return load_codes()[self.code].title


def combine_causes(
    stops: Mapping[tuple[str, str], Sequence[StoppedStep]], dead_ends: Mapping[tuple[str, str], Iterable[str]]
) -> tuple[Cause, ...]:
    """Return the causes with their labels; ``stops`` and ``dead_ends`` are by code and resource.

    Equal faults at several resources are one cause.
    """
    causes: list[Cause] = []
    for (code, _), stopped in stops.items():
        names = tuple(dict.fromkeys(stop.resource for stop in stopped))
        tables = tuple(dict.fromkeys(table for name in names for table in dead_ends.get((code, name), ())))
        cause = Cause(code, names, tuple(stopped), tables)
        twin = next((number for number, other in enumerate(causes) if _is_same_fault(other, cause)), None)
        if twin is None:
            causes.append(cause)
        else:
            causes[twin] = _join(causes[twin], cause)
    return tuple(msgspec.structs.replace(cause, label=_label(number)) for number, cause in enumerate(causes))


def share_causes(causes: Iterable[SharedCause]) -> tuple[SharedCause, ...]:
    """Return causes such that each resource is in one cause of a code: those with a resource in common are joined."""
    wholes: dict[int, SharedCause] = {}
    owners: dict[tuple[str, str], int] = {}
    for number, cause in enumerate(causes):
        twins = sorted({owners.get((cause.code, resource), number) for resource in cause.resources} - {number})
        parts = [*(wholes.pop(twin) for twin in twins), cause]
        resources = tuple(dict.fromkeys(resource for part in parts for resource in part.resources))
        services = tuple(dict.fromkeys(service for part in parts for service in part.services))
        first = min([*twins, number])
        wholes[first] = SharedCause(cause.code, resources, services)
        owners |= dict.fromkeys(((cause.code, resource) for resource in resources), first)
    return tuple(wholes[number] for number in sorted(wholes))


def _is_same_fault(one: Cause, other: Cause) -> bool:
    """Tell whether two causes of one code are one fault: they stop other steps, or the same endpoints are missing."""
    if one.code != other.code:
        return False
    same_endpoints = bool(one.absent_endpoints) and one.absent_endpoints == other.absent_endpoints
    return same_endpoints or not set(one.numbers) & set(other.numbers)


def _join(one: Cause, other: Cause) -> Cause:
    resources = tuple(dict.fromkeys((*one.resources, *other.resources)))
    dead_ends = tuple(dict.fromkeys((*one.dead_ends, *other.dead_ends)))
    return Cause(one.code, resources, (*one.stops, *other.stops), dead_ends)


def _label(number: int) -> str:
    """Return the label of a cause: A to Z, then A1 and on."""
    turn, letter = divmod(number, len(_LETTERS))
    return _LETTERS[letter] + (str(turn) if turn else "")
