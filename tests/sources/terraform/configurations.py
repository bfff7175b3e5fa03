"""Code of Terraform in a private folder, resolved by Terraform itself with the stand-in for the provider."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
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

REGION = "eu-west-1"
_MAKER = re.compile(r"(?<=\w)\.(default|main|primary|network)_\w+_id$")
LABELLED = Path(__file__).parent / "labelled"


@contextmanager
def stand_in() -> Iterator[None]:
    """Let Terraform use the stand-in for the provider."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TF_REATTACH_PROVIDERS", terraforming.reattachment())
        patch.setenv("TF_CLI_CONFIG_FILE", os.devnull)
        yield


def assemble(case: Path, shared: Iterable[Path], target: Path) -> None:
    """Copy a case, and from shared folders each file that the case does not replace by one of the same name."""
    shutil.copytree(case, target)
    own = {_stem(path) for path in case.iterdir()}
    for path in (one for folder in shared for one in folder.iterdir()):
        if _stem(path) not in own:
            (shutil.copytree if path.is_dir() else shutil.copy)(path, target / path.name)


def _stem(path: Path) -> str:
    """Return the name of a file without `.tf` or `.tf.json`."""
    return path.name.partition(".")[0]


def copy_labelled(name: str, target: Path) -> Path:
    """Copy a labelled configuration with what all of them share, and initialise it."""
    shutil.copytree(LABELLED / "common", target)
    shutil.copy(LABELLED / name / "main.tf", target)
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
