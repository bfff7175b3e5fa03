"""The console blocks of the documentation: commands after ``$``, each with its output, run by a real shell.

An output is compared where ``<!-- recorded -->`` stands before the block. ``python -m tests.pages`` records it again.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Self

ROOT = Path(__file__).parent.parent
# Pages whose console blocks are one session with recorded outputs, in a folder with the repository's tests.
SESSIONS = ("docs/tutorial.md",)
_BLOCK = re.compile(r"^(?P<mark><!-- recorded -->\n)?```console\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
# The port of the pages: another one is free for certain.
_PORT = "4566"
_SECONDS = 300
_JOURNAL = re.compile(r"\d{6}-\d{8}T\d{6}Z-(\d{12}-[a-z0-9-]+)-[0-9a-f]{6}\.journal")
_SERVER = "skerry embedded "
# Languages, and the way to package indexes: uvx and pipx install the checkout.
_KEPT = ("LANG", "LC_", "PIP_", "UV_", "SSL_CERT", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_SHELL = shutil.which("bash") or "bash"


class Step(NamedTuple):
    """A command, with its output in the page; None if the page records none."""

    command: str
    output: str | None


class Done(NamedTuple):
    """The end of a command: its exit code, and both of its outputs as a terminal shows them."""

    code: int
    output: str


def steps_of(text: str) -> list[Step]:
    """Return the commands of all console blocks of a page, in their order."""
    return [step for block in _BLOCK.finditer(text) for step in _steps(block["text"], recorded=bool(block["mark"]))]


def _steps(block: str, *, recorded: bool) -> Iterator[Step]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield Step(command, output if recorded else None)


class Session:
    """A shell in a folder. A server that a page starts runs on, up to the end."""

    def __init__(self, folder: Path, variables: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._home = folder / "home"
        self._home.mkdir()
        self._port = _free_port()
        self._servers: list[subprocess.Popen[str]] = []
        kept = {name: value for name, value in os.environ.items() if name.upper().startswith(_KEPT)}
        self._environment = {
            **kept,
            "PATH": f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "HOME": str(self._home),
            "COLUMNS": "80",
            "AWS_EC2_METADATA_DISABLED": "true",
            # As pip does on Debian: uv trusts its own list of certificate authorities, which lacks those of proxies.
            "UV_SYSTEM_CERTS": "true",
            **(variables or {}),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.terminate()
            server.communicate(timeout=30)

    def run(self, command: str) -> Done:
        """Run a command as it stands in a page."""
        here = command.replace(_PORT, self._port)
        if here.startswith(_SERVER):
            return Done(0, self._shown(self._serve(here)))
        if here.startswith("export "):
            self._environment |= dict(word.split("=", 1) for word in shlex.split(here)[1:])
            return Done(0, "")
        done = subprocess.run(
            [_SHELL, "-c", here],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        return Done(done.returncode, self._shown(done.stdout))

    def _serve(self, command: str) -> str:
        """Start a server, and return its output up to the line that exports its address."""
        server = subprocess.Popen(
            [_SHELL, "-c", f"exec {command}"],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._servers.append(server)
        if server.stdout is None:
            raise AssertionError
        lines = []
        for line in server.stdout:
            lines.append(line)
            if line.startswith("export "):
                break
        return "".join(lines)

    def _shown(self, output: str) -> str:
        """Return an output with the names of the page in the place of those of this run."""
        return output.replace(str(self._home), "/home/you").replace(f"127.0.0.1:{self._port}", f"127.0.0.1:{_PORT}")


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def run_session(folder: Path, text: str, variables: Mapping[str, str] | None = None) -> list[tuple[Step, Done]]:
    """Run all console blocks of a page one after another."""
    with Session(folder, variables) as session:
        return [(step, session.run(step.command)) for step in steps_of(text)]


def without_journals(text: str) -> str:
    """Return a text with a mark for the name of each journal, which differs from run to run."""
    return _JOURNAL.sub(r"…-\1-….journal", text)


def record(path: Path) -> str:
    """Return the page with today's outputs in its recorded blocks."""
    text = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tests").symlink_to(ROOT / "tests")
        done = iter(run_session(Path(folder), text))

    def block(match: re.Match[str]) -> str:
        ran = [next(done) for _ in _steps(match["text"], recorded=False)]
        if not match["mark"]:
            return match[0]
        body = "".join(f"$ {step.command}\n{end.output}" for step, end in ran)
        return f"{match['mark']}```console\n{body}```"

    return _BLOCK.sub(block, text)
