"""The order of inputs: code comes after other code with outputs that it reads by `terraform_remote_state`."""

from collections.abc import Iterator, Sequence

from skerry.sources.descriptions import InputFile
from skerry.sources.terraform.code import positions_of
from skerry.sources.terraform.plan_json import REMOTE_STATE


def in_order(inputs: Sequence[InputFile]) -> Iterator[InputFile]:
    """Yield inputs, files first; of folders that read each other's outputs the first goes before."""
    folders = {one.name: one for one in inputs if one.path.is_dir()}
    yield from (one for one in inputs if one.name not in folders)
    needs = {name: _names_in(one) & folders.keys() - {name} for name, one in folders.items() if len(folders) > 1}
    while folders:
        name = next((name for name in folders if not needs.get(name, set()) & folders.keys()), next(iter(folders)))
        yield folders.pop(name)


def _names_in(folder: InputFile) -> set[str]:
    """Return the names of the other states that code reads."""
    prefix = f"data.{REMOTE_STATE}."
    return {address.removeprefix(prefix) for address in positions_of(folder.path) if address.startswith(prefix)}
