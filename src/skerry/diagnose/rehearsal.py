"""Rehearsal of a launch: results of its calls in the lab, compared with their predicted verdicts."""

from collections.abc import Iterable

import msgspec

from skerry.diagnose.diagnosis import NextStep
from skerry.launch.needs import Call, Mount, Need
from skerry.verdicts import BLOCKED, NOT_APPLICABLE, OK, UNKNOWN, Verdict, alternating_verdict_of, worst_of

_CERTAIN = (OK, BLOCKED)
_WORKS = {OK, NOT_APPLICABLE}


class PacketDrop(msgspec.Struct, frozen=True, gc=False):
    """Resource that dropped packets, with its rule in words."""

    kind: str
    resource: str
    rule: str


class LabResult(msgspec.Struct, frozen=True, gc=False):
    """Result of a Need in the lab: whether it worked. None: the lab has no answer, for the reason in ``why_not``.

    ``words`` is the message of the client ``tool``, which ran for ``seconds`` and called ``addresses``.
    """

    worked: bool | None = None
    why_not: str = ""
    words: str = ""
    tool: str = ""
    seconds: float = 0.0
    addresses: tuple[str, ...] = ()
    droppers: tuple[PacketDrop, ...] = ()


class RehearsalStep(msgspec.Struct, frozen=True, gc=False):
    """Need in a subnet, with its predicted verdict and its result in the lab."""

    subnet: str
    need: Need
    host: str
    predicted: Verdict
    observed: LabResult

    @property
    def disagrees(self) -> bool:
        """Whether a certain prediction and the lab's result contradict each other."""
        worked = self.observed.worked
        return worked is not None and self.predicted in _CERTAIN and worked is not (self.predicted is OK)

    @property
    def verdict(self) -> Verdict:
        """The final verdict: the lab's result, if it has one and the prediction is certain; else the prediction.

        A lab is built from the facts that were read. If they do not suffice for a prediction, its packets cross
        networks with invented parts, and prove nothing.
        """
        if self.observed.worked is None or self.predicted not in _CERTAIN:
            return self.predicted
        return OK if self.observed.worked else BLOCKED


class SubnetGroup(msgspec.Struct, frozen=True, gc=False):
    """Subnets with the same results of all steps, but for their times; the steps are those of the first."""

    subnets: tuple[str, ...]
    steps: tuple[RehearsalStep, ...]


class Rehearsal(msgspec.Struct, frozen=True, gc=False):
    """Rehearsal of a launch in each subnet that its tasks may start in; ``notes`` are about the lab."""

    name: str
    verdict: Verdict
    steps: tuple[RehearsalStep, ...]
    notes: tuple[str, ...] = ()

    @property
    def disagreements(self) -> tuple[RehearsalStep, ...]:
        """The steps with a contradiction between the lab's result and the prediction."""
        return tuple(step for step in self.steps if step.disagrees)

    @property
    def subnet_groups(self) -> tuple[SubnetGroup, ...]:
        """The steps of each subnet, of equal subnets once."""
        by_subnet: dict[str, list[RehearsalStep]] = {}
        for step in self.steps:
            by_subnet.setdefault(step.subnet, []).append(step)
        alike: dict[tuple[object, ...], list[str]] = {}
        for subnet, steps in by_subnet.items():
            alike.setdefault(tuple(map(_result_of, steps)), []).append(subnet)
        return tuple(SubnetGroup(tuple(subnets), tuple(by_subnet[subnets[0]])) for subnets in alike.values())

    @property
    def next_step(self) -> NextStep | None:
        """The step after this rehearsal; None if nothing is left to do, or skerry itself is wrong."""
        if self.disagreements or self.verdict in _WORKS:
            return None
        return "supply-facts" if self.verdict is UNKNOWN else "plan"


def _result_of(step: RehearsalStep) -> tuple[object, ...]:
    """Return the parts of a step that two equal subnets have in common."""
    observed = msgspec.structs.replace(step.observed, seconds=0.0, addresses=())
    return step.need, step.host, step.predicted, observed


def combine_steps(
    name: str, steps: Iterable[RehearsalStep], notes: tuple[str, ...] = (), beyond: Verdict = OK
) -> Rehearsal:
    """Combine the steps of a launch: a task starts if every step works, in either of the subnets.

    ``beyond`` is the verdict on policies and resources, which packets do not show.
    """
    rehearsed = tuple(steps)
    subnets: dict[str, list[Verdict]] = {}
    for step in rehearsed:
        if step.need.blocks == "start":
            subnets.setdefault(step.subnet, []).append(step.verdict)
    verdict = alternating_verdict_of(worst_of(verdicts) for verdicts in subnets.values()) if subnets else UNKNOWN
    return Rehearsal(name, worst_of((verdict, beyond)), rehearsed, notes)


def port_of(need: Need) -> int | None:
    """Return the port of a Need, or None if it makes no call."""
    return need.port if isinstance(need, Call | Mount) else None
