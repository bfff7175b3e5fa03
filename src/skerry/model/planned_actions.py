"""The actions of a plan on resources, whoever makes them."""

from typing import Literal

import msgspec

ActionKind = Literal["created", "changed", "replaced", "deleted"]


class PlannedAction(msgspec.Struct, frozen=True, gc=False):
    """One action: the address of its resource, and the ids of the records of AWS that it concerns.

    A route concerns its table, a rule its group.
    """

    address: str
    kind: ActionKind
    ids: frozenset[str] = frozenset()
