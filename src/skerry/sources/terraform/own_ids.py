"""Made-up ids of one input among several: two roots may each have an `aws_vpc.main`."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from skerry.sources.planned.made_by_aws import digest_of
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.values import Instance

_DIGEST: Final = re.compile(r"(?<![0-9a-zA-Z])(?:Z[0-9A-F]{17}|[0-9a-f]{17})(?![0-9a-zA-Z])")


def with_own_ids(configuration: Configuration, name: str) -> Configuration:
    """Return a configuration whose made-up ids are those of the input of a name, and of no other."""
    digests: dict[str, str] = {}
    for instance in configuration.instances:
        old, new = digest_of(instance.address), digest_of(f"{name} {instance.address}")
        digests |= {old: new, f"Z{old.upper()}": f"Z{new.upper()}"}
    instances = tuple(_with(instance, digests) for instance in configuration.instances)
    outputs = _renamed(dict(configuration.outputs), digests)
    return msgspec.structs.replace(configuration, instances=instances, outputs=outputs)


def _with(instance: Instance, digests: Mapping[str, str]) -> Instance:
    return msgspec.structs.replace(instance, values=_renamed(dict(instance.values), digests))


def _renamed(value: Any, digests: Mapping[str, str]) -> Any:  # noqa: ANN401 -- JSON
    if isinstance(value, str):
        return _DIGEST.sub(lambda match: digests.get(match[0], match[0]), value)
    if isinstance(value, dict):
        return {key: _renamed(inner, digests) for key, inner in value.items()}
    return [_renamed(inner, digests) for inner in value] if isinstance(value, list) else value
