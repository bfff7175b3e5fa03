"""An apply and its undo by a caller of limited permissions: the printed policies suffice, and nothing less does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from skerry import app
from skerry.app.applying import ApplyTarget
from skerry.app.undoing import UndoPlan, undo
from skerry.apply.api_actions import CHANGING_ACTIONS
from skerry.apply.preflight.account_reads import read_for_checks
from skerry.apply.preflight.check import PlanToApply
from skerry.apply.preflight.results import ApplyRefusal, CheckResult
from skerry.apply.waiting import Timing
from skerry.aws.account_session import open_session
from skerry.aws.session import Account
from skerry.plan.records import Plan
from skerry.plan.scope import Scope
from skerry.render.iam_policy import change_statement, write_policy
from skerry.sources.live import ReadScope
from skerry.verdicts import OK
from tests.apply.accounts import FAST, BrokenAccount, broken_account
from tests.faulty_accounts import REGION, nothing

ACCOUNT = Account(region=REGION)
LATER = ("ec2:AuthorizeSecurityGroupIngress", "ec2:CreateTags")


def policy_of(command: str) -> dict[str, Any]:
    """The policy that ``skerry iam-policy`` prints."""
    reads = {call.action for call in ReadScope(planning=True).may_call} | CHANGING_ACTIONS[command].reads
    statements = [change_statement(*row) for row in CHANGING_ACTIONS[command].statements]
    policy: dict[str, Any] = json.loads(write_policy(reads, statements))
    return policy


@contextmanager
def caller_with(account: BrokenAccount, policy: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make all new clients those of an IAM user with one policy."""
    iam = account.clients("iam")
    iam.create_user(UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=json.dumps(policy))
    keys = iam.create_access_key(UserName="ann")["AccessKey"]
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
        patch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
        yield
    iam.delete_access_key(UserName="ann", AccessKeyId=keys["AccessKeyId"])
    iam.delete_user_policy(UserName="ann", PolicyName="own")
    iam.delete_user(UserName="ann")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokenAccount]:
    with pytest.MonkeyPatch.context() as patch, broken_account(nothing) as account:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield account


def permissions(account: BrokenAccount, plan: Plan) -> tuple[CheckResult, ...]:
    session = open_session(ACCOUNT)
    given = PlanToApply(session.account, session.region, plan.changes, plan.fingerprint)
    return read_for_checks(session, given, account.world, Scope(())).permissions


def denied(results: tuple[CheckResult, ...]) -> set[str]:
    return {result.message for result in results if isinstance(result, ApplyRefusal)}


def without(policy: dict[str, Any], action: str) -> dict[str, Any]:
    statements = [row | {"Action": [name for name in row["Action"] if name != action]} for row in policy["Statement"]]
    return policy | {"Statement": [row for row in statements if row["Action"]]}


def test_printed_policy_of_apply_leaves_no_permission_denied_or_unknown(
    broken: BrokenAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    with caller_with(broken, policy_of("apply"), monkeypatch):
        results = permissions(broken, broken.plan)
    assert {result.code for result in results} == {"PERMISSION_BY_POLICIES"}


@pytest.mark.parametrize(
    "action", ["ec2:CreateVpcEndpoint", *(pytest.param(name, marks=pytest.mark.long) for name in LATER)]
)
def test_missing_action_is_named_before_anything_is_made(
    action: str, broken: BrokenAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = broken.clients("ec2").describe_security_groups()["SecurityGroups"]
    with caller_with(broken, without(policy_of("apply"), action), monkeypatch):
        messages = denied(permissions(broken, broken.plan))
    assert messages
    assert all(action in message for message in messages)
    assert broken.clients("ec2").describe_security_groups()["SecurityGroups"] == groups


def test_dry_runs_make_nothing(broken: BrokenAccount) -> None:
    ec2 = broken.clients("ec2")
    before = (ec2.describe_security_groups()["SecurityGroups"], ec2.describe_vpc_endpoints()["VpcEndpoints"])
    permissions(broken, broken.plan)
    assert (ec2.describe_security_groups()["SecurityGroups"], ec2.describe_vpc_endpoints()["VpcEndpoints"]) == before


@pytest.mark.long
def test_apply_and_undo_need_no_more_than_their_printed_policies(
    broken: BrokenAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, timing = tmp_path / "journal", Timing(*FAST)
    with caller_with(broken, policy_of("apply"), monkeypatch):
        preparation = app.prepare_apply(ACCOUNT, ApplyTarget())
        assert denied(preparation.check()) == set()
        applied = app.start_apply(preparation, path, timing=timing)
    assert applied.run.stopped is None
    assert applied.diagnosis is not None
    assert applied.diagnosis.verdict is OK
    asked: list[UndoPlan] = []

    def refuse(planned: UndoPlan) -> bool:
        asked.append(planned)
        return False

    with caller_with(broken, without(policy_of("undo"), "ec2:DeleteVpcEndpoints"), monkeypatch):
        assert undo(ACCOUNT, path, refuse, timing=timing) is None
    [planned] = asked
    assert all("ec2:DeleteVpcEndpoints" in message for message in denied(planned.permissions))
    assert len(denied(planned.permissions)) == 5
    with caller_with(broken, policy_of("undo"), monkeypatch):
        undone = undo(ACCOUNT, path, lambda _: True, timing=timing)
    assert undone is not None
    assert undone.run.stopped is None
    assert len(undone.run.steps) == len(applied.run.steps)
