"""The kinds of record of AWS Batch, Step Functions and EventBridge Pipes.

Shapes of the calls: https://docs.aws.amazon.com/batch/latest/APIReference/,
https://docs.aws.amazon.com/step-functions/latest/apireference/ and
https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/.
"""

from skerry.model import batch, state_machines
from skerry.model.api_call import MOST_ROWS, ApiCall, batch_rows
from skerry.model.record_kind import RecordKind

LAUNCH_KINDS = (
    RecordKind(
        "compute_environments",
        batch.ComputeEnvironment,
        "compute_environment_arn",
        "compute environment",
        batch_rows("DescribeComputeEnvironments", "computeEnvironments", "computeEnvironmentArn"),
    ),
    RecordKind(
        "job_queues",
        batch.JobQueue,
        "job_queue_arn",
        "job queue",
        batch_rows("DescribeJobQueues", "jobQueues", "jobQueueArn"),
    ),
    RecordKind(
        "job_definitions",
        batch.JobDefinition,
        "job_definition_arn",
        "job definition",
        batch_rows("DescribeJobDefinitions", "jobDefinitions", "jobDefinitionArn"),
    ),
    RecordKind(
        "batch_jobs",
        batch.Job,
        "job_id",
        "job",
        # The latest jobs are enough: they pair job definitions with job queues.
        ApiCall(
            "batch",
            "ListJobs",
            "jobSummaryList",
            ("jobId",),
            MOST_ROWS,
            "maxResults",
            wrapped=True,
            optional=True,
            first=True,
        ),
        saved_key="jobs",
    ),
    RecordKind(
        "state_machines",
        state_machines.StateMachine,
        "state_machine_arn",
        "state machine",
        ApiCall(
            "stepfunctions",
            "DescribeStateMachine",
            prefix="states",
            optional=True,
            always=("stateMachineArn", "name", "definition", "roleArn", "type", "creationDate"),
        ),
        saved_key="stateMachines",
    ),
    RecordKind(
        "pipes",
        state_machines.EventPipe,
        "arn",
        "pipe",
        ApiCall("pipes", "DescribePipe", optional=True, always=("Arn", "Name")),
        saved_key="Pipes",
    ),
)
