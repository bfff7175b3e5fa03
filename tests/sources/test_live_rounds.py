"""How a live account is asked: in few rounds, only for what is needed, and whatever comes in between."""

import json
import subprocess
import sys
import time
import tracemalloc
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest
from botocore.exceptions import EndpointConnectionError

from skerry.aws.calls import CALLS, LATEST
from skerry.aws.session import clients
from skerry.errors import NothingFoundError, SkerryError
from skerry.model.facts import Facts
from skerry.sources.documents import load
from skerry.sources.live import MANY_FILE_SYSTEMS, Reading, Scope, read
from tests.accounts import ACCOUNT, REGION, Account, Answer, error, paged

ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
TASK = "0123456789abcdef0123456789abcdef"


def cluster_of(name: str = "one") -> str:
    return f"{ARN}:cluster/{name}"


def definition_of(name: str) -> str:
    return f"{ARN}:task-definition/{name}"


def service(name: str, cluster: str = "one", **more: Any) -> dict[str, Any]:
    row = {"serviceArn": f"{ARN}:service/{cluster}/{name}", "serviceName": name, "clusterArn": cluster_of(cluster)}
    return row | {"status": "ACTIVE", "taskDefinition": definition_of(f"{name}:1")} | more


def task(name: str = TASK, cluster: str = "one", **more: Any) -> dict[str, Any]:
    row = {"taskArn": f"{ARN}:task/{cluster}/{name}", "clusterArn": cluster_of(cluster), "group": "service:web"}
    return row | {"taskDefinitionArn": definition_of("web:3")} | more


def described(key: str, rows: list[dict[str, Any]]) -> Answer:
    """Describe those of a cluster that are asked for, by name or ARN; ECS says MISSING of the others."""

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        found, failures = [], []
        for name in asked[key]:
            short = name.rpartition("/")[2]
            fitting = [row for row in rows if row[f"{key[:-1]}Arn"].endswith(f"{asked_cluster(asked)}/{short}")]
            found += fitting
            failures += [] if fitting else [{"arn": name, "reason": "MISSING"}]
        return {key: found, "failures": failures}

    return answer


def asked_cluster(asked: dict[str, Any]) -> str:
    return str(asked.get("cluster", "")).rpartition("/")[2] or "cluster"


def containers(
    services: list[dict[str, Any]], tasks: list[dict[str, Any]] | None = None, clusters: tuple[str, ...] = ("one",)
) -> dict[str, Answer]:
    """What ECS answers for clusters with these services and (stopped) tasks."""
    rows = [{"clusterArn": cluster_of(name), "clusterName": name, "status": "ACTIVE"} for name in clusters]

    def listed(key: str, of: list[dict[str, Any]]) -> Answer:
        def answer(asked: dict[str, Any]) -> dict[str, Any]:
            name = asked_cluster(asked)
            arns = [row[f"{key[:-1]}Arn"] for row in of if f"/{name}/" in row[f"{key[:-1]}Arn"]]
            return paged(f"{key[:-1]}Arns", [] if asked.get("desiredStatus") == "RUNNING" else arns, 100)(asked)

        return answer

    return {
        "ListClusters": {"clusterArns": [row["clusterArn"] for row in rows]},
        "DescribeClusters": described("clusters", rows),
        "ListServices": listed("services", services),
        "DescribeServices": described("services", services),
        "ListTasks": listed("tasks", tasks or []),
        "DescribeTasks": described("tasks", tasks or []),
        "DescribeTaskDefinition": definition,
        "GetCallerIdentity": {"Account": ACCOUNT, "UserId": "AIDA", "Arn": "arn:aws:iam::1:user/somebody"},
    }


def definition(asked: dict[str, Any]) -> dict[str, Any]:
    return {"taskDefinition": {"taskDefinitionArn": asked["taskDefinition"], "containerDefinitions": []}}


def reading(scope: Scope | None = None, /, **answers: Any) -> tuple[Account, Reading]:
    account = Account(**answers)
    return account, read(account.client, scope)


def facts(found: Reading) -> Facts:
    return load(found.documents, region=found.region)


