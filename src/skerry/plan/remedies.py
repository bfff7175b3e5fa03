"""Which changes would mend a call that fails: one `match` from what is in the way to what removes it.

What exists is repaired before anything is added: an endpoint that a name leads to, or was meant to lead to, is mended;
one is created only where the VPC has none for the service.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from skerry.catalogue.codes import codes
from skerry.catalogue.services import ServiceRef, endpoint_service, service_of_endpoint, services
from skerry.launch.needs import Call
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.net.verdicts import OK
from skerry.plan import filters, proposals
from skerry.plan.changes import (
    Advise,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    DeleteEndpoint,
    ModifyEndpoint,
    SetVpcAttribute,
    new_id,
)
from skerry.plan.groups import endpoint_group, is_only_for_endpoints, shared_group
from skerry.plan.places import endpoint_subnets
from skerry.plan.records import Options, Why
from skerry.plan.scope import Failing, Scope
from skerry.reach.trace import NOWHERE, Judged, Trace

_DNS_ATTRIBUTES = {"DNS_SUPPORT_DISABLED": "enable_dns_support", "DNS_HOSTNAMES_DISABLED": "enable_dns_hostnames"}
_STUCK = {"failed", "rejected", "expired"}
_DEAD = _STUCK | {"deleted", "deleting"}
_FILTERS = {"security-group", "network-acl"}
_WAITING = {"pendingacceptance"}


class Remedy(NamedTuple):
    """A change, and what in the way it is for."""

    change: Change
    why: Why


class Case(NamedTuple):
    """A call that fails, in the World that the changes so far have made."""

    world: World
    scope: Scope
    options: Options
    failing: Failing

    @property
    def vpc_id(self) -> str:
        """The VPC that the task would be in."""
        subnet = self.world.subnets.get(self.failing.subnet)
        return subnet.vpc_id if subnet else ""


def remedies(case: Case) -> Iterator[Remedy]:
    """The changes that remove what is in the way of a call, as far as it can be seen already."""
    need, outcome = case.failing.need, case.failing.outcome
    bad = [trace for trace in outcome.traces if trace.verdict is not OK]
    nowhere = [trace for trace in bad if trace.passage is None or trace.destination is NOWHERE]
    for trace in nowhere:
        yield from _beside(case, trace)
    led = [trace for trace in bad if trace not in nowhere and _to_own(case, trace)]
    for trace in led:
        yield from _on_the_way(case, trace)
    away = [trace for trace in bad if trace not in nowhere and trace not in led and not trace.intended]
    if led or not away:
        return
    if isinstance(need, Call) and need.service is not None:
        yield from _missing(case, need.service, away)
        return
    why = _why(case, away[0].judged)
    yield from (Remedy(change, why) for change in proposals.outside(case.failing))


def _to_own(case: Case, trace: Trace) -> bool:
    """Whether a path leads to something of the user's: an endpoint, a mount target, a DNS server.

    What only an inbound resolver is led to is none: S3's traffic from the VPC is meant for a gateway endpoint.
    """
    if any(judged.piece.code == "DNS_PRIVATE_NAMES_INBOUND_ONLY" for judged in trace.judged):
        return False
    there = trace.destination
    if there.endpoint or there.interface or there.subnet or trace.purpose == "dns":
        return True
    hops = () if trace.passage is None else trace.passage.ways[0].there
    ends = (case.world.vpc_endpoints.get(hop.resource) for hop in hops if hop.kind == "endpoint")
    return any(row is not None and row.vpc_endpoint_type == "Gateway" and row.vpc_id == case.vpc_id for row in ends)


def _beside(case: Case, trace: Trace) -> Iterator[Remedy]:
    """What is in the way before and beside packets: names that nothing answers, policies, Fargate's own rules."""
    for judged in trace.judged:
        if not judged.lost:
            continue
        piece = judged.piece
        attribute = _DNS_ATTRIBUTES.get(piece.code)
        why = _why(case, (judged,))
        if attribute is not None:
            yield Remedy(_attribute(piece.resource, attribute), why)
        elif judged.hop.kind in {"role", "resource", "fargate", "subnet"}:
            yield Remedy(proposals.beyond(case.failing, piece, judged.hop.kind), why)
        elif judged.hop.kind == "dns":
            yield Remedy(_advice(judged, trace), why)


def _attribute(vpc_id: str, attribute: str) -> Change:
    return SetVpcAttribute(
        vpc_id, "enable_dns_support" if attribute == "enable_dns_support" else "enable_dns_hostnames"
    )


