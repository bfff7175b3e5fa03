"""Completeness of lists: the kinds and scopes without unread records, so that an absent record does not exist."""

from typing import Final

import msgspec

EVERYWHERE: Final = ""
"""The scope of a list of all records that the source's account has in its Region."""


class Completeness(msgspec.Struct, frozen=True, gc=False):
    """The lists that were read, each by its kind and its scope.

    A scope is `EVERYWHERE`, a VPC, or the object that owns the records, such as a file system; all by id.
    ``complete`` lists were read to their end without a loss. In the scopes of ``gaps`` a record may be
    missing: a call was refused, a page is missing, or a row could not be read. ``asked`` are the kinds of all lists.
    """

    complete: frozenset[tuple[str, str]] = frozenset()
    gaps: frozenset[tuple[str, str]] = frozenset()
    asked: frozenset[str] = frozenset()

    def knows(self, kind: str, scope: str = EVERYWHERE) -> bool:
        """Return whether every record of a kind in a scope is known, so that none is missing."""
        if scope != EVERYWHERE and (kind, scope) in self.complete:
            return (kind, scope) not in self.gaps
        if (kind, EVERYWHERE) not in self.complete:
            return False
        if scope == EVERYWHERE:
            return not any(name == kind for name, _ in self.gaps)
        return (kind, EVERYWHERE) not in self.gaps and (kind, scope) not in self.gaps

    def lists(self, kind: str, scope: str) -> bool:
        """Return whether a list of exactly this scope is complete; lists of wider scopes do not count."""
        return (kind, scope) in self.complete and (kind, scope) not in self.gaps

    def scopes(self, kind: str) -> frozenset[str]:
        """Return the scopes, other than `EVERYWHERE`, that have a complete list of their own."""
        return frozenset(scope for name, scope in self.complete - self.gaps if name == kind and scope != EVERYWHERE)

    def lacks(self, kind: str, scope: str = EVERYWHERE) -> bool:
        """Return whether records of a kind in a scope were requested and some may be missing."""
        if scope == EVERYWHERE:
            return any(name == kind for name, _ in self.gaps)
        own = (kind, EVERYWHERE) in self.gaps and not self.lists(kind, scope)
        return own or (kind, scope) in self.gaps
