"""The use cases of `skerry diagnose` and `skerry trace`."""

import msgspec

from skerry import checks
from skerry.app.resource_names import group_ids_of, subnet_ids_of
from skerry.app.selection import Hypothetical, Selection, hypothetical_launch, launches
from skerry.diagnose.diagnose import diagnose as diagnose_launches
from skerry.diagnose.diagnosis import Diagnosis, TraceDiagnosis
from skerry.diagnose.need_verdicts import diagnose_trace
from skerry.model.world import World
from skerry.reach.trace_request import TraceRequest, ask
from skerry.reach.walk import Walker


def diagnose(world: World, selection: Selection | None = None) -> Diagnosis:
    """Diagnose services, or a task.

    The diagnosis has no services if the whole input was read and nothing in it starts tasks. Raises
    `NothingFoundError` if the selection names something that does not exist, or the input cannot show launches.
    """
    diagnosis = diagnose_launches(Walker(world), launches(world, selection or Selection()), world.facts.tasks)
    return msgspec.structs.replace(diagnosis, findings=checks.run(world, diagnosis))


def diagnose_hypothetical(world: World, task: Hypothetical) -> Diagnosis:
    """Diagnose a task that does not exist yet."""
    diagnosis = diagnose_launches(Walker(world), [hypothetical_launch(world, task)])
    return msgspec.structs.replace(diagnosis, findings=checks.run(world, diagnosis))


def trace(world: World, question: TraceRequest) -> TraceDiagnosis:
    """Trace one flow through the network.

    Raises `NothingFoundError` if the question names a resource that does not exist, and `SkerryError` if it
    contradicts itself.
    """
    if question.subnet is not None:
        (subnet,) = subnet_ids_of(world, [question.subnet])
        question = msgspec.structs.replace(question, subnet=subnet)
    groups = group_ids_of(world, question.groups, [question.subnet] if question.subnet else [])
    question = msgspec.structs.replace(question, groups=groups)
    return diagnose_trace(world, ask(Walker(world), question))
