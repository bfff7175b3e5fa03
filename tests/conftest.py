"""Settings that all tests share."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.loaders
import botocore.session
import pytest
from coverage import Coverage
from hypothesis import settings

from tests import laboratory, terraforming

# No deadlines: a slow machine is no failure. CI draws the same examples every time, and fewer; elsewhere they are new.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, max_examples=50)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))

# What boto3 knows of the services is megabytes of JSON, which each of its sessions reads anew: here all read it once.
botocore.session.create_loader = cache(botocore.loaders.create_loader)

# What these test is left out of the coverage, and being traced takes half as long again. So it is with the files of
# this folder, but for the scenarios. A folder that is not named here is measured.
UNMEASURED = ("aws", "bench", "embedded", "lab", "prove", "render", "sources")


def is_measured(path: Path) -> bool:
    """Whether the coverage counts what a test runs: that of a core package's own folder, and of the scenarios."""
    first, *inside = path.relative_to(Path(__file__).parent).parts
    return first not in UNMEASURED if inside else first == "test_scenarios.py"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Stop measuring for a test that is not measured, its fixtures included."""
    coverage = None if is_measured(item.path) else Coverage.current()
    if coverage:
        coverage.stop()
    try:
        return (yield)
    finally:
        if coverage:
            coverage.start()


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
    for why in (laboratory.WHY, terraforming.WHY):
        found = [reason.removeprefix("Skipped: ") for reason in reasons if why in reason]
        if found:
            terminalreporter.write_line(f"SKIPPED {len(found)} tests: {found[0]}", yellow=True)
