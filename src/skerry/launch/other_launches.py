"""All launches that no ECS service asks for."""

from skerry.launch.batch_jobs import batch_launches_of
from skerry.launch.launches import Launch
from skerry.launch.pipes import pipe_launches_of, submitted_definition_of
from skerry.launch.scheduled_tasks import scheduled_launches_of, submitted_definitions_of_rules
from skerry.launch.state_machines import state_machine_launches_of, submitted_definitions_of
from skerry.model.world import World


def other_launches_of(world: World) -> tuple[Launch, ...]:
    """Return the launches of rules, schedules, state machines, pipes and job definitions.

    A job definition that one of these submits is not assumed to go to every job queue.
    """
    by_pipes = filter(None, map(submitted_definition_of, world.facts.pipes))
    submitted = {*submitted_definitions_of(world), *submitted_definitions_of_rules(world), *by_pipes}
    return (
        *scheduled_launches_of(world),
        *state_machine_launches_of(world),
        *pipe_launches_of(world),
        *batch_launches_of(world, submitted),
    )
