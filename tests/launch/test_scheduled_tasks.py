"""Launches that rules and schedules ask for."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest

from skerry.launch.launches import Launch
from skerry.launch.scheduled_tasks import launch_of_schedule, launch_of_target, scheduled_launches_of
from skerry.model.arns import ResourceArn
from skerry.model.ecs import TaskDefinition
from skerry.model.facts import Facts, Missing
from skerry.model.schedules import RuleTarget, Schedule
from skerry.model.world import World
from skerry.sources.text_types import parse_value
from tests.networks import ACCOUNT, DEFINITION, REGION, Network, container

CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
SCHEDULE_ARN = "arn:aws:scheduler:eu-west-1:111122223333:schedule/default/hourly"
LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
RUN_TASK = "arn:aws:scheduler:::aws-sdk:ecs:runTask"
VPC = {"awsvpcConfiguration": {"Subnets": ["subnet-a"], "SecurityGroups": ["sg-task"], "AssignPublicIp": "ENABLED"}}
PARAMETERS: dict[str, Any] = {
    "TaskDefinitionArn": DEFINITION,
    "LaunchType": "FARGATE",
    "PlatformVersion": "1.4.0",
    "NetworkConfiguration": VPC,
    "EnableExecuteCommand": True,
}


def world() -> World:
    network = Network()
    network.definition(container())
    return network.world()


def target(arn: str = CLUSTER, **parameters: Any) -> RuleTarget:
    row = {"Arn": arn, "Id": "1"} | ({"EcsParameters": parameters} if parameters else {})
    return msgspec.convert({"Rule": "nightly", "Target": row}, RuleTarget, dec_hook=parse_value)


def schedule(arn: str = CLUSTER, state: str = "ENABLED", **parameters: Any) -> Schedule:
    row = {"Arn": arn} | ({"EcsParameters": parameters} if parameters else {})
    fields = {"Arn": SCHEDULE_ARN, "Name": "hourly", "State": state, "Target": row}
    return msgspec.convert(fields, Schedule, dec_hook=parse_value)


def launched(row: RuleTarget | Schedule, known: World | None = None) -> Launch:
    found = (
        launch_of_target(known or world(), row)
        if isinstance(row, RuleTarget)
        else launch_of_schedule(known or world(), row)
    )
    assert found is not None
    return found


class Asker(NamedTuple):
    """Who asks for a task: how to make one, and what its launch is called."""

    make: Callable[..., RuleTarget | Schedule]
    name: str
    what: str
    action: str


ASKERS = {
    "rule": Asker(target, "nightly/1", "rule nightly", "events:ListTargetsByRule"),
    "schedule": Asker(schedule, "hourly", "schedule hourly", "scheduler:GetSchedule"),
}


@pytest.mark.parametrize("asker", ASKERS.values(), ids=ASKERS)
class TestScheduledTargets:
    def test_scheduled_target_launch_follows_ecs_parameters(self, asker: Asker) -> None:
        found = launched(asker.make(**PARAMETERS))
        assert (found.name, found.cluster, found.definition_name) == (asker.name, "shop", "web:1")
        assert isinstance(found.definition, TaskDefinition)
        assert (found.subnets, found.groups, found.public_address) == (("subnet-a",), ("sg-task",), True)
        assert (found.platform_version, found.region, found.execute_command) == ("1.4.0", REGION, True)
        assert (found.not_applicable, found.unread, found.service) == (None, (), None)

    def test_scheduled_target_in_bridge_mode_is_not_applicable(self, asker: Asker) -> None:
        network = Network()
        network.definition(container(), networkMode="bridge")
        found = launched(asker.make(TaskDefinitionArn=DEFINITION), network.world())
        assert found.not_applicable == "network mode bridge: its tasks use the network of their hosts"

    def test_scheduled_target_without_ecs_parameters_reports_task_missing(self, asker: Asker) -> None:
        found = launched(asker.make())
        fact = Missing(f"the task that {asker.what} runs", asker.action)
        assert (found.name, found.cluster, found.definition, found.unread) == (asker.name, "shop", fact, (fact,))

    def test_scheduled_target_without_network_reports_it_missing(self, asker: Asker) -> None:
        found = launched(asker.make(**(PARAMETERS | {"NetworkConfiguration": {}})))
        assert found.unread == (Missing(f"the network configuration of {asker.what}", asker.action),)
        assert (found.name, found.subnets) == (asker.name, ())

    def test_scheduled_target_without_task_definition_reports_it_missing(self, asker: Asker) -> None:
        found = launched(asker.make(**{key: value for key, value in PARAMETERS.items() if key != "TaskDefinitionArn"}))
        assert (found.definition, found.definition_name) == (
            Missing(f"the task definition of {asker.what}", asker.action),
            "",
        )

    def test_scheduled_target_of_launch_type_ec2_is_not_applicable(self, asker: Asker) -> None:
        found = launched(asker.make(**(PARAMETERS | {"LaunchType": "EC2"})))
        assert found.not_applicable == "launch type EC2: its tasks use the network of their hosts"

    def test_scheduled_target_without_launch_type_asks_for_cluster(self, asker: Asker) -> None:
        found = launched(asker.make(**(PARAMETERS | {"LaunchType": None})))
        assert found.unread == (Missing(f"the launch type of {asker.what}", "ecs:DescribeClusters"),)

    @pytest.mark.parametrize("arn", [LAMBDA, f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/shop/web"])
    def test_scheduled_target_with_non_cluster_arn_returns_no_launch(self, asker: Asker, arn: str) -> None:
        found = asker.make(arn)
        made = launch_of_target(world(), found) if isinstance(found, RuleTarget) else launch_of_schedule(world(), found)
        assert made is None


class TestSchedules:
    def test_disabled_schedule_is_not_applicable(self) -> None:
        found = launched(schedule(state="DISABLED", **PARAMETERS))
        assert (found.not_applicable, found.arn) == ("the schedule is DISABLED", SCHEDULE_ARN)

    def test_schedule_reports_launch_type_before_disabled_state(self) -> None:
        found = launched(schedule(state="DISABLED", **(PARAMETERS | {"LaunchType": "EC2"})))
        assert found.not_applicable == "launch type EC2: its tasks use the network of their hosts"

    def test_schedule_that_calls_run_task_reports_task_missing(self) -> None:
        found = launched(schedule(RUN_TASK))
        fact = Missing("the task that schedule hourly runs, which is in its input", "scheduler:GetSchedule")
        assert (found.unread, found.definition, found.region) == ((fact,), fact, REGION)

    def test_schedule_without_target_returns_no_launch(self) -> None:
        assert launch_of_schedule(world(), Schedule(arn=ResourceArn(SCHEDULE_ARN), name="hourly")) is None


class TestTaskDefinitionFamilies:
    def known(self, *rows: tuple[str, int, str | None]) -> World:
        definitions = tuple(
            TaskDefinition(family=name, revision=number, status=status) for name, number, status in rows
        )
        return World(Facts(task_definitions=definitions))

    def test_family_without_revision_uses_latest_active_revision(self) -> None:
        found = launched(
            target(**(PARAMETERS | {"TaskDefinitionArn": DEFINITION.removesuffix(":1")})),
            self.known(("web", 2, "ACTIVE"), ("web", 10, None), ("web", 11, "INACTIVE"), ("api", 12, None)),
        )
        assert isinstance(found.definition, TaskDefinition)
        assert found.definition.revision == 10
        assert found.notes == ("web is its latest active revision: web:10 is the highest that was read",)

    def test_unread_task_definition_family_is_missing(self) -> None:
        row = target(**(PARAMETERS | {"TaskDefinitionArn": "web"}))
        found = launched(row, self.known(("api", 1, None)))
        assert isinstance(found.definition, Missing)
        assert found.notes == ()

    def test_unread_task_definition_revision_is_missing(self) -> None:
        row = target(**(PARAMETERS | {"TaskDefinitionArn": "web:1"}))
        assert isinstance(launched(row, self.known(("web", 2, None))).definition, Missing)


def test_scheduled_launches_are_listed_from_rules_and_schedules() -> None:
    facts = Facts(
        rule_targets=(target(**PARAMETERS), target(LAMBDA)), schedules=(schedule(LAMBDA), schedule(**PARAMETERS))
    )
    assert [found.name for found in scheduled_launches_of(World(facts))] == ["nightly/1", "hourly"]
