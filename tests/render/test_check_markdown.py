"""The Markdown of a check: one comment for all networks, with what breaks and what is accepted."""

import datetime as dt

import msgspec
import pytest

from skerry.diagnose.breakage import BrokenService, BrokenStep
from skerry.diagnose.check_result import CheckedNetwork, CheckResult
from skerry.model.planned_actions import PlannedAction
from skerry.problems.records import Acceptance, CodePlace, Problem
from skerry.render.check_markdown import write_markdown
from skerry.render.report.markdown import MOST_BYTES
from skerry.render.view import View
from skerry.verdicts import BLOCKED, OK
from tests.networks import Network, container
from tests.render.triaged import triaged

RULE = "NO_ROUTE_TO_DESTINATION"
HOSTILE = "`x` <script>alert(1)</script> @everyone [x](javascript:y) | \n## y"
HERE = CodePlace("skerry.toml", 3)


@pytest.fixture
def network() -> Network:
    """An isolated subnet with the service ``web``."""
    network = Network()
    network.definition(container())
    network.service()
    return network


def test_network_is_a_report_without_a_plan(network: Network) -> None:
    written = write_markdown(triaged(network), View())
    assert written.text.startswith("## ✕ web cannot start\n")
    assert "| 3 | registry-auth | Amazon ECR API | ✕ blocked | A |" in written.text
    assert "Accepted" not in written.text
    assert written.left_out == ()


def test_accepted_problems_stand_with_reason_and_last_day(network: Network) -> None:
    accepted = Acceptance(RULE, "moves in January", HERE, until=dt.date(2027, 1, 31))
    unused = Acceptance("endpoint-wide-policy", "x", CodePlace("skerry.toml", 9))
    text = write_markdown(triaged(network, accepted, unused), View()).text
    assert text.startswith("**ok without what is accepted**\n")
    assert f"- `{RULE}` `rtb-main` until 2027-01-31: moves in January\n" in text
    assert "- `skerry.toml:9`: no problem is accepted by `endpoint-wide-policy` here\n" in text


def test_acceptance_that_is_over_and_baseline_are_named(network: Network) -> None:
    result = triaged(network, Acceptance(RULE, "x", HERE, until=dt.date(2026, 1, 1)))
    row = Problem("cause", RULE, "error", (), "rtb-1", "rtb-1")
    triage = msgspec.structs.replace(result.triage, in_baseline=(row,), fixed=2)
    text = write_markdown(msgspec.structs.replace(result, triage=triage), View()).text
    assert f"- `skerry.toml:3`: {RULE.replace('_', chr(92) + '_')} was accepted until 2026-01-01" in text
    assert "- 1 problem of the baseline\n- 2 problems of the baseline are gone: write it again\n" in text


def test_service_that_the_change_breaks_comes_first_with_the_actions(network: Network) -> None:
    result = triaged(network)
    step = BrokenStep("layers", "Amazon S3", "start", OK, BLOCKED)
    actions = (PlannedAction(f"aws_nat_gateway.{HOSTILE}", "deleted"),)
    breaks = tuple(BrokenService(f"web{n}", "demo", OK, BLOCKED, (step,), actions) for n in range(12))
    [checked] = result.result.networks
    broken = CheckResult((), (CheckedNetwork(checked.world, checked.diagnosis, breaks),))
    text = write_markdown(msgspec.structs.replace(result, result=broken), View()).text
    assert text.startswith("## ✕ the change breaks 12 services\n\n- `web0` at layers, because of ``aws_nat_gateway.")
    assert "- and 2 more\n" in text
    assert "\n## y" not in text


def test_many_networks_and_problems_fit_one_comment_and_what_is_left_out_is_said(network: Network) -> None:
    for number in range(12):
        network.group(f"sg-{number}", outbound=[])
        network.service(f"svc-{number}-{'y' * 2_000}", groups=[f"sg-{number}"])
    result = triaged(network)
    [checked] = result.result.networks
    accepted = tuple(Acceptance(RULE, HOSTILE * 100, HERE, f"{HOSTILE}{number}") for number in range(100))
    rows = tuple(
        msgspec.structs.replace(result.triage.problems[0], name=HOSTILE * 100, messages=(str(number),))
        for number in range(10_000)
    )
    triage = msgspec.structs.replace(result.triage, problems=rows, unused=accepted)
    crowd = msgspec.structs.replace(result, triage=triage, result=CheckResult((), (checked,) * 3))
    written = write_markdown(crowd, View())
    assert MOST_BYTES / 3 < len(written.text) < 65_536
    assert written.left_out
    assert all(note.startswith("left out, as GitHub takes no longer comments: ") for note in written.left_out)
    assert "Left out, as GitHub takes no longer comments: " in written.text
    assert "- and 90 more\n" in written.text
