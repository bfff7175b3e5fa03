"""A rehearsal of a launch: what packets did, beside what was predicted of them."""

from collections.abc import Iterable

import msgspec

from skerry.launch.needs import Call, Mount, Need
from skerry.verdicts import BLOCKED, OK, UNKNOWN, Verdict, either, every

_CERTAIN = (OK, BLOCKED)


class Dropper(msgspec.Struct, frozen=True, gc=False):
    """What of the user's dropped packets: a resource, and its rule in words."""

    kind: str
    resource: str
    rule: str


class Observed(msgspec.Struct, frozen=True, gc=False):
    """What came of a Need in the lab: whether it worked, None where the lab does not tell, ``why_not`` says why.

    ``words`` are those of ``tool``, the client that did it in so many ``seconds``; ``addresses`` what it called.
    """

    worked: bool | None = None
    why_not: str = ""
    words: str = ""
    tool: str = ""
    seconds: float = 0.0
    addresses: tuple[str, ...] = ()
    droppers: tuple[Dropper, ...] = ()


class Step(msgspec.Struct, frozen=True, gc=False):
    """A Need in a subnet: the verdict that was predicted for it, and what came of it."""

    subnet: str
    need: Need
    host: str
    predicted: Verdict
    observed: Observed

    @property
    def disagrees(self) -> bool:
        """Whether a certain prediction and the packets contradict each other."""
        worked = self.observed.worked
        return worked is not None and self.predicted in _CERTAIN and worked is not (self.predicted is OK)

    @property
    def verdict(self) -> Verdict:
        """What is known in the end: the packets' answer, where the prediction leaves one to them.

        A lab is built of the facts that were read. Where they do not suffice for a prediction, its packets cross
        what was made up for the rest, and prove nothing.
        """
        if self.observed.worked is None or self.predicted not in _CERTAIN:
            return self.predicted
        return OK if self.observed.worked else BLOCKED


class Rehearsal(msgspec.Struct, frozen=True, gc=False):
    """A launch, rehearsed in the subnets that its tasks may land in; ``notes`` are about the lab."""

    name: str
    verdict: Verdict
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    @property
    def disagreements(self) -> tuple[Step, ...]:
        """The steps at which packets and prediction contradict each other."""
        return tuple(step for step in self.steps if step.disagrees)


def rehearsal(name: str, steps: Iterable[Step], notes: tuple[str, ...] = (), beyond: Verdict = OK) -> Rehearsal:
    """Put the steps of a launch together: a task starts if every step does, in either of the subnets.

    ``beyond``: the verdict on what packets do not show.
    """
    found = tuple(steps)
    subnets: dict[str, list[Verdict]] = {}
    for step in found:
        if step.need.blocks == "start":
            subnets.setdefault(step.subnet, []).append(step.verdict)
    verdict = either(every(verdicts) for verdicts in subnets.values()) if subnets else UNKNOWN
    return Rehearsal(name, every((verdict, beyond)), found, notes)


def port_of(need: Need) -> int | None:
    """The port that a Need calls, if it calls anything."""
    return need.port if isinstance(need, Call | Mount) else None
