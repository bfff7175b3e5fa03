"""Paths out of the VPC that only filters close: a rule or an entry opens them, and no endpoint is needed."""

from collections.abc import Iterator, Sequence

from skerry.launch.needs import Call
from skerry.net.addresses import PUBLIC
from skerry.net.intervals import subtract
from skerry.plan import rules_and_entries
from skerry.plan.changes import Advise, AuthorizeRule, Change, Rule
from skerry.plan.context import Case, Remedy
from skerry.plan.rules_and_entries import ANYWHERE, HTTPS
from skerry.plan.scope import FAILS
from skerry.plan.security_groups import choose_task_group
from skerry.reach.trace import NOWHERE, JudgedPiece, Trace

_FILTERS = {"network-acl", "security-group"}


def is_closed_by_filters(case: Case, trace: Trace) -> bool:
    """Tell whether a path to public addresses exists, and only the task's group and network ACLs lose its packets."""
    there, need = trace.destination, case.failing.need
    if trace.verdict not in FAILS or trace.intended or trace.purpose == "dns" or not isinstance(need, Call):
        return False
    if trace.passage is None or there is NOWHERE or there.endpoint or there.interface or there.subnet:
        return False
    is_public = need.port == HTTPS and not subtract(there.addresses, PUBLIC)
    return is_public and all(_is_filter(case, trace, judged) for judged in trace.judged if judged.lost)


def _is_filter(case: Case, trace: Trace, judged: JudgedPiece) -> bool:
    """Tell whether an outbound rule of a group or an entry of a network ACL lets the packets through."""
    if judged.hop.kind == "network-acl":
        return True
    return judged.hop.kind == "security-group" and judged.hop.direction == "out" and bool(_group(case, trace, judged))


def _group(case: Case, trace: Trace, judged: JudgedPiece) -> str | None:
    """Return the group for a new outbound rule: the task's, or that of an appliance on the path."""
    if judged.hop in trace.first:
        return choose_task_group(case.world, case.failing.kind.launch, case.failing.subnet)
    return judged.piece.resource if judged.piece.resource in case.world.security_groups else None


def openings_for(case: Case, trace: Trace) -> Iterator[Remedy]:
    """Yield the rules and the entries that open a path."""
    for judged in (item for item in trace.judged if item.lost):
        for change in _opening(case, trace, judged):
            yield Remedy(change, case.why((judged,)))


def _opening(case: Case, trace: Trace, judged: JudgedPiece) -> Iterator[Change]:
    if judged.hop.kind == "network-acl":
        yield from rules_and_entries.acl_entries_for(case, trace, judged)
        return
    groups = (_group(case, trace, judged),)
    yield from (AuthorizeRule(group, "out", Rule("tcp", HTTPS, ANYWHERE)) for group in groups if group)


def closing_filters_of(case: Case, away: Sequence[Trace]) -> tuple[Remedy, ...]:
    """Return the manual steps for a way to a host outside AWS on which only filters lose packets; none without one.

    No plan opens a port other than that of HTTPS to the internet.
    """
    need = case.failing.need
    lost = [judged for trace in away for judged in trace.judged if judged.lost]
    if not isinstance(need, Call) or need.port == HTTPS or any(judged.hop.kind not in _FILTERS for judged in lost):
        return ()
    return tuple(
        Remedy(Advise(judged.piece.resource, f"{judged.piece.message}. Let these packets pass"), case.why((judged,)))
        for judged in lost
    )
