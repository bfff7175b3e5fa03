"""A live account becomes the documents that AWS's own command line would print."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.session import Session
from botocore.validate import ParamValidator
from moto.ec2.models.vpcs import VPC
from moto.route53.models import Route53Backend
from msgspec import UNSET

from skerry.aws import api_table
from skerry.aws.pagination import command_name_of
from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded import demo_deployment
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.services import ecr_images, efs, kms, s3, ssm
from skerry.sources.documents import load
from skerry.sources.live import ReadScope, read

REGION = "eu-west-1"
# What an answer says of its page only: the model requires it of Route 53's answers, merged ones have none.
OF_A_PAGE = {"MaxItems": "100", "IsTruncated": False}


@cache
def model_of(service: str) -> Any:
    return Session().get_service_model(service)


def complaints(name: str, document: Any) -> str:
    """What in a document does not fit the shape that AWS's API model gives to this call's answer."""
    service, call = name.removesuffix(".json").split("/")[:2]
    model = model_of(service)
    operation = {xform_name(operation, "-"): operation for operation in model.operation_names}[call]
    # In the place of a link stands what it leads to, which the model does not know.
    if "Error" in document or call == command_name_of(ecr_images.LAYER.call):
        return ""
    answer = document["Response"] if "Call" in document else document
    shape = model.operation_model(operation).output_shape
    if service == "iam":
        answer = as_text(answer)
    of_a_page = {key: value for key, value in OF_A_PAGE.items() if key in shape.required_members}
    return str(ParamValidator().validate(answer | of_a_page, shape).generate_report())


def as_text(value: Any) -> Any:
    """What boto3 and AWS's command line make objects of: the documents of policies."""
    if isinstance(value, dict):
        return {key: "{}" if key.endswith("Document") else as_text(one) for key, one in value.items()}
    return [as_text(one) for one in value] if isinstance(value, list) else value


@pytest.fixture
def aws() -> Iterator[ClientFactory]:
    with run_embedded_aws(REGION):
        yield make_clients(REGION)


@pytest.fixture(scope="module")
def article_read() -> dict[str, Any]:
    """The article's account after its repair, with a private zone."""
    with run_embedded_aws(REGION):
        client = make_clients(REGION)
        deployment = demo_deployment.build(client)
        demo_deployment.repair(client, deployment)
        zone_for(client, deployment.network.vpc)
        return decoded(read(client).documents)


def decoded(documents: dict[str, bytes]) -> dict[str, Any]:
    return {name: msgspec.json.decode(content) for name, content in documents.items()}


def vpc_of(client: ClientFactory) -> str:
    return str(client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def zone_for(client: ClientFactory, vpc: str) -> str:
    place = {"VPCRegion": REGION, "VPCId": vpc}
    made = client("route53").create_hosted_zone(Name="internal.example", CallerReference=vpc, VPC=place)
    return str(made["HostedZone"]["Id"].rpartition("/")[2])


def service_of(client: ClientFactory, cluster: str, name: str, **asked: Any) -> None:
    client("ecs").create_service(cluster=cluster, serviceName=name, desiredCount=0, **asked)


def definition_of(client: ClientFactory, family: str) -> str:
    containers = [{"name": "web", "image": "web:1.0", "memory": 512}]
    made = client("ecs").register_task_definition(family=family, containerDefinitions=containers)
    return str(made["taskDefinition"]["taskDefinitionArn"])


def start_tasks(client: ClientFactory, deployment: demo_deployment.DemoDeployment, count: int) -> list[str]:
    network = {"subnets": deployment.network.subnets, "securityGroups": [deployment.network.task_group]}
    started = client("ecs").run_task(
        cluster=deployment.cluster,
        taskDefinition=deployment.task_definition,
        launchType="FARGATE",
        count=count,
        networkConfiguration={"awsvpcConfiguration": network},
    )
    return [task["taskArn"] for task in started["tasks"]]


def record(number: int) -> dict[str, Any]:
    address = {"Value": f"10.0.{number // 250}.{number % 250}"}
    return {"Name": f"h{number}.internal.example", "Type": "A", "TTL": 60, "ResourceRecords": [address]}


def fails(client: Any, call: str, code: str) -> None:
    """Let a call be answered with an error from now on."""

    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "…"}}, call)

    client.meta.events.register(f"before-call.{client.meta.service_model.service_name}.{call}", fail)


