"""Broad rules and entries of a plan, replaced by narrower ones as long as the plan stays proven."""

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from skerry.model.world import World
from skerry.plan.changes import AddAclEntry, AuthorizeRule, Change
from skerry.plan.reachability import is_copied_block, opened_by
from skerry.plan.rules_and_entries import number_entry, number_entry_last
from skerry.plan.scope import Scope
from skerry.plan.search import Looks, SearchResult, prove_sound
from skerry.plan.world_after import apply_changes
from skerry.reach.destinations import cidrs_of

_MOST_TRIALS = 12
"""Proofs for one rule or entry: a plan of hundreds of subnets has no narrow rule for all of them."""


def narrow(
    world: World, scope: Scope, looks: Looks, result: SearchResult, others: Iterable[SearchResult]
) -> SearchResult:
    """Return a search's result with rules and entries as narrow as their number allows.

    ``others``: the results of other strategies, whose rules name narrower peers.
    """
    if not result.is_sound:
        return result
    proposed = [change for other in others for change in other.changes]
    for change in tuple(result.changes):
        result = _narrowed(world, scope, looks, result, change, proposed)
    return result


def _narrowed(
    world: World, scope: Scope, looks: Looks, result: SearchResult, change: Change, proposed: list[Change]
) -> SearchResult:
    """Return the result with the first narrower change in place of one, if any is proven."""
    for candidate in islice(_narrower(world, change, proposed, result), _MOST_TRIALS):
        replaced = {candidate if other == change else other: why for other, why in result.changes.items()}
        proof = prove_sound(looks, scope, replaced, result, candidate)
        if proof is not None:
            return proof
    return result


def _narrower(world: World, change: Change, proposed: list[Change], result: SearchResult) -> Iterator[Change]:
    """Yield durable replacements of a rule or entry, the narrowest first."""
    match change:
        case AuthorizeRule() if change.direction == "out":
            peers = dict.fromkeys(
                other.rule.peer
                for other in proposed
                if isinstance(other, AuthorizeRule)
                and (other.group_id, other.direction, other.rule.port)
                == (change.group_id, change.direction, change.rule.port)
            )
            blocks = dict.fromkeys((*peers, *_blocks(world)))
            rules = [msgspec.structs.replace(change.rule, peer=peer) for peer in blocks]
            yield from _sorted(world, change, (msgspec.structs.replace(change, rule=rule) for rule in rules))
        case AddAclEntry():
            yield from _entries(world, change, proposed, result)
        case _:
            return


def _entries(world: World, change: AddAclEntry, proposed: list[Change], result: SearchResult) -> Iterator[Change]:
    """Yield entries with smaller blocks, and the same block after the entries that deny."""
    cidrs = dict.fromkeys(
        other.cidr
        for other in proposed
        if isinstance(other, AddAclEntry)
        and (other.acl_id, other.direction, other.ports) == (change.acl_id, change.direction, change.ports)
    )
    current = apply_changes(world, (other for other in result.changes if other != change))
    unnumbered = (
        msgspec.structs.replace(change, number=0, cidr=cidr) for cidr in dict.fromkeys((*cidrs, *_blocks(world)))
    )
    for candidate in _sorted(world, change, unnumbered):
        assert isinstance(candidate, AddAclEntry)  # noqa: S101 -- each is a copy of an entry
        numbered = (number_entry_last(current, candidate), number_entry(current, candidate))
        yield from dict.fromkeys(entry for entry in numbered if isinstance(entry, AddAclEntry))
    last = number_entry_last(current, change)
    if last is not None and last.number > change.number:
        yield last


def _blocks(world: World) -> Iterator[str]:
    return (str(cidr) for vpc in world.facts.vpcs for cidr in cidrs_of(vpc) if ":" not in str(cidr))


def _sorted(world: World, change: Change, candidates: Iterable[Change]) -> list[Change]:
    """Return the durable candidates with less reachability than a change, the narrowest first."""
    limit = opened_by(world, change)
    sizes = {candidate: opened_by(world, candidate) for candidate in candidates if not is_copied_block(candidate)}
    return [candidate for candidate, size in sorted(sizes.items(), key=lambda pair: pair[1]) if size < limit]
