"""Terraform as a process of its own: in a private copy, without network, credentials and the user's environment."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from skerry.errors import InputError
from skerry.sources.terraform.terraform_test import FILE

_KEPT: Final = ("PATH", "TF_CLI_CONFIG_FILE")
_SECONDS: Final = 300
_STATES: Final = ("*.tfstate", "*.tfstate.*", ".git", "*.tftest.hcl", "*.tftest.json", ".terraform")
_MOST_BYTES: Final = 1 << 30


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """Yield a copy of an initialised configuration without its states and tests, which is removed at the end.

    Raises `InputError` for a folder that is not initialised.
    """
    if not (folder / ".terraform").is_dir():
        message = f"{folder} is no initialised configuration of Terraform"
        raise InputError(message, "Run terraform init -backend=false in it; no credentials are needed.")
    with tempfile.TemporaryDirectory(prefix="skerry-") as place:
        copy = Path(place) / "code"
        shutil.copytree(folder, copy, symlinks=True, ignore=shutil.ignore_patterns(*_STATES))
        (copy / ".terraform").symlink_to((folder / ".terraform").resolve())
        yield copy


def run_test(copy: Path, test: bytes, *, allow_network: bool = False) -> Iterator[bytes]:
    """Write the test into the copy, run it alone, and yield the lines that Terraform prints.

    Raises `InputError` without Terraform, without a network namespace, and after five minutes.
    """
    program = shutil.which("terraform")
    if program is None:
        message = "the program terraform is not on the path"
        raise InputError(message, "Install Terraform 1.11 or newer, or give a plan: terraform show -json plan.out")
    (copy / FILE).write_bytes(test)
    command = [program, "test", "-verbose", "-json", f"-filter={FILE}"]
    if not allow_network:
        command = [*_namespace(), *command]
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"HOME": str(copy.parent), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        message = f"Terraform did not finish within {_SECONDS} seconds"
        raise InputError(message, "Give a plan instead: terraform show -json plan.out > plan.json") from error
    yield from done.stdout[:_MOST_BYTES].splitlines()


def _namespace() -> list[str]:
    """Return the words that start a program without network. Raises `InputError` if this machine has none.

    https://man7.org/linux/man-pages/man1/unshare.1.html
    """
    unshare = shutil.which("unshare")
    words = [] if unshare is None else [unshare, "--net", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--"]
    true = shutil.which("true")
    if words and true and subprocess.run([*words, true], capture_output=True, check=False).returncode == 0:
        return words
    message = "this machine gives no network namespace, so Terraform could reach the network"
    raise InputError(message, "Allow it with --allow-network, or give a plan: terraform show -json plan.out.")
