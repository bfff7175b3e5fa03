"""The command line: parse, call the use case, render, choose the exit code. No logic of its own."""

import errno
import gc
import os
import sys
from io import TextIOWrapper

import click

from skerry.cli.group import cli
from skerry.cli.output import drop
from skerry.errors import EXIT_FAULT, EXIT_USAGE, SkerryError

__all__ = ["cli", "main"]

_INTERRUPTED = 130
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def main() -> None:
    """Run the command line. Every error is said in words; a traceback is only for faults, with SKERRY_DEBUG set."""
    # A run is short and makes no cycles to speak of: looking for them would cost a tenth of its time.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding gets escapes for what it cannot show.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        # https://no-color.org
        cli.main(standalone_mode=False, color=False if os.environ.get("NO_COLOR") else None)
    except SkerryError as error:
        _complain(error.what, error.remedy, error.exit_code)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_INTERRUPTED)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            _fault(error)
        drop()
        what = f"the result cannot be written: {error.strerror}"
        _complain(what, "Make room, or write somewhere else.", EXIT_USAGE)
    except Exception as fault:  # noqa: BLE001 -- the last resort: a fault is said, not thrown at the user
        _fault(fault)


def _complain(what: str, remedy: str, code: int) -> None:
    from skerry.render.text import clean

    click.echo(f"skerry: {clean(what)}", err=True)
    if remedy:
        click.echo(f"  {clean(remedy)}", err=True)
    sys.exit(code)


def _fault(fault: Exception) -> None:
    import traceback

    if os.environ.get("SKERRY_DEBUG"):
        traceback.print_exception(fault)
    what = f"a fault of skerry itself: {type(fault).__name__}: {fault}"
    _complain(what, "Please report it with the input, if you may share that. SKERRY_DEBUG=1 shows where.", EXIT_FAULT)
