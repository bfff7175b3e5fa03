"""ECS says of services and tasks what it says on AWS."""

from typing import Any, NamedTuple

import pytest

from skerry.aws.session import ClientFactory
from skerry.embedded.ecs import fail_a_task


class Place(NamedTuple):
    """A cluster, a subnet and a security group, with the network configuration that names both."""

    cluster: str
    subnet: str
    group: str

    @property
    def network(self) -> dict[str, Any]:
        return {"awsvpcConfiguration": {"subnets": [self.subnet], "securityGroups": [self.group]}}


@pytest.fixture(scope="module")
def ecs(aws: ClientFactory) -> Any:
    return aws("ecs")


@pytest.fixture
def place(aws: ClientFactory, ecs: Any) -> Place:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="own", Description="own", VpcId=vpc)["GroupId"]
    return Place(ecs.create_cluster(clusterName=f"of-{vpc}")["cluster"]["clusterName"], subnet, group)


def definition(ecs: Any, **asked: Any) -> str:
    settings = {
        "family": "web",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "web", "image": "web:1.0"}, {"name": "side", "image": "side:1.0"}],
    }
    made = ecs.register_task_definition(**(settings | asked))
    return str(made["taskDefinition"]["taskDefinitionArn"])


def service(ecs: Any, place: Place, **asked: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {"taskDefinition": definition(ecs), "networkConfiguration": place.network}
    ecs.create_service(cluster=place.cluster, serviceName="web", desiredCount=2, **(settings | asked))
    return read_back(ecs, place)


def read_back(ecs: Any, place: Place) -> dict[str, Any]:
    (found,) = ecs.describe_services(cluster=place.cluster, services=["web"])["services"]
    return dict(found)


def task(ecs: Any, place: Place, **asked: Any) -> dict[str, Any]:
    settings = {
        "taskDefinition": definition(ecs),
        "launchType": "FARGATE",
        "networkConfiguration": place.network,
    }
    made = ecs.run_task(cluster=place.cluster, **(settings | asked))["tasks"][0]
    return task_now(ecs, place, made["taskArn"])


def task_now(ecs: Any, place: Place, arn: str) -> dict[str, Any]:
    (found,) = ecs.describe_tasks(cluster=place.cluster, tasks=[arn])["tasks"]
    return dict(found)


def interface_of(aws: ClientFactory, described: dict[str, Any]) -> list[dict[str, Any]]:
    (attachment,) = described["attachments"]
    details = {detail["name"]: detail["value"] for detail in attachment["details"] if "value" in detail}
    only = [{"Name": "network-interface-id", "Values": [details["networkInterfaceId"]]}]
    return list(aws("ec2").describe_network_interfaces(Filters=only)["NetworkInterfaces"])


class TestFargateService:
    def test_fargate_service_resolves_latest_platform_version(self, ecs: Any, place: Place) -> None:
        found = service(ecs, place, launchType="FARGATE")
        assert found["launchType"] == "FARGATE"
        assert (found["platformVersion"], found["platformFamily"]) == ("LATEST", "Linux")
        (deployment,) = found["deployments"]
        assert (deployment["platformVersion"], deployment["platformFamily"]) == ("1.4.0", "Linux")

    def test_fargate_service_keeps_requested_platform_version(self, ecs: Any, place: Place) -> None:
        found = service(ecs, place, launchType="FARGATE", platformVersion="1.3.0")
        assert found["platformVersion"] == found["deployments"][0]["platformVersion"] == "1.3.0"

    def test_windows_fargate_service_has_windows_platform_version(self, ecs: Any, place: Place) -> None:
        windows = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "X86_64"}
        arn = definition(ecs, runtimePlatform=windows)
        found = service(ecs, place, launchType="FARGATE", taskDefinition=arn)
        assert found["deployments"][0]["platformVersion"] == "1.0.0"
        assert "platformFamily" not in found

    def test_service_runs_on_fargate_by_capacity_provider_strategy(self, ecs: Any, place: Place) -> None:
        strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
        found = service(ecs, place, capacityProviderStrategy=strategy)
        for each in (found, *found["deployments"]):
            assert each["capacityProviderStrategy"] == strategy
            assert each["platformFamily"] == "Linux"
            assert "launchType" not in each

    def test_service_inherits_default_strategy_of_its_cluster(self, ecs: Any, place: Place) -> None:
        strategy = [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]
        ecs.put_cluster_capacity_providers(
            cluster=place.cluster, capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=strategy
        )
        found = service(ecs, place)
        assert found["capacityProviderStrategy"] == strategy
        assert "launchType" not in found

    def test_service_launch_type_overrides_cluster_default_strategy(self, ecs: Any, place: Place) -> None:
        strategy = [{"capacityProvider": "FARGATE_SPOT"}]
        ecs.put_cluster_capacity_providers(
            cluster=place.cluster, capacityProviders=["FARGATE_SPOT"], defaultCapacityProviderStrategy=strategy
        )
        found = service(ecs, place, launchType="FARGATE")
        assert found["launchType"] == "FARGATE"
        assert "capacityProviderStrategy" not in found

    def test_fargate_service_keeps_its_network_configuration(self, ecs: Any, place: Place) -> None:
        found = service(ecs, place, launchType="FARGATE")["networkConfiguration"]["awsvpcConfiguration"]
        assert found == {
            "subnets": [place.subnet],
            "securityGroups": [place.group],
            "assignPublicIp": "DISABLED",
        }

    def test_fargate_service_may_omit_security_groups(self, ecs: Any, place: Place) -> None:
        network = {"awsvpcConfiguration": {"subnets": [place.subnet], "assignPublicIp": "ENABLED"}}
        found = service(ecs, place, launchType="FARGATE", networkConfiguration=network)
        assert found["networkConfiguration"]["awsvpcConfiguration"] == {
            "subnets": [place.subnet],
            "securityGroups": [],
            "assignPublicIp": "ENABLED",
        }

    def test_fargate_service_keeps_ecs_exec_and_service_connect(self, ecs: Any, place: Place) -> None:
        connect = {"enabled": True, "namespace": "internal"}
        asked = {"enableExecuteCommand": True, "serviceConnectConfiguration": connect}
        found = service(ecs, place, launchType="FARGATE", **asked)
        assert found["enableExecuteCommand"] is True
        assert found["deployments"][0]["serviceConnectConfiguration"] == connect

    def test_ecs_exec_and_service_connect_are_off_by_default(self, ecs: Any, place: Place) -> None:
        found = service(ecs, place, launchType="FARGATE")
        assert found["enableExecuteCommand"] is False
        assert "serviceConnectConfiguration" not in found["deployments"][0]


