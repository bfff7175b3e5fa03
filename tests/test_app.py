"""The use cases as a library: what is diagnosed, and where it is read from."""

import json
from pathlib import Path
from typing import Any

import pytest

from skerry import app
from skerry.aws.session import Account
from skerry.errors import NothingFoundError, UnknownNameError
from skerry.model.facts import Refusal
from skerry.model.world import World
from skerry.render import formats
from skerry.render import json as as_json
from skerry.render.view import View
from skerry.sources import documents, live
from skerry.verdicts import NOT_APPLICABLE
from tests.networks import ACCOUNT, DEFINITION, REGION, Network, as_bytes, container

CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster"


def parameters() -> dict[str, Any]:
    """What a target runs."""
    vpc = {"Subnets": ["subnet-a"], "SecurityGroups": ["sg-task"], "AssignPublicIp": "DISABLED"}
    return {
        "TaskDefinitionArn": DEFINITION,
        "LaunchType": "FARGATE",
        "NetworkConfiguration": {"awsvpcConfiguration": vpc},
    }


def network() -> Network:
    """A service of cluster ``shop``, a rule that runs a task there, and a schedule that runs one in ``yard``."""
    network = Network()
    network.definition(container())
    network.service()
    target = {"Id": "1", "Arn": f"{CLUSTER}/shop", "EcsParameters": parameters()}
    network.call("events:ListTargetsByRule", {"Rule": "nightly", "EventBusName": "default"}, {"Targets": [target]})
    schedule = {
        "Arn": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/hourly",
        "Name": "hourly",
        "ScheduleExpression": "rate(1 hour)",
        "State": "ENABLED",
        "Target": {"Arn": f"{CLUSTER}/yard", "EcsParameters": parameters()},
    }
    network.call("scheduler:GetSchedule", {}, schedule)
    return network


def diagnosed(network: Network, **selection: str) -> list[str]:
    """The names of what is diagnosed."""
    found = app.diagnose(network.world(), app.Selection(**selection))
    return [service.launch.name for service in found.services]


def test_public_names_of_app_are_those_of_its_modules() -> None:
    assert sorted(app._MODULES) == app.__all__ == dir(app)  # noqa: SLF001 -- the table of lazy imports
    for name in app.__all__:
        assert getattr(app, name).__module__ == f"skerry.app.{app._MODULES[name]}"  # noqa: SLF001
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        app.lode  # noqa: B018


