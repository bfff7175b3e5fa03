"""Networks of which only names are subtle are answered as AWS's pages have them.

The first runs, before anything was changed for a kind of these, had 28 of 31 right, and of a second set 17 of 18,
verdicts and steps; in each set one of the others was a network that did not have what its label says.
"""

from skerry import app
from skerry.verdicts import NOT_APPLICABLE, OK
from tests.diagnose.labelled_names import CASES, NamedCase


def answer_of(case: NamedCase) -> tuple[str, frozenset[str]]:
    """Return the verdict and the steps that are not ok."""
    diagnosis = app.diagnose(case.make().world())
    rows = [need for service in diagnosis.services for need in service.needs]
    steps = frozenset(row.need.step for row in rows if row.verdict not in {OK, NOT_APPLICABLE})
    return str(diagnosis.verdict), steps


def test_networks_with_subtle_names_are_answered_as_labelled() -> None:
    wrong = {name: found for name, case in CASES.items() if (found := answer_of(case)) != (case.verdict, case.not_ok)}
    assert wrong == {}


def test_each_label_has_a_page_of_aws() -> None:
    assert [name for name, case in CASES.items() if not case.source.startswith("https://docs.aws.amazon.com/")] == []
    assert len(CASES) > 30
