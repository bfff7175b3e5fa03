"""The use case of `skerry trace`."""

import msgspec

from skerry.app.resource_names import group_ids_of, subnet_ids_of
from skerry.diagnose.diagnosis import TraceDiagnosis
from skerry.diagnose.need_verdicts import diagnose_trace
from skerry.model.world import World
from skerry.reach.trace_request import TraceRequest, ask
from skerry.reach.walk import Walker


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
