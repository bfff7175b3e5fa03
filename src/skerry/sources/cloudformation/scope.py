"""The scope of a value: the names and functions of the template that it is written in."""

from typing import Protocol

import msgspec
from yaml import Node, ScalarNode, SequenceNode

from skerry.sources.cloudformation.values import NoValue, Unresolved, Value


class ValueFault(Exception):  # noqa: N818 -- named after its content
    """A fault of one value: the template cannot be deployed as it is."""

    def __init__(self, node: Node, text: str) -> None:
        super().__init__(text)
        self.node = node
        self.text = text


class IntrinsicCall(msgspec.Struct, frozen=True, gc=False):
    """A call of a function; ``is_short``: the tag of ``argument`` is the function itself."""

    name: str
    argument: Node
    node: Node
    is_short: bool

    def elements(self, fewest: int, most: int) -> list[Node]:
        """Return the nodes of the arguments."""
        argument = self.argument
        if not isinstance(argument, SequenceNode) or (not self.is_short and argument.tag.startswith("!")):
            raise ValueFault(self.node, f"{self.name} takes a list")
        if not fewest <= len(argument.value) <= most:
            count = str(fewest) if fewest == most else f"{fewest} to {most}"
            raise ValueFault(self.node, f"{self.name} takes {count} arguments, not {len(argument.value)}")
        elements: list[Node] = argument.value
        return elements


class ValueScope(Protocol):
    """The names and functions of a template."""

    def value(self, node: Node) -> Value | NoValue:
        """Return the value of a node."""

    def required(self, node: Node) -> Value:
        """Return the value of a node that must have one."""

    def argument(self, call: IntrinsicCall) -> Value:
        """Return the value of the only argument of a function."""

    def source(self, node: ScalarNode) -> str:
        """Return the text of a scalar as it is written, with the variables of loops replaced."""

    def reference(self, name: str, node: Node) -> Value | NoValue:
        """Return the value of Ref."""

    def attribute(self, logical_id: str, attribute: str, node: Node) -> Value:
        """Return the value of Fn::GetAtt."""

    def condition(self, name: str, node: Node) -> bool | Unresolved:
        """Return whether a condition holds."""

    def choice(self, condition: Unresolved, nodes: tuple[Node, Node]) -> Value | NoValue:
        """Return the value of Fn::If under an unresolved condition."""

    def mapping(self, name: str) -> Node | None:
        """Return a table of the section Mappings."""

    def mapping_names(self) -> list[str]:
        """Return the names of the section Mappings."""

    def import_value(self, name: Value, node: Node) -> Value:
        """Return the value of an export."""

    def stack_output(self, arguments: dict[str, Value], node: Node) -> Value:
        """Return the output of another stack."""

    def allowed(self, value: Value) -> frozenset[str] | None:
        """Return the texts that an unresolved parameter may have; None for another value."""

    def has_language_extensions(self) -> bool:
        """Return whether the template declares AWS::LanguageExtensions."""
