"""A failing call as input for fixes, and a fix with its reason."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from skerry.catalogue.blocker_codes import load_codes
from skerry.model.world import World
from skerry.plan.changes import Advise, Change
from skerry.plan.records import Options, Why
from skerry.plan.scope import Failing, Scope
from skerry.plan.strategies import EXACT, Strategy
from skerry.reach.cache import Memo
from skerry.reach.route_walk import describe_absent_endpoint
from skerry.reach.trace import JudgedPiece, Piece, Trace


class Remedy(NamedTuple):
    """A change with the blocker that it removes."""

    change: Change
    why: Why


class Case(NamedTuple):
    """A failing call in the World after the changes so far; ``memo`` is shared by all cases in that World."""

    world: World
    scope: Scope
    options: Options
    failing: Failing
    memo: Memo
    strategy: Strategy = EXACT

    @property
    def vpc_id(self) -> str:
        """The VPC that the task would be in."""
        subnet = self.world.subnets.get(self.failing.subnet)
        return subnet.vpc_id if subnet else ""

    def why(self, judged: Iterable[JudgedPiece]) -> Why:
        """Return the first lost piece, as a reason for a change; a failing path has one."""
        piece = next(item.piece for item in judged if item.lost)
        return Why(piece.code, piece.resource, piece.message, (self.failing.need.step,), self.failing.kind.names)

    def advise_on(self, judged: JudgedPiece, trace: Trace) -> Advise:
        """Return a manual step; whoever prefers a NAT gateway gets no advice about endpoints."""
        if self.options.nat and trace.purpose != "dns":
            return Advise(judged.piece.resource, message_of(judged.piece, self.options))
        return advise_on(judged, trace)


def message_of(piece: Piece, options: Options) -> str:
    """Return the message of a blocker; whoever prefers a NAT gateway reads nothing of endpoints."""
    return piece.message.removesuffix(describe_absent_endpoint(piece.absent_endpoint)) if options.nat else piece.message


# Losses on the way to a DNS server that no port would help with.
_NOT_BY_FILTERS = {"ADDRESS_WITHOUT_INTERFACE", "DNS_SERVER_OF_PEER_VPC"}


def advise_on(judged: JudgedPiece, trace: Trace) -> Advise:
    """Return a manual step; the advice of the code's page is for a call of a task, on the way there."""
    piece = judged.piece
    if trace.purpose == "dns" and piece.code not in _NOT_BY_FILTERS:
        return Advise(piece.resource, f"{piece.message}: let UDP and TCP 53 through to the DNS server")
    code_page = load_codes().get(piece.code)
    if code_page is None or judged.hop.leg == "back":
        return Advise(piece.resource, piece.message)
    return Advise(piece.resource, f"{piece.message}. {code_page.remedy}")


def merge_whys(first: Why, second: Why) -> Why:
    """Merge the reasons of two fixes for the same blocker."""
    steps = tuple(dict.fromkeys((*first.steps, *second.steps)))
    names = tuple(dict.fromkeys((*first.services, *second.services)))
    return msgspec.structs.replace(first, steps=steps, services=names)
