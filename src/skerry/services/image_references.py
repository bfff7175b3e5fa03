"""Image references: which registry, repository, tag and digest."""

import re

import msgspec

from skerry.catalogue.partitions import list_registry_suffixes

_ECR = re.compile(
    r"^(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\."
    rf"(?:{'|'.join(map(re.escape, list_registry_suffixes()))})$"
)
_DOCKER_HUB = "docker.io"
_DOCKER_HUB_ALIASES = {"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"}


class Image(msgspec.Struct, frozen=True, gc=False):
    """A parsed image reference; ``region`` and ``account`` only where the registry is a private one of ECR."""

    reference: str
    registry: str
    repository: str
    tag: str
    region: str | None = None
    account: str | None = None


def parse(reference: str) -> Image | None:
    """Read an image reference as container engines do; None where it is none.

    Without a host the registry is Docker Hub, and one-word names are below ``library``:
    https://docs.docker.com/reference/cli/docker/image/tag/
    """
    if reference.split() != [reference]:
        return None
    name, _, digest = reference.partition("@")
    first, slash, remainder = name.partition("/")
    is_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry, path = (first, remainder) if is_host else (_DOCKER_HUB, name)
    head, colon, tail = path.rpartition(":")
    repository, tag = (head, tail) if colon and "/" not in tail else (path, "latest")
    if not repository:
        return None
    if registry in _DOCKER_HUB_ALIASES:
        registry = _DOCKER_HUB
        repository = repository if "/" in repository else f"library/{repository}"
    ecr = _ECR.match(registry)
    return Image(
        reference=reference,
        registry=registry,
        repository=repository,
        tag=digest or tag,
        region=ecr["region"] if ecr else None,
        account=ecr["account"] if ecr else None,
    )
