"""Attributes of resources: the values of Ref and Fn::GetAtt."""

from collections.abc import Callable
from typing import TypeAlias

from skerry.sources.cloudformation.evaluator import Evaluator
from skerry.sources.cloudformation.loops import Entry
from skerry.sources.cloudformation.values import Value


class AttributeOwner:
    """A resource whose attribute is asked for. Only the properties that are read are computed."""

    def __init__(self, evaluator: Evaluator, entry: Entry) -> None:
        self._evaluator = evaluator
        self.stack = evaluator.place.scope
        self.logical_id = entry.name
        self.type = evaluator.type_of(entry)
        self.region = evaluator.place.region
        self.account = evaluator.place.account

    def property(self, name: str) -> Value | None:
        """Return a property; None without it."""
        return self._evaluator.property(self.logical_id, name)


AttributeOf: TypeAlias = Callable[[AttributeOwner, str], Value | None]
"""Returns the value of an attribute, "Ref" for Ref; None if it is known only after deployment."""


def no_attributes(owner: AttributeOwner, attribute: str) -> Value | None:
    """Return None: every attribute is known only after deployment."""
    del owner, attribute
    return None