class TestAWholeAccount:
    def test_takes_four_rounds(self) -> None:
        _, found = reading(**containers([service("web")], [task()]))
        assert found.rounds == 4

    def test_without_clusters_has_no_services_and_no_tasks(self) -> None:
        _, found = reading(**containers([], clusters=()))
        assert {"clusters", "services", "tasks"} <= facts(found).read
        assert found.rounds == 1

    def test_asks_for_more_services_in_hardly_more_calls(self) -> None:
        few = containers([service(f"s{number}", taskDefinition=definition_of("web:1")) for number in range(1)])
        many = containers([service(f"s{number}", taskDefinition=definition_of("web:1")) for number in range(50)])
        assert reading(**many)[1].calls - reading(**few)[1].calls == 4

    def test_asks_once_for_a_task_definition_that_many_name(self) -> None:
        rows = [service(f"s{number}", taskDefinition=definition_of("web:3")) for number in range(30)]
        account, _ = reading(**containers(rows, [task()]))
        assert account.asked("DescribeTaskDefinition") == [{"taskDefinition": definition_of("web:3")}]

    def test_brings_the_task_definitions_of_its_tasks(self) -> None:
        account, _ = reading(**containers([service("web")], [task()]))
        asked = {request["taskDefinition"] for request in account.asked("DescribeTaskDefinition")}
        assert asked == {definition_of("web:1"), definition_of("web:3")}

    def test_counts_its_requests(self) -> None:
        account, found = reading(**containers([service(f"s{number}") for number in range(130)]))
        assert found.calls == len(account.requests)
        assert len(account.asked("ListServices")) == 2

    def test_makes_no_call_that_the_table_lacks(self) -> None:
        account, _ = reading(**everything())
        assert {request.operation for request in account.requests} == {call.operation for call in CALLS}

    def test_tells_the_account_without_who_asked(self) -> None:
        _, found = reading(**containers([]))
        document = json.loads(found.documents["sts/get-caller-identity.json"])
        assert document["Response"] == {"Account": ACCOUNT}
        assert facts(found).account == ACCOUNT

    def test_tells_its_region(self) -> None:
        assert reading()[1].region == REGION

    def test_tells_how_far_it_is(self) -> None:
        told: list[str] = []
        account = Account(**containers([service("web")]))
        found = read(account.client, progress=told.append)
        assert told[0].startswith("reading: 1 of ")
        assert told[0].endswith(" calls, round 1")
        assert told[-1] == f"reading: {found.calls} of {found.calls} calls, round 4"


def everything() -> dict[str, Answer]:
    """An account that has one of each thing that leads to a further question."""
    resolver = {"ResolverEndpoints": [{"Id": "rslvr-in-1", "Direction": "INBOUND"}]}
    return containers([service("web")], [task()]) | {
        "DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]},
        "DescribeVpcAttribute": lambda asked: {
            "VpcId": asked["VpcId"],
            asked["Attribute"][0].upper() + asked["Attribute"][1:]: {"Value": True},
        },
        "DescribeVpcBlockPublicAccessOptions": {
            "VpcBlockPublicAccessOptions": {"AwsRegion": REGION, "InternetGatewayBlockMode": "off"}
        },
        "DescribeManagedPrefixLists": {"PrefixLists": [{"PrefixListId": "pl-1"}]},
        "GetManagedPrefixListEntries": {"Entries": [{"Cidr": "10.1.0.0/16"}]},
        "DescribeTransitGatewayRouteTables": {
            "TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": "tgw-rtb-1"}]
        },
        "SearchTransitGatewayRoutes": {"Routes": [{"DestinationCidrBlock": "10.9.0.0/16"}]},
        "ListHostedZonesByVPC": {"HostedZoneSummaries": [{"HostedZoneId": "Z1", "Name": "internal."}]},
        "ListResourceRecordSets": {"ResourceRecordSets": [{"Name": "db.internal.", "Type": "A"}]},
        "ListResolverEndpoints": resolver,
        "ListResolverEndpointIpAddresses": {"IpAddresses": [{"IpId": "rni-1", "Ip": "10.0.0.9"}]},
        "ListProfileAssociations": {
            "ProfileAssociations": [{"Id": "rpa-1", "ProfileId": "rp-1", "ResourceId": "vpc-1"}]
        },
        "DescribeFileSystems": {"FileSystems": [{"FileSystemId": "fs-1", "NumberOfMountTargets": 1}]},
        "DescribeMountTargets": lambda asked: {
            "MountTargets": [{"MountTargetId": "fsmt-1", "FileSystemId": asked["FileSystemId"], "SubnetId": "subnet-1"}]
        },
        "ListEventBuses": {"EventBuses": [{"Name": "default"}, {"Name": "aws.partner/x"}]},
        "ListRuleNamesByTarget": lambda asked: {"RuleNames": ["nightly"] if "EventBusName" not in asked else ["other"]},
        "ListTargetsByRule": {"Targets": [rule_target()]},
        "ListSchedules": {"Schedules": [schedule("hourly", cluster_of()), schedule("queue", "arn:aws:sqs:::q")]},
        "GetSchedule": lambda asked: schedule(asked["Name"], cluster_of()) | whole_schedule(),
    }


