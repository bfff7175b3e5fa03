"""A plan's JSON, checked against the embedded account that it was made for."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from skerry import app
from skerry.app.applying import (
    ApplyTarget,
    Preparation,
    hold_vpcs,
    opened_for,
    prepare_apply,
    start_apply,
)
from skerry.app.planning import scope_for
from skerry.app.resuming import resume_apply
from skerry.app.undoing import UndoPlan, undo
from skerry.apply.plan_file import PlanFile, decode_plan
from skerry.apply.preflight.lock import LockHeldError
from skerry.apply.preflight.results import refusals_of
from skerry.aws.session import Account
from skerry.errors import InputError, SkerryError
from skerry.plan.records import PlannedLaunch
from skerry.render.plan_json import encode_plan
from skerry.verdicts import OK
from tests.apply.accounts import FAST, broken_account
from tests.faulty_accounts import REGION, nothing

ACCOUNT = Account(region=REGION)

pytestmark = pytest.mark.long  # the account is built and read twice


class Prepared(NamedTuple):
    """A plan's file with another service in it, and the account that it was made of, read again."""

    file: PlanFile
    preparation: Preparation


@pytest.fixture(scope="module")
def prepared() -> Iterator[Prepared]:
    with broken_account(nothing) as account:
        world = account.world
        plan = app.plan(world, options=app.plan_options(world, also=["sqs"]))
        file = decode_plan(encode_plan(world, plan).encode(), "plan.json")
        yield Prepared(file, prepare_apply(ACCOUNT, ApplyTarget(), file))


def codes(preparation: Preparation) -> set[str]:
    return {refusal.code for refusal in refusals_of(preparation.check())}


def test_plan_of_the_account_as_it_is_has_no_refusal(prepared: Prepared) -> None:
    assert prepared.file.plan.also == (f"com.amazonaws.{REGION}.sqs",)
    assert prepared.file.plan.launches == (PlannedLaunch("web", "article"),)
    assert codes(prepared.preparation) == set()


def test_plan_without_its_other_services_is_not_the_one_that_was_proven(prepared: Prepared) -> None:
    preparation = prepared.preparation
    fewer = replace(preparation, scope=scope_for(preparation.world, preparation.scope.launches))
    assert codes(fewer) == {"OBJECT_DIFFERS"}


@pytest.mark.parametrize("launches", [(), (PlannedLaunch("web", "other"),)], ids=["none", "other cluster"])
def test_plan_for_other_launches_is_refused(prepared: Prepared, launches: tuple[PlannedLaunch, ...]) -> None:
    plan = replace(prepared.file.plan, launches=launches)
    with pytest.raises(InputError, match=r"the plan is for (web in other|no launch), and nothing in the account"):
        prepare_apply(ACCOUNT, ApplyTarget(), replace(prepared.file, plan=plan))


def test_plan_file_keeps_the_changes_and_the_proof(prepared: Prepared) -> None:
    world = prepared.preparation.world
    plan = app.plan(world)
    again = decode_plan(encode_plan(world, plan).encode(), "plan.json")
    assert (again.account, again.region) == (world.account, world.region)
    assert [row.change for row in again.plan.changes] == [row.change for row in plan.changes]
    assert (again.plan.fingerprint, again.plan.launches) == (plan.fingerprint, plan.launches)


def test_account_that_was_read_hours_ago_is_not_changed(prepared: Prepared, tmp_path: Path) -> None:
    for hours in (2, -2):  # also after a jump of the clock
        stale = replace(prepared.preparation, read_at=time.time() - hours * 3600)
        with pytest.raises(SkerryError, match="the account was read 120 minutes ago"):
            start_apply(stale, tmp_path / "journal")
    assert list(tmp_path.iterdir()) == []


def test_second_apply_of_a_vpc_is_refused_before_its_journal(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    preparation = prepared.preparation
    opened = opened_for(preparation.session, preparation.world, preparation.plan)
    assert len(opened.vpcs) == 1
    with hold_vpcs(opened, tmp_path / "first"), pytest.raises(LockHeldError, match=r"with the journal .*first"):
        start_apply(preparation, tmp_path / "second")
    assert not (tmp_path / "second").exists()


def test_user_without_a_home_folder_locks_next_to_the_journal(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    preparation = prepared.preparation
    with hold_vpcs(opened_for(preparation.session, preparation.world, preparation.plan), tmp_path / "journal"):
        assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


def test_changes_are_reported_though_the_account_cannot_be_read_back(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The credentials expire after the last step; later the rest is done."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "journal"

    def expired(*_: object) -> None:
        raise SkerryError("the credentials have expired (ExpiredToken)", "Log in again.")

    with monkeypatch.context() as patch:
        patch.setattr("skerry.app.applying.read_account", expired)
        applied = start_apply(prepared.preparation, path, timing=FAST)
    assert (applied.run.stopped, applied.diagnosis) == (None, None)
    assert applied.unread == "the credentials have expired (ExpiredToken). Log in again."
    assert len(applied.run.steps) == len(prepared.preparation.plan.changes)
    again = resume_apply(ACCOUNT, path, timing=FAST)
    assert again is not None
    assert again.diagnosis is not None
    assert again.diagnosis.verdict is OK
    asked: list[UndoPlan] = []

    def agree(planned: UndoPlan) -> bool:
        asked.append(planned)
        return True

    undone = undo(ACCOUNT, path, agree, timing=FAST)
    assert undone is not None
    assert undone.run.stopped is None
    [planned] = asked
    assert planned.is_disruptive
    assert {broken.clients for broken in planned.effects.breaks} == {("web",)}
    assert planned.managed == ()
