"""Apply and then undo is the identity on the account of every scenario."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skerry import app
from skerry.app.applying import opened_for
from skerry.apply import journal as journals
from skerry.apply.run import make_changes
from skerry.apply.steps import Tools
from skerry.apply.undo import losses_of, take_back
from skerry.aws.account_session import open_session
from skerry.aws.session import Account
from skerry.model.world import World
from skerry.plan.changes import Change, DeleteEndpoint, Manual
from skerry.plan.records import Plan
from skerry.plan.world_after import apply_changes
from tests.amount import some
from tests.apply.accounts import FAST, documents_of
from tests.crash.trials import ids_in, normal_documents
from tests.loading import account as load
from tests.loading import reasons

SCENARIOS = Path(__file__).parent.parent / "scenarios"
FOLDERS = sorted(path.parent for path in SCENARIOS.glob("*/network.json"))
SAMPLE = "s3-gateway-on-another-table"
BORROWED: dict[str, dict[str, Any]] = tomllib.loads((Path(load.__file__).parent / "borrowed.toml").read_text("utf-8"))
"""The reasons why a reading takes records from the documents, with the scenarios."""


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
        lost = [loss.change for loss in losses_of(tools)]
        undone = take_back(tools, lambda _: None)
        if undone.stopped is not None:
            yield f"undo stopped: {undone.stopped.reason}"
    former, present = (
        normal_documents(without_lost(rows, lost), existing) for rows in (before, documents_of(account.clients))
    )
    yield from (
        f"{key} differ after undo" for key in former.keys() | present.keys() if former.get(key) != present.get(key)
    )


def without_lost(documents: dict[str, list[str]], lost: list[Change]) -> dict[str, list[str]]:
    """Leave out what no undo restores, and the undo says so: deleted endpoints, with their interfaces and routes."""
    ids = {change.endpoint_id for change in lost if isinstance(change, DeleteEndpoint)}
    return {key: [text for row in rows for text in _without(row, ids)] for key, rows in documents.items()}


def _without(text: str, ids: set[str]) -> Iterator[str]:
    """Yield a document without the ids; not at all if it is about one of them."""
    if not ids:
        yield text
        return
    row = json.loads(text) if text.startswith('{"') else text
    if isinstance(row, dict):
        # The addresses of the interfaces are free again.
        row.pop("AvailableIpAddressCount", None)
        if "Routes" in row:
            row["Routes"] = [route for route in row["Routes"] if route.get("GatewayId") not in ids]
    left = json.dumps(row)
    if not any(name in left for name in ids):
        yield left


def differences_of(folder: Path, scratch: Path) -> list[str]:
    """Return the differences from the scenario, and those after an apply and its undo."""
    with load.load_scenario(folder, scratch / f"{folder.name}.json") as account:
        borrowed = sorted({row.reason for row in account.documents.borrowed})
        if borrowed != reasons_of(folder):
            return [f"borrows for {borrowed}"]
        if verdicts_of(account.read()) != verdicts_of(account.scenario):
            return [f"{verdicts_of(account.read())} instead of {verdicts_of(account.scenario)}"]
        return list(apply_and_undo(account, scratch / f"{folder.name}.journal"))


def reasons_of(folder: Path) -> list[str]:
    return [reason for reason, row in BORROWED.items() if folder.name in row["scenarios"]]


def test_reasons_of_borrowed_records_are_those_of_the_loader_with_existing_scenarios() -> None:
    assert {*BORROWED} == {value for name, value in vars(reasons).items() if name.isupper()}
    listed = [name for row in BORROWED.values() for name in row["scenarios"]]
    assert len(listed) <= 34
    assert {*listed} <= {folder.name for folder in FOLDERS}
    assert all(len({"missing", "documents"} & row.keys()) == 1 for row in BORROWED.values())


@pytest.mark.long
def test_apply_then_undo_is_the_identity_on_every_scenario(tmp_path: Path) -> None:
    different = {folder.name: differences_of(folder, tmp_path) for folder in some(FOLDERS, 29)}
    assert {name: rows for name, rows in different.items() if rows} == {}


def test_apply_then_undo_is_the_identity_on_a_scenario(tmp_path: Path) -> None:
    assert differences_of(SCENARIOS / SAMPLE, tmp_path) == []
