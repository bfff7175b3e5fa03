"""The caller's identity, compared with the account and Region of a plan.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from collections.abc import Iterator

import msgspec

from skerry.apply.preflight.results import ApplyRefusal
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
