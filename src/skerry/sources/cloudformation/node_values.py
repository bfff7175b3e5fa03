"""Values of nodes: scalars, mappings, lists and calls of functions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from skerry.sources.cloudformation import loops
from skerry.sources.cloudformation.documents import MAPPING, PLAIN, SEQUENCE, TEXT, TemplateDocument
from skerry.sources.cloudformation.functions import FUNCTIONS, function_of_tag
from skerry.sources.cloudformation.scalars import NumberFormat, is_octal, plain_text
from skerry.sources.cloudformation.scope import IntrinsicCall, ValueFault, ValueScope
from skerry.sources.cloudformation.text_functions import FunctionError, resolve_dynamic
from skerry.sources.cloudformation.values import (
    NO_VALUE,
    Identifier,
    NoValue,
    Remark,
    SourcePosition,
    Unresolved,
    Value,
)


class Remarks(msgspec.Struct):
    """The remarks about a set of stacks, in the order of their discovery."""

    problems: dict[Remark, None] = msgspec.field(default_factory=dict)
    missing_exports: dict[Remark, None] = msgspec.field(default_factory=dict)
    notes: dict[Remark, None] = msgspec.field(default_factory=dict)


class NodeValues(ValueScope):
    """The values of nodes of a document; names are those of the class below it."""

    def __init__(self, document: TemplateDocument, remarks: Remarks) -> None:
        self.document = document
        self.remarks = remarks
        self._owner = ""
        self._variables: Mapping[str, str] = {}
        self._uncertain = 0
        self.dummies: frozenset[str] = frozenset()
        self.turns_left = [loops.MOST_TURNS]
        self._has_special_keys = document.has_loops or document.has_macros

    # ------------------------------------------------------------------------------------------------ remarks

    def position(self, node: Node) -> SourcePosition:
        """Return the place where a node begins."""
        return self.document.position(node)

    def problem(self, node: Node, text: str) -> Unresolved:
        """Record a fault of the template, and return the value in its place."""
        remark = Remark(self.position(node), text)
        self.remarks.problems[remark] = None
        return Unresolved(f"fault at {remark.position}", text)

    def note(self, node: Node, text: str) -> None:
        """Record a note."""
        self.remarks.notes[Remark(self.position(node), text)] = None

    # ------------------------------------------------------------------------------------------------- values

    def value(self, node: Node) -> Value | NoValue:
        """Return the value of a node."""
        tag = node.tag
        content: Any = node
        if tag == PLAIN:
            return self._plain(content)
        if tag == TEXT:
            text: str = node.value if not self._variables else self.source(content)
            if text in self.dummies:
                return Identifier(f"dummy {text}", f"{text} stands for a value that cdk synth did not know")
            return resolve_dynamic(text) if "{{" in text else text
        if tag == MAPPING:
            return self._mapping(content)
        if tag == SEQUENCE:
            return self._sequence(content)
        return self._tagged(node)

    def _plain(self, node: ScalarNode) -> Value | NoValue:
        source = self.source(node) if self._variables else node.value
        try:
            text = plain_text(source)
        except NumberFormat:
            reason = f"{source} is a number in a notation of YAML 1.1: quote it"
            self.note(node, reason)
            return Unresolved(f"number {source}", reason)
        if text is None:
            self.problem(node, "no value: CloudFormation takes no null")
            return NO_VALUE
        if text != source and is_octal(source):
            self.note(node, f"{source} without quotes is an octal number, which CloudFormation reads as {text}")
        return resolve_dynamic(text) if "{{" in text else text

    def _mapping(self, node: MappingNode) -> Value | NoValue:
        pairs = node.value
        if len(pairs) == 1:
            key, argument = pairs[0]
            name = key.value
            function = FUNCTIONS.get(name)
            if function is not None:
                return self._call(IntrinsicCall(name, argument, node, is_short=False))
        if self._has_special_keys or self._variables:
            return self._mapping_with_loops(node)
        result: dict[str, Value] = {}
        for key, child in pairs:
            value = self.value(child)
            if not isinstance(value, NoValue):
                result[key.value] = value
        if len(pairs) == 1 and pairs[0][0].value[:4] == "Fn::":
            return self.problem(node, f"unknown function {pairs[0][0].value[:60]}")
        return result

    def _mapping_with_loops(self, node: MappingNode) -> Value:
        try:
            return loops.mapping_with_loops(self, node, self._variables)
        except ValueFault as fault:
            return self._fault(fault.node, fault.text)

    def _sequence(self, node: SequenceNode) -> Value:
        values = map(self.value, node.value)
        return [value for value in values if not isinstance(value, NoValue)]

    def _tagged(self, node: Node) -> Value | NoValue:
        tag = node.tag
        if tag == "tag:yaml.org,2002:str" and isinstance(node, ScalarNode):
            return self.source(node)
        if not tag.startswith("!"):
            return self.problem(node, f"CloudFormation takes no YAML type {tag.rpartition(':')[2][:60]}")
        name = function_of_tag(tag)
        if name not in FUNCTIONS:
            return self.problem(node, f"unknown function {tag[:60]}")
        return self._call(IntrinsicCall(name, node, node, is_short=True))

    def _call(self, call: IntrinsicCall) -> Value | NoValue:
        try:
            return FUNCTIONS[call.name](self, call)
        except ValueFault as fault:
            return self._fault(fault.node, fault.text)
        except FunctionError as error:
            return self._fault(call.node, str(error))

    def _fault(self, node: Node, text: str) -> Unresolved:
        """Record a fault; under an unresolved condition it may concern no deployment, and is unresolved only."""
        if self._uncertain:
            return Unresolved(f"fault at {self.position(node)}", text)
        return self.problem(node, text)

    def required(self, node: Node) -> Value:
        """Return the value of a node that must have one."""
        value = self.value(node)
        if isinstance(value, NoValue):
            raise ValueFault(node, "AWS::NoValue is no argument of this function")
        return value

    def argument(self, call: IntrinsicCall) -> Value:
        """Return the value of the only argument of a function."""
        node = call.argument
        if not call.is_short:
            return self.required(node)
        if isinstance(node, ScalarNode):
            return resolve_dynamic(self.source(node))
        if isinstance(node, SequenceNode):
            return self._sequence(node)
        value = self._mapping(node) if isinstance(node, MappingNode) else NO_VALUE
        return [] if isinstance(value, NoValue) else value

    def source(self, node: ScalarNode) -> str:
        """Return the text of a scalar as it is written, with the variables of loops replaced."""
        text: str = node.value
        return loops.replace_variables(text, self._variables) if self._variables else text

    def value_with(self, node: Node, variables: Mapping[str, str]) -> Value | NoValue:
        """Return the value of a node with these variables of loops."""
        with self._inside(self._owner, variables, self._uncertain):
            return self.value(node)

    @contextmanager
    def _inside(self, owner: str, variables: Mapping[str, str], uncertain: int) -> Iterator[None]:
        """Evaluate as a part of a resource, with the variables of its loops."""
        before = self._owner, self._variables, self._uncertain
        self._owner, self._variables, self._uncertain = owner, variables, uncertain
        try:
            yield
        finally:
            self._owner, self._variables, self._uncertain = before
