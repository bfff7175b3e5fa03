"""The use case of a rehearsal: a launch in a lab of real packets, with the prediction."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from skerry import app
from skerry.access.evaluation import AccessCheck
from skerry.diagnose.diagnose import diagnose_one
from skerry.diagnose.rehearsal import LabResult, PacketDrop, Rehearsal, RehearsalStep, combine_steps
from skerry.errors import InputError, NothingFoundError
from skerry.lab.oci_image import source_of
from skerry.lab.rehearsal import script
from skerry.lab.run import Seen, perform
from skerry.launch.launches import Launch
from skerry.model.world import World
from skerry.plan import planner
from skerry.plan.assign_addresses import assign_addresses
from skerry.plan.scope import Scope
from skerry.plan.world_after import after
from skerry.reach.walk import Walker
from skerry.verdicts import OK, Verdict

Watch = Callable[[tuple[RehearsalStep, ...]], None]


class Wish(msgspec.Struct, frozen=True):
    """The request: one launch, in some of its subnets or in all; with clients, or with ``probe`` alone.

    ``planned``: on the network after `skerry plan` for the launch, not on today's.
    """

    selection: app.Selection = app.Selection()
    hypothetical: app.Hypothetical | None = None
    subnets: tuple[str, ...] = ()
    probe: bool = False
    archive: Path | None = None
    planned: bool = False


def rehearse(world: World, wish: Wish, watch: Watch | None = None) -> Rehearsal:
    """Rehearse a launch; ``watch`` is called with each intermediate result.

    Raises `SkerryError` where there is no such launch, or the machine cannot have a lab.
    """
    if wish.archive is not None:
        try:
            source_of(wish.archive)
        except ValueError as error:
            raise InputError(str(error), "Give what `docker save` or `skopeo copy … oci-archive:` writes.") from error
    launch = _launch(world, wish)
    notes: tuple[str, ...] = ()
    if wish.planned:
        world, notes = _planned(world, launch)
    written = script(world, launch, str(wish.archive.absolute()) if wish.archive else None)
    predicted = _predicted(world, launch)

    def steps(seen: tuple[Seen, ...]) -> tuple[RehearsalStep, ...]:
        return tuple(_step(one, verdict) for one, verdict in zip(seen, predicted, strict=True))

    def told(seen: tuple[Seen, ...]) -> None:
        if watch is not None:
            watch(steps(seen))

    told(tuple(Seen(row, why_not=row.why_not) for row in written.rows))
    found = perform(written, probe=wish.probe, watch=told)
    refused = _refused(world, launch)
    left_out = tuple(f"The lab: {note}." for note in written.notes)
    return combine_steps(
        launch.name, steps(found.seen), notes + left_out + found.notes + refused.notes, refused.verdict
    )


def _planned(world: World, launch: Launch) -> tuple[World, tuple[str, ...]]:
    """Return the network after the planned changes for a launch, with notes about them."""
    found = planner.plan(world, Scope([launch]))
    changes = [row.change for row in found.changes]
    proven = "proven" if found.proven else "not proven"
    note = f"On the network after the changes of skerry plan ({len(changes)}, {proven})."
    return assign_addresses(after(world, changes)), (note,)


def keep(gathered: app.Gathered) -> Path:
    """Save the input, without secrets, in a new folder, and return the folder."""
    place = Path(tempfile.mkdtemp(prefix="skerry-disagreement-")) / "snapshot"
    app.snapshot(gathered, place)
    return place


def _launch(world: World, wish: Wish) -> Launch:
    """Return the requested launch in the requested subnets."""
    if wish.hypothetical is not None:
        launch = app.hypothetical_launch(world, wish.hypothetical)
    else:
        found = [item for item in app.launches(world, wish.selection) if item.not_applicable is None]
        if len(found) != 1:
            names = ", ".join(sorted({f"{item.name} in {item.cluster}" for item in found})) or "none for Fargate"
            message = f"a rehearsal is of one launch, and there are: {names}"
            raise NothingFoundError(message, "Name one: --service NAME.")
        launch = found[0]
    strange = [name for name in wish.subnets if name not in launch.subnets]
    if strange:
        places = ", ".join(launch.subnets)
        raise NothingFoundError(f"{launch.name} does not land in {', '.join(strange)}", f"It does in: {places}.")
    return msgspec.structs.replace(launch, subnets=wish.subnets or launch.subnets)


class _Refused(msgspec.Struct, frozen=True):
    """Return the verdicts of policies on a launch, in addition to its packets; ``ok``: nothing."""

    verdict: Verdict
    notes: tuple[str, ...] = ()


def _refused(world: World, launch: Launch) -> _Refused:
    walker = Walker(world)
    packets = diagnose_one(walker, launch, {})
    asked = diagnose_one(walker, launch, {}, AccessCheck(world))
    if asked.verdict is packets.verdict:
        return _Refused(OK)
    new = [
        f"Packets do not show this. {blocker.resource}: {blocker.message}."
        for before, after in zip(packets.needs, asked.needs, strict=True)
        for blocker in after.blockers
        if blocker not in before.blockers
    ]
    unknown = "Packets do not show policies, nor what is there, and not all of that is known: see skerry diagnose."
    return _Refused(asked.verdict, tuple(dict.fromkeys(new)) or (unknown,))


def _predicted(world: World, launch: Launch) -> list[Verdict]:
    """The verdict of each Need in each subnet, in the order of the script's rows."""
    walker = Walker(world)
    alone = [msgspec.structs.replace(launch, subnets=(subnet,)) for subnet in launch.subnets]
    return [row.verdict for one in alone for row in diagnose_one(walker, one, {}).needs]


def _step(seen: Seen, predicted: Verdict) -> RehearsalStep:
    droppers = tuple(PacketDrop(origin.kind, origin.resource, origin.rule) for origin in seen.drops)
    observed = LabResult(seen.worked, seen.why_not, seen.words, seen.tool, seen.seconds, seen.addresses, droppers)
    return RehearsalStep(seen.row.subnet, seen.row.need, str(seen.row.host or ""), predicted, observed)
