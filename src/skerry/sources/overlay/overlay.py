"""The changes of plans on what exists: created records are there, deleted ones are gone, others are changed."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec
from msgspec import UNSET

from skerry.errors import InputError
from skerry.model.completeness import EVERYWHERE, Completeness
from skerry.model.facts import Facts
from skerry.model.origins import Origin
from skerry.model.resource_answers import Absent, Refused, ResourceAnswer
from skerry.sources.overlay.dangling_names import dangling_names
from skerry.sources.overlay.effects import add_effects
from skerry.sources.overlay.patching import lacking, patch
from skerry.sources.overlay.record_keys import KEYS, Key
from skerry.sources.overlay.table_associations import subnets_of_two_tables, without_associations

_NOT_FOUND: Final = "NotFound"
_MOST_NAMES: Final = 5
Table: TypeAlias = dict[Key, Any]


class DeletedResource(NamedTuple):
    """A resource of tasks that a plan deletes: its service, its names in calls, and AWS's error from then on."""

    service: str
    names: frozenset[str]
    code: str


class PlannedChange(msgspec.Struct, frozen=True, gc=False):
    """The resources of one account and Region before and after the plans for them.

    ``addresses`` are those of all resources of the plans, by id. ``unplaced`` are the kinds with a record in a VPC that
    is not known: it may be in any. ``deleted`` are resources of tasks that AWS answers about one by one.
    ``made_at`` is the time of the plan.
    """

    before: Facts
    after: Facts
    addresses: Mapping[str, str] = {}
    unplaced: frozenset[str] = frozenset()
    deleted: tuple[DeletedResource, ...] = ()
    made_at: datetime | None = None


_NAMED: Final = ("clusters", "roles", "services")
"""The kinds with a name that the user gives: AWS has one resource of a name."""
_IN_VPCS: Final = (
    "nat_gateways",
    "network_acls",
    "route_tables",
    "security_groups",
    "subnets",
    "vpc_endpoints",
    "vpcs",
)


def put_on(existing: Facts, change: PlannedChange) -> Facts:
    """Return what exists, with a change on it. Notes name each changed resource that does not exist.

    Raises `InputError` if no VPC with a changed resource exists.
    """
    _refuse_another_network(existing, change)
    merged = _Merged(change.addresses, _newer_lists(existing, change.made_at))
    tables = {
        field: merged.table(field, *(_table_of(facts, field) for facts in (existing, change.before, change.after)))
        for field in KEYS
    }
    changed = {field: tuple(table.values()) for field, table in tables.items()}
    facts = msgspec.structs.replace(existing, **changed)
    facts = _without_answers(add_effects(facts, existing, merged.removed), change.deleted)
    doubled = subnets_of_two_tables(facts.route_tables)
    refused = [f"the plan associates {name} with a second route table, which AWS refuses" for name in sorted(doubled)]
    for name, launch in dict.fromkeys(dangling_names(facts, merged.removed)):
        refused.append(f"the plan deletes {merged.name_of(name)}, and {launch} still names it: no task starts with it")
    return msgspec.structs.replace(
        facts,
        route_tables=without_associations(facts.route_tables, doubled),
        completeness=_completeness(existing.completeness, change),
        origins=_origins(existing, change),
        notes=(*existing.notes, *change.after.notes, *merged.notes(), *refused),
    )


def _newer_lists(existing: Facts, made_at: datetime | None) -> frozenset[str]:
    """Return the kinds whose complete lists were read after a plan was made; none if a time is not known."""
    if existing.read_at is None or made_at is None or existing.read_at <= made_at:
        return frozenset()
    return frozenset(field for field in KEYS if existing.completeness.knows(field))


def _without_answers(facts: Facts, deleted: Iterable[DeletedResource]) -> Facts:
    """Return facts with the errors that AWS answers about deleted resources."""
    codes = {(one.service, name): one.code for one in deleted for name in one.names}
    if not codes:
        return facts
    return msgspec.structs.replace(
        facts, resource_answers=tuple(_answer_without(row, codes) for row in facts.resource_answers)
    )


def _answer_without(row: ResourceAnswer, codes: Mapping[tuple[str, str], str]) -> ResourceAnswer:
    service = row.action.partition(":")[0]
    # An image is asked for as one of its repository, an object as one of its bucket.
    names = (row.about, row.about.partition("@")[0], row.about.partition("/")[0])
    code = next((codes[service, name] for name in names if (service, name) in codes), None)
    return (
        row if code is None or isinstance(row.answer, Refused) else ResourceAnswer(row.action, row.about, Absent(code))
    )


def _refuse_another_network(existing: Facts, change: PlannedChange) -> None:
    """Raise `InputError` if a plan changes VPCs, and none of them is among all those that exist."""
    if not existing.completeness.knows("vpcs"):
        return
    vpcs, is_changed = set(), False
    for field in _IN_VPCS:
        before, after = _table_of(change.before, field), _table_of(change.after, field)
        own = [key for key in before if str(key) in change.addresses]
        vpcs |= {str(before[key].vpc_id) for key in own if before[key].vpc_id is not UNSET}
        is_changed = is_changed or any(before[key] != after.get(key) for key in own)
    if is_changed and vpcs and not vpcs & {vpc.vpc_id for vpc in existing.vpcs}:
        message = f"{change.after.source} changes {min(vpcs)}, which is not in {existing.source}"
        raise InputError(message, "Give the account and Region of the plan, read after its last apply.")