def _advice(judged: Judged, trace: Trace) -> Change:
    """What somebody else must do; what the code's page advises is for a call of a task, on the way there."""
    piece = judged.piece
    if trace.purpose == "dns":
        return Advise(piece.resource, f"{piece.message}: let UDP and TCP 53 through to the DNS server")
    known = codes().get(piece.code)
    if known is None or judged.hop.leg == "back":
        return Advise(piece.resource, piece.message)
    return Advise(piece.resource, f"{piece.message}. {known.remedy}")


def _on_the_way(case: Case, trace: Trace) -> Iterator[Remedy]:
    for judged in trace.judged:
        if judged.lost:
            why = _why(case, (judged,))
            for change in _mend(case, trace, judged):
                yield Remedy(change, why)


def _mend(case: Case, trace: Trace, judged: Judged) -> Iterator[Change]:
    """The changes for one thing that loses packets on a path to something of the user's."""
    piece = judged.piece
    endpoint = case.world.vpc_endpoints.get(piece.resource)
    match judged.hop.kind:
        case "dns" | "endpoint" if piece.code == "BAD_STATE" and endpoint is not None and not is_coming(endpoint):
            yield DeleteEndpoint(endpoint.vpc_endpoint_id, _of_state(endpoint))
        case "dns":
            yield from _names(trace, judged)
        case "security-group" if judged.hop.direction == "out":
            yield filters.let_out(case.world, case.failing, trace) or _advice(judged, trace)
        case "security-group":
            yield from _let_in(case, trace, judged)
        case "network-acl":
            yield from filters.acl_entries(case.world, case.failing, trace, judged)
        case "endpoint" if piece.code == "ENDPOINT_POLICY_DENIES":
            yield proposals.endpoint_policy(case.world, piece) or _advice(judged, trace)
        case _:
            yield _advice(judged, trace)


def _names(trace: Trace, judged: Judged) -> Iterator[Change]:
    piece = judged.piece
    attribute = _DNS_ATTRIBUTES.get(piece.code)
    if attribute is not None:
        yield _attribute(piece.resource, attribute)
    elif piece.code == "DNS_PRIVATE_NAMES_DISABLED":
        yield ModifyEndpoint(piece.resource, private_dns=True)
    else:
        yield _advice(judged, trace)


def is_coming(endpoint: VpcEndpoint) -> bool:
    """Tell whether an endpoint may yet work: one that waits for its service's owner, or that is being made."""
    return str(endpoint.state).lower() not in _DEAD


def _let_in(case: Case, trace: Trace, judged: Judged) -> Iterator[Change]:
    """Rules for the group at the end of a path; a new group, where those that are there guard other things too."""
    groups = trace.destination.groups
    if groups is None or isinstance(groups, Missing) or not filters.is_known(trace):
        yield _advice(judged, trace)
        return
    endpoint = trace.destination.endpoint
    own = next((name for name in groups if _is_fit(case, name)), None)
    if own is None and endpoint is not None:
        created = endpoint_group(case.world.vpc_endpoints[endpoint].vpc_id)
        own = shared_group(case.world, created.vpc_id, case.scope)
        if own is None:
            own = created.group_id
            yield created
        yield ModifyEndpoint(endpoint, groups=(own,))
    # What is no endpoint's, such as a mount target's group, is the only one that there is.
    target = own or groups[0]
    yield from filters.let_in(case.world, case.failing, target, case.options.ingress, filters.port_of(case.failing))


def _is_fit(case: Case, group_id: str) -> bool:
    return group_id in case.world.security_groups and is_only_for_endpoints(case.world, group_id, case.scope)


def _missing(case: Case, ref: ServiceRef, bad: list[Trace]) -> Iterator[Remedy]:
    """The endpoint that nothing leads the call to: one that is there already, else a new one."""
    judged = [judged for trace in bad for judged in trace.judged]
    # That there is no way says more than what would not let the call through on it.
    why = _why(case, sorted(judged, key=lambda one: one.hop.kind in _FILTERS))
    if case.options.nat:
        yield Remedy(proposals.to_nat(case.world, case.failing), why)
        return
    if ref.region != case.world.region:
        yield Remedy(proposals.other_region(case.failing, ref), why)
        return
    gateway = "Gateway" in services()[ref.key].types
    existing = [row for row in case.world.endpoints_in(case.vpc_id) if _is_for(row, ref, gateway=gateway)]
    waiting = [row for row in existing if str(row.state).lower() in _WAITING]
    dead = [row for row in existing if str(row.state).lower() in _STUCK]
    yield from (Remedy(DeleteEndpoint(row.vpc_endpoint_id, _of_state(row)), why) for row in dead)
    for row in waiting:
        message = f"{row.vpc_endpoint_id} waits until the owner of {row.service_name} accepts it"
        yield Remedy(Advise(row.vpc_endpoint_id, message), why)
    if waiting:
        return
    alive = [row for row in existing if is_coming(row)]
    if gateway and (_is_routed(case, ref) or (alive and _is_on_table(case, alive[0]))):
        # Another route takes the packets away from it.
        lost = [(judged, trace) for trace in bad for judged in trace.judged if judged.lost]
        yield from (Remedy(_advice(*pair), why) for pair in lost)
    elif gateway:
        yield from (Remedy(change, why) for change in _by_gateway(case, ref, alive))
    elif not alive:
        yield from (Remedy(change, why) for change in _by_interface(case, ref))


