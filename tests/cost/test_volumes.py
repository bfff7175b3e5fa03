"""Volumes of launches by path, each number with its basis."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from skerry.app.selection import all_launches
from skerry.cost.launch_volumes import GivenVolumes, called_services_of, volumes_of
from skerry.cost.volumes import Driver, Estimate, LaunchVolume, Volumes, weakest_basis_of
from tests.networks import ACCOUNT, IMAGE, REGION, Network, awslogs, container

_MB = 1024**2


def network(*containers: Any, **more: Any) -> Network:
    network = Network()
    network.definition(*(containers or (container(),)))
    network.service(**more)
    return network


def volumes(network: Network, given: GivenVolumes | None = None) -> Volumes:
    world = network.world()
    return volumes_of(world, all_launches(world), given or GivenVolumes())


def gb(found: Volumes, factors: dict[Driver, Decimal] | None = None) -> dict[str, Decimal]:
    return {path.path: path.gb for path in found.traffic(factors).paths}


def with_manifest(network: Network, manifest: str | None, others: Iterable[tuple[str, str]] = ()) -> Network:
    """The network with an answer about its image; ``others`` are manifests by their digest."""
    repository, _, tag = IMAGE.rpartition("/")[2].partition(":")
    row = {"imageId": {"imageTag": tag, "imageDigest": "sha256:1"}}
    if manifest is not None:
        row["imageManifest"] = manifest  # type: ignore[assignment]
    asked = {"repositoryName": repository, "registryId": IMAGE.partition(".")[0], "imageIds": [{"imageTag": tag}]}
    more = [{"imageId": {"imageDigest": digest}, "imageManifest": text} for digest, text in others]
    network.call("ecr:BatchGetImage", asked, {"images": [row, *more], "failures": []})
    return network


class TestImages:
    def test_layers_of_a_manifest_are_measured(self) -> None:
        manifest = {"config": {"digest": "sha256:2", "size": _MB}, "layers": [{"size": 255 * _MB}, {"size": 256 * _MB}]}
        found = volumes(with_manifest(network(desiredCount=2), json.dumps(manifest)))
        ((path, image),) = found.launches[0].images
        assert (path, image.value, image.basis) == ("s3", Decimal("0.5"), "measured")
        assert gb(found)["s3"] == Decimal(30)
        assert next(row.basis for row in found.paths() if row.path == "s3") == "assumed"

    def test_manifest_without_sizes_leaves_an_assumption(self) -> None:
        several = {"manifests": [{"platform": {"architecture": "amd64", "os": "linux"}}]}
        texts = [json.dumps(several), "no json", json.dumps({"layers": [{"size": -1}]}), None]
        for text in texts:
            ((_, image),) = volumes(with_manifest(network(), text)).launches[0].images
            assert image == Estimate(Decimal("0.5"), "assumed", "an image of 0.5 GB")

    def test_platform_of_the_task_decides_among_manifests(self) -> None:
        listed = {
            "manifests": [
                {"digest": "sha256:x86", "platform": {"architecture": "amd64", "os": "linux"}},
                {"digest": "sha256:arm", "platform": {"architecture": "arm64", "os": "linux"}},
                {"digest": "sha256:proof", "platform": {"architecture": "unknown", "os": "unknown"}},
            ]
        }
        sizes = {"sha256:x86": 512 * _MB, "sha256:arm": 256 * _MB}
        rows = [(digest, json.dumps({"layers": [{"size": size}]})) for digest, size in sizes.items()]
        for architecture, expected in (("X86_64", "0.5"), ("ARM64", "0.25"), (None, "0.5")):
            given = with_manifest(network(), json.dumps(listed), rows)
            platform = {} if architecture is None else {"cpuArchitecture": architecture}
            given.rows["taskDefinitions"][0]["runtimePlatform"] = platform
            ((_, image),) = volumes(given).launches[0].images
            assert (image.value, image.basis) == (Decimal(expected), "measured")
        ((_, image),) = volumes(with_manifest(network(), json.dumps(listed))).launches[0].images
        assert image.basis == "assumed"

    def test_manifest_of_another_tag_says_nothing(self) -> None:
        found = network(container(IMAGE.rpartition(":")[0] + ":other"))
        ((_, image),) = volumes(with_manifest(found, json.dumps({"layers": [{"size": 1}]}))).launches[0].images
        assert image.basis == "assumed"

    def test_images_of_other_registries_come_from_the_internet(self) -> None:
        other = f"{ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com/web:1"
        found = volumes(network(container("nginx:1"), container(other, name="b"), container(name="c")))
        assert [path for path, _ in found.launches[0].images] == ["internet", "internet", "s3"]

    def test_image_of_two_containers_is_pulled_once(self) -> None:
        assert len(volumes(network(container(), container(name="b"))).launches[0].images) == 1

    def test_given_size_is_that_of_all_images(self) -> None:
        given = GivenVolumes(image_gb=Decimal(2), starts=Decimal(10))
        found = volumes(network(container(), container("nginx:1", name="b")), given)
        assert gb(found)["s3"] == 20
        assert next(row for row in found.paths() if row.path == "s3").reason == "given"

    def test_unknown_definition_has_no_images_and_no_calls(self) -> None:
        unknown = network()
        unknown.forget("taskDefinitions")
        (launch,) = volumes(unknown).launches
        assert (launch.images, launch.services) == ((), ())
        (launch,) = volumes(unknown, GivenVolumes(image_gb=Decimal(1))).launches
        assert [path for path, _ in launch.images] == ["s3"]

    def test_definition_without_containers_has_no_images(self) -> None:
        empty = network()
        empty.rows["taskDefinitions"][0].pop("containerDefinitions")
        assert volumes(empty).launches[0].images == ()


class TestStarts:
    def scheduled(self, expression: str) -> Estimate:
        given = Network()
        given.definition(container())
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
        network_configuration = {"awsvpcConfiguration": {"Subnets": ["subnet-a"], "SecurityGroups": ["sg-task"]}}
        parameters = {
            "TaskDefinitionArn": f"{arn}:task-definition/web:1",
            "LaunchType": "FARGATE",
            "NetworkConfiguration": network_configuration,
        }
        given.add(
            "Schedules",
            Arn=f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/nightly",
            Name="nightly",
            State="ENABLED",
            ScheduleExpression=expression,
            Target={"Arn": f"{arn}:cluster/shop", "EcsParameters": parameters},
        )
        (launch,) = volumes(given).launches
        return launch.starts

    def test_schedule_has_the_starts_of_its_expression(self) -> None:
        starts = self.scheduled("rate(5 minutes)")
        assert starts == Estimate(Decimal(8640), "estimated", "8640 starts a month by its schedule")

    def by_rule(self, *rules: Any, name: str = "hourly", count: int = 3, **more: Any) -> Estimate:
        """The starts of the target of a rule, with an answer of the rules of its bus."""
        given = Network()
        given.definition(container())
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
        places = {"awsvpcConfiguration": {"Subnets": ["subnet-a"], "SecurityGroups": ["sg-task"]}}
        parameters = {"TaskDefinitionArn": f"{arn}:task-definition/web:1", "LaunchType": "FARGATE", "TaskCount": count}
        target = {"Arn": f"{arn}:cluster/shop", "EcsParameters": parameters | {"NetworkConfiguration": places}} | more
        given.call("events:ListTargetsByRule", {"Rule": name}, {"Targets": [target]})
        given.call("events:ListRules", {}, {"Rules": list(rules)})
        (launch,) = volumes(given).launches
        return launch.starts

    def test_rule_has_the_starts_of_its_expression_for_each_task_of_its_target(self) -> None:
        """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html."""
        hourly = {"Name": "hourly", "EventBusName": "default", "ScheduleExpression": "rate(1 hour)"}
        assert self.by_rule(hourly).value == 2160
        assert self.by_rule(hourly, Id="1").value == 2160
        assert self.by_rule(hourly | {"State": "DISABLED"}).value == 0
        assert self.by_rule({"RuleArn": "arn:of:a:load:balancer"}, hourly, count=1).value == 720

    def test_rule_of_events_or_of_another_name_or_bus_is_assumed(self) -> None:
        hourly = {"Name": "hourly", "EventBusName": "default", "ScheduleExpression": "rate(1 hour)"}
        for rule in (hourly | {"Name": "daily"}, hourly | {"EventBusName": "other"}, {"Name": "hourly"}):
            assert self.by_rule(rule).basis == "assumed"
        assert self.by_rule().basis == "assumed"

    def test_schedule_that_is_not_plain_is_assumed(self) -> None:
        assert self.scheduled("cron(0 6 L * ? *)").basis == "assumed"


class TestOtherPaths:
    def test_calls_of_ecr_and_secrets_are_a_few_kilobytes_for_each_start(self) -> None:
        secret = {"name": "A", "valueFrom": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:a"}
        found = volumes(network(container(secrets=[secret])), GivenVolumes(starts=Decimal(1024)))
        sizes = gb(found)
        assert sizes["ecr.api"] == Decimal(5) / 1024
        assert sizes["ecr.dkr"] == Decimal(30) / 1024
        assert sizes["secretsmanager"] == Decimal(10) / 1024

    def test_logs_are_assumed_for_tasks_with_logs_only(self) -> None:
        assert gb(volumes(network()))["logs"] == 0
        with_logs = network(container(logConfiguration=awslogs()), desiredCount=3)
        assert gb(volumes(with_logs))["logs"] == 3
        found = volumes(with_logs, GivenVolumes(logs_gb=Decimal(7)))
        assert next((row.gb, row.basis) for row in found.paths() if row.path == "logs") == (Decimal(7), "estimated")

    def test_internet_has_a_part_that_leaves(self) -> None:
        found = volumes(network(), GivenVolumes(internet_gb=Decimal(5), egress_gb=Decimal(2)))
        row = next(path for path in found.traffic().paths if path.path == "internet")
        assert (row.gb, row.out) == (Decimal(5), Decimal(2))
        doubled = found.traffic({"internet": Decimal(2)})
        assert next((path.gb, path.out) for path in doubled.paths if path.path == "internet") == (
            Decimal(10),
            Decimal(4),
        )

    def test_s3_is_no_service_with_an_interface_endpoint_here(self) -> None:
        launches = all_launches(network(container(logConfiguration=awslogs())).world())
        assert sorted(called_services_of(launches[0])) == ["ecr.api", "ecr.dkr", "logs"]


class TestDrivers:
    def test_uncertain_drivers_are_those_that_count_and_were_not_measured(self) -> None:
        assert volumes(network()).uncertain_drivers() == ("image size", "task starts")
        zero = GivenVolumes(starts=Decimal(0), internet_gb=Decimal(1))
        assert volumes(network(), zero).uncertain_drivers() == ("image size", "internet")

    def test_factor_of_a_driver_scales_its_paths_alone(self) -> None:
        found = volumes(network(), GivenVolumes(starts=Decimal(2), image_gb=Decimal(1)))
        assert gb(found, {"image size": Decimal(3)})["s3"] == 6
        assert gb(found, {"image size": Decimal(3)})["ecr.api"] == gb(found)["ecr.api"]

    def test_weakest_basis_wins(self) -> None:
        assert weakest_basis_of(["measured", "assumed", "estimated"]) == "assumed"

    def test_no_launches_have_no_volume(self) -> None:
        found = volumes(Network())
        assert found.launches == ()
        assert found.traffic().total == 0


def test_images_of_all_starts_are_pulled() -> None:
    images = (("s3", Estimate(Decimal(2), "estimated", "")), ("internet", Estimate(Decimal(1), "estimated", "")))
    assert LaunchVolume("web", images, Estimate(Decimal(10), "estimated", ""), ()).pulled_gb == 30


def test_given_volumes_are_those_of_all_tasks() -> None:
    given = GivenVolumes(Decimal(1), Decimal(100), Decimal(10), None, Decimal(2))
    assert given.part(Decimal("0.5")) == GivenVolumes(Decimal(1), Decimal(50), Decimal(5), None, Decimal(1))
