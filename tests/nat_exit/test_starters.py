"""Starters of tasks behind NAT: an unread one keeps `can go` away, and a list without one lets it go."""

from typing import Any

import pytest

from skerry.app.nat_exits import NatExitOptions
from skerry.cost.measured import ResourceBytes, TrafficMetrics
from skerry.nat_exit.records import VpcExit
from tests.nat_exit.test_examine import INSIDE, KNOWN, served, vpc
from tests.networks import ACCOUNT, ALL, DEFINITION, REGION, Network, container

CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
PLACE = {"Subnets": ["subnet-a"], "SecurityGroups": ["sg-task"]}
RUN = {"TaskDefinitionArn": DEFINITION, "LaunchType": "FARGATE", "NetworkConfiguration": {"awsvpcConfiguration": PLACE}}
SCHEDULE = {
    "Arn": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/nightly",
    "Name": "nightly",
    "Target": {"Arn": CLUSTER, "EcsParameters": RUN},
}
BATCH = f"arn:aws:batch:{REGION}:{ACCOUNT}"
IDLE = NatExitOptions(metrics=TrafficMetrics(30, (ResourceBytes("nat-1", 0, 0),)))


def missing(row: VpcExit) -> list[tuple[str, str]]:
    return [(fact.fact, fact.action) for fact in row.facts]


def refused(given: Network, operation: str, **parameters: str) -> Network:
    """The network where AWS refused a call."""
    error = {"Code": "AccessDeniedException", "Message": "no"}
    given.add("Calls", Call={"operation": operation, "parameters": parameters}, Error=error)
    return given


class TestUnread:
    @pytest.mark.parametrize(
        ("key", "action"),
        [
            ("Schedules", "scheduler:ListSchedules"),
            ("Pipes", "pipes:ListPipes"),
            ("stateMachines", "states:ListStateMachines"),
            ("computeEnvironments", "batch:DescribeComputeEnvironments"),
            ("clusters", "events:ListRuleNamesByTarget"),
            ("Functions", "lambda:ListFunctions"),
            ("projects", "codebuild:ListProjects"),
        ],
    )
    def test_list_that_nobody_asked_for_is_missing(self, key: str, action: str) -> None:
        given = served(INSIDE)
        given.forget(key)
        row = vpc(given)
        assert (row.verdict, [fact.action for fact in row.facts]) == ("unknown", [action])
        assert vpc(given, KNOWN).verdict == "unknown"

    @pytest.mark.parametrize(
        "operation",
        [
            *("scheduler:ListSchedules", "pipes:ListPipes", "states:ListStateMachines", "events:ListEventBuses"),
            *("lambda:ListFunctions", "codebuild:ListProjects"),
        ],
    )
    def test_refused_list_is_missing(self, operation: str) -> None:
        row = vpc(refused(served(INSIDE), operation))
        expected = {"events:ListEventBuses": "events:ListRuleNamesByTarget"}.get(operation, operation)
        assert (row.verdict, [fact.action for fact in row.facts]) == ("unknown", [expected])

    @pytest.mark.parametrize(
        ("operation", "parameters"),
        [("scheduler:GetSchedule", {"Name": "nightly"}), ("pipes:DescribePipe", {"Name": "orders"})],
    )
    def test_refused_description_is_named_by_its_own_call(self, operation: str, parameters: dict[str, str]) -> None:
        row = vpc(refused(served(INSIDE), operation, **parameters))
        assert (row.verdict, [fact.action for fact in row.facts]) == ("unknown", [operation])

    def test_rules_of_each_cluster_must_be_listed(self) -> None:
        given = served(INSIDE)
        given.add("clusters", clusterArn=f"{CLUSTER}-2", clusterName="shop-2")
        assert missing(vpc(given)) == [("the rules of EventBridge that start tasks", "events:ListRuleNamesByTarget")]
        given.call("ListRuleNamesByTarget", {"TargetArn": f"{CLUSTER}-2"}, {"RuleNames": []})
        assert vpc(given).verdict == "can-go"
        page = {"TargetArn": f"{CLUSTER}-2", "EventBusName": "orders"}
        given.call("ListRuleNamesByTarget", page, {"RuleNames": ["a"], "NextToken": "more"})
        assert vpc(given).verdict == "unknown"

    def test_targets_of_one_rule_do_not_stand_for_all_rules(self) -> None:
        given = served(INSIDE)
        given.rows["Calls"].clear()
        given.call("ListTargetsByRule", {"Rule": "nightly"}, {"Targets": []})
        assert vpc(given).verdict == "unknown"
        given.call("ListRuleNamesByTarget", {"TargetArn": CLUSTER}, {"RuleNames": ["nightly"]})
        assert vpc(given).verdict == "can-go"
        given.rows["Calls"][0]["Response"] = {"Targets": [{"Id": 5}]}
        assert vpc(given).verdict == "unknown"

    def test_state_machine_without_a_definition_may_start_tasks(self) -> None:
        given = served(INSIDE)
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:orders"
        row = given.add("stateMachines", stateMachineArn=arn, name="orders")
        assert missing(vpc(given)) == [("the definition of state machine orders", "states:DescribeStateMachine")]
        row["definition"] = '{"StartAt": "a", "States": {"a": {"Type": "Pass", "End": true}}}'
        assert vpc(given).verdict == "can-go"

    def test_jobs_need_a_compute_environment_behind_the_nat(self) -> None:
        given = served(INSIDE)
        given.forget("jobQueues", "jobDefinitions")
        assert vpc(given).verdict == "can-go"
        resources = {"type": "FARGATE", "subnets": ["subnet-a"], "securityGroupIds": ["sg-task"]}
        environment = {"computeEnvironmentArn": f"{BATCH}:compute-environment/ci", "computeEnvironmentName": "ci"}
        given.add("computeEnvironments", **environment, computeResources=resources)
        actions = [fact.action for fact in vpc(given).facts]
        assert actions == ["batch:DescribeJobQueues", "batch:DescribeJobDefinitions"]

    def test_nat_without_a_byte_out_is_needed_by_no_starter(self) -> None:
        given = served(INSIDE)
        given.forget("Schedules", "Pipes")
        assert vpc(given, IDLE).verdict == "can-go"


