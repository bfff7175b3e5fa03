"""Kept plans and states: the verdicts, blockers and breaks are those that AWS's pages tell."""

import os
import shutil
from pathlib import Path

import pytest

from tests.sources.terraform.configurations import initialise, stand_in
from tests.sources.terraform.unseen.make import add_common
from tests.sources.terraform.unseen_runs import UNSEEN, differences, runs, unpack

SHORT = ("first-isolated", "services-of-states")
PART = ("module-style", "two-accounts")


def messages_of(names: tuple[str, ...] | None, place: Path) -> list[str]:
    """The differences of all runs without code."""
    rows = [run for run in runs() if not run.has_code and (names is None or run.folder in names)]
    for folder in {run.folder for run in rows}:
        (place / folder).mkdir()
        unpack(UNSEEN / folder, place / folder)
    assert rows
    return [text for run in rows for text in differences(run, place / run.folder)]


def test_kept_plans_have_their_labels(tmp_path: Path) -> None:
    assert messages_of(SHORT, tmp_path) == []


@pytest.mark.long
def test_all_kept_plans_have_their_labels(tmp_path: Path) -> None:
    assert messages_of(None, tmp_path) == []


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
def test_code_has_its_labels(tmp_path: Path) -> None:
    texts = []
    for number, run in enumerate(runs()):
        if not run.has_code or not (os.environ.get("SKERRY_TEST_WHOLE") or run.folder in PART):
            continue
        place, code = tmp_path / f"files{number}", tmp_path / f"code{number}"
        place.mkdir()
        unpack(UNSEEN / run.folder, place)
        shutil.copytree(UNSEEN / run.folder, code)
        add_common(UNSEEN / run.folder, code)
        initialise(code)
        with stand_in():
            texts += list(differences(run, place, code))
    assert texts == []
