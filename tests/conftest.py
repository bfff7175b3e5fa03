"""Settings that all tests share."""

import gc
import importlib
import os
import pkgutil
import sys
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import botocore.loaders
import botocore.session
import pytest
from coverage import Coverage
from hypothesis import is_hypothesis_test, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

import skerry
from tests import laboratory, real_provider, terraforming

TESTS = Path(__file__).parent

# No deadlines: a slow machine is no failure. The same few examples everywhere; HYPOTHESIS_PROFILE=dev draws new ones.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, max_examples=25)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "ci")

# Looking for cycles took a sixth of the time: pytest and the modules are held to the end. The search is off until all
# tests are collected, leaves out what is there by then, and comes once for so many objects.
gc.disable()
OBJECTS_PER_SEARCH = 10_000

# What boto3 knows of the services is megabytes of JSON, which each of its sessions reads anew: here all read it once.
botocore.session.create_loader = cache(botocore.loaders.create_loader)

# Being traced takes half as long again, and what is told twice need not be counted twice: the first test what is left
# out of the coverage, the last reads the source, the others draw or walk many networks of which the coverage knows
# every line by then.
UNMEASURED = (
    *("apply", "aws", "bench", "browser", "cloudformation", "crash", "embedded", "fuzz", "lab", "loading", "places"),
    *("prove", "render", "reports", "sources", "terraform", "writing"),
    *("diagnose/test_forgetting.py", "plan/test_properties.py", "plan/test_quality.py", "policy/test_properties.py"),
    "model/test_unset.py",
)
# Files whose tests any process may run; those of every other file share what takes long to make: one process runs them.
# In their order these come last, so that no process is without work at the end.
SPREAD = (
    *("diagnose/test_forgetting.py", "policy/test_properties.py", "reach/test_walk.py", "sources/test_fuzz.py"),
    *("sources/test_live_resources.py", "sources/test_redaction.py", "test_architecture.py", "test_scenarios.py"),
)
# Tests of the lab wait most of their time: one process runs them, while the others work.
LAB = ("bench/test_faults_packets.py", "lab", "prove", "test_rehearse.py")


def is_one_of(path: Path, names: Iterable[str]) -> bool:
    """Whether a file of tests is one of these, or in one of these folders."""
    inside = path.relative_to(TESTS)
    return any(inside.is_relative_to(name) for name in names)


def is_in_measured_file(path: Path) -> bool:
    """Whether a file's tests are those of a core package's own folder."""
    return path.parent != TESTS and not is_one_of(path, UNMEASURED)


def is_measured(item: pytest.Item) -> bool:
    """Whether the coverage counts what a test runs: that of a core package's own folder, and no property test.

    The examples of a property test change with the code, and with them the lines that they reach.
    """
    return is_in_measured_file(item.path) and not is_property(item)


def is_property(item: pytest.Item) -> bool:
    """Whether hypothesis draws the examples of a test."""
    return isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: one of them waits for the lab."""
    return (os.cpu_count() or 1) + 1


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Shares out the tests file by file, so that one process makes what a file's tests share."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        # The files come in the order of the collection.
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of the tests that run in one process."""
        path = self.config.rootpath / nodeid.partition("::")[0]
        if is_one_of(path, SPREAD):
            return nodeid
        return "lab" if is_one_of(path, LAB) else str(path)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Return the scheduler of the processes. Marks for groups need node ids of a form that pytest does not have now."""
    return ByFile(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect the tests, unmeasured; where coverage is measured, once all of skerry is imported."""
    if Coverage.current():
        for module in pkgutil.walk_packages(skerry.__path__, "skerry."):
            importlib.import_module(module.name)
    with unmeasured():
        compile_in_turn(session.config)
        found = yield
        forget()
    gc.freeze()
    gc.set_threshold(OBJECTS_PER_SEARCH, 20, 10)
    gc.enable()
    return found


def compile_in_turn(config: pytest.Config) -> None:
    """Import the files of tests, in each process from another one on: pytest compiles each of them but once."""
    worker = getattr(config, "workerinput", None)
    if worker is None or config.args != config.getini("testpaths"):
        return
    files = sorted(TESTS.rglob("test_*.py"))
    first = len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for path in files[first:] + files[:first]:
        importlib.import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the lab first, then what is measured, so that measuring stops once; and last what any process may run."""
    sizes = Counter(item.path for item in items)
    items.sort(key=lambda item: (turn_of(item.path), -sizes[item.path]))


def turn_of(path: Path) -> int:
    """Return when a file's tests run."""
    if is_one_of(path, SPREAD):
        return 3
    if is_one_of(path, LAB):
        return 0
    return 1 if is_in_measured_file(path) else 2


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Stop measuring for a test that is not measured, its fixtures included."""
    if is_measured(item) or not Coverage.current():
        return (yield)
    with unmeasured():
        done = yield
        if nextitem is not None and is_measured(nextitem):
            forget()
    return done


@contextmanager
def unmeasured() -> Iterator[None]:
    """Stop measuring for a while, by all that measure: in the processes of xdist, the end of one resumes another."""
    stopped = []
    while coverage := Coverage.current():
        coverage.stop()
        stopped.append(coverage)
    try:
        yield
    finally:
        for coverage in reversed(stopped):
            coverage.start()


def forget() -> None:
    """Let go what skerry remembers: what was asked for while nothing was measured is to be asked for again."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "skerry":
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()


@pytest.fixture(scope="session")
def needs_lab() -> None:
    """For a test that needs a lab: it is skipped where there can be none; under ``CI=true`` it fails."""
    why_not = laboratory.why_not()
    if why_not is not None:
        if laboratory.is_failure():
            pytest.fail(why_not)
        pytest.skip(why_not)


@pytest.fixture(scope="session")
def needs_terraform() -> None:
    """For a test that runs Terraform's own binary: it is skipped where there is none."""
    why_not = terraforming.why_not()
    if why_not is not None:
        pytest.skip(why_not)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line each that tests of the lab and of Terraform were skipped, and why."""
    # The reason is the last of a report's three parts, after the file and the line.
    reasons = [str(report.longrepr[-1]) for report in terminalreporter.getreports("skipped")]
    for why in (laboratory.WHY, terraforming.WHY, real_provider.WHY):
        found = [reason.removeprefix("Skipped: ") for reason in reasons if why in reason]
        if found:
            terminalreporter.write_line(f"SKIPPED {len(found)} tests: {found[0]}", yellow=True)
