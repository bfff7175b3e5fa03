"""What the process inside the namespaces is asked, and what it answers: one JSON object a line."""

import msgspec

from skerry.lab.client_jobs import Result, Work
from skerry.lab.tcp_probes import Probe, Question
from skerry.lab.topology_records import Origin, Plan


class Build(msgspec.Struct, frozen=True, tag=True):
    """Build a lab, in the place of the one that stands."""

    plan: Plan


class Connect(msgspec.Struct, frozen=True, tag=True):
    """Try connects, all at once; ``timeout`` in seconds."""

    probes: tuple[Probe, ...]
    timeout: float


class Resolve(msgspec.Struct, frozen=True, tag=True):
    """Ask DNS servers, one question after another; ``timeout`` in seconds for each."""

    questions: tuple[Question, ...]
    timeout: float


class Drops(msgspec.Struct, frozen=True, tag=True):
    """Tell every packet that was dropped since the lab was built."""


class Drop(msgspec.Struct, frozen=True):
    """A packet that was dropped, by its addresses and ports, and what of the user's dropped it."""

    origin: Origin
    source: str
    source_port: int
    address: str
    port: int


class Send(msgspec.Struct, frozen=True, tag=True):
    """Begin a launch with real clients in the lab that stands."""

    work: Work


class Results(msgspec.Struct, frozen=True, tag=True):
    """Tell what came of the launch so far."""


class Done(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Build`: how long it took, in seconds."""

    seconds: float


class Connected(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Connect`: whether each one was answered."""

    answered: tuple[bool, ...]


class Resolved(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Resolve`: addresses, none where the name does not exist, None where no server answered."""

    addresses: tuple[tuple[str, ...] | None, ...]


class Dropped(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Drops`."""

    drops: tuple[Drop, ...]


class Resulted(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Results`: what came of its rows, whether that is all, and why nothing more will, if so.

    ``refused``: what of AWS's side could not be made.
    """

    results: tuple[Result, ...]
    done: bool
    failed: str = ""
    refused: tuple[str, ...] = ()


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The answer to whatever could not be done."""

    message: str


Request = Build | Connect | Resolve | Drops | Send | Results
Answer = Done | Connected | Resolved | Dropped | Resulted | Failed
