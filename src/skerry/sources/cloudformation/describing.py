"""Inputs of CloudFormation as descriptions: all templates are one system, apart for each account and Region."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import msgspec

from skerry.errors import Argument, InputError
from skerry.model.arns import region_of_zone
from skerry.model.facts import Facts
from skerry.model.origins import Origin
from skerry.sources.cloudformation.mapping.additions import Additions, additions_to
from skerry.sources.cloudformation.mapping.attributes import attribute_of
from skerry.sources.cloudformation.mapping.kinds_read import HARMLESS, LAUNCHING, READ, is_custom
from skerry.sources.cloudformation.mapping.templates import Templates, TemplatesPlace
from skerry.sources.cloudformation.mapping.writing import UNLISTED, ResourcePlace, WrittenTemplates, write
from skerry.sources.cloudformation.open_parameters import OpenParameter, open_parameters_of
from skerry.sources.cloudformation.reading import TemplateInput, read_templates
from skerry.sources.cloudformation.resolved import ResolvedTemplates, Stack
from skerry.sources.cloudformation.values import Remark, Unresolved, Value
from skerry.sources.descriptions import (
    STAND_IN_ACCOUNT,
    DescribedChange,
    Description,
    InputFile,
    ReadingOptions,
    UnreadableInput,
)
from skerry.sources.planned.lists import encode

LEVEL: Final = "template"


def read(inputs: Sequence[InputFile], options: ReadingOptions) -> Iterator[Description | UnreadableInput]:
    """Yield the descriptions of all templates; a template with a fault does not keep the others from being read."""
    parameters = _parameters_of(options.parameters)
    region = options.region
    names = {one.name: one for one in inputs}
    while names:
        resolved = _resolve(names.values(), parameters, region, options.account)
        problems = (*resolved.problems, *(resolved.missing_exports if options.strict else ()))
        faults = dict(_faults_of(problems, resolved, names))
        if not faults:
            yield from _described(tuple(names), resolved, options.existing)
            return
        for name, error in faults.items():
            del names[name]
            yield UnreadableInput(name, error)


def _parameters_of(words: Iterable[str]) -> dict[str, str]:
    """Return the values of ``[STACK.]KEY=VALUE``."""
    values: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            message = f"{word} is no parameter with a value"
            raise InputError(message, "Write KEY=VALUE, or STACK.KEY=VALUE for the parameter of one stack.")
        values[key] = value
    return values


def _resolve(
    inputs: Iterable[InputFile], parameters: Mapping[str, str], region: str | None, account: str | None
) -> ResolvedTemplates:
    given = [TemplateInput(one.path, None if one.name == one.path.name else one.name) for one in inputs]
    resolved = read_templates(given, parameters, region, account, attribute_of)
    if region is None and any(not isinstance(stack.region, str) for stack in resolved.stacks):
        only = _only_region(resolved)
        if only is not None:
            return read_templates(given, parameters, only, account, attribute_of)
    return resolved


def _only_region(resolved: ResolvedTemplates) -> str | None:
    """Return the Region that the zones of the templates' subnets are in, if they are in one."""
    zones = (resource.properties.get("AvailabilityZone") for resource in resolved.resources)
    regions = {region_of_zone(zone) for zone in zones if isinstance(zone, str)} - {None}
    return regions.pop() if len(regions) == 1 else None


def _faults_of(
    problems: Iterable[Remark], resolved: ResolvedTemplates, names: Mapping[str, InputFile]
) -> Iterator[tuple[str, InputError]]:
    """Yield the first fault of each input; a fault of no file is that of the first input."""
    first = next(iter(names))
    seen: set[str] = set()
    for problem in problems:
        name = _input_of(problem, resolved, names) or first
        if name not in seen:
            seen.add(name)
            yield name, InputError(_words(problem), "No network can be read from it: fix it first.")


def _words(remark: Remark) -> str:
    if remark.position is None:
        return remark.text
    return f"{_shown(remark.position.file)}:{remark.position.line}:{remark.position.column}: {remark.text}"


def _input_of(problem: Remark, resolved: ResolvedTemplates, names: Mapping[str, InputFile]) -> str | None:
    if problem.position is None:
        return None
    file = problem.position.file
    for name, one in names.items():
        if file in {str(one.path), one.path.name}:
            return name
    roots = [stack.name.partition("/")[0] for stack in resolved.stacks if "/" not in stack.name]
    owner = next((stack.name.partition("/")[0] for stack in resolved.stacks if stack.file == file), None)
    return None if owner is None else list(names)[roots.index(owner)]


class NamedFile(Protocol):
    """The path of a template, and the name that the user gives it."""

    @property
    def path(self) -> Path:
        """The path."""

    @property
    def name(self) -> str | None:
        """The name of the stack; None if it has none."""


class _System(NamedTuple):
    """The stacks of one account and Region."""

    place: TemplatesPlace
    stacks: tuple[Stack, ...]


