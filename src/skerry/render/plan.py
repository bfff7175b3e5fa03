"""A plan for people: each change with its reasons and its disruption, and the remaining blockers."""

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import assert_never

import click
import msgspec

from skerry.model.facts import Refusal
from skerry.model.missing import Missing
from skerry.model.origins import Origin
from skerry.plan.changes import (
    AddAclEntry,
    AddZoneRecord,
    Advise,
    AssociateZone,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    EndpointChange,
    Manual,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    ReplaceRoute,
    RevokeRule,
    RouteChange,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
    SetVpcAttribute,
    is_new,
    resource_of,
)
from skerry.plan.records import Plan, Planned, StrategyName, Why
from skerry.render.money import format_amount, format_cost, format_monthly
from skerry.render.origin_list import list_places
from skerry.render.text import bold, clean, dim, list_names, pluralize, style_word
from skerry.render.unread_calls import format_refusals
from skerry.render.view import DEFAULT_VIEW, View, format_next
from skerry.verdicts import BLOCKED, NOT_APPLICABLE, OK, UNKNOWN

_MOST_NAMES = 3
_ATTRIBUTES = {"enable_dns_support": "enableDnsSupport", "enable_dns_hostnames": "enableDnsHostnames"}


def format_done(plan: Plan) -> str:
    """Write that the launches of a plan can start without it."""
    names = list_names(plan.services, _MOST_NAMES) or "the task"
    return f"{style_word(OK)}: {names} can start already, nothing to change\n"


def format_plan(plan: Plan, *, refused: Iterable[Refusal] = (), view: View = DEFAULT_VIEW) -> str:
    """Write a plan for people; the first line says whether it is enough. A verbose view has also origins."""
    lines = [_headline(plan)]
    if view.quiet:
        return f"{lines[0]}\n"
    lines += format_changes(plan)
    lines += format_monthly(plan)
    lines += _choice(plan)
    lines += _rest(plan)
    lines += list_places(_origins_of(plan), view.width) if view.verbose else ()
    lines += format_refusals(refused, view.width)
    return view.fit(lines) + format_next(view, plan.next_step)


def format_changes(plan: Plan) -> Iterator[str]:
    """Yield the changes of a plan, each with its reasons, and then the manual ones."""
    by_hand = [planned for planned in plan.changes if planned.disposition == "manual"]
    made = [planned for planned in plan.changes if planned.disposition != "manual"]
    number = 0
    for title, rows in (("Changes", made), ("By hand", by_hand)):
        if rows:
            yield from ["", bold(title)]
        for planned in rows:
            number += 1
            yield from _change(number, planned)


_STRATEGIES: dict[StrategyName, str] = {
    "exact-rules": "missing endpoints, and rules for exact addresses",
    "vpc-rules": "rules for the VPC's block",
    "one-rule": "one rule in place of several",
    "existing-way": "the existing way out, opened for HTTPS",
    "task-groups": "endpoints that admit the tasks' security groups",
    "nat-gateway": "a NAT gateway in place of endpoints",
    "public-address": "public addresses of tasks in place of endpoints",
}


def _choice(plan: Plan) -> Iterator[str]:
    """Yield why a proven plan was chosen, and its runners-up, each in a line."""
    if plan.strategy is None or not plan.proven:
        return
    reason = f"it {clean(plan.because)}" if plan.because else "no other plan is proven"
    words = " and ".join(_parts(plan)) if _is_described_by_parts(plan) else _STRATEGIES[plan.strategy]
    yield from ["", f"{bold('Chosen')}  {words}; {reason}"]
    for second in plan.runners_up:
        cost = "" if isinstance(second.monthly, Missing) else f", {format_amount(second.monthly)} a month"
        yield f"{bold('Runner-up')}  {pluralize(second.changes, 'change')}{cost}: {_STRATEGIES[second.strategy]}"


