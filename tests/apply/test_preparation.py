"""A plan's JSON, checked against the embedded account that it was made for."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from skerry import app
from skerry.app.applying import ApplyTarget, Preparation, prepare_apply
from skerry.app.planning import scope_for
from skerry.apply.plan_file import PlanFile, decode_plan
from skerry.apply.preflight.results import refusals_of
from skerry.aws.session import Account
from skerry.errors import InputError
from skerry.plan.records import PlannedLaunch
from skerry.render.plan_json import encode_plan
from tests.apply.accounts import broken_account
from tests.faulty_accounts import REGION, nothing

ACCOUNT = Account(region=REGION)


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


@pytest.mark.long
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
