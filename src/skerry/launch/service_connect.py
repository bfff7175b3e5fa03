"""The Needs of the proxy of Service Connect: where its agent gets the configuration from."""

from collections.abc import Iterator
from typing import assert_never

import msgspec

from skerry.catalogue.partitions import partition_of
from skerry.catalogue.regions import find_region
from skerry.catalogue.services import ServiceRef
from skerry.launch.endpoints import make_service_call
from skerry.launch.needs import Call, Need, Unread

_NOTE = "containers are taken to wait on Fargate until the proxy of Service Connect has its configuration"
_ALSO = ("ecs-telemetry", "ecs")


def needs_of_service_connect(region: str) -> Iterator[Need]:
    """Yield the calls for the configuration of the proxy; the containers of the task wait for it.

    They use the endpoint ``ecs-agent`` if the VPC has one. Without endpoints the tasks of Fargate need none, but in
    Regions introduced since 23 December 2023 all three endpoints of ECS, or a way to their public names:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html. The name ``ecs-sc`` is in the
    example of https://docs.aws.amazon.com/cli/latest/reference/ecs/discover-poll-endpoint.html. The agent makes
    containers wait for the proxy: https://github.com/aws/amazon-ecs-agent/blob/master/agent/api/task/task.go
    """
    partition, record = partition_of(region), find_region(region)
    if partition is None:
        yield Unread("service-connect", f"the names of the partition that Region {region} is in")
        return
    agent = Call(
        "service-connect",
        f"ecs-sc.{region}.{partition.dual_stack}",
        service=ServiceRef("ecs-agent", region),
        actions=("ecs:Poll",),
        grade="inferred",
        note=_NOTE,
        identity="AWS",
        instead=partition.fill("ecs-a.{region}.{suffix}", region),
    )
    match None if record is None else record.recent:
        case False:
            yield msgspec.structs.replace(agent, only_by_endpoint=True)
        case True:
            yield agent
            yield from (_also(ServiceRef(key, region)) for key in _ALSO)
        case None:
            fact = f"whether Service Connect needs endpoints of ECS in {region}, which is not in the list of Regions"
            yield msgspec.structs.replace(agent, only_if=fact)
        case never:
            assert_never(never)


def _also(ref: ServiceRef) -> Call:
    call = make_service_call("service-connect", ref, "ecs:Poll", identity="AWS")
    return msgspec.structs.replace(call, grade="inferred", note=_NOTE)
