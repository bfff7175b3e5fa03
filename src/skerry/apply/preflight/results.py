"""The results of the checks before a change: refusals and remarks."""

from typing import Literal

import msgspec

from skerry.errors import Argument

Allowance = Literal["disruptive", "managed"]
"""A kind of change that the user must allow."""

RefusalCode = Literal[
    "ACCOUNT_DIFFERS",
    "ACCOUNT_UNKNOWN",
    "CHANGE_IS_DISRUPTIVE",
    "FLOW_BREAKS",
    "NOT_PROVEN",
    "NO_FINGERPRINT",
    "OBJECT_DIFFERS",
    "OBJECT_GONE",
    "OBJECT_IS_MANAGED",
    "OBJECT_IS_NEW",
    "OBJECT_NOT_MADE",
    "OBJECT_UNREAD",
    "OWNER_DIFFERS",
    "PERMISSION_DENIED",
    "QUOTA_EXCEEDED",
    "REGION_DIFFERS",
    "RULE_TOO_WIDE",
]

RemarkCode = Literal[
    "ALLOWED_DISRUPTIVE",
    "ALLOWED_MANAGED",
    "CALLER_DIFFERS",
    "OTHER_VERSION",
    "PERMISSION_BY_POLICIES",
    "PERMISSION_UNKNOWN",
    "PLAN_AGE",
    "PLAN_FROM_FUTURE",
    "QUOTA_UNREAD",
    "STILL_BLOCKED",
    "TAGS_UNREAD",
]


class ApplyRefusal(msgspec.Struct, frozen=True, gc=False):
    """A reason to change nothing: its resource, a sentence about it, and advice.

    ``allowance`` is the kind of change that the user may allow instead; None if nothing but the advice helps.
    """

    code: RefusalCode
    resource: str
    message: str
    advice: tuple[str | Argument, ...]
    allowance: Allowance | None = None


class ApplyRemark(msgspec.Struct, frozen=True, gc=False):
    """A fact about an apply that the user should read first; it stops nothing."""

    code: RemarkCode
    resource: str
    message: str
    advice: tuple[str | Argument, ...] = ()


CheckResult = ApplyRefusal | ApplyRemark
"""The result of a check before a change."""


def refusals_of(results: tuple[CheckResult, ...]) -> tuple[ApplyRefusal, ...]:
    """Return the refusals among results."""
    return tuple(result for result in results if isinstance(result, ApplyRefusal))
