"""Fixes of a failing call: one `match` from the blocker to the changes.

Existing resources are repaired before anything is added: first an endpoint at or near the destination of a name. A new
one is created only if the VPC has none for the service.
"""

from collections.abc import Container, Iterator

from msgspec import UNSET

from skerry.catalogue.services import service_of_endpoint
from skerry.launch.needs import Call
from skerry.model.facts import Missing
from skerry.plan import central_names, internet_access, manual_steps, rules_and_entries, service_settings
from skerry.plan.changes import Advise, Change, CreateSecurityGroup, DeleteEndpoint, ModifyEndpoint, SetVpcAttribute
from skerry.plan.context import Case, Remedy
from skerry.plan.existing_ways import closing_filters_of, is_closed_by_filters, openings_for
from skerry.plan.missing_endpoints import (
    advise_on_zone,
    endpoint_for,
    find_conflicting_zone,
    is_coming,
    place_endpoint,
    state_reason_of,
)
from skerry.plan.scope import FAILS
from skerry.plan.security_groups import endpoint_group_for, find_shared_group, is_only_for_endpoints
from skerry.reach.trace import NOWHERE, JudgedPiece, Piece, Trace
from skerry.verdicts import OK

_DNS_ATTRIBUTES = {"DNS_SUPPORT_DISABLED": "enable_dns_support", "DNS_HOSTNAMES_DISABLED": "enable_dns_hostnames"}
_NAMES = {*_DNS_ATTRIBUTES, "DNS_PRIVATE_NAMES_DISABLED"}
_ELSEWHERE = {"DNS_PRIVATE_NAMES_INBOUND_ONLY", "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION"}
"""What says that a path was never meant for the task: only an endpoint of its own VPC helps."""


def remedies_for(case: Case) -> Iterator[Remedy]:
    """Return the changes for the visible blockers of a call."""
    need, outcome = case.failing.need, case.failing.outcome
    bad = [trace for trace in outcome.traces if trace.verdict is not OK]
    closed = [trace for trace in bad if case.strategy.opens_ways and is_closed_by_filters(case, trace)]
    for trace in closed:
        yield from openings_for(case, trace)
    away = [trace for trace in _away(case) if trace not in closed]
    way_out = internet_access.changes_for(case, away) if isinstance(need, Call) else None
    if closed or way_out is not None or case.options.nat:
        # A call to the internet has no need of an endpoint without private DNS.
        bad = [trace for trace in bad if trace not in closed and not trace.intended]
    nowhere = [trace for trace in bad if trace.passage is None or trace.destination is NOWHERE]
    led = [trace for trace in bad if trace not in nowhere and _to_own(case, trace)]
    # A central endpoint that only lacks its name gets one, so the zone without the name needs no advice.
    central = [trace for trace in led if central_names.leads_to_central(case, trace)]
    named = {judged.piece for trace in central for judged in trace.judged if judged.lost}
    for trace in nowhere:
        yield from _beside(case, trace, named)
    for trace in led:
        yield from _on_the_way(case, trace)
    if led or not away or not isinstance(need, Call):
        return
    why = case.why(away[0].judged)
    if way_out is not None:
        yield from (Remedy(change, why) for change in way_out)
        return
    if need.service is not None:
        yield from endpoint_for(case, need.service, away)
        return
    yield from closing_filters_of(case, away) or (Remedy(manual_steps.external_host_step_for(need), why),)


def _away(case: Case) -> list[Trace]:
    """Return the failing paths of a call that lead out of the user's network.

    An undecided piece on one path is no reason to change another one.
    """
    fails = (trace for trace in case.failing.outcome.traces if trace.verdict in FAILS and not trace.intended)
    return [
        trace
        for trace in fails
        if trace.passage is not None and trace.destination is not NOWHERE and not _to_own(case, trace)
    ]


def _to_own(case: Case, trace: Trace) -> bool:
    """Return whether a path leads to something of the user's: an endpoint, a mount target, a DNS server.

    An endpoint reachable only by an inbound resolver does not count: S3's traffic from the VPC belongs to a gateway
    endpoint. Nor is another VPC's gateway endpoint.
    """
    if any(judged.piece.code in _ELSEWHERE for judged in trace.judged):
        return False
    there = trace.destination
    if there.endpoint or there.interface or there.subnet or trace.purpose == "dns":
        return True
    hops = () if trace.passage is None else trace.passage.ways[0].there
    ends = (case.world.vpc_endpoints.get(hop.resource) for hop in hops if hop.kind == "endpoint")
    return any(
        endpoint is not None and endpoint.vpc_endpoint_type == "Gateway" and endpoint.vpc_id == case.vpc_id
        for endpoint in ends
    )


def _beside(case: Case, trace: Trace, named: Container[Piece]) -> Iterator[Remedy]:
    """Yield the fixes for blockers other than packets: unanswered names, policies, Fargate's own rules."""
    for judged in (item for item in trace.judged if item.lost and item.piece not in named):
        piece = judged.piece
        attribute = _DNS_ATTRIBUTES.get(piece.code)
        why = case.why((judged,))
        if attribute is not None:
            yield Remedy(_attribute(piece.resource, attribute), why)
        elif piece.code == "ENDPOINT_HAS_NO_SUBNETS":
            yield Remedy(place_endpoint(case, piece.resource) or case.advise_on(judged, trace), why)
        elif settings := tuple(service_settings.settings_for(case, piece)):
            yield from (Remedy(change, why) for change in settings)
        elif judged.hop.kind in {"role", "resource", "fargate", "subnet"}:
            yield Remedy(manual_steps.access_fix_for(case.failing, piece, judged.hop.kind), why)
        elif judged.hop.kind == "dns":
            yield Remedy(case.advise_on(judged, trace), why)


