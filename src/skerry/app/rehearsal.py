"""The use case of `skerry rehearse`: a launch in a lab of real packets, compared with its prediction."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from skerry.access.evaluation import AccessCheck
from skerry.app.reading import Gathered
from skerry.app.resource_names import subnet_ids_of
from skerry.app.saving import snapshot
from skerry.app.selection import Hypothetical, Selection, hypothetical_launch, launches
from skerry.diagnose.diagnose import diagnose_one
from skerry.diagnose.rehearsal import LabResult, PacketDrop, Rehearsal, RehearsalStep, combine_steps
from skerry.errors import Argument, InputError, NothingFoundError
from skerry.lab.oci_image import source_of
from skerry.lab.rehearsal import plan_rehearsal
from skerry.lab.run import AttemptResult, perform
from skerry.launch.launches import Launch
from skerry.model.world import World
from skerry.plan import planner
from skerry.plan.assign_addresses import assign_addresses
from skerry.plan.records import Options
from skerry.plan.scope import Scope
from skerry.plan.world_after import apply_changes
from skerry.reach.walk import Walker
from skerry.verdicts import OK, Verdict

Watch = Callable[[tuple[RehearsalStep, ...]], None]


class RehearsalRequest(msgspec.Struct, frozen=True):
    """The request: one launch, in some of its subnets or in all; with clients, or with ``probe`` alone.

    ``planned``: on the network after `skerry plan` for the launch with these ``preferences``, not on today's.
    """

    selection: Selection = Selection()
    hypothetical: Hypothetical | None = None
    subnets: tuple[str, ...] = ()
    probe: bool = False
    archive: Path | None = None
    planned: bool = False
    preferences: Options = Options()


def rehearse(world: World, request: RehearsalRequest, watch: Watch | None = None) -> Rehearsal:
    """Rehearse a launch; ``watch`` is called with each intermediate result.

    Raises `SkerryError` where there is no such launch, or the machine cannot have a lab.
    """
    if request.archive is not None:
        try:
            source_of(request.archive)
        except ValueError as error:
            raise InputError(str(error), "Give what `docker save` or `skopeo copy … oci-archive:` writes.") from error
    launch = _launch(world, request)
    notes: tuple[str, ...] = ()
    if request.planned:
        world, launch, notes = _planned(world, launch, request.preferences)
    written = plan_rehearsal(world, launch, str(request.archive.absolute()) if request.archive else None)
    predicted = _predicted(world, launch)

    def steps(seen: tuple[AttemptResult, ...]) -> tuple[RehearsalStep, ...]:
        return tuple(_step(attempt, verdict) for attempt, verdict in zip(seen, predicted, strict=True))

    def report(seen: tuple[AttemptResult, ...]) -> None:
        if watch is not None:
            watch(steps(seen))

    report(tuple(AttemptResult(row, why_not=row.why_not) for row in written.rows))
    result = perform(written, probe=request.probe, watch=report)
    denials = _denials_of(world, launch)
    left_out = tuple(f"The lab: {note}." for note in written.notes)
    return combine_steps(
        launch.name, steps(result.seen), notes + left_out + result.notes + denials.notes, denials.verdict
    )


def _planned(world: World, launch: Launch, preferences: Options) -> tuple[World, Launch, tuple[str, ...]]:
    """Return the network and the launch after the planned changes, with notes about them."""
    scope = Scope([launch])
    plan = planner.plan(world, scope, preferences)
    changes = [planned.change for planned in plan.changes]
    proven = "proven" if plan.proven else "not proven"
    note = f"On the network after the changes of skerry plan ({len(changes)}, {proven})."
    (configured,) = scope.after(changes).launches
    return assign_addresses(apply_changes(world, changes)), configured, (note,)


def save_disagreement(gathered: Gathered) -> Path:
    """Save the input, without secrets, in a new folder, and return the folder."""
    place = Path(tempfile.mkdtemp(prefix="skerry-disagreement-")) / "snapshot"
    snapshot(gathered, place)
    return place


def _launch(world: World, request: RehearsalRequest) -> Launch:
    """Return the requested launch in the requested subnets."""
    if request.hypothetical is not None:
        launch = hypothetical_launch(world, request.hypothetical)
    else:
        candidates = [item for item in launches(world, request.selection) if item.not_applicable is None]
        if len(candidates) != 1:
            names = ", ".join(sorted({f"{item.name} in {item.cluster}" for item in candidates})) or "none for Fargate"
            message = f"a rehearsal needs one launch; the selection has {len(candidates)}: {names}"
            raise NothingFoundError(message, "Select one: ", Argument.SERVICE, " NAME.")
        launch = candidates[0]
    subnets = subnet_ids_of(world, request.subnets)
    elsewhere = [name for name in subnets if name not in launch.subnets]
    if elsewhere:
        places = ", ".join(launch.subnets)
        raise NothingFoundError(f"{launch.name} does not use subnet {', '.join(elsewhere)}", f"It uses {places}.")
    return msgspec.structs.replace(launch, subnets=subnets or launch.subnets)


class _Denials(msgspec.Struct, frozen=True):
    """The verdict of policies and existence checks on a launch, without that of packets; ``ok`` adds nothing."""

    verdict: Verdict
    notes: tuple[str, ...] = ()


def _denials_of(world: World, launch: Launch) -> _Denials:
    walker = Walker(world)
    packets = diagnose_one(walker, launch, {})
    asked = diagnose_one(walker, launch, {}, AccessCheck(world))
    if asked.verdict is packets.verdict:
        return _Denials(OK)
    new = [
        f"Packets do not show this. {blocker.resource}: {blocker.message}."
        for before, after in zip(packets.needs, asked.needs, strict=True)
        for blocker in after.blockers
        if blocker not in before.blockers
    ]
    unknown = "Packets do not show policies, nor what is there, and not all of that is known: see skerry diagnose."
    return _Denials(asked.verdict, tuple(dict.fromkeys(new)) or (unknown,))


def _predicted(world: World, launch: Launch) -> list[Verdict]:
    """Return the verdict of each Need in each subnet, in the order of the script's rows."""
    walker = Walker(world)
    alone = [msgspec.structs.replace(launch, subnets=(subnet,)) for subnet in launch.subnets]
    return [row.verdict for single in alone for row in diagnose_one(walker, single, {}).needs]


def _step(seen: AttemptResult, predicted: Verdict) -> RehearsalStep:
    droppers = tuple(PacketDrop(origin.kind, origin.resource, origin.rule) for origin in seen.drops)
    observed = LabResult(seen.worked, seen.why_not, seen.words, seen.tool, seen.seconds, seen.addresses, droppers)
    return RehearsalStep(seen.row.subnet, seen.row.need, str(seen.row.host or ""), predicted, observed)
