"""Rows of AWS Batch as its API prints them: a job definition, a job queue and a compute environment on Fargate."""

from typing import Any

from tests.networks import ACCOUNT, IMAGE, REGION, Network, Row

BATCH = f"arn:aws:batch:{REGION}:{ACCOUNT}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
CLUSTER = "AWSBatch-compute-1"


def size(vcpu: str = "1", memory: str = "2048") -> list[Row]:
    return [{"type": "VCPU", "value": vcpu}, {"type": "MEMORY", "value": memory}]


def job_definition(name: str = "job", revision: int = 1, properties: Row | None = None, **more: Any) -> Row:
    """A job definition with one container; None among the properties removes one."""
    container: Row = {
        "image": IMAGE,
        "executionRoleArn": ROLE,
        "resourceRequirements": size(),
        "environment": [{"name": "MODE", "value": "SECRET"}],
        "command": ["SECRET"],
    }
    container |= properties or {}
    row = {
        "jobDefinitionName": name,
        "jobDefinitionArn": f"{BATCH}:job-definition/{name}:{revision}",
        "revision": revision,
        "status": "ACTIVE",
        "type": "container",
        "platformCapabilities": ["FARGATE"],
        "containerProperties": {key: value for key, value in container.items() if value is not None},
    }
    return row | more


def several(*containers: Row, **more: Any) -> Row:
    """The keys of a job definition with several containers."""
    task = {"executionRoleArn": ROLE, "containers": list(containers)} | more
    return {"containerProperties": None, "ecsProperties": {"taskProperties": [task]}}


def environment(
    name: str = "compute", type_: str = "FARGATE", subnets: tuple[str, ...] = ("subnet-a",), **more: Any
) -> Row:
    resources = {"type": type_, "maxvCpus": 16, "subnets": list(subnets), "securityGroupIds": ["sg-task"]}
    row = {
        "computeEnvironmentName": name,
        "computeEnvironmentArn": f"{BATCH}:compute-environment/{name}",
        "ecsClusterArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{CLUSTER}",
        "type": "MANAGED",
        "state": "ENABLED",
        "status": "VALID",
        "computeResources": resources,
    }
    return row | more


def queue(name: str = "queue", environments: tuple[str, ...] = ("compute",), **more: Any) -> Row:
    order = [
        {"order": place, "computeEnvironment": f"{BATCH}:compute-environment/{environment}"}
        for place, environment in enumerate(environments)
    ]
    row = {
        "jobQueueName": name,
        "jobQueueArn": f"{BATCH}:job-queue/{name}",
        "state": "ENABLED",
        "status": "VALID",
        "priority": 1,
        "computeEnvironmentOrder": order,
    }
    return row | more


def job(number: int = 1, definition: str = "job:1", queue_: str = "queue") -> Row:
    return {
        "jobId": f"j-{number}",
        "jobName": "night",
        "jobQueue": f"{BATCH}:job-queue/{queue_}",
        "jobDefinition": f"{BATCH}:job-definition/{definition}",
        "status": "SUCCEEDED",
    }


def batch_network(
    definitions: tuple[Row, ...] = (),
    queues: tuple[Row, ...] | None = None,
    environments: tuple[Row, ...] | None = None,
    jobs: tuple[Row, ...] = (),
) -> Network:
    """An isolated network without ECS services, with rows of Batch: by default one of each kind."""
    network = Network()
    network.rows["jobDefinitions"] = list(definitions or (job_definition(),))
    network.rows["jobQueues"] = list((queue(),) if queues is None else queues)
    network.rows["computeEnvironments"] = list((environment(),) if environments is None else environments)
    network.rows["jobs"] = list(jobs)
    return network
