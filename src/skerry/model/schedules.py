"""Records of scheduled tasks: targets of EventBridge rules and of EventBridge Scheduler.

Shapes: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EcsParameters.html and
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_EcsParameters.html. EventBridge's input to a target is
not read: it may be secret.
"""

from msgspec import UNSET, UnsetType, field

from skerry.model.arns import ResourceArn
from skerry.model.ecs import ProviderStrategy
from skerry.model.record import Pascal


class RunVpcConfiguration(Pascal, frozen=True):
    """The subnets and security groups of the network interfaces of scheduled tasks."""

    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    assign_public_ip: str = "DISABLED"


class RunNetwork(Pascal, frozen=True):
    """The network configuration of a target; both services write its key as ECS does."""

    awsvpc_configuration: RunVpcConfiguration | None = field(name="awsvpcConfiguration", default=None)


class EcsParameters(Pascal, frozen=True):
    """The parameters of RunTask for a target."""

    task_definition_arn: str | UnsetType = UNSET
    launch_type: str | None = None
    network_configuration: RunNetwork = RunNetwork()
    platform_version: str | None = None
    capacity_provider_strategy: tuple[ProviderStrategy, ...] = ()
    enable_execute_command: bool = False
    task_count: int = 1


class RunTarget(Pascal, frozen=True):
    """A target. A cluster as target runs tasks; ``ecs_parameters`` are UNSET if only the target's ARN was listed."""

    arn: ResourceArn
    ecs_parameters: EcsParameters | UnsetType = UNSET


class BatchParameters(Pascal, frozen=True):
    """The parameters of SubmitJob for a target, a job queue."""

    job_definition: str


class NamedTarget(RunTarget, frozen=True):
    """A target of a rule, with an id that is unique within the rule."""

    id: str | None = None
    batch_parameters: BatchParameters | None = None


class RuleTarget(Pascal, frozen=True):
    """A target of an EventBridge rule, with the name of the rule."""

    rule: str
    target: NamedTarget
    event_bus: str = "default"


class EventRule(Pascal, frozen=True):
    """A rule of EventBridge; one for events has no schedule expression.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Rule.html
    """

    name: str | None = None
    event_bus_name: str = "default"
    state: str = "ENABLED"
    schedule_expression: str | None = None


class Schedule(Pascal, frozen=True):
    """A schedule of EventBridge Scheduler; ListSchedules prints only its target's ARN, GetSchedule all of it."""

    arn: ResourceArn
    name: str
    group_name: str = "default"
    state: str = "ENABLED"
    schedule_expression: str | None = None
    target: RunTarget | UnsetType = UNSET
