"""Running skerry's command line in the process of a test."""

import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from skerry import cli

BLOCKED, USAGE, FAULT, UNKNOWN, INTERRUPTED = 1, 2, 3, 4, 130


class Run(NamedTuple):
    """What a run of skerry left behind."""

    code: int
    out: str
    err: str


class Skerry:
    """Runs skerry with its whole way from the arguments to the exit code."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        # Each message on one line.
        monkeypatch.setenv("COLUMNS", "1000")
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Run:
        self._monkeypatch.setattr(sys, "argv", ["skerry", *map(str, arguments)])
        code: Any = 0
        try:
            cli.main()
        except SystemExit as leaving:
            code = leaving.code or 0
        assert isinstance(code, int)
        return Run(code, *self._capsys.readouterr())


def complaint(found: Run, code: int = USAGE) -> str:
    """The one clear line, and perhaps what to do, that an error is told with."""
    assert found.code == code
    assert found.out == ""
    assert "Traceback" not in found.err
    lines = found.err.splitlines()
    assert len(lines) <= 2
    assert lines[0].startswith("skerry: ")
    assert all(line.startswith("  ") for line in lines[1:])
    return lines[0].removeprefix("skerry: ")


def without_account(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Hide whatever account the machine of the test has."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