def requests_of(client: Any, call: str) -> list[dict[str, Any]]:
    """The parameters of each request of a call from now on."""
    seen: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        seen.append(dict(params))

    service = client.meta.service_model.service_name
    client.meta.events.register(f"provide-client-params.{service}.{call}", note)
    return seen


class TestDocuments:
    def test_live_reading_writes_documents_for_each_called_operation(self, article_read: dict[str, Any]) -> None:
        found = {name.removesuffix(".json").split("/")[1] for name in article_read}
        lists = {api_table.CLUSTER_NAMES, api_table.SERVICE_NAMES, api_table.TASK_NAMES, api_table.EVENT_BUSES}
        without = {api_table.TRANSIT_GATEWAY_ROUTES, api_table.RESOLVER_ADDRESSES, api_table.PROFILE_RESOURCES}
        without |= {api_table.FIREWALL_RULES, api_table.FIREWALL_DOMAINS, api_table.USABLE_GROUPS}
        without |= {efs.MOUNT_TARGETS, api_table.RULE_TARGETS, api_table.RULES, api_table.SCHEDULE}
        without |= {api_table.QUEUED_JOBS, api_table.STATE_MACHINE, api_table.PIPE}
        # The article's service has no parameter, no own key, no file in S3, no volume, and no image of a cache.
        without |= {
            ssm.PARAMETERS.call,
            kms.KEY.call,
            kms.KEY_POLICY.call,
            kms.GRANTS.call,
            s3.OBJECT.call,
            ecr_images.IMAGE_DETAILS.call,
        }
        without |= {s3.BUCKET_POLICY.call, efs.FILE_SYSTEM_POLICY.call, efs.ACCESS_POINTS.call}
        assert found == {command_name_of(call) for call in set(api_table.CALLS) - lists - without}

    def test_document_conforms_to_the_botocore_model(self, article_read: dict[str, Any]) -> None:
        found = {name: complaints(name, document) for name, document in article_read.items()}
        assert {name: complaint for name, complaint in found.items() if complaint} == {}

    def test_botocore_model_check_reports_nonconforming_documents(self) -> None:
        assert "Cidr" in complaints("ec2/describe-vpcs.json", {"Vpcs": [{"Cidr": "10.0.0.0/16"}]})
        wrapped = {"Call": {}, "Response": {"Entries": [{"Cidr": 7}]}}
        assert "Cidr" in complaints("ec2/get-managed-prefix-list-entries/pl-1.json", wrapped)

    def test_document_omits_response_metadata_and_page_tokens(self, article_read: dict[str, Any]) -> None:
        answers = [d.get("Response", {}) if "Call" in d else d for d in article_read.values()]
        keys = {key for answer in answers for key in answer}
        assert not {"ResponseMetadata", "NextToken", "nextToken", "IsTruncated"} & keys

    def test_document_writes_times_as_iso_8601_with_time_zone(self, article_read: dict[str, Any]) -> None:
        endpoint = article_read["ec2/describe-vpc-endpoints.json"]["VpcEndpoints"][0]
        assert datetime.fromisoformat(endpoint["CreationTimestamp"]).tzinfo is not None

    def test_document_of_an_empty_list_is_written(self, aws: ClientFactory) -> None:
        documents = decoded(read(aws).documents)
        assert documents["ec2/describe-nat-gateways.json"] == {"NatGateways": []}
        assert documents["ec2/describe-vpc-endpoints.json"] == {"VpcEndpoints": []}
        assert documents["ecs/describe-clusters.json"] == {"clusters": [], "failures": []}

    def test_documents_are_identical_when_read_twice(self, aws: ClientFactory) -> None:
        demo_deployment.repair(aws, demo_deployment.build(aws))
        first = read(aws).documents
        assert list(read(aws).documents.items()) == list(first.items())

    def test_documents_are_independent_of_the_order_of_aws_answers(self, aws: ClientFactory) -> None:
        for cluster in ("one", "two"):
            aws("ecs").create_cluster(clusterName=cluster)
        for name in ("blue", "green"):
            service_of(aws, "one", name, taskDefinition=definition_of(aws, name))
        first = read(aws).documents

        def turn_round(parsed: dict[str, Any], **_: Any) -> None:
            for value in parsed.values():
                if isinstance(value, list):
                    value.reverse()

        for service in ("ec2", "ecs"):
            aws(service).meta.events.register("after-call", turn_round)
        assert list(read(aws).documents.items()) == list(first.items())


