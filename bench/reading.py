"""How many calls and rounds a reading takes, and how long with a network between: against an account of the same shape.

Each answer comes 50 ms late, as over a network; what AWS needs itself is not in it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from skerry.aws.api_table import SERVICES, TASK_DEFINITION
from skerry.aws.resource_calls import SERVICE_REVISIONS
from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded import demo_deployment
from skerry.embedded.fault_injection import Faults
from skerry.embedded.http_server import serve_over_http
from skerry.sources.live import AccountReading, read

FEW, MANY = 1, 50
LATENCY = 0.05
MOST_ROUNDS = 6

# What 49 more services may cost: their descriptions come ten at a time, their revisions twenty at a time, and all else
# in the pages that there were.
MOST_MORE = MANY // SERVICES.batch + MANY // SERVICE_REVISIONS.batch


def run() -> bool:
    """(d) Read an account with few and with many services; whether the limits hold."""
    few, few_definitions, few_seconds = _measured(FEW)
    many, many_definitions, many_seconds = _measured(MANY)
    more = (many.calls - many_definitions) - (few.calls - few_definitions)
    for count, found, seconds in ((FEW, few, few_seconds), (MANY, many, many_seconds)):
        print(f"(d) reading {count} services: {found.calls} calls in {found.rounds} rounds,", end=" ")
        print(f"{seconds:.1f} s with {LATENCY * 1000:.0f} ms a call,", end=" ")
        print(f"{found.calls * LATENCY / seconds:.1f} times as fast as one call after another")
    rounds = max(few.rounds, many.rounds)
    print(f"    without task definitions {more} calls more for {MANY - FEW} more services,", end=" ")
    print(f"at most {MOST_MORE} wanted; {rounds} rounds, at most {MOST_ROUNDS} wanted")
    return more <= MOST_MORE and rounds <= MOST_ROUNDS


def _measured(services: int) -> tuple[AccountReading, int, float]:
    """A reading, how many of its calls were for task definitions, and its seconds."""
    faults = Faults()
    with _account(services, faults) as client:
        read(client)  # clients are made once; that is not measured
        faults.clear()
        faults.latency = LATENCY
        begun = time.perf_counter()
        found = read(client)
        seconds = time.perf_counter() - begun
        return found, faults.seen.count(TASK_DEFINITION.action), seconds


@contextmanager
def _account(services: int, faults: Faults) -> Iterator[ClientFactory]:
    """The article's account, with so many services in all, each with a task definition of its own."""
    with serve_over_http("eu-west-1", faults):
        client = make_clients("eu-west-1")
        deployment = demo_deployment.build(client)
        demo_deployment.repair(client, deployment)
        ecs = client("ecs")
        model = ecs.describe_services(cluster=deployment.cluster, services=[deployment.service])["services"][0]
        for number in range(services - 1):
            _service(ecs, model, number)
        yield client


def _service(ecs: Any, model: dict[str, Any], number: int) -> None:
    containers = [{"name": "app", "image": "app:1", "memory": 512}]
    more = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"}
    made = ecs.register_task_definition(family=f"app-{number}", containerDefinitions=containers, **more)
    ecs.create_service(
        cluster=model["clusterArn"],
        serviceName=f"app-{number}",
        taskDefinition=made["taskDefinition"]["taskDefinitionArn"],
        launchType="FARGATE",
        desiredCount=0,
        networkConfiguration=model["networkConfiguration"],
    )
