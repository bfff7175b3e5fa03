"""A baseline names earlier problems by their fingerprints; other files are refused."""

import os
from pathlib import Path

import pytest

from skerry.errors import InputError
from skerry.settings.baseline import read_baseline


def read(folder: Path, text: str) -> frozenset[str]:
    path = folder / "baseline.json"
    path.write_text(text, encoding="utf-8")
    return read_baseline(path)


def test_baseline_gives_its_fingerprints(tmp_path: Path) -> None:
    row = '{"fingerprint": "0123456789abcdef", "rule": "X", "resource": "rtb-1", "message": "no route"}'
    assert read(tmp_path, f'{{"version": 1, "problems": [{row}]}}') == {"0123456789abcdef"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            '{"version": 2, "problems": [{}]}',
            "baseline.json is a baseline of version 2, and this",
        ),
        ("[]", "baseline.json is no baseline"),
        ('{"version": 1}', "baseline.json is no baseline"),
        ('{"version": 1, "problems": [{"rule": "X"}]}', "baseline.json is no baseline"),
        ("nothing", "baseline.json is no baseline"),
        ('{"version": 1, "problems": ' + "[" * 10_000, "baseline.json is no baseline"),
    ],
    ids=["later version", "list", "no problems", "no fingerprint", "no JSON", "deep"],
)
def test_other_files_are_refused(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        read(tmp_path, text)
    assert refusal.value.what.startswith(complaint)


def test_pipe_is_no_baseline_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(InputError, match=r"the baseline pipe\.json is no file"):
        read_baseline(tmp_path / "pipe.json")


def test_missing_and_huge_baselines_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read the baseline other\.json: No such file"):
        read_baseline(tmp_path / "other.json")
    with (tmp_path / "huge.json").open("wb") as huge:
        huge.truncate((64 << 20) + 1)
    with pytest.raises(InputError, match="too large"):
        read_baseline(tmp_path / "huge.json")
