"""A launch as a rehearsal: who calls what, from where, and what is said of all that a lab does not show."""

from typing import Any

from skerry.lab.aws_fixtures import ImageFixture, RegistryFixture, ResourceFixture
from skerry.lab.client_arguments import ImageReference, ImageTag, Region, Repository
from skerry.lab.client_jobs import Api, Dial, Errand, Login, Pull
from skerry.lab.rehearsal import RehearsalRow, Script, plan_rehearsal
from skerry.launch.launches import Launch, launches_of
from skerry.launch.needs import Step
from skerry.model.world import World
from skerry.net.hostname import Hostname
from tests.networks import ACCOUNT, IMAGE, REGION, Network, allow, awslogs, container, one_of_everything
from tests.networks import Row as Document

REGISTRY = Hostname(f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com")
BUCKET = Hostname(f"prod-{REGION}-starport-layer-bucket.s3.{REGION}.amazonaws.com")
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"


HERE = Region(REGION)


def copy(repository: str, tag: str) -> ImageFixture:
    return ImageFixture(Repository(repository), ImageTag(tag))


def network(*containers: Document, **more: Any) -> Network:
    found = Network()
    found.definition(*containers, **more)
    found.service()
    return found


def of(found: Network) -> tuple[World, Launch]:
    world = found.world()
    (launch,) = launches_of(world, world.facts.services[0])
    return world, launch


def written(found: Network) -> Script:
    return plan_rehearsal(*of(found))


def rows(found: Script, step: Step) -> list[RehearsalRow]:
    return [row for row in found.rows if row.need.step == step]


def row(found: Script, step: Step) -> RehearsalRow:
    (only,) = rows(found, step)
    return only


def errands(found: Script, place: int = 0) -> tuple[Errand, ...]:
    assert found.work is not None
    return found.work.stations[place].errands


class TestRows:
    def test_rehearsal_has_a_row_for_each_need_in_each_subnet(self) -> None:
        found = network(container())
        found.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = [
            "subnet-a",
            "subnet-b",
        ]
        places = [(item.subnet, item.need.step) for item in written(found).rows]
        steps = ["placement", "network-interface", "registry-auth", "manifest", "layers"]
        assert places == [(subnet, step) for subnet in ("subnet-a", "subnet-b") for step in steps]
        assert [item.number for item in written(found).rows] == list(range(10))

    def test_placement_row_says_packets_cannot_show_it(self) -> None:
        assert row(written(network(container())), "placement").why_not == "no packet tells"

    def test_row_says_unread_records_prevent_the_lab(self) -> None:
        found = network(container())
        found.forget("NetworkAcls")
        made = written(found)
        assert made.plan is None
        assert "the lab cannot be built without" in row(made, "manifest").why_not
        assert row(made, "placement").why_not == "no packet tells"

    def test_row_says_lab_has_no_ipv6_for_subnet_without_ipv4(self) -> None:
        found = network(container())
        found.row("Subnets", "subnet-a").pop("CidrBlock")
        assert row(written(found), "manifest").why_not == "the lab has no IPv6"

    def test_row_says_lab_has_no_windows_clients(self) -> None:
        found = network(container())
        found.rows["taskDefinitions"][0]["runtimePlatform"] = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
        why = "the lab has no Windows, whose clients use other ports"
        assert row(written(found), "manifest").why_not == why

    def test_rows_of_a_valid_subnet_remain_if_another_is_unread(self) -> None:
        found = network(container())
        found.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = [
            "subnet-a",
            "subnet-x",
        ]
        shown = {item.subnet: item.why_not for item in rows(written(found), "manifest")}
        assert shown == {"subnet-a": "", "subnet-x": "subnet subnet-x was not read"}

    def test_secrets_row_of_platform_1_3_0_leaves_by_a_fargate_interface(self) -> None:
        found = network(container(secrets=[{"name": "A", "valueFrom": SECRET}]))
        found.row("services", "web")["platformVersion"] = "1.3.0"
        made = written(found)
        assert row(made, "secrets").why_not == "it leaves by an interface of Fargate's own"
        assert row(made, "manifest").why_not == ""

    def test_service_connect_row_uses_the_endpoint_host_if_present(self) -> None:
        found = network(container())
        found.row("services", "web")["deployments"] = [{"serviceConnectConfiguration": {"enabled": True}}]
        assert row(written(found), "service-connect").why_not == "it leaves by an interface of Fargate's own"
        found.endpoint("vpce-9", "ecs-agent", ["subnet-a"])
        assert row(written(found), "service-connect").host == f"ecs-a.{REGION}.amazonaws.com"

    def test_layers_row_of_ecr_public_says_its_host_is_unknown(self) -> None:
        found = written(network(container("public.ecr.aws/nginx/nginx:1")))
        assert row(found, "layers").why_not == "its host is not known"

    def test_efs_row_uses_the_mount_target_of_its_zone(self) -> None:
        volume = {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a"}}
        found = network(container(), volumes=[volume])
        found.interface("eni-efs", "10.0.1.99", "subnet-a", ["sg-open"])
        target = {"MountTargetId": "fsmt-1", "FileSystemId": "fs-0a", "SubnetId": "subnet-a", "IpAddress": "10.0.1.99"}
        found.add("MountTargets", **target)
        made = row(written(found), "volumes")
        assert (made.host, made.port) == ("10.0.1.99", 2049)
        found.row("MountTargets", "fsmt-1")["SubnetId"] = "subnet-b"
        assert row(written(found), "volumes").why_not == "no mount target of fs-0a in the subnet's zone is known"


class TestTasks:
    def test_rehearsed_task_gets_a_free_address(self) -> None:
        found = network(container())
        for last in (4, 5):
            found.interface(f"eni-{last}", f"10.0.1.{last}", "subnet-a", ["sg-open"])
        assert written(found).ends["subnet-a"].address == "10.0.1.6"

    def test_rehearsed_task_without_groups_gets_the_default_group(self) -> None:
        found = network(container())
        found.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"].pop("securityGroups")
        assert written(found).ends["subnet-a"].groups == ("sg-default",)

    def test_rehearsed_task_uses_the_vpc_dns_server(self) -> None:
        work = written(network(container())).work
        assert work is not None
        assert work.servers == ("10.0.0.2",)

    def test_rehearsed_task_uses_the_vpc_dns_server_even_if_disabled(self) -> None:
        found = network(container())
        found.attribute("EnableDnsSupport", value=False)
        work = written(found).work
        assert work is not None
        assert work.servers == ("10.0.0.2",)


class TestPublicAddresses:
    def test_public_address_of_s3_lies_in_its_prefix_list(self) -> None:
        found = network(container())
        found.serve_s3()
        plan = written(found).plan
        assert plan is not None
        public = dict(plan.public)
        assert public[BUCKET].startswith("52.218.")
        assert public[REGISTRY].startswith("203.0.113.")

    def test_public_addresses_differ_for_each_host(self) -> None:
        plan = written(network(container())).plan
        assert plan is not None
        assert len({address for _, address in plan.public}) == len(plan.public) == 3


class TestErrands:
    def test_ecr_token_is_fetched_by_a_login_errand(self) -> None:
        found = written(network(container()))
        assert Login(row(found, "registry-auth").number, REGISTRY) in errands(found)

    def test_pull_errand_covers_manifest_and_layers(self) -> None:
        found = written(network(container()))
        reference = ImageReference.parse(REGISTRY, "web", "1.0")
        assert reference is not None
        assert reference.text == IMAGE
        wanted = Pull(row(found, "manifest").number, row(found, "layers").number, reference, REGISTRY, login=True)
        assert wanted in errands(found)

    def test_docker_hub_image_is_pulled_by_its_full_name(self) -> None:
        found = written(network(container("nginx")))
        (pull,) = [item for item in errands(found) if isinstance(item, Pull)]
        whole = ("docker.io/library/nginx:latest", "registry-1.docker.io", False)
        assert (pull.reference.text, pull.host, pull.login) == whole

    def test_docker_hub_token_host_is_tried_by_a_connection(self) -> None:
        found = written(network(container("nginx")))
        (number,) = [item.number for item in rows(found, "manifest") if item.host == "auth.docker.io"]
        assert Dial(number, Hostname("auth.docker.io"), 443) in errands(found)

    def test_image_by_digest_gets_a_tag(self) -> None:
        found = written(network(container(f"{REGISTRY}/web@sha256:{'a' * 64}")))
        (pull,) = [item for item in errands(found) if isinstance(item, Pull)]
        assert pull.reference.text == f"{REGISTRY}/web:rehearsed"
        assert found.work is not None
        assert found.work.stock.images == (copy("web", "rehearsed"),)

    def test_api_errands_call_the_endpoints_of_their_needs(self) -> None:
        secrets = [{"name": "A", "valueFrom": f"{SECRET}:password::"}, {"name": "B", "valueFrom": "/app/b"}]
        files = [{"value": "arn:aws:s3:::settings/web.env", "type": "s3"}]
        found = written(network(container(secrets=secrets, logConfiguration=awslogs(), environmentFiles=files)))
        calls = [item.call for item in errands(found) if isinstance(item, Api)]
        assert [(call.service, call.operation, call.endpoint) for call in calls] == [
            ("secretsmanager", "get_secret_value", f"https://secretsmanager.{REGION}.amazonaws.com"),
            ("ssm", "get_parameters", f"https://ssm.{REGION}.amazonaws.com"),
            ("logs", "create_log_stream", f"https://logs.{REGION}.amazonaws.com"),
            ("s3", "get_object", None),
        ]
        assert calls[0].parameters == {"SecretId": SECRET}
        assert calls[1].parameters == {"Names": ["/app/b"], "WithDecryption": True}
        assert calls[3].parameters == {"Bucket": "settings", "Key": "web.env"}

    def test_each_row_with_a_host_is_covered_by_errands_once(self) -> None:
        found = written(one_of_everything())
        for place in (0, 1):
            own = [item for item in errands(found, place) if not isinstance(item, Pull)]
            pulls = [item for item in errands(found, place) if isinstance(item, Pull)]
            numbers = [item.row for item in own] + [n for p in pulls for n in (p.manifest, p.layers) if n is not None]
            subnet = ("subnet-a", "subnet-b")[place]
            assert sorted(numbers) == [item.number for item in found.rows if item.host and item.subnet == subnet]


class TestStock:
    def test_stock_holds_every_item_the_api_calls_request(self) -> None:
        parameter = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/c"
        secrets = [{"name": "A", "valueFrom": SECRET}, {"name": "C", "valueFrom": parameter}]
        files = [{"value": "arn:aws:s3:::settings/web.env", "type": "s3"}]
        found = written(network(container(secrets=secrets, logConfiguration=awslogs(), environmentFiles=files)))
        assert found.work is not None
        assert set(found.work.stock.items) == {
            ResourceFixture("secretsmanager", HERE, "db-AbCdEf"),
            ResourceFixture("ssm", HERE, "/app/c"),
            ResourceFixture("logs", HERE, awslogs()["options"]["awslogs-group"]),
            ResourceFixture("s3", HERE, "settings/web.env"),
        }

    def test_stock_has_a_registry_and_image_for_each_container(self) -> None:
        found = written(
            network(container(), container("quay.io/org/side:1", name="side"), container("r.example/x:2", name="x"))
        )
        assert found.work is not None
        assert found.work.stock.registries == (
            RegistryFixture(REGISTRY, "password", None, BUCKET),
            RegistryFixture(Hostname("quay.io"), "nothing", None, Hostname("cdn.quay.io")),
            RegistryFixture(Hostname("r.example"), "nothing"),
        )
        assert found.work.stock.images == (copy("web", "1.0"), copy("org/side", "1"), copy("x", "2"))


def test_rehearsal_plan_includes_the_endpoint_interface() -> None:
    found = network(container())
    found.group("sg-end", inbound=[allow("tcp", 443, group="sg-task")])
    found.endpoint("vpce-1", "ecr.api", ["subnet-a"], group="sg-end")
    plan = written(found).plan
    assert plan is not None
    assert {port.side for router in plan.routers for port in router.ports} == {"tasks", "far"}
