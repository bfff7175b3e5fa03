"""How a live account is asked: in few rounds, and only for what is needed."""

import json
from typing import Any

import msgspec
import pytest

from skerry.aws.api_table import CALLS
from skerry.errors import NothingFoundError
from skerry.sources.live import MANY_FILE_SYSTEMS, AccountReading, ReadScope, read
from tests.accounts import ACCOUNT, REGION, Account, error, paged
from tests.lists import complete_kinds
from tests.sources.clusters import (
    ARN,
    TASK,
    account_of,
    cluster_of,
    containers,
    definition_of,
    everything,
    facts,
    reading,
    schedule,
    service,
    task,
)


class TestFullReading:
    def test_full_reading_takes_four_rounds(self) -> None:
        _, found = reading(**containers([service("web")], [task()]))
        assert found.rounds == 4

    def test_reading_without_clusters_is_complete_in_a_single_round(self) -> None:
        _, found = reading(**containers([], clusters=()))
        assert {"clusters", "services", "tasks"} <= complete_kinds(facts(found))
        assert found.rounds == 1

    def test_reading_of_fifty_services_takes_four_more_calls(self) -> None:
        few = containers([service(f"s{number}", taskDefinition=definition_of("web:1")) for number in range(1)])
        many = containers([service(f"s{number}", taskDefinition=definition_of("web:1")) for number in range(50)])
        assert reading(**many)[1].calls - reading(**few)[1].calls == 4

    def test_shared_task_definition_is_described_once(self) -> None:
        rows = [service(f"s{number}", taskDefinition=definition_of("web:3")) for number in range(30)]
        account, _ = reading(**containers(rows, [task()]))
        assert account.asked("DescribeTaskDefinition") == [{"taskDefinition": definition_of("web:3")}]

    def test_task_definitions_of_services_and_tasks_are_described(self) -> None:
        account, _ = reading(**containers([service("web")], [task()]))
        asked = {request["taskDefinition"] for request in account.asked("DescribeTaskDefinition")}
        assert asked == {definition_of("web:1"), definition_of("web:3")}

    def test_reading_counts_its_requests(self) -> None:
        account, found = reading(**containers([service(f"s{number}") for number in range(130)]))
        assert found.calls == len(account.requests)
        assert len(account.asked("ListServices")) == 2

    def test_full_reading_makes_exactly_the_calls_of_the_api_table(self) -> None:
        account, _ = reading(**everything())
        assert {request.operation for request in account.requests} == {call.operation for call in CALLS}

    def test_endpoint_services_are_described_only_for_planning(self) -> None:
        rows = [{"ServiceName": "com.amazonaws.eu-west-1.logs", "ServiceId": "vpce-svc-1"}]
        rows[0] |= {"ServiceType": [{"ServiceType": "Interface"}], "AvailabilityZones": ["eu-west-1a"]}  # type: ignore[dict-item]
        told = {"DescribeVpcEndpointServices": {"ServiceNames": ["x"], "ServiceDetails": rows}}
        account = account_of(containers([service("web")]) | told)
        assert facts(read(account.client)).endpoint_services == ()
        assert account.asked("DescribeVpcEndpointServices") == []
        found = read(account.client, ReadScope(planning=True))
        asked = {"Filters": [{"Name": "service-type", "Values": ["Interface"]}]}
        (request,) = account.asked("DescribeVpcEndpointServices")
        assert asked.items() <= request.items()
        assert [row.availability_zones for row in facts(found).endpoint_services] == [("eu-west-1a",)]
        assert {call.operation for call in ReadScope(planning=True).may_call} - {call.operation for call in CALLS} == {
            "DescribeVpcEndpointServices"
        }

    def test_caller_identity_document_keeps_only_the_account(self) -> None:
        _, found = reading(**containers([]))
        document = json.loads(found.documents["sts/get-caller-identity.json"])
        assert document["Response"] == {"Account": ACCOUNT}
        assert facts(found).account == ACCOUNT

    def test_reading_returns_its_region(self) -> None:
        assert reading()[1].region == REGION

    def test_reading_reports_progress_by_calls_and_rounds(self) -> None:
        told: list[str] = []
        account = account_of(containers([service("web")]))
        found = read(account.client, progress=told.append)
        assert told[0].startswith("reading: 1 of ")
        assert told[0].endswith(" calls, round 1")
        assert told[-1] == f"reading: {found.calls} of {found.calls} calls, round 4"


