"""The result's way out: the terminal, a pipe, or a file; notes on stderr; and the exit code."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from skerry.errors import EXIT_BLOCKED, EXIT_UNKNOWN, OutputError
from skerry.writing.targets import STDOUT, Stream, target_of

_EXITS = {"ok": 0, "not-applicable": 0, "blocked": EXIT_BLOCKED, "intermittent": EXIT_BLOCKED, "unknown": EXIT_UNKNOWN}


def write(text: str, output: Path | None = None, *, quiet: bool = False) -> None:
    """Print a result, or write it to a file whole or not at all.

    Raises `OutputError` where it cannot be written. A reader of stdout that leaves early is no error.
    """
    if output is None or output == STDOUT:
        _print(text)
        return
    from skerry.writing.results import write_result

    content = click.unstyle(text).encode(errors="backslashreplace")
    flush()
    write_result(output, content, note=drop_note if quiet else say)
    if not quiet:
        report_written(output)


def write_bytes(content: bytes, output: Path | None, *, quiet: bool = False) -> None:
    """Write a picture to a file or to stdout. Raises `OutputError` for a terminal, which shows no picture."""
    if output is not None and output != STDOUT:
        from skerry.writing.results import write_result

        flush()
        write_result(output, content, note=drop_note if quiet else say)
        if not quiet:
            report_written(output)
        return
    if sys.stdout is None or sys.stdout.isatty():
        raise OutputError("a picture cannot be printed on a terminal", "Give --output FILE.")
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _drop(sys.stdout.fileno())


def _print(text: str) -> None:
    if sys.stdout is None:
        raise OutputError("the result cannot be written: standard output is closed", "Open it, or give --output FILE.")
    try:
        click.echo(text, nl=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe left early, as `head` does; the exit code still tells the verdict.
        _drop(sys.stdout.fileno())
    except OSError as error:
        raise discard_unprinted(error) from error


def discard_unprinted(error: OSError) -> OutputError:
    """Return the error of what cannot be printed, and let go the rest of it."""
    _drop(sys.stdout.fileno())
    what = f"the result cannot be written: {error.strerror or error}"
    return OutputError(what, "Make room, or write somewhere else.")


def flush() -> None:
    """Print pending output before anything is written to the same terminal."""
    if sys.stdout is not None:
        _print("")


def report_written(output: Path) -> None:
    """Report the written path on stderr, unless it is a stream of this process."""
    if not isinstance(target_of(output), Stream):
        say(f"wrote {output}")


def say(text: str) -> None:
    """Print a note on stderr, where its characters are harmless for a terminal."""
    from skerry.render.text import clean

    complain(f"skerry: {clean(text)}")


def drop_note(_: str) -> None:
    """Drop a note."""


def complain(line: str, *, nl: bool = True) -> None:
    """Print a line on stderr; what nobody can read any more is no error."""
    if sys.stderr is None:
        return
    try:
        click.echo(line, err=True, nl=nl)
    except OSError:
        _drop(sys.stderr.fileno())


def _drop(descriptor: int) -> None:
    """Let go what is still to be printed: at the end Python would try once more, and leave with a code of its own."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def leave(verdict: str, *, allow_unknown: bool) -> NoReturn:
    """Leave with the verdict's exit code."""
    code = _EXITS[verdict]
    if code == EXIT_UNKNOWN and allow_unknown:
        code = 0
    sys.exit(code)
