"""Records of Step Functions and EventBridge Pipes: state machines, and pipes that start tasks or submit jobs.

Shapes: https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html and
https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_DescribePipe.html. The input of a pipe's target is
not read: it may be secret.
"""

from msgspec import UNSET, UnsetType

from skerry.model.arns import NameOrArn, ResourceArn
from skerry.model.record import Camel, Pascal
from skerry.model.schedules import BatchParameters, EcsParameters


class StateMachine(Camel, frozen=True):
    """A state machine; a list of state machines prints no definitions."""

    state_machine_arn: ResourceArn
    name: str
    status: str | None = None
    definition: str | UnsetType = UNSET


class PipeTargetParameters(Pascal, frozen=True):
    """The parameters of a pipe's target; a text that starts with ``$`` is a path into the event."""

    ecs_task_parameters: EcsParameters | None = None
    batch_job_parameters: BatchParameters | None = None


class EventPipe(Pascal, frozen=True):
    """A pipe; ListPipes prints only its target's ARN, DescribePipe all of it."""

    arn: str
    name: str
    desired_state: str | None = None
    target: NameOrArn | None = None
    target_parameters: PipeTargetParameters | UnsetType = UNSET