class TestCallWrapping:
    def test_answer_without_own_id_is_wrapped_with_its_call(self, article_read: dict[str, Any]) -> None:
        lists = article_read["ec2/describe-managed-prefix-lists.json"]["PrefixLists"]
        (s3,) = (row["PrefixListId"] for row in lists if row["PrefixListName"].endswith(".s3"))
        document = article_read[f"ec2/get-managed-prefix-list-entries/{s3}.json"]
        call = {"operation": "ec2:GetManagedPrefixListEntries", "parameters": {"PrefixListId": s3}}
        assert document["Call"] == call
        assert "52.216.0.0/15" in {entry["Cidr"] for entry in document["Response"]["Entries"]}

    def test_answer_with_own_id_is_not_wrapped(self, article_read: dict[str, Any]) -> None:
        for row in article_read["ec2/describe-vpcs.json"]["Vpcs"]:
            vpc = row["VpcId"]
            support = article_read[f"ec2/describe-vpc-attribute/{vpc}-enableDnsSupport.json"]
            hostnames = article_read[f"ec2/describe-vpc-attribute/{vpc}-enableDnsHostnames.json"]
            assert support == {"VpcId": vpc, "EnableDnsSupport": {"Value": True}}
            assert hostnames == {"VpcId": vpc, "EnableDnsHostnames": {"Value": True}}


class TestServices:
    def test_service_is_read_with_its_task_definition_and_tasks(self, article_read: dict[str, Any]) -> None:
        (service,) = article_read["ecs/describe-services/article.json"]["services"]
        definition = article_read["ecs/describe-task-definition/web-1.json"]["taskDefinition"]
        assert service["taskDefinition"] == definition["taskDefinitionArn"]
        (task,) = article_read["ecs/describe-tasks/article.json"]["tasks"]
        assert (task["group"], task["stopCode"]) == ("service:web", "TaskFailedToStart")

    def test_services_are_written_to_a_document_per_cluster(self, aws: ClientFactory) -> None:
        for cluster in ("two", "one"):
            aws("ecs").create_cluster(clusterName=cluster)
        service_of(aws, "one", "web", taskDefinition=definition_of(aws, "web"))
        documents = decoded(read(aws).documents)
        found = [cluster["clusterName"] for cluster in documents["ecs/describe-clusters.json"]["clusters"]]
        assert found == ["one", "two"]
        assert len(documents["ecs/describe-services/one.json"]["services"]) == 1
        assert documents["ecs/describe-services/two.json"] == {"services": [], "failures": []}
        assert documents["ecs/describe-tasks/two.json"] == {"tasks": [], "failures": []}

    def test_services_are_described_ten_per_request(self, aws: ClientFactory) -> None:
        aws("ecs").create_cluster(clusterName="one")
        definition = definition_of(aws, "web")
        for number in range(12):
            service_of(aws, "one", f"web-{number}", taskDefinition=definition)
        requests = requests_of(aws("ecs"), "DescribeServices")
        documents = decoded(read(aws).documents)
        assert [len(request["services"]) for request in requests] == [10, 2]
        assert len(documents["ecs/describe-services/one.json"]["services"]) == 12

    def test_service_reading_skips_unused_task_definitions(self, aws: ClientFactory) -> None:
        aws("ecs").create_cluster(clusterName="one")
        old, _unused = definition_of(aws, "web"), definition_of(aws, "web")
        service_of(aws, "one", "web", taskDefinition=old)
        documents = read(aws).documents
        assert "ecs/describe-task-definition/web-1.json" in documents
        assert "ecs/describe-task-definition/web-2.json" not in documents

    def test_service_reading_includes_task_definitions_of_a_rollout(self, aws: ClientFactory) -> None:
        aws("ecs").create_cluster(clusterName="one")
        old, new = definition_of(aws, "web"), definition_of(aws, "web")
        service_of(aws, "one", "web", taskDefinition=new)

        def still_running(parsed: dict[str, Any], **_: Any) -> None:
            parsed["services"][0]["deployments"].append({"status": "ACTIVE", "taskDefinition": old})

        aws("ecs").meta.events.register("after-call.ecs.DescribeServices", still_running)
        found = read(aws).documents
        assert "ecs/describe-task-definition/web-1.json" in found
        assert "ecs/describe-task-definition/web-2.json" in found

    def test_service_reading_includes_task_definitions_of_task_sets(self, aws: ClientFactory) -> None:
        aws("ecs").create_cluster(clusterName="one")
        service_of(aws, "one", "web", deploymentController={"type": "EXTERNAL"})
        aws("ecs").create_task_set(cluster="one", service="web", taskDefinition=definition_of(aws, "blue"))
        assert "ecs/describe-task-definition/blue-1.json" in read(aws).documents


