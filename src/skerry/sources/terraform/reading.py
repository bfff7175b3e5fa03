"""Inputs of Terraform as descriptions: folders of code, and plans and states as JSON."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from skerry.errors import Argument, InputError, SkerryError
from skerry.model.facts import Facts
from skerry.model.origins import Origin
from skerry.model.record_kinds import KINDS
from skerry.sources.descriptions import DescribedChange, Description, InputFile, ReadingOptions, UnreadableInput
from skerry.sources.planned.made_by_aws import prefix_list_id_of
from skerry.sources.planned.values import is_known
from skerry.sources.saved_plans import is_saved_plan
from skerry.sources.terraform.actions import actions_of
from skerry.sources.terraform.changes import split_change
from skerry.sources.terraform.code import Position, address_of_code, positions_of
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.plan_json import PlannedResources, read_plan
from skerry.sources.terraform.resolving import AccountPlace, TerraformCode, configuration_of, resolve_code
from skerry.sources.terraform.writing import write

_FIELDS = {kind.key: kind.field for kind in KINDS}


def read(inputs: Sequence[InputFile], options: ReadingOptions) -> Iterator[Description | UnreadableInput]:
    """Yield the descriptions of all inputs. Raises `InputError` for code that belongs to none of several plans."""
    plans = [one for one in inputs if not one.path.is_dir()]
    if options.code is not None and len(plans) != 1:
        message = f"{options.code} is the code of one plan, and {len(plans)} are given"
        raise InputError(message, "Give one plan with ", Argument.CODE, ", or the folders of code alone.")
    for one in inputs:
        try:
            yield from _read(one, options)
        except SkerryError as error:
            yield UnreadableInput(one.name, error)


def _read(given: InputFile, options: ReadingOptions) -> Iterator[Description]:
    place = AccountPlace(options.region, options.account, options.existing)
    folder = given.path if given.path.is_dir() else options.code
    if given.path.is_dir() and options.existing is not None:
        message = f"{given.name} is code, which does not say what of it exists"
        raise InputError(
            message, "Give its plan: terraform plan -out=plan.out; terraform show -json plan.out > plan.json"
        )
    if folder is not None:
        code = TerraformCode(folder, options.variables, options.allow_network)
        yield _described(given.name, "code", resolve_code(code, place), positions_of(folder))
        return
    if is_saved_plan(given.content):
        message = f"{given.name} is a saved plan, which only Terraform can read"
        raise InputError(message, f"Convert it: terraform show -json {given.name} > plan.json")
    plan = read_plan(given.name, given.content)
    configuration = configuration_of(given.name, plan, place)
    is_open = not all(is_known(dict(instance.values)) for instance in configuration.instances)
    note = f"some values of {given.name} are known only after apply: its initialised code tells them"
    notes = [*([note] if is_open else []), *_notes_of(plan)]
    if options.existing is None:
        yield _described(given.name, configuration.level, configuration, {}, notes)
    else:
        yield _change(given.name, configuration, plan, options.existing, notes)


def _notes_of(plan: PlannedResources) -> Iterator[str]:
    if plan.deferred:
        yield f"changes that the plan defers are not in it: {', '.join(plan.deferred)}"


def _described(
    name: str,
    level: str,
    configuration: Configuration,
    positions: Mapping[str, Position],
    notes: Sequence[str] = (),
) -> Description:
    written = write(configuration)
    return Description(
        name=name,
        level=level,
        documents=written.documents,
        region=configuration.region,
        account=configuration.account,
        origins={
            resource: _origin(name, address, positions.get(address_of_code(address)))
            for resource, address in written.addresses.items()
        },
        notes=(*written.notes, *notes),
    )


def _change(
    name: str, configuration: Configuration, plan: PlannedResources, existing: Facts, notes: Sequence[str]
) -> Description:
    """Return a plan as a change of what exists; a state changes nothing."""
    former = plan.former if plan.level == "plan" else configuration.instances
    before, after = split_change(configuration, former, existing)
    described = _described(name, configuration.level, after, {}, notes)
    first, unplaced = write(before), write(after).unplaced
    lists = _prefix_lists_of(after, existing)
    origins = {resource: _origin(name, address, None) for resource, address in first.addresses.items()}
    change = DescribedChange(
        _renamed(first.documents, lists),
        actions_of(former, configuration.instances, plan.acted),
        frozenset(_FIELDS[key] for key in unplaced),
    )
    return msgspec.structs.replace(
        described,
        documents=_renamed(described.documents, lists),
        origins={**origins, **described.origins},
        change=change,
    )


def _prefix_lists_of(configuration: Configuration, existing: Facts) -> Mapping[str, str]:
    """Return the ids of AWS's prefix lists, by the made-up ids of the documents."""
    rows = {row.prefix_list_name: row.prefix_list_id for row in existing.prefix_lists if row.prefix_list_name}
    for endpoint in configuration.of("aws_vpc_endpoint"):
        service, listed = endpoint.get("service_name"), endpoint.get("prefix_list_id")
        if isinstance(service, str) and isinstance(listed, str):
            rows.setdefault(service, listed)
    return {prefix_list_id_of(service): listed for service, listed in rows.items()}


def _renamed(documents: Mapping[str, bytes], names: Mapping[str, str]) -> Mapping[str, bytes]:
    changed = {}
    for key, document in documents.items():
        content = document
        for old, new in names.items():
            content = content.replace(old.encode(), new.encode())
        changed[key] = content
    return changed


def _origin(name: str, address: str, position: Position | None) -> Origin:
    file, line = (None, None) if position is None else position
    return Origin(name, None, address, file, line)
