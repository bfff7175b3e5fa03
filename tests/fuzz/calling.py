"""Runs of skerry's command line in this process, with all that they print."""

import gc
import io
import os
import shutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from skerry import cli
from skerry.app import rehearsal
from skerry.cli import process
from skerry.lab import messages, requirements
from skerry.lab.config_files import build_scripts
from skerry.lab.run import AttemptResult, Performance
from tests.fuzz.inputs import Input

SKERRY = "/skerry/"


class Run(NamedTuple):
    """What a run left behind: ``fault`` is the type and place of the error it did not expect, ``scripts`` a lab's."""

    code: int
    out: bytes
    err: bytes
    fault: str = ""
    scripts: tuple[str, ...] = ()


class _Kept:
    """What is learned of a run past its output."""

    fault = ""
    scripts: tuple[str, ...] = ()


def place_of(error: BaseException) -> str:
    """Return the type of an error and the innermost line of skerry's own that it came through."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if SKERRY in frame.filename]
    frame = own[-1] if own else None
    where = f"{frame.filename.rpartition(SKERRY)[2]}:{frame.name}:{frame.lineno}" if frame else "elsewhere"
    return f"{type(error).__name__} {where}"


def _perform(script: Any, *, probe: bool, watch: Any = None) -> Performance:
    """Write all that a lab is built of, and build none."""
    del probe, watch
    if script.plan is not None:
        messages.encode(script.work)
        _Kept.scripts = tuple(_texts(build_scripts(script.plan)))
    return Performance(tuple(AttemptResult(row, why_not=row.why_not or "not performed") for row in script.rows))


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        yield from (text for pair in found.items() for text in _texts(list(pair)))
    elif isinstance(found, list | tuple):
        yield from (text for one in found for text in _texts(one))


def prepare(*, perform: bool = False) -> None:
    """Make skerry ready to run many times; without ``perform`` a rehearsal builds no lab."""
    tell = process._fault  # noqa: SLF001 -- the one place that knows an error it did not expect

    def _fault(fault: Exception) -> None:
        _Kept.fault = place_of(fault)
        tell(fault)

    process._fault = _fault  # noqa: SLF001
    if not perform:
        vars(rehearsal)["perform"] = _perform
        vars(requirements)["require"] = lambda **_: None
    for name in [name for name in os.environ if name.startswith(("AWS_", "SKERRY_"))]:
        del os.environ[name]


def lay(given: Input, folder: Path) -> None:
    """Write the files of an input into an empty folder."""
    for name, content in given.files.items():
        path = Path(os.fsdecode(os.path.join(os.fsencode(folder), name)))  # noqa: PTH118 -- names are bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def run(given: Input, folder: Path) -> Run:
    """Run skerry on an input in a folder of its own, which is removed."""
    folder.mkdir()
    try:
        lay(given, folder)
        os.chdir(folder)
        return called(given.arguments, given.stdin)
    finally:
        os.chdir(folder.parent)
        shutil.rmtree(folder)


def called(arguments: tuple[str, ...], stdin: bytes = b"") -> Run:
    """Run skerry with arguments in the current folder."""
    _Kept.fault, _Kept.scripts = "", ()
    code: Any = 0
    with _streams(arguments, stdin) as (out, err):
        try:
            cli.main()
        except SystemExit as leaving:
            code = leaving.code or 0
        except BaseException as error:  # noqa: BLE001 -- that one comes through is a finding
            code, _Kept.fault = -1, place_of(error)
        finally:
            gc.enable()
            sys.stdout.flush()
            sys.stderr.flush()
        return Run(code, out.getvalue(), err.getvalue(), _Kept.fault, _Kept.scripts)


@contextmanager
def _streams(arguments: tuple[str, ...], stdin: bytes) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    before = sys.argv, sys.stdin, sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.BytesIO()
    sys.argv = ["skerry", *arguments]
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
    sys.stdout, sys.stderr = io.TextIOWrapper(out, "utf-8"), io.TextIOWrapper(err, "utf-8")
    try:
        yield out, err
    finally:
        sys.stdout.detach()
        sys.stderr.detach()
        sys.argv, sys.stdin, sys.stdout, sys.stderr = before
