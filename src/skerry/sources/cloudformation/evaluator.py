"""The values of one stack: parameters, conditions, and properties of resources, each computed once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Protocol

from yaml import MappingNode, Node, ScalarNode

from skerry.sources.cloudformation import conditions, loops
from skerry.sources.cloudformation.documents import MAPPING
from skerry.sources.cloudformation.loops import Entry, UnknownLoop
from skerry.sources.cloudformation.node_values import NodeValues, Remarks
from skerry.sources.cloudformation.parameter_limits import allowed_texts, breaches, rejections
from skerry.sources.cloudformation.parameters import StackPlace, parameter_value, pseudo_parameter
from skerry.sources.cloudformation.scope import ValueFault
from skerry.sources.cloudformation.template import SERVERLESS, Template, child_of, text_of
from skerry.sources.cloudformation.text_functions import FunctionError
from skerry.sources.cloudformation.values import (
    NO_VALUE,
    AttributeReference,
    NoValue,
    Unresolved,
    Value,
    unresolved_function,
)

NESTED_TYPES: Final[Mapping[str, str]] = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
"""The types of nested stacks, and the property with the template of each."""


class OtherStacks(Protocol):
    """The other stacks of a set."""

    def import_value(self, importer: "Evaluator", name: Value, node: Node) -> Value:
        """Return the value of an export."""

    def stack_output(self, reader: "Evaluator", arguments: Mapping[str, Value]) -> Value:
        """Return the output of a stack by the name of the stack."""

    def nested_output(self, parent: "Evaluator", logical_id: str, output: str, node: Node) -> Value:
        """Return the output of a nested stack."""

    def attribute(self, owner: "Evaluator", entry: Entry, attribute: str) -> Value | None:
        """Return an attribute of a resource; None if only AWS knows it."""


class Evaluator(NodeValues):
    """The names and values of one stack. Values are computed when they are asked for, and only once."""

    def __init__(
        self,
        template: Template,
        place: StackPlace,
        given: Callable[[str], Value | None],
        stacks: OtherStacks,
        remarks: Remarks,
    ) -> None:
        super().__init__(template.document, remarks)
        self.template = template
        self.place = place
        self.dependencies: dict[str, set[str]] = {}
        self._given = given
        self._stacks = stacks
        self._parameters: dict[str, Value] = {}
        self._allowed: dict[str, frozenset[str]] = {}
        self._presences: dict[str, bool | Unresolved] = {}
        self._conditions: dict[str, bool | Unresolved] = {}
        self._properties: dict[tuple[str, str], Value | NoValue] = {}
        self._pending: dict[object, None] = {}
        self.unknown_loops: list[UnknownLoop] = []
        self.resources: dict[str, Entry] = {}
        self.outputs: dict[str, Entry] = {}
        self._condition_entries: dict[str, Entry] = {}
        self._condition_entries = self._entries(template.conditions, [])
        self.resources = self._entries(template.resources, self.unknown_loops)
        self.outputs = self._entries(template.outputs, [])

    # -------------------------------------------------------------------------------------------------- names

    def reference(self, name: str, node: Node) -> Value | NoValue:
        """Return the value of Ref."""
        if name in self._variables:
            return self._variables[name]
        if name in self.template.parameters:
            return self.parameter(name)
        if name in self.resources:
            return self.attribute(name, "Ref", node)
        value = pseudo_parameter(name, self.place)
        if value is None:
            return self._generated(f"{name}.Ref", name, node)
        return value

    def may_generate(self, name: str) -> bool:
        """Return whether a macro, a loop over an unresolved list or SAM may make a resource of this name."""
        owners = (self.type_of(entry) for key, entry in self.resources.items() if name.startswith(key))
        is_of_sam = SERVERLESS in self.template.transforms and (
            name.startswith("Serverless") or any(owner.startswith("AWS::Serverless::") for owner in owners)
        )
        return is_of_sam or bool(self.unknown_loops or self.template.macros) or self.template.document.has_macros

    def _generated(self, attribute: str, name: str, node: Node) -> Unresolved:
        """Return the unresolved attribute of a resource that a macro, a loop or SAM may make.

        https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
        """
        if not self.may_generate(name):
            raise ValueFault(node, f"no parameter or resource {name[:80]}")
        reason = f"{name[:80]} is made by a macro or a loop"
        return Unresolved(f"{self.place.scope}.{attribute}", reason)

    def parameter(self, name: str) -> Value:
        """Return the value of a parameter."""
        if name not in self._parameters:
            declaration = self.template.parameters[name]
            given = self._given(name)
            value = parameter_value(name, declaration, given, self.place.scope)
            for reason in rejections(name, declaration, value):
                self.problem(declaration, reason)
            # The deployment may have another value in the place of a default, for the parent of a nested stack too.
            is_chosen = given is not None and "/" not in self.place.scope
            for reason in breaches(name, declaration, value):
                (self.problem if is_chosen else self.note)(declaration, reason)
            texts = allowed_texts(declaration)
            if isinstance(value, Unresolved) and texts is not None:
                self._allowed[value.expression] = texts
            self._parameters[name] = value
        return self._parameters[name]

    def allowed(self, value: Value) -> frozenset[str] | None:
        """Return the texts that an unresolved parameter may have; None for another value."""
        return self._allowed.get(value.expression) if isinstance(value, Unresolved) else None

    def attribute(self, logical_id: str, attribute: str, node: Node) -> Value:
        """Return the value of an attribute of a resource."""
        entry = self.resources.get(logical_id)
        if entry is None:
            return self._generated(f"{logical_id}.{attribute}", logical_id, node)
        if self._owner and not self._uncertain:
            self.dependencies.setdefault(self._owner, set()).add(logical_id)
        if self.presence(logical_id) is False:
            raise ValueFault(node, f"the resource {logical_id} is absent: its condition is false")
        if attribute.startswith("Outputs.") and self.type_of(entry) in NESTED_TYPES:
            return self._stacks.nested_output(self, logical_id, attribute.removeprefix("Outputs."), node)
        value = self._stacks.attribute(self, entry, attribute)
        return AttributeReference(self.place.scope, logical_id, attribute) if value is None else value

    def mapping(self, name: str) -> Node | None:
        """Return a table of the section Mappings."""
        return self.template.mappings.get(name)

    def mapping_names(self) -> list[str]:
        """Return the names of the section Mappings."""
        return list(self.template.mappings)

    def import_value(self, name: Value, node: Node) -> Value:
        """Return the value of an export."""
        return self._stacks.import_value(self, name, node)

    def stack_output(self, arguments: dict[str, Value], node: Node) -> Value:
        """Return the output of another stack."""
        if "StackName" not in arguments or "OutputName" not in arguments:
            raise ValueFault(node, "Fn::GetStackOutput takes StackName and OutputName")
        return self._stacks.stack_output(self, arguments)

    def has_language_extensions(self) -> bool:
        """Return whether the template declares AWS::LanguageExtensions."""
        return self.template.has_extensions

    # --------------------------------------------------------------------------------------------- conditions

    def condition(self, name: str, node: Node) -> bool | Unresolved:
        """Return whether a condition holds."""
        if name not in self._conditions:
            entry = self._condition_entries.get(name)
            if entry is None:
                raise ValueFault(node, f"no condition {name[:80]}")
            with self.once(("condition", name), node, f"the condition {name}"), self._inside("", entry.variables, 0):
                value = conditions.evaluate(self, entry.node)
            if isinstance(value, Unresolved):
                value = Unresolved(value.expression, f"the condition {name} is not decided: {value.reason}")
            self._conditions[name] = value
        return self._conditions[name]

    def presence(self, logical_id: str) -> bool | Unresolved:
        """Return whether a resource is made."""
        answer = self._presences.get(logical_id)
        if answer is None:
            answer = self._presences[logical_id] = self.presence_of(self.resources[logical_id])
        return answer

    def presence_of(self, entry: Entry) -> bool | Unresolved:
        """Return whether a resource or an output is made."""
        name = child_of(entry.node, "Condition")
        return True if name is None else self.condition_of(name, entry.variables)

    def condition_of(self, node: Node, variables: Mapping[str, str]) -> bool | Unresolved:
        """Return whether the condition holds that a resource or an output names; in a loop a function may name it.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach-example-conditions.html
        """
        name = text_of(node)
        if name is None and not self.template.has_extensions:
            return self.problem(node, "Condition takes the name of a condition")
        try:
            if name is None:
                with self._inside("", variables, 0):
                    value = self.required(node)
                name = value if isinstance(value, str) else ""
                if isinstance(value, Unresolved):
                    return value
            return self.condition(loops.replace_variables(name, variables), node)
        except ValueFault as fault:
            return self.problem(fault.node, fault.text)
        except FunctionError as error:
            return self.problem(node, str(error))
        except RecursionError:
            return self.problem(node, f"the condition {(name or '')[:80]} nests too deeply")

    def choice(self, condition: Unresolved, nodes: tuple[Node, Node]) -> Value | NoValue:
        """Return the value of Fn::If under an unresolved condition."""
        self._uncertain += 1
        try:
            first, second = map(self.value, nodes)
        finally:
            self._uncertain -= 1
        if first == second:
            return first
        branches = ["" if isinstance(value, NoValue) else value for value in (first, second)]
        return unresolved_function(f"Fn::If {condition.expression}", branches, condition.reason)

    # ---------------------------------------------------------------------------------------------- resources

    def property(self, logical_id: str, name: str) -> Value | None:
        """Return a property of a resource; None without it."""
        key = (logical_id, name)
        if key not in self._properties:
            entry = self.resources[logical_id]
            node = child_of(child_of(entry.node, "Properties"), name)
            value: Value | NoValue = NO_VALUE
            if node is not None:
                value = self._property(entry, name, node)
            self._properties[key] = value
        value = self._properties[key]
        return None if isinstance(value, NoValue) else value

    def _property(self, entry: Entry, name: str, node: Node) -> Value | NoValue:
        uncertain = 0 if self.presence(entry.name) is True else 1
        with (
            self.once((entry.name, name), node, f"{entry.name}.{name}"),
            self._inside(entry.name, entry.variables, uncertain),
        ):
            return self.value(node)

    def properties(self, entry: Entry) -> dict[str, Value]:
        """Return all properties of a resource."""
        node = child_of(entry.node, "Properties")
        if node is None:
            return {}
        if not isinstance(node, MappingNode) or node.tag != MAPPING:
            self.problem(node, f"the properties of {entry.name} are no mapping")
            return {}
        if self._has_special_keys:
            with self._inside(entry.name, entry.variables, 0):
                whole = self.value(node)
            return whole if isinstance(whole, dict) else {}
        values: dict[str, Value] = {}
        for key, _ in node.value:
            try:
                value = self.property(entry.name, key.value)
            except ValueFault as fault:
                self.problem(fault.node, fault.text)
                continue
            except RecursionError:
                self.problem(key, f"{entry.name}.{key.value[:80]} nests too deeply")
                continue
            if value is not None:
                values[key.value] = value
        return values

    def part(self, entry: Entry, node: Node) -> Value | NoValue:
        """Return the value of a part of a resource or an output."""
        with self._inside("", entry.variables, 0):
            return self.value(node)

    def type_of(self, entry: Entry) -> str:
        """Return the type of a resource; empty without one."""
        node = child_of(entry.node, "Type")
        return loops.replace_variables(node.value, entry.variables) if isinstance(node, ScalarNode) else ""

    @contextmanager
    def once(self, key: object, node: Node, name: str) -> Iterator[None]:
        """Raise ValueFault if the value is asked for while it is computed."""
        if key in self._pending:
            raise ValueFault(node, f"{name} depends on itself")
        if len(self._pending) > _MOST_PENDING:
            raise ValueFault(node, f"{name} depends on more than {_MOST_PENDING} values, one after the other")
        self._pending[key] = None
        try:
            yield
        finally:
            del self._pending[key]

    def _entries(self, section: MappingNode | None, unknown: list[UnknownLoop]) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for entry in loops.entries(self, section):
            if isinstance(entry, UnknownLoop):
                unknown.append(entry)
            else:
                entries[entry.name] = entry
        return entries


_MOST_PENDING: Final = 60
