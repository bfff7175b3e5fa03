"""The strategies of the planner: each is one way to choose fixes, and the proven plan of the best one is taken."""

from typing import Literal

import msgspec

from skerry.plan.records import Ingress, Options, StrategyName

Breadth = Literal["exact", "vpc", "any"]
"""The blocks that new rules and entries name: those of the destinations, the VPC's, or every IPv4 address."""


class Strategy(msgspec.Struct, frozen=True, gc=False):
    """One way to choose fixes.

    ``breadth``: the blocks in new rules and entries. ``opens_ways``: a path out of the VPC that only filters close is
    opened, instead of an endpoint. ``ingress``, ``nat`` and ``public`` replace the user's preferences, for runners-up.
    """

    name: StrategyName
    breadth: Breadth
    opens_ways: bool = False
    ingress: Ingress | None = None
    nat: bool = False
    public: bool = False

    def options(self, options: Options) -> Options:
        """Return the user's options, with the strategy's own preferences."""
        if self.nat or self.public:
            options = msgspec.structs.replace(options, nat=self.nat, public=self.public)
        return msgspec.structs.replace(options, ingress=self.ingress or options.ingress)

    def gives_internet_against(self, options: Options) -> bool:
        """Tell whether the strategy gives access to the internet that the user does not prefer."""
        return (self.nat and not options.nat) or (self.public and not options.public)


EXACT = Strategy("exact-rules", "exact")
_BROADER = (
    Strategy("vpc-rules", "vpc"),
    Strategy("one-rule", "any"),
    Strategy("existing-way", "any", opens_ways=True),
)
TASK_GROUPS = Strategy("task-groups", "exact", ingress="from-tasks")
NAT = Strategy("nat-gateway", "any", opens_ways=True, nat=True)

PUBLIC = Strategy("public-address", "any", opens_ways=True, public=True)


def broader_strategies() -> tuple[Strategy, ...]:
    """Return the strategies with fewer and broader rules than `EXACT`."""
    return _BROADER
