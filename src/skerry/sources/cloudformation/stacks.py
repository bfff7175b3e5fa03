"""A set of stacks: exports, nested stacks and attributes between them."""

from collections.abc import Mapping
from typing import Final

from yaml import MappingNode, Node

from skerry.sources.cloudformation.attributes import AttributeOf, AttributeOwner
from skerry.sources.cloudformation.evaluator import NESTED_TYPES, Evaluator
from skerry.sources.cloudformation.loops import Entry
from skerry.sources.cloudformation.nested_files import NestedFiles
from skerry.sources.cloudformation.node_values import Remarks
from skerry.sources.cloudformation.parameters import StackPlace
from skerry.sources.cloudformation.scope import ValueFault
from skerry.sources.cloudformation.template import Template, child_of
from skerry.sources.cloudformation.values import (
    Identifier,
    NoValue,
    Remark,
    Unresolved,
    Value,
    expression_of,
    join_texts,
    reason_of,
)

_MOST_LEVELS: Final = 20
_MOST_STACKS: Final = 500


class StackSet:
    """The stacks of one reading."""

    def __init__(self, files: NestedFiles, attribute_of: AttributeOf, remarks: Remarks) -> None:
        self.remarks = remarks
        self.evaluators: dict[str, Evaluator] = {}
        self.parents: dict[str, str] = {}
        self.absent_templates: dict[str, list[tuple[Entry, str]]] = {}
        self.imports: dict[str, set[str]] = {}
        self._files = files
        self._attribute_of = attribute_of
        self._attributes: dict[tuple[str, str, str], Value | None] = {}
        self._exports: dict[tuple[Value, Value, str], tuple[Evaluator, Entry]] | None = None
        self._outputs: dict[tuple[str, str], Value] = {}
        self._unknown_exports = False

    def add(self, template: Template, place: StackPlace, given: Mapping[str, str], dummies: frozenset[str]) -> None:
        """Add a stack; ``dummies`` are texts that stand for unknown values."""
        evaluator = Evaluator(template, place, given.get, self, self.remarks)
        evaluator.dummies = dummies
        self.evaluators[place.scope] = evaluator

    def add_nested(self) -> None:
        """Add the nested stacks of all stacks, level by level."""
        level = list(self.evaluators.values())
        for depth in range(_MOST_LEVELS + 1):
            following = [child for parent in level for child in self._children(parent, depth)]
            if not following:
                return
            level = following

    def _children(self, parent: Evaluator, depth: int) -> list[Evaluator]:
        children = []
        for entry in parent.resources.values():
            location = NESTED_TYPES.get(parent.type_of(entry))
            if location is None or parent.presence(entry.name) is False:
                continue
            if len(self.evaluators) >= _MOST_STACKS:
                parent.problem(entry.key, f"more than {_MOST_STACKS} stacks")
                break
            template = self._nested_template(parent, entry, location, depth)
            if template is not None:
                child = self._nested(parent, entry, template)
                self.evaluators[child.place.scope] = child
                self.parents[child.place.scope] = parent.place.scope
                children.append(child)
        return children

    def _nested_template(self, parent: Evaluator, entry: Entry, location: str, depth: int) -> Template | None:
        node = child_of(child_of(entry.node, "Properties"), location) or entry.key
        answer = self._files.template_of(parent, entry, parent.property(entry.name, location))
        if isinstance(answer, Remark):
            answer = answer.text if answer.position is None else self._record(answer)
        if isinstance(answer, Template) and answer.file in self._files_above(parent):
            parent.problem(node, f"{entry.name} nests its own template {answer.file}")
            return None
        if isinstance(answer, Template) and depth >= _MOST_LEVELS:
            parent.problem(node, f"more than {_MOST_LEVELS} levels of nested stacks")
            return None
        if isinstance(answer, str):
            self.absent_templates.setdefault(parent.place.scope, []).append((entry, answer))
            return None
        return answer

    def _record(self, fault: Remark) -> str:
        self.remarks.problems[fault] = None
        return "its template cannot be read"

    def _files_above(self, evaluator: Evaluator) -> set[str]:
        files = {evaluator.template.file}
        name = evaluator.place.scope
        while name in self.parents:
            name = self.parents[name]
            files.add(self.evaluators[name].template.file)
        return files

    def _nested(self, parent: Evaluator, entry: Entry, template: Template) -> Evaluator:
        """Return a nested stack, whose parameters are computed in its parent.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
        """
        scope = f"{parent.place.scope}/{entry.name}"
        random = Identifier(f"AWS::StackName {scope}", "the name of a nested stack is known only after deployment")
        parent_name = parent.place.stack_name
        name = join_texts([*([] if isinstance(parent_name, list | dict) else [parent_name]), f"-{entry.name}-", random])

        def given(parameter: str) -> Value | None:
            table = child_of(child_of(entry.node, "Properties"), "Parameters")
            node = child_of(table, parameter)
            if node is None:
                if table is None or (isinstance(table, MappingNode) and table.tag == "mapping"):
                    return None
                values = parent.property(entry.name, "Parameters")
                return values.get(parameter) if isinstance(values, dict) else values
            value = parent.part(entry, node)
            return None if isinstance(value, NoValue) else value

        place = StackPlace(parent.place.region, parent.place.account, name, scope)
        child = Evaluator(template, place, given, self, self.remarks)
        child.dummies = parent.dummies
        return child

    # ------------------------------------------------------------------------------------------ between stacks

    def nested_output(self, parent: Evaluator, logical_id: str, output: str, node: Node) -> Value:
        """Return the output of a nested stack."""
        scope = f"{parent.place.scope}/{logical_id}"
        child = self.evaluators.get(scope)
        if child is None:
            return Unresolved(f"{scope}.Outputs.{output}", f"the template of the nested stack {logical_id} is not here")
        entry = child.outputs.get(output)
        if entry is None:
            raise ValueFault(node, f"the template of {logical_id} has no output {output[:80]}")
        return self.output(child, entry)

    def output(self, evaluator: Evaluator, entry: Entry) -> Value:
        """Return the value of an output, computed once."""
        key = evaluator.place.scope, entry.name
        if key not in self._outputs:
            self._outputs[key] = self._output(evaluator, entry)
        return self._outputs[key]

    def _output(self, evaluator: Evaluator, entry: Entry) -> Value:
        node = child_of(entry.node, "Value")
        if node is None:
            return evaluator.problem(entry.node, f"the output {entry.name} has no value")
        try:
            with evaluator.once(("output", entry.name), node, f"the output {entry.name}"):
                value = evaluator.part(entry, node)
        except RecursionError:
            return evaluator.problem(node, f"the output {entry.name} nests too deeply")
        return "" if isinstance(value, NoValue) else value

    def import_value(self, importer: Evaluator, name: Value, node: Node) -> Value:
        """Return the value of an export of the same account and Region.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-importvalue.html
        """
        if not isinstance(name, str):
            return Unresolved(f"export {expression_of(name)}", f"the name of the export: {reason_of(name)}")
        place = importer.place
        export = self.exports().get((place.region, place.account, name))
        if export is None:
            text = f"no stack here exports {name[:120]}{self._hint(name)}"
            if not self._unknown_exports:
                self.remarks.missing_exports[Remark(importer.position(node), text)] = None
            return Unresolved(f"export {name}", f"no stack here exports {name[:120]}")
        evaluator, entry = export
        self.imports.setdefault(place.scope, set()).add(evaluator.place.scope)
        return self.output(evaluator, entry)

    def _hint(self, name: str) -> str:
        """Return the name for a stack with which it would have an export; empty without such a stack."""
        for (_, _, other), (evaluator, _) in self.exports().items():
            stack = evaluator.place.stack_name
            before, middle, after = other.partition(stack) if isinstance(stack, str) else ("", "", "")
            wanted = name.removeprefix(before).removesuffix(after)
            if middle and wanted and name == f"{before}{wanted}{after}":
                return f": name the stack of {evaluator.template.file} {wanted[:80]}"
        return ""

    def exports(self) -> Mapping[tuple[Value, Value, str], tuple[Evaluator, Entry]]:
        """Return the outputs with an export name, by Region, account and name."""
        if self._exports is None:
            self._exports = {}
            for evaluator in self.evaluators.values():
                for entry in evaluator.outputs.values():
                    self._add_export(self._exports, evaluator, entry)
        return self._exports

    def _add_export(
        self, exports: dict[tuple[Value, Value, str], tuple[Evaluator, Entry]], evaluator: Evaluator, entry: Entry
    ) -> None:
        node = child_of(child_of(entry.node, "Export"), "Name")
        if node is None or evaluator.presence_of(entry) is False:
            return
        name = evaluator.part(entry, node)
        if not isinstance(name, str):
            self._unknown_exports = True
            return
        key = evaluator.place.region, evaluator.place.account, name
        if key in exports:
            other, other_entry = exports[key]
            first = other.position(other_entry.key)
            evaluator.problem(node, f"the export {name[:120]} again: it is also at {first}")
            return
        exports[key] = evaluator, entry

    def stack_output(self, reader: Evaluator, arguments: Mapping[str, Value]) -> Value:
        """Return the output of a stack by the name of the stack."""
        name, output = arguments["StackName"], arguments["OutputName"]
        region = arguments.get("Region", reader.place.region)
        for evaluator in self.evaluators.values():
            place = evaluator.place
            if (
                (place.stack_name, place.region) == (name, region)
                and isinstance(output, str)
                and "RoleArn" not in arguments
            ):
                entry = evaluator.outputs.get(output)
                if entry is not None:
                    self.imports.setdefault(reader.place.scope, set()).add(place.scope)
                    return self.output(evaluator, entry)
        reason = reason_of(name) or reason_of(output) or f"the stack {expression_of(name)} is not here"
        return Unresolved(f"Fn::GetStackOutput {expression_of(dict(arguments))}", reason)

    def attribute(self, owner: Evaluator, entry: Entry, attribute: str) -> Value | None:
        """Return an attribute of a resource; None if only AWS knows it."""
        key = (owner.place.scope, entry.name, attribute)
        if key not in self._attributes:
            self._attributes[key] = self._attribute_of(AttributeOwner(owner, entry), attribute)
        return self._attributes[key]
