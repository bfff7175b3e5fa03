"""Commands of a lab's programs: absolute paths, no capabilities, nothing of the user's environment or folder."""

import importlib.util
import json
import sys
from functools import cache
from pathlib import Path

from skerry.lab.requirements import MODULES, program_path_of

# The paths stand after those of the standard library, so nothing in them replaces it, and before other packages.
_START = (
    "import json, runpy, sys; paths, module = sys.argv[1:3]; del sys.argv[1:3]; "
    "place = next((n for n, path in enumerate(sys.path) if path.endswith('-packages')), len(sys.path)); "
    "sys.path[place:place] = json.loads(paths); "
    "runpy.run_module(module, run_name='__main__', alter_sys=True)"
)
_NEEDED = ("skerry", "msgspec", "boto3", *MODULES)
_NO_CAPABILITIES = ("--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs")

CAPABILITIES = ("net_admin", "setpcap", "sys_admin")
"""Capabilities of the process that builds labs, in namespaces of its own; all other programs have none."""


def module_command_of(name: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of skerry with the interpreter of this process.

    In isolated mode (``-I``) Python reads neither the environment nor the current folder:
    https://docs.python.org/3/using/cmdline.html#cmdoption-I
    """
    return [sys.executable, "-I", "-B", "-c", _START, json.dumps(list_import_paths()), name, *arguments]


def confine_command(command: list[str]) -> list[str]:
    """Return the command without any capability, and without a way to get one."""
    return [program_path_of("setpriv"), *_NO_CAPABILITIES, "--", *command]


def limit_command(command: list[str]) -> list[str]:
    """Return the command with no more than `CAPABILITIES`."""
    capabilities = ",".join(f"+{name}" for name in CAPABILITIES)
    return [
        program_path_of("setpriv"),
        f"--bounding-set=-all,{capabilities}",
        "--inh-caps=-all",
        "--no-new-privs",
        "--",
        *command,
    ]


@cache
def list_import_paths() -> tuple[str, ...]:
    """Return the folders of skerry and its dependencies; the current folder only if skerry is in it."""
    folders: dict[str, None] = {}
    for name in _NEEDED:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            continue
        folder = Path(spec.origin).parent.parent
        if folder.is_absolute() and (name == "skerry" or folder != Path.cwd()):
            folders[str(folder)] = None
    return tuple(folders)