def _is_described_by_parts(plan: Plan) -> bool:
    """Tell whether the changes describe a plan better than its strategy: exact changes, or a way to the internet."""
    return plan.strategy == "exact-rules" or any(isinstance(row.change, _TO_INTERNET) for row in plan.changes)


_TO_INTERNET = CreateNatGateway | RouteToNat | RouteToInternetGateway | ReplaceRoute
_PARTS: tuple[tuple[str, type | UnionType], ...] = (
    ("missing endpoints", CreateInterfaceEndpoint | CreateGatewayEndpoint),
    ("settings of existing endpoints", ModifyEndpoint),
    ("DNS attributes of the VPC", SetVpcAttribute),
    ("routes to the internet", _TO_INTERNET),
    ("rules for the calls", AuthorizeRule | AddAclEntry),
    ("settings of services", ConfigureService),
    ("names in private zones", AssociateZone | AddZoneRecord),
)


def _parts(plan: Plan) -> list[str]:
    """Return the parts of a plan; only one without any other part consists of removals."""
    parts = [words for words, kinds in _PARTS if any(isinstance(row.change, kinds) for row in plan.changes)]
    return parts or ["removals" if any(isinstance(row.change, _REMOVALS) for row in plan.changes) else "manual steps"]


_REMOVALS = DeleteEndpoint | DeleteRoute | RevokeRule


def _headline(plan: Plan) -> str:
    if not plan.services and plan.before is NOT_APPLICABLE:
        return f"{style_word(plan.before)}: nothing starts a Fargate task, nothing to change"
    names = _names(plan.services)
    if plan.before is NOT_APPLICABLE:
        verb = "is" if len(plan.services) <= 1 else "are"
        return f"{style_word(plan.before)}: {names} {verb} not on Fargate, nothing to change"
    if plan.before is OK:
        return f"{style_word(plan.before)}: {names} can start, nothing to change"
    count = pluralize(len(plan.changes), "change")
    if plan.proven:
        return f"{style_word(OK)}: {count}, after which {names} can start (proven)"
    if plan.after is OK:
        trouble = "they would break flows of others" if plan.breaks else "they go beyond a limit"
        return f"{style_word(BLOCKED)}: {count}, after which {names} can start, but {trouble}"
    if plan.after is UNKNOWN:
        return f"{style_word(UNKNOWN)}: {count}, and not enough data to tell whether {names} can start then"
    still = "still cannot start" if plan.after is BLOCKED else "starts only at times"
    return f"{style_word(plan.after)}: {names} {still}; {', '.join(_work_left(plan)) or 'no change helps'}"


