"""What real clients are sent to do for a task, as data: each answers for rows of a rehearsal, by their number."""

import msgspec

from skerry.aws.single_call import ApiRequest
from skerry.lab.client_arguments import Reference
from skerry.lab.fixtures import Stock
from skerry.lab.topology_records import Port
from skerry.net.cidr import Address
from skerry.net.hostname import Hostname


class Api(msgspec.Struct, frozen=True, tag=True):
    """A call of an AWS API, by boto3."""

    row: int
    call: ApiRequest


class Login(msgspec.Struct, frozen=True, tag=True):
    """A token for a registry of ECR, by Amazon's own credential helper."""

    row: int
    registry: Hostname


class Dial(msgspec.Struct, frozen=True, tag=True):
    """A connection over TCP alone, to a name or an address."""

    row: int
    host: Hostname
    port: int


class Pull(msgspec.Struct, frozen=True, tag=True):
    """An image's manifest and layers, by containerd's own client.

    ``manifest`` and ``layers`` are rows. ``host``: the one that the registry is called at. ``login``: whether it wants
    a password. The layers are pulled a second time from a copy of the manifest that needs no network, so that they do
    not wait for it.
    """

    manifest: int
    layers: int | None
    reference: Reference
    host: Hostname
    login: bool = False


Errand = Api | Login | Dial | Pull


class Station(msgspec.Struct, frozen=True):
    """A task in the lab: its interface, which gets a namespace of its own, and its errands."""

    port: Port
    errands: tuple[Errand, ...]

    @property
    def space(self) -> str:
        """The name of its namespace."""
        return f"task{self.port.number}"


class Result(msgspec.Struct, frozen=True):
    """What came of a row: whether it worked, None where the client came to no answer; its words, and seconds."""

    row: int
    worked: bool | None
    words: str
    tool: str
    seconds: float


class Work(msgspec.Struct, frozen=True):
    """A whole launch: what AWS's side holds, the DNS servers of the tasks, and who is sent to do what."""

    stock: Stock
    servers: tuple[Address, ...]
    stations: tuple[Station, ...]
