"""The rows of a plan's table: manual steps that differ only in their objects are one row."""

import pytest

from skerry.plan.changes import Advise, AuthorizeRule, Rule
from skerry.plan.records import Plan, Planned, Remaining, Why
from skerry.render.report.plan_rows import join_messages, plan_rows_of, remaining_of
from skerry.verdicts import BLOCKED
from tests.render.planned import of

RULE = AuthorizeRule("sg-1", "in", Rule("tcp", 443, "10.0.0.0/24"))


def advice(message: str, step: str = "logs", resource: str = "rtb-hub", code: str = "NO_ROUTE") -> Planned:
    return Planned(Advise(resource, message), "manual", (Why(code, resource, message, (step,)),))


def plan_of(*rows: Planned) -> Plan:
    return of(changes=rows, proven=False)


def test_like_manual_steps_are_one_row_with_all_numbers() -> None:
    rows = plan_rows_of(
        plan_of(
            Planned(RULE, "safe"),
            advice("rtb-hub drops replies to 10.0.1.0/24: it has no route to them"),
            advice("rtb-hub drops replies to 10.0.2.0/24: it has no route to them", "layers"),
            advice("Choose another name"),
        )
    )
    assert [(row.numbers, row.title, row.steps) for row in rows[1:]] == [
        ("2-3", "rtb-hub drops replies to 10.0.1.0/24, 10.0.2.0/24: it has no route to them", ("logs", "layers")),
        ("4", "rtb-hub: Choose another name", ("logs",)),
    ]


@pytest.mark.parametrize(
    "other",
    [
        advice("rtb-two drops replies to 10.0.2.0/24: it has no route to them", resource="rtb-two"),
        advice("rtb-hub drops replies to 10.0.2.0/24: it has no route to them", code="OTHER"),
        Planned(RULE, "safe"),
    ],
)
def test_other_steps_have_rows_of_their_own(other: Planned) -> None:
    first = advice("rtb-hub drops replies to 10.0.1.0/24: it has no route to them")
    assert [row.numbers for row in plan_rows_of(plan_of(first, other))] == ["1", "2"]


def test_rules_of_one_group_that_differ_in_their_addresses_are_one_row() -> None:
    rows = plan_rows_of(of(RULE, AuthorizeRule("sg-1", "in", Rule("tcp", 443, "10.0.1.0/24"))))
    assert [(row.numbers, row.title) for row in rows] == [
        ("1-2", "allow TCP 443 from 10.0.0.0/24, 10.0.1.0/24, in sg-1")
    ]
    for other in (Rule("udp", 443, "10.0.1.0/24"), Rule("tcp", 53, "10.0.1.0/24")):
        assert len(plan_rows_of(of(RULE, AuthorizeRule("sg-1", "in", other)))) == 2


def test_equal_rules_of_two_groups_stay_two_rows() -> None:
    rows = plan_rows_of(of(RULE, AuthorizeRule("sg-2", "in", Rule("tcp", 443, "10.0.0.0/24"))))
    assert [row.numbers for row in rows] == ["1", "2"]


def test_messages_are_joined_where_they_differ() -> None:
    assert join_messages(["no way to a at 10.0.0.1 from x.", "no way to b at 10.0.0.2 from x."]) == (
        "no way to a at 10.0.0.1, b at 10.0.0.2 from x."
    )
    assert join_messages(["the same, twice", "the same, twice"]) == "the same, twice"
    assert join_messages(["a", "b"]) == "a, b"
    assert join_messages(["of Amazon ECR API here", "of Amazon ECR registry here"]) == (
        "of Amazon ECR API, Amazon ECR registry here"
    )


def test_blockers_remain_unnamed_if_no_change_was_tried() -> None:
    remaining = Remaining(("web",), "logs", ("subnet-a",), BLOCKED, "NO_ROUTE", "rtb-1", "no route")
    assert remaining_of(of(changes=(advice("do this"),), remaining=(remaining,))) == ()
    assert remaining_of(of(RULE, remaining=(remaining,))) == (("NO_ROUTE", "no route", ("logs",)),)
