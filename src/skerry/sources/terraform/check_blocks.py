"""Check blocks, removed from a private copy of code: a failed one is a warning of Terraform, but fails its test.

https://developer.hashicorp.com/terraform/language/block/check
"""

import json
import re
import shutil
from pathlib import Path
from typing import Final

from skerry.errors import InputError
from skerry.sources.terraform.code import modules_of
from skerry.sources.terraform.code_blocks import read_blocks
from skerry.sources.terraform.json_code import read_json_code

_BLOCK: Final = re.compile(rb'^\s*check\s+["\w]', re.MULTILINE)
_MODULES: Final = "modules"


def remove_checks(copy: Path, private: Path) -> None:
    """Remove the check blocks of all modules; downloaded modules are copied first, for they are the user's own.

    Nothing outside the ``private`` folder of the copy is written: a list of modules or a link may lead anywhere.
    """
    files = [file for place in modules_of(copy).values() for file in sorted((copy / place).glob("*.tf*"))]
    with_checks = [file for file in files if _has_checks(file)]
    data = copy / ".terraform"
    if data.is_symlink() and any(file.is_relative_to(data) for file in with_checks):
        _copy_modules(data)
    for file in with_checks:
        if file.parent.resolve().is_relative_to(private.resolve()):
            content = _without_json_checks(file) if file.suffix == ".json" else _without_checks(file)
            # A link would lead the text into the user's own file.
            file.unlink()
            file.write_bytes(content)


def _has_checks(file: Path) -> bool:
    if file.suffix == ".json":
        return "check" in read_json_code(file)
    return file.suffix == ".tf" and file.is_file() and _BLOCK.search(file.read_bytes()) is not None


def _copy_modules(data: Path) -> None:
    """Replace the link to the folder of terraform init by a folder of links, with a copy of the modules."""
    original = data.resolve()
    data.unlink()
    data.mkdir()
    for entry in original.iterdir():
        if entry.name == _MODULES:
            shutil.copytree(entry, data / _MODULES, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        else:
            (data / entry.name).symlink_to(entry)


def _without_checks(file: Path) -> bytes:
    """Return a file without its check blocks, each line at its number; unchanged if it cannot be parsed."""
    content = file.read_bytes()
    try:
        text = content.decode()
        blocks = read_blocks(text, file.name)
    except (InputError, UnicodeDecodeError):
        return content
    parts, end = [], 0
    for block in blocks:
        if block.type == "check":
            parts += [text[end : block.start], "\n" * text.count("\n", block.start, block.end)]
            end = block.end
    return "".join((*parts, text[end:])).encode()


def _without_json_checks(file: Path) -> bytes:
    return json.dumps({key: value for key, value in read_json_code(file).items() if key != "check"}).encode()
