"""The search for changes: fix the visible blockers, look again, and drop unneeded changes."""

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import NamedTuple

from msgspec.structs import replace

from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.model.world import World
from skerry.plan import endpoint_policies, impact, rules_and_entries
from skerry.plan.changes import (
    AddAclEntry,
    Advise,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    DeleteEndpoint,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
)
from skerry.plan.context import Case, Remedy, merge_whys
from skerry.plan.fixes import remedies_for
from skerry.plan.impact import Flow
from skerry.plan.ordering import sort_changes
from skerry.plan.outages import Outage, find_outages
from skerry.plan.records import Options, Why
from skerry.plan.scope import FAILS, Failing, Found, Kind, Scope, Walks, join_results, walk_again
from skerry.plan.strategies import EXACT, Strategy
from skerry.plan.vpc_effects import VpcEffects
from skerry.plan.world_after import apply_changes
from skerry.reach.cache import Memo
from skerry.reach.walk import Walker
from skerry.verdicts import NOT_APPLICABLE, OK

_ROUNDS = 16
"""More than a launch has things in the way one behind another: each round mends all that can be seen."""
_FILTERS = AuthorizeRule | AddAclEntry | CreateSecurityGroup | ModifyEndpoint
"""What lets somebody in whose calls are led elsewhere; nothing else is done for him."""
_SOUND = {OK, NOT_APPLICABLE}
_BY_HAND = ProposeStatement | MirrorImage | Advise | DeleteEndpoint
"""Changes that are proposed, not tried: they have no effect in a World, or one that AWS does not document."""


class SearchResult(NamedTuple):
    """Changes with their reasons, the World with them and its diagnosis; others' flows before, and the broken ones.

    ``outages`` are flows that fail between two of the changes. ``today`` is the World before them.
    """

    changes: dict[Change, tuple[Why, ...]]
    world: World
    outcome: Found
    flows: tuple[Flow, ...]
    broken: tuple[Failing, ...]
    outages: tuple[Outage, ...]
    today: World

    @property
    def is_sound(self) -> bool:
        """Tell whether every launch is ok and nobody's flow fails, not even for a time."""
        return self.outcome.verdict is OK and not self.broken and not self.outages