def test_ec2_service_has_no_platform_version_or_family(ecs: Any, place: Place) -> None:
    found = service(ecs, place, launchType="EC2")
    assert found["launchType"] == "EC2"
    assert not {"platformVersion", "platformFamily"} & (found.keys() | found["deployments"][0].keys())


class TestServiceUpdate:
    def test_service_update_stores_task_definition_arn(self, ecs: Any, place: Place) -> None:
        service(ecs, place, launchType="FARGATE")
        newer = definition(ecs)
        ecs.update_service(cluster=place.cluster, service="web", taskDefinition="web")
        found = read_back(ecs, place)
        assert found["taskDefinition"] == found["deployments"][0]["taskDefinition"] == newer

    def test_service_update_changes_network_of_the_deployment(self, ecs: Any, place: Place) -> None:
        service(ecs, place, launchType="FARGATE")
        network = {"awsvpcConfiguration": {"subnets": [place.subnet]}}
        ecs.update_service(cluster=place.cluster, service="web", networkConfiguration=network)
        found = read_back(ecs, place)
        assert found["networkConfiguration"] == found["deployments"][0]["networkConfiguration"]
        assert found["networkConfiguration"]["awsvpcConfiguration"] == {
            "subnets": [place.subnet],
            "securityGroups": [],
            "assignPublicIp": "DISABLED",
        }