def _is_for(row: VpcEndpoint, ref: ServiceRef, *, gateway: bool) -> bool:
    kind = "Gateway" if gateway else "Interface"
    return (
        row.vpc_endpoint_type == kind and row.service_name is not UNSET and service_of_endpoint(row.service_name) == ref
    )


def _is_routed(case: Case, ref: ServiceRef) -> bool:
    """Whether the subnet's table has a route of its own for the service's prefix list, beside which AWS takes no other.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    table = case.world.route_table(case.world.subnets[case.failing.subnet])
    listed = case.world.prefix_list_of(endpoint_service(ref, "Gateway") or "")
    if listed is None or isinstance(table, Missing) or table.routes is UNSET:
        return False
    return any(row.destination_prefix_list_id == listed and row.state == "active" for row in table.routes)


def _is_on_table(case: Case, row: VpcEndpoint) -> bool:
    table = case.world.route_table(case.world.subnets[case.failing.subnet])
    return not isinstance(table, Missing) and table.route_table_id in row.route_table_ids


def _of_state(row: VpcEndpoint) -> str:
    reason = row.last_error.message
    return f"{row.vpc_endpoint_id} is {row.state}{f': {reason}' if reason else ''}, and never will work"


def _by_gateway(case: Case, ref: ServiceRef, existing: list[VpcEndpoint]) -> Iterator[Change]:
    """A gateway endpoint on the route table of the subnet.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    table = case.world.route_table(case.world.subnets[case.failing.subnet])
    name = endpoint_service(ref, "Gateway")
    if isinstance(table, Missing) or name is None:
        return
    listed = case.world.prefix_list_of(name) or new_id("pl", ref.key)
    tables = (table.route_table_id,)
    if existing:
        yield ModifyEndpoint(existing[0].vpc_endpoint_id, route_tables=tables, prefix_list=listed)
        return
    policy = proposals.policy_for(case.world, case.scope, ref, case.vpc_id) if case.options.least_privilege else None
    endpoint_id = new_id("vpce", f"{ref.key}-{case.vpc_id}")
    yield CreateGatewayEndpoint(endpoint_id, case.vpc_id, name, tables, listed, policy)


def _by_interface(case: Case, ref: ServiceRef) -> Iterator[Change]:
    """An interface endpoint, in one subnet for each zone of the tasks.

    https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
    """
    name = endpoint_service(ref)
    if name is None:
        return
    group = shared_group(case.world, case.vpc_id, case.scope)
    if group is None:
        created = endpoint_group(case.vpc_id)
        group = created.group_id
        yield created
    subnets = endpoint_subnets(case.world, case.vpc_id, case.scope)
    policy = proposals.policy_for(case.world, case.scope, ref, case.vpc_id) if case.options.least_privilege else None
    endpoint_id = new_id("vpce", f"{ref.key}-{case.vpc_id}")
    yield CreateInterfaceEndpoint(endpoint_id, case.vpc_id, name, subnets, (group,), policy=policy)


def _why(case: Case, judged: tuple[Judged, ...] | list[Judged]) -> Why:
    first = next((one for one in judged if one.lost), None)
    need, names = case.failing.need, case.failing.kind.names
    if first is None:
        return Why("", "", "", (need.step,), names)
    piece = first.piece
    return Why(piece.code, piece.resource, piece.message, (need.step,), names)


def merged(first: Why, second: Why) -> Why:
    """The same thing in the way, of both."""
    steps = tuple(dict.fromkeys((*first.steps, *second.steps)))
    names = tuple(dict.fromkeys((*first.services, *second.services)))
    return msgspec.structs.replace(first, steps=steps, services=names)
