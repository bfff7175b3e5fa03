"""Network namespaces: functions and programs that run in one, and its kernel parameters."""

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from skerry.lab.requirements import PATHS, program_path_of

_Result = TypeVar("_Result")
_NEW_NET = 0x4000_0000
_FOLDER = Path("/run/netns")
_LONGEST = 60.0
_ENVIRONMENT = {"PATH": PATHS, "LANG": "C.UTF-8"}


class CommandError(Exception):
    """Error of a program that failed: its name and its message."""


def run_in_namespace(space: str, work: Callable[[], _Result]) -> _Result:
    """Run a function in a namespace, in a thread of its own, because a namespace belongs to a thread."""
    results: list[_Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            _enter(space)
            results.append(work())
        except BaseException as error:  # noqa: BLE001 -- it is raised again by the caller's thread
            errors.append(error)

    # A program that does not end must not keep this process from ending.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _enter(space: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(_FOLDER / space, os.O_RDONLY)
    try:
        if libc.setns(descriptor, _NEW_NET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter namespace {space}")
    finally:
        os.close(descriptor)


def run(arguments: list[str], text: str = "") -> str:
    """Run a program to its end with a text as its input; raises `CommandError` with its message if it fails."""
    command = [program_path_of(arguments[0]), *arguments[1:]]
    try:
        done = subprocess.run(  # noqa: S603 -- fixed programs
            command, input=text, capture_output=True, text=True, check=False, env=_ENVIRONMENT, timeout=_LONGEST
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"{arguments[0]} did not end within {_LONGEST:.0f} s") from error
    if done.returncode != 0:
        raise CommandError(f"{arguments[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def switch(names: dict[str, str]) -> None:
    """Set kernel parameters in the current network namespace."""
    for name, value in names.items():
        Path("/proc/sys/net", name).write_text(value, encoding="ascii")