class Looks:
    """The results of looks at the World after changes: what is found for all strategies.

    A launch is walked again only after changes that can matter to it.
    """

    def __init__(self, walker: Walker, scope: Scope, diagnosed: Iterable[ServiceDiagnosis] = ()) -> None:
        """Begin in a walker's World, with the diagnoses of launches that are made there already."""
        self._walker, self._world, self._scope = walker, walker.world, scope
        # No task stopped in the World after changes.
        self._diagnosed = {id(row.launch): replace(row, stops=(), loops=()) for row in diagnosed}
        self._diagnoses: dict[tuple[int, tuple[Change, ...]], ServiceDiagnosis] = {}
        self._effects = VpcEffects(self._world)
        self._seen: dict[tuple[Change, ...], tuple[World, Found]] = {}
        self._by_kind: dict[tuple[int, tuple[Change, ...]], Found] = {}
        self._calls: dict[object, Failing | None] = {}
        self._outages: dict[tuple[int, tuple[Change, ...]], tuple[Outage, ...]] = {}

    def after(self, changes: Iterable[Change]) -> tuple[World, Found]:
        """Return the World after changes, and what is found there."""
        made = tuple(changes)
        if made not in self._seen:
            changed = apply_changes(self._world, made)
            self._seen[made] = (changed, join_results(self._each(made, changed)))
        return self._seen[made]

    def each_after(self, changes: Iterable[Change], first: Kind | None) -> Iterator[Found]:
        """Yield what is found of one kind of launch after another after changes; ``first`` come first."""
        made = tuple(changes)
        return self._each(made, apply_changes(self._world, made), first)

    def _each(self, made: tuple[Change, ...], changed: World, first: Kind | None = None) -> Iterator[Found]:
        scope, changes = self._scope.after(made), self._effects.changes_by_group(made)
        walks = Walks(scope, changed, {} if made else self._diagnosed)
        for place, kind in scope.kinds_from(first):
            key = (place, changes.of(self._effects.group_of(kind.launch)))
            if key not in self._by_kind:
                self._diagnoses[key] = walks.diagnosis_of(kind)
                self._by_kind[key] = walks.of(kind, self._diagnoses[key])
            yield self._by_kind[key]

    def diagnoses_after(self, changes: Iterable[Change]) -> list[ServiceDiagnosis]:
        """Return the diagnosis of one launch of each kind in the World after changes, as far as it was looked at."""
        made = tuple(changes)
        by_group = self._effects.changes_by_group(made)
        keys = (
            (place, by_group.of(self._effects.group_of(kind.launch)))
            for place, kind in enumerate(self._scope.after(made).kinds)
        )
        return [self._diagnoses[key] for key in keys if key in self._diagnoses]

    def working_flows(self, today: World, changes: Iterable[Change]) -> tuple[Flow, ...]:
        """Return the flows of others to services that the changes touch."""
        return impact.find_working_flows(self._walker_of(today), self._scope, changes)

    def outages(self, today: World, made: tuple[Change, ...]) -> tuple[Outage, ...]:
        """Return the flows that fail between two changes; strategies often come to the same changes."""
        key = (id(today), made)
        if key not in self._outages:
            self._outages[key] = tuple(find_outages(self._walker_of(today), self._scope, made))
        return self._outages[key]

    def _walker_of(self, today: World) -> Walker:
        return self._walker if today is self._world else Walker(today)

    def _again(self, made: tuple[Change, ...], failing: Failing) -> Failing | None:
        """Walk a call again after changes that configure no service; None if it works, or is a call of others."""
        is_own = any(failing.kind is kind for kind in self._scope.kinds)
        if not is_own or self._scope.after(made) is not self._scope:
            return None
        matter = self._effects.changes_by_group(made).of(self._effects.group_of(failing.kind.launch))
        key = (matter, failing.kind.names, failing.need, failing.subnet)
        if key not in self._calls:
            self._calls[key] = walk_again(apply_changes(self._world, matter), failing)
        return self._calls[key]

    def are_enough(self, changes: Iterable[Change], first: Failing, known_failures: frozenset[object]) -> bool:
        """Tell whether nothing but the known failures is there after changes; the call that failed is walked first."""
        made = tuple(changes)
        again = self._again(made, first)
        if again is not None and not _marks_of(again) <= known_failures:
            return False
        for result in self.each_after(made, first.kind):
            marks = _in_the_way(result)
            if result.verdict is not OK and not (marks and marks <= known_failures):
                return False
        return True


def search(
    world: World,
    scope: Scope,
    options: Options,
    looks: Looks,
    strategy: Strategy = EXACT,
    today: World | None = None,
) -> SearchResult:
    """Find changes after which the launches of the scope are ok, as far as any are.

    ``looks`` are those of all strategies. ``today``: the World before the changes, if it is another one.
    """
    state = _State(world, scope, options, looks, strategy)
    state.today = today or world
    state.mend()
    state.spare_others()
    state.prune()
    state.tell_the_rest()
    return prove(looks, state.changes, state.flows, state.today)


def prove(looks: Looks, changes: dict[Change, tuple[Why, ...]], flows: tuple[Flow, ...], today: World) -> SearchResult:
    """Walk every call in the World after changes; the proof is for them as they are reported, in their order."""
    ordered = sort_changes(changes)
    changed, outcome = looks.after(ordered)
    broken = tuple(impact.find_broken_flows(changed, flows))
    outages = looks.outages(today, tuple(ordered))
    return SearchResult(ordered, changed, outcome, flows, broken, outages, today)


def prove_sound(
    looks: Looks, scope: Scope, changes: dict[Change, tuple[Why, ...]], earlier: SearchResult, tried: Change
) -> SearchResult | None:
    """Return the proof of changes; None where it fails, without further walks after the first failing launch.

    The changes are a variant of those of ``earlier``. Launches that asked for the ``tried`` change come first.
    """
    names = {name for why in changes[tried] for name in why.services}
    first = next((kind for kind in scope.kinds if not names.isdisjoint(kind.names)), None)
    if any(result.verdict not in _SOUND for result in looks.each_after(sort_changes(changes), first)):
        return None
    proof = prove(looks, changes, earlier.flows, earlier.today)
    return proof if proof.is_sound else None


