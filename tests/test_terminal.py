"""The terminal: the width of text, colours, and the next command at the end of each result."""

import os
import pty
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from skerry.cli import terminal
from skerry.render.text import width_of
from tests.commands import Skerry
from tests.networks import Network, as_bytes, container

STYLE = "\x1b["


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Skerry:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return Skerry(monkeypatch, capsys)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """An isolated network with two services that fail alike."""
    network = Network()
    network.definition(container())
    network.service()
    network.service("api")
    path = tmp_path / "aws answers.json"
    path.write_bytes(network.document())
    return path


def printed_on_terminal(columns: int, *words: str) -> str:
    """Return the output of skerry on a terminal with so many columns."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (40, columns))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"TERM": "xterm"}
    command = [sys.executable, "-m", "skerry", *words]
    with subprocess.Popen(command, stdout=slave, stderr=slave, stdin=slave, env=environment) as process:
        os.close(slave)
        output = b""
        try:
            while part := os.read(master, 1 << 16):
                output += part
        except OSError:  # Linux reports the end of a terminal as an error
            pass
        process.wait()
    os.close(master)
    return output.decode()


class TestWidth:
    @pytest.mark.parametrize("columns", [60, 80])
    @pytest.mark.parametrize("command", ["diagnose", "plan", "explain", "trace"])
    def test_output_fits_the_terminal(self, answers: Path, command: str, columns: int) -> None:
        more = {
            "explain": ("CannotPullContainerError: dial tcp 52.217.233.242:443: i/o timeout",),
            "trace": ("--subnet", "subnet-a", "--security-group", "sg-task", "--to", "logs"),
        }
        text = printed_on_terminal(columns, command, "--from", str(answers), *more.get(command, ()))
        assert STYLE in text
        *lines, empty, last = click.unstyle(text).splitlines()
        assert [line for line in lines if width_of(line) > columns] == []
        assert empty == ""
        assert last.startswith("Next: skerry ")

    @pytest.mark.parametrize(
        ("columns", "terminal_columns", "width"),
        [
            (None, 100, 100),
            (None, 30, 40),
            (None, 300, 120),
            (None, None, 80),
            ("60", 100, 60),
            ("1000", 100, 1000),
            ("20", 100, 40),
            ("0", None, 80),
            ("wide", None, 80),
        ],
    )
    def test_width_is_that_of_columns_or_of_the_terminal(
        self, monkeypatch: pytest.MonkeyPatch, columns: str | None, terminal_columns: int | None, width: int
    ) -> None:
        monkeypatch.delenv("COLUMNS", raising=False)
        if columns is not None:
            monkeypatch.setenv("COLUMNS", columns)
        if terminal_columns is not None:
            size = os.terminal_size((terminal_columns, 24))
            monkeypatch.setattr(terminal, "terminal_size", lambda _stream: size)
        assert terminal.text_width() == width

    @pytest.mark.parametrize("columns", ["9" * 5_000, "-80", "wide", "0", "\u0663\u0660"])
    def test_columns_that_are_no_width_are_ignored(self, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
        monkeypatch.setenv("COLUMNS", columns)
        assert terminal.text_width() == max(40, min(120, terminal.terminal_size(sys.stdout).columns))

    def test_size_without_a_stream_is_80_by_24(self) -> None:
        assert terminal.terminal_size(None) == (80, 24)


class TestColours:
    @pytest.mark.parametrize(
        ("environment", "words", "is_styled"),
        [
            ({}, (), False),
            ({}, ("--color", "always"), True),
            ({}, ("--color", "never"), False),
            ({"FORCE_COLOR": "1"}, (), True),
            ({"FORCE_COLOR": "0"}, (), False),
            ({"CLICOLOR_FORCE": "1"}, (), True),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
            ({"FORCE_COLOR": "1"}, ("--color", "never"), False),
            ({"NO_COLOR": "1"}, ("--color", "always"), True),
            ({"TERM": "dumb", "FORCE_COLOR": "1"}, (), True),
            ({"TERM": "dumb"}, ("--color", "auto"), False),
        ],
        ids=str,
    )
    def test_option_and_environment_decide_about_colours(
        self,
        run: Skerry,
        answers: Path,
        monkeypatch: pytest.MonkeyPatch,
        environment: dict[str, str],
        words: tuple[str, ...],
        *,
        is_styled: bool,
    ) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert (STYLE in run("diagnose", "--from", answers, *words).out) is is_styled

    @pytest.mark.parametrize(("name", "asked"), [("dumb", False), ("xterm", None)])
    def test_dumb_terminal_has_no_colours(
        self, monkeypatch: pytest.MonkeyPatch, name: str, *, asked: bool | None
    ) -> None:
        for other in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
            monkeypatch.delenv(other, raising=False)
        monkeypatch.setenv("TERM", name)
        assert terminal.asked_color() is asked


class TestNextCommand:
    @pytest.fixture
    def last(self, run: Skerry, answers: Path) -> Callable[..., str]:
        def last_line(command: str, *words: str) -> str:
            return str(run(command, "--from", answers, *words).out.splitlines()[-1]).replace(str(answers), "PATH")

        return last_line

    def test_blocked_diagnosis_names_plan_with_the_same_input(self, last: Callable[..., str]) -> None:
        assert last("diagnose", "--service", "web") == "Next: skerry plan --from 'PATH' --service web"
        assert last("diagnose", "--network-only") == "Next: skerry plan --from 'PATH' --network-only"

    def test_diagnosis_of_a_hypothetical_task_names_plan_for_it(self, last: Callable[..., str], tmp_path: Path) -> None:
        (tmp_path / "task.json").write_bytes(as_bytes({"family": "new", "containerDefinitions": [container()]}))
        task = ("--task-definition", str(tmp_path / "task.json"), "--subnet", "subnet-a", "--assign-public-ip")
        assert last("diagnose", *task) == f"Next: skerry plan --from 'PATH' {' '.join(task)}"

    def test_proven_plan_names_its_terraform_with_the_same_preferences(self, last: Callable[..., str]) -> None:
        line = last("plan", "--ingress", "from-tasks", "--also", "sqs", "--least-privilege")
        assert line == (
            "Next: skerry plan --from 'PATH' --ingress from-tasks --also sqs --least-privilege --format terraform"
        )

    def test_unknown_diagnosis_asks_for_the_missing_answers(self, run: Skerry, tmp_path: Path) -> None:
        network = Network()
        network.definition(container())
        network.service()
        network.forget("RouteTables")
        (tmp_path / "a.json").write_bytes(network.document())
        line = run("diagnose", "--from", tmp_path / "a.json").out.splitlines()[-1]
        assert line == f"Next: skerry diagnose --from {tmp_path / 'a.json'}  # with the missing answers"

    def test_blocked_trace_names_the_explanation_of_its_code(self, last: Callable[..., str]) -> None:
        line = last("trace", "--subnet", "subnet-a", "--security-group", "sg-task", "--to", "logs")
        assert line == "Next: skerry explain NO_ROUTE_TO_DESTINATION"

    def test_explanation_names_diagnose(self, run: Skerry, last: Callable[..., str]) -> None:
        error = "CannotPullContainerError: dial tcp 52.217.233.242:443: i/o timeout"
        assert run("explain", error).out.splitlines()[-1] == "Next: skerry diagnose"
        assert last("explain", "--service", "web", error) == "Next: skerry diagnose --from 'PATH' --service web"

    def test_snapshot_names_the_diagnosis_of_it(self, run: Skerry, answers: Path, tmp_path: Path) -> None:
        found = run("snapshot", "--from", answers, "--output", tmp_path / "saved")
        assert found.out.splitlines()[-1] == f"Next: skerry diagnose --from {tmp_path / 'saved'}"
        assert "Next:" not in run("snapshot", "--from", answers, "--output", tmp_path / "saved", "--force", "-q").out

    def test_demo_names_how_to_keep_its_networks(self, run: Skerry) -> None:
        assert run("demo").out.splitlines()[-1] == "Next: skerry demo --save demo"

    @pytest.mark.parametrize("words", [("-q",), ("--format", "json")])
    def test_quiet_text_and_json_name_no_command(self, run: Skerry, answers: Path, words: tuple[str, ...]) -> None:
        assert "Next:" not in run("diagnose", "--from", answers, *words).out
