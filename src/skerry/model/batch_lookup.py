"""Look-ups of AWS Batch: the compute environments of job queues, and the revisions of job definitions."""

from collections.abc import Iterable
from functools import cached_property

from skerry.model.batch import ComputeEnvironment, JobDefinition, JobQueue
from skerry.model.facts import Facts, Missing

ACTIVE = "ACTIVE"
ENVIRONMENTS, QUEUES = "batch:DescribeComputeEnvironments", "batch:DescribeJobQueues"
DEFINITIONS = "batch:DescribeJobDefinitions"


def short_name_of(reference: str) -> str:
    """Return the name in the ARN of a resource of Batch: ``job:1`` of ``arn:…:job-definition/job:1``."""
    return reference.rpartition("/")[2]


class BatchLookup:
    """Compute environments, job queues and job definitions of one source, by name and by ARN."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def find_queue(self, reference: str) -> JobQueue | Missing:
        """Return a job queue by its name or ARN."""
        queue = self._queues.get(short_name_of(reference))
        return queue or Missing(f"job queue {short_name_of(reference)}", QUEUES)

    def find_definition(self, reference: str) -> JobDefinition | Missing:
        """Return a job definition by its ARN, or by its name with or without a revision.

        A name without a revision is the latest active one:
        https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
        """
        name = short_name_of(reference)
        definition = self._revisions.get(name) or self.latest_definitions.get(name)
        return definition or Missing(f"job definition {name}", DEFINITIONS)

    def environments_of(self, queue: JobQueue) -> tuple[ComputeEnvironment | Missing, ...]:
        """Return the compute environments of a job queue, in the order in which Batch tries them."""
        order = sorted(queue.compute_environment_order, key=lambda item: item.order)
        names = (short_name_of(item.compute_environment) for item in order)
        return tuple(
            self._environments.get(name) or Missing(f"compute environment {name}", ENVIRONMENTS) for name in names
        )

    def may_be_on_fargate(self, queue: JobQueue) -> bool:
        """Return whether a job queue leads to Fargate; a queue with only unread compute environments may.

        All compute environments of a queue are on Fargate, or none:
        https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html
        """
        environments = self.environments_of(queue)
        read = [item for item in environments if not isinstance(item, Missing)]
        return any(map(is_on_fargate, read)) if read else bool(environments)

    @cached_property
    def latest_definitions(self) -> dict[str, JobDefinition]:
        """The latest active revision of each job definition, by name."""
        active = (item for item in self._facts.job_definitions if item.status in {None, ACTIVE})
        return {item.job_definition_name: item for item in sorted(active, key=lambda item: item.revision)}

    @cached_property
    def fargate_environments(self) -> tuple[ComputeEnvironment, ...]:
        """The compute environments on Fargate."""
        return tuple(filter(is_on_fargate, self._facts.compute_environments))

    @cached_property
    def fargate_queues(self) -> tuple[JobQueue, ...]:
        """The job queues that lead to Fargate, or may."""
        return tuple(filter(self.may_be_on_fargate, self._facts.job_queues))

    @cached_property
    def _environments(self) -> dict[str, ComputeEnvironment]:
        return {item.compute_environment_name: item for item in self._facts.compute_environments}

    @cached_property
    def _queues(self) -> dict[str, JobQueue]:
        return {item.job_queue_name: item for item in self._facts.job_queues}

    @cached_property
    def _revisions(self) -> dict[str, JobDefinition]:
        return {f"{item.job_definition_name}:{item.revision}": item for item in self._facts.job_definitions}


def is_on_fargate(environment: ComputeEnvironment) -> bool:
    """Return whether the jobs of a compute environment are tasks on Fargate."""
    resources = environment.compute_resources
    return resources is not None and resources.type in {"FARGATE", "FARGATE_SPOT"}


def usable_of(environments: Iterable[ComputeEnvironment]) -> list[ComputeEnvironment]:
    """Return the compute environments that Batch places jobs in; if there are none, the enabled ones, or all.

    https://docs.aws.amazon.com/batch/latest/userguide/invalid_compute_environment.html
    """
    every = list(environments)
    enabled = [item for item in every if item.state in {None, "ENABLED"}]
    return [item for item in enabled if item.status != "INVALID"] or enabled or every
