"""The strategies of the planner: each is one way to choose fixes, and the proven plan of the best one is taken."""

from typing import Literal

import msgspec

from skerry.plan.records import Options, StrategyName

Breadth = Literal["exact", "vpc", "any"]
"""The blocks that new rules and entries name: those of the destinations, the VPC's, or every IPv4 address."""


class Strategy(msgspec.Struct, frozen=True, gc=False):
    """One way to choose fixes.

    ``breadth``: the blocks in new rules and entries. ``opens_ways``: a path out of the VPC that only filters close is
    opened, instead of an endpoint. ``nat``: a NAT gateway before endpoints, whatever the user prefers.
    """

    name: StrategyName
    breadth: Breadth
    opens_ways: bool = False
    nat: bool = False

    def options(self, options: Options) -> Options:
        """Return the user's options, with a NAT gateway preferred if the strategy is about one."""
        return msgspec.structs.replace(options, nat=True) if self.nat else options


EXACT = Strategy("exact-rules", "exact")
_BROADER = (
    Strategy("vpc-rules", "vpc"),
    Strategy("one-rule", "any"),
    Strategy("existing-way", "any", opens_ways=True),
)
NAT = Strategy("nat-gateway", "any", opens_ways=True, nat=True)


def broader_strategies() -> tuple[Strategy, ...]:
    """Return the strategies with fewer and broader rules than `EXACT`."""
    return _BROADER