def _work_left(plan: Plan) -> Iterator[str]:
    """Yield the numbers of changes, of manual steps and of blockers that remain after both."""
    manual = sum(planned.disposition == "manual" for planned in plan.changes)
    if len(plan.changes) > manual:
        yield pluralize(len(plan.changes) - manual, "change")
    if manual:
        yield pluralize(manual, "manual step")
    if plan.remaining:
        yield f"{pluralize(len(plan.remaining), 'blocker')} without an automatic fix"


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(bold(name) for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown or "the task"


def _change(number: int, row: Planned) -> Iterator[str]:
    yield f"  {number}. {clean(title_of(row.change))}  {_disposition(row)}"
    for line in details_of_change(row.change):
        yield f"     {clean(line)}"
    if row.note and row.note != getattr(row.change, "message", ""):
        yield f"     {click.style('note', fg='yellow')}: {clean(row.note)}"
    if row.by is not None:
        yield f"     {click.style('only', fg='yellow')} account {clean(row.by)}, which owns the VPC, can do this"
    if row.cost is not None:
        yield dim(f"     {format_cost(row.cost)}")
    yield from (dim(f"     {_because(why)}") for why in merge_reasons(row.why))


def merge_reasons(reasons: tuple[Why, ...]) -> Iterator[Why]:
    """Yield reasons that differ only in their steps, as one."""
    by_blocker: dict[tuple[str, str, str, tuple[str, ...]], list[Why]] = {}
    for why in reasons:
        by_blocker.setdefault((why.code, why.resource, "" if why.code != "" else why.message, why.services), []).append(
            why
        )
    for same in by_blocker.values():
        steps = dict.fromkeys(step for why in same for step in why.steps)
        yield msgspec.structs.replace(same[0], steps=tuple(steps))


def _disposition(row: Planned) -> str:
    colours = {"safe": "green", "disruptive": "yellow", "manual": "magenta"}
    return click.style(row.disposition, fg=colours[row.disposition])


def _because(why: Why) -> str:
    services = list_names(why.services, _MOST_NAMES)
    steps = ", ".join(why.steps)
    return f"for {steps} of {services}: {' '.join(part for part in (why.code, why.resource) if part) or why.message}"


def title_of(change: Change) -> str:
    """Return a change in a few words."""
    if isinstance(change, Manual):
        return _by_hand(change)
    if isinstance(change, EndpointChange):
        return _endpoint_title(change)
    if isinstance(change, RouteChange):
        return _route_title(change)
    match change:
        case CreateSecurityGroup():
            return f"create security group {change.name} in {change.vpc_id}"
        case AuthorizeRule():
            return f"allow {_rule(change.direction, change.rule)}, in {resource_name_of(change.group_id)}"
        case RevokeRule():
            return f"take away {_rule(change.direction, change.rule)}, in {resource_name_of(change.group_id)}"
        case SetVpcAttribute():
            return f"switch {_ATTRIBUTES[change.attribute]} of {change.vpc_id} on"
        case AddAclEntry():
            return f"add an entry to network ACL {change.acl_id}"
        case CreateNatGateway():
            return f"create a NAT gateway in {change.subnet_id} of {change.vpc_id}, with an Elastic IP address"
        case _:
            assert_never(change)


def _endpoint_title(change: EndpointChange) -> str:
    match change:
        case CreateInterfaceEndpoint():
            return f"create interface endpoint {change.service_name} in {change.vpc_id}"
        case CreateGatewayEndpoint():
            return f"create gateway endpoint {change.service_name} in {change.vpc_id}"
        case ModifyEndpoint():
            return f"modify endpoint {resource_name_of(change.endpoint_id)}"
        case DeleteEndpoint():
            return f"delete endpoint {change.endpoint_id}"
        case _:
            assert_never(change)


def _route_title(change: RouteChange) -> str:
    match change:
        case DeleteRoute():
            return f"delete the black hole for {change.destination} from {change.route_table_id}"
        case ReplaceRoute():
            target = resource_name_of(change.target)
            return f"replace the target of {change.destination} in {change.route_table_id} by {target}"
        case RouteToInternetGateway():
            return f"route {change.route_table_id} to {change.internet_gateway_id}"
        case RouteToNat():
            return f"route {change.route_table_id} to {resource_name_of(change.nat_gateway_id)}"
        case _:
            assert_never(change)


def _by_hand(change: Manual) -> str:
    match change:
        case ConfigureService():
            return f"configure {change.service}: {change.message}"
        case ProposeStatement():
            return f"add a statement to the policy of {change.resource}"
        case MirrorImage():
            return f"copy image {change.image} into ECR"
        case AssociateZone():
            return f"associate hosted zone {change.zone_id} with {change.vpc_id}"
        case AddZoneRecord() if is_new(change.zone_id):
            return f"create private hosted zone {change.zone_name} for {change.vpc_id}, with record {change.name}"
        case AddZoneRecord():
            return f"add record {change.name} to hosted zone {change.zone_id}"
        case Advise():
            is_named = change.message.startswith(f"{change.resource} ")
            return change.message if is_named or not change.resource else f"{change.resource}: {change.message}"
        case _:
            assert_never(change)


def resource_name_of(resource: str) -> str:
    """Return the name of a resource: its purpose if the plan creates it, else its id."""
    if not is_new(resource):
        return resource
    kind, _, name = resource.partition("-new-")
    return f"the new NAT gateway of {name}" if kind == "nat" else f"the new {name}"


def _rule(direction: str, rule: Rule) -> str:
    way = "from" if direction == "in" else "to"
    return f"{rule.protocol.upper()} {rule.port} {way} {resource_name_of(rule.peer)}"


def details_of_change(change: Change) -> Iterator[str]:
    """Yield the words of a change below its title: its subnets, groups, rules and policies."""
    match change:
        case CreateInterfaceEndpoint():
            dns = "with private DNS" if change.private_dns else "without private DNS"
            groups = ", ".join(resource_name_of(group_id) for group_id in change.groups)
            yield f"in {', '.join(change.subnets)}, {dns}, with {groups}"
        case CreateGatewayEndpoint():
            yield f"on {', '.join(change.route_tables)}"
        case ModifyEndpoint():
            yield from _modified(change)
        case AddAclEntry():
            way = "in from" if change.direction == "in" else "out to"
            ports = "-".join(dict.fromkeys(str(port) for port in change.ports))
            yield f"rule {change.number}: allow TCP {ports} {way} {change.cidr}"
        case MirrorImage() | AssociateZone() | AddZoneRecord():
            yield change.message
        case ConfigureService() if change.subnets or change.groups:
            yield f"with only {', '.join(change.subnets or change.groups)}"
        case ProposeStatement():
            yield change.message
            yield change.statement
        case _:
            pass
    policy = getattr(change, "policy", None)
    if policy is not None:
        yield f"policy: {policy}"


def _modified(change: ModifyEndpoint) -> Iterator[str]:
    if change.private_dns is not None:
        yield "switch private DNS on"
    for words, ids in (
        ("into subnets", change.subnets),
        ("with security groups", change.groups),
        ("on route tables", change.route_tables),
    ):
        if ids:
            yield f"also {words} {', '.join(resource_name_of(resource_id) for resource_id in ids)}"


def _origins_of(plan: Plan) -> Iterator[tuple[str, Origin | None]]:
    """Yield the origins of the changed resources, of the remaining blockers and of the findings."""
    yield from ((resource_of(planned.change), planned.origin) for planned in plan.changes)
    yield from ((remaining.resource, remaining.origin) for remaining in plan.remaining)
    yield from ((finding.resource, finding.origin) for finding in plan.findings)


def _remaining(plan: Plan) -> Iterator[str]:
    """Yield each remaining blocker once, with all of its steps."""
    if plan.remaining:
        yield from ["", bold("Remaining blockers")]
        steps: dict[tuple[str, str, str], list[str]] = {}
        for entry in plan.remaining:
            steps.setdefault((entry.code, entry.resource, entry.message), []).append(entry.step)
        for (code, resource, message), of_message in steps.items():
            yield f"  {click.style(code, fg='red')} {clean(resource)}  {dim(', '.join(dict.fromkeys(of_message)))}"
            yield f"     {clean(message)}"


def _rest(plan: Plan) -> Iterator[str]:
    yield from _remaining(plan)
    if plan.facts:
        yield from ["", bold("Missing facts")]
        for fact in plan.facts:
            yield f"  ? {clean(fact.fact)}"
            if fact.action:
                yield dim(f"    supply the answer of {fact.action}")
    for heading, messages in (
        ("Would break", [entry.message for entry in plan.breaks]),
        ("Beyond a limit", plan.limits),
    ):
        if messages:
            yield from ["", bold(heading)]
            yield from (f"  {clean(message)}" for message in messages)
    if plan.findings:
        yield from ["", bold("Also")]
        for item in plan.findings:
            yield f"  {style_word(item.severity)}  {dim(f'{item.id}:')} {clean(item.message)}"


def verdict_of(plan: Plan) -> str:
    """Return the verdict for the exit code: of the launches after the plan, and blocked if another flow breaks."""
    if plan.after is OK and not plan.proven:
        return BLOCKED
    return plan.after
