"""Terraform as a process of its own: in a private copy, without network, credentials and the user's environment."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from skerry.errors import Argument, InputError
from skerry.sources.terraform.check_blocks import remove_checks
from skerry.sources.terraform.code import modules_of
from skerry.sources.terraform.terraform_test import FILE

_KEPT: Final = ("PATH", "TF_CLI_CONFIG_FILE", "TF_REATTACH_PROVIDERS")
"""What says where Terraform's programs are: https://developer.hashicorp.com/terraform/cli/config/environment-variables."""
_SECONDS: Final = 300
_STATES: Final = ("*.tfstate", "*.tfstate.*", "*.tftest.hcl", "*.tftest.json")
_LEFT_OUT: Final = (".git", ".terraform", ".venv", "node_modules")
_MOST_BYTES: Final = 1 << 28


class Terraform:
    """The program, for one private copy of a configuration.

    Raises `InputError` without Terraform, and without a network namespace unless the network is allowed.
    """

    def __init__(self, copy: Path, *, allow_network: bool = False, workspace: str | None = None) -> None:
        program = shutil.which("terraform")
        if program is None:
            message = "the program terraform is not on the path"
            raise InputError(message, "Install Terraform 1.11 or newer, or give a plan: terraform show -json plan.out")
        self._command = [*([] if allow_network else _namespace()), program]
        self._copy = copy
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        fixed = {"HOME": str(copy.parent), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
        chosen = {} if workspace is None else {"TF_WORKSPACE": workspace}
        self._environment = {**environment, **fixed, **chosen}

    def providers(self) -> Mapping[str, Any]:
        """Return the providers that terraform init selected, by their addresses."""
        try:
            selected = json.loads(self._run("version", "-json"))["provider_selections"]
        except (ValueError, KeyError, TypeError) as error:
            message = "terraform version -json prints nothing that can be read"
            raise InputError(message, "Install Terraform 1.11 or newer.") from error
        return dict(selected)

    def test(self, content: bytes, arguments: Sequence[str] = ()) -> Iterator[bytes]:
        """Write the test into the copy, run it alone, and yield the lines that Terraform prints."""
        (self._copy / FILE).write_bytes(content)
        yield from self._run("test", "-verbose", "-json", f"-filter={FILE}", *arguments).splitlines()

    def show(self, plan: str) -> bytes:
        """Return a saved plan in the copy as JSON; the empty text if Terraform cannot show it."""
        return self._run("show", "-json", plan)

    def _run(self, *words: str) -> bytes:
        """Return the output. Raises `InputError` after five minutes."""
        try:
            done = subprocess.run(  # noqa: S603 -- the words are fixed, but for variables, which are words of their own
                [*self._command, *words],
                cwd=self._copy,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            message = f"Terraform did not finish within {_SECONDS} seconds"
            raise InputError(message, "Give a plan instead: terraform show -json plan.out > plan.json") from error
        return done.stdout


@contextmanager
def copied(folder: Path, edited: Mapping[Path, str] | None = None) -> Iterator[Path]:
    """Yield a copy of an initialised configuration without states, tests and checks, which is removed at the end.

    ``edited`` are texts in place of those of its files, or of new ones. Raises `InputError`
    for a folder that is not initialised.
    """
    if not (folder / ".terraform").is_dir():
        message = f"{folder} is no initialised configuration of Terraform"
        raise InputError(message, "Run terraform init -backend=false in it; no credentials are needed.")
    with tempfile.TemporaryDirectory(prefix="skerry-") as place:
        outside = [(folder / name).resolve() for name in modules_of(folder).values()]
        folders = _outermost([folder.resolve(), *(one for one in outside if ".terraform" not in one.parts)])
        base = Path(os.path.commonpath(folders))
        for one in folders:
            _copy(one, Path(place) / "code" / one.relative_to(base))
        for path, text in (edited or {}).items():
            if any(path.is_relative_to(one) for one in folders):
                (Path(place) / "code" / path.relative_to(base)).write_bytes(text.encode())
        copy = Path(place) / "code" / folder.resolve().relative_to(base)
        (copy / ".terraform").symlink_to((folder / ".terraform").resolve())
        remove_checks(copy, Path(place))
        yield copy


def _outermost(folders: list[Path]) -> list[Path]:
    """Return the folders that lie in no other one of them."""
    every = dict.fromkeys(folders)
    return [one for one in every if not any(one != other and one.is_relative_to(other) for other in every)]


def _copy(folder: Path, target: Path) -> None:
    """Copy a folder without what belongs to its own runs. Raises `InputError` if it is far more than code."""
    size = 0
    for place, names, files in os.walk(folder):
        names[:] = [name for name in names if name not in _LEFT_OUT]
        size += sum(os.lstat(Path(place) / name).st_size for name in files)
        if size > _MOST_BYTES:
            message = f"{folder} holds more than {_MOST_BYTES >> 20} MB, which is no code alone"
            raise InputError(message, "Give a plan instead: terraform show -json plan.out > plan.json")
    shutil.copytree(folder, target, symlinks=True, ignore=shutil.ignore_patterns(*_STATES, *_LEFT_OUT))


def _namespace() -> list[str]:
    """Return the words that start a program without network. Raises `InputError` if this machine has none.

    https://man7.org/linux/man-pages/man1/unshare.1.html
    """
    unshare = shutil.which("unshare")
    words = [] if unshare is None else [unshare, "--net", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--"]
    true = shutil.which("true")
    if words and true and subprocess.run([*words, true], capture_output=True, check=False).returncode == 0:  # noqa: S603
        return words
    message = "this machine gives no network namespace, so Terraform could reach the network"
    raise InputError(
        message, "Allow it with ", Argument.ALLOW_NETWORK, ", or give a plan: terraform show -json plan.out."
    )
