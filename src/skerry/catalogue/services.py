"""AWS services: their host names, endpoint services and private names, in every partition that is known."""

import re
from functools import cache
from typing import Literal, NamedTuple

import msgspec

from skerry.catalogue.data_files import Grade, read
from skerry.catalogue.partitions import partition_of

_REGION_IN_HOST = re.compile(r"(?:^|\.)([a-z]{2,4}(?:-[a-z]+)+-\d+)\.")
_CODE = re.compile(r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$")
_EFS_HOST = re.compile(r"^(fs-[0-9a-f]+)\.efs\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.(.+)$")


class ServiceRef(NamedTuple):
    """A service in a Region, such as ``ecr.api`` in eu-west-1.

    ``host`` is that of a service outside the catalogue. ``endpoint`` is the full name of its endpoint service, given
    for a name with another prefix than AWS's usual one.
    """

    key: str
    region: str
    host: str = ""
    endpoint: str = ""


class Variant(msgspec.Struct, frozen=True):
    """Other names of a service: its FIPS ones, or those that answer over IPv6 too.

    No page of AWS says of them whether an interface endpoint of the service answers for them.
    """

    kind: Literal["fips", "dual-stack"]
    names: tuple[str, ...]


class AwsService(msgspec.Struct, frozen=True):
    """One AWS service; ``{region}`` and the suffixes of a `Partition` stand in its names."""

    key: str
    title: str
    host: str
    endpoint: str
    types: tuple[str, ...]
    private_names: tuple[str, ...]
    grade: Grade
    source: str
    variants: tuple[Variant, ...] = ()


class _Services(msgspec.Struct):
    services: tuple[AwsService, ...]


class _EndpointServices(msgspec.Struct):
    names: frozenset[str]


@cache
def load_services() -> dict[str, AwsService]:
    """Return every service of the catalogue, by key."""
    return {service.key: service for service in read("services", _Services).services}


@cache
def list_endpoint_services() -> frozenset[str]:
    """Return the short names of AWS's endpoint services, also of those outside the catalogue."""
    return read("endpoint_services", _EndpointServices).names


def service_of(ref: ServiceRef) -> AwsService:
    """Return the entry of a service in the catalogue; one outside it has interface endpoints for its host alone."""
    if not ref.host:
        return load_services()[ref.key]
    return AwsService(
        key=ref.key,
        title=ref.key,
        host=ref.host,
        endpoint=ref.key,
        types=("Interface",),
        private_names=(ref.host,),
        grade="inferred",
        source="https://docs.aws.amazon.com/general/latest/gr/rande.html",
    )


@cache
def service_by_naming_rule(service_name: str) -> ServiceRef | None:
    """Return a service outside the catalogue by the name of its endpoint service; None for any other name.

    The service ``com.amazonaws.REGION.CODE`` has the Regional host ``CODE.REGION.amazonaws.com``:
    https://docs.aws.amazon.com/general/latest/gr/rande.html
    """
    for region in list_regions_in(service_name):
        partition = partition_of(region)
        if partition is not None:
            key = service_name.removeprefix(f"{partition.endpoint_prefix}.{region}.")
            if key != service_name and _CODE.match(key):
                return ServiceRef(key, region, f"{key}.{region}.{partition.suffix}")
    return None


def is_endpoint_of(service_name: str, ref: ServiceRef) -> bool:
    """Tell whether the name of an endpoint service is that of a service."""
    return service_name in {endpoint_service_name_of(ref), endpoint_service_name_of(ref, "Gateway")}


@cache
def regional_host_of(ref: ServiceRef) -> str | None:
    """Return the Regional host name of a service; None where the partition is not known."""
    partition = partition_of(ref.region)
    if partition is None:
        return None
    return partition.fill(service_of(ref).host, ref.region)


@cache
def endpoint_service_name_of(ref: ServiceRef, kind: str = "Interface") -> str | None:
    """Return the name of the endpoint service, such as ``com.amazonaws.eu-west-1.ecr.api``.

    Outside the standard partition some interface endpoints have a prefix of their own, gateway endpoints never:
    https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ec2/lib/vpc-endpoint.ts
    """
    partition = partition_of(ref.region)
    if partition is None or ref.endpoint:
        return ref.endpoint or None
    name = service_of(ref).endpoint
    prefix = partition.prefix(name, ref.region) if kind == "Interface" else partition.endpoint_prefix
    return f"{prefix}.{ref.region}.{name}"


@cache
def service_of_endpoint(service_name: str) -> ServiceRef | None:
    """Return the service behind an endpoint service's name; None where the catalogue does not have it."""
    for key in load_services():
        for region in list_regions_in(service_name):
            ref = ServiceRef(key, region)
            if is_endpoint_of(service_name, ref):
                return ref
    return None


def list_regions_in(name: str) -> list[str]:
    """Return the Regions that a host name or an endpoint service's name may contain."""
    return _REGION_IN_HOST.findall(name)


@cache
def private_names_of(ref: ServiceRef) -> tuple[str, ...]:
    """Return the names, some with a leading ``*.``, that an interface endpoint's private DNS answers for."""
    return _filled(ref, service_of(ref).private_names)


def _filled(ref: ServiceRef, patterns: tuple[str, ...]) -> tuple[str, ...]:
    partition = partition_of(ref.region)
    if partition is None:
        return ()
    return tuple(partition.fill(pattern, ref.region) for pattern in patterns)


@cache
def service_of_host(name: str) -> ServiceRef | None:
    """Return the service that answers at a host name, at one of its variants too; None where the catalogue has none."""
    for region in list_regions_in(name):
        for key in load_services():
            ref = ServiceRef(key, region)
            if (
                name == regional_host_of(ref)
                or any(matches(pattern, name) for pattern in private_names_of(ref))
                or variant_of(ref, name)
            ):
                return ref
    return None


@cache
def variant_of(ref: ServiceRef, name: str) -> Variant | None:
    """Return the variant of a service with this host name; None where the name is an ordinary one, or another's."""
    for variant in service_of(ref).variants:
        if any(matches(pattern, name) for pattern in _filled(ref, variant.names)):
            return variant
    return None


@cache
def dual_stack_host_of(ref: ServiceRef) -> str | None:
    """Return the dual-stack name of a service's Regional host; None where the catalogue has none."""
    for variant in service_of(ref).variants:
        plain = [name for name in variant.names if not name.startswith("*.")]
        if variant.kind == "dual-stack" and plain:
            return next(iter(_filled(ref, tuple(plain))), None)
    return None


def matches(pattern: str, name: str) -> bool:
    """Tell whether a name is the pattern, or below it where the pattern starts with ``*.``."""
    if pattern.startswith("*."):
        return name.endswith(pattern[1:]) and len(name) >= len(pattern)
    return name == pattern


def file_system_of(name: str) -> str | None:
    """Return the id of the EFS file system in its host name.

    https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html
    """
    match = _EFS_HOST.match(name)
    partition = partition_of(match.group(2)) if match else None
    return match.group(1) if match and partition and match.group(3) == partition.suffix else None


def layer_bucket_of(region: str) -> str:
    """Return the bucket that ECR keeps image layers in.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
    """
    return f"prod-{region}-starport-layer-bucket"