class TestTasks:
    def test_task_has_interface_in_its_subnet_with_its_security_groups(
        self, aws: ClientFactory, ecs: Any, place: Place
    ) -> None:
        described = task(ecs, place)
        (interface,) = interface_of(aws, described)
        assert interface["SubnetId"] == place.subnet
        assert interface["PrivateIpAddress"].startswith("10.0.1.")
        assert [group["GroupId"] for group in interface["Groups"]] == [place.group]
        account = described["taskArn"].partition(":task/")[0]
        assert interface["Description"] == f"{account}:attachment/{described['attachments'][0]['id']}"

    def test_task_reports_platform_cpu_memory_and_status(self, ecs: Any, place: Place) -> None:
        found = task(ecs, place, platformVersion="LATEST")
        assert (found["platformVersion"], found["platformFamily"]) == ("1.4.0", "Linux")
        assert (found["cpu"], found["memory"], found["lastStatus"]) == ("256", "512", "RUNNING")
        assert "createdAt" in found

    def test_task_lists_all_its_containers(self, ecs: Any, place: Place) -> None:
        found = task(ecs, place)
        assert [each["name"] for each in found["containers"]] == ["web", "side"]
        assert [each["image"] for each in found["containers"]] == ["web:1.0", "side:1.0"]
        for container in found["containers"]:
            assert container["taskArn"] == found["taskArn"]
            assert container["healthStatus"] == "UNKNOWN"
            assert "exitCode" not in container

    def test_task_runs_without_named_security_groups(self, ecs: Any, place: Place) -> None:
        network = {"awsvpcConfiguration": {"subnets": [place.subnet]}}
        assert task(ecs, place, networkConfiguration=network)["lastStatus"] == "RUNNING"

    def test_task_runs_with_container_memory_limit(self, ecs: Any, place: Place) -> None:
        containers = [{"name": "web", "image": "web:1.0", "memory": 512}]
        arn = definition(ecs, containerDefinitions=containers)
        assert task(ecs, place, taskDefinition=arn)["lastStatus"] == "RUNNING"

    def test_task_stays_running_until_stopped(self, ecs: Any, place: Place) -> None:
        arn = task(ecs, place)["taskArn"]
        assert [task_now(ecs, place, arn)["lastStatus"] for _ in range(5)] == ["RUNNING"] * 5

    def test_stopped_task_reports_reason_and_loses_its_interface(
        self, aws: ClientFactory, ecs: Any, place: Place
    ) -> None:
        running = task(ecs, place)
        ecs.stop_task(cluster=place.cluster, task=running["taskArn"], reason="enough")
        stopped = task_now(ecs, place, running["taskArn"])
        assert stopped["lastStatus"] == "STOPPED"
        assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "enough")
        assert "stoppedAt" in stopped
        assert [each["lastStatus"] for each in stopped["containers"]] == ["STOPPED"] * 2
        assert stopped["attachments"][0]["status"] == "DELETED"
        assert interface_of(aws, stopped) == []


def test_failed_service_task_reports_stop_code_and_reason(ecs: Any, place: Place) -> None:
    found = service(ecs, place, launchType="FARGATE")
    reason = "ResourceInitializationError: …"
    stopped = task_now(ecs, place, fail_a_task(ecs, place.cluster, "web", reason))
    assert stopped["group"] == "service:web"
    assert stopped["startedBy"] == found["deployments"][0]["id"]
    assert stopped["taskDefinitionArn"] == found["taskDefinition"]
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("TaskFailedToStart", reason)


def test_cluster_prints_its_configuration_only_if_asked_for(ecs: Any) -> None:
    configuration = {"executeCommandConfiguration": {"logging": "NONE"}}
    ecs.create_cluster(clusterName="exec", configuration=configuration)
    ecs.create_cluster(clusterName="plain")
    asked = [{"clusters": ["exec"]}, {"clusters": ["exec", "plain"], "include": ["CONFIGURATIONS"]}]
    found = [cluster.get("configuration") for names in asked for cluster in ecs.describe_clusters(**names)["clusters"]]
    assert found == [None, configuration, None]
