"""What a tool says of a case, and who can be asked."""

from typing import Protocol

import msgspec


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a tool says of one network.

    ``verdict``: ok, blocked, intermittent or unknown; None where the tool could not be asked, and ``because`` tells
    why. ``named``: every resource of the user's, or endpoint service, that it names as being in the way. ``failing``:
    the hosts that it says cannot be called; None where it does not speak of calls.
    """

    verdict: str | None
    named: frozenset[str] = frozenset()
    failing: frozenset[str] | None = None
    because: str = ""


class Tool(Protocol):
    """Something that judges networks: to score another one, write this."""

    name: str
    about: str

    def judge(self, document: bytes) -> Answer:
        """Judge the one service in AWS's answers: a JSON object of what the AWS CLI prints, by key."""
