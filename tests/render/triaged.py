"""Results whose problems are sorted, for tests of formats."""

import datetime as dt
from collections.abc import Iterable

from skerry.app.triaging import load_rules
from skerry.diagnose.check_result import CheckedNetwork, CheckResult
from skerry.model.origins import Origin
from skerry.problems.listing import list_problems
from skerry.problems.records import Acceptance, CodePlace, ListedNetwork, Problem, Triage, TriagedResult
from skerry.problems.triage import TriageRules, triage
from tests.networks import Network
from tests.render.networks import diagnosed

TODAY = dt.date(2026, 11, 29)
INPUT = CodePlace("network.json")


def locate(origin: Origin | None) -> CodePlace | None:
    """Place everything on one line of code."""
    return None if origin is None else CodePlace("infra/main.tf", 7, 3)


def triaged(network: Network, *acceptances: Acceptance) -> TriagedResult:
    """Diagnose a network, and sort its problems."""
    world = network.world()
    diagnosis = diagnosed(world)
    checked = CheckedNetwork(world, diagnosis)
    listed = ListedNetwork(diagnosis, list_problems(checked, locate))
    result = CheckResult((), (checked,))
    return TriagedResult(
        result,
        triage([listed], TriageRules(TODAY, acceptances)),
        load_rules(),
        INPUT,
        {CodePlace("infra/main.tf", 7, 3): "  x {"},
        version="1.2.3",
    )


def with_problems(problems: Iterable[Problem], place: CodePlace | None = INPUT) -> TriagedResult:
    """Return a result of these problems, without a network."""
    rows = tuple(problems)
    return TriagedResult(CheckResult((), ()), Triage("blocked", rows), load_rules(), place, version="1.2.3")  # type: ignore[arg-type]