@pytest.fixture(scope="module")
def found() -> tuple[Account, AccountReading]:
    return reading(**everything())


class TestDependentCalls:
    def test_reading_of_everything_takes_six_rounds(self, found: tuple[Account, AccountReading]) -> None:
        assert found[1].rounds == 6

    def test_dependent_answers_load_without_notes_or_refusals(self, found: tuple[Account, AccountReading]) -> None:
        told = facts(found[1])
        assert (told.notes, told.refused) == ((), ())

    def test_transit_gateway_routes_are_searched_active_and_blackhole(
        self, found: tuple[Account, AccountReading]
    ) -> None:
        (asked,) = found[0].asked("SearchTransitGatewayRoutes")
        assert asked["TransitGatewayRouteTableId"] == "tgw-rtb-1"
        assert asked["Filters"] == [{"Name": "state", "Values": ["active", "blackhole"]}]
        (table,) = facts(found[1]).transit_gateway_route_tables
        assert [route.destination_cidr_block for route in table.routes] == ["10.9.0.0/16"]  # type: ignore[union-attr]

    def test_rule_targets_are_listed_for_every_event_bus(self, found: tuple[Account, AccountReading]) -> None:
        asked = found[0].asked("ListTargetsByRule")
        rules = {(request["Rule"], request.get("EventBusName", "default")) for request in asked}
        assert rules == {("nightly", "default"), ("other", "aws.partner/x")}
        told = {(row.rule, row.event_bus) for row in facts(found[1]).rule_targets}
        assert told == rules

    def test_rules_are_listed_once_for_each_event_bus_with_targets(self, found: tuple[Account, AccountReading]) -> None:
        assert [request.get("EventBusName") for request in found[0].asked("ListRules")] == ["aws.partner/x", None]
        rules = {(row.name, row.schedule_expression) for row in facts(found[1]).event_rules}
        assert rules == {("nightly", "rate(1 day)"), ("other", "rate(1 day)")}

    def test_schedules_are_read_only_with_ecs_targets(self, found: tuple[Account, AccountReading]) -> None:
        assert found[0].asked("GetSchedule") == [{"Name": "hourly", "GroupName": "default"}]

    def test_task_definitions_of_rules_and_schedules_are_described(self, found: tuple[Account, AccountReading]) -> None:
        asked = {request["taskDefinition"] for request in found[0].asked("DescribeTaskDefinition")}
        assert {definition_of("batch:1"), definition_of("hourly:1")} <= asked

    def test_live_documents_contain_no_task_input(self, found: tuple[Account, AccountReading]) -> None:
        assert b"SECRET" not in b"".join(found[1].documents.values())

    def test_resolver_endpoint_addresses_are_read(self, found: tuple[Account, AccountReading]) -> None:
        (endpoint,) = facts(found[1]).resolver_endpoints
        assert endpoint.ip_addresses == ("10.0.0.9",)

    def test_mount_targets_and_profile_resources_are_read(self, found: tuple[Account, AccountReading]) -> None:
        told = facts(found[1])
        assert set(told.completeness.scopes("mount_targets")) == {"fs-1"}
        assert set(told.completeness.scopes("profile_resources")) == {"rp-1"}

    def test_document_names_are_portable_file_names(self, found: tuple[Account, AccountReading]) -> None:
        for name in found[1].documents:
            assert not set(name) & set(':*?"<>|\\ ')
            assert name == name.strip("/")


class TestTransitGatewayRoutes:
    def test_truncated_transit_gateway_routes_are_unset(self) -> None:
        answers = everything() | {"SearchTransitGatewayRoutes": {"Routes": [], "AdditionalRoutesAvailable": True}}
        (table,) = facts(reading(**answers)[1]).transit_gateway_route_tables
        assert table.routes is msgspec.UNSET

    def test_transit_gateway_route_pages_are_joined(self) -> None:
        routes = [{"DestinationCidrBlock": f"10.{number}.0.0/16"} for number in range(3)]

        def answer(asked: dict[str, Any]) -> dict[str, Any]:
            page = paged("Routes", routes, 2)(asked)
            return page | {"AdditionalRoutesAvailable": "NextToken" in page}

        (table,) = facts(
            reading(**everything() | {"SearchTransitGatewayRoutes": answer})[1]
        ).transit_gateway_route_tables
        assert len(table.routes) == 3  # type: ignore[arg-type]


