"""Sentences about a map: its title, its description, and the words for the first failing hop of a step."""

from collections.abc import Sequence
from typing import assert_never

from skerry.catalogue.blocker_codes import load_codes, title_in_sentence
from skerry.diagnose.shown_paths import NumberedHop
from skerry.draw.network_map import (
    ChipStop,
    GatewayStop,
    LinkStop,
    MapPath,
    MapStep,
    NetworkMap,
    ServiceStop,
    Stop,
    StopHops,
    TableStop,
)
from skerry.draw.stops import KEPT
from skerry.draw.text_width import short_id
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict

LOST = "lost"
HOP_VERDICTS: dict[str, Verdict] = {LOST: BLOCKED, "part lost": INTERMITTENT, "undecided": UNKNOWN}
_SHORT = {"security-group": "no rule allows it", "network-acl": "the ACL drops it"}
_NOT_KNOWN = "not known"
_ANSWERS: dict[str, str] = {
    "ok": "can start",
    "blocked": "cannot start",
    "intermittent": "starts only at times",
    "unknown": "cannot be judged",
    "not-applicable": "is not for Fargate",
}


def answer_of(network: NetworkMap) -> str:
    """Return the answer that the map shows, such as ``web cannot start``."""
    return f"{network.service} {_ANSWERS[network.verdict]}"


def describe_step(network: NetworkMap, step: MapStep) -> str:
    """Return the way of a step in one sentence, with the first failing hop."""
    where = f"Step {step.number}, {step.step}"
    if step.called:
        where += f", calls {step.called}"
    if step.path is None:
        return f"{where}: {step.verdict}."
    way = " to ".join(name_stop(network, item.stop) for item in _whole_way_of(step))
    fault = fault_of_step(step)
    return f"{where}: {step.verdict}, from {way}{f'; {fault}' if fault else ''}."


def fault_of_step(step: MapStep) -> str:
    """Return the words for the first failing hop of a step, with its resource if it is on the way back."""
    failing, words = failing_hop_of(step), words_of_step(step)
    if failing is None or failing.hop.leg == "there":
        return words
    return f"on the way back at {short_id(failing.hop.resource)}, {title_in_sentence(words)}"


def words_of_step(step: MapStep) -> str:
    """Return the words for the first failing hop of a step, there before back; empty if all packets pass."""
    failing = failing_hop_of(step)
    if failing is not None:
        return words_of_hop(step, failing)
    beyond = step.shown.beyond if step.shown is not None else None
    if beyond is None or beyond.verdict is OK:
        return ""
    codes = [item.piece.code for item in beyond.judged if item.lost]
    return load_codes()[codes[0]].title if codes else _NOT_KNOWN


def failing_hop_of(step: MapStep) -> NumberedHop | None:
    """Return the first hop of a step that does not keep all packets, lost ones before undecided ones."""
    failing = [] if step.path is None else [hop for hop in hops_of(step.path) if hop.disposition != KEPT]
    lost = [hop for hop in failing if hop.disposition != "undecided"]
    return next(iter(lost or failing), None)


def way_of_step(step: MapStep) -> tuple[StopHops, ...]:
    """Return the stops of a step as far as packets come, without the called service."""
    return tuple(item for item in _whole_way_of(step) if not isinstance(item.stop, ServiceStop))


def _whole_way_of(step: MapStep) -> tuple[StopHops, ...]:
    reached = () if step.path is None else tuple(item for item in step.path.stops if item.is_reached)
    failing = failing_hop_of(step)
    place = place_of_fault(step, reached)
    return reached if place is None or failing is None or failing.disposition != LOST else reached[: place + 1]


def place_of_fault(step: MapStep, way: Sequence[StopHops]) -> int | None:
    """Return the place of the stop at which the first failing hop is; None if it is on the way back or beyond."""
    failing = failing_hop_of(step)
    return next((place for place, item in enumerate(way) if failing in _hops_at(item)), None)


def hops_of(path: MapPath) -> list[NumberedHop]:
    """Return the hops of the way there in their order, and the faulty ones of the way back."""
    there = [hop for item in path.stops for hop in _hops_at(item)]
    return [*sorted(there, key=lambda hop: hop.number), *path.back]


def _hops_at(item: StopHops) -> tuple[NumberedHop, ...]:
    return (*item.at, *item.after, *(edge for edge in (item.into, item.out) if edge is not None))


def words_of_hop(step: MapStep, numbered: NumberedHop) -> str:
    """Return the words for a hop that does not keep all packets.

    A missing route to public addresses is named with its reason, if the name does not lead to an existing endpoint.
    """
    hop, verdict = numbered.hop, HOP_VERDICTS[numbered.disposition]
    if verdict is UNKNOWN:
        return _NOT_KNOWN
    if hop.kind in _SHORT and verdict is BLOCKED:
        return _SHORT[hop.kind]
    codes, piece = load_codes(), hop.lost[0]
    unused = None if step.shown is None or piece.absent_endpoint is None else step.shown.unused_endpoint
    if unused is not None:
        return f"no route, as {title_in_sentence(codes[unused[0]].title)}"
    return codes[piece.code].title


def name_stop(network: NetworkMap, stop: Stop) -> str:
    """Return the name of a stop, as texts write it."""
    match stop:
        case ChipStop(subnet=subnet, chip=name):
            rows = [row for vpc in network.vpcs for row in vpc.subnets if row.id == subnet]
            label = next((chip.label for row in rows for chip in row.chips if chip.id == name), name)
            where = next((row.name for row in rows if row.name), short_id(subnet))
            return f"{label} in {where}"
        case TableStop(table=name) | LinkStop(link=name):
            return short_id(name)
        case GatewayStop(gateway=name):
            gateways = (row.label for vpc in network.vpcs for row in vpc.gateways if row.id == name)
            return f"{next(gateways, 'gateway')} {short_id(name)}"
        case ServiceStop(service=name):
            return next(row.label for row in network.services if row.id == name)
        case never:
            assert_never(never)


def chosen_step(network: NetworkMap) -> MapStep | None:
    """Return the step for a picture of one: the worst one with packets."""
    drawn = [step for step in network.steps if step.path is not None]
    worst = (BLOCKED, INTERMITTENT, UNKNOWN)
    return min(drawn, key=lambda step: worst.index(step.verdict) if step.verdict in worst else len(worst), default=None)
