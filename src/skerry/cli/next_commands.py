"""The command lines for the step after a result, with the same input and the same launch."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from skerry.cli.reading import InputSource
from skerry.render.view import View

_AGAIN = {"nat-exit"}
"""The commands with answers that a diagnosis does not need: they are run again themselves."""

OptionValue = str | Path | bool | None | tuple[str, ...]


def words_of(options: Mapping[str, OptionValue]) -> list[str]:
    """Return options with their values as words of a command line; those without a value are left out."""
    words: list[str] = []
    for name, value in options.items():
        if value is True:
            words.append(name)
        elif isinstance(value, tuple):
            words += [word for item in value for word in (name, item)]
        elif value:
            words += [name, str(value)]
    return words


def view_with_commands(
    command: str,
    source: InputSource,
    launch: Sequence[str] = (),
    preferences: Sequence[str] = (),
    snapshot: Path | None = None,
) -> View:
    """Return the view of a command's result; ``preferences`` are those among several plans."""
    read = words_of({"--from": source.path, "--profile": source.profile, "--region": source.region})
    words = [*read, *launch, *words_of({"--network-only": source.network_only})]

    def line(name: str, *more: str) -> str:
        return shlex.join(["skerry", name, *words, *more])

    commands = {
        "diagnose": line("diagnose"),
        "explain": "skerry explain",
        "plan": line("plan", *preferences),
        "rehearse": line("rehearse"),
        "report": line("report", *preferences),
        "report-of-service": f"{line('report', *preferences)} --service NAME",
        "supply-facts": f"skerry iam-policy {command}",
        "write-aws-cli": line("plan", *preferences, "--format", "aws-cli"),
        "write-cloudformation": line("plan", *preferences, "--format", "cloudformation"),
        "write-terraform": line("plan", *preferences, "--format", "terraform"),
    }
    if source.path is not None:
        again = line(command, *preferences) if command in _AGAIN else line("diagnose")
        commands["supply-facts"] = f"{again}  # with the missing answers"
    return msgspec.structs.replace(source.view, commands=commands, snapshot=None if snapshot is None else str(snapshot))


def view_of_snapshot(source: InputSource, saved: Path) -> View:
    """Return the view of a saved snapshot, which the next command reads."""
    line = shlex.join(["skerry", "diagnose", "--from", str(saved)])
    return msgspec.structs.replace(source.view, commands={"diagnose": line})
