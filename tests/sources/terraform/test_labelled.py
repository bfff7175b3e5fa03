"""Labelled configurations: the verdict and all blockers are those that AWS's pages tell."""

import json
import os
from pathlib import Path

import pytest

from tests.sources.terraform.configurations import LABELLED, blockers_of, copy_labelled, diagnosis_of, resolve

NAMES = sorted(path.parent.name for path in LABELLED.glob("*/expected.json"))
SHORT = ("hub-without-way-back",)
PART = ("volume-in-default-group", "way-by-a-firewall", "schedule-in-isolated-subnets", "dns-firewall-blocks-aws")


def require_expected(name: str, folder: Path) -> None:
    expected = json.loads((LABELLED / name / "expected.json").read_text(encoding="utf-8"))
    written = resolve(copy_labelled(name, folder))
    diagnosis = diagnosis_of(written)
    assert (name, diagnosis.verdict) == (name, expected["verdict"])
    assert blockers_of(written, diagnosis) == {tuple(row) for row in expected["blockers"]}


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize("name", SHORT)
def test_verdict_and_blockers_are_as_labelled(tmp_path: Path, name: str) -> None:
    require_expected(name, tmp_path / "code")


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
def test_verdicts_and_blockers_of_all_labels_are_as_labelled(tmp_path: Path) -> None:
    for name in NAMES if os.environ.get("SKERRY_TEST_WHOLE") else PART:
        require_expected(name, tmp_path / name)
