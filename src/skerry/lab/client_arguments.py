"""Names that registry and AWS clients get as arguments and folders, each in one harmless form.

None begins with a hyphen, which programs read as an option; none has a part ``..``, and none needs quoting.
Grammar: https://pkg.go.dev/github.com/distribution/reference
"""

import re

import msgspec

from skerry.net.checked import Checked
from skerry.net.hostname import Hostname
from skerry.net.ports import is_port

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]{1,16}){1,3}-[0-9]{1,2}")
_LONGEST_HOST, _LONGEST_REPOSITORY = 253, 255


class RegistryName(Checked):
    """The registry in an image reference: a host and an optional port."""

    __slots__ = ()

    @classmethod
    def canonical(cls, text: str) -> str | None:
        """Return the name in lower case; None if it is not a valid registry name."""
        if not text.isascii():
            return None
        host, colon, port = text.lower().partition(":")
        right = len(host) <= _LONGEST_HOST and _HOST.fullmatch(host)
        if not right or (colon and not (_PORT.fullmatch(port) and is_port(int(port)))):
            return None
        return f"{host}{colon}{port}"

    @property
    def host(self) -> Hostname:
        """The host without the port."""
        return Hostname(self.partition(":")[0])


class Repository(Checked):
    """The path of a repository in a registry."""

    __slots__ = ()

    @classmethod
    def canonical(cls, text: str) -> str | None:
        """Return the path unchanged; None if it is not a valid repository path."""
        return text if len(text) <= _LONGEST_REPOSITORY and _REPOSITORY.fullmatch(text) else None


class ImageTag(Checked):
    """The tag of an image."""

    __slots__ = ()

    @classmethod
    def canonical(cls, text: str) -> str | None:
        """Return the tag unchanged; None if it is not a valid tag."""
        return text if _TAG.fullmatch(text) else None


class Region(Checked):
    """The name of an AWS Region."""

    __slots__ = ()

    @classmethod
    def canonical(cls, text: str) -> str | None:
        """Return the name unchanged; None if it is not a valid Region name."""
        return text if _REGION.fullmatch(text) else None


class ImageReference(msgspec.Struct, frozen=True):
    """An image reference: registry, repository and tag."""

    registry: RegistryName
    repository: Repository
    tag: ImageTag

    @property
    def text(self) -> str:
        """The reference as clients expect it."""
        return f"{self.registry}/{self.repository}:{self.tag}"

    @classmethod
    def parse(cls, registry: str, repository: str, tag: str) -> "ImageReference | None":
        """Return a reference of these parts; None if one of them is not valid."""
        parts = RegistryName.parse(registry), Repository.parse(repository), ImageTag.parse(tag)
        name, path, label = parts
        return None if name is None or path is None or label is None else cls(name, path, label)
