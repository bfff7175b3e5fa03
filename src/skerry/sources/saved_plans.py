"""Plans that Terraform has saved: https://developer.hashicorp.com/terraform/cli/commands/plan#out-filename.

A saved plan is a ZIP of the plan, in Terraform's own form, and of its code. The content is not
trusted: names only find files, sizes are bounded, and nothing is unpacked.
"""

import io
import zlib
from typing import TYPE_CHECKING, Final

from skerry.errors import InputError

if TYPE_CHECKING:
    import zipfile

_MOST_FILES: Final = 20_000
_MOST_BYTES: Final = 4 << 20
_MOST_TOTAL: Final = 64 << 20
_PLAN: Final = "tfplan"
_ROOT: Final = "tfconfig/m-/"


def is_saved_plan(content: bytes) -> bool:
    """Return whether a file is a ZIP, as each saved plan is."""
    return content.startswith(b"PK\x03\x04")


def read_root_module(name: str, content: bytes) -> dict[str, bytes]:
    """Return the files of the root module that a saved plan was made of, by name.

    Raises `InputError` for a ZIP that is no plan, is damaged, or holds more than code.
    """
    import zipfile  # noqa: PLC0415 -- few inputs are saved plans

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _files(name, archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError) as error:
        message = f"{name} is a damaged ZIP: {error}"
        raise InputError(message, "Make the plan again: terraform plan -out=plan.out") from error


def _files(name: str, archive: "zipfile.ZipFile") -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > _MOST_FILES or _PLAN not in {entry.filename for entry in entries}:
        message = f"{name} is a ZIP, but no saved plan of Terraform"
        raise InputError(message, "Make a plan: terraform plan -out=plan.out")
    files, total = {}, 0
    for entry in entries:
        if not entry.filename.startswith(_ROOT) or entry.is_dir():
            continue
        # The size in the directory of the ZIP may be a lie.
        with archive.open(entry) as stream:
            text = stream.read(_MOST_BYTES + 1)
        total += len(text)
        if len(text) > _MOST_BYTES or total > _MOST_TOTAL:
            message = f"{name} holds more code than {_MOST_TOTAL >> 20} MB"
            raise InputError(message, "Make a plan of one configuration: terraform plan -out=plan.out")
        files[entry.filename.removeprefix(_ROOT)] = text
    return files
