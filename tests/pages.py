"""The Markdown pages of this repository: their commands, links and recorded outputs.

``python -m tests.pages`` runs the commands with a recorded output again, and writes the outputs into the pages.
"""

import re
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import click
from click.testing import CliRunner, Result

from skerry.cli.command_group import cli
from tests import consoles

ROOT = Path(__file__).parent.parent
# Pages whose commands follow one another in one folder, without an account.
STORIES = ("docs/install.md",)
_PROGRAMS = ("aws", "make", "pip", "pipx", "skerry", "uv")
_FENCE = re.compile(r"^(?P<fence>```+)(?P<language>[a-z]*)\n(?P<block>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
_RECORDED = re.compile(r"^<!-- recorded -->\n(?P<fence>```+)\n(?P<output>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\[[^][]*\]\(([^()\s]+)\)")
_SCHEME = re.compile(r"[a-z]+:")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ID = re.compile(r"\b(subnet|rtb|sg|vpc|vpce|eni|secret:[a-z]+/[a-z]+)-[0-9A-Za-z]+")
_WIDTH = {"COLUMNS": "80"}


class Output(NamedTuple):
    """The recorded output of the last command above it."""

    command: str
    text: str


class Page:
    """One Markdown page."""

    def __init__(self, path: Path) -> None:
        """Read the page."""
        self.path = path
        self.name = path.relative_to(ROOT).as_posix()
        self.text = path.read_text(encoding="utf-8")

    def commands(self, program: str) -> list[str]:
        """Return the commands of a program in the page's blocks, without comments, each once, in their order."""
        return _commands(self.text, program)

    def inline_commands(self, program: str) -> list[str]:
        """Return the commands of a program that stand in a sentence or a table."""
        return [code.strip("`") for code in _CODE.findall(self.prose) if code.startswith(f"`{program} ")]

    @cached_property
    def recorded(self) -> list[Output]:
        """The recorded outputs."""
        outputs = _RECORDED.finditer(self.text)
        return [Output(_commands(self.text[: output.start()], "skerry")[-1], output["output"]) for output in outputs]

    @property
    def prose(self) -> str:
        """The text without its blocks."""
        return _FENCE.sub("", self.text)

    @property
    def links(self) -> list[str]:
        """The targets of the links to files and headings of this repository."""
        return [target for target in _LINK.findall(_CODE.sub("", self.prose)) if not _SCHEME.match(target)]

    @property
    def anchors(self) -> set[str]:
        """The anchors of the headings, as GitHub makes them."""
        anchors: list[str] = []
        for heading in re.findall(r"^#+ (.*)$", self.prose, re.MULTILINE):
            slug = re.sub(r"[^\w\- ]", "", _LINK.sub("", heading).lower()).replace(" ", "-")
            count = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", anchor) is not None for anchor in anchors)
            anchors.append(f"{slug}-{count}" if count else slug)
        return set(anchors)


def _commands(text: str, program: str) -> list[str]:
    blocks = (fence["block"] for fence in _FENCE.finditer(text) if fence["language"] in {"", "sh"})
    lines = (line for block in blocks for line in _lines(block))
    return [line for line in dict.fromkeys(lines) if line.split(" ")[0].rpartition("/")[2] == program]


def _lines(block: str) -> Iterator[str]:
    for line in block.replace("\\\n", " ").splitlines():
        command = " ".join(_before_comment(line.removeprefix("$ ")).split())
        if command.split(" ")[0].rpartition("/")[2] in _PROGRAMS:
            yield command


def _before_comment(line: str) -> str:
    return re.sub(r"\s#.*$", "", line)


def find_pages() -> list[Page]:
    """Return all Markdown pages of the repository, without those of the scenarios."""
    folders = (ROOT, *(ROOT / name for name in ("cloudformation", "docs", "scripts", "terraform")))
    paths = {path for folder in folders for path in folder.glob("*.md" if folder == ROOT else "**/*.md")}
    return [Page(path) for path in sorted(paths | {ROOT / "tests" / "scenarios" / "README.md"})]


def run_command(command: str, stand_ins: dict[str, str]) -> Result:
    """Run a command of skerry in this process, up to its first redirection, with stand-ins for its placeholders."""
    words = shlex.split(re.split(r" (?:>>?|\||2>) ", command)[0])[1:]
    return CliRunner(env=_WIDTH).invoke(cli, [stand_ins.get(word, word) for word in words])


def run_in_folder(folder: Path, commands: list[str], stand_ins: dict[str, str]) -> dict[str, Result]:
    """Run the commands one after another in a folder that has the repository's tests."""
    (folder / "tests").symlink_to(ROOT / "tests")
    with chdir(folder):
        return {command: run_command(command, stand_ins) for command in commands}


def complaints_about(results: dict[str, Result]) -> list[str]:
    """Return each command that ended with an error or printed nothing, with its output."""
    return [
        f"{command}: exit code {result.exit_code}\n{result.output}"
        for command, result in results.items()
        if result.exit_code not in {0, 1} or not result.output
    ]


def stale_outputs(page: Page, results: dict[str, Result]) -> list[str]:
    """Return the commands whose recorded output is another one today, but for ids."""
    return [
        command
        for command, text in page.recorded
        if without_ids(click.unstyle(results[command].stdout)) != without_ids(text)
    ]


def without_ids(text: str) -> str:
    """Return the text with a mark for each id and time, which differ from run to run."""
    return _TIME.sub("…", _ID.sub(r"\1-…", text))


def recorded_commands(page: Page) -> list[str]:
    """Return the commands to run for the recorded outputs of a page: for a story, all of them."""
    return page.commands("skerry") if page.name in STORIES else [output.command for output in page.recorded]


def record(page: Page) -> None:
    """Write today's outputs into a page, if they differ in more than ids."""
    with tempfile.TemporaryDirectory() as folder:
        results = run_in_folder(Path(folder), recorded_commands(page), {})
    if not stale_outputs(page, results):
        return
    outputs = (click.unstyle(results[output.command].stdout) for output in page.recorded)
    text = _RECORDED.sub(lambda _: f"<!-- recorded -->\n{_fenced(next(outputs))}", page.text)
    page.path.write_text(text, encoding="utf-8")


def _fenced(output: str) -> str:
    """Return an output as a block, within a longer fence than those in it."""
    fence = "````" if "```" in output else "```"
    return f"{fence}\n{output}{fence}"


def record_session(page: Page) -> None:
    """Write today's outputs into the console blocks of a page, if they differ in more than ids."""
    text = consoles.record(page.path)
    if _comparable(text) != _comparable(page.text):
        page.path.write_text(text, encoding="utf-8")


def _comparable(text: str) -> str:
    return consoles.without_journals(without_ids(text))


if __name__ == "__main__":
    for each in find_pages():
        record(each)
        if each.name in consoles.SESSIONS:
            record_session(each)
