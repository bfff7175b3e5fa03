"""Settings that all tests share."""

import os

import pytest
from hypothesis import settings

from tests import laboratory, terraforming

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
