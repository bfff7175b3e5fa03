"""The read of applied quotas before an apply, with answers that fail."""

import pytest

from skerry.apply.preflight.applied_quotas import read_quotas
from skerry.aws.account_session import AccountSession
from skerry.plan.quotas import QuotaUse, ServiceQuota
from tests.accounts import ACCOUNT, REGION, Account, error

RULES, ENTRIES = ServiceQuota("L-0EA8095F", 60), ServiceQuota("L-2AEEBF1A", 20)
USES = (QuotaUse(RULES, 3, "rules"), QuotaUse(RULES, 4, "other rules"), QuotaUse(ENTRIES, 1, "entries"))
ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/session"


def session(account: Account) -> AccountSession:
    account.answers["GetCallerIdentity"] = {"Account": ACCOUNT, "Arn": ARN}
    return AccountSession(account.client, account.client, REGION)


def test_each_quota_is_read_once() -> None:
    account = Account(GetServiceQuota=lambda asked: {"Quota": {"QuotaCode": asked["QuotaCode"], "Value": 80.0}})
    assert read_quotas(session(account), USES) == {"L-0EA8095F": 80.0, "L-2AEEBF1A": 80.0}
    assert len(account.asked("GetServiceQuota")) == 2


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "NoSuchResourceException", "TooManyRequestsException", "InternalFailure"]
)
def test_quota_that_aws_does_not_give_is_left_out(code: str) -> None:
    account = Account(GetServiceQuota=error(code))
    assert read_quotas(session(account), USES) == {}


def test_no_quota_is_read_without_need() -> None:
    account = Account()
    assert read_quotas(session(account), ()) == {}
    assert account.asked("GetServiceQuota") == []
