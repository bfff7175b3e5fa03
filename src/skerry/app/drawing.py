"""The use case of `skerry draw`: the map of one service, as it is or with the plan."""

from skerry.app.diagnosis import diagnose, diagnose_hypothetical
from skerry.app.reporting import report, report_hypothetical
from skerry.app.selection import Hypothetical, Selection
from skerry.diagnose.diagnosis import Diagnosis, ServiceDiagnosis
from skerry.draw.build import network_map_of
from skerry.draw.drawing import Drawing
from skerry.draw.network_map import MapStep, NetworkMap
from skerry.draw.sentences import chosen_step
from skerry.errors import Argument, NothingFoundError, UnknownNameError
from skerry.model.world import World
from skerry.plan.report import Report

_MOST_NAMES = 10


def draw(
    world: World, selection: Selection | None = None, *, step: str | None = None, planned: bool = False
) -> Drawing:
    """Return the map of one service, with the path of a step: by its number or name, or the worst one.

    ``planned``: with the plan; without a plan that changes the network, ``current`` of the drawing is None. Raises
    `NothingFoundError` if the selection is not one service, and `UnknownNameError` for a step that it does not have.
    """
    if planned:
        return _planned(report(world, selection), step)
    return _drawing(world, diagnose(world, selection), step)


def draw_hypothetical(world: World, task: Hypothetical, *, step: str | None = None, planned: bool = False) -> Drawing:
    """Return the map of a task that does not exist yet."""
    if planned:
        return _planned(report_hypothetical(world, task), step)
    return _drawing(world, diagnose_hypothetical(world, task), step)


def _planned(made: Report, step: str | None) -> Drawing:
    current = network_map_of(made.world, _only(made.diagnosis))
    if made.planned is None:
        return Drawing(current, _step_of(current, step))
    network = network_map_of(made.planned.world, _only(made.planned.diagnosis))
    return Drawing(network, _step_of(network, step), current)


def _drawing(world: World, diagnosis: Diagnosis, step: str | None) -> Drawing:
    network = network_map_of(world, _only(diagnosis))
    return Drawing(network, _step_of(network, step))


def _only(diagnosis: Diagnosis) -> ServiceDiagnosis:
    """Return the only service of a diagnosis. Raises `NothingFoundError` for none or several."""
    names = [service.launch.name for service in diagnosis.services]
    if len(names) == 1:
        return diagnosis.services[0]
    if not names:
        raise NothingFoundError("there is no launch on Fargate to draw", "Give the answers of ECS too.")
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    listed = f"{', '.join(names[:_MOST_NAMES])}{more}"
    raise NothingFoundError(f"a map shows one of {len(names)} services", "Give ", Argument.SERVICE, f": {listed}.")


def _step_of(network: NetworkMap, wanted: str | None) -> MapStep | None:
    if wanted is None:
        return chosen_step(network)
    for step in network.steps:
        if wanted in {str(step.number), step.step}:
            return step
    choices = {f"{step.number} {step.step}": step.step for step in network.steps}
    raise UnknownNameError(f"{network.service} has no step {wanted}", wanted, choices)
