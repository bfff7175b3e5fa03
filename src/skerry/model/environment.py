"""Environment variables of containers: their names, and the few values without a secret that a check needs."""

import re
from typing import Self

import msgspec

from skerry.model.record import Camel
from skerry.net.parsed_text import ParsedText

STS_SETTING = "AWS_STS_REGIONAL_ENDPOINTS"
"""https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html"""

LEGACY = "legacy"
# Compiled at first use: a start compiles no pattern that few inputs need.
_GLOBAL_HOST = r"(?:https?://)?(sts\.amazonaws\.com|(?:[a-z]{2}(?:-[a-z]+)+-[0-9]\.)?queue\.amazonaws\.com)(?::[0-9]{1,5})?(?:/.*)?"


class PublicValue(ParsedText):
    """A value without a secret: a global host name of AWS, or ``legacy``. All other values become empty.

    Of a URL only the host is kept.
    """

    __slots__ = ()

    form = "value"
    may_be_secret = True

    def __new__(cls, text: str) -> Self:
        """Keep the public part of a value."""
        lowered = text.lower()
        host = re.fullmatch(_GLOBAL_HOST, lowered, re.DOTALL)
        if host is not None:
            return super().__new__(cls, host[1])
        return super().__new__(cls, LEGACY if lowered == LEGACY else "")


class EnvironmentVariable(Camel, frozen=True):
    """An environment variable by its name; of its value only `PublicValue` is read, and ``legacy`` of one name only."""

    name: str
    value: PublicValue = PublicValue("")

    def __post_init__(self) -> None:
        """Forget a value that means nothing for this name."""
        if self.value == LEGACY and self.name != STS_SETTING:
            msgspec.structs.force_setattr(self, "value", PublicValue(""))
