"""What Fargate started, or tried to: of a task, with what asked for it."""

from typing import Any

import pytest
from msgspec import UNSET

from skerry.launch.launches import Launch
from skerry.launch.running_tasks import launch_of_task, service_of
from skerry.model.facts import Missing
from tests.networks import ACCOUNT, DEFINITION, REGION, Network, Row, container

CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"


def task_launch(network: Network) -> Launch:
    world = network.world()
    (task,) = world.facts.tasks
    return launch_of_task(world, task)


def attached(**details: str) -> list[dict[str, Any]]:
    """A task's attachments: its network interface, and another that says nothing of it."""
    rows = [{"name": name, "value": value} for name, value in details.items()]
    other = {"type": "ServiceConnect", "details": [{"name": "subnetId", "value": "subnet-9"}]}
    return [{"type": "ElasticNetworkInterface", "status": "ATTACHED", "details": rows}, other]


class TestTaskLaunches:
    def test_task_launch_takes_subnet_and_groups_of_its_interface(self) -> None:
        network = Network()
        network.definition(container())
        network.interface("eni-7", "10.0.2.7", "subnet-b", ["sg-open"], Association={"PublicIp": "198.51.100.7"})
        network.task("1f", attachments=attached(subnetId="subnet-b", networkInterfaceId="eni-7"))
        found = task_launch(network)
        assert (found.name, found.cluster, found.definition_name) == ("1f", "shop", "web:1")
        assert (found.subnets, found.groups, found.public_address) == (("subnet-b",), ("sg-open",), True)
        assert (found.platform_version, found.region, found.not_applicable) == ("1.4.0", REGION, None)
        assert found.arn is not None
        assert found.arn.endswith(":task/shop/1f")

    def test_task_launch_without_interface_takes_groups_of_service(self) -> None:
        network = Network()
        row = network.service(groups=["sg-open"], subnets=["subnet-a", "subnet-b"])
        row["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"
        network.task("1f", group="service:web", attachments=attached(subnetId="subnet-b", networkInterfaceId="eni-7"))
        found = task_launch(network)
        assert (found.subnets, found.groups, found.public_address) == (("subnet-b",), ("sg-open",), True)

    def test_task_launch_without_attachment_takes_subnets_of_service(self) -> None:
        network = Network()
        network.service(subnets=["subnet-a", "subnet-b"])
        network.task("1f", group="service:web")
        assert task_launch(network).subnets == ("subnet-a", "subnet-b")

    def test_task_launch_without_interface_or_service_has_unset_groups(self) -> None:
        network = Network()
        network.task("1f", group="family:web", attachments=attached(subnetId="subnet-a"))
        found = task_launch(network)
        assert found.groups is UNSET
        assert found.public_address == Missing("whether the task had a public address", "ec2:DescribeNetworkInterfaces")

    def test_task_launch_without_attachment_or_service_has_no_subnets(self) -> None:
        network = Network()
        network.task("1f")
        assert task_launch(network).subnets == ()

    def test_task_launch_takes_service_groups_if_interface_lacks_groups(self) -> None:
        network = Network()
        network.service(groups=["sg-open"])
        del network.interface("eni-7", "10.0.2.7", "subnet-b")["Groups"]
        network.task("1f", group="service:web", attachments=attached(networkInterfaceId="eni-7"))
        assert task_launch(network).groups == ("sg-open",)

    def test_task_launch_has_pull_through_cache_rules(self) -> None:
        network = Network()
        rule = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io"}
        network.rows["pullThroughCacheRules"] = [rule]
        network.task("1f")
        assert [one.ecr_repository_prefix for one in task_launch(network).cache_rules] == ["hub"]

    def test_task_launch_without_task_definition_arn_reports_it_missing(self) -> None:
        network = Network()
        del network.task("1f")["taskDefinitionArn"]
        found = task_launch(network)
        assert found.definition == Missing("the task definition of task 1f", "ecs:DescribeTasks")
        assert found.definition_name == ""

    @pytest.mark.parametrize(
        ("change", "because"),
        [
            ({"launchType": "EC2"}, "launch type EC2: its tasks use the network of their hosts"),
            (
                {"launchType": None, "capacityProviderName": "own-hosts"},
                "capacity provider own-hosts: its tasks use the network of their hosts",
            ),
            ({"launchType": None, "capacityProviderName": "FARGATE_SPOT"}, None),
            ({"launchType": None}, None),
        ],
        ids=str,
    )
    def test_task_launch_on_own_hosts_is_not_applicable(self, change: dict[str, Any], because: str | None) -> None:
        network = Network()
        network.task("1f", **change)
        assert task_launch(network).not_applicable == because

    def test_task_launch_has_service_connect_of_its_service(self) -> None:
        network = Network()
        network.service(deployments=[{"serviceConnectConfiguration": {"enabled": True}}])
        network.task("1f", group="service:web")
        assert task_launch(network).service_connect

    def test_task_launch_without_cluster_and_platform_has_defaults(self) -> None:
        network = Network()
        row = network.task("1f")
        del row["clusterArn"], row["platformVersion"]
        found = task_launch(network)
        assert (found.cluster, found.platform_version, found.region) == ("", "LATEST", REGION)


class TestServiceOfTask:
    def test_service_of_task_matches_group_and_cluster(self) -> None:
        network = Network()
        network.service(
            "web",
            clusterArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/other",
            serviceArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/other/web",
        )
        network.service("api")
        network.task("1f", group="service:web")
        world = network.world()
        assert service_of(world, world.facts.tasks[0]) is None
        network.service("web")
        world = network.world()
        found = service_of(world, world.facts.tasks[0])
        assert found is not None
        assert found.service_arn.endswith(":service/shop/web")


def vpc(*groups: str, public: str = "DISABLED") -> Row:
    row = {"subnets": ["subnet-a"], "securityGroups": list(groups), "assignPublicIp": public}
    return {"awsvpcConfiguration": row}


class TestStoppedTaskOrigins:
    """The interface of a stopped task is gone, and its security groups with it: they are those that were asked for."""

    def stopped(self, network: Network, by: str | None, group: str = "family:web") -> Launch:
        details = attached(subnetId="subnet-a", networkInterfaceId="eni-gone")
        more = {} if by is None else {"startedBy": by}
        network.task("1f", group=group, lastStatus="STOPPED", attachments=details, **more)
        return task_launch(network)

    def test_stopped_task_takes_groups_of_its_own_deployment(self) -> None:
        network = Network()
        older = {"id": "ecs-svc/1", "status": "ACTIVE", "networkConfiguration": vpc("sg-old", public="ENABLED")}
        latest = {"id": "ecs-svc/2", "status": "PRIMARY", "networkConfiguration": vpc("sg-task")}
        network.service(groups=["sg-task"], deployments=[latest, older])
        found = self.stopped(network, "ecs-svc/1", "service:web")
        assert (found.groups, found.public_address) == (("sg-old",), True)
        assert found.notes == ("its security groups are taken to be those that web asks for",)

    def test_stopped_task_takes_service_groups_if_deployment_is_gone(self) -> None:
        network = Network()
        network.service(groups=["sg-task"], deployments=[{"id": "ecs-svc/2", "status": "PRIMARY"}])
        assert self.stopped(network, "ecs-svc/1", "service:web").groups == ("sg-task",)

    def of_task_set(self, by: str) -> Launch:
        network = Network()
        mine = {"id": "ecs-svc/1", "taskSetArn": "arn:aws:ecs:::task-set/1", "networkConfiguration": vpc("sg-open")}
        network.service(deploymentController={"type": "EXTERNAL"}, networkConfiguration={}, taskSets=[mine])
        return self.stopped(network, by, "service:web")

    def test_stopped_task_takes_groups_of_its_task_set(self) -> None:
        assert self.of_task_set("ecs-svc/1").groups == ("sg-open",)

    def test_stopped_task_of_missing_task_set_has_unset_groups(self) -> None:
        # A service without a network configuration does not ask for the VPC's default group.
        found = self.of_task_set("ecs-svc/0")
        assert found.groups is UNSET
        assert isinstance(found.public_address, Missing)

    def scheduled(self, *names: str, group: str = "sg-task") -> Network:
        network = Network()
        network.definition(container())
        network.rows["Schedules"] = []
        for number, name in enumerate(names):
            groups = [group] if number == 0 else ["sg-open"]
            where = {"awsvpcConfiguration": {"Subnets": ["subnet-a"], "SecurityGroups": groups}}
            asked = {"TaskDefinitionArn": DEFINITION, "LaunchType": "FARGATE", "NetworkConfiguration": where}
            target = {"Arn": CLUSTER, "EcsParameters": asked}
            network.add("Schedules", Arn=f"arn:aws:scheduler:::{name}", Name=name, State="ENABLED", Target=target)
        return network

    def test_stopped_task_takes_groups_of_its_schedule(self) -> None:
        found = self.stopped(self.scheduled("nightly", "hourly"), "chronos-schedule/nightly")
        assert (found.groups, found.public_address) == (("sg-task",), False)
        assert found.notes == ("its security groups are taken to be those that nightly asks for",)

    def test_stopped_task_matches_schedule_by_truncated_name(self) -> None:
        by = "chronos-schedule/gold-coast-data-lak"
        assert self.stopped(self.scheduled("gold-coast-data-lake-refresh"), by).groups == ("sg-task",)

    def test_stopped_task_of_ambiguous_schedules_has_unset_groups(self) -> None:
        by = "chronos-schedule/gold-coast-data-lak"
        names = ("gold-coast-data-lake-refresh", "gold-coast-data-lake-export")
        assert self.stopped(self.scheduled(*names), by).groups is UNSET
        assert self.stopped(self.scheduled(*names, group="sg-open"), by).groups == ("sg-open",)

    @pytest.mark.parametrize("by", [None, "a-person", "chronos-schedule/other", "events-rule/nightly"])
    def test_stopped_task_of_other_starter_has_unset_groups(self, by: str | None) -> None:
        assert self.stopped(self.scheduled("nightly"), by).groups is UNSET

    def test_stopped_task_ignores_schedule_of_other_cluster(self) -> None:
        network = self.scheduled("nightly")
        network.rows["Schedules"][0]["Target"]["Arn"] = CLUSTER.replace("shop", "other")
        assert self.stopped(network, "chronos-schedule/nightly").groups is UNSET

    def test_stopped_task_takes_groups_of_its_events_rule(self) -> None:
        network = self.scheduled("nightly")
        target = network.rows.pop("Schedules")[0]["Target"] | {"Id": "1"}
        network.call("ListTargetsByRule", {"Rule": "nightly"}, {"Targets": [target]})
        found = self.stopped(network, "events-rule/nightly")
        assert found.groups == ("sg-task",)
        assert found.notes == ("its security groups are taken to be those that nightly/1 asks for",)
