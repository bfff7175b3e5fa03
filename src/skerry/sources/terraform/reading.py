"""Inputs of Terraform as descriptions: folders of code, and plans and states as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from skerry.errors import Argument, InputError, SkerryError
from skerry.model.facts import Facts
from skerry.model.origins import Origin
from skerry.model.record_kinds import KINDS
from skerry.sources.descriptions import (
    DescribedChange,
    Description,
    InputFile,
    ReadingOptions,
    ResourceKey,
    UnreadableInput,
)
from skerry.sources.planned.made_by_aws import prefix_list_id_of
from skerry.sources.planned.values import are_known
from skerry.sources.saved_plans import is_saved_plan
from skerry.sources.terraform.actions import actions_of
from skerry.sources.terraform.addresses import address_of_code
from skerry.sources.terraform.changes import named_only, split_change
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.deleted_answers import deleted_of
from skerry.sources.terraform.document_changes import without_common_rows
from skerry.sources.terraform.own_ids import with_own_ids
from skerry.sources.terraform.plan_configuration import AccountPlace, configuration_of
from skerry.sources.terraform.plan_json import PlannedResources, read_outputs, read_plan
from skerry.sources.terraform.provider_scopes import own_regions, split_scopes
from skerry.sources.terraform.values import Instance
from skerry.sources.terraform.writing import write

if TYPE_CHECKING:
    from skerry.sources.terraform.code import Position

_FIELDS = {kind.key: kind.field for kind in KINDS}


def read(inputs: Sequence[InputFile], options: ReadingOptions) -> Iterator[Description | UnreadableInput]:
    """Yield the descriptions of all inputs. Raises `InputError` for code that belongs to none of several plans."""
    plans = [one for one in inputs if not one.path.is_dir()]
    if options.code is not None and len(plans) != 1:
        message = f"{options.code} is the code of one plan, and {len(plans)} are given"
        raise InputError(message, "Give one plan with ", Argument.CODE, ", or the folders of code alone.")
    # A state or code of this name answers terraform_remote_state of the same name.
    outputs: dict[str, Mapping[str, Any]] = (
        {one.name: values for one in plans if (values := read_outputs(one.content))} if len(inputs) > 1 else {}
    )
    for one in _in_order(inputs):
        try:
            yield from _read(one, options, outputs, is_first=one is inputs[0])
        except SkerryError as error:
            yield UnreadableInput(one.name, error)


def _in_order(inputs: Sequence[InputFile]) -> Iterator[InputFile]:
    """Yield inputs, code after other code with outputs that it reads."""
    if not any(one.path.is_dir() for one in inputs[1:]):
        return iter(inputs)
    from skerry.sources.terraform.order_of_code import in_order  # noqa: PLC0415 -- most inputs are plans without code

    return in_order(inputs)


def _read(
    given: InputFile, options: ReadingOptions, outputs: dict[str, Mapping[str, Any]], *, is_first: bool
) -> Iterator[Description]:
    """Yield the descriptions of an input; ``outputs`` get those of its code."""
    place = AccountPlace(options.region, options.account, options.existing)
    folder = given.path if given.path.is_dir() else options.code
    if given.path.is_dir() and options.existing is not None:
        message = f"{given.name} is code, which does not say what of it exists"
        raise InputError(
            message, "Give its plan: terraform plan -out=plan.out; terraform show -json plan.out > plan.json"
        )
    if given.path.is_dir():
        from skerry.sources.terraform import code_inputs  # noqa: PLC0415 -- most inputs are plans without code

        configuration, positions = code_inputs.read_folder(given.path, options, place, outputs)
        configuration = configuration if is_first else with_own_ids(configuration, given.name)
        outputs[given.name] = configuration.outputs
        for part in _parts_of(given.name, configuration, options):
            yield _described(given.name, "code", part, positions)
        return
    notes: list[str] = []
    content = given.content
    if is_saved_plan(content):
        if folder is None:
            message = f"{given.name} is a saved plan, which only Terraform can read, in its initialised folder"
            raise InputError(
                message, "Give the folder with ", Argument.CODE,
                f", or convert it there: terraform show -json {given.name} > plan.json"
            )  # fmt: skip
        from skerry.sources.terraform import planned_code  # noqa: PLC0415 -- few inputs are saved plans

        content = planned_code.show_plan(given.name, content, folder, allow_network=options.allow_network)
        notes += [f"{file} differs from the code that the plan was made of"
                  for file in planned_code.changed_files(given.name, given.content, folder)]  # fmt: skip
    yield from _of_plan(given.name, read_plan(given.name, content), options, notes, is_first=is_first)


def _of_plan(
    name: str, plan: PlannedResources, options: ReadingOptions, notes: list[str], *, is_first: bool
) -> Iterator[Description]:
    place = AccountPlace(options.region, options.account, options.existing)
    folder = options.code
    positions: Mapping[str, Position] = {}
    if folder is None and plan.level == "plan" and not plan.has_configuration and not _is_known(plan.instances):
        message = f"{name} has no configuration, so that no reference tells its values of after the apply"
        raise InputError(
            message, "Give all that terraform show -json plan.out prints, or its folder with ", Argument.CODE, "."
        )
    if folder is None:
        configuration = configuration_of(name, plan, place)
    else:
        from skerry.sources.terraform import code_inputs  # noqa: PLC0415

        configuration, positions = code_inputs.resolve(name, plan, folder, options, place)
    configuration = configuration if is_first else with_own_ids(configuration, name)
    if folder is None and not _is_known(configuration.instances):
        notes.append(f"some values of {name} are known only after apply: its initialised code tells them")
    notes += _notes_of(plan)
    level, parts, acts = configuration.level, _parts_of(name, configuration, options), _acts_of(plan)
    if options.existing is None:
        # The documents need the memory that the plan takes.
        del plan, configuration
        for part in parts:
            yield msgspec.structs.replace(_described(name, level, part, positions, notes), **acts)
        return
    for part in parts:
        former = _former_of(part, configuration, plan.former) if plan.level == "plan" else part.instances
        change = _change(name, part, plan, former, options.existing, positions, notes)
        yield msgspec.structs.replace(change, **acts)


def _former_of(part: Configuration, whole: Configuration, former: tuple[Instance, ...]) -> tuple[Instance, ...]:
    """Return the instances before a plan that are in the account and Region of a part of it."""
    parts = [one for one in split_scopes(msgspec.structs.replace(whole, instances=former)) if one.region == part.region]
    if len(parts) != 1:
        return next((one.instances for one in parts if one.account == part.account), ())
    regions = own_regions(former, whole.scopes)
    return parts[0].instances if not regions or part.region in regions else ()


def _acts_of(plan: PlannedResources) -> dict[str, dict[ResourceKey, str]]:
    """Return the addresses of changed and of deleted resources of a plan, by type and id."""
    stay = _managed(plan.instances)
    former = {(one.type, one.id): one.address for one in plan.former}
    return {
        "changed": {key: address for key, address in former.items() if key in stay and address in plan.acted},
        "deleted": {key: address for key, address in former.items() if key not in stay},
    }


def _managed(instances: Iterable[Instance]) -> frozenset[ResourceKey]:
    """Return the types and ids of managed resources. A resource that is only named is its own address."""
    return frozenset((one.type, one.id) for one in instances if one.mode == "managed" and one.id != one.address)


def _is_known(instances: Sequence[Instance]) -> bool:
    return all(are_known(instance.values.values()) for instance in instances)


def _parts_of(name: str, configuration: Configuration, options: ReadingOptions) -> list[Configuration]:
    """Return the accounts and Regions of a configuration; only those of one Region if the user names it.

    Raises `InputError` if all resources are of other Regions.
    """
    whole = msgspec.structs.replace(configuration, is_whole=options.whole)
    parts = split_scopes(whole)
    regions = own_regions(configuration.instances, configuration.scopes)
    if options.region is not None and regions and options.region not in regions:
        message = f"{name} is of {', '.join(sorted(regions))}, and nothing in it of {options.region}"
        raise InputError(message, "Leave ", Argument.REGION, " out, or name that Region.")
    return [part for part in parts if options.region in (None, part.region)] or [whole]


def _notes_of(plan: PlannedResources) -> Iterator[str]:
    if plan.deferred:
        yield f"changes that the plan defers are not in it: {', '.join(plan.deferred)}"


def _described(
    name: str,
    level: str,
    configuration: Configuration,
    positions: "Mapping[str, Position]",
    notes: Sequence[str] = (),
) -> Description:
    written = write(configuration)
    return Description(
        name=name,
        level=level,
        documents=written.documents,
        region=configuration.region,
        account=configuration.account,
        origins={resource: _origin(name, address, positions) for resource, address in written.addresses.items()},
        notes=(*written.notes, *notes),
        managed=_managed(configuration.instances),
        subnets_to_choose=written.subnets_to_choose,
        zones_to_choose=written.zones_to_choose,
    )


def _change(
    name: str,
    configuration: Configuration,
    plan: PlannedResources,
    former: tuple[Instance, ...],
    existing: Facts,
    positions: "Mapping[str, Position]",
    notes: Sequence[str],
) -> Description:
    """Return a plan as a change of what exists; a state changes nothing."""
    before, after = split_change(configuration, former, existing)
    described = _described(name, configuration.level, after, positions, notes)
    first, unplaced = write(before), write(after).unplaced
    lists = _prefix_lists_of(after, existing)
    origins = {resource: _origin(name, address, positions) for resource, address in first.addresses.items()}
    others = named_only(after, before)
    old, new = without_common_rows(_renamed(first.documents, lists), _renamed(described.documents, lists), others)
    roles = {role.role_name: str(role.arn) for role in existing.roles}
    change = DescribedChange(
        old,
        actions_of(former, configuration.instances, plan.acted, roles),
        frozenset(_FIELDS[key] for key in unplaced),
        tuple(deleted_of(former, plan.instances)) if plan.level == "plan" else (),
        plan.made_at,
    )
    return msgspec.structs.replace(
        described,
        documents=new,
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


def _origin(name: str, address: str, positions: "Mapping[str, Position]") -> Origin:
    position = positions.get(address_of_code(address)) if positions else None
    file, line = (None, None) if position is None else position
    return Origin(name, None, address, file, line)