class _State:
    """The changes so far, each with its reasons and the call that asked for it first."""

    def __init__(self, world: World, scope: Scope, options: Options, looks: Looks, strategy: Strategy) -> None:
        self.world, self.scope, self.strategy, self.options = world, scope, strategy, strategy.options(options)
        self.today = world
        self._looks = looks
        self.changes: dict[Change, tuple[Why, ...]] = {}
        self.asked: dict[Change, Failing] = {}
        self.flows: tuple[Flow, ...] = ()

    def look(self) -> tuple[World, Found]:
        """Return the World with the changes so far, and what is found there."""
        # In the order of the proof, which then needs no walk of its own.
        return self._looks.after(sort_changes(self.changes))

    def mend(self) -> None:
        """Add remedies until nothing fails, or nothing helps any more."""
        rounds = _ROUNDS
        while rounds and self._mend_what_fails():
            rounds -= 1

    def _mend_what_fails(self) -> bool:
        current, result = self.look()
        return self._add_all(current, result.failing, self.options)

    def spare_others(self) -> None:
        """Admit other clients with calls that now lead to the endpoints, on their port and no other."""
        rounds = _ROUNDS
        while rounds and self._let_others_in():
            self.mend()
            rounds -= 1

    def _let_others_in(self) -> bool:
        options = replace(self.options, ingress="subnets") if self.options.ingress == "article" else self.options
        self.flows = self._looks.working_flows(self.today, self.changes)
        current = apply_changes(self.world, self.changes)
        return self._add_all(current, impact.find_broken_flows(current, self.flows), options, _FILTERS)

    def tell_the_rest(self) -> None:
        """Add an `Advise` for each blocker without a change."""
        explained = {(why.code, why.resource) for reasons in self.changes.values() for why in reasons}
        current, result = self.look()
        memo = Memo()
        for failing in result.failing:
            case = Case(current, self.scope.after(self.changes), self.options, failing, memo, self.strategy)
            for trace in failing.outcome.traces:
                for judged in trace.judged:
                    piece = judged.piece
                    if judged.lost and (piece.code, piece.resource) not in explained and trace.verdict in FAILS:
                        self._add(Remedy(case.advise_on(judged, trace), case.why((judged,))), failing)

    def prune(self) -> None:
        """Drop every change without which no more fails than with it, the last first."""
        current, result = self.look()
        in_the_way, lost = _in_the_way(result), self._lost(current)
        for change in reversed(list(self.changes)):
            if _is_told(change) or self._is_preferred(change):
                continue
            others = sort_changes({other: why for other, why in self.changes.items() if other != change})
            if self._looks.are_enough(others, self.asked[change], in_the_way) and self._are_harmless(others, lost):
                del self.changes[change]

    def _are_harmless(self, changes: Iterable[Change], lost: frozenset[object]) -> bool:
        """Tell whether no more flows of others fail after changes than those that are lost anyhow."""
        return not self.flows or self._lost(apply_changes(self.world, changes)) <= lost

    def _lost(self, world: World) -> frozenset[object]:
        return frozenset(
            (broken_flow.kind.names, broken_flow.need, broken_flow.subnet)
            for broken_flow in impact.find_broken_flows(world, self.flows)
        )

    def _is_preferred(self, change: Change) -> bool:
        """Return whether the user asked for the change, needed or not: the article's rules for HTTP and DNS."""
        return (
            self.options.ingress == "article"
            and isinstance(change, AuthorizeRule)
            and change.direction == "in"
            and change.rule.port in {80, 53}
        )

    def _add_all(
        self,
        current: World,
        failures: Iterable[Failing],
        options: Options,
        only: type[Change] | UnionType | None = None,
    ) -> bool:
        """Add the fixes of all failing calls, also existing ones: they get more reasons; return whether any is new."""
        new, memo = False, Memo()
        scope = self.scope.after(self.changes)
        for failing in failures:
            for remedy in remedies_for(Case(current, scope, options, failing, memo, self.strategy)):
                if only is None or isinstance(remedy.change, only):
                    new |= self._add(remedy, failing)
        return new

    def _add(self, remedy: Remedy, asked: Failing) -> bool:
        """Add a change, or a reason for one that is there; tell whether it is new."""
        change = self._fitted(remedy.change)
        if isinstance(change, ModifyEndpoint) and change.policy is not None:
            return self._add_policy(change, remedy.why, asked)
        reasons = self.changes.get(change)
        if reasons is not None:
            self.changes[change] = _with(reasons, remedy.why)
            return False
        self.changes[change] = (remedy.why,)
        self.asked[change] = asked
        return True

    def _add_policy(self, change: ModifyEndpoint, why: Why, asked: Failing) -> bool:
        """Make one policy of all that an endpoint's lacks: a change of it replaces it whole."""
        same = (other for other in self.changes if isinstance(other, ModifyEndpoint) and other.policy is not None)
        earlier = next((other for other in same if other.endpoint_id == change.endpoint_id), None)
        reasons = self.changes.pop(earlier) if earlier is not None else ()
        both = replace(
            change, policy=endpoint_policies.join_policies(earlier.policy if earlier else None, change.policy or "")
        )
        self.changes[both] = _with(reasons, why)
        self.asked[both] = asked
        return earlier is None or earlier != both

    def _fitted(self, change: Change) -> Change:
        """Return a change adapted to the existing ones: a free number, an endpoint that is created already."""
        match change:
            case AddAclEntry():
                return self._numbered(change)
            case CreateGatewayEndpoint() | CreateInterfaceEndpoint():
                same = (
                    other
                    for other in self.changes
                    if isinstance(other, CreateGatewayEndpoint | CreateInterfaceEndpoint)
                )
                earlier = next((other for other in same if other.endpoint_id == change.endpoint_id), None)
                return change if earlier is None else _onto(earlier, change)
            case _:
                return change

    def _numbered(self, change: AddAclEntry) -> Change:
        entries = [other for other in self.changes if isinstance(other, AddAclEntry) and other.acl_id == change.acl_id]
        for other in entries:
            if replace(other, number=0) == change:
                return other
        return rules_and_entries.number_entry(apply_changes(self.world, entries), change)