class TestIdle:
    def test_service_without_tasks_is_a_client_and_is_named(self) -> None:
        given = served(INSIDE)
        given.rows["services"][0]["desiredCount"] = 0
        row = vpc(given)
        assert (row.verdict, row.notes) == ("can-go", ("idle today, and counted as clients: web (0 tasks)",))
        given.rows["services"][0]["desiredCount"] = 1
        assert vpc(given).notes == ()

    def test_schedule_that_is_off_is_a_client_and_is_named(self) -> None:
        given = served(INSIDE)
        given.add("Schedules", **SCHEDULE, State="DISABLED")
        row = vpc(given)
        assert [item.name for item in row.workloads] == ["web", "nightly"]
        assert (row.verdict, row.notes) == ("can-go", ("idle today, and counted as clients: nightly (off)",))
        given.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [ALL]
        assert vpc(given).verdict == "unknown"

    def test_hosts_of_a_service_without_tasks_are_anywhere(self) -> None:
        given = served(INSIDE)
        given.service("old", launchType="EC2", networkConfiguration={}, desiredCount=0)
        assert missing(vpc(given)) == [("the subnets of the hosts of service old, which has no tasks today", "")]
        given.rows["services"][1] |= {"desiredCount": 1}
        assert vpc(given).verdict == "can-go"

    def test_services_that_are_gone_are_no_clients(self) -> None:
        given = served(INSIDE)
        given.service("old", status="INACTIVE", groups=("sg-open",))
        sets = [
            {"id": "ecs-svc/1", "taskSetArn": "arn:aws:ecs:eu-west-1:1:task-set/shop/blue/1", "status": "DRAINING"},
        ]
        place = {"subnets": ["subnet-a"], "securityGroups": ["sg-open"]}
        sets[0] |= {"launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": place}}  # type: ignore[dict-item]
        given.service("blue", deploymentController={"type": "EXTERNAL"}, taskSets=sets, desiredCount=1)
        row = vpc(given)
        assert ([item.name for item in row.workloads], row.verdict) == (["web"], "can-go")


class TestTasksRunByHand:
    def task(self, given: Network, name: str = "1f", **more: Any) -> None:
        details = [{"name": "subnetId", "value": "subnet-a"}]
        attachment = {"type": "ElasticNetworkInterface", "details": details}
        given.task(name, **({"attachments": [attachment], "group": "family:web", "lastStatus": "STOPPED"} | more))

    def test_stopped_task_may_be_run_again(self) -> None:
        given = served(INSIDE)
        arn = DEFINITION.replace("web:1", "migrate:1")
        given.definition(container(), arn=arn)
        for name in ("1f", "2f"):
            self.task(given, name, taskDefinitionArn=arn, group="family:migrate")
        row = vpc(given)
        assert [item.name for item in row.workloads] == ["web", "task 1f of migrate"]
        assert [item.workload for item in row.unsettled] == ["task 1f of migrate"]

    def test_task_of_a_known_launch_is_no_client_of_its_own(self) -> None:
        for more in ({}, {"group": "service:web"}, {"group": "service:gone", "taskDefinitionArn": f"{DEFINITION}9"}):
            given = served(INSIDE)
            self.task(given, **more)
            assert [item.name for item in vpc(given).workloads] == ["web"]

    def test_task_of_a_job_is_of_its_job_definition(self) -> None:
        given = served(INSIDE)
        resources = {"type": "FARGATE", "subnets": ["subnet-b"], "securityGroupIds": ["sg-task"]}
        environment = {"computeEnvironmentArn": f"{BATCH}:compute-environment/ci", "computeEnvironmentName": "ci"}
        given.add("computeEnvironments", **environment, ecsClusterArn=CLUSTER, computeResources=resources)
        self.task(given, taskDefinitionArn=DEFINITION.replace("web:1", "ci:1"))
        assert [item.name for item in vpc(given).workloads] == ["web"]

    def test_task_without_a_definition_keeps_its_own_name(self) -> None:
        given = served(INSIDE)
        self.task(given)
        del given.rows["tasks"][0]["taskDefinitionArn"]
        assert [item.name for item in vpc(given).workloads] == ["web", "1f"]
