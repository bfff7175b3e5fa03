"""Inputs of Terraform as descriptions: folders of code, and plans and states as JSON."""

from collections.abc import Iterator, Mapping, Sequence

from skerry.errors import Argument, InputError, SkerryError
from skerry.model.origins import Origin
from skerry.sources.descriptions import Description, InputFile, ReadingOptions, UnreadableInput
from skerry.sources.planned.values import is_known
from skerry.sources.saved_plans import is_saved_plan
from skerry.sources.terraform.code import Position, address_of_code, positions_of
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.resolving import AccountPlace, TerraformCode, read_file, resolve_code
from skerry.sources.terraform.writing import write


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
    place = AccountPlace(options.region, options.account)
    folder = given.path if given.path.is_dir() else options.code
    if folder is not None:
        code = TerraformCode(folder, options.variables, options.allow_network)
        yield _described(given.name, "code", resolve_code(code, place), positions_of(folder))
        return
    if is_saved_plan(given.content):
        message = f"{given.name} is a saved plan, which only Terraform can read"
        raise InputError(message, f"Convert it: terraform show -json {given.name} > plan.json")
    configuration = read_file(given.name, given.content, place)
    is_open = not all(is_known(dict(instance.values)) for instance in configuration.instances)
    note = f"some values of {given.name} are known only after apply: its initialised code tells them"
    yield _described(given.name, configuration.level, configuration, {}, (note,) if is_open else ())


def _described(
    name: str, level: str, configuration: Configuration, positions: Mapping[str, Position], notes: tuple[str, ...] = ()
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


def _origin(name: str, address: str, position: Position | None) -> Origin:
    file, line = (None, None) if position is None else position
    return Origin(name, None, address, file, line)
