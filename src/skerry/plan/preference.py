"""The choice among the plans of all strategies: one key, and why its first plan is better than the second."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from skerry.model.missing import Missing
from skerry.model.world import World
from skerry.plan.changes import Change
from skerry.plan.reachability import is_copied_block, opened_by, subnets_given_internet
from skerry.plan.records import Options, Plan, RunnerUp
from skerry.plan.strategies import Strategy
from skerry.verdicts import UNKNOWN


class Rank(NamedTuple):
    """The key of a plan: the smallest is the best; the order of the fields is that of the preferences.

    A plan without a proof comes after all that have one, with the fewest remaining blockers first.
    """

    gives_internet: bool
    other_ingress: bool
    unproven: bool
    failing: int
    changes: int
    copied_blocks: int
    opened: int
    price: Decimal


_BETTER = {
    "gives_internet": "gives no subnet access to the internet",
    "other_ingress": "keeps to the preferred ingress",
    "unproven": "is proven",
    "failing": "leaves fewer blockers",
    "changes": "has fewer changes",
    "copied_blocks": "copies no blocks of AWS's prefix list, to which AWS adds",
    "opened": "opens less",
    "price": "costs less",
}
_UNKNOWN_PRICE = Decimal("Infinity")


def rank_of(world: World, options: Options, strategy: Strategy, plan: Plan) -> Rank:
    """Return the key of a plan."""
    changes = tuple(planned.change for planned in plan.changes)
    price = _UNKNOWN_PRICE if plan.monthly is None or isinstance(plan.monthly, Missing) else plan.monthly.high
    unwanted = strategy.gives_internet_against(options) or not (options.nat or options.public)
    return Rank(
        gives_internet=unwanted and bool(subnets_given_internet(world, changes)),
        other_ingress=strategy.ingress is not None,
        unproven=not plan.proven,
        failing=_failing(plan),
        changes=len(changes),
        copied_blocks=sum(map(is_copied_block, changes)),
        opened=sum(opened_by(world, change) for change in changes),
        price=price,
    )


def is_of_another(world: World, options: Options, strategy: Strategy, changes: Iterable[Change]) -> bool:
    """Tell whether a strategy for access to the internet found changes that give none: another one makes them too."""
    return strategy.gives_internet_against(options) and not subnets_given_internet(world, changes)


def _failing(plan: Plan) -> int:
    """Return how much of a plan fails: nothing of a proven one."""
    unsure = len(plan.facts) if plan.after is UNKNOWN else 0
    return len(plan.remaining) + len(plan.breaks) + len(plan.limits) + unsure


def best_of(world: World, options: Options, plans: dict[Strategy, Plan]) -> Strategy:
    """Return the strategy with the best plan; the first one of equal ones."""
    return min(plans, key=lambda strategy: rank_of(world, options, strategy, plans[strategy]))


def explain_choice(world: World, options: Options, plans: dict[Strategy, Plan], chosen: Strategy) -> Plan:
    """Return the chosen plan with the reason for it and with its runners-up."""
    best = plans[chosen]
    runners_up = tuple(_runners_up(world, options, plans, chosen)) if best.proven else ()
    because = runners_up[0].because if runners_up else ""
    return replace(best, strategy=chosen.name, because=because, runners_up=runners_up)


def _runners_up(world: World, options: Options, plans: dict[Strategy, Plan], chosen: Strategy) -> Iterator[RunnerUp]:
    """Yield the second best plan, and smaller ones against the preferences; all are proven."""
    best, changes = rank_of(world, options, chosen, plans[chosen]), _changes_of(plans[chosen])
    ranks = {
        strategy: rank_of(world, options, strategy, plan)
        for strategy, plan in plans.items()
        if plan.proven and _changes_of(plan) != changes
    }
    seconds = {(rank.gives_internet, rank.other_ingress): (rank, strategy) for strategy, rank in _worst_first(ranks)}
    for (gives_internet, other_ingress), (rank, strategy) in sorted(seconds.items()):
        if rank.changes < best.changes or not (gives_internet or other_ingress):
            plan = plans[strategy]
            monthly = Missing("the cost") if plan.monthly is None else plan.monthly
            yield RunnerUp(strategy.name, len(plan.changes), monthly, _why_better(best, rank))


def _worst_first(ranks: dict[Strategy, Rank]) -> list[tuple[Strategy, Rank]]:
    return sorted(ranks.items(), key=lambda pair: pair[1], reverse=True)


def _why_better(best: Rank, other: Rank) -> str:
    """Return the first preference in which the best plan is better."""
    pairs = zip(Rank._fields, best, other, strict=True)
    return next((_BETTER[field] for field, mine, theirs in pairs if mine != theirs), "comes first among equal plans")


def _changes_of(plan: Plan) -> frozenset[object]:
    return frozenset(planned.change for planned in plan.changes)
