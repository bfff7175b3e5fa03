"""Checks under each value of the parameters that decide conditions of templates and have no value."""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod
from typing import Final, TypeAlias

import msgspec

from skerry.diagnose.check_result import CheckedNetwork, CheckResult
from skerry.errors import SkerryError
from skerry.model.world import World
from skerry.sources.cloudformation.open_parameters import OpenParameter
from skerry.sources.cloudformation.parameter_limits import OTHER_VALUE

_MOST: Final = 16
"""The most combinations of values that are judged."""
Given: TypeAlias = tuple[str, ...]
"""Values of parameters, each ``STACK.PARAMETER=VALUE``."""


def try_choices(
    result: CheckResult, parameters: Sequence[OpenParameter], check: Callable[[Given], CheckResult]
) -> CheckResult:
    """Return the result that every choice of values gives; without one, the result with a note for each choice.

    Values that no deployment accepts are left out.
    """
    if not parameters or prod(len(one.values) for one in parameters) > _MOST:
        return result
    answers = list(_answers(parameters, check))
    names = ", ".join(one.name for one in parameters)
    if answers and all(_verdicts(answer) == _verdicts(answers[0][1]) for _, answer in answers):
        return _with_notes(answers[0][1], [f"the verdict is the same for every value of {names}"])
    return _with_notes(result, [f"with {', '.join(map(_words, given))}: {answer.verdict}" for given, answer in answers])


def _words(given: str) -> str:
    name, _, value = given.partition("=")
    return f"another value of {name}" if value == OTHER_VALUE else given


def _answers(
    parameters: Sequence[OpenParameter], check: Callable[[Given], CheckResult]
) -> Iterator[tuple[Given, CheckResult]]:
    for values in product(*(one.values for one in parameters)):
        given = tuple(f"{one.stack}.{one.name}={value}" for one, value in zip(parameters, values, strict=True))
        try:
            answer = check(given)
        except SkerryError:
            continue
        if not answer.unreadable:
            yield given, answer


def _verdicts(result: CheckResult) -> dict[str, str]:
    return {
        f"{service.launch.cluster}/{service.launch.name}": service.verdict
        for network in result.networks
        for service in network.diagnosis.services
    }


def _with_notes(result: CheckResult, notes: Sequence[str]) -> CheckResult:
    first, *others = result.networks or (None,)
    if first is None:
        return result
    facts = msgspec.structs.replace(first.world.facts, notes=(*first.world.facts.notes, *notes))
    networks: tuple[CheckedNetwork, ...] = (msgspec.structs.replace(first, world=World(facts)), *filter(None, others))
    return msgspec.structs.replace(result, networks=networks)