def _described(names: Sequence[str], resolved: ResolvedTemplates, existing: Facts | None) -> Iterator[Description]:
    """Yield a description for each account and Region; the first name stands for the documents of all templates."""
    for system in _systems(names, resolved):
        templates = _templates(system, resolved)
        _require_launches(templates)
        written = write(templates)
        notes = tuple(dict.fromkeys((*_notes(templates, resolved), *_reasons(written, resolved))))
        described = _description(names, system.place, written, notes)
        yield described if existing is None else _with_additions(described, additions_to(existing, templates))
        yield from (Description(name, LEVEL, {}, system.place.region, system.place.account) for name in names[1:])


def read_systems(inputs: Iterable[NamedFile], options: ReadingOptions) -> list[Templates]:
    """Return the resources of templates without faults, apart for each account and Region."""
    given = [InputFile(one.name or one.path.name, one.path) for one in inputs]
    resolved = _resolve(given, _parameters_of(options.parameters), options.region, options.account)
    return [_templates(system, resolved) for system in _systems([one.name for one in given], resolved)]


def read_open_parameters(inputs: Iterable[NamedFile], options: ReadingOptions) -> tuple[OpenParameter, ...]:
    """Return the parameters of templates that leave conditions open."""
    given = [InputFile(one.name or one.path.name, one.path) for one in inputs]
    return open_parameters_of(_resolve(given, _parameters_of(options.parameters), options.region, options.account))


def _templates(system: _System, resolved: ResolvedTemplates) -> Templates:
    own = {stack.name for stack in system.stacks}
    accounts = {stack.account: STAND_IN_ACCOUNT for stack in system.stacks if isinstance(stack.account, Unresolved)}
    resources = [resource for resource in resolved.resources if resource.stack in own]
    parts = [part for stack in system.stacks for part in stack.open_parts]
    return Templates(resources, parts, system.place, accounts)


def _require_launches(templates: Templates) -> None:
    """Raise `InputError` if nothing starts tasks but perhaps an unlisted part."""
    if not templates.open_parts or templates.of(*LAUNCHING):
        return
    part = templates.open_parts[0]
    message = _words(Remark(part.position, part.reason))
    raise InputError(message, "Nothing else here starts tasks: put the template beside its parent, or check it alone.")


def _description(
    names: Sequence[str], place: TemplatesPlace, written: WrittenTemplates, notes: tuple[str, ...]
) -> Description:
    return Description(
        name=names[0],
        level=LEVEL,
        documents=written.documents,
        region=place.region,
        account=place.account,
        origins={resource: _origin(where) for resource, where in written.places.items()},
        notes=notes,
        unlisted=UNLISTED,
        zones_to_choose=written.zones_to_choose,
        unresolved={text: _without_stack(words, names) for text, words in written.unresolved.items()},
    )


def _reasons(written: WrittenTemplates, resolved: ResolvedTemplates) -> Iterator[str]:
    """Yield why values are not known; missing exports have a note with their place."""
    imports = [remark.text for remark in resolved.missing_exports]
    yield from (reason for reason in written.reasons if not any(text.startswith(reason) for text in imports))


def _with_additions(described: Description, additions: Additions) -> Description:
    """Return a description with what its templates add to existing resources."""
    before, after = encode(additions.before), encode(additions.after)
    # The difference of two descriptions is the change: the former one has nothing else.
    former = before | {"account": described.documents["account"]}
    change = DescribedChange(former, ())
    return msgspec.structs.replace(described, documents={**described.documents, **after}, change=change)


def _without_stack(expression: str, names: Sequence[str]) -> str:
    """Return an expression without the name of the stack, if it is the only one."""
    stack = Path(names[0]).name.partition(".")[0]
    return expression.replace(f"{stack}.", "") if len(names) == 1 else expression


def _origin(where: ResourcePlace) -> Origin:
    file = _shown(where.position.file)
    return Origin(file, None, where.name, file, where.position.line, where.position.column)


def _shown(file: str) -> str:
    """Return a path from the working folder; of one outside it only the name, as the rest is about the machine."""
    path = Path(file)
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return path.name


def _systems(names: Sequence[str], resolved: ResolvedTemplates) -> Iterator[_System]:
    groups: dict[tuple[Value, Value], list[Stack]] = {}
    for stack in resolved.stacks:
        groups.setdefault((stack.region, stack.account), []).append(stack)
    for (region, account), stacks in groups.items():
        if not isinstance(region, str):
            message = f"{', '.join(names)} is for any Region"
            raise InputError(message, "Name the one to check with ", Argument.REGION, ".")
        place = TemplatesPlace(region, account if isinstance(account, str) else STAND_IN_ACCOUNT)
        yield _System(place, tuple(stacks))


def _notes(templates: Templates, resolved: ResolvedTemplates) -> Iterator[str]:
    """Yield types of resources that are not read, the unlisted parts of templates, and imports without an export."""
    for kind in sorted(templates.types - READ):
        if is_custom(kind):
            yield f"not examined: {kind}, whose code may change any resource"
        elif not kind.startswith(HARMLESS):
            yield f"not examined: {kind}"
    for part in templates.open_parts:
        yield _words(Remark(part.position, part.reason))
    yield from (_words(remark) for remark in (*resolved.missing_exports, *resolved.notes))
