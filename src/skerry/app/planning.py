"""The use case of `skerry plan`."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from skerry import __version__
from skerry.app.selection import Hypothetical, Selection, all_launches, hypothetical_launch, launches
from skerry.catalogue.partitions import partition_of
from skerry.catalogue.services import (
    ServiceRef,
    endpoint_service_name_of,
    list_endpoint_services,
    list_regions_in,
    load_services,
    service_by_naming_rule,
    service_of_endpoint,
)
from skerry.errors import Argument, InputError
from skerry.launch.launches import Launch
from skerry.model.world import World
from skerry.plan import planner
from skerry.plan.fingerprints import fingerprint_of
from skerry.plan.records import INGRESSES, Ingress, Options, Plan, PlannedLaunch
from skerry.plan.scope import Scope
from skerry.plan.search import Looks
from skerry.suggestions import suggest
from skerry.verdicts import NOT_APPLICABLE

_NAME = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")


def plan_options(
    world: World,
    ingress: str | None = None,
    also: Sequence[str] = (),
    *,
    least_privilege: bool = False,
    nat: bool = False,
    public: bool = False,
    budget: Decimal | None = None,
) -> Options:
    """Return the user's preferences for a plan.

    ``also`` are services by their short names, such as ``sqs``, or by the names of their endpoint services. Raises
    `InputError` where one cannot exist.
    """
    if also and world.region is None:
        raise InputError("the Region of the network is not known", "Give ", Argument.REGION, ".")
    refs = tuple(_service_named(world, name, world.region or "") for name in also)
    chosen: Ingress = next((name for name in INGRESSES if name == ingress), "subnets")
    return Options(chosen, refs, least_privilege=least_privilege, nat=nat, public=public, budget=budget)


def _service_named(world: World, name: str, region: str) -> ServiceRef:
    """Return a service by its short name or by the name of its endpoint service.

    Outside the catalogue its host is the private name that AWS prints, else the one by the naming rule.
    """
    if name in load_services():
        return ServiceRef(name, region)
    partition = partition_of(region)
    prefix = f"{partition.endpoint_prefix if partition else 'com.amazonaws'}.{region}."
    if "amazonaws." not in name and not list_regions_in(name):
        _refuse_unlisted(world, name, prefix)
        name = f"{prefix}{name}"
    elif region not in list_regions_in(name) or not _NAME.fullmatch(name):
        raise InputError(f"{name} is no endpoint service of {region}", f"Give a short name, or {prefix}NAME.")
    printed = world.private_names_of_endpoint_service(name)
    if printed == ():
        raise InputError(f"{name} has no private name", "Its clients call the endpoint's own name: no plan needs it.")
    hosts = [host for host in printed or () if not host.startswith("*.")]
    ref = service_of_endpoint(name) or service_by_naming_rule(name)
    if ref is not None:
        return ref._replace(host=hosts[0]) if hosts and ref.host else ref
    if not hosts:
        raise InputError(
            f"the private name of {name} is not known",
            f"Save aws ec2 describe-vpc-endpoint-services --service-names {name}.",
        )
    return ServiceRef(name.rpartition(f"{region}.")[2], region, hosts[0], endpoint=name)


def _refuse_unlisted(world: World, name: str, prefix: str) -> None:
    """Raise `InputError` for a short name that no list of endpoint services has; it may be mistyped."""
    listed = {row.service_name for row in world.facts.endpoint_services}
    if name in list_endpoint_services() or f"{prefix}{name}" in listed:
        return
    own = {str(service).removeprefix(prefix) for service in listed}
    question = suggest(name, sorted(load_services().keys() | list_endpoint_services() | own))
    raise InputError(
        f"{name} is on no list of endpoint services",
        f"{question} Otherwise give the full name, such as {prefix}NAME.".strip(),
    )


def plan(world: World, selection: Selection | None = None, options: Options | None = None) -> Plan:
    """Plan the smallest changes for launches that cannot start.

    Raises `NothingFoundError` if the selection names something that does not exist, or the input cannot show launches.
    """
    chosen = launches(world, selection or Selection())
    if not chosen:
        return Plan((), NOT_APPLICABLE, NOT_APPLICABLE, proven=True)
    return plan_launches(world, chosen, options)


def plan_hypothetical(world: World, task: Hypothetical, options: Options | None = None) -> Plan:
    """Plan the smallest changes for a task that does not exist yet."""
    return plan_launches(world, [hypothetical_launch(world, task)], options)


def plan_launches(world: World, chosen: Sequence[Launch], options: Options | None = None) -> Plan:
    """Plan the smallest changes for these launches."""
    return plan_scope(world, scope_for(world, chosen, options), options)


def plan_scope(
    world: World, scope: Scope, options: Options | None = None, looks: Looks | None = None, *, fingerprint: bool = True
) -> Plan:
    """Plan the smallest changes for the launches of a scope; ``fingerprint``: with that of their walks.

    ``looks`` are those of the caller.
    """
    made = planner.plan(world, scope, options, looks=looks)
    changes = [planned.change for planned in made.changes]
    return msgspec.structs.replace(
        made,
        made_at=_now(),
        made_by=__version__,
        fingerprint=fingerprint_of(world, scope, changes) if fingerprint and changes else None,
        launches=tuple(dict.fromkeys(PlannedLaunch(launch.name, launch.cluster) for launch in scope.launches)),
        also=tuple(filter(None, map(endpoint_service_name_of, (options or Options()).also))),
    )


def scope_for(world: World, chosen: Sequence[Launch], options: Options | None = None) -> Scope:
    """Return the scope of a plan for launches: all other launches must go on as they did."""
    return scope_of(chosen, all_launches(world), options)


def scope_of(chosen: Sequence[Launch], launches: Iterable[Launch], options: Options | None = None) -> Scope:
    """Return the scope of a plan for some of several launches: the others must go on as they did."""
    names = {(launch.cluster, launch.name) for launch in chosen}
    others = [launch for launch in launches if (launch.cluster, launch.name) not in names]
    return Scope(chosen, (options or Options()).also, others)


def _now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()
