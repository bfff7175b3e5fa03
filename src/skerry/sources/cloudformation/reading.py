"""Reading of templates: from files to stacks with resolved resources."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from yaml import SequenceNode

from skerry.sources.cloudformation.absent_stacks import AbsentStacks
from skerry.sources.cloudformation.attributes import AttributeOf, no_attributes
from skerry.sources.cloudformation.cloud_assembly import AssemblyStack, is_assembly, read_assembly
from skerry.sources.cloudformation.cycles import cycle_of
from skerry.sources.cloudformation.evaluator import Evaluator
from skerry.sources.cloudformation.foreign_partitions import check_partition
from skerry.sources.cloudformation.loops import Entry, replace_variables
from skerry.sources.cloudformation.nested_files import NestedFiles
from skerry.sources.cloudformation.node_values import Remarks
from skerry.sources.cloudformation.parameters import StackPlace
from skerry.sources.cloudformation.resolved import OpenPart, ResolvedTemplates, Stack, TemplateResource
from skerry.sources.cloudformation.rules import check_rules
from skerry.sources.cloudformation.stacks import StackSet
from skerry.sources.cloudformation.template import child_of, text_of
from skerry.sources.cloudformation.values import Identifier, Remark, Unresolved, Value

_MOST_RESOURCES: Final = 500
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""


class TemplateInput(msgspec.Struct, frozen=True):
    """A template or an assembly of the AWS CDK; ``stack`` names the stack of a template."""

    path: Path
    stack: str | None = None


def read_templates(
    inputs: Sequence[TemplateInput],
    parameters: Mapping[str, str] | None = None,
    region: str | None = None,
    account: str | None = None,
    attribute_of: AttributeOf = no_attributes,
) -> ResolvedTemplates:
    """Return the stacks of templates with their resources.

    ``parameters``: values by ``KEY`` or ``STACK.KEY``. A template that cannot be read is a problem of the result.
    """
    remarks = Remarks()
    files = NestedFiles()
    paths: dict[str, Mapping[str, str]] = {}
    stacks = StackSet(files, attribute_of, remarks)
    where: tuple[Value, Value] = (
        region or Identifier("AWS::Region", "the Region is not given"),
        account or Identifier("AWS::AccountId", "the account is not given"),
    )
    sources = [source for given in inputs for source in _sources(given, files, remarks)]
    for scope, source in _names(sources):
        template = files.read(source.template)
        if isinstance(template, Remark):
            remarks.problems[template] = None
            continue
        place = StackPlace(source.region or where[0], source.account or where[1], source.name, scope)
        stacks.add(template, place, _parameters_of(scope, parameters or {}), source.dummies)
        paths[scope] = source.paths
    _check_parameters(stacks, parameters or {}, remarks)
    stacks.add_nested()
    return _resolved(stacks, remarks, paths)


def _sources(given: TemplateInput, files: NestedFiles, remarks: Remarks) -> Sequence[AssemblyStack]:
    """Return the stacks of an input: those of an assembly, or that of a template."""
    if is_assembly(given.path):
        assembly = read_assembly(given.path)
        files.assets.update(assembly.assets)
        remarks.problems.update(dict.fromkeys(assembly.problems))
        remarks.notes.update(dict.fromkeys(assembly.notes))
        return assembly.stacks
    stem = given.path.name.removesuffix(given.path.suffix).removesuffix(".template") or "stack"
    return (AssemblyStack(given.stack or stem, given.path, None, None, {}, frozenset()),)


def _names(sources: Sequence[AssemblyStack]) -> list[tuple[str, AssemblyStack]]:
    """Return a name for each stack: its own, with a number if another stack has it."""
    names: dict[str, AssemblyStack] = {}
    for source in sources:
        name, number = source.name, 2
        while name in names:
            name, number = f"{source.name}-{number}", number + 1
        names[name] = source
    return list(names.items())


def _parameters_of(stack: str, parameters: Mapping[str, str]) -> dict[str, str]:
    own = {key.removeprefix(f"{stack}."): value for key, value in parameters.items() if key.startswith(f"{stack}.")}
    return {**{key: value for key, value in parameters.items() if "." not in key}, **own}


def _check_parameters(stacks: StackSet, parameters: Mapping[str, str], remarks: Remarks) -> None:
    """Record each given parameter that no stack declares."""
    declared = {
        spelling
        for name, evaluator in stacks.evaluators.items()
        for parameter in evaluator.template.parameters
        for spelling in (parameter, f"{name}.{parameter}")
    }
    for key in parameters:
        if key not in declared:
            remarks.problems[Remark(None, f"no template has a parameter {key[:120]}")] = None


def _resolved(stacks: StackSet, remarks: Remarks, paths: Mapping[str, Mapping[str, str]]) -> ResolvedTemplates:
    resources: list[TemplateResource] = []
    results, absent = [], AbsentStacks(stacks)
    for evaluator in stacks.evaluators.values():
        resources += _resources(stacks, evaluator, paths.get(evaluator.place.scope, {}))
        results.append(_stack(stacks, evaluator, absent))
    _check_cycles(stacks, remarks)
    exports = {name: stacks.output(evaluator, entry) for (_, _, name), (evaluator, entry) in stacks.exports().items()}
    return ResolvedTemplates(
        tuple(results),
        tuple(resources),
        exports,
        tuple(remarks.problems),
        tuple(remarks.missing_exports),
        tuple(remarks.notes),
    )


def _check_cycles(stacks: StackSet, remarks: Remarks) -> None:
    """Record circular dependencies between resources, and imports between stacks in a circle."""
    for evaluator in stacks.evaluators.values():
        check_rules(evaluator)
        cycle = cycle_of(evaluator.dependencies)
        if cycle:
            text = f"circular dependency between resources: {', '.join(cycle[:20])}"
            evaluator.problem(evaluator.resources[cycle[0]].key, text)
    cycle = cycle_of(stacks.imports)
    if cycle:
        remarks.problems[Remark(None, f"the stacks import from each other: {', '.join(cycle[:20])}")] = None


def _resources(stacks: StackSet, evaluator: Evaluator, paths: Mapping[str, str]) -> list[TemplateResource]:
    above = _condition_above(stacks, evaluator)
    resources = []
    for entry in evaluator.resources.values():
        type_name = evaluator.type_of(entry)
        if not type_name:
            evaluator.problem(entry.key, f"the resource {entry.name} has no type")
            continue
        if entry.name in evaluator.template.parameters:
            # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html: names of
            # parameters are unique among all logical names of a template.
            evaluator.problem(entry.key, f"the name {entry.name} is also that of a parameter")
        presence = evaluator.presence(entry.name)
        if presence is False:
            continue
        conditions = [item for item in (above, presence) if isinstance(item, Unresolved)]
        condition = conditions[0] if conditions else None
        resources.append(_resource(evaluator, entry, type_name, condition, paths.get(entry.name, "")))
        check_partition(resources[-1])
    if len(evaluator.resources) > _MOST_RESOURCES:
        count = len(evaluator.resources)
        evaluator.note(
            evaluator.template.resources, f"{count} resources: AWS takes at most {_MOST_RESOURCES} in a stack"
        )
    return resources


def _condition_above(stacks: StackSet, evaluator: Evaluator) -> Unresolved | None:
    """Return the outermost unresolved condition of the stacks around a nested stack; None without one."""
    name = evaluator.place.scope
    answer: Unresolved | None = None
    while name in stacks.parents:
        parent, logical_id = stacks.evaluators[stacks.parents[name]], name.rpartition("/")[2]
        presence = parent.presence(logical_id)
        answer = presence if isinstance(presence, Unresolved) else answer
        name = stacks.parents[name]
    return answer


def _resource(
    evaluator: Evaluator, entry: Entry, type_name: str, condition: Unresolved | None, path: str
) -> TemplateResource:
    depends_on = _depends_on(evaluator, entry)
    return TemplateResource(
        evaluator.place.scope,
        entry.name,
        type_name,
        evaluator.properties(entry),
        condition,
        evaluator.position(entry.key),
        depends_on,
        text_of(child_of(child_of(entry.node, "Metadata"), "aws:cdk:path")) or path,
        evaluator,
        entry,
    )


def _depends_on(evaluator: Evaluator, entry: Entry) -> tuple[str, ...]:
    node = child_of(entry.node, "DependsOn")
    items = node.value if isinstance(node, SequenceNode) else [node]
    names = [replace_variables(text, entry.variables) for item in items if (text := text_of(item)) is not None]
    for name in names:
        if name in evaluator.resources:
            evaluator.dependencies.setdefault(entry.name, set()).add(name)
        elif node is not None and not evaluator.may_generate(name):
            evaluator.problem(node, f"DependsOn names no resource: {name[:80]}")
    return tuple(names)


def _stack(stacks: StackSet, evaluator: Evaluator, absent: AbsentStacks) -> Stack:
    outputs = {
        entry.name: stacks.output(evaluator, entry)
        for entry in evaluator.outputs.values()
        if evaluator.presence_of(entry) is not False
    }
    name = evaluator.place.scope
    return Stack(
        name,
        evaluator.template.file,
        evaluator.place.region,
        evaluator.place.account,
        stacks.parents.get(name),
        {parameter: evaluator.parameter(parameter) for parameter in evaluator.template.parameters},
        outputs,
        tuple(_open_parts(stacks, evaluator, absent)),
    )


def _open_parts(stacks: StackSet, evaluator: Evaluator, absent: AbsentStacks) -> list[OpenPart]:
    """Return the parts of a template with resources that nobody can list."""
    parts = [OpenPart(loop.reason, evaluator.position(loop.node), loop.types) for loop in evaluator.unknown_loops]
    for entry, reason in stacks.absent_templates.get(evaluator.place.scope, []):
        texts = absent.texts_given_to(evaluator, entry)
        parts.append(OpenPart(f"the nested stack {entry.name}: {reason}", evaluator.position(entry.key), None, texts))
    root = evaluator.template.document.root
    for macro in evaluator.template.macros:
        reason = f"the macro {macro[:80]} may change any resource"
        parts.append(OpenPart(reason, evaluator.position(child_of(root, "Transform") or root), None))
    return parts