def _table_of(facts: Facts, field: str) -> Table:
    return {KEYS[field](record): record for record in getattr(facts, field)}


class _Merged:
    """The removed records so far, and the differences between plans and what exists."""

    def __init__(self, addresses: Mapping[str, str], newer: AbstractSet[str]) -> None:
        """Start with the kinds whose complete lists were read after the plan was made."""
        self._newer = newer
        self.removed: set[str] = set()
        self._addresses = addresses
        self._unseen: dict[str, None] = {}
        self._unread: dict[str, None] = {}
        self._namesakes: dict[str, None] = {}
        self._items: list[str] = []

    def table(self, field: str, existing: Table, before: Table, after: Table) -> Table:
        """Return the records of one kind after the change."""
        result = dict(existing)
        for key in {**before, **after}:
            old, new, now = before.get(key), after.get(key), existing.get(key)
            if old is not None and new is not None and old == new:
                if now is None and field in self._newer and str(key) in self._addresses:
                    self._items.append(f"expects {self.name_of(key)}, which was deleted since")
                elif now is None:
                    self._unread_by_snapshot(key)
                    result[key] = new
                else:
                    self._compare(key, now, new)
            elif new is None:
                self._remove(field, key, result)
            elif old is None:
                if now is not None and field in _NAMED:
                    self._namesakes[self.name_of(key)] = None
                result[key] = _created(now, new)
            else:
                self._change(key, result, old, new)
        return result

    def _remove(self, field: str, key: Key, result: Table) -> None:
        now = result.pop(key, None)
        if now is None:
            self._unseen_by_snapshot(key)
        elif field == "resource_answers" and not isinstance(now.answer, Refused):
            # AWS answers that there is none: without an answer nobody would have asked.
            result[key] = ResourceAnswer(now.action, now.about, Absent(_NOT_FOUND))
        else:
            self.removed.add(str(key))

    def _change(self, key: Key, result: Table, old: Any, new: Any) -> None:  # noqa: ANN401 -- records of any kind
        now = result.get(key)
        if now is None:
            self._unseen_by_snapshot(key)
            # Of a resource that a plan only names, it does not tell the rest.
            if str(key) in self._addresses:
                result[key] = new
            return
        patched = patch(now, old, new)
        result[key] = patched.record
        self._items += [f"removes {item} of {self.name_of(key)}, which is not there" for item in patched.missing]

    def _compare(self, key: Key, now: Any, expected: Any) -> None:  # noqa: ANN401 -- records of any kind
        if str(key) in self._addresses:
            self._items += [f"expects {it} of {self.name_of(key)}, which is not there" for it in lacking(now, expected)]

    def _unseen_by_snapshot(self, key: Key) -> None:
        if str(key) in self._addresses:
            self._unseen[self.name_of(key)] = None

    def _unread_by_snapshot(self, key: Key) -> None:
        if str(key) in self._addresses:
            self._unread[self.name_of(key)] = None

    def name_of(self, key: Key) -> str:
        """Return the name of a resource for messages: its address and its id."""
        address = self._addresses.get(str(key))
        return str(key) if address is None else f"{address} ({key})"

    def notes(self) -> Iterable[str]:
        """Yield the differences between the plans and the reading of the network."""
        for name in self._unseen:
            yield f"the plan changes {name}, which is not among the resources that exist"
        for name in self._namesakes:
            yield f"the plan creates {name}, which exists already"
        for item in self._items:
            yield f"the plan {item}"
        if self._unread:
            names = list(self._unread)
            more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
            yield f"in the plan alone, not among what exists: {', '.join(names[:_MOST_NAMES])}{more}"


def _created(now: Any, new: Any) -> Any:  # noqa: ANN401 -- records of any kind
    """Return a created record; an existing one of its id is changed by the fields of the new one."""
    return new if now is None or isinstance(now, ResourceAnswer) else patch(now, now, new).record


def _completeness(existing: Completeness, change: PlannedChange) -> Completeness:
    """Return the completeness of what exists, and of the new VPCs of the plan."""
    new = {(kind, scope) for kind, scope in change.after.completeness.complete if scope != EVERYWHERE}
    gaps = {gap for gap in change.after.completeness.gaps if gap[1] != EVERYWHERE}
    gaps |= {(kind, EVERYWHERE) for kind in change.unplaced}
    return msgspec.structs.replace(existing, complete=existing.complete | new, gaps=existing.gaps | gaps)


def _origins(existing: Facts, change: PlannedChange) -> Mapping[str, Mapping[str, Origin]]:
    """Return the origins of what exists, with the address of each resource of the plans."""
    kinds = {**existing.origins, **change.before.origins, **change.after.origins}
    return {
        kind: {
            **existing.origins.get(kind, {}),
            **_addressed(change.before.origins.get(kind, {})),
            **_addressed(change.after.origins.get(kind, {})),
        }
        for kind in kinds
    }


def _addressed(origins: Mapping[str, Origin]) -> dict[str, Origin]:
    return {resource: origin for resource, origin in origins.items() if origin.address is not None}
