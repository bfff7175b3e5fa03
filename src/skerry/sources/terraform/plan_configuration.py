"""A plan or state as JSON as a configuration: references and made-up ids tell its unknown values."""

import msgspec

from skerry.errors import Argument, InputError
from skerry.model.facts import Facts
from skerry.sources.descriptions import STAND_IN_ACCOUNT
from skerry.sources.terraform.changes import with_next_revision
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.forced_values import with_forced_values
from skerry.sources.terraform.plan_json import PlannedResources, accounts_in, read_plan, regions_in
from skerry.sources.terraform.provider_scopes import regions_of, scope_of
from skerry.sources.terraform.references import ReferenceResolver
from skerry.sources.terraform.removed_parts import without_removed_parts
from skerry.sources.terraform.resource_ids import with_made_up
from skerry.sources.terraform.values import Instance


class AccountPlace(msgspec.Struct, frozen=True):
    """The account and the Region of a configuration, as far as the user names them.

    ``existing`` is the network that a plan changes, and has an account and a Region too.
    """

    region: str | None = None
    account: str | None = None
    existing: Facts | None = None


def read_file(name: str, content: bytes, place: AccountPlace) -> Configuration:
    """Return the configuration of a plan or state as JSON, with made-up ids for what the apply will create."""
    return configuration_of(name, read_plan(name, content), place)


def configuration_of(name: str, plan: PlannedResources, place: AccountPlace) -> Configuration:
    """Return the configuration of a plan or state, with made-up ids for what the apply will create."""
    region = place.region or region_of(name, plan, place.existing)
    account = place.account or only_account(plan.instances, place.existing)
    instances = [
        made_up(instance, plan, region, account, place.existing) if instance.mode == "managed" else instance
        for instance in without_removed_parts(plan.instances, plan.former)
    ]
    resolver = ReferenceResolver(plan.written, instances)
    resolved = with_forced_values(map(resolver.resolve, instances), resolver, plan.types, closed=plan.closed)
    candidates = frozenset(resolver.candidates)
    return Configuration(
        resolved, region, account, plan.closed, plan.types, plan.level, scopes=plan.scopes, candidates=candidates
    )


def made_up(instance: Instance, plan: PlannedResources, region: str, account: str, existing: Facts | None) -> Instance:
    """Return an instance with made-up ids for what the apply will create, in its own account and Region."""
    scope = scope_of(instance, plan.scopes)
    made = with_made_up(instance, scope.region or region, scope.account or account)
    return made if existing is None else with_next_revision(made, plan.former, existing)


def only_account(instances: tuple[Instance, ...], existing: Facts | None = None) -> str:
    """Return the account of the input, else that of the existing network, else a stand-in."""
    accounts = accounts_in(instances) - {STAND_IN_ACCOUNT}
    if len(accounts) == 1:
        return next(iter(accounts))
    return STAND_IN_ACCOUNT if existing is None or existing.account is None else existing.account


def region_of(name: str, plan: PlannedResources, existing: Facts | None) -> str:
    """Return the Region of a plan's providers; of several the first, as each resource has its own."""
    regions = regions_of(plan.instances, plan.scopes)
    return min(regions) if regions else only_region(name, plan.instances, existing)


def only_region(name: str, instances: tuple[Instance, ...], existing: Facts | None = None) -> str:
    """Return the Region that all instances name, else the one of the existing network.

    Raises `InputError` if they name several, or none does.
    """
    regions = regions_in(instances)
    if len(regions) == 1:
        return next(iter(regions))
    if not regions and existing is not None and existing.region is not None:
        return existing.region
    which = f"the Regions {', '.join(sorted(regions))}" if regions else "no Region"
    message = f"{name} names {which}"
    raise InputError(message, "Name the one to check with ", Argument.REGION, ".")
