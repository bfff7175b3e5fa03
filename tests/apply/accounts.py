"""Accounts of the embedded AWS for tests of apply, and everything in them that an apply may touch, as documents."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from skerry import app
from skerry.app.applying import opened_for
from skerry.apply import journal as journals
from skerry.apply.journal import Journal
from skerry.apply.results import RunResult
from skerry.apply.run import make_changes
from skerry.apply.steps import Tools
from skerry.apply.undo import take_back
from skerry.apply.waiting import Timing
from skerry.aws.account_session import open_session
from skerry.aws.session import Account, ClientFactory, make_clients
from skerry.embedded.demo_deployment import build, repair
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.model.world import World
from skerry.plan.changes import Change
from skerry.plan.records import Plan, Planned
from skerry.verdicts import BLOCKED, OK
from tests.faulty_accounts import REGION, Fault, nothing, read

FAST = Timing(pause=0.01, longest=2, settle=0.5)


class BrokenAccount(NamedTuple):
    """An account with a fault: its clients, what was read of it, and the plan that repairs it."""

    clients: ClientFactory
    world: World
    plan: Plan


@contextmanager
def broken_account(fault: Fault) -> Iterator[BrokenAccount]:
    with run_embedded_aws(REGION):
        clients = make_clients(REGION)
        deployment = build(clients)
        if fault is not nothing:
            repair(clients, deployment)
        fault(clients("ec2"), deployment)
        world = read().world
        yield BrokenAccount(clients, world, app.plan(world))


def plan_of(*changes: Change) -> Plan:
    """A plan of these changes, whatever their reason."""
    return Plan(("web",), BLOCKED, OK, proven=True, changes=tuple(Planned(change, "safe") for change in changes))


def open_journal(plan: Plan, folder: Path) -> Any:
    """A new journal of a plan for the embedded account."""
    session = open_session(Account(region=REGION))
    return journals.create_journal(folder / "plan.journal", opened_for(session, read().world, plan))


def tools_for(journal: Journal) -> Tools:
    return Tools(open_session(Account(region=REGION)), journal, FAST, lambda _: None)


def apply_plan(plan: Plan, folder: Path) -> RunResult:
    with open_journal(plan, folder) as journal:
        return make_changes(tools_for(journal), lambda _: None)


def undo_plan(folder: Path) -> RunResult:
    with journals.reopen_journal(folder / "plan.journal") as journal:
        return take_back(tools_for(journal), lambda _: None)


_LISTS = {
    "DescribeAddresses": "Addresses",
    "DescribeNatGateways": "NatGateways",
    "DescribeNetworkAcls": "NetworkAcls",
    "DescribeNetworkInterfaces": "NetworkInterfaces",
    "DescribeRouteTables": "RouteTables",
    "DescribeSecurityGroupRules": "SecurityGroupRules",
    "DescribeSecurityGroups": "SecurityGroups",
    "DescribeSubnets": "Subnets",
    "DescribeVpcEndpoints": "VpcEndpoints",
    "DescribeVpcs": "Vpcs",
}


def documents_of(clients: ClientFactory) -> dict[str, list[str]]:
    """Everything in the account that a plan may touch, as AWS describes it, each document on a line."""
    ec2 = clients("ec2")
    documents: dict[str, list[str]] = {}
    for operation, key in _LISTS.items():
        answer = ec2._make_api_call(operation, {})  # noqa: SLF001 -- operations by their names
        rows = [row for row in answer[key] if row.get("State") != "deleted"]
        documents[key] = sorted(json.dumps(row, sort_keys=True, default=str) for row in rows)
    for vpc in ec2.describe_vpcs()["Vpcs"]:
        for name in ("enableDnsSupport", "enableDnsHostnames"):
            answer = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=name)
            documents[f"{vpc['VpcId']} {name}"] = [str(answer[name[0].upper() + name[1:]])]
    return documents
