"""What a case is: a shape, what is changed in it without harm, and the faults; and the list of all of them."""

from typing import NamedTuple

from bench.faults.shape_table import SHAPES
from bench.faults.shapes import Change, Sound
from tests.networks import REGION

PACKETS = "packets"


class Fault(NamedTuple):
    """One fault: a change that by itself keeps tasks from starting, or some of them.

    ``blockers``: each thing that is to be named, by any one of its names (an endpoint that is missing may be named by
    its service or by the table that has no route instead). ``also``: what else stands in the way because of the fault,
    and may be named without being wrong.
    """

    says: str
    change: Change
    blockers: tuple[tuple[str, ...], ...]
    also: tuple[str, ...] = ()


class Case(NamedTuple):
    """A network, and whether its service can start.

    ``prepared``: changes after which the launch still works. ``source``: `PACKETS`, or the address of the page that
    the verdict is taken from; then ``verdict`` and ``failing`` (hosts that cannot be called) are told here.
    ``seen``: what is taken away from the answers that a tool is given, after the network was judged. ``region``: the
    network is there instead. ``all_hosts``: whether every host that is called is known.
    """

    id: str
    family: str
    sentence: str
    shape: str
    faults: tuple[Fault, ...] = ()
    prepared: tuple[Change, ...] = ()
    source: str = PACKETS
    verdict: str | None = None
    failing: tuple[str, ...] = ()
    seen: Change | None = None
    region: str = REGION
    all_hosts: bool = True

    def network(self) -> Sound:
        """Build the network with all of its faults."""
        return self.with_faults(self.faults)

    def with_faults(self, faults: tuple[Fault, ...]) -> Sound:
        """Build the network with some of its faults."""
        network = SHAPES[self.shape]()
        for change in (*self.prepared, *(fault.change for fault in faults)):
            change(network)
        return network

    def document(self) -> bytes:
        """The network as a tool is given it."""
        network = self.network()
        if self.seen is not None:
            self.seen(network)
        return network.document().replace(REGION.encode(), self.region.encode())


def on(shapes: str, fault: Fault, family: str, name: str, **more: object) -> list[Case]:
    """A fault in several shapes, which are told with commas."""
    return [one(shape, family, name, (fault,), **more) for shape in shapes.split(", ")]


def one(shape: str, family: str, name: str, faults: tuple[Fault, ...], **more: object) -> Case:
    """A case that is named by its shape and its faults."""
    sentence = f"{shape}: {' and '.join(fault.says for fault in faults)}."
    known = {"id": f"{family}/{name}@{shape.replace(' ', '-').lower()}", "family": family, "shape": shape}
    return Case(**(known | {"sentence": sentence, "faults": faults} | more))  # type: ignore[arg-type]


def sound(shape: str, name: str, says: str, *prepared: Change, **more: object) -> Case:
    """A case without a fault that looks as if it had one."""
    known = {"id": f"sound/{name}@{shape.replace(' ', '-').lower()}", "family": "sound", "shape": shape}
    return Case(**(known | {"sentence": f"{shape}: {says}.", "prepared": prepared} | more))  # type: ignore[arg-type]


def combined(*changes: Change) -> Change:
    """Combine changes into one."""

    def change(network: Sound) -> None:
        for item in changes:
            item(network)

    return change


class Page(NamedTuple):
    """A family of cases that AWS's documentation labels; ``source`` is the address of the page."""

    family: str
    source: str

    def broken(
        self,
        shape: str,
        name: str,
        says: str,
        change: Change,
        *blockers: str | tuple[str, ...],
        also: tuple[str, ...] = (),
        verdict: str = "blocked",
        failing: tuple[str, ...] | None = None,
        **more: object,
    ) -> Case:
        """Label a case broken: each of ``blockers`` is one resource, by its name or by any of its names.

        ``failing``: the hosts that cannot be called; None where no call is what fails.
        """
        names = tuple((item,) if isinstance(item, str) else item for item in blockers)
        hosts = {"failing": failing or (), "all_hosts": failing is not None}
        fault = Fault(says, change, names, also)
        return one(shape, self.family, name, (fault,), source=self.source, verdict=verdict, **(hosts | more))

    def sound(self, shape: str, name: str, says: str, *prepared: Change, **more: object) -> Case:
        """Label a case ok."""
        return self._whole("ok", shape, name, says, prepared, more)

    def unknown(self, shape: str, name: str, says: str, *prepared: Change, **more: object) -> Case:
        """Label a case unknown, as the page leaves it open."""
        return self._whole("unknown", shape, name, says, prepared, more)

    def _whole(
        self, verdict: str, shape: str, name: str, says: str, prepared: tuple[Change, ...], more: dict[str, object]
    ) -> Case:
        words = {"source": self.source, "verdict": verdict, "prepared": prepared, "sentence": f"{shape}: {says}."}
        return one(shape, self.family, name, (), **(words | more))
