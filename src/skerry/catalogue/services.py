"""AWS services: their host names, endpoint services and private names, in every partition that is known."""

import re
from functools import cache
from typing import NamedTuple

import msgspec

from skerry.catalogue.table import Grade, read

_REGION_IN_HOST = re.compile(r"(?:^|\.)([a-z]{2,4}(?:-[a-z]+)+-\d+)\.")
_EFS_HOST = re.compile(r"^(fs-[0-9a-f]+)\.efs\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.amazonaws\.com(?:\.cn)?$")


class ServiceRef(NamedTuple):
    """A service in a Region, such as ``ecr.api`` in eu-west-1."""

    key: str
    region: str


class Partition(msgspec.Struct, frozen=True):
    """A partition of AWS, with the suffix of its host names."""

    name: str
    region: str
    suffix: str
    endpoint_prefix: str
    grade: Grade
    source: str
    special_prefix: str | None = None


class Service(msgspec.Struct, frozen=True):
    """One AWS service; ``{region}`` and ``{suffix}`` stand in its names."""

    key: str
    title: str
    host: str
    endpoint: str
    types: tuple[str, ...]
    private_names: tuple[str, ...]
    grade: Grade
    source: str
    special_in_china: bool = False


class _Partitions(msgspec.Struct):
    partitions: tuple[Partition, ...]


class _Services(msgspec.Struct):
    services: tuple[Service, ...]


@cache
def services() -> dict[str, Service]:
    """Every service of the catalogue, by key."""
    return {row.key: row for row in read("services", _Services).services}


@cache
def _partitions() -> tuple[Partition, ...]:
    return read("partitions", _Partitions).partitions


@cache
def partition_of(region: str) -> Partition | None:
    """The partition that a Region belongs to; None where its naming is not known."""
    return next((row for row in _partitions() if re.search(row.region, region)), None)


@cache
def host(ref: ServiceRef) -> str | None:
    """The Regional host name of a service; None where the partition is not known."""
    partition = partition_of(ref.region)
    if partition is None:
        return None
    return services()[ref.key].host.format(region=ref.region, suffix=partition.suffix)


@cache
def endpoint_service(ref: ServiceRef, kind: str = "Interface") -> str | None:
    """The name of the endpoint service, such as ``com.amazonaws.eu-west-1.ecr.api``.

    In China some interface endpoints have a prefix of their own, gateway endpoints never:
    https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ec2/lib/vpc-endpoint.ts
    """
    partition = partition_of(ref.region)
    if partition is None:
        return None
    service = services()[ref.key]
    special = partition.special_prefix if service.special_in_china and kind == "Interface" else None
    return f"{special or partition.endpoint_prefix}.{ref.region}.{service.endpoint}"


@cache
def service_of_endpoint(service_name: str) -> ServiceRef | None:
    """The service behind an endpoint service's name; None where the catalogue does not have it."""
    for key in services():
        for region in _regions_in(service_name):
            ref = ServiceRef(key, region)
            if service_name in {endpoint_service(ref), endpoint_service(ref, "Gateway")}:
                return ref
    return None


def _regions_in(name: str) -> list[str]:
    return _REGION_IN_HOST.findall(name)


@cache
def private_names(ref: ServiceRef) -> tuple[str, ...]:
    """The names, some with a leading ``*.``, that an interface endpoint's private DNS answers for."""
    partition = partition_of(ref.region)
    if partition is None:
        return ()
    names = services()[ref.key].private_names
    return tuple(name.format(region=ref.region, suffix=partition.suffix) for name in names)


@cache
def service_of_host(name: str) -> ServiceRef | None:
    """The service that answers at a host name; None where the catalogue does not have it."""
    for region in _regions_in(name):
        for key in services():
            ref = ServiceRef(key, region)
            if any(matches(pattern, name) for pattern in private_names(ref)):
                return ref
    return None


def matches(pattern: str, name: str) -> bool:
    """Tell whether a name is the pattern, or below it where the pattern starts with ``*.``."""
    if pattern.startswith("*."):
        return name.endswith(pattern[1:]) and len(name) >= len(pattern)
    return name == pattern


def file_system_of(name: str) -> str | None:
    """The id of the EFS file system in its host name.

    https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html
    """
    found = _EFS_HOST.match(name)
    return found.group(1) if found else None


def layer_bucket(region: str) -> str:
    """The bucket that ECR keeps image layers in.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
    """
    return f"prod-{region}-starport-layer-bucket"
