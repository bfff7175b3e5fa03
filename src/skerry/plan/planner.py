"""The planner: the smallest changes for launches that cannot start, proven by a walk in the World after them.

Nothing here touches an account: a plan is data, which others write down or carry out.
"""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import UNSET

from skerry.catalogue.services import ServiceRef, service_of_endpoint
from skerry.cost.prices import load_prices
from skerry.diagnose.diagnosis import Finding
from skerry.model.origins import Origin
from skerry.model.world import World
from skerry.plan import impact, preference
from skerry.plan.change_costs import budget_message, cost_of_change, sum_costs
from skerry.plan.changes import (
    AddAclEntry,
    Advise,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    is_new,
    resource_of,
)
from skerry.plan.context import message_of
from skerry.plan.disruption import disposition_of, owner_of
from skerry.plan.narrowing import narrow
from skerry.plan.notes import findings_for
from skerry.plan.quotas import exceeded_quotas_of
from skerry.plan.reachability import is_routed_out
from skerry.plan.records import Break, Options, Plan, Planned, Remaining, Why
from skerry.plan.scope import Failing, Found, Scope
from skerry.plan.search import Looks, SearchResult, search
from skerry.plan.strategies import EXACT, NAT, PUBLIC, TASK_GROUPS, Strategy, broader_strategies
from skerry.reach.trace import Hop, Piece
from skerry.reach.walk import Walker
from skerry.verdicts import NOT_APPLICABLE, OK, UNKNOWN

_NOTHING_TO_DO = {OK, NOT_APPLICABLE}


def plan(
    world: World,
    scope: Scope,
    options: Options | None = None,
    today: World | None = None,
    looks: Looks | None = None,
) -> Plan:
    """Plan the least changes after which every launch of the scope can start.

    Every strategy makes a plan, and one key compares them: `preference.rank_of`. ``today``: the World
    before the changes, if ``world`` is another one. Flows of others that work there must go on. ``looks``: those of
    the caller, at the same World and scope.
    """
    options = options or Options()
    names = tuple(dict.fromkeys(name for kind in scope.kinds for name in kind.names))
    looks = looks or Looks(Walker(world), scope)
    _, before = looks.after(())
    if before.verdict in _NOTHING_TO_DO:
        return Plan(names, before.verdict, before.verdict, proven=True)
    results: dict[Strategy, SearchResult] = {}
    plans: dict[Strategy, Plan] = {}
    for strategy in _strategies(world, scope, before, options, results):
        results[strategy] = search(world, scope, options, looks, strategy, today)
        if not preference.is_of_another(world, options, strategy, results[strategy].changes):
            plans[strategy] = _plan_of(world, scope, options, before, results[strategy])
    chosen = preference.best_of(world, options, plans)
    narrowed = narrow(world, scope, looks, results[chosen], list(results.values()))
    if narrowed is not results[chosen]:
        plans[chosen] = _plan_of(world, scope, options, before, narrowed)
    return preference.explain_choice(world, options, plans, chosen)


def _strategies(
    world: World, scope: Scope, before: Found, options: Options, results: dict[Strategy, SearchResult]
) -> Iterator[Strategy]:
    """Yield the strategies to try; the broader ones may differ from the exact one only where filters lose packets."""
    yield EXACT
    exact = results[EXACT].changes
    # A broader rule may stand for a manual step too.
    is_at_filters = any(_is_filter_change(change) or isinstance(change, Advise) for change in exact)
    if is_at_filters:
        yield from (strategy for strategy in broader_strategies() if not strategy.opens_ways)
    # A plan for a way to the internet opens it too.
    may_be_closed = is_at_filters or any(_is_filtered(failing) for failing in before.failing)
    if options.nat or options.public or (may_be_closed and _is_any_routed_out(world, scope)):
        yield from (strategy for strategy in broader_strategies() if strategy.opens_ways)
    if options.ingress == "subnets" and _may_need_fewer_rules(scope, results[EXACT]):
        yield TASK_GROUPS
    creates = any(isinstance(change, CreateInterfaceEndpoint | CreateGatewayEndpoint) for change in exact)
    if creates and _may_lead_out(world):
        yield from () if options.nat else (NAT,)
        yield from () if options.public else (PUBLIC,)