class TestFileSystems:
    def test_file_system_without_mount_targets_needs_no_call(self) -> None:
        systems = [{"FileSystemId": "fs-1", "NumberOfMountTargets": 0}]
        account, found = reading(DescribeFileSystems={"FileSystems": systems})
        assert account.asked("DescribeMountTargets") == []
        assert facts(found).completeness.scopes("mount_targets") == {"fs-1"}

    def test_many_file_systems_are_read_only_if_a_task_mounts_them(self) -> None:
        systems = [{"FileSystemId": f"fs-{n}", "NumberOfMountTargets": 2} for n in range(MANY_FILE_SYSTEMS + 1)]
        volumes = [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-7"}}, {"name": "scratch"}]
        mounting = {"taskDefinition": {"taskDefinitionArn": definition_of("web:1"), "volumes": volumes}}
        answers = everything() | {"DescribeFileSystems": {"FileSystems": systems}, "DescribeTaskDefinition": mounting}
        account, found = reading(**answers)
        assert [request["FileSystemId"] for request in account.asked("DescribeMountTargets")] == ["fs-7"]
        assert found.rounds == 6

    def test_few_file_systems_are_all_read_for_mount_targets(self) -> None:
        systems = [{"FileSystemId": f"fs-{n}", "NumberOfMountTargets": 2} for n in range(MANY_FILE_SYSTEMS)]
        account, _ = reading(**everything() | {"DescribeFileSystems": {"FileSystems": systems}})
        assert len(account.asked("DescribeMountTargets")) == MANY_FILE_SYSTEMS


class TestReadingWithoutContainers:
    def test_reading_without_containers_makes_no_ecs_calls(self) -> None:
        account, found = reading(ReadScope(containers=False), **everything())
        ecs = {call.operation for call in CALLS if call.service in {"ecs", "events", "scheduler", "ecr"}}
        assert not ecs & {request.operation for request in account.requests}
        assert found.rounds == 3


class TestClusterScope:
    def test_cluster_scope_reads_only_that_cluster(self) -> None:
        answers = containers([service("web"), service("web", "two")], [task()], ("one", "two"))
        account, found = reading(ReadScope(cluster="two"), **answers)
        assert account.asked("ListClusters") == []
        assert {request["cluster"] for request in account.asked("DescribeServices")} == {cluster_of("two")}
        assert [row.cluster_name for row in facts(found).clusters] == ["two"]
        assert found.rounds == 4

    def test_cluster_scope_reads_only_schedules_of_that_cluster(self) -> None:
        answers = everything() | {
            "ListSchedules": {"Schedules": [schedule("a", cluster_of()), schedule("b", cluster_of("two"))]}
        }
        account, _ = reading(ReadScope(cluster="one"), **answers)
        assert [request["Name"] for request in account.asked("GetSchedule")] == ["a"]

    def test_missing_cluster_raises_error_with_list_command(self) -> None:
        with pytest.raises(NothingFoundError, match="there is no cluster three") as caught:
            reading(ReadScope(cluster="three"), **containers([service("web")]))
        assert "aws ecs list-clusters" in caught.value.remedy

    def test_cluster_denied_to_describe_is_read_by_its_name(self) -> None:
        answers = containers([service("web")]) | {"DescribeClusters": error("AccessDeniedException")}
        account, found = reading(ReadScope(cluster="one"), **answers)
        assert len(facts(found).services) == 1
        assert account.asked("ListRuleNamesByTarget") == []


class TestNoServices:
    @pytest.mark.parametrize("clusters", [(), ("one", "two")])
    def test_reading_without_services_knows_that_there_are_none(self, clusters: tuple[str, ...]) -> None:
        account, found = reading(**containers([], [], clusters))
        assert account.asked("DescribeServices") == account.asked("DescribeTasks") == []
        assert {"services", "tasks"} <= complete_kinds(facts(found))

    def test_reading_with_denied_service_list_does_not_know_that_there_are_none(self) -> None:
        answers = containers([], [], ("one",)) | {"ListServices": error("AccessDeniedException")}
        assert "services" not in complete_kinds(facts(reading(**answers)[1]))


class TestServiceScope:
    def test_service_scope_reads_that_service_without_list_calls(self) -> None:
        account, found = reading(
            ReadScope(cluster="one", service="web"), **containers([service("web"), service("api")])
        )
        for operation in ("ListClusters", "ListServices", "ListSchedules", "ListEventBuses"):
            assert account.asked(operation) == []
        assert [row.service_name for row in facts(found).services] == ["web"]
        assert found.rounds == 2

    def test_service_scope_reads_stopped_tasks_and_task_definition(self) -> None:
        account, found = reading(ReadScope(cluster="one", service="web"), **containers([service("web")], [task()]))
        assert account.asked("ListTasks") == [
            {"cluster": "one", "serviceName": "web", "desiredStatus": "STOPPED", "maxResults": 100}
        ]
        assert len(facts(found).tasks) == 1
        assert account.asked("DescribeTaskDefinition") == [{"taskDefinition": definition_of("web:1")}]

    def test_service_scope_accepts_an_arn(self) -> None:
        name = f"{ARN}:service/two/web"
        answers = containers([service("web"), service("web", "two")], clusters=("one", "two"))
        account, found = reading(ReadScope(service=name), **answers)
        assert [row.service_arn for row in facts(found).services] == [name]
        assert account.asked("ListClusters") == []

    def test_service_without_cluster_is_searched_in_every_cluster(self) -> None:
        answers = containers([service("web", "two")], [task(cluster="two")], ("one", "two"))
        account, found = reading(ReadScope(service="web"), **answers)
        assert [row.cluster_arn for row in facts(found).services] == [cluster_of("two")]
        assert [request["cluster"] for request in account.asked("ListTasks")] == [cluster_of("two")]
        assert (len(facts(found).tasks), found.rounds) == (1, 4)

    def test_missing_service_raises_error(self) -> None:
        with pytest.raises(NothingFoundError, match="there is no service api in cluster one"):
            reading(ReadScope(cluster="one", service="api"), **containers([service("web")]))
        with pytest.raises(NothingFoundError, match=r"there is no service api$"):
            reading(ReadScope(service="api"), **containers([service("web")]))

    def test_service_denied_to_describe_is_listed_as_refused(self) -> None:
        answers = containers([service("web")]) | {"DescribeServices": error("AccessDeniedException")}
        told = facts(reading(ReadScope(cluster="one", service="web"), **answers)[1])
        assert "services" not in complete_kinds(told)
        assert "ecs:DescribeServices" in {refusal.action for refusal in told.refused}

    def test_service_search_with_denied_cluster_list_is_refused(self) -> None:
        answers = containers([service("web")]) | {"ListClusters": error("AccessDeniedException")}
        told = facts(reading(ReadScope(service="web"), **answers)[1])
        assert {refusal.action for refusal in told.refused} == {"ecs:ListClusters"}

    def test_service_of_a_deleted_cluster_raises_error(self) -> None:
        answers = containers([service("web")]) | {"DescribeServices": error("ClusterNotFoundException")}
        with pytest.raises(NothingFoundError, match="there is no service web"):
            reading(ReadScope(service="web"), **answers)


class TestTaskScope:
    def test_task_scope_reads_its_task_definition_and_service(self) -> None:
        account, found = reading(ReadScope(cluster="one", task=TASK), **containers([service("web")], [task()]))
        told = facts(found)
        assert (len(told.tasks), len(told.services), len(told.task_definitions)) == (1, 1, 1)
        for operation in ("ListClusters", "ListServices", "ListTasks"):
            assert account.asked(operation) == []
        assert found.rounds == 2

    def test_task_scope_takes_the_cluster_from_the_task_arn(self) -> None:
        answers = containers([service("web")], [task(cluster="two")], ("one", "two"))
        account, _ = reading(ReadScope(task=f"{ARN}:task/two/{TASK}"), **answers)
        assert [request["cluster"] for request in account.asked("DescribeTasks")] == ["two"]

    def test_task_without_cluster_is_searched_in_every_cluster(self) -> None:
        answers = containers([service("web", "two")], [task(cluster="two")], ("one", "two"))
        _, found = reading(ReadScope(task=TASK), **answers)
        assert (len(facts(found).tasks), found.rounds) == (1, 3)

    def test_task_without_service_describes_no_services(self) -> None:
        account, _ = reading(ReadScope(cluster="one", task=TASK), **containers([], [task(group="family:batch")]))
        assert account.asked("DescribeServices") == []

    def test_missing_task_raises_error_with_a_hint(self) -> None:
        with pytest.raises(NothingFoundError, match=f"there is no task {TASK} in cluster one") as caught:
            reading(ReadScope(cluster="one", task=TASK), **containers([service("web")]))
        assert "forgets stopped tasks" in caught.value.remedy
