"""Jobs of real clients, as data. Each job reports results for attempts of a rehearsal, by their number."""

import msgspec

from skerry.aws.single_call import ApiRequest
from skerry.lab.aws_fixtures import LabFixtures
from skerry.lab.client_arguments import ImageReference
from skerry.lab.topology_records import Port
from skerry.net.cidr import Address
from skerry.net.hostname import Hostname


class Api(msgspec.Struct, frozen=True, tag=True):
    """An AWS API call, made with boto3."""

    row: int
    call: ApiRequest


class Login(msgspec.Struct, frozen=True, tag=True):
    """A login to an ECR registry, made with the Amazon ECR credential helper."""

    row: int
    registry: Hostname


class Dial(msgspec.Struct, frozen=True, tag=True):
    """A plain TCP connection to a host name or an address."""

    row: int
    host: Hostname
    port: int


class Pull(msgspec.Struct, frozen=True, tag=True):
    """An image pull: manifest and layers, made with the containerd client.

    ``manifest`` and ``layers`` are numbers of attempts. ``host``: the registry's host name. ``login``: it asks for a
    password. The layers are pulled a second time with a local copy of the manifest, so that they do not depend on it.
    """

    manifest: int
    layers: int | None
    reference: ImageReference
    host: Hostname
    login: bool = False


Errand = Api | Login | Dial | Pull


class TaskHost(msgspec.Struct, frozen=True):
    """A task in the lab: its interface, in a namespace of its own, and its jobs."""

    port: Port
    errands: tuple[Errand, ...]

    @property
    def space(self) -> str:
        """The name of the task's network namespace."""
        return f"task{self.port.number}"


class JobResult(msgspec.Struct, frozen=True):
    """The result of an attempt. ``worked`` is None if the client failed for a reason other than the network."""

    row: int
    worked: bool | None
    words: str
    tool: str
    seconds: float


class LaunchJobs(msgspec.Struct, frozen=True):
    """The jobs of a launch: fixtures of the AWS side, DNS servers of the tasks, and the tasks with their jobs."""

    stock: LabFixtures
    servers: tuple[Address, ...]
    stations: tuple[TaskHost, ...]
