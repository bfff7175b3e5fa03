"""The step after a plan."""

import pytest

from skerry.model.facts import Missing
from skerry.plan.changes import AddAclEntry, AssociateZone, DeleteRoute
from skerry.plan.records import Plan, Planned
from skerry.verdicts import BLOCKED, NOT_APPLICABLE, OK, UNKNOWN

WEB = ("web",)
TERRAFORM, AWS_CLI = "write-terraform", "write-aws-cli"
ENTRY = AddAclEntry("acl-1", 110, "in", "10.0.0.0/16", (443, 443))
REMOVAL = DeleteRoute("rtb-1", "pl-53")
ASSOCIATED = AssociateZone("Z1", "vpc-1", "")
FACT = Missing("the route table of subnet-a", "ec2:DescribeRouteTables")


@pytest.mark.parametrize(
    ("plan", "next_step"),
    [
        (Plan((), NOT_APPLICABLE, NOT_APPLICABLE, proven=True), None),
        (Plan(WEB, OK, OK, proven=True), "rehearse"),
        (Plan(("a", "b"), OK, OK, proven=True), None),
        (Plan(WEB, BLOCKED, OK, proven=True), "write-terraform"),
        (Plan(WEB, BLOCKED, OK, proven=True, changes=(Planned(ASSOCIATED, "manual"),)), "diagnose"),
        (
            Plan(WEB, BLOCKED, OK, proven=True, changes=(Planned(ENTRY, "safe"), Planned(ASSOCIATED, "manual"))),
            TERRAFORM,
        ),
        (
            Plan(WEB, BLOCKED, OK, proven=True, changes=(Planned(REMOVAL, "disruptive"), Planned(ENTRY, "safe"))),
            AWS_CLI,
        ),
        (Plan(WEB, BLOCKED, UNKNOWN, proven=False, facts=(FACT,)), "supply-facts"),
        (Plan(WEB, BLOCKED, BLOCKED, proven=False), "diagnose"),
    ],
    ids=[
        "not-fargate",
        "works",
        "several-work",
        "proven",
        "by-hand",
        "partly-by-hand",
        "removal",
        "unknown",
        "not-proven",
    ],
)
def test_next_step_of_a_plan_follows_from_its_proof(plan: Plan, next_step: str | None) -> None:
    assert plan.next_step == next_step
