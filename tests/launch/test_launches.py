"""What Fargate is to start, and where: of a service, and of a task."""

from typing import Any

import pytest

from skerry.launch.launches import Launch, launch_of_service, launches_of, short_name_of
from skerry.model.ecs import RuntimePlatform, TaskDefinition
from skerry.model.facts import Missing
from tests.networks import ACCOUNT, DEFINITION, REGION, Network, awslogs, container


def service_launch(network: Network, region: str | None = REGION) -> Launch:
    world = network.world(region)
    (service,) = world.facts.services
    return launch_of_service(world, service)


class TestServiceLaunch:
    def test_service_launch_follows_service_configuration(self) -> None:
        network = Network()
        network.definition(container())
        network.service(subnets=["subnet-a", "subnet-b"], groups=["sg-task"], enableExecuteCommand=True)
        found = service_launch(network)
        assert (found.name, found.cluster, found.definition_name) == ("web", "shop", "web:1")
        assert isinstance(found.definition, TaskDefinition)
        assert (found.subnets, found.groups) == (("subnet-a", "subnet-b"), ("sg-task",))
        assert (found.public_address, found.platform_version, found.region) == (False, "1.4.0", REGION)
        assert (found.execute_command, found.service_connect) == (True, False)
        assert (found.not_applicable, found.unread) == (None, ())
        assert found.arn == f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/shop/web"

    def test_service_launch_has_public_address_if_assign_public_ip_enabled(self) -> None:
        network = Network()
        row = network.service()
        row["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"
        assert service_launch(network).public_address

    def test_service_launch_without_network_configuration_has_no_subnets(self) -> None:
        network = Network()
        del network.service()["networkConfiguration"]
        found = service_launch(network)
        assert (found.subnets, found.public_address) == ((), False)

    def test_service_launch_takes_region_from_service_arn(self) -> None:
        network = Network()
        network.service()
        assert service_launch(network, "us-east-1").region == REGION

    def test_service_with_malformed_arn_is_not_read(self) -> None:
        network = Network()
        network.service(serviceArn="web")
        facts = network.world().facts
        assert facts.services == ()
        assert facts.notes == ("network.json: row 0 of services cannot be read: serviceArn is no ARN",)

    def test_service_launch_defaults_to_latest_platform_version(self) -> None:
        network = Network()
        del network.service()["platformVersion"]
        assert service_launch(network).platform_version == "LATEST"

    @pytest.mark.parametrize(
        ("deployments", "connects"),
        [
            ([], False),
            ([{"status": "PRIMARY"}], False),
            ([{"status": "PRIMARY", "serviceConnectConfiguration": {"enabled": True}}], True),
            ([{"status": "PRIMARY", "serviceConnectConfiguration": {"enabled": False}}], False),
            ([{"status": "PRIMARY"}, {"status": "ACTIVE", "serviceConnectConfiguration": {"enabled": True}}], False),
        ],
    )
    def test_service_launch_has_service_connect_if_primary_deployment_has(
        self,
        deployments: list[Any],
        connects: bool,  # noqa: FBT001
    ) -> None:
        network = Network()
        network.service(deployments=deployments)
        assert service_launch(network).service_connect == connects

    def test_service_launch_has_service_connect_log_configuration(self) -> None:
        network = Network()
        connect = {"enabled": True, "logConfiguration": awslogs()}
        network.service(deployments=[{"status": "PRIMARY", "serviceConnectConfiguration": connect}])
        found = service_launch(network).service_connect_logs
        assert found is not None
        assert found.log_driver == "awslogs"

    def test_service_launch_reports_failure_events_of_ecs(self) -> None:
        network = Network()
        network.service(events=[{"id": "1", "message": "(service web) was unable to place a task."}])
        assert service_launch(network).reasons == ("(service web) was unable to place a task.",)

    def test_service_launch_has_pull_through_cache_rules(self) -> None:
        network = Network()
        rule = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io"}
        network.rows["pullThroughCacheRules"] = [rule]
        network.service()
        assert [one.ecr_repository_prefix for one in service_launch(network).cache_rules] == ["hub"]

    def test_service_launch_reports_unread_task_definition_as_missing(self) -> None:
        network = Network()
        network.service()
        found = service_launch(network)
        assert isinstance(found.definition, Missing)
        assert found.definition.action == "ecs:DescribeTaskDefinition"

    def test_service_launch_without_task_definition_arn_reports_it_missing(self) -> None:
        network = Network()
        del network.service()["taskDefinition"]
        found = service_launch(network)
        assert found.definition == Missing("the task definition of service web", "ecs:DescribeServices")
        assert found.definition_name == ""

    def test_service_launch_without_cluster_arn_has_empty_cluster_name(self) -> None:
        network = Network()
        del network.service()["clusterArn"]
        assert service_launch(network).cluster == ""


class TestPinnedImageDigests:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html"""

    ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service-revision/shop/web/1"

    @pytest.fixture
    def network(self) -> Network:
        network = Network()
        network.definition(container())
        network.service(currentServiceRevisions=[{"arn": self.ARN}])
        images = [{"containerName": "app", "image": "web:1", "imageDigest": "sha256:1"}, {"containerName": "late"}]
        network.add("serviceRevisions", serviceRevisionArn=self.ARN, taskDefinition=DEFINITION, containerImages=images)
        return network

    def test_pinned_digests_come_from_service_revision(self, network: Network) -> None:
        assert service_launch(network).pinned == (("web:1", "sha256:1"),)

    @pytest.mark.parametrize("change", [{"serviceRevisionArn": "another"}, {"taskDefinition": "web:9"}])
    def test_pinned_digests_ignore_other_revision_or_task_definition(
        self, network: Network, change: dict[str, str]
    ) -> None:
        network.rows["serviceRevisions"][0] |= change
        assert service_launch(network).pinned == ()

    def test_pinned_digests_omit_containers_without_version_consistency(self, network: Network) -> None:
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["versionConsistency"] = "disabled"
        assert service_launch(network).pinned == ()

    @pytest.mark.parametrize("key", ["taskDefinitions", "containerDefinitions", "taskDefinition"])
    def test_pinned_digests_hold_if_version_consistency_is_unread(self, network: Network, key: str) -> None:
        match key:
            case "taskDefinitions":
                network.rows[key] = []
            case "containerDefinitions":
                del network.rows["taskDefinitions"][0][key]
            case _:
                del network.rows["services"][0][key]
        expected = () if key == "taskDefinition" else (("web:1", "sha256:1"),)
        assert service_launch(network).pinned == expected


class TestLaunchTypes:
    @pytest.mark.parametrize(
        ("change", "because"),
        [
            ({"status": "DRAINING"}, "the service is DRAINING"),
            ({"launchType": "EC2"}, "launch type EC2: its tasks use the network of their hosts"),
            ({"launchType": "EXTERNAL"}, "launch type EXTERNAL: its tasks use the network of their hosts"),
            (
                {"launchType": None, "capacityProviderStrategy": [{"capacityProvider": "own-hosts"}]},
                "capacity provider own-hosts: its tasks use the network of their hosts",
            ),
        ],
        ids=["draining", "EC2", "external", "own hosts"],
    )
    def test_non_fargate_or_draining_service_is_not_applicable_with_reason(
        self, change: dict[str, Any], because: str
    ) -> None:
        network = Network()
        network.service(**change)
        assert service_launch(network).not_applicable == because

    @pytest.mark.parametrize("providers", [["FARGATE"], ["FARGATE_SPOT"], ["own-hosts", "FARGATE"]], ids=str)
    def test_fargate_capacity_provider_is_applicable(self, providers: list[str]) -> None:
        network = Network()
        strategy = [{"capacityProvider": name} for name in providers]
        network.service(launchType=None, capacityProviderStrategy=strategy)
        found = service_launch(network)
        assert (found.not_applicable, found.unread) == (None, ())

    @pytest.mark.parametrize(("provider", "applies"), [("FARGATE", True), ("own-hosts", False)])
    def test_launch_type_follows_default_strategy_of_cluster(self, provider: str, applies: bool) -> None:  # noqa: FBT001
        network = Network()
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
        strategy = [{"capacityProvider": provider}]
        network.add("clusters", clusterArn=arn, clusterName="shop", defaultCapacityProviderStrategy=strategy)
        network.service(launchType=None)
        found = service_launch(network)
        assert (found.not_applicable is None) == applies
        assert found.unread == ()

    def test_launch_type_is_unread_without_service_or_cluster_strategy(self) -> None:
        network = Network()
        network.service(launchType=None)
        found = service_launch(network)
        assert found.not_applicable is None
        assert found.unread == (Missing("the launch type of service web", "ecs:DescribeClusters"),)

    def test_external_deployment_controller_reports_task_sets_unread(self) -> None:
        network = Network()
        network.service(deploymentController={"type": "EXTERNAL"})
        assert service_launch(network).unread == (Missing("the task sets of service web", "ecs:DescribeTaskSets"),)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"launchType": "MANAGED_INSTANCES"}, "launch type MANAGED_INSTANCES: its tasks run on instances"),
            (
                {"launchType": None, "capacityProviderStrategy": [{"capacityProvider": "managed"}]},
                "capacity provider managed (Managed Instances): its tasks run on instances",
            ),
            (
                {"launchType": None, "capacityProviderStrategy": [{"capacityProvider": "group"}]},
                "capacity provider group (an Auto Scaling group): its tasks use the network of their hosts",
            ),
            (
                {
                    "launchType": None,
                    "capacityProviderStrategy": [{"capacityProvider": "managed"}, {"capacityProvider": "other"}],
                },
                "capacity provider managed (Managed Instances), other: its tasks use the network of their hosts",
            ),
        ],
        ids=["launch type", "managed", "group", "both"],
    )
    def test_not_applicable_reason_names_kind_of_capacity_provider(self, change: dict[str, Any], reason: str) -> None:
        network = Network()
        for name, kind in (("managed", "MANAGED_INSTANCES"), ("group", "EC2_AUTOSCALING")):
            network.rows.setdefault("capacityProviders", []).append({"name": name, "type": kind})
        network.service(**change)
        found = service_launch(network).not_applicable
        assert found is not None
        assert found.startswith(reason)

    @pytest.mark.parametrize(
        ("mode", "open_type", "because"),
        [
            ("bridge", None, "network mode bridge: its tasks use the network of their hosts"),
            ("host", None, "network mode host: its tasks use the network of their hosts"),
            ("awsvpc", Missing("the launch type of service web", "ecs:DescribeClusters"), None),
        ],
    )
    def test_network_mode_decides_fargate_if_launch_type_is_unread(
        self, mode: str, open_type: Missing | None, because: str | None
    ) -> None:
        network = Network()
        network.definition(container(), networkMode=mode)
        network.service(launchType=None)
        found = service_launch(network)
        assert found.not_applicable == because
        assert found.unread == ((open_type,) if open_type else ())


def task_set(number: str, subnet: str, **more: Any) -> dict[str, Any]:
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": ["sg-open"]}}
    arn = f"arn:aws:ecs:::task-set/{number}"
    row = {"id": f"ecs-svc/{number}", "taskSetArn": arn, "status": "PRIMARY", "launchType": "FARGATE"}
    return row | {"taskDefinition": DEFINITION, "networkConfiguration": network, "platformVersion": "1.3.0"} | more


class TestTaskSets:
    def launches(self, controller: str, *sets: dict[str, Any], **more: Any) -> tuple[Launch, ...]:
        network = Network()
        network.definition(container())
        network.service(deploymentController={"type": controller}, taskSets=list(sets), **more)
        world = network.world()
        (service,) = world.facts.services
        return launches_of(world, service)

    @pytest.mark.parametrize("controller", ["EXTERNAL", "CODE_DEPLOY"])
    def test_task_sets_replace_service_with_own_network_configuration(self, controller: str) -> None:
        found = self.launches(controller, task_set("1", "subnet-a"), task_set("2", "subnet-b"))
        assert [(one.name, one.service, one.arn) for one in found] == [
            ("web/1", "web", "arn:aws:ecs:::task-set/1"),
            ("web/2", "web", "arn:aws:ecs:::task-set/2"),
        ]
        assert [(one.subnets, one.groups, one.platform_version) for one in found] == [
            (("subnet-a",), ("sg-open",), "1.3.0"),
            (("subnet-b",), ("sg-open",), "1.3.0"),
        ]
        assert {one.definition_name for one in found} == {"web:1"}
        assert {one.unread for one in found} == {()}

    def test_task_set_of_launch_type_ec2_is_not_applicable(self) -> None:
        (found,) = self.launches("EXTERNAL", task_set("1", "subnet-a", launchType="EC2"))
        assert found.not_applicable == "launch type EC2: its tasks use the network of their hosts"

    def test_draining_task_set_is_not_applicable(self) -> None:
        (found,) = self.launches("CODE_DEPLOY", task_set("1", "subnet-a", status="DRAINING"))
        assert found.not_applicable == "the task set is DRAINING"

    def test_task_sets_are_ignored_under_ecs_deployment_controller(self) -> None:
        (found,) = self.launches("ECS", task_set("1", "subnet-b"))
        assert (found.name, found.service, found.subnets) == ("web", "web", ("subnet-a",))

    def test_service_without_listed_task_sets_is_the_launch_itself(self) -> None:
        (found,) = self.launches("EXTERNAL")
        assert found.name == "web"
        assert found.unread == (Missing("the task sets of service web", "ecs:DescribeTaskSets"),)
        assert self.launches("CODE_DEPLOY")[0].unread == ()


class TestPlatformFamilies:
    @pytest.mark.parametrize(
        ("platform", "system", "family"),
        [
            (None, None, "linux"),
            ("Linux", None, "linux"),
            ("WINDOWS_SERVER_2022_FULL", None, "windows"),
            ("Windows", None, "windows"),
            (None, "WINDOWS_SERVER_2019_CORE", "windows"),
            (None, "LINUX", "linux"),
            ("Linux", "WINDOWS_SERVER_2019_CORE", "linux"),
        ],
    )
    def test_platform_family_of_launch_precedes_task_definition(
        self, platform: str | None, system: str | None, family: str
    ) -> None:
        definition = TaskDefinition(runtime_platform=RuntimePlatform(operating_system_family=system))
        assert Launch("web", "", "", definition, platform_family=platform).family == family

    def test_platform_family_is_linux_without_task_definition(self) -> None:
        assert Launch("web", "", "", Missing("it")).family == "linux"


@pytest.mark.parametrize(
    ("name", "last"),
    [(f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/web:3", "web:3"), ("web:3", "web:3"), ("a/b/c", "c"), ("", "")],
)
def test_arn_short_name_is_its_last_part(name: str, last: str) -> None:
    assert short_name_of(name) == last
