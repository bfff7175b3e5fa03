"""Fixtures of a lab's AWS side, as data: registries with their images, and the resources that the task's calls name."""

from typing import Final, Literal

import msgspec

from skerry.lab.client_arguments import ImageTag, Region, Repository
from skerry.net.hostname import Hostname

STORAGE_REGION: Final = Region("eu-west-1")
STORAGE_BUCKET: Final = f"prod-{STORAGE_REGION}-starport-layer-bucket"
STORAGE_HOST: Final = Hostname(f"{STORAGE_BUCKET}.s3.{STORAGE_REGION}.amazonaws.com")
"""The bucket in which the one real registry keeps its blobs, under the names of the registries' own blob hosts."""


class RegistryFixture(msgspec.Struct, frozen=True):
    """A registry in the lab.

    ``login``: it asks for a password, as ECR does, for a token of the host ``token``, or for nothing. ``blobs``: the
    host to which it redirects clients for blobs; None if it serves them itself.
    """

    host: Hostname
    login: Literal["password", "token", "nothing"]
    token: Hostname | None = None
    blobs: Hostname | None = None


class ResourceFixture(msgspec.Struct, frozen=True):
    """A resource that a call names, in a Region: a secret, parameter, log group or object, by its service.

    The name of an object is its bucket and its key with a slash between.
    """

    service: str
    region: Region
    name: str


class ImageFixture(msgspec.Struct, frozen=True):
    """An image in the registry: a repository and a tag."""

    repository: Repository
    tag: ImageTag


class LabFixtures(msgspec.Struct, frozen=True):
    """All fixtures of a lab. ``archive``: the user's image; None for a generated one."""

    region: Region
    registries: tuple[RegistryFixture, ...] = ()
    images: tuple[ImageFixture, ...] = ()
    items: tuple[ResourceFixture, ...] = ()
    archive: str | None = None
