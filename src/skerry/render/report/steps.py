"""The steps of a launch as the page shows them: a cell of the strip, and a panel with the hops of the path."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from skerry.catalogue.blocker_codes import load_codes, title_in_sentence
from skerry.diagnose.diagnosis import ServiceDiagnosis, StepSummary
from skerry.diagnose.shown_paths import NumberedHop, ShownPath, shown_path_of
from skerry.launch.needs import Call, Mount
from skerry.model.facts import Missing
from skerry.model.origins import Origin
from skerry.model.world import World
from skerry.plan.changes import is_new
from skerry.reach.trace import Piece, Trace
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
    def likeness(self) -> object:
        """A key that is equal for hops on paths of like steps; names with an answer differ by step."""
        if self.kind == "dns" and self.is_kept:
            return self.kind
        return self.kind, self.resource, self.rule, self.disposition, tuple(fault.code for fault in self.faults)

    @property
    def is_rule_told(self) -> bool:
        """Tell whether a message of a fault has the rule already."""
        return any(self.rule in fault.message for fault in self.faults)


class FaultView(msgspec.Struct, frozen=True):
    """A loss or a doubt at a hop: the title of its code, and the message or the missing fact.

    ``action`` is the call whose answer supplies a missing fact. ``reason``: why the name does not lead to an endpoint,
    so that packets come here; ``reason_at`` is the resource.
    """

    code: str
    title: str
    message: str
    action: str = ""
    reason: str = ""
    reason_at: str = ""


class IntendedView(msgspec.Struct, frozen=True):
    """An endpoint that the name does not lead to, with the faulty hops on the way to it."""

    endpoint: str
    hops: tuple[HopView, ...]


class StepView(msgspec.Struct, frozen=True):
    """A step with its path; ``subnet`` and ``others`` are names of subnets, ``anchor`` is the target of links.

    ``origins`` are the places of the resources on the path. ``beyond`` are hops of checks without packets.
    ``asked`` is the DNS server of a path that asks for the name; empty for the path of the call itself. ``like`` is an
    earlier step with the same hops, but for its name and its destination.
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
    asked: str = ""
    like: StepSummary | None = None

    @property
    def likeness(self) -> object:
        """A key that is equal for like steps: their hops without names of hosts, and their faults by codes."""
        hops = (*self.there, *self.back, *self.beyond)
        unmet = tuple(tuple(fault.code for hop in way.hops for fault in hop.faults) for way in self.intended)
        return self.summary.verdict, self.subnet, self.others, tuple(hop.likeness for hop in hops), unmet

    def says_the_same(self, other: "StepView") -> bool:
        """Tell whether the panel of the same step in another network has the same words."""
        return self.summary.verdict is other.summary.verdict and all(
            getattr(self, name) == getattr(other, name)
            for name in self.__struct_fields__
            if name not in {"summary", "anchor", "origins", "like"}
        )

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
        shown = {fault.message for hop in (*there, *back, *beyond) for fault in hop.faults}
        unknowns = dict.fromkeys(fact for row in step.needs for fact in row.unknowns)
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
            unknowns=tuple(fact for fact in unknowns if fact.fact not in shown),
            inferred=tuple(dict.fromkeys(note for row in step.needs for note in row.inferred)),
            origins=_origins_in((*there, *back, *beyond)),
            is_sent=isinstance(need, Call | Mount),
            asked=path.trace.destination.label if path is not None and path.trace.purpose == "dns" else "",
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
        there = self._hops((numbered for numbered in hops if numbered.hop.leg == "there"), path.unused_endpoint)
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

    def _hops(self, hops: Iterable[NumberedHop], unused_endpoint: tuple[str, str] | None = None) -> tuple[HopView, ...]:
        return tuple(self._hop(numbered, unused_endpoint) for numbered in hops)

    def _hop(self, numbered: NumberedHop, unused_endpoint: tuple[str, str] | None) -> HopView:
        hop = numbered.hop
        faults = {(piece.code, piece.message): _fault_of(piece, unused_endpoint) for piece in hop.lost + hop.undecided}
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


def _fault_of(piece: Piece, unused_endpoint: tuple[str, str] | None) -> FaultView:
    codes = load_codes()
    title = codes[piece.code].title if piece.code in codes else ""
    if piece.missing is not None:
        return FaultView(piece.code, title, piece.missing.fact, piece.missing.action)
    if piece.absent_endpoint is None or unused_endpoint is None:
        return FaultView(piece.code, title, piece.message)
    reason, resource = unused_endpoint
    return FaultView(
        piece.code, title, piece.message, reason=title_in_sentence(codes[reason].title), reason_at=resource
    )


def with_likes(steps: Iterable[StepView]) -> tuple[StepView, ...]:
    """Return steps, each with the first step that has the same hops."""
    firsts: dict[object, StepSummary] = {}
    views = []
    for step in steps:
        first = firsts.setdefault(step.likeness, step.summary) if step.is_sent and step.there else step.summary
        views.append(step if first is step.summary else msgspec.structs.replace(step, like=first))
    return tuple(views)


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