class TestSelection:
    def test_selection_defaults_to_every_service_rule_and_schedule(self) -> None:
        assert diagnosed(network()) == ["web", "nightly/1", "hourly"]

    def test_selection_by_cluster_includes_rules_and_schedules(self) -> None:
        assert diagnosed(network(), cluster="shop") == ["web", "nightly/1"]
        assert diagnosed(network(), cluster=f"{CLUSTER}/yard") == ["hourly"]

    def test_selection_by_service_excludes_schedules(self) -> None:
        assert diagnosed(network(), service="web") == ["web"]
        with pytest.raises(NothingFoundError, match="no service hourly"):
            diagnosed(network(), service="hourly")

    def test_selection_by_service_includes_each_task_set(self) -> None:
        given = network()
        [service] = given.rows["services"]
        common = {"taskDefinition": DEFINITION, "launchType": "FARGATE", "status": "ACTIVE"}
        common["networkConfiguration"] = service["networkConfiguration"]
        sets = [
            {"id": f"ecs-svc/{number}", "taskSetArn": f"arn:aws:ecs:::task-set/{number}"} | common for number in (1, 2)
        ]
        service |= {"deploymentController": {"type": "EXTERNAL"}, "taskSets": sets}
        assert diagnosed(given, service="web") == ["web/1", "web/2"]

    def test_selection_works_without_services(self) -> None:
        given = network()
        given.rows["services"].clear()
        assert diagnosed(given) == ["nightly/1", "hourly"]

    def test_selection_by_task_can_be_narrowed_to_a_cluster(self) -> None:
        given = network()
        given.task("1f")
        given.task("1f", taskArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/yard/1f", clusterArn=f"{CLUSTER}/yard")
        assert diagnosed(given, task="1f") == ["1f", "1f"]
        found = app.diagnose(given.world(), app.Selection(task="1f", cluster="yard"))
        assert [service.launch.cluster for service in found.services] == ["yard"]
        with pytest.raises(NothingFoundError, match="no task 1f"):
            diagnosed(given, task="1f", cluster="farm")

    def test_selection_error_names_refused_list_clusters(self) -> None:
        given = Network()
        refused = {"Call": {"operation": "ecs:ListClusters"}, "Error": {"Code": "AccessDeniedException"}}
        given.rows["Calls"].append(refused)
        with pytest.raises(NothingFoundError, match=r"could not be read: AWS refused ecs:ListClusters \(AccessDenied"):
            diagnosed(given)


class TestInputWithoutLaunches:
    """A reading that shows that nothing starts tasks is not an error, a reading that cannot show it is one."""

    @pytest.fixture
    def empty(self) -> Network:
        """All services, rules and schedules were read, and there is none."""
        network = Network()
        network.rows["services"] = []
        network.rows["Schedules"] = []
        network.add("clusters", clusterArn=f"{CLUSTER}/shop", clusterName="shop")
        return network

    @pytest.mark.parametrize("selection", [{}, {"cluster": "shop"}, {"cluster": f"{CLUSTER}/shop"}])
    def test_complete_input_without_launches_is_not_applicable(self, empty: Network, selection: dict[str, str]) -> None:
        diagnosis = app.diagnose(empty.world(), app.Selection(**selection))
        assert (diagnosis.verdict, diagnosis.services, diagnosis.findings) == (NOT_APPLICABLE, (), ())
        plan = app.plan(empty.world(), app.Selection(**selection))
        assert (plan.before, plan.after, plan.proven, plan.changes) == (NOT_APPLICABLE, NOT_APPLICABLE, True, ())
        for form in ("terraform", "cloudformation"):
            text = formats.PLAN[form](plan, empty.world(), View())
            assert text.splitlines()[:2] == ["# Nothing starts a Fargate task.", "# There is nothing to change."]

    def test_tasks_alone_are_launches_once_for_each_way_of_starting(self, empty: Network) -> None:
        for name, subnet in (("1a", "subnet-1"), ("1b", "subnet-1"), ("1c", "subnet-2")):
            details = [{"name": "subnetId", "value": subnet}]
            attachments = [{"type": "ElasticNetworkInterface", "details": details}]
            empty.task(name, lastStatus="STOPPED", group="family:job", attachments=attachments)
        assert diagnosed(empty) == diagnosed(empty, cluster="shop") == ["1a", "1c"]
        del empty.rows["services"]
        assert diagnosed(empty) == ["1a", "1c"]
        refused = {"Call": {"operation": "ecs:ListClusters"}, "Error": {"Code": "AccessDeniedException"}}
        empty.rows["Calls"].append(refused)
        with pytest.raises(NothingFoundError, match="AWS refused ecs:ListClusters"):
            diagnosed(empty)

    def test_tasks_of_deleted_services_and_instances_are_no_launches(self, empty: Network) -> None:
        empty.task("1a", lastStatus="STOPPED", group="service:gone")
        empty.task("1b", launchType="EC2")
        assert diagnosed(empty) == []

    def test_cluster_without_launches_is_not_applicable(self) -> None:
        given = network()
        given.add("clusters", clusterArn=f"{CLUSTER}/farm", clusterName="farm")
        assert diagnosed(given, cluster="farm") == []

    @pytest.mark.parametrize(
        ("selection", "said"),
        [
            ({"service": "web"}, "there is no service web"),
            ({"cluster": "farm"}, "there is no service in cluster farm"),
            ({"service": "web", "cluster": "shop"}, "there is no service web in cluster shop"),
            ({"task": "1f"}, "there is no task 1f"),
        ],
    )
    def test_named_object_that_does_not_exist_is_an_error(
        self, empty: Network, selection: dict[str, str], said: str
    ) -> None:
        with pytest.raises(UnknownNameError) as caught:
            app.diagnose(empty.world(), app.Selection(**selection))
        assert caught.value.what == said

    def test_mistyped_service_and_cluster_get_suggestions(self) -> None:
        with pytest.raises(UnknownNameError) as caught:
            diagnosed(network(), service="wbe")
        assert caught.value.remedy == "Did you mean web? There are: web in shop."
        with pytest.raises(UnknownNameError) as caught:
            diagnosed(network(), cluster="shopp")
        assert caught.value.remedy.startswith("Did you mean shop? There are: hourly in yard, ")

    def test_input_without_answer_about_services_is_an_error(self, empty: Network) -> None:
        empty.forget("services")
        with pytest.raises(NothingFoundError, match=r"no answer in .* lists ECS services"):
            app.diagnose(empty.world())

    def test_answer_that_names_missing_services_is_no_list_of_services(self, empty: Network) -> None:
        document = json.loads(empty.document()) | {"failures": [{"arn": "web", "reason": "MISSING"}]}
        world = World(documents.load({"a.json": json.dumps(document).encode()}))
        with pytest.raises(NothingFoundError, match=r"no answer in .* lists ECS services"):
            app.diagnose(world)

    @pytest.mark.parametrize(
        "operation", ["ecs:ListServices", "events:ListRuleNamesByTarget", "scheduler:ListSchedules"]
    )
    def test_refused_call_about_launches_is_an_error(self, empty: Network, operation: str) -> None:
        refused = {"Call": {"operation": operation}, "Error": {"Code": "AccessDeniedException"}}
        empty.rows["Calls"].append(refused)
        with pytest.raises(NothingFoundError, match=f"AWS refused {operation}"):
            app.diagnose(empty.world())


class TestAccountReading:
    """As its reader gives it, without any."""

    @pytest.fixture
    def reading(self, monkeypatch: pytest.MonkeyPatch) -> live.AccountReading:
        refused = {"Call": {"operation": "ec2:DescribeVpcEndpoints"}, "Error": {"Code": "UnauthorizedOperation"}}
        given = network()
        del given.rows["VpcEndpoints"]
        content = {
            "z.json": given.document(),
            "ec2/a.json": as_bytes(refused),
            "b.json": b'{"Account": "111122223333"}',
        }
        reading = live.AccountReading(content, calls=30, rounds=4, region="eu-west-1")

        def read(*_: object) -> live.AccountReading:
            return reading

        monkeypatch.setattr(live, "read", read)
        return reading

    @pytest.fixture
    def gathered(self, reading: live.AccountReading) -> app.Gathered:
        del reading
        return app.read_account(Account(region="eu-west-1"))

    def test_account_source_names_number_and_region(self, gathered: app.Gathered) -> None:
        assert gathered.world.facts.source == "account 111122223333 in eu-west-1"
        assert gathered.world.region == "eu-west-1"

    def test_account_reading_reports_calls_rounds_and_refusals(self, gathered: app.Gathered) -> None:
        assert (gathered.calls, gathered.rounds) == (30, 4)
        assert gathered.world.facts.refused == (Refusal("ec2:DescribeVpcEndpoints", "UnauthorizedOperation"),)

    def test_account_documents_are_in_snapshot_order(self, gathered: app.Gathered) -> None:
        assert list(gathered.documents) == ["b.json", "z.json", "ec2/a.json"]

    @pytest.mark.parametrize("form", ["out", "out.json"])
    def test_account_diagnosis_is_equal_from_a_snapshot(
        self, gathered: app.Gathered, tmp_path: Path, form: str
    ) -> None:
        saved = app.snapshot(gathered, tmp_path / form)
        assert saved == app.Saved(3, ())
        before, after = gathered.world, app.load(tmp_path / form)
        assert after.facts.refused == before.facts.refused
        told = [as_json.encode_diagnosis(world, app.diagnose(world)) for world in (before, after)]
        assert told[0].replace(before.facts.source, after.facts.source) == told[1]
