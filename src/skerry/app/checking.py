"""The use case of `skerry check`: the diagnosis of a network that is not deployed yet."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from skerry.app.reading import Gathered, read_files
from skerry.app.regions import require_region
from skerry.errors import InputError
from skerry.model.facts import Facts
from skerry.model.origins import Origin
from skerry.model.world import World
from skerry.sources import documents
from skerry.sources.planned.values import is_known
from skerry.sources.terraform.code import Position, address_of_code, is_code, positions_of
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.resolving import AccountPlace, TerraformCode, read_file, resolve_code
from skerry.sources.terraform.writing import write

_MOST_BYTES = 1 << 30


class CheckRequest(msgspec.Struct, frozen=True):
    """The description of a network: code of Terraform, a plan or state as JSON, or saved answers.

    ``code`` is the initialised folder of a plan's configuration, which Terraform then resolves. ``variables`` are words
    such as ``-var=name=value``. ``account`` and ``region`` go before those that the description names.
    """

    path: Path
    code: Path | None = None
    variables: tuple[str, ...] = ()
    region: str | None = None
    account: str | None = None
    allow_network: bool = False


def read_description(request: CheckRequest) -> Gathered:
    """Read a network that is not deployed yet.

    Raises `InputError` for what is no such description, and if Terraform cannot plan the code.
    """
    require_region(request.region)
    folder = request.code or (request.path if request.path.is_dir() and is_code(request.path) else None)
    if folder is not None:
        return _of_code(request, folder)
    if request.path.is_dir():
        return read_files(request.path, request.region)
    content = _read(request.path)
    if not _is_terraform(content):
        return read_files(request.path, request.region)
    return _of_plan(request, content)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST_BYTES:
            message = f"{path} is larger than a gigabyte"
            raise InputError(message, "Give the plan of one configuration.")
        content = path.read_bytes()
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise InputError(message, "Give a plan as JSON, a folder of Terraform code, or saved answers.") from error
    if content.startswith(b"PK\x03\x04"):
        message = f"{path} is a saved plan, which only Terraform can read"
        raise InputError(message, f"Convert it: terraform show -json {path.name} > plan.json")
    return content


def _is_terraform(content: bytes) -> bool:
    try:
        keys = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return False
    return bool({"terraform_version", "resource_changes", "format_version"} & keys.keys())


def _of_code(request: CheckRequest, folder: Path) -> Gathered:
    code = TerraformCode(folder, request.variables, request.allow_network)
    configuration = resolve_code(code, AccountPlace(request.region, request.account))
    return _gather(configuration, str(folder), positions_of(folder))


def _of_plan(request: CheckRequest, content: bytes) -> Gathered:
    configuration = read_file(request.path.name, content, AccountPlace(request.region, request.account))
    gathered = _gather(configuration, request.path.name, {})
    if all(is_known(dict(instance.values)) for instance in configuration.instances):
        return gathered
    note = f"some values of {request.path.name} are known only after apply: its initialised code tells them"
    facts = gathered.world.facts
    return Gathered(gathered.documents, World(msgspec.structs.replace(facts, notes=(*facts.notes, note))))


def _gather(configuration: Configuration, name: str, positions: Mapping[str, Position]) -> Gathered:
    written = write(configuration)
    facts = documents.load(dict(written.documents), source=name, region=configuration.region)
    facts = msgspec.structs.replace(
        facts, origins=_origins(facts, name, written.addresses, positions), notes=(*facts.notes, *written.notes)
    )
    return Gathered(dict(written.documents), World(facts))


def _origins(
    facts: Facts, name: str, addresses: Mapping[str, str], positions: Mapping[str, Position]
) -> dict[str, dict[str, Origin]]:
    """Return the origins of the records: the address of each resource, and its place in the code."""

    def origin_of(resource: str, origin: Origin) -> Origin:
        address = addresses.get(resource)
        if address is None:
            return msgspec.structs.replace(origin, document=name)
        place = positions.get(address_of_code(address))
        file, line = (None, None) if place is None else place
        return Origin(name, origin.arn, address, file, line)

    return {
        kind: {resource: origin_of(resource, origin) for resource, origin in table.items()}
        for kind, table in facts.origins.items()
    }
