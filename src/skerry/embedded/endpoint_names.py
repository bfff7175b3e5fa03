"""Names of endpoint services: of the service, of its host, and of its private DNS."""

from collections.abc import Iterator
from typing import Any

# Services with private names other than the service's host.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
# https://docs.aws.amazon.com/firehose/latest/dev/vpc.html and https://docs.aws.amazon.com/streams/latest/dev/vpc.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
_PRIVATE_NAMES = {
    "ecr.dkr": ("dkr.ecr", "*.dkr.ecr"),
    "ecs-agent": ("ecs-a",),
    "ecs-telemetry": ("ecs-t",),
    "kinesis-firehose": ("firehose",),
    "kinesis-streams": ("kinesis",),
    "s3": ("s3", "*.s3", "*.s3-accesspoint", "*.s3-control"),
}

# In China some services have names that begin with "cn.".
# https://docs.amazonaws.cn/en_us/vpc/latest/privatelink/aws-services-privatelink-support.html
_SUFFIXES = {"aws-cn": "amazonaws.com.cn"}


def private_names_of(backend: Any, service: str) -> Iterator[str]:
    """Yield the private DNS names of an endpoint service."""
    name = short_name_of(backend, service)
    if name in backend.configurations:  # a customer's service has no private name unless it is given one
        yield from filter(None, [backend.configurations[name].private_dns_name])
        return
    for host in _PRIVATE_NAMES.get(name, (host_of(name),)):
        yield f"{host}.{backend.region_name}.{_SUFFIXES.get(backend.partition, 'amazonaws.com')}"


def short_name_of(backend: Any, service: str) -> str:
    """Return a service's name without the region's prefix: ``ecr.api``, or ``vpce-svc-…`` for a customer's."""
    name = service.removeprefix("cn.").removeprefix("com.amazonaws.").removeprefix("vpce.")
    return name.removeprefix(f"{backend.region_name}.")


def host_of(service: str) -> str:
    """Return the host of a service: its name backwards, ``api.ecr`` for ``ecr.api``."""
    return ".".join(reversed(service.split(".")))
