"""Apply and then undo is the identity on the account of every scenario that the embedded AWS can have."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from skerry import app
from skerry.app.applying import opened_for
from skerry.apply import journal as journals
from skerry.apply.run import make_changes
from skerry.apply.steps import Tools
from skerry.apply.undo import take_back
from skerry.aws.account_session import open_session
from skerry.aws.session import Account
from skerry.model.world import World
from skerry.plan.changes import Manual
from skerry.plan.records import Plan
from skerry.plan.world_after import apply_changes
from tests.amount import some
from tests.apply.accounts import FAST, documents_of
from tests.crash.trials import ids_in, normal_documents
from tests.loading import account as load
from tests.loading.documents import NotLoadableError

SCENARIOS = Path(__file__).parent.parent / "scenarios"
FOLDERS = sorted(path.parent for path in SCENARIOS.glob("*/network.json"))
SAMPLE = "s3-gateway-on-another-table"
OTHER_VERDICT = "another verdict in the account"
NOT_LOADED: dict[str, list[str]] = tomllib.loads((Path(load.__file__).parent / "not_loaded.toml").read_text("utf-8"))
"""The scenarios that the embedded AWS cannot have, by the reason. The list may only become shorter."""


def verdicts_of(world: World) -> dict[str, str]:
    return {f"{row.launch.cluster} {row.launch.name}": str(row.verdict) for row in app.diagnose(world).services}


def planned_verdicts_of(world: World, plan: Plan) -> dict[str, str]:
    """The verdicts after the changes that an apply makes itself."""
    made = [row.change for row in plan.changes if row.disposition != "manual" and not isinstance(row.change, Manual)]
    return verdicts_of(apply_changes(world, made))


def apply_and_undo(account: load.LoadedAccount, scratch: Path) -> Iterator[str]:
    """Apply the plan of an account and take it back; yield every difference."""
    world = account.read()
    plan = app.plan(world)
    before = documents_of(account.clients)
    existing = ids_in(before)
    session = open_session(Account(region=account.documents.region))
    with journals.create_journal(scratch, opened_for(session, world, plan)) as journal:
        tools = Tools(session, journal, FAST, lambda _: None)
        run = make_changes(tools, lambda _: None)
        if run.stopped is not None:
            yield f"stopped: {run.stopped.reason}"
        elif verdicts_of(account.read()) != planned_verdicts_of(world, plan):
            yield f"applied as {verdicts_of(account.read())} instead of {planned_verdicts_of(world, plan)}"
        undone = take_back(tools, lambda _: None)
        if undone.stopped is not None:
            yield f"undo stopped: {undone.stopped.reason}"
    former, present = (normal_documents(rows, existing) for rows in (before, documents_of(account.clients)))
    yield from (
        f"{key} differ after undo" for key in former.keys() | present.keys() if former.get(key) != present.get(key)
    )


def differences_of(folder: Path, scratch: Path) -> list[str]:
    """Return the differences after an apply and its undo. Raises `NotLoadableError` if nothing could be applied."""
    with load.load_scenario(folder, scratch / f"{folder.name}.json") as account:
        if verdicts_of(account.read()) != verdicts_of(account.scenario):
            raise NotLoadableError(OTHER_VERDICT)
        return list(apply_and_undo(account, scratch / f"{folder.name}.journal"))


def reason_of(folder: Path) -> str | None:
    return next((reason for reason, names in NOT_LOADED.items() if folder.name in names), None)


LOADED = [folder for folder in FOLDERS if reason_of(folder) is None]


def test_most_scenarios_are_loaded() -> None:
    assert len(LOADED) >= 114
    listed = [name for names in NOT_LOADED.values() for name in names]
    assert sorted(listed) == sorted({*listed} & {folder.name for folder in FOLDERS})


@pytest.mark.long
def test_apply_then_undo_is_the_identity_on_every_loadable_scenario(tmp_path: Path) -> None:
    different = {folder.name: differences_of(folder, tmp_path) for folder in some(LOADED, 29)}
    assert {name: rows for name, rows in different.items() if rows} == {}


@pytest.mark.long
def test_scenarios_that_are_not_loaded_still_cannot_be(tmp_path: Path) -> None:
    reasons = {}
    for folder in some([folder for folder in FOLDERS if reason_of(folder)], 10):
        with pytest.raises(NotLoadableError) as caught:
            differences_of(folder, tmp_path)
        reasons[folder.name] = str(caught.value)
    assert reasons == {name: reason_of(SCENARIOS / name) for name in reasons}


def test_apply_then_undo_is_the_identity_on_a_scenario(tmp_path: Path) -> None:
    assert differences_of(SCENARIOS / SAMPLE, tmp_path) == []
