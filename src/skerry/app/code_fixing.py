"""The edits of Terraform code that make the changes of a plan, and the check of the edited code."""

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

import msgspec

from skerry.app.checking import CheckRequest, check
from skerry.app.edited_files import EditedFiles, ManualStep
from skerry.app.endpoint_groups import with_own_groups
from skerry.app.planning import plan
from skerry.app.terraform_fixes import TerraformFixes
from skerry.diagnose.check_result import CheckedNetwork, CheckResult
from skerry.model.world import World
from skerry.sources.terraform.code_references import CodeReferences
from skerry.sources.terraform.code_tree import CodeFile, CodeTree


def is_of_code(levels: Collection[str | None], request: CheckRequest) -> bool:
    """Return whether all inputs are folders of code, or the only one is a plan with its code."""
    return set(levels) == {"code"} or (set(levels) == {"plan"} and request.code is not None)


def edit_code(request: CheckRequest, before: CheckResult) -> EditedFiles:
    """Return the edits of the code of all inputs, and the changes that no edit makes."""
    shared: dict[str, CodeFile] = {}
    folders = _folders_of(request, before)
    trees = {name: CodeTree(folder, _base_of(folder), shared) for name, folder in folders.items()}
    manual: list[ManualStep] = []
    files: dict[str, tuple[str, str]] = {}
    texts: dict[Path, str] = {}
    for network in before.networks:
        for tree, addresses in _codes_of(network, trees):
            references = CodeReferences(tree, addresses, has_existing=request.existing is not None)
            changes = with_own_groups(plan(network.world), network.world, references)
            fixes = TerraformFixes(network.world, references, changes)
            fixes.make()
            manual += fixes.manual
    for tree in trees.values():
        for file in tree.edited_files():
            files[file.name] = file.edits.before, file.edits.result
            texts[Path(file.path.parent.resolve()) / file.path.name] = file.edits.result
    edited = msgspec.structs.replace(request, edited=texts)
    return EditedFiles(files, tuple(dict.fromkeys(manual)), partial(check, edited))


def _folders_of(request: CheckRequest, before: CheckResult) -> dict[str, Path]:
    """Return the folder of the code of each input, by the input's name."""
    if request.code is not None:
        return {one.name: request.code for one in before.inputs}
    return {given.name or given.path.name or given.path.resolve().name: given.path for given in request.inputs}


def _base_of(folder: Path) -> Path:
    """Return the folder in which files may be edited: the working folder if the code is in it, else the code's own."""
    here = Path.cwd().resolve()
    return here if folder.resolve().is_relative_to(here) else folder


def _codes_of(network: CheckedNetwork, trees: Mapping[str, CodeTree]) -> list[tuple[CodeTree, dict[str, str]]]:
    """Return the code of a network, with the address of each resource. Of several inputs, one with a VPC in it."""
    codes = []
    for name, tree in trees.items():
        addresses = _addresses_of(network.world, name)
        if any(vpc.vpc_id in addresses for vpc in network.world.facts.vpcs) or len(trees) == 1:
            codes.append((tree, addresses))
    return codes


def _addresses_of(world: World, document: str) -> dict[str, str]:
    """Return the address of each resource of an input, by its id."""
    return {
        resource: origin.address
        for table in world.facts.origins.values()
        for resource, origin in table.items()
        if origin.address is not None and origin.document == document
    }
