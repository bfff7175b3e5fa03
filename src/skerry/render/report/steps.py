"""The steps of a launch as the page shows them: a cell of the strip, and a panel with the hops of the path."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from skerry.catalogue.blocker_codes import load_codes
from skerry.diagnose.diagnosis import ServiceDiagnosis, StepSummary
from skerry.diagnose.shown_paths import NumberedHop, ShownPath, shown_path_of
from skerry.launch.needs import Call, Mount
from skerry.model.facts import Missing
from skerry.model.origins import Origin
from skerry.model.world import World
from skerry.plan.changes import is_new
from skerry.reach.trace import Trace
from skerry.verdicts import Verdict

_LOST = {"lost", "part lost"}
# Ids that a plan gives to new resources: only the words of their purpose are shown.
_NEW = re.compile(r"\b[a-z]+-new-(?=[a-z])")


class HopView(msgspec.Struct, frozen=True):
    """A hop of the list: ``faults`` are the titles and messages of what is lost or undecided here."""

    number: int
    kind: str
    resource: str
    rule: str
    disposition: str
    faults: tuple["FaultView", ...]
    origin: str
    inferred: bool
    is_new: bool

    @property
    def is_lost(self) -> bool:
        """Tell whether packets are lost here."""
        return self.disposition in _LOST

    @property
    def is_kept(self) -> bool:
        """Tell whether the hop lets all packets pass."""
        return self.disposition == "kept"

    @property
    def is_rule_told(self) -> bool:
        """Tell whether a message of a fault has the rule already."""
        return any(self.rule in fault.message for fault in self.faults)


class FaultView(msgspec.Struct, frozen=True):
    """A loss or a doubt at a hop: the title of its code, and the message."""

    code: str
    title: str
    message: str


class IntendedView(msgspec.Struct, frozen=True):
    """An endpoint that the name does not lead to, with the faulty hops on the way to it."""

    endpoint: str
    hops: tuple[HopView, ...]


class StepView(msgspec.Struct, frozen=True):
    """A step with its path; ``subnet`` and ``others`` are names of subnets, ``anchor`` is the target of links.

    ``origins`` are the places of the resources on the path. ``beyond`` are hops of checks without packets.
    """

    summary: StepSummary
    anchor: str
    host: str
    subnet: str
    alike: int
    others: tuple[tuple[Verdict, str], ...]
    there: tuple[HopView, ...]
    back: tuple[HopView, ...]
    beyond: tuple[HopView, ...]
    intended: tuple[IntendedView, ...]
    unknowns: tuple[Missing, ...]
    inferred: tuple[str, ...]
    origins: tuple[tuple[str, str], ...]
    is_sent: bool

    @property
    def is_lost_there(self) -> bool:
        """Tell whether no packet arrives, so that no reply is sent."""
        return any(hop.disposition == "lost" for hop in self.there)

    @property
    def is_back_kept(self) -> bool:
        """Tell whether all hops let replies pass."""
        return all(hop.is_kept for hop in self.back)


class StepWriter:
    """Makes the views of the steps of one service in one network."""

    def __init__(self, world: World, service: ServiceDiagnosis) -> None:
        self._world = world
        self._names = {placement.subnet: placement.name or placement.subnet for placement in service.placements}

    def view_of(self, step: StepSummary, anchor: str) -> StepView:
        """Return the view of a step."""
        path = shown_path_of(step)
        there, back, beyond, intended, others = self._lists_of(path)
        need = step.needs[0].need
        return StepView(
            summary=step,
            anchor=anchor,
            host=_host_of(step),
            subnet="" if path is None else self._name_of(path.trace.subnet),
            alike=0 if path is None else len(path.alike),
            others=others,
            there=there,
            back=back,
            beyond=beyond,
            intended=intended,
            unknowns=tuple(dict.fromkeys(fact for row in step.needs for fact in row.unknowns)),
            inferred=tuple(dict.fromkeys(note for row in step.needs for note in row.inferred)),
            origins=_origins_in((*there, *back, *beyond)),
            is_sent=isinstance(need, Call | Mount),
        )

    def _lists_of(
        self, path: ShownPath | None
    ) -> tuple[
        tuple[HopView, ...],
        tuple[HopView, ...],
        tuple[HopView, ...],
        tuple[IntendedView, ...],
        tuple[tuple[Verdict, str], ...],
    ]:
        if path is None:
            return (), (), (), (), ()
        hops = path.hops
        there = self._hops(numbered for numbered in hops if numbered.hop.leg == "there")
        back = self._hops(numbered for numbered in hops if numbered.hop.leg == "back")
        beyond = () if path.beyond is None else self._hops(_numbered(path.beyond))
        intended = tuple(
            IntendedView(trace.destination.endpoint or trace.destination.label, self._hops(faults))
            for trace, faults in path.intended_hops
        )
        others = tuple((trace.verdict, self._name_of(trace.subnet)) for trace in path.others)
        return there, back, beyond, intended, others

    def _name_of(self, subnet: str) -> str:
        return self._names.get(subnet, subnet)

    def _hops(self, hops: Iterable[NumberedHop]) -> tuple[HopView, ...]:
        return tuple(map(self._hop, hops))

    def _hop(self, numbered: NumberedHop) -> HopView:
        hop = numbered.hop
        codes = load_codes()
        faults = {
            (piece.code, piece.message): FaultView(
                piece.code, codes[piece.code].title if piece.code in codes else "", piece.message
            )
            for piece in hop.lost + hop.undecided
        }
        return HopView(
            numbered.number,
            hop.kind,
            _NEW.sub("", hop.resource),
            _NEW.sub("new ", hop.rule),
            numbered.disposition,
            tuple(faults.values()),
            place_of(self._world.origin_of(hop.resource)),
            hop.grade == "inferred",
            is_new(hop.resource),
        )


def place_of(origin: Origin | None) -> str:
    """Return where a resource is written: address, file and line, else its ARN, else its document."""
    if origin is None:
        return ""
    if origin.file is None and origin.address is None:
        return origin.arn or origin.document or ""
    return origin.place or ""


def _numbered(trace: Trace) -> Iterator[NumberedHop]:
    yield from (NumberedHop(number, *pair) for number, pair in enumerate(trace.hops(), 1))


def _host_of(step: StepSummary) -> str:
    need = step.needs[0].need
    match need:
        case Call(host=str() as host):
            return f"{host}:{need.port}"
        case Mount():
            return f"{need.file_system}:{need.port}"
        case _:
            return ""


def _origins_in(hops: Sequence[HopView]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((hop.resource, hop.origin) for hop in hops if hop.origin))
