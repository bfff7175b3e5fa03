"""Settings that all tests share."""

import os

import pytest
from hypothesis import settings

from tests import laboratory

# No deadlines: a slow machine is no failure. CI draws the same examples every time; elsewhere they are new.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(scope="session")
def needs_lab() -> None:
    """For a test that needs a lab: it is skipped where there can be none; under ``CI=true`` it fails."""
    why_not = laboratory.why_not()
    if why_not is not None:
        if laboratory.is_failure():
            pytest.fail(why_not)
        pytest.skip(why_not)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line that tests of the lab were skipped, and why."""
    # The reason is the last of a report's three parts, after the file and the line.
    reasons = [str(report.longrepr[-1]) for report in terminalreporter.getreports("skipped")]
    found = [reason.removeprefix("Skipped: ") for reason in reasons if laboratory.WHY in reason]
    if found:
        terminalreporter.write_line(f"SKIPPED {len(found)} tests: {found[0]}", yellow=True)