def _may_lead_out(world: World) -> bool:
    """Tell whether anything may lead to the internet: no plan creates an internet gateway."""
    facts = world.facts
    routes = (route for table in facts.route_tables if table.routes is not UNSET for route in table.routes)
    # A prefix list leads to a gateway endpoint.
    blocks = (route for route in routes if route.destination_prefix_list_id is None)
    return bool(facts.internet_gateways or facts.nat_gateways) or any(route.gateway_id != "local" for route in blocks)


def _is_any_routed_out(world: World, scope: Scope) -> bool:
    subnets = [world.subnets.get(name) for launch in scope.launches for name in launch.subnets]
    return any(subnet is not None and is_routed_out(world, subnet) for subnet in dict.fromkeys(subnets))


def _may_need_fewer_rules(scope: Scope, exact: SearchResult) -> bool:
    """Tell whether rules for groups of tasks may be fewer than those for their subnets, or are the only hope.

    Launches that share no group need a rule each.
    """
    served: dict[str, list[set[str]]] = {}
    for change, reasons in exact.changes.items():
        if isinstance(change, AuthorizeRule) and change.direction == "in":
            names = {name for why in reasons for name in why.services}
            served.setdefault(change.group_id, []).append(names)
    least = sum(_least_rules(scope, set().union(*rules)) for rules in served.values())
    return bool(served) and (not exact.is_sound or least < sum(map(len, served.values())))


def _least_rules(scope: Scope, names: set[str]) -> int:
    """Return the least number of rules for the groups of these launches: one where they may share a group."""
    kinds = [kind for kind in scope.kinds if not names.isdisjoint(kind.names)]
    sets = {frozenset(kind.launch.groups) for kind in kinds if kind.launch.groups is not UNSET}
    is_apart = len(frozenset().union(*sets)) == sum(map(len, sets)) and all(sets)
    return len(sets) if is_apart and all(kind.launch.groups is not UNSET for kind in kinds) else 1


def _is_filter_change(change: Change) -> bool:
    return isinstance(change, AddAclEntry) or (isinstance(change, AuthorizeRule) and change.direction == "out")


def _is_filtered(failing: Failing) -> bool:
    judged_pieces = (judged for trace in failing.outcome.traces for judged in trace.judged)
    return any(judged.lost and _is_at_broad_filter(judged.hop) for judged in judged_pieces)


def _is_at_broad_filter(hop: Hop) -> bool:
    """Tell whether strategies choose other blocks at a hop: inbound rules name what the user prefers."""
    return hop.kind == "network-acl" or (hop.kind == "security-group" and hop.direction == "out")


def _plan_of(world: World, scope: Scope, options: Options, before: Found, result: SearchResult) -> Plan:
    """Return the plan of one search, with its proof, its limits and its cost."""
    changes = tuple(result.changes)
    planned = tuple(_planned(world, scope, result, change) for change in changes)
    breaks = tuple(_breaks(result))
    monthly = sum_costs(row.cost for row in planned)
    over_budget = budget_message(monthly, options.budget)
    beyond = (*exceeded_quotas_of(result.world, changes), *((over_budget,) if over_budget else ()))
    return Plan(
        services=tuple(dict.fromkeys(name for kind in scope.kinds for name in kind.names)),
        before=before.verdict,
        after=result.outcome.verdict,
        proven=result.outcome.verdict is OK and not breaks and not beyond,
        changes=planned,
        remaining=tuple(_remaining(world, result.outcome, options)),
        breaks=breaks,
        facts=result.outcome.facts,
        limits=beyond,
        findings=tuple(_findings(world, options, changes)),
        monthly=monthly,
        prices_of=load_prices().compiled,
    )


def _planned(world: World, scope: Scope, result: SearchResult, change: Change) -> Planned:
    reasons = result.changes[change]
    # A blocker at a resource of the plan itself is no reason in the user's network.
    why = tuple(
        msgspec.structs.replace(reason, origin=world.origin_of(reason.resource))
        for reason in reasons
        if not is_new(reason.resource)
    )
    kind, note = disposition_of(world, change, result.flows, result.broken)
    by = owner_of(world, result.world, change)
    disposition = kind if by is None else "manual"
    origin = _origin_of_change(world, scope, change)
    cost = cost_of_change(world, change)
    return Planned(change, disposition, why or _for_the_new(reasons), note, by, origin, cost)


