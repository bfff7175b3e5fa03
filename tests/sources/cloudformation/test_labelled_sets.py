"""Labelled sets of templates: nested, joined by exports, in loops, in assemblies, and with open values."""

from pathlib import Path

from skerry import app
from skerry.app.checking import CheckRequest, NamedPath
from skerry.diagnose.check_result import CheckedNetwork
from tests.sources.cloudformation.adverse_sets import ADVERSE
from tests.sources.cloudformation.further_sets import FURTHER
from tests.sources.cloudformation.labelled_sets import CASES, LabelledSet
from tests.sources.cloudformation.test_labelled_templates import blockers_of


def checked_set(folder: Path, case: LabelledSet) -> CheckedNetwork:
    """Return the network of a set, whose files are written to a folder."""
    for name, text in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    named = (word.rpartition("=") for word in case.inputs)
    inputs = tuple(NamedPath(folder / file, name or None) for name, _, file in named)
    request = CheckRequest(inputs, parameters=case.parameters, region=case.region, account="111122223333")
    result = app.check(request)
    assert not result.unreadable, [str(one.error) for one in result.unreadable]
    [network] = result.networks
    return network


def _answer(folder: Path, case: LabelledSet) -> tuple[str, list[list[str]]]:
    network = checked_set(folder, case)
    return str(network.diagnosis.verdict), blockers_of(network)


def test_sets_have_their_labelled_verdicts_and_blockers(tmp_path: Path) -> None:
    wrong = {}
    for name, case in (CASES | FURTHER | ADVERSE).items():
        verdict, blockers = _answer(tmp_path / name, case)
        if verdict != case.verdict or (case.blockers is not None and blockers != case.blockers):
            wrong[name] = verdict, blockers
    assert wrong == {}
