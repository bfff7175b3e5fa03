"""A plan with its code: the known values of the plan, completed by those of Terraform itself."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from skerry.errors import InputError
from skerry.sources.planned.values import UNKNOWN, Value, is_known
from skerry.sources.saved_plans import read_root_module
from skerry.sources.terraform import terraform_process
from skerry.sources.terraform.plan_json import PlannedResources
from skerry.sources.terraform.values import Instance

_PLAN_FILE = "skerry-plan.out"


def show_plan(name: str, content: bytes, folder: Path, *, allow_network: bool) -> bytes:
    """Return a saved plan as JSON: Terraform shows it in a private copy of its initialised folder.

    Raises `InputError` for what is no saved plan, and if Terraform cannot show it.
    """
    read_root_module(name, content)
    with terraform_process.copied(folder) as copy:
        (copy / _PLAN_FILE).write_bytes(content)
        terraform = terraform_process.Terraform(copy, allow_network=allow_network)
        text = terraform.show(_PLAN_FILE)
    if not text.startswith(b"{"):
        message = f"Terraform cannot show {name} in {folder}"
        raise InputError(message, f"Run terraform show -json {name} there: it tells why.")
    return text


def changed_files(name: str, content: bytes, folder: Path) -> list[str]:
    """Return the files of a folder that differ from the code in a saved plan."""
    saved = read_root_module(name, content)
    return sorted(file for file, text in saved.items() if not _is_same(folder / Path(file).name, text))


def _is_same(path: Path, text: bytes) -> bool:
    try:
        return path.is_file() and path.stat().st_size == len(text) and path.read_bytes() == text
    except OSError:
        return False


def known_instances(plan: PlannedResources) -> tuple[Instance, ...]:
    """Return the instances of a plan, and the data sources that were read for it."""
    read = {instance.address for instance in plan.instances}
    return (*plan.instances, *(one for one in plan.data if one.address not in read))


def complete(plan: PlannedResources, resolved: Iterable[Instance]) -> PlannedResources:
    """Return a plan with the resolved values in place of unknown ones; a known value of the plan stays."""
    by_address = {instance.address: instance for instance in resolved}
    instances = tuple(_completed(one, by_address.get(one.address)) for one in plan.instances)
    return msgspec.structs.replace(plan, instances=instances)


def _completed(instance: Instance, resolved: Instance | None) -> Instance:
    if resolved is None or is_known(dict(instance.values)):
        return instance
    values = {key: _joined(value, resolved.values.get(key)) for key, value in instance.values.items()}
    return msgspec.structs.replace(instance, values=values)


def _joined(planned: Value, resolved: Value) -> Value:
    """Return a planned value; `UNKNOWN` parts are those of the resolved one, if both have one form."""
    if planned is UNKNOWN:
        return resolved
    if is_known(planned):
        return planned
    if isinstance(planned, Mapping) and isinstance(resolved, Mapping):
        return {key: _joined(value, resolved.get(key)) for key, value in planned.items()}
    # The elements of a set are in no order that both share.
    return resolved if isinstance(planned, list) and isinstance(resolved, list) else planned


def known_overrides(instances: Iterable[Instance]) -> Mapping[str, Mapping[str, Value]]:
    """Return the known texts of each existing resource, by address: they go before made-up ones."""
    return {
        one.address: {key: value for key, value in one.values.items() if isinstance(value, str) and value}
        for one in instances
        if one.mode == "managed" and not one.is_new
    }
