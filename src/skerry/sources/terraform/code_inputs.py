"""Inputs with code: folders, and plans with theirs. Terraform resolves it, in a private copy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skerry.sources.descriptions import ReadingOptions
from skerry.sources.terraform.code import Position, positions_of
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.plan_configuration import AccountPlace
from skerry.sources.terraform.plan_json import PlannedResources
from skerry.sources.terraform.resolving import TerraformCode, resolve_code, resolve_edited_plan, resolve_plan

Places = Mapping[str, Position]


def read_folder(
    folder: Path, options: ReadingOptions, place: AccountPlace, outputs: Mapping[str, Any]
) -> tuple[Configuration, Places]:
    """Return the configuration of a folder, with the places of its resources. Raises as `resolve_code` does."""
    return resolve_code(_code_of(folder, options, outputs), place), positions_of(folder)


def resolve(
    name: str, plan: PlannedResources, folder: Path, options: ReadingOptions, place: AccountPlace
) -> tuple[Configuration, Places]:
    """Return the configuration of a plan with its folder, with the places of its resources.

    Raises as `resolve_plan` does.
    """
    resolved = resolve_edited_plan if options.edited else resolve_plan
    return resolved(name, plan, _code_of(folder, options, {}), place), positions_of(folder)


def _code_of(folder: Path, options: ReadingOptions, outputs: Mapping[str, Any]) -> TerraformCode:
    return TerraformCode(folder, options.variables, options.allow_network, options.workspace, outputs, options.edited)
