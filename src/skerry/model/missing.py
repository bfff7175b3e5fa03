"""Unknown facts."""

import msgspec


class Missing(msgspec.Struct, frozen=True, gc=False):
    """An unknown fact, and the call that would supply it."""

    fact: str
    action: str = ""

    def __str__(self) -> str:
        """Describe the missing fact and its call."""
        return f"{self.fact} (from {self.action})" if self.action else self.fact