class TestTasks:
    def test_task_reading_includes_running_and_stopped_tasks(self, aws: ClientFactory) -> None:
        deployment = demo_deployment.build(aws)
        running_task = start_tasks(aws, deployment, 1)[0]
        tasks = decoded(read(aws).documents)["ecs/describe-tasks/article.json"]["tasks"]
        found = {task["taskArn"]: task["desiredStatus"] for task in tasks}
        assert found == {running_task: "RUNNING", deployment.stopped_task: "STOPPED"}

    def test_tasks_are_described_a_hundred_per_request(self, aws: ClientFactory) -> None:
        start_tasks(aws, demo_deployment.build(aws), 100)
        requests = requests_of(aws("ecs"), "DescribeTasks")
        assert len(decoded(read(aws).documents)["ecs/describe-tasks/article.json"]["tasks"]) == 101
        assert sorted(len(request["tasks"]) for request in requests) == [1, 100]


class TestSharedVpcs:
    def test_groups_for_a_vpc_are_read_of_a_shared_vpc_alone(
        self, aws: ClientFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vpc = vpc_of(aws)
        network = ReadScope(containers=False)
        assert "GetSecurityGroupsForVpc" not in str(decoded(read(aws, network).documents))
        monkeypatch.setattr(VPC, "owner_id", "444455556666")
        document = decoded(read(aws, network).documents)[f"ec2/get-security-groups-for-vpc/{vpc}.json"]
        assert document["Call"] == {"operation": "ec2:GetSecurityGroupsForVpc", "parameters": {"VpcId": vpc}}
        (group,) = document["Response"]["SecurityGroupForVpcs"]
        assert sorted(group) == ["GroupId", "OwnerId", "PrimaryVpcId"]


class TestPrivateZones:
    def test_private_zone_list_is_wrapped_with_its_vpc(self, aws: ClientFactory) -> None:
        vpc = vpc_of(aws)
        zone = zone_for(aws, vpc)
        document = decoded(read(aws).documents)[f"route53/list-hosted-zones-by-vpc/{vpc}.json"]
        assert document["Call"] == {
            "operation": "route53:ListHostedZonesByVPC",
            "parameters": {"VPCId": vpc, "VPCRegion": REGION},
        }
        (found,) = document["Response"]["HostedZoneSummaries"]
        assert (found["HostedZoneId"], found["Name"]) == (zone, "internal.example.")

    def test_private_zone_is_read_with_its_record_sets(self, aws: ClientFactory) -> None:
        zone = zone_for(aws, vpc_of(aws))
        document = decoded(read(aws).documents)[f"route53/list-resource-record-sets/{zone}.json"]
        asked = {"operation": "route53:ListResourceRecordSets", "parameters": {"HostedZoneId": zone}}
        assert document["Call"] == asked
        assert [r["Type"] for r in document["Response"]["ResourceRecordSets"]] == ["NS", "SOA"]

    def test_private_zone_of_another_account_is_named_with_its_owner(
        self, aws: ClientFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vpc = vpc_of(aws)
        foreign = {"HostedZoneId": "ZOTHER", "Name": "other.", "Owner": {"OwningAccount": "999999999999"}}
        monkeypatch.setattr(Route53Backend, "list_hosted_zones_by_vpc", lambda *_: [foreign])
        documents = decoded(read(aws).documents)
        summaries = documents[f"route53/list-hosted-zones-by-vpc/{vpc}.json"]["Response"]
        assert summaries == {"HostedZoneSummaries": [foreign]}
        refused = documents["route53/list-resource-record-sets/ZOTHER.json"]
        asked = {"operation": "route53:ListResourceRecordSets", "parameters": {"HostedZoneId": "ZOTHER"}}
        assert (refused["Call"], refused["Error"]["Code"]) == (asked, "NoSuchHostedZone")
        assert refused["Error"]["Message"].startswith(
            "the zone belongs to 999999999999, which alone may list its records; "
        )

    def test_private_zone_of_an_aws_service_is_named_with_the_service(
        self, aws: ClientFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vpc_of(aws)
        foreign = {"HostedZoneId": "ZEFS", "Name": "efs.", "Owner": {"OwningService": "efs.amazonaws.com"}}
        monkeypatch.setattr(Route53Backend, "list_hosted_zones_by_vpc", lambda *_: [foreign])
        refused = decoded(read(aws).documents)["route53/list-resource-record-sets/ZEFS.json"]
        assert "the zone belongs to efs.amazonaws.com" in refused["Error"]["Message"]

    def test_refused_records_of_own_zone_report_the_missing_permission(self, aws: ClientFactory) -> None:
        zone = zone_for(aws, vpc_of(aws))
        fails(aws("route53"), "ListResourceRecordSets", "AccessDenied")
        refused = decoded(read(aws).documents)[f"route53/list-resource-record-sets/{zone}.json"]
        assert "this account's own: the permission to list its records is missing" in refused["Error"]["Message"]

    def test_private_zone_with_refused_records_has_unset_records(self, aws: ClientFactory) -> None:
        zone_for(aws, vpc_of(aws))
        fails(aws("route53"), "ListResourceRecordSets", "AccessDenied")
        (zone,) = load(read(aws).documents).zones
        assert (zone.name, zone.records, zone.whole) == ("internal.example", UNSET, False)

    def test_throttled_zone_records_are_listed_as_refused(self, aws: ClientFactory) -> None:
        zone_for(aws, vpc_of(aws))
        fails(aws("route53"), "ListResourceRecordSets", "Throttling")
        (refusal,) = load(read(aws).documents).refused
        assert (refusal.action, refusal.code) == ("route53:ListResourceRecordSets", "Throttling")


class TestPagination:
    def test_record_set_pages_are_merged(self, aws: ClientFactory) -> None:
        zone = zone_for(aws, vpc_of(aws))
        changes = [{"Action": "CREATE", "ResourceRecordSet": record(number)} for number in range(650)]
        aws("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
        requests = requests_of(aws("route53"), "ListResourceRecordSets")
        document = decoded(read(aws).documents)[f"route53/list-resource-record-sets/{zone}.json"]
        assert len(document["Response"]["ResourceRecordSets"]) == 652
        assert len(requests) == 3

    def test_pages_are_merged_without_a_botocore_paginator(self, aws: ClientFactory) -> None:
        route53 = aws("route53")
        asked: list[str] = []

        def answer(params: dict[str, Any], **_: Any) -> None:
            asked.append(params["url_path"] + str(params["query_string"]))

        def not_the_last(parsed: dict[str, Any], **_: Any) -> None:
            name = f"Z{len(asked)}"
            parsed["HostedZoneSummaries"] = [{"HostedZoneId": name, "Name": name, "Owner": {}}]
            if len(asked) % 3:
                parsed["NextToken"] = f"after {name}"

        route53.meta.events.register("before-call.route53.ListHostedZonesByVPC", answer)
        route53.meta.events.register("after-call.route53.ListHostedZonesByVPC", not_the_last)
        (vpc,) = (row["VpcId"] for row in aws("ec2").describe_vpcs()["Vpcs"])
        document = decoded(read(aws).documents)[f"route53/list-hosted-zones-by-vpc/{vpc}.json"]
        found = [summary["HostedZoneId"] for summary in document["Response"]["HostedZoneSummaries"]]
        assert found == ["Z1", "Z2", "Z3"]
        assert ["after" in request for request in asked] == [False, True, True]

    def test_page_size_is_the_largest_that_aws_allows(self, aws: ClientFactory) -> None:
        requests = requests_of(aws("ec2"), "DescribeSubnets")
        read(aws)
        assert requests == [{"MaxResults": 1000}]
