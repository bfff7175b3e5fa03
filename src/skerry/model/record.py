"""The two bases of all records: AWS's PascalCase answers (EC2, Route 53, EFS) and its camelCase ones (ECS).

``T | None = None``: AWS leaves the key out when there is none. ``T | UnsetType = UNSET``: AWS always prints the
key, so its absence means *not known*; such a field is compared with ``is UNSET``, never tested by truth.
"""

import msgspec


class Pascal(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A record of a service that writes its keys ``LikeThis``. Subclasses inherit ``gc=False``."""


class Camel(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A record of a service that writes its keys ``likeThis``. Subclasses inherit ``gc=False``."""


class Tag(Pascal, frozen=True):
    """One tag of an EC2 resource."""

    key: str
    value: str = ""


def name_of(tags: tuple[Tag, ...]) -> str | None:
    """Return the value of the tag ``Name``, which the console shows as the resource's name."""
    return next((tag.value for tag in tags if tag.key == "Name" and tag.value), None)
