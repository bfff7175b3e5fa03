"""Host names as texts that cannot be wrong: lower case, and no character with a meaning in files or programs.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
"""

import re

from skerry.net.checked import Checked

_LONGEST = 253
_NAME = re.compile(r"(?:\*\.)?[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")


class Hostname(Checked):
    """A host name of labels of 1 to 63 letters, digits, hyphens and underscores, 253 characters in all.

    The first label may be ``*``, as in records of Route 53. It has no dot at its end.
    """

    __slots__ = ()

    @classmethod
    def canonical(cls, text: str) -> str | None:
        """Return the name in lower case and without a dot at its end; None where the text is not a host name."""
        # Before anything is made lower case: "K" (the sign of Kelvin) becomes a plain "k".
        if not text.isascii():
            return None
        name = text.lower().removesuffix(".")
        return name if len(name) <= _LONGEST and _NAME.fullmatch(name) else None

    @property
    def is_wildcard(self) -> bool:
        """Whether it stands for all names below a domain."""
        return self.startswith("*.")

    def is_within(self, zone: str) -> bool:
        """Tell whether the name is that of a zone, or below it."""
        bare = self.removeprefix("*.")
        return bare == zone or bare.endswith(f".{zone}")

    def stands_for(self, name: str) -> bool:
        """Tell whether a record of this name may answer for a name: the same one, or one below a wildcard."""
        return self == name or (self.is_wildcard and name.endswith(self[1:]))
