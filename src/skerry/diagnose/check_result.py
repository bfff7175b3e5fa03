"""Records of a check: the inputs that were read, and the verdicts for each account and Region of them."""

from collections.abc import Iterable

import msgspec

from skerry.diagnose.breakage import BrokenService
from skerry.diagnose.diagnosis import Diagnosis
from skerry.errors import SkerryError
from skerry.model.world import World
from skerry.verdicts import NOT_APPLICABLE, Verdict, worst_of


class CheckedInput(msgspec.Struct, frozen=True, gc=False):
    """One input by its name; ``error`` says why it cannot be read, None if it can.

    ``level`` is its kind, which decides about unknown values: ``code``, ``plan``, ``state`` or ``answers``.
    """

    name: str
    level: str = ""
    error: SkerryError | None = None


class CheckedNetwork(msgspec.Struct, frozen=True, gc=False):
    """The World of one account and Region after the change, with the verdicts on its services.

    ``breaks`` are the services that worked before the change and do not after it.
    """

    world: World
    diagnosis: Diagnosis
    breaks: tuple[BrokenService, ...] = ()


class CheckResult(msgspec.Struct, frozen=True, gc=False):
    """The result of a check."""

    inputs: tuple[CheckedInput, ...]
    networks: tuple[CheckedNetwork, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all networks; not applicable if none of them has a service on Fargate."""
        return combine_verdicts(network.diagnosis.verdict for network in self.networks)

    @property
    def breaks(self) -> tuple[BrokenService, ...]:
        """The services that the change breaks, in all networks."""
        return tuple(one for network in self.networks for one in network.breaks)

    @property
    def unreadable(self) -> tuple[CheckedInput, ...]:
        """The inputs that could not be read."""
        return tuple(one for one in self.inputs if one.error is not None)


def combine_verdicts(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst verdict; not applicable if each of them is."""
    kinds = set(verdicts)
    return NOT_APPLICABLE if kinds == {NOT_APPLICABLE} else worst_of(kinds)
