"""The caller that goes on with a journal, compared with the one that began it."""

import pytest

from skerry.apply.preflight.identity import check_caller

USER = "arn:aws:iam::123456789012:user/ops/ana"
ROLE = "arn:aws:sts::123456789012:assumed-role/deploy"


@pytest.mark.parametrize(
    ("began", "caller"),
    [(USER, USER), (f"{ROLE}/run-1", f"{ROLE}/run-2")],
    ids=["the same user", "another session of the role"],
)
def test_same_caller_goes_on_without_a_remark(began: str, caller: str) -> None:
    assert list(check_caller(began, caller)) == []


@pytest.mark.parametrize(
    ("began", "caller"),
    [
        (USER, "arn:aws:iam::123456789012:user/ops/ben"),
        (USER, f"{ROLE}/ana"),
        (f"{ROLE}/run-1", "arn:aws:sts::123456789012:assumed-role/deploy-2/run-1"),
    ],
    ids=["another user", "a role", "another role"],
)
def test_other_caller_is_named_with_the_one_that_began(began: str, caller: str) -> None:
    [remark] = check_caller(began, caller)
    assert (remark.code, remark.resource) == ("CALLER_DIFFERS", caller)
    assert remark.message == f"{began} began the apply, and {caller} goes on"
