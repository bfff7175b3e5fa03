"""Where results go: the terminal, a pipe, a file that is written whole or not at all; and the exit code."""

import os
import sys
from pathlib import Path

import click

from skerry.errors import EXIT_BLOCKED, EXIT_UNKNOWN, SkerryError

_EXITS = {"ok": 0, "not-applicable": 0, "blocked": EXIT_BLOCKED, "intermittent": EXIT_BLOCKED, "unknown": EXIT_UNKNOWN}


def write(text: str, output: Path | None) -> None:
    """Print, or write a file whole or not at all."""
    if output is None:
        try:
            click.echo(text, nl=False)
        except BrokenPipeError:
            # The reader of a pipe left early, as `head` does; the exit code still tells the verdict.
            drop()
        return
    from tempfile import NamedTemporaryFile

    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=output.parent, prefix=".skerry-", delete=False) as draft:
            name = Path(draft.name)
            draft.write(click.unstyle(text))
        # A temporary file is for its owner alone; the result has the rights that any new file gets.
        name.chmod(0o666 & ~_umask())
        _put(name, output)
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror or error}"
        raise SkerryError(message, "Give a file in a folder that exists and that you may write to.") from error


def drop() -> None:
    """Let go what is still to be printed: at the end Python would try once more, and leave with a code of its own."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _put(draft: Path, output: Path) -> None:
    """Give a finished draft its name, or take it away."""
    try:
        draft.replace(output)
    except OSError:
        draft.unlink()
        raise


def _umask() -> int:
    """The rights that new files do not get; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def save_folder(folder: Path, documents: dict[str, bytes]) -> None:
    """Write documents below a folder."""
    try:
        for name, content in documents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror or error}"
        raise SkerryError(message, "Give a folder that you may write to.") from error


def leave(verdict: str, *, allow_unknown: bool) -> None:
    """Leave with the verdict's exit code."""
    code = _EXITS[verdict]
    if code == EXIT_UNKNOWN and allow_unknown:
        code = 0
    sys.exit(code)
