"""Requests to the init process of a sandbox and its answers: one JSON object a line."""

import msgspec

from skerry.lab.client_jobs import JobResult, LaunchJobs
from skerry.lab.tcp_probes import DnsQuestion, Probe
from skerry.lab.topology_records import LabPlan, TrafficOrigin


class Build(msgspec.Struct, frozen=True, tag=True):
    """A request to build a lab, in place of the current one."""

    plan: LabPlan


class Connect(msgspec.Struct, frozen=True, tag=True):
    """A request to make TCP connections, all at once; ``timeout`` in seconds."""

    probes: tuple[Probe, ...]
    timeout: float


class Resolve(msgspec.Struct, frozen=True, tag=True):
    """A request to send DNS questions, all at once; ``timeout`` in seconds for each."""

    questions: tuple[DnsQuestion, ...]
    timeout: float


class Drops(msgspec.Struct, frozen=True, tag=True):
    """A request for all packets that were dropped since the lab was built."""


class Drop(msgspec.Struct, frozen=True):
    """A dropped packet: its addresses and ports, and the user's resource that dropped it."""

    origin: TrafficOrigin
    source: str
    source_port: int
    address: str
    port: int


class Send(msgspec.Struct, frozen=True, tag=True):
    """A request to start a launch with real clients in the current lab."""

    work: LaunchJobs


class Results(msgspec.Struct, frozen=True, tag=True):
    """A request for the results of the launch so far."""


class Done(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Build` and `Send`, with the time that it took in seconds."""

    seconds: float


class Connected(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Connect`: whether each connection was answered."""

    answered: tuple[bool, ...]


class Resolved(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Resolve`: addresses, empty if the name does not exist, None if no server answered."""

    addresses: tuple[tuple[str, ...] | None, ...]


class Dropped(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Drops`."""

    drops: tuple[Drop, ...]


class Resulted(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Results`: results so far, whether the launch is over, and its fatal error, if any.

    ``refused``: fixtures that the AWS side could not create.
    """

    results: tuple[JobResult, ...]
    done: bool
    failed: str = ""
    refused: tuple[str, ...] = ()


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The answer to a request that failed."""

    message: str


Request = Build | Connect | Resolve | Drops | Send | Results
Answer = Done | Connected | Resolved | Dropped | Resulted | Failed