def _is_told(change: Change) -> bool:
    """Tell whether a change is reported without a test of its need."""
    return isinstance(change, _BY_HAND) or (isinstance(change, ConfigureService) and not change.has_settings)


def _onto(
    other: CreateGatewayEndpoint | CreateInterfaceEndpoint, change: CreateGatewayEndpoint | CreateInterfaceEndpoint
) -> Change:
    """Return the same endpoint once more: it needs a route table more, or nothing."""
    if isinstance(change, CreateGatewayEndpoint) and isinstance(other, CreateGatewayEndpoint):
        if other.route_tables == change.route_tables:
            return other
        return ModifyEndpoint(change.endpoint_id, route_tables=change.route_tables, prefix_list=change.prefix_list)
    return other


def _with(reasons: tuple[Why, ...], why: Why) -> tuple[Why, ...]:
    for position, reason in enumerate(reasons):
        if (reason.code, reason.resource, reason.message) == (why.code, why.resource, why.message):
            return (*reasons[:position], merge_whys(reason, why), *reasons[position + 1 :])
    return (*reasons, why)


def _in_the_way(outcome: Found) -> frozenset[object]:
    """Return everything that is lost or not known of the launches in a World."""
    return frozenset().union(*map(_marks_of, outcome.failing), outcome.facts)


def _marks_of(failing: Failing) -> frozenset[object]:
    """Return everything that is lost or not known on the way of a call."""
    return frozenset(
        (failing.kind.names, failing.need, failing.subnet, judged.piece.code, judged.piece.resource)
        for trace in failing.outcome.traces
        for judged in trace.judged
    )
