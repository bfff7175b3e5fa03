"""Launches by AWS Batch and by Step Functions."""

from typing import Any

from bench.faults.account_shapes import run_task
from bench.faults.cases import Case, Page
from bench.faults.families import groups, routes
from bench.faults.families.endpoints import missing
from bench.faults.families.placement import no_free_address
from bench.faults.launch import AUTHORIZATION, LAYERS, LOGS, MANIFEST
from bench.faults.shapes import Change, Sound
from tests import batch

_FAMILY = "Batch and Step Functions"
_GUIDE = "https://docs.aws.amazon.com/batch/latest"
_JOBS = Page(_FAMILY, f"{_GUIDE}/userguide/fargate-job-definitions.html")
_SIZES = Page(_FAMILY, f"{_GUIDE}/APIReference/API_ResourceRequirement.html")
_PROPERTIES = Page(_FAMILY, f"{_GUIDE}/APIReference/API_ContainerProperties.html")
_NETWORK = Page(_FAMILY, f"{_GUIDE}/APIReference/API_NetworkConfiguration.html")
_STATES = Page(_FAMILY, "https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html")
_INPUT = Page(_FAMILY, "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html")
_REGISTRY = Page(_FAMILY, "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html")
_FARGATE = Page(_FAMILY, "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html")
_HOSTS = (AUTHORIZATION.host, MANIFEST.host, LOGS.host, LAYERS.host)
_JOB = ("nightly", "queue", "compute", "job definition nightly on queue queue")
_WAY = ("rtb-task", "sg-task")


def properties(**keys: Any) -> Change:
    """Set properties of the job's container; None removes one."""

    def change(network: Sound) -> None:
        row = network.rows["jobDefinitions"][0]["containerProperties"]
        row.update(keys)
        for key in [key for key, value in row.items() if value is None]:
            del row[key]

    return change


def places(**keys: Any) -> Change:
    """Let the state machine run its task in this network configuration."""
    return lambda network: run_task(network, NetworkConfiguration={"AwsvpcConfiguration": keys})


def _parameters(**keys: Any) -> Change:
    return lambda network: run_task(network, **keys)


_CLOSED = groups.admits("lets nothing in").change
_NO_S3 = routes.s3_route_missing().change
_BOTH = ["subnet-a", "subnet-b"]

CASES: list[Case] = [
    _JOBS.sound("job", "as-it-is", "a job runs in isolated subnets with endpoints"),
    _NETWORK.sound("public job", "as-it-is", "a job has a public address"),
    _NETWORK.broken(
        "public job",
        "no-public-address",
        "the job has no public address, which is the default",
        properties(networkConfiguration=None),
        ("subnet-a", "igw-1", *_JOB),
        also=("subnet-a", "subnet-b", "igw-1", "rtb-task", *_JOB),
        failing=_HOSTS,
    ),
    _SIZES.broken(
        "job",
        "size",
        "1 vCPU does not go with 1 GiB",
        properties(resourceRequirements=batch.size("1", "1024")),
        _JOB,
    ),
    _SIZES.sound(
        "job",
        "quarter",
        "a quarter of a vCPU goes with 512 MiB",
        properties(resourceRequirements=batch.size("0.25", "512")),
    ),
    _PROPERTIES.broken("job", "no-role", "the job has no execution role", properties(executionRoleArn=None), _JOB),
    _PROPERTIES.broken("job", "privileged", "the job is privileged", properties(privileged=True), _JOB),
    _REGISTRY.broken(
        "job",
        "no-endpoint",
        "there is no endpoint for ecr.dkr",
        missing("vpce-d0").change,
        ("com.amazonaws.eu-west-1.ecr.dkr", "rtb-task"),
        also=_WAY,
        failing=(MANIFEST.host,),
    ),
    _REGISTRY.broken(
        "job", "closed-group", "the endpoints' group lets nothing in", _CLOSED, "sg-end", failing=_HOSTS[:3]
    ),
    _FARGATE.broken(
        "job", "no-free-address", "no address is free", no_free_address(*_BOTH).change, "subnet-a", "subnet-b"
    ),
    _STATES.sound("state machine", "as-it-is", "a state runs a task in isolated subnets with endpoints"),
    _STATES.sound("public state machine", "as-it-is", "a state runs a task with a public address"),
    _STATES.broken(
        "public state machine",
        "no-public-address",
        "a state runs a task without a public address",
        places(Subnets=_BOTH, SecurityGroups=["sg-task"], AssignPublicIp="DISABLED"),
        ("subnet-a", "igw-1", "night", "state"),
        also=("subnet-a", "subnet-b", "igw-1", "rtb-task", "state Run of state machine night"),
        failing=_HOSTS,
    ),
    _REGISTRY.broken(
        "state machine", "no-s3-route", "the table has no route to S3", _NO_S3, "rtb-task", failing=(LAYERS.host,)
    ),
    _STATES.broken(
        "state machine",
        "default-group",
        "a state names no group, and the endpoints do not admit the default one",
        places(Subnets=_BOTH),
        "sg-end",
        failing=_HOSTS[:3],
    ),
    _INPUT.unknown(
        "state machine",
        "subnets-at-run-time",
        "the subnets are given at run time",
        places(**{"Subnets.$": "$.subnets", "SecurityGroups": ["sg-task"]}),
    ),
    _STATES.sound(
        "state machine",
        "platform-version",
        "the state names the platform version",
        _parameters(PlatformVersion="1.4.0"),
    ),
]