def _attribute(vpc_id: str, attribute: str) -> Change:
    return SetVpcAttribute(
        vpc_id, "enable_dns_support" if attribute == "enable_dns_support" else "enable_dns_hostnames"
    )


def _on_the_way(case: Case, trace: Trace) -> Iterator[Remedy]:
    for judged in trace.judged:
        if judged.lost:
            why = case.why((judged,))
            for change in _mend(case, trace, judged):
                yield Remedy(change, why)


def _mend(case: Case, trace: Trace, judged: JudgedPiece) -> Iterator[Change]:
    """Yield the changes for one resource that loses packets on a path inside the user's network."""
    piece = judged.piece
    endpoint = case.world.vpc_endpoints.get(piece.resource)
    match judged.hop.kind:
        case "dns" | "endpoint" if piece.code == "BAD_STATE" and endpoint is not None and not is_coming(endpoint):
            yield DeleteEndpoint(endpoint.vpc_endpoint_id, state_reason_of(endpoint))
        case "dns" if piece.code in central_names.CODES and central_names.leads_to_central(case, trace):
            yield from tuple(central_names.names_for(case, trace, piece)) or (case.advise_on(judged, trace),)
        case "dns" if piece.code in _NAMES:
            yield _names(case, judged)
        case "security-group" if judged.hop.direction == "out":
            yield from _let_out(case, trace, judged)
        case "security-group":
            yield from _let_in(case, trace, judged)
        case "network-acl":
            yield from _let_through(case, trace, judged)
        case "endpoint" if piece.denied:
            yield manual_steps.deny_step_for(piece)
        case "endpoint" if endpoint is not None and piece.asked is not None:
            yield manual_steps.extend_endpoint_policy(endpoint, *piece.asked) or case.advise_on(judged, trace)
        case _:
            yield case.advise_on(judged, trace)


def _let_through(case: Case, trace: Trace, judged: JudgedPiece) -> Iterator[Change]:
    """Yield the entries of a network ACL on a path that a plan may open."""
    if rules_and_entries.may_open(case.failing, trace):
        yield from rules_and_entries.acl_entries_for(case, trace, judged)
    else:
        yield Advise(judged.piece.resource, judged.piece.message)


def _names(case: Case, judged: JudgedPiece) -> Change:
    """Yield the change that turns on a private name."""
    piece = judged.piece
    attribute = _DNS_ATTRIBUTES.get(piece.code)
    if attribute is not None:
        return _attribute(piece.resource, attribute)
    endpoint = case.world.vpc_endpoints[piece.resource]
    ref = None if endpoint.service_name is UNSET else service_of_endpoint(endpoint.service_name)
    zone = find_conflicting_zone(case.world, endpoint.vpc_id, ref) if ref else None
    return advise_on_zone(zone, piece.resource) if zone else ModifyEndpoint(piece.resource, private_dns=True)


def _let_out(case: Case, trace: Trace, judged: JudgedPiece) -> Iterator[Change]:
    """Yield a rule from the task's group to a group of endpoints only, to a prefix list of AWS's, or to a subnet."""
    endpoint = case.world.vpc_endpoints.get(trace.destination.endpoint or "")
    names = trace.destination.groups
    # Outbound rules see the groups of their own VPC; into another one a block leads.
    group_ids = names if isinstance(names, tuple) and endpoint is not None and endpoint.vpc_id == case.vpc_id else ()
    own = next((name for name in group_ids if _is_fit(case, name)), None)
    if own is None and group_ids and endpoint is not None and not rules_and_entries.broad_block_for(case, trace):
        created, own = _group_for(case, endpoint.vpc_endpoint_id)
        yield from created
    change = rules_and_entries.let_out(case, trace, own)
    yield change or case.advise_on(judged, trace)


def _let_in(case: Case, trace: Trace, judged: JudgedPiece) -> Iterator[Change]:
    """Yield rules for the group at the end of a path; a new group, if the existing ones have other members too."""
    groups = trace.destination.groups
    if groups is None or isinstance(groups, Missing) or not rules_and_entries.may_open(case.failing, trace):
        yield case.advise_on(judged, trace)
        return
    endpoint = trace.destination.endpoint
    own = next((name for name in groups if _is_fit(case, name)), None)
    if own is None and endpoint is not None:
        created, own = _group_for(case, endpoint)
        yield from created
    # The group of other destinations, such as a mount target, is the only choice.
    target = own or groups[0]
    subnet = case.world.subnets.get(trace.destination.subnet or "")
    seen = subnet is not None and subnet.vpc_id == case.vpc_id
    yield from rules_and_entries.let_in(case, target, seen=seen)


def _group_for(case: Case, endpoint: str) -> tuple[tuple[CreateSecurityGroup | ModifyEndpoint, ...], str]:
    """Return a separate group for an endpoint whose groups have other members too: the one of the VPC's endpoints."""
    created = endpoint_group_for(case.world.vpc_endpoints[endpoint].vpc_id)
    shared = find_shared_group(case.world, created.vpc_id, case.scope)
    if shared is not None:
        return (ModifyEndpoint(endpoint, groups=(shared,)),), shared
    return (created, ModifyEndpoint(endpoint, groups=(created.group_id,))), created.group_id


def _is_fit(case: Case, group_id: str) -> bool:
    was_read = group_id in case.world.security_groups
    return was_read and case.memo.once(group_id, lambda: is_only_for_endpoints(case.world, group_id, case.scope))
