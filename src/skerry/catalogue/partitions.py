"""AWS partitions: the suffixes of their host names, and the prefixes of their endpoint service names."""

import re
from functools import cache

import msgspec

from skerry.catalogue.data_files import Grade, read

_OTHERS = "*"


class Partition(msgspec.Struct, frozen=True):
    """A partition of AWS.

    ``special`` are the endpoint services with names in ``special_prefix``, by Region, ``*`` for all other Regions.
    ``registry`` is the suffix of ECR's dual-stack registries. ``layer_bucket`` is how sure the name of the bucket is
    that ECR keeps layers in.
    """

    name: str
    region: str
    suffix: str
    dual_stack: str
    endpoint_prefix: str
    registry: str
    layer_bucket: Grade
    grade: Grade
    source: str
    special_prefix: str | None = None
    special: dict[str, tuple[str, ...]] = {}

    def prefix(self, endpoint: str, region: str) -> str:
        """Return the prefix of an interface endpoint's service name, such as ``cn.com.amazonaws``."""
        special = self.special.get(region, self.special.get(_OTHERS, ()))
        return self.special_prefix if self.special_prefix and endpoint in special else self.endpoint_prefix

    def fill(self, pattern: str, region: str) -> str:
        """Return a name of a service in a Region."""
        return pattern.format(region=region, suffix=self.suffix, dual_stack=self.dual_stack, registry=self.registry)


class _Partitions(msgspec.Struct):
    partitions: tuple[Partition, ...]


@cache
def load_partitions() -> tuple[Partition, ...]:
    """Return every partition of the catalogue."""
    return read("partitions", _Partitions).partitions


@cache
def partition_of(region: str) -> Partition | None:
    """Return the partition that a Region belongs to; None where its naming is not known."""
    return next((partition for partition in load_partitions() if re.search(partition.region, region)), None)


def is_registry_of(region: str, host: str) -> bool:
    """Tell whether a host has a name of a Region's ECR registries; True where the partition is not known."""
    partition = partition_of(region)
    return partition is None or host.endswith((f".{partition.suffix}", f".{partition.registry}"))


@cache
def list_registry_suffixes() -> tuple[str, ...]:
    """Return the suffixes that names of private ECR registries may end with, in every partition."""
    return tuple(sorted({name for row in load_partitions() for name in (row.suffix, row.registry)}))
