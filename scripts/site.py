"""Lay out the documentation as a site in build/site, and build it: links to files of no page lead to the repository."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from skerry.cli.command_group import cli

ROOT = Path(__file__).parent.parent
SITE = ROOT / "build" / "site"
PAGES = SITE / "pages"
REPOSITORY = "https://github.com/OWNER/skerry/blob/main"
_LINK = re.compile(r"(?<=\]\()([^)\s#]+)(#[^)\s]*)?(?=\))")
_FRONT = {"CHANGELOG.md": "changelog.md"}
"""Files outside docs/ that are pages of the site."""
COMMANDS = "commands.md"
"""The page of the site that is made of the help of all commands."""


def main() -> int:
    """Build the site, and fail for a link or an anchor that leads nowhere."""
    shutil.rmtree(SITE, ignore_errors=True)
    for file in sorted((ROOT / "docs").rglob("*")):
        if file.is_file():
            _lay_out(file, PAGES / file.relative_to(ROOT / "docs"))
    for name, page in _FRONT.items():
        _lay_out(ROOT / name, PAGES / page)
    (PAGES / COMMANDS).write_text("\n".join([*_commands(), ""]), encoding="utf-8")
    shutil.copy(ROOT / "zensical.toml", SITE / "zensical.toml")
    program = str(Path(sys.executable).with_name("zensical"))
    done = subprocess.run([program, "build", "--clean", "--strict"], cwd=SITE, check=False)  # noqa: S603 -- our own words
    return done.returncode


def _commands() -> Iterator[str]:
    """Yield the lines of the page of commands: the help of each, as a terminal of 80 columns shows it."""
    yield "# Commands"
    with click.Context(cli, info_name="skerry") as context:
        for name in cli.list_commands(context):
            command = cli.get_command(context, name)
            if command is None or command.hidden:
                continue
            with click.Context(command, info_name=name, parent=context, terminal_width=80) as inner:
                yield from ("", f"## skerry {name}", "", "```", *command.get_help(inner).splitlines(), "```")


def _lay_out(file: Path, page: Path) -> None:
    """Copy a file; links of a page are rewritten for its place in the site."""
    page.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix != ".md":
        shutil.copy(file, page)
        return
    text = file.read_text(encoding="utf-8")
    page.write_text(_LINK.sub(lambda match: _link(match, file, page), text), encoding="utf-8")


def _link(match: re.Match[str], file: Path, page: Path) -> str:
    """Return a link for the site: to a page of it, else to the file in the repository."""
    target, anchor = match[1], match[2] or ""
    if "://" in target or target.startswith("mailto:"):
        return match[0]
    inside = (file.parent / target).resolve()
    if inside.is_relative_to(ROOT / "docs") and inside.is_file():
        place = PAGES / inside.relative_to(ROOT / "docs")
    elif inside.parent == ROOT and inside.name in _FRONT:
        place = PAGES / _FRONT[inside.name]
    else:
        return f"{REPOSITORY}/{inside.relative_to(ROOT).as_posix()}{anchor}"
    return f"{Path(os.path.relpath(place, page.parent)).as_posix()}{anchor}"


if __name__ == "__main__":
    sys.exit(main())
