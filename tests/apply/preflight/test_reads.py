"""The reads before an apply: the caller's identity and the applied quotas, with answers that fail."""

import pytest

from skerry.apply.preflight.applied_quotas import read_quotas
from skerry.apply.preflight.identity import read_identity
from skerry.aws.errors import RefusedError
from skerry.errors import SkerryError
from skerry.plan.quotas import QuotaUse, ServiceQuota
from tests.accounts import ACCOUNT, REGION, Account, error

RULES, ENTRIES = ServiceQuota("L-0EA8095F", 60), ServiceQuota("L-2AEEBF1A", 20)
USES = (QuotaUse(RULES, 3, "rules"), QuotaUse(RULES, 4, "other rules"), QuotaUse(ENTRIES, 1, "entries"))
ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/session"


def test_identity_has_account_arn_and_region_of_the_calls() -> None:
    account = Account(GetCallerIdentity={"Account": ACCOUNT, "Arn": ARN, "UserId": "AROA:session"})
    identity = read_identity(account.client)
    assert (identity.account, identity.arn, identity.region) == (ACCOUNT, ARN, REGION)


def test_expired_credentials_are_reported_as_such() -> None:
    account = Account(GetCallerIdentity=error("ExpiredToken"))
    with pytest.raises(SkerryError, match="the credentials have expired"):
        read_identity(account.client)


def test_identity_without_an_account_is_no_identity() -> None:
    with pytest.raises((RefusedError, SkerryError)):
        read_identity(Account(GetCallerIdentity={"Arn": ARN}).client)


def test_each_quota_is_read_once() -> None:
    account = Account(GetServiceQuota=lambda asked: {"Quota": {"QuotaCode": asked["QuotaCode"], "Value": 80.0}})
    assert read_quotas(account.client, USES) == {"L-0EA8095F": 80.0, "L-2AEEBF1A": 80.0}
    assert len(account.asked("GetServiceQuota")) == 2


@pytest.mark.parametrize("code", ["AccessDeniedException", "NoSuchResourceException", "TooManyRequestsException"])
def test_quota_that_aws_does_not_give_is_left_out(code: str) -> None:
    account = Account(GetServiceQuota=error(code))
    assert read_quotas(account.client, USES) == {}


def test_no_quota_is_read_without_need() -> None:
    account = Account()
    assert read_quotas(account.client, ()) == {}
    assert account.requests == []
