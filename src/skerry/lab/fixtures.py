"""What a lab's AWS side holds, as data: the registries with their images, and what the task's calls are about."""

from typing import Final, Literal

import msgspec

from skerry.lab.client_arguments import Region, Repository, Tag
from skerry.net.hostname import Hostname

STORAGE_REGION: Final = Region("eu-west-1")
STORAGE_BUCKET: Final = f"prod-{STORAGE_REGION}-starport-layer-bucket"
STORAGE_HOST: Final = Hostname(f"{STORAGE_BUCKET}.s3.{STORAGE_REGION}.amazonaws.com")
"""Where the one real registry keeps its blobs; it is addressed by the name of the registry's own blob host."""


class Registry(msgspec.Struct, frozen=True):
    """A registry's name in the lab.

    ``login``: it asks for a password, as ECR, or for a token of the host ``token``, or for nothing. ``blobs``: the
    host that it sends clients to for blobs; None where it gives them itself.
    """

    host: Hostname
    login: Literal["password", "token", "nothing"]
    token: Hostname | None = None
    blobs: Hostname | None = None


class Item(msgspec.Struct, frozen=True):
    """Something that a call asks for, in a Region: the name of a secret, parameter, log group, or object.

    An object's name is its bucket's and its key's with a slash between.
    """

    kind: Literal["secret", "parameter", "log-group", "object"]
    region: Region
    name: str


class Copy(msgspec.Struct, frozen=True):
    """An image to be in the registry: a repository and a tag."""

    repository: Repository
    tag: Tag


class Stock(msgspec.Struct, frozen=True):
    """All of it; ``archive`` is the user's image, None for one that is made."""

    region: Region
    registries: tuple[Registry, ...] = ()
    images: tuple[Copy, ...] = ()
    items: tuple[Item, ...] = ()
    archive: str | None = None
