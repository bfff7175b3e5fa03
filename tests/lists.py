"""Which lists of Facts are complete, as sets that a test can compare."""

from collections.abc import Iterable

from skerry.model.completeness import EVERYWHERE, Completeness
from skerry.model.facts import Facts


def complete_kinds(facts: Facts) -> set[str]:
    """Return the kinds of which every record in the account and Region is known."""
    return {kind for kind in facts.completeness.asked if facts.completeness.knows(kind)}


def incomplete_kinds(facts: Facts) -> set[str]:
    """Return the kinds that were asked for and may lack records."""
    return {kind for kind in facts.completeness.asked if facts.completeness.lacks(kind)}


def lists(kinds: Iterable[str] = (), gaps: Iterable[str] = ()) -> Completeness:
    """Return the completeness of lists of the whole account: ``kinds`` without a loss, ``gaps`` with one."""
    complete, lossy = set(kinds), set(gaps)
    return Completeness(
        frozenset((kind, EVERYWHERE) for kind in complete),
        frozenset((kind, EVERYWHERE) for kind in lossy),
        frozenset(complete | lossy),
    )
