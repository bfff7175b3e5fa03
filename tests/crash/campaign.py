"""A campaign of trials on one account: each ends with the account as it was, so that the next one can begin."""

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from skerry.apply import journal as journals
from skerry.apply.journal_entries import VERSION, Opened, RecordedChange
from skerry.embedded.fault_injection import Faults
from skerry.embedded.http_server import serve_over_http
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.embedded.settings import Settings
from tests.apply.accounts import documents_of
from tests.apply.every_change import build_network, changes_of
from tests.crash import processes, trials
from tests.crash.trials import MOMENTS, REGION, Kill

Documents = dict[str, list[str]]


class Points(NamedTuple):
    """The number of lines and of calls of a whole apply and of a whole undo."""

    apply_lines: int
    apply_calls: int
    undo_lines: int
    undo_calls: int


class Trial(NamedTuple):
    """A kill of the apply, and one of the undo; without ``resume`` the undo follows the kill at once."""

    apply: Kill
    undo: Kill
    resume: bool
    seed: int


class Campaign:
    """An account with its former and planned documents."""

    def __init__(self, folder: Path, faults: Faults, settings: Settings) -> None:
        self._folder = folder
        self._faults = faults
        self._settings = settings
        self._clients = trials.clients_of_account()
        self._session = trials.session_without_retries()
        self._changes = changes_of(build_network(self._clients))
        self.former = self._documents()
        self._existing = trials.ids_in(self.former)
        self._count = 0
        self.planned, self.points = self._measure()

    def try_one(self, trial: Trial) -> None:
        """Kill an apply and an undo. Raises `AssertionError` unless the account is as planned, and as before."""
        chance = random.Random(trial.seed)  # noqa: S311 -- a trial can be repeated
        path = self._journal()
        self._faults.rules = trials.random_faults(chance)
        trials.set_random_delays(self._settings, chance)
        trials.run_killed(path, "apply", self._session, trial.apply)
        if trial.resume:
            trials.run_to_the_end(path, "apply", self._session, self._faults)
            self._compare(self.planned, f"the planned documents after {trial}")
        self._faults.rules = trials.random_faults(chance)
        trials.run_killed(path, "undo", self._session, trial.undo)
        trials.run_to_the_end(path, "undo", self._session, self._faults)
        self._compare(trials.normal_documents(self.former, self._existing), f"the former documents after {trial}")
        path.unlink()

    def try_process(self, seed: int) -> int:
        """Kill a process at a random instant of an apply, and another one of an undo; the number of killed ones."""
        chance = random.Random(seed)  # noqa: S311
        path = self._journal()
        count = 0
        directions: tuple[trials.Direction, ...] = ("apply", "undo")
        for direction in directions:
            wanted = self.planned if direction == "apply" else None
            self._faults.rules = trials.random_faults(chance)
            trials.set_random_delays(self._settings, chance)
            count += processes.kill_at_random(path, direction, chance)
            trials.run_to_the_end(path, direction, self._session, self._faults)
            former = trials.normal_documents(self.former, self._existing)
            self._compare(wanted or former, f"the documents after the {direction} of seed {seed}")
        return count

    def _compare(self, wanted: Documents, what: str) -> None:
        present = self._normal()
        for key in sorted(wanted.keys() | present.keys()):
            missing = [row for row in wanted.get(key, []) if row not in present.get(key, [])]
            more = [row for row in present.get(key, []) if row not in wanted.get(key, [])]
            if wanted.get(key) != present.get(key):
                message = f"{key} are not {what}: missing {missing}, in addition {more}"
                raise AssertionError(message)

    def _measure(self) -> tuple[Documents, Points]:
        path = self._journal()
        with trials.killed(None) as apply:
            self._whole(path, "apply")
        planned = self._normal()
        with trials.killed(None) as undo:
            self._whole(path, "undo")
        self._compare(trials.normal_documents(self.former, self._existing), "the former documents")
        return planned, Points(apply.lines, apply.calls, undo.lines, undo.calls)

    def _whole(self, path: Path, direction: trials.Direction) -> None:
        result = trials.go_on(path, direction, self._session)
        assert result.stopped is None, result.stopped

    def _documents(self) -> Documents:
        self._faults.rules = ()
        for _ in range(2 * trials.LONGEST_DELAY):
            # All states of endpoints and NAT gateways come to their ends.
            self._clients("ec2").describe_vpc_endpoints()
            self._clients("ec2").describe_nat_gateways()
        return documents_of(self._clients)

    def _normal(self) -> Documents:
        return trials.normal_documents(self._documents(), self._existing)

    def _journal(self) -> Path:
        self._count += 1
        path = self._folder / f"{self._count}.journal"
        changes = tuple(RecordedChange(change, "safe", "name", "for a test") for change in self._changes)
        session = self._session
        lists = {"pl-new-dynamodb": f"com.amazonaws.{REGION}.dynamodb"}
        opened = Opened(
            VERSION, "0", journals.new_name(), session.account, REGION, session.caller, "", ("web",), changes, lists
        )
        with journals.create_journal(path, opened):
            return path


MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder in memory, where a sync costs nothing


@contextmanager
def open_campaign() -> Iterator[Campaign]:
    """An account in the embedded AWS for trials."""
    faults, settings = Faults(), Settings()
    with temporary_folder() as folder, run_embedded_aws(REGION, faults, settings):
        yield Campaign(folder, faults, settings)


@contextmanager
def open_served_campaign() -> Iterator[Campaign]:
    """An account behind HTTP, which processes of their own change."""
    faults, settings = Faults(), Settings()
    with temporary_folder() as folder, serve_over_http(REGION, faults, settings=settings):
        yield Campaign(folder, faults, settings)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for journals."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def choose_trials(points: Points, count: int, seed: int = 0) -> Iterator[Trial]:
    """So many trials: first the kills at lines and calls in even steps, in both directions at once."""
    every = [Kill(moment, n) for moment in MOMENTS for n in range(_most(points, "apply", moment))]
    back = [Kill(moment, n) for moment in MOMENTS for n in range(_most(points, "undo", moment))]
    chance = random.Random(seed)  # noqa: S311
    chance.shuffle(every)
    chance.shuffle(back)
    for number in range(count):
        yield Trial(every[number % len(every)], back[number % len(back)], number % 4 != 3, seed * 100_000 + number)


def _most(points: Points, direction: trials.Direction, moment: trials.Moment) -> int:
    if direction == "apply":
        return points.apply_lines if moment.endswith("line") else points.apply_calls
    return points.undo_lines if moment.endswith("line") else points.undo_calls
