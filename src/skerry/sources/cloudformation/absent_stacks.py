"""Nested stacks without their templates, and the resources of the set that they can name.

A template names existing resources by their ids. It has them from its parameters, exports or Parameter Store.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
"""

from collections.abc import Iterator
from typing import Final

from skerry.sources.cloudformation.evaluator import Evaluator
from skerry.sources.cloudformation.loops import Entry
from skerry.sources.cloudformation.stacks import StackSet
from skerry.sources.cloudformation.values import (
    AttributeReference,
    PartialText,
    Unresolved,
    Value,
    ZoneList,
    ZoneOfList,
)

_FOREIGN: Final = ("parameter ", "SSM ", "AWS::", "export ", "{{resolve:")
"""The beginnings of expressions with values from outside the set, which is older than its resources' ids."""
_STORED: Final = "AWS::SSM::Parameter"


class AbsentStacks:
    """The nested stacks of a set without their templates."""

    def __init__(self, stacks: StackSet) -> None:
        self._stacks = stacks
        self._shared: frozenset[str] | bool | None = False

    def texts_given_to(self, parent: Evaluator, entry: Entry) -> frozenset[str] | None:
        """Return the texts that a nested stack can read; None if there may be any id of the set in them."""
        parameters = parent.property(entry.name, "Parameters")
        if isinstance(self._shared, bool):
            self._shared = self._texts_of(self._shared_values())
        own = self._texts_of(() if parameters is None else (parameters,))
        return None if own is None or self._shared is None else own | self._shared

    def _shared_values(self) -> Iterator[Value]:
        """Yield what every template of the account can read: exports, and parameters of Parameter Store."""
        for evaluator, entry in self._stacks.exports().values():
            yield self._stacks.output(evaluator, entry)
        for evaluator in self._stacks.evaluators.values():
            for name, entry in evaluator.resources.items():
                value = evaluator.property(name, "Value") if evaluator.type_of(entry) == _STORED else None
                if value is not None:
                    yield value

    def _texts_of(self, values: Iterator[Value] | tuple[Value, ...]) -> frozenset[str] | None:
        answers = [answer for value in values for answer in self._texts(value)]
        return None if None in answers else frozenset(answer for answer in answers if answer is not None)

    def _texts(self, value: Value) -> Iterator[str | None]:
        """Yield the texts of a value; None for a part that may be any id."""
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | dict):
            for item in value.values() if isinstance(value, dict) else value:
                yield from self._texts(item)
        elif isinstance(value, PartialText):
            for piece in value.pieces:
                yield from self._texts(piece)
        elif isinstance(value, AttributeReference):
            if self._is_of_code(value):
                yield None
        elif not isinstance(value, ZoneOfList | ZoneList) and not _is_foreign(value):
            yield None

    def _is_of_code(self, reference: AttributeReference) -> bool:
        """Return whether code of the user gives an attribute: then it may be any id."""
        owner = self._stacks.evaluators[reference.stack]
        kind = owner.type_of(owner.resources[reference.logical_id])
        return kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource"


def _is_foreign(value: Unresolved) -> bool:
    return value.expression.startswith(_FOREIGN)
