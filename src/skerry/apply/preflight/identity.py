"""The caller's identity, compared with the account and Region of a plan.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from collections.abc import Iterator

import msgspec

from skerry.apply.preflight.results import ApplyRefusal, ApplyRemark
from skerry.errors import Argument
from skerry.model.arns import NameOrArn

_OTHER_CREDENTIALS = ("Give the credentials of that account, as by ", Argument.PROFILE, ".")
_OTHER_REGION = ("Give the plan's Region, as by ", Argument.REGION, ".")
_PLAN_AGAIN = "Make a plan of this account and Region, and apply that one."


class CallerIdentity(msgspec.Struct, frozen=True, gc=False):
    """The caller of AWS: the account, the ARN of the user or session, and the Region of the calls."""

    account: str
    arn: NameOrArn
    region: str


def check_caller(began: str, caller: str) -> Iterator[ApplyRemark]:
    """Yield a remark if another user or role than the one of a journal goes on with it.

    AWS decides about each call by the permissions of its own caller, so another one may go on. A role has another
    session each time: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
    """
    if _principal_of(began) != _principal_of(caller):
        message = f"{began} began the apply, and {caller} goes on"
        yield ApplyRemark("CALLER_DIFFERS", caller, message, ("AWS checks the permissions of each caller itself.",))


def _principal_of(arn: str) -> str:
    """Return the ARN of a user, or that of a session's role without the name of the session."""
    return arn.rpartition("/")[0] if ":assumed-role/" in arn else arn


def check_identity(identity: CallerIdentity, account: str | None, region: str | None) -> Iterator[ApplyRefusal]:
    """Yield refusals for a plan of another account or Region, or of an unknown one."""
    if account is None:
        message = f"the plan names no account, so nothing shows that it is for {identity.account}"
        yield ApplyRefusal("ACCOUNT_UNKNOWN", identity.account, message, (_PLAN_AGAIN,))
    elif account != identity.account:
        message = f"the plan is for account {account}, and the credentials are of {identity.account} ({identity.arn})"
        yield ApplyRefusal("ACCOUNT_DIFFERS", account, message, _OTHER_CREDENTIALS)
    if region is None:
        message = f"the plan names no Region, so nothing shows that it is for {identity.region}"
        yield ApplyRefusal("REGION_DIFFERS", identity.region, message, (_PLAN_AGAIN,))
    elif region != identity.region:
        message = f"the plan is for {region}, and the calls would go to {identity.region}"
        yield ApplyRefusal("REGION_DIFFERS", region, message, _OTHER_REGION)
