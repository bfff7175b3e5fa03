"""Starts a month by expressions of EventBridge Scheduler."""

from decimal import Decimal

import pytest

from skerry.cost.schedule_starts import monthly_starts_of


@pytest.mark.parametrize(
    ("expression", "starts"),
    [
        ("rate(1 day)", "30"),
        ("rate(5 minutes)", "8640"),
        ("rate(12 hours)", "60"),
        ("at(2026-11-20T13:00:00)", "1"),
        ("cron(0 6 * * ? *)", "30"),
        ("cron(0/15 * * * ? *)", "2880"),
        ("cron(0,30 8-17 * * ? *)", "600"),
        ("cron(5 */6 * * ? *)", "120"),
        ("cron(0 6 1,15 * ? *)", "2"),
        ("cron(0 6 1-10/3 * ? *)", "4"),
    ],
)
def test_plain_expressions_have_a_number(expression: str, starts: str) -> None:
    assert monthly_starts_of(expression) == Decimal(starts)


def test_days_of_the_week_are_shares_of_a_month() -> None:
    assert monthly_starts_of("cron(0 6 ? * MON-FRI *)") == Decimal(150) / 7
    assert monthly_starts_of("cron(0 6 ? * SUN *)") == Decimal(30) / 7


@pytest.mark.parametrize(
    "expression",
    [
        "rate(0 days)",
        "rate(5 fortnights)",
        "every day",
        "cron(0 6 L * ? *)",
        "cron(0 6 ? * MON#1 *)",
        "cron(0 6 * JAN ? *)",
        "cron(0 6 * * ? 2027)",
        "cron(99 6 * * ? *)",
        "cron(0 25 * * ? *)",
        "cron(9-3 6 * * ? *)",
        "cron(0/0 6 * * ? *)",
        "cron(0 6 1 * MON *)",
        "cron(0 6 * *)",
    ],
)
def test_other_expressions_have_none(expression: str) -> None:
    assert monthly_starts_of(expression) is None
