"""Starts a month by a schedule expression of EventBridge Scheduler, as far as it is one of the plain ones.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from decimal import Decimal

_DAYS = Decimal(30)
_RATE = re.compile(r"rate\((\d{1,9}) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_ONCE = re.compile(r"at\(\S+\)")
_MINUTES = {"minute": Decimal(1), "hour": Decimal(60), "day": Decimal(1440)}
_NUMBER = re.compile(r"\d{1,2}")
_WEEK = Decimal(7)
_ANY = {"*", "?"}


def monthly_starts_of(expression: str) -> Decimal | None:
    """Return the starts in 30 days; None for an expression whose number depends on the month.

    A one-time schedule starts once.
    """
    if _ONCE.fullmatch(expression):
        return Decimal(1)
    rate = _RATE.fullmatch(expression)
    if rate is not None:
        number = int(rate[1])
        return _DAYS * _MINUTES["day"] / (_MINUTES[rate[2]] * number) if number else None
    cron = _CRON.fullmatch(expression)
    return None if cron is None else _starts_of_cron(*cron.groups())


def _starts_of_cron(minutes: str, hours: str, days: str, months: str, weekdays: str, years: str) -> Decimal | None:
    """Return the starts of a cron expression for every month and year, by its days of the month or of the week."""
    of_hour, of_day = _count(minutes, 0, 59), _count(hours, 0, 23)
    if of_hour is None or of_day is None or months not in _ANY or years not in _ANY:
        return None
    if days in _ANY and weekdays in _ANY:
        number: Decimal | None = _DAYS
    elif weekdays in _ANY:
        count = _count(days, 1, 31)
        number = None if count is None else Decimal(count)
    else:
        count = _count(_numbered(weekdays), 1, 7) if days in _ANY else None
        number = None if count is None else count * _DAYS / _WEEK
    return None if number is None else of_hour * of_day * number


def _numbered(weekdays: str) -> str:
    """Return days of the week as numbers: Sunday is the first."""
    for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1):
        weekdays = weekdays.upper().replace(name, str(number))
    return weekdays


def _count(field: str, first: int, last: int) -> int | None:
    """Return how many values a field has: all, a list, ranges, and steps; None for other signs."""
    values: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        low, dash, high = span.partition("-")
        if span in _ANY:
            low, high, dash = str(first), str(last), "-"
        elif slash and not dash:
            high, dash = str(last), "-"
        ends = (low, high if dash else low, step if slash else "1")
        if not all(_NUMBER.fullmatch(end) for end in ends) or not int(ends[2]):
            return None
        values.update(range(int(ends[0]), int(ends[1]) + 1, int(ends[2])))
    fits = values and min(values) >= first and max(values) <= last
    return len(values) if fits else None
