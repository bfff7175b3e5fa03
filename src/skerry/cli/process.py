"""The process of a command: its streams, its signals, its errors, and its exit code."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from threading import current_thread, main_thread
from types import FrameType
from typing import TypeGuard

import click

from skerry.cli.command_group import cli
from skerry.cli.hints import hint_of
from skerry.cli.output import complain, discard_unprinted
from skerry.cli.terminal import asked_color
from skerry.errors import EXIT_FAULT, EXIT_USAGE, SkerryError

_INTERRUPTED = 130
_COMPLETING = "_SKERRY_COMPLETE"
_ENDING = (signal.SIGTERM, signal.SIGHUP)


class _EndedError(BaseException):
    """A signal to end the process, raised so that drafts are removed first."""


def run() -> None:
    """Run the command that the arguments name.

    Exit code 2 is for errors that are raised on purpose, 3 for every other one. A traceback is printed where
    SKERRY_DEBUG is set.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding gets escapes for what it cannot show.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        with _ended_by_signals():
            _invoke()
    except SkerryError as error:
        _complain(error.what, hint_of(error), error.exit_code)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.UsageError as error:
        _usage(error)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_INTERRUPTED)
    except _EndedError as ended:
        sys.exit(128 + ended.args[0])
    except Exception as fault:  # noqa: BLE001 -- the last resort: a fault is said, not thrown at the user
        if _is_of_help(fault):
            _unprinted_help(fault)
        _fault(fault)


def _invoke() -> None:
    """Parse and call, without the part of click that maps errors to exit codes of its own."""
    completion = os.environ.get(_COMPLETING)
    if completion:
        from click.shell_completion import shell_complete

        sys.exit(shell_complete(cli, {}, "skerry", _COMPLETING, completion))
    with cli.make_context("skerry", sys.argv[1:], color=asked_color()) as context:
        cli.invoke(context)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let the signals that end a process raise, unless whoever started it has them ignored."""

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one would interrupt the removal of drafts
        raise _EndedError(number)

    handled = [number for number in _ENDING if signal.getsignal(number) is signal.SIG_DFL]
    if current_thread() is not main_thread():
        handled = []
    for number in handled:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, signal.SIG_DFL)


def _is_of_help(fault: Exception) -> TypeGuard[OSError]:
    """Return whether a help text could not be printed: click prints it, and all else is printed by `write`."""
    trace = fault.__traceback__
    while trace is not None and isinstance(fault, OSError):
        if trace.tb_frame.f_code is click.echo.__code__:
            return True
        trace = trace.tb_next
    return False


def _unprinted_help(error: OSError) -> None:
    failure = discard_unprinted(error)
    if isinstance(error, BrokenPipeError):
        sys.exit(0)
    _complain(failure.what, hint_of(failure), failure.exit_code)


def _usage(error: click.UsageError) -> None:
    """Say how a command is called, with the same harmless characters as every other error."""
    from skerry.render.text import clean

    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        complain(error.format_message())
        sys.exit(EXIT_USAGE)
    if error.ctx is not None:
        complain(error.ctx.get_usage())
        complain(f"Try '{error.ctx.command_path} {error.ctx.help_option_names[-1]}' for help.\n")
    lines = error.format_message().split("\n")
    complain("\n".join(clean(line) for line in (f"Error: {lines[0]}", *lines[1:])))
    sys.exit(EXIT_USAGE)


def _complain(what: str, remedy: str, code: int) -> None:
    from skerry.render.text import clean

    complain(f"skerry: {clean(what)}")
    if remedy:
        complain(f"  {clean(remedy)}")
    sys.exit(code)


def _fault(fault: Exception) -> None:
    import traceback

    if os.environ.get("SKERRY_DEBUG"):
        traceback.print_exception(fault)
    what = f"a fault of skerry itself: {type(fault).__name__}: {fault}"
    _complain(what, "Please report it with the input, if you may share that. SKERRY_DEBUG=1 shows where.", EXIT_FAULT)
