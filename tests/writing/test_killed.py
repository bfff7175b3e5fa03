"""Snapshots of runs that are killed with SIGKILL: nothing, the old or the new one, and no draft after the next run."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.amount import WHOLE, amount
from tests.networks import Network
from tests.writing.killing import Order, Seen

ROOT = Path(__file__).parents[2]
NOBODY = 65534
USERS = [0, NOBODY] if os.geteuid() == 0 else [os.geteuid()]
FEW, MANY = 12, amount(200, 25)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def killed(folder: Path, kills: int, user: int, *, exchange: bool, name: str = "out") -> Seen:
    """What so many kills left; raises where one of them left a half."""
    place = folder / "place"
    place.mkdir()
    os.chown(place, user, -1)
    for source, subnet in (("old", "subnet-old"), ("new", "subnet-new")):
        network = Network()
        network.subnet(subnet, "10.0.9.0/24", "eu-west-1c")
        (folder / source).mkdir()
        for key, rows in network.rows.items():
            (folder / source / f"{key}.json").write_text(json.dumps({key: rows}), encoding="utf-8")
    order = Order(str(place), str(folder / "old"), str(folder / "new"), kills, 7, user, exchange, name)
    command = [sys.executable, "-m", "tests.writing.killing", json.dumps(order._asdict())]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Seen(**json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("name", ["out", "out.json"])
def test_few_killed_runs_leave_no_partial_snapshot(folder: Path, name: str) -> None:
    assert killed(folder, FEW, USERS[-1], exchange=True, name=name).killed > 0


@pytest.mark.long
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "two steps"])
def test_many_killed_runs_leave_no_partial_snapshot_folder(folder: Path, user: int, *, exchange: bool) -> None:
    seen = killed(folder, MANY, user, exchange=exchange)
    assert seen.killed > 0
    if WHOLE:
        assert min(seen.nothing, seen.old, seen.new, seen.drafts) > 0


@pytest.mark.long
@pytest.mark.parametrize("user", USERS)
def test_many_killed_runs_leave_no_partial_snapshot_file(folder: Path, user: int) -> None:
    seen = killed(folder, MANY, user, exchange=True, name="out.json")
    assert seen.killed > 0
    if WHOLE:
        assert min(seen.nothing, seen.old, seen.new) > 0