def rule_target() -> dict[str, Any]:
    parameters = {"TaskDefinitionArn": definition_of("batch:1")}
    return {"Id": "1", "Arn": cluster_of(), "Input": '{"password": "SECRET"}', "EcsParameters": parameters}


def schedule(name: str, target: str) -> dict[str, Any]:
    arn = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}"
    return {"Arn": arn, "Name": name, "GroupName": "default", "Target": {"Arn": target}}


def whole_schedule() -> dict[str, Any]:
    parameters = {"TaskDefinitionArn": definition_of("hourly:1")}
    target = {"Arn": cluster_of(), "Input": '{"password": "SECRET"}', "EcsParameters": parameters}
    return {"ScheduleExpression": "rate(1 hour)", "Target": target}


@pytest.fixture(scope="module")
def found() -> tuple[Account, Reading]:
    return reading(**everything())


class TestWhatLeadsFurther:
    def test_is_asked_in_four_rounds(self, found: tuple[Account, Reading]) -> None:
        assert found[1].rounds == 4

    def test_becomes_facts_without_a_loss(self, found: tuple[Account, Reading]) -> None:
        told = facts(found[1])
        assert (told.notes, told.refused) == ((), ())

    def test_is_the_routes_that_packets_take(self, found: tuple[Account, Reading]) -> None:
        (asked,) = found[0].asked("SearchTransitGatewayRoutes")
        assert asked["TransitGatewayRouteTableId"] == "tgw-rtb-1"
        assert asked["Filters"] == [{"Name": "state", "Values": ["active", "blackhole"]}]
        (table,) = facts(found[1]).transit_gateway_route_tables
        assert [route.destination_cidr_block for route in table.routes] == ["10.9.0.0/16"]  # type: ignore[union-attr]

    def test_is_the_rules_of_every_event_bus(self, found: tuple[Account, Reading]) -> None:
        asked = found[0].asked("ListTargetsByRule")
        rules = {(request["Rule"], request.get("EventBusName", "default")) for request in asked}
        assert rules == {("nightly", "default"), ("other", "aws.partner/x")}
        told = {(row.rule, row.event_bus) for row in facts(found[1]).rule_targets}
        assert told == rules

    def test_is_the_schedules_that_run_tasks(self, found: tuple[Account, Reading]) -> None:
        assert found[0].asked("GetSchedule") == [{"Name": "hourly", "GroupName": "default"}]

    def test_is_the_task_definitions_of_rules_and_schedules(self, found: tuple[Account, Reading]) -> None:
        asked = {request["taskDefinition"] for request in found[0].asked("DescribeTaskDefinition")}
        assert {definition_of("batch:1"), definition_of("hourly:1")} <= asked

    def test_keeps_no_input_of_tasks(self, found: tuple[Account, Reading]) -> None:
        assert b"SECRET" not in b"".join(found[1].documents.values())

    def test_is_the_addresses_of_resolver_endpoints(self, found: tuple[Account, Reading]) -> None:
        (endpoint,) = facts(found[1]).resolver_endpoints
        assert endpoint.ip_addresses == ("10.0.0.9",)

    def test_is_the_mount_targets_and_profiles(self, found: tuple[Account, Reading]) -> None:
        told = facts(found[1])
        assert (told.file_systems, told.profiles) == (frozenset({"fs-1"}), frozenset({"rp-1"}))

    def test_has_names_that_every_file_system_takes(self, found: tuple[Account, Reading]) -> None:
        for name in found[1].documents:
            assert not set(name) & set(':*?"<>|\\ ')
            assert name == name.strip("/")


