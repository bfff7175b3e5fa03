"""A report: its groups, the steps of the planned network, and the changes that remove a cause."""

from functools import cache

import pytest

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Diagnosis, ServiceGroup
from skerry.model.world import World
from skerry.plan.report import PlannedNetwork, Report
from skerry.plan.world_after import apply_changes
from skerry.reach.walk import Walker
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.networks import Network, container
from tests.planning import launches, plan_of


def diagnosis_of(world: World) -> Diagnosis:
    return diagnose(Walker(world), launches(world))


def report_of(network: Network) -> Report:
    """The report on all services of a network, with the plan for them."""
    world = network.world()
    plan = plan_of(world)
    after = apply_changes(world, [row.change for row in plan.changes])
    return Report(world, diagnosis_of(world), plan, PlannedNetwork(after, diagnosis_of(after)))


def network_of(*services: str) -> Network:
    network = Network()
    network.definition(container())
    for name in services:
        network.service(name)
    return network


@cache
def one_service() -> Report:
    return report_of(network_of("web"))


def test_steps_of_the_planned_network_have_the_numbers_of_now() -> None:
    report = one_service()
    (service,) = report.diagnosis.services
    planned = report.planned_service(service)
    assert planned is not None
    now = ServiceGroup((service,)).steps
    then = report.planned_steps(service, planned)
    assert [(step.number, step.step, step.called) for step in then] == [
        (step.number, step.step, step.called) for step in now
    ]
    assert BLOCKED in {step.verdict for step in now}
    assert {step.verdict for step in then} == {OK}
    assert all(row in planned.needs for step in then for row in step.needs)


def test_cause_names_the_changes_that_remove_it() -> None:
    report = one_service()
    (cause,) = report.groups[0].causes
    assert report.plan is not None
    numbered = dict(enumerate(report.plan.in_order, 1))
    removing = {number for number, row in numbered.items() if any(why.code == cause.code for why in row.why)}
    assert removing
    assert set(report.changes_for(cause)) == removing


def test_cause_of_another_resource_has_no_change() -> None:
    report = one_service()
    (cause,) = report_of_other_table().groups[0].causes
    assert report.changes_for(cause) == ()


def report_of_other_table() -> Report:
    network = network_of("web")
    network.table("rtb-other", subnets=["subnet-a"])
    world = network.world()
    return Report(world, diagnosis_of(world))


def test_report_without_a_plan_has_no_changes_and_no_planned_service() -> None:
    report = report_of_other_table()
    (service,) = report.diagnosis.services
    assert report.planned_service(service) is None
    (cause,) = report.groups[0].causes
    assert report.changes_for(cause) == ()


def test_manual_changes_are_numbered_last() -> None:
    plan = one_service().plan
    assert plan is not None
    manual = [row.disposition == "manual" for row in plan.in_order]
    assert manual == sorted(manual)
    assert sorted(map(id, plan.in_order)) == sorted(map(id, plan.changes))


@pytest.fixture(scope="module")
def several() -> Report:
    """Two services that fail, one that works, and one that cannot be judged."""
    network = network_of("fine")
    network.serve_internet_by_nat()
    for name in ("web", "api"):
        network.service(name, subnets=["subnet-b"])
    network.service("doubtful", subnets=["subnet-unread"])
    world = network.world()
    return Report(world, diagnosis_of(world))


def test_blocked_services_come_before_unknown_ones(several: Report) -> None:
    groups = [(group.services[0].verdict, [item.launch.name for item in group.services]) for group in several.groups]
    assert groups == [(BLOCKED, ["web", "api"]), (UNKNOWN, ["doubtful"])]


def test_services_that_work_are_named_apart(several: Report) -> None:
    assert [service.launch.name for service in several.working] == ["fine"]


def test_service_alone_is_a_group_whatever_its_verdict() -> None:
    network = network_of("web")
    network.serve_internet_by_nat()
    world = network.world()
    report = Report(world, diagnosis_of(world))
    assert [group.services[0].verdict for group in report.groups] == [OK]
    assert report.working == ()
