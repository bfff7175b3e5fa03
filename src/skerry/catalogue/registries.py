"""Container registries that are not AWS's private ones: the hosts of a pull."""

from functools import cache

import msgspec

from skerry.catalogue.data_files import Grade, read


class Registry(msgspec.Struct, frozen=True):
    """The hosts of one registry; None where a host is not known."""

    name: str
    registry: str
    token: str | None
    blobs: str | None
    grade: Grade
    source: str | None


class _Registries(msgspec.Struct):
    registries: tuple[Registry, ...]


@cache
def _registries() -> dict[str, Registry]:
    return {record.name: record for record in read("registries", _Registries).registries}


def find_registry(name: str) -> Registry | None:
    """Return the registry of this name, if it is known to stand on the internet."""
    return _registries().get(name)


@cache
def list_public_hosts() -> frozenset[str]:
    """Return every host that is known to stand on the internet."""
    hosts = {host for record in _registries().values() for host in (record.registry, record.token, record.blobs)}
    return frozenset(host for host in hosts if host is not None)
