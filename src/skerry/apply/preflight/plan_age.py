"""Remarks about the age of a plan and the version of skerry that made it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from skerry.apply.preflight.results import ApplyRemark

_OLD = timedelta(hours=1)
"""The age from which on a plan is worth a remark: whoever reviews one takes a while."""

_SKEW = timedelta(minutes=5)
"""The difference of clocks that AWS itself accepts:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""
_PLAN = "plan"
_AGAIN = ("The account is read again and compared. A new plan also weighs prices and other ways again.",)


def check_age(made_at: str, made_by: str, now: datetime, version: str) -> Iterator[ApplyRemark]:
    """Yield remarks about an old plan, one from the future, and one of another version of skerry."""
    made = _time_of(made_at)
    if made is None:
        yield ApplyRemark("PLAN_AGE", _PLAN, "the plan does not say when it was made", _AGAIN)
    elif made - now > _SKEW:
        message = f"the plan was made at {made_at}, which is {_spell(made - now)} ahead of this machine's clock"
        yield ApplyRemark("PLAN_FROM_FUTURE", _PLAN, message, ("Check the clock of this machine.",))
    elif now - made >= _OLD:
        yield ApplyRemark("PLAN_AGE", _PLAN, f"the plan is {_spell(now - made)} old, of {made_at}", _AGAIN)
    if made_by != version:
        by = f"skerry {made_by}" if made_by else "an unnamed version of skerry"
        message = f"the plan was made by {by}, and this is {version}"
        yield ApplyRemark("OTHER_VERSION", _PLAN, message, ("If a check below refuses, plan again with this version.",))


def _time_of(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _spell(span: timedelta) -> str:
    """Return a span of time by its largest unit."""
    minutes = int(span.total_seconds() // 60)
    for unit, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        count = minutes // size
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"
