"""Code of Terraform in a private folder, resolved by Terraform itself with the stand-in for the provider."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from skerry.app.diagnosis import diagnose
from skerry.diagnose.diagnosis import Diagnosis
from skerry.model.world import World
from skerry.sources import documents
from skerry.sources.terraform.plan_configuration import AccountPlace
from skerry.sources.terraform.resolving import TerraformCode, resolve_code
from skerry.sources.terraform.writing import Written, write
from tests import terraforming
from tests.sources.terraform.cases import LABELLED

REGION = "eu-west-1"
_MAKER = re.compile(r"(?<=\w)\.(default|main|primary|network)_\w+_id$")


@contextmanager
def stand_in() -> Iterator[None]:
    """Let Terraform use the stand-in for the provider."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TF_REATTACH_PROVIDERS", terraforming.reattachment())
        patch.setenv("TF_CLI_CONFIG_FILE", os.devnull)
        yield


def copy_labelled(name: str, target: Path) -> Path:
    """Copy a labelled configuration with what it shares with others, and initialise it."""
    LABELLED.copy(name, target)
    initialise(target)
    return target


def initialise(folder: Path) -> None:
    """Let Terraform note where the modules lie."""
    terraforming.get_modules(folder)
    (folder / ".terraform").mkdir(exist_ok=True)


def resolve(folder: Path) -> Written:
    """The documents of a folder of code after its apply."""
    with stand_in():
        return write(resolve_code(TerraformCode(folder, allow_network=True), AccountPlace(REGION)))


def blockers_of(written: Written, diagnosis: Diagnosis) -> set[tuple[str, str]]:
    """The code and the address of every blocker: of what AWS makes by itself, the address of its maker."""
    return {
        (blocker.code, _MAKER.sub("", written.addresses.get(blocker.resource, blocker.resource)))
        for service in diagnosis.services
        for need in service.needs
        for blocker in need.blockers
    }


def diagnosis_of(written: Written) -> Diagnosis:
    """The diagnosis of the documents."""
    return diagnose(World(documents.load(dict(written.documents), region=REGION)))
