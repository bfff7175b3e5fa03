"""Settings of the embedded AWS: how long states last, and the quotas."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec

from skerry.errors import SkerryError

_Count = Annotated[int, msgspec.Meta(ge=0)]
_Seconds = Annotated[float, msgspec.Meta(ge=0)]


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    """The settings, which may be changed at any time.

    A new endpoint or NAT gateway stays ``pending``, and a deleted one stays ``deleting``, for a number of
    descriptions or of seconds, whichever ends later; with 0 and 0 it changes at once. ``quotas`` replace the default
    values by the codes of Service Quotas, such as ``L-29B6F2EB`` for the interface endpoints of a VPC. A new group,
    endpoint, NAT gateway or address does not exist yet for the next ``unseen_calls`` calls of EC2, and for
    ``unseen_seconds``.
    ``advance`` sets the clock forward by seconds.
    """

    pending_calls: _Count = 0
    pending_seconds: _Seconds = 0.0
    deleting_calls: _Count = 0
    deleting_seconds: _Seconds = 0.0
    unseen_calls: _Count = 0
    unseen_seconds: _Seconds = 0.0
    quotas: dict[str, _Count] = {}
    advanced: _Seconds = 0.0

    def advance(self, seconds: float) -> None:
        """Set the clock forward."""
        self.advanced += seconds

    def now(self) -> float:
        """Return the time of the clock, in seconds."""
        return time.time() + self.advanced

    def replace(self, text: str | bytes) -> None:
        """Take over the settings of a JSON object; those that it omits get their defaults.

        Raises `SkerryError` for any other text.
        """
        try:
            new = msgspec.json.decode(text, type=Settings)
        except msgspec.DecodeError as error:
            raise SkerryError(f"not settings of the embedded AWS: {error}", "Give a JSON object.") from error
        for name in self.__struct_fields__:
            setattr(self, name, getattr(new, name))


_IN_USE = [Settings()]


def settings_in_use() -> Settings:
    """Return the settings of the embedded AWS that runs."""
    return _IN_USE[-1]


@contextmanager
def use_settings(settings: Settings) -> Iterator[None]:
    """Let the embedded AWS of this process use the settings during the block."""
    _IN_USE.append(settings)
    try:
        yield
    finally:
        _IN_USE.remove(settings)