class TestRoutesThatAreCutOff:
    def test_are_not_taken_for_all(self) -> None:
        answers = everything() | {"SearchTransitGatewayRoutes": {"Routes": [], "AdditionalRoutesAvailable": True}}
        (table,) = facts(reading(**answers)[1]).transit_gateway_route_tables
        assert table.routes is msgspec.UNSET

    def test_are_all_once_the_last_page_came(self) -> None:
        routes = [{"DestinationCidrBlock": f"10.{number}.0.0/16"} for number in range(3)]

        def answer(asked: dict[str, Any]) -> dict[str, Any]:
            page = paged("Routes", routes, 2)(asked)
            return page | {"AdditionalRoutesAvailable": "NextToken" in page}

        (table,) = facts(
            reading(**everything() | {"SearchTransitGatewayRoutes": answer})[1]
        ).transit_gateway_route_tables
        assert len(table.routes) == 3  # type: ignore[arg-type]


class TestFileSystems:
    def test_without_mount_targets_are_not_asked_for_them(self) -> None:
        systems = [{"FileSystemId": "fs-1", "NumberOfMountTargets": 0}]
        account, found = reading(DescribeFileSystems={"FileSystems": systems})
        assert account.asked("DescribeMountTargets") == []
        assert facts(found).file_systems == {"fs-1"}

    def test_that_are_many_are_asked_for_where_a_task_definition_names_them(self) -> None:
        systems = [{"FileSystemId": f"fs-{n}", "NumberOfMountTargets": 2} for n in range(MANY_FILE_SYSTEMS + 1)]
        volumes = [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-7"}}, {"name": "scratch"}]
        mounting = {"taskDefinition": {"taskDefinitionArn": definition_of("web:1"), "volumes": volumes}}
        answers = everything() | {"DescribeFileSystems": {"FileSystems": systems}, "DescribeTaskDefinition": mounting}
        account, found = reading(**answers)
        assert [request["FileSystemId"] for request in account.asked("DescribeMountTargets")] == ["fs-7"]
        assert found.rounds == 5

    def test_that_are_not_many_are_all_asked_for(self) -> None:
        systems = [{"FileSystemId": f"fs-{n}", "NumberOfMountTargets": 2} for n in range(MANY_FILE_SYSTEMS)]
        account, found = reading(**everything() | {"DescribeFileSystems": {"FileSystems": systems}})
        assert len(account.asked("DescribeMountTargets")) == MANY_FILE_SYSTEMS
        assert found.rounds == 4


class TestWithoutContainers:
    def test_ecs_is_not_asked(self) -> None:
        account, found = reading(Scope(containers=False), **everything())
        ecs = {call.operation for call in CALLS if call.service in {"ecs", "events", "scheduler", "ecr"}}
        assert not ecs & {request.operation for request in account.requests}
        assert found.rounds == 3


class TestOneCluster:
    def test_is_the_only_one_that_is_asked(self) -> None:
        answers = containers([service("web"), service("web", "two")], [task()], ("one", "two"))
        account, found = reading(Scope(cluster="two"), **answers)
        assert account.asked("ListClusters") == []
        assert {request["cluster"] for request in account.asked("DescribeServices")} == {cluster_of("two")}
        assert [row.cluster_name for row in facts(found).clusters] == ["two"]
        assert found.rounds == 4

    def test_is_asked_only_for_its_own_schedules(self) -> None:
        answers = everything() | {
            "ListSchedules": {"Schedules": [schedule("a", cluster_of()), schedule("b", cluster_of("two"))]}
        }
        account, _ = reading(Scope(cluster="one"), **answers)
        assert [request["Name"] for request in account.asked("GetSchedule")] == ["a"]

    def test_that_is_not_there_is_told(self) -> None:
        with pytest.raises(NothingFoundError, match="there is no cluster three") as caught:
            reading(Scope(cluster="three"), **containers([service("web")]))
        assert "aws ecs list-clusters" in caught.value.remedy

    def test_that_may_not_be_described_is_read_by_its_name(self) -> None:
        answers = containers([service("web")]) | {"DescribeClusters": error("AccessDeniedException")}
        account, found = reading(Scope(cluster="one"), **answers)
        assert len(facts(found).services) == 1
        assert account.asked("ListRuleNamesByTarget") == []


class TestOneService:
    def test_is_read_without_a_list_of_the_others(self) -> None:
        account, found = reading(Scope(cluster="one", service="web"), **containers([service("web"), service("api")]))
        for operation in ("ListClusters", "ListServices", "ListSchedules", "ListEventBuses"):
            assert account.asked(operation) == []
        assert [row.service_name for row in facts(found).services] == ["web"]
        assert found.rounds == 2

    def test_brings_its_stopped_tasks_and_its_task_definition(self) -> None:
        account, found = reading(Scope(cluster="one", service="web"), **containers([service("web")], [task()]))
        assert account.asked("ListTasks") == [
            {"cluster": "one", "serviceName": "web", "desiredStatus": "STOPPED", "maxResults": 100}
        ]
        assert len(facts(found).tasks) == 1
        assert account.asked("DescribeTaskDefinition") == [{"taskDefinition": definition_of("web:1")}]

    def test_may_be_named_by_its_arn(self) -> None:
        name = f"{ARN}:service/two/web"
        answers = containers([service("web"), service("web", "two")], clusters=("one", "two"))
        account, found = reading(Scope(service=name), **answers)
        assert [row.service_arn for row in facts(found).services] == [name]
        assert account.asked("ListClusters") == []

    def test_is_looked_for_in_every_cluster(self) -> None:
        answers = containers([service("web", "two")], [task(cluster="two")], ("one", "two"))
        account, found = reading(Scope(service="web"), **answers)
        assert [row.cluster_arn for row in facts(found).services] == [cluster_of("two")]
        assert [request["cluster"] for request in account.asked("ListTasks")] == [cluster_of("two")]
        assert (len(facts(found).tasks), found.rounds) == (1, 4)

    def test_that_is_not_there_is_told(self) -> None:
        with pytest.raises(NothingFoundError, match="there is no service api in cluster one"):
            reading(Scope(cluster="one", service="api"), **containers([service("web")]))
        with pytest.raises(NothingFoundError, match=r"there is no service api$"):
            reading(Scope(service="api"), **containers([service("web")]))

    def test_that_may_not_be_described_is_unknown(self) -> None:
        answers = containers([service("web")]) | {"DescribeServices": error("AccessDeniedException")}
        told = facts(reading(Scope(cluster="one", service="web"), **answers)[1])
        assert "services" not in told.read
        assert "ecs:DescribeServices" in {refusal.action for refusal in told.refused}

    def test_is_unknown_where_the_clusters_may_not_be_listed(self) -> None:
        answers = containers([service("web")]) | {"ListClusters": error("AccessDeniedException")}
        told = facts(reading(Scope(service="web"), **answers)[1])
        assert {refusal.action for refusal in told.refused} == {"ecs:ListClusters"}

    def test_of_a_cluster_that_is_deleted_meanwhile_is_not_there(self) -> None:
        answers = containers([service("web")]) | {"DescribeServices": error("ClusterNotFoundException")}
        with pytest.raises(NothingFoundError, match="there is no service web"):
            reading(Scope(service="web"), **answers)


class TestOneTask:
    def test_is_described_with_its_definition_and_its_service(self) -> None:
        account, found = reading(Scope(cluster="one", task=TASK), **containers([service("web")], [task()]))
        told = facts(found)
        assert (len(told.tasks), len(told.services), len(told.task_definitions)) == (1, 1, 1)
        for operation in ("ListClusters", "ListServices", "ListTasks"):
            assert account.asked(operation) == []
        assert found.rounds == 2

    def test_names_its_cluster_by_its_arn(self) -> None:
        answers = containers([service("web")], [task(cluster="two")], ("one", "two"))
        account, _ = reading(Scope(task=f"{ARN}:task/two/{TASK}"), **answers)
        assert [request["cluster"] for request in account.asked("DescribeTasks")] == ["two"]

    def test_is_looked_for_in_every_cluster(self) -> None:
        answers = containers([service("web", "two")], [task(cluster="two")], ("one", "two"))
        _, found = reading(Scope(task=TASK), **answers)
        assert (len(facts(found).tasks), found.rounds) == (1, 3)

    def test_of_no_service_has_none(self) -> None:
        account, _ = reading(Scope(cluster="one", task=TASK), **containers([], [task(group="family:batch")]))
        assert account.asked("DescribeServices") == []

    def test_that_is_not_there_is_told(self) -> None:
        with pytest.raises(NothingFoundError, match=f"there is no task {TASK} in cluster one") as caught:
            reading(Scope(cluster="one", task=TASK), **containers([service("web")]))
        assert "forgets stopped tasks" in caught.value.remedy


class TestWhatChangesMeanwhile:
    def test_a_service_that_is_deleted_is_left_out(self) -> None:
        answers = containers([service("web")]) | {"ListServices": {"serviceArns": [f"{ARN}:service/one/gone"]}}
        _, found = reading(**answers)
        document = json.loads(found.documents["ecs/describe-services/one.json"])
        assert document == {"services": [], "failures": [{"arn": f"{ARN}:service/one/gone", "reason": "MISSING"}]}
        assert facts(found).services == ()

    def test_a_task_definition_that_is_deleted_is_unknown(self) -> None:
        answers = containers([service("web")]) | {"DescribeTaskDefinition": error("ClientException")}
        told = facts(reading(**answers)[1])
        assert [refusal.action for refusal in told.refused] == ["ecs:DescribeTaskDefinition"]
        assert "task_definitions" not in told.read

    def test_a_cluster_that_is_deleted_leaves_the_others(self) -> None:
        def one_is_gone(asked: dict[str, Any]) -> Any:
            gone = asked["cluster"] == cluster_of("one")
            return error("ClusterNotFoundException") if gone else {"serviceArns": [f"{ARN}:service/two/web"]}

        answers = containers([service("web", "two")], clusters=("one", "two")) | {"ListServices": one_is_gone}
        assert [row.service_name for row in facts(reading(**answers)[1]).services] == ["web"]

    def test_an_endpoint_on_two_pages_is_there_once_as_it_was_read_last(self) -> None:
        def endpoint(state: str) -> dict[str, Any]:
            return {"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "State": state}

        pages = paged("VpcEndpoints", [endpoint("pending"), endpoint("available")], 1)
        (row,) = facts(reading(DescribeVpcEndpoints=pages)[1]).vpc_endpoints
        assert row.state == "available"

    def test_only_the_latest_events_of_a_service_are_kept(self) -> None:
        events = [{"id": str(number), "message": f"event {number}"} for number in range(100)]
        (row,) = facts(reading(**containers([service("web", events=events)]))[1]).services
        assert [event.message for event in row.events] == [f"event {number}" for number in range(LATEST)]

    def test_times_are_those_of_no_machine(self) -> None:
        made = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=2)))
        rows = [{"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "CreationTimestamp": made}]
        _, found = reading(DescribeVpcEndpoints={"VpcEndpoints": rows})
        assert b'"2026-11-23T10:00:00Z"' in found.documents["ec2/describe-vpc-endpoints.json"]


class TestRefusedCalls:
    def test_leave_their_kind_unknown_and_the_others_known(self) -> None:
        refusal = error("UnauthorizedOperation", message="You are not authorized")
        told = facts(reading(DescribeNatGateways=refusal)[1])
        assert "nat_gateways" not in told.read
        assert {"vpcs", "subnets", "route_tables"} <= told.read
        (found,) = told.refused
        assert (found.action, found.code) == ("ec2:DescribeNatGateways", "UnauthorizedOperation")

    def test_are_a_document_with_the_action_and_its_parameters(self) -> None:
        answers = everything() | {"GetManagedPrefixListEntries": error("UnauthorizedOperation", message="no")}
        _, found = reading(**answers)
        assert json.loads(found.documents["ec2/get-managed-prefix-list-entries/pl-1.json"]) == {
            "Call": {"operation": "ec2:GetManagedPrefixListEntries", "parameters": {"PrefixListId": "pl-1"}},
            "Error": {"Code": "UnauthorizedOperation", "Message": "no"},
        }

    def test_of_lists_are_no_empty_lists(self) -> None:
        _, found = reading(**containers([service("web")]) | {"ListServices": error("AccessDeniedException")})
        assert "ecs/describe-services/one.json" not in found.documents
        assert "ecs/describe-tasks/one.json" in found.documents

    def test_of_some_services_leave_the_others(self) -> None:
        """Permissions may be for some of a cluster's services; AWS then refuses those that are asked with them."""
        rows = [service(f"s{number:02}") for number in range(12)]
        describe = described("services", rows)

        def some(asked: dict[str, Any]) -> Any:
            return error("AccessDeniedException") if len(asked["services"]) < 10 else describe(asked)  # type: ignore[operator]

        told = facts(reading(**containers(rows) | {"DescribeServices": some})[1])
        assert len(told.services) == 10
        assert "services" not in told.read

    @pytest.mark.parametrize(
        "operation", ["ListEventBuses", "ListSchedules", "ListProfileAssociations", "ListMountTargets"]
    )
    def test_may_be_of_services_that_the_region_lacks(self, operation: str) -> None:
        answers = everything() | {operation: EndpointConnectionError(endpoint_url="https://x.amazonaws.com")}
        (found,) = facts(reading(**answers)[1]).refused
        assert (found.action.partition(":")[2], found.code) == (operation, "EndpointConnectionError")

    def test_may_be_of_services_that_boto3_lacks(self) -> None:
        account = Account(**everything())

        def client(service: str) -> Any:
            if service in {"s3files", "ecs"} & lacking:
                raise SkerryError("Unknown service", "Install a newer boto3.")
            return account.client(service)

        lacking = {"s3files"}
        (found,) = facts(read(client)).refused
        assert (found.action, found.code) == ("s3files:ListMountTargets", "UnknownService")
        lacking = {"ecs"}
        with pytest.raises(SkerryError, match="Unknown service"):
            read(client)

    def test_that_end_the_reading_end_it(self) -> None:
        with pytest.raises(SkerryError, match="the credentials have expired"):
            reading(DescribeSubnets=error("ExpiredToken"))

    def test_that_end_the_reading_end_the_pages_of_others(self) -> None:
        turning = Event()

        def endless(asked: dict[str, Any]) -> dict[str, Any]:
            turning.set()
            time.sleep(0.001)
            return {"Vpcs": [], "NextToken": str(int(asked.get("NextToken", 0)) + 1)}

        def expired(_asked: dict[str, Any]) -> Any:
            turning.wait(10)
            return error("ExpiredToken")

        account = Account(DescribeVpcs=endless, DescribeSubnets=expired)
        with pytest.raises(SkerryError, match="expired"):
            read(account.client)
        time.sleep(0.1)  # for the page that was under way
        turned = len(account.asked("DescribeVpcs"))
        time.sleep(0.2)
        assert len(account.asked("DescribeVpcs")) == turned


class TestALargeCluster:
    def test_is_held_as_compact_rows_only(self) -> None:
        """5,000 services with the events that ECS prints of each: what is kept is what the documents take."""
        many = [f"{ARN}:service/one/s{number}" for number in range(5000)]
        events = [{"id": str(number), "message": "steady state " * 20} for number in range(100)]

        def describe(asked: dict[str, Any]) -> dict[str, Any]:
            rows = [
                service(name.rpartition("/")[2], taskDefinition=definition_of("web:1")) for name in asked["services"]
            ]
            return {"services": [row | {"events": [dict(event) for event in events]} for row in rows]}

        account, _ = reading(**everything())  # so that the clients and what they remember are not counted
        account.answers |= {"ListServices": paged("serviceArns", many, 100), "DescribeServices": describe}
        tracemalloc.start()
        found = read(account.client)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        size = sum(map(len, found.documents.values()))
        assert len(facts(found).services) == 5000
        assert peak < 3 * size


class TestAnInterrupt:
    def test_leaves_at_once(self) -> None:
        """The calls under way would take another minute: neither they nor the threads are waited for."""
        code = (
            "import os, signal, threading, time\n"
            "from skerry.sources.live import read\n"
            "from tests.accounts import Account\n"
            "def slow(asked):\n"
            "    time.sleep(60)\n"
            "account = Account(DescribeVpcs=slow)\n"
            "threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
            "try:\n"
            "    read(account.client)\n"
            "except KeyboardInterrupt:\n"
            "    print('interrupted')\n"
        )
        command = [sys.executable, "-c", code]
        root = Path(__file__).parents[2]
        done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True, timeout=30)
        assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr

    def test_asks_nothing_more(self) -> None:
        def stop(_text: str) -> None:
            raise KeyboardInterrupt

        account = Account(**everything())
        with pytest.raises(KeyboardInterrupt):
            read(account.client, progress=stop)
        assert account.asked("DescribeVpcAttribute") == []


def test_nothing_listens_at_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("skerry.aws.session.ATTEMPTS", 1)
    with pytest.raises(SkerryError, match=r"127\.0\.0\.1:9") as caught:
        read(clients(REGION))
    assert caught.value.remedy == "Check AWS_ENDPOINT_URL, and that something listens there."
