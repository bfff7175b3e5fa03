"""Ranges of TCP and UDP ports."""

import msgspec

LAST_PORT = 65_535


class PortRange(msgspec.Struct, frozen=True, gc=False):
    """The ports from ``first`` to ``last``, both included.

    Raises `ValueError` for numbers that are not ports, or in the wrong order.
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        """Hold the range to its promise, also when it is decoded."""
        if not 0 <= self.first <= self.last <= LAST_PORT:
            raise ValueError(f"not a range of ports: {self.first}-{self.last}")

    @classmethod
    def parse(cls, first: int, last: int) -> "PortRange | None":
        """Make a range; None where the numbers are not ports, or in the wrong order."""
        return cls(first, last) if 0 <= first <= last <= LAST_PORT else None


def is_port(number: int) -> bool:
    """Tell whether a number is a port that something can listen at."""
    return 1 <= number <= LAST_PORT
