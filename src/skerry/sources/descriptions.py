"""Descriptions of networks that are not deployed yet: the common form of all inputs.

A reader gets all inputs of its form at once, because one may refer to another: an output of a state, an export of a
stack. It answers with AWS's documents, apart for each account and Region.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import msgspec

from skerry.errors import InputError, SkerryError
from skerry.model.completeness import Completeness
from skerry.model.facts import Facts
from skerry.model.origins import UNRESOLVED, Origin
from skerry.model.planned_actions import PlannedAction
from skerry.sources.answers import load_answers
from skerry.sources.effects_of_inputs import with_gateway_routes
from skerry.sources.overlay.overlay import DeletedResource, PlannedChange, put_on

STAND_IN_ACCOUNT: Final = "000000000000"
"""In place of an account that neither an input nor the user names: AWS gives no account this number."""


ResourceKey: TypeAlias = tuple[str, str]
"""A resource by its type and its id."""


class InputFile(msgspec.Struct, frozen=True, gc=False):
    """One input: its name, its path, and the content of a file; a folder has none."""

    name: str
    path: Path
    content: bytes = b""


class ReadingOptions(msgspec.Struct, frozen=True, gc=False):
    """The words of the user about all inputs.

    ``code`` is the initialised folder of a plan's configuration. ``variables`` are words of Terraform's command line,
    such as ``-var=name=value``; ``parameters`` are those of templates, ``[STACK.]KEY=VALUE``. ``region`` and
    ``account`` go before those that an input names. ``existing`` is what the plans of the inputs will change.
    ``strict``: a reference to a stack outside the inputs is a fault. ``edited`` are texts in place of those of files
    of code, by resolved paths. ``whole``: roles have no policies but those of the inputs.
    """

    code: Path | None = None
    variables: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    workspace: str | None = None
    region: str | None = None
    account: str | None = None
    allow_network: bool = False
    existing: Facts | None = None
    strict: bool = False
    edited: Mapping[Path, str] = {}
    whole: bool = False


class Description(msgspec.Struct, frozen=True, gc=False):
    """One account and Region of an input, as documents in AWS's form.

    The documents say how complete each list is. ``origins`` are the places of resources, by id and ARN.
    ``level`` is the kind of the input. ``facts`` are those of the documents, if the reader loaded them.
    ``change`` is there if the documents are only what a plan tells of existing resources.
    ``managed`` are the types and ids of its resources; ``changed`` and ``deleted`` are the addresses of those that a
    plan changes or deletes.

    ``unlisted`` are kinds with some records and no list: an absent record is not examined. ``zones_to_choose`` are
    subnets whose zone is chosen at the deployment. ``subnets_to_choose`` are services with more subnets than they name.
    ``unresolved`` are names in place of values that are not known, with the expression of each value.
    """

    name: str
    level: str
    documents: Mapping[str, bytes]
    region: str | None = None
    account: str | None = None
    origins: Mapping[str, Origin] = {}
    notes: tuple[str, ...] = ()
    facts: Facts | None = None
    unlisted: frozenset[str] = frozenset()
    zones_to_choose: frozenset[str] = frozenset()
    subnets_to_choose: frozenset[str] = frozenset()
    unresolved: Mapping[str, str] = {}
    change: "DescribedChange | None" = None
    managed: frozenset[ResourceKey] = frozenset()
    changed: Mapping[ResourceKey, str] = {}
    deleted: Mapping[ResourceKey, str] = {}


class DescribedChange(msgspec.Struct, frozen=True, gc=False):
    """The difference that a plan makes: the documents of its resources before it, and its actions.

    ``before`` holds the same lists as the documents after it, in the same words: their difference is the change.
    ``unplaced`` are the kinds with a record in a VPC that is not known. ``deleted`` are resources of tasks that no list
    holds. ``made_at`` is the time of the plan.
    """

    before: Mapping[str, bytes]
    actions: tuple[PlannedAction, ...]
    unplaced: frozenset[str] = frozenset()
    deleted: tuple[DeletedResource, ...] = ()
    made_at: datetime | None = None


class UnreadableInput(NamedTuple):
    """An input that cannot be read, with the reason."""

    name: str
    error: SkerryError


Reader: TypeAlias = Callable[[Sequence[InputFile], ReadingOptions], Iterator[Description | UnreadableInput]]
"""A reader of all inputs of one form; one that cannot be read does not keep the others from being read."""


class DescribedNetwork(NamedTuple):
    """One account and Region of all inputs: its documents, and the facts in them.

    ``existing`` is what the plans change, None if nobody gave it; then ``actions`` are empty.
    """

    documents: dict[str, bytes]
    facts: Facts
    existing: Facts | None = None
    actions: tuple[PlannedAction, ...] = ()


def join(descriptions: Sequence[Description], existing: Facts | None = None) -> list[DescribedNetwork]:
    """Return the networks of all descriptions, each of one account and Region.

    Those of the account and Region of ``existing`` are changes of it. Raises `InputError` if two inputs describe one
    resource in different words.
    """
    networks = []
    for group in _groups(descriptions):
        if existing is not None and _is_of(group, existing):
            networks.append(_changed(group, existing))
        else:
            joined = _joined(group)
            networks.append(joined if existing is None else _beside(joined, group, existing))
    return networks


def _beside(network: DescribedNetwork, group: Sequence[Description], existing: Facts) -> DescribedNetwork:
    """Return a network with a note: it belongs to another account or Region than what exists."""
    names = ", ".join(dict.fromkeys(one.name for one in group))
    region = next((one.region for one in group if one.region is not None), None)
    account = next((one.account for one in group if one.account not in (None, STAND_IN_ACCOUNT)), None)
    note = (
        f"{names} is of {_place_of(account, region)}, and {existing.source} of "
        f"{_place_of(existing.account, existing.region)}: nothing of it is put on that"
    )
    facts = msgspec.structs.replace(network.facts, notes=(*network.facts.notes, note))
    return network._replace(facts=facts)


def _place_of(account: str | None, region: str | None) -> str:
    places = (None if account is None else f"account {account}", None if region is None else f"Region {region}")
    return " in ".join(filter(None, places)) or "an account without a name"


def _is_of(group: Sequence[Description], existing: Facts) -> bool:
    """Return whether descriptions may be of the account and Region of what exists."""
    regions = {one.region for one in group} - {None, existing.region}
    accounts = {one.account for one in group} - {None, STAND_IN_ACCOUNT, existing.account}
    return not regions and not (accounts and existing.account is not None)


def _changed(group: Sequence[Description], existing: Facts) -> DescribedNetwork:
    """Return what exists with the changes of all plans on it."""
    for one in group:
        if one.facts is not None:
            message = f"{one.name} holds saved answers, which change nothing"
            raise InputError(message, "Give plans or templates with it, or read the answers alone.")
    _refuse_older(group)
    facts, documents, source = existing, dict[str, bytes](), ", ".join(dict.fromkeys(one.name for one in group))
    # One after the other: two plans may each change a part of one resource.
    for one in group:
        former = {} if one.change is None else one.change.before
        before = _loaded(former, [msgspec.structs.replace(one, notes=())]).facts if former else Facts()
        after = _loaded(one.documents, [_with_names(one) if len(group) > 1 else one]).facts
        addresses = {name: origin.address for name, origin in one.origins.items() if origin.address}
        unplaced = frozenset[str]() if one.change is None else one.change.unplaced
        deleted, made_at = ((), None) if one.change is None else (one.change.deleted, one.change.made_at)
        facts = put_on(facts, PlannedChange(before, after, addresses, unplaced, deleted, made_at))
        documents |= {f"{name} of {one.name}": content for name, content in one.documents.items()}
    facts = msgspec.structs.replace(
        facts,
        source=f"{source} with {existing.source}",
        zones_to_choose=frozenset().union(*(one.zones_to_choose for one in group)),
        subnets_to_choose=frozenset().union(*(one.subnets_to_choose for one in group)),
    )
    actions = tuple(action for one in group if one.change is not None for action in one.change.actions)
    return DescribedNetwork(documents, facts, existing, actions)


def _with_names(description: Description) -> Description:
    """Return a description with its name before each of its notes."""
    return msgspec.structs.replace(
        description, notes=tuple(f"{description.name}: {note}" for note in description.notes)
    )


def _groups(descriptions: Sequence[Description]) -> list[list[Description]]:
    """Return the descriptions by account and Region; one without its own joins the others if they are of one."""
    groups: dict[tuple[str | None, str | None], list[Description]] = {}
    for description in descriptions:
        account = None if description.account == STAND_IN_ACCOUNT else description.account
        groups.setdefault((description.region, account), []).append(description)
    for region, account in sorted(groups, key=str):
        if region is not None and account is not None:
            continue
        others = [
            key for key in groups
            if key != (region, account) and region in (None, key[0]) and account in (None, key[1])
        ]  # fmt: skip
        if len(others) == 1:
            groups[others[0]] += groups.pop((region, account))
    return list(groups.values())


def _with_account(description: Description, account: str | None) -> Description:
    """Return a description with the account of another input in place of the stand-in, for ARNs and owners."""
    if account is None or description.account != STAND_IN_ACCOUNT or description.facts is not None:
        return description
    documents = {
        name: content.replace(STAND_IN_ACCOUNT.encode(), account.encode())
        for name, content in description.documents.items()
    }
    origins = {name.replace(STAND_IN_ACCOUNT, account): origin for name, origin in description.origins.items()}
    return msgspec.structs.replace(description, account=account, documents=documents, origins=origins)


def _joined(descriptions: Sequence[Description]) -> DescribedNetwork:
    accounts = {one.account for one in descriptions} - {None, STAND_IN_ACCOUNT}
    group = [_with_account(one, min(accounts, key=str, default=None)) for one in descriptions]
    if len(group) == 1:
        return _loaded(group[0].documents, group)
    _refuse_older(group)
    documents = {f"{name} of {one.name}": content for one in group for name, content in one.documents.items()}
    try:
        network = _loaded(documents, group)
        is_planned = all(one.facts is None for one in group)
        return network._replace(facts=with_gateway_routes(network.facts)) if is_planned else network
    except InputError as error:
        names = ", ".join(one.name for one in group)
        raise InputError(error.what, f"{names} are read as one system: leave out the older of the two.") from error


def _refuse_older(group: Sequence[Description]) -> None:
    """Raise `InputError` for a resource that one input changes or deletes, and another one manages too."""
    for one, other in permutations(group, 2):
        if gone := one.deleted.keys() & other.managed:
            message = f"{one.name} deletes {one.deleted[min(gone)]}, and {other.name} describes it"
            raise InputError(message, f"Leave out the older of {one.name} and {other.name}.")
        if both := one.changed.keys() & other.changed.keys():
            message = f"{one.name} and {other.name} both change {one.changed[min(both)]}"
            raise InputError(message, "Leave out the older of the two.")


def _loaded(documents: Mapping[str, bytes], group: Sequence[Description]) -> DescribedNetwork:
    source = ", ".join(dict.fromkeys(one.name for one in group))
    region = next((one.region for one in group if one.region is not None), None)
    facts = group[0].facts if len(group) == 1 else None
    facts = facts or load_answers(documents, source, region)
    notes = tuple(note if len(group) == 1 else f"{one.name}: {note}" for one in group for note in one.notes)
    accounts = [one.account for one in group if one.account not in (None, STAND_IN_ACCOUNT)]
    facts = msgspec.structs.replace(
        facts,
        account=accounts[0] if accounts else facts.account,
        origins=_origins(facts, group),
        notes=(*facts.notes, *notes),
        completeness=_without_lists(facts.completeness, group),
        zones_to_choose=frozenset().union(*(one.zones_to_choose for one in group)),
        subnets_to_choose=frozenset().union(*(one.subnets_to_choose for one in group)),
    )
    return DescribedNetwork(dict(documents), facts)


def _without_lists(lists: Completeness, group: Sequence[Description]) -> Completeness:
    """Return the lists without the gaps of kinds that no description lists."""
    unlisted = frozenset[str]().union(*(one.unlisted for one in group))
    others = frozenset(one.unlisted for one in group if one.documents and not one.unlisted)
    if not unlisted or others:
        return lists
    return msgspec.structs.replace(lists, gaps=frozenset(one for one in lists.gaps if one[0] not in unlisted))


def _origins(facts: Facts, group: Sequence[Description]) -> Mapping[str, Mapping[str, Origin]]:
    """Return the origins of the records, with the places that the descriptions give."""
    places = {resource: origin for one in group for resource, origin in one.origins.items()}
    if not places:
        return facts.origins
    # A document in AWS's form that a reader wrote is no document of the user's.
    written = all(one.origins for one in group)

    unresolved = {
        name: Origin(one.name, None, expression) for one in group for name, expression in one.unresolved.items()
    }

    def origin_of(resource: str, origin: Origin) -> Origin:
        place = places.get(resource)
        if place is not None:
            return msgspec.structs.replace(place, arn=origin.arn)
        return msgspec.structs.replace(origin, document=facts.source) if written else origin

    origins = {
        kind: {resource: origin_of(resource, origin) for resource, origin in table.items()}
        for kind, table in facts.origins.items()
    }
    return origins | ({UNRESOLVED: unresolved} if unresolved else {})