def _origin_of_change(world: World, scope: Scope, change: Change) -> Origin | None:
    """Return the origin of the changed resource; a service is known by its name, if only one has it."""
    if isinstance(change, ConfigureService):
        arns = {launch.arn for launch in scope.launches if launch.name == change.service}
        arn = arns.pop() if len(arns) == 1 else None
        return None if arn is None else world.origin_of(arn)
    return _origin_of(world, resource_of(change))


def _origin_of(world: World, resource: str) -> Origin | None:
    """Return the origin of a resource; one of the plan itself is not written anywhere."""
    return None if is_new(resource) else world.origin_of(resource)


def _findings(world: World, options: Options, changes: tuple[Change, ...]) -> Iterator[Finding]:
    for finding in findings_for(world, options, changes):
        yield msgspec.structs.replace(finding, origin=_origin_of(world, finding.resource))


def _for_the_new(reasons: tuple[Why, ...]) -> tuple[Why, ...]:
    steps = tuple(dict.fromkeys(step for reason in reasons for step in reason.steps))
    names = tuple(dict.fromkeys(name for reason in reasons for name in reason.services))
    return (Why("", "", "lets calls in to the new endpoints", steps, names),)


def _remaining(world: World, outcome: Found, options: Options) -> Iterator[Remaining]:
    """Return the remaining blockers, each once for each step."""
    by_blocker: dict[tuple[str, str, str], Remaining] = {}
    for failing in outcome.failing:
        for trace in failing.outcome.traces:
            for judged in trace.judged:
                if judged.lost and trace.verdict is not OK:
                    key = (failing.need.step, judged.piece.code, judged.piece.resource)
                    by_blocker[key] = _remains(failing, judged.piece, by_blocker.get(key), options)
    for remaining in by_blocker.values():
        yield msgspec.structs.replace(remaining, origin=_origin_of(world, remaining.resource))


def _remains(row: Failing, piece: Piece, earlier: Remaining | None, options: Options) -> Remaining:
    services = dict.fromkeys((*(earlier.services if earlier else ()), *row.kind.names))
    subnets = dict.fromkeys((*(earlier.subnets if earlier else ()), row.subnet))
    verdict = earlier.verdict if earlier else row.outcome.verdict
    message = message_of(piece, options)
    return Remaining(tuple(services), row.need.step, tuple(subnets), verdict, piece.code, piece.resource, message)


def _breaks(result: SearchResult) -> Iterator[Break]:
    """Return the flows that become worse, if only for a time, and those denied by a new endpoint's policy."""
    for broken_flow in result.broken:
        pieces = [judged.piece.message for trace in broken_flow.outcome.traces for judged in trace.judged]
        host = getattr(broken_flow.need, "host", None) or ""
        sure = "no longer works" if broken_flow.outcome.verdict is not UNKNOWN else "may not work any more"
        message = f"{host} worked from {broken_flow.subnet} and {sure}: {'; '.join(pieces[:2])}"
        yield Break(", ".join(broken_flow.kind.names), host, message)
    for outage in result.outages:
        host = getattr(outage.failing.need, "host", None) or ""
        steps = f"from change {outage.first} until change {outage.last}"
        message = f"{host} works from {outage.failing.subnet}, and not {steps}"
        yield Break(", ".join(outage.failing.kind.names), host, message)
    limited = dict(_limited(result.changes))
    for flow in result.flows:
        endpoint = limited.get(flow.need.service)
        if endpoint is not None and impact.is_strange(flow):
            host = flow.need.host or ""
            message = (
                f"what it asks of {host} is not known, and the policy of {endpoint} allows what tasks ask for only"
            )
            yield Break(", ".join(flow.client.names), host, message)


def _limited(changes: Iterable[Change]) -> Iterator[tuple[ServiceRef | None, str]]:
    """Return the services with a new endpoint that allows only the calls of tasks."""
    for change in changes:
        if isinstance(change, CreateInterfaceEndpoint | CreateGatewayEndpoint) and change.policy is not None:
            yield service_of_endpoint(change.service_name), change.endpoint_id
