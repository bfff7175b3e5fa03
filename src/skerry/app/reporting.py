"""The use case of `skerry report`: a diagnosis, the plan for it, and the network with the plan."""

from collections.abc import Sequence

from skerry.app.diagnosis import complete
from skerry.app.planning import plan_scope, scope_of
from skerry.app.selection import Hypothetical, Selection, all_launches, hypothetical_launch, launches
from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Diagnosis
from skerry.launch.launches import Launch
from skerry.model.world import World
from skerry.plan.changes import ConfigureService
from skerry.plan.launches_after import configure_launches
from skerry.plan.records import Options, Plan
from skerry.plan.report import PlannedNetwork, Report
from skerry.plan.search import Looks
from skerry.reach.walk import Walker
from skerry.verdicts import NOT_APPLICABLE, OK, Verdict

_NOTHING_TO_CHANGE = {OK, NOT_APPLICABLE}


def report(
    world: World, selection: Selection | None = None, options: Options | None = None, *, fingerprint: bool = True
) -> Report:
    """Return the diagnosis of launches with the plan for them.

    ``fingerprint``: the plan has one, as whoever carries it out needs it.

    Raises `NothingFoundError` if the selection names something that does not exist, or the input cannot show launches.
    """
    chosen = launches(world, selection or Selection())
    others = () if selection is None or selection == Selection() else all_launches(world)
    return _report(world, chosen, others, options, fingerprint=fingerprint)


def report_hypothetical(
    world: World, task: Hypothetical, options: Options | None = None, *, fingerprint: bool = True
) -> Report:
    """Return the diagnosis of a task that does not exist yet with the plan for it."""
    task_launch = hypothetical_launch(world, task)
    return _report(world, [task_launch], all_launches(world), options, fingerprint=fingerprint)


def _report(
    world: World, chosen: Sequence[Launch], others: Sequence[Launch], options: Options | None, *, fingerprint: bool
) -> Report:
    """Report on chosen launches; ``others`` of the World must go on as they did."""
    walker = Walker(world)
    diagnosis = complete(world, diagnose(walker, chosen, world.facts.tasks))
    if diagnosis.verdict in _NOTHING_TO_CHANGE:
        return Report(world, diagnosis)
    scope = scope_of(chosen, others, options)
    looks = Looks(walker, scope, diagnosis.services)
    made = plan_scope(world, scope, options, looks, fingerprint=fingerprint)
    return Report(world, diagnosis, made, _planned(looks, diagnosis, chosen, made))


def _planned(looks: Looks, diagnosis: Diagnosis, chosen: Sequence[Launch], made: Plan) -> PlannedNetwork | None:
    """Return the network with the plan; None if no verdict differs there, as with manual steps alone."""
    changes = [row.change for row in made.changes]
    settings = [change for change in changes if isinstance(change, ConfigureService)]
    after, _ = looks.after(changes)
    planned = diagnose(Walker(after), configure_launches(chosen, settings), done=looks.diagnoses_after(changes))
    if _verdicts_of(planned) == _verdicts_of(diagnosis):
        return None
    return PlannedNetwork(after, planned)


def _verdicts_of(diagnosis: Diagnosis) -> list[Verdict]:
    return [need.verdict for service in diagnosis.services for need in service.needs]
