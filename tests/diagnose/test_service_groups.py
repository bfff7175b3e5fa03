"""Services that fail alike are one group, with the steps and causes of all of them."""

import pytest

from skerry.diagnose.diagnosis import Diagnosis, ServiceGroup, StepSummary
from skerry.diagnose.need_verdicts import blockers_of
from skerry.reach.trace import AbsentEndpoint
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.diagnose.test_diagnose import all_of
from tests.networks import ACCOUNT, IMAGE, REGION, Network, awslogs, container, entry, one_of_everything

SECRET = f"arn:aws:secretsmanager:{{}}:{ACCOUNT}:secret:db-AbCdEf"


@pytest.fixture
def network() -> Network:
    """An isolated subnet with the service ``web``."""
    network = Network()
    network.definition(container())
    network.service()
    return network


def groups_of(network: Network) -> tuple[ServiceGroup, ...]:
    return all_of(network).failing_groups


def only(network: Network) -> ServiceGroup:
    (group,) = groups_of(network)
    return group


def names_of(group: ServiceGroup) -> list[str]:
    return [service.launch.name for service in group.services]


def rows_of(group: ServiceGroup) -> dict[str, StepSummary]:
    return {row.step: row for row in group.steps}


def with_groups(network: Network, *names: str) -> None:
    """Add services of which each has a security group of its own, without rules."""
    for name in names:
        network.group(f"sg-{name}", outbound=[])
        row = network.service(name)
        row["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = [f"sg-{name}"]


class TestGroups:
    def test_services_with_equal_causes_are_one_group(self, network: Network) -> None:
        network.service("api")
        assert names_of(only(network)) == ["web", "api"]

    def test_services_with_own_security_groups_are_one_group(self, network: Network) -> None:
        network.rows["services"].clear()
        with_groups(network, "a", "b")
        group = only(network)
        assert names_of(group) == ["a", "b"]
        closed, table = group.causes
        assert closed.resources == ("sg-a", "sg-b")
        assert all("sg-a" in message for message in closed.messages)
        assert table.resources == ("rtb-main",)

    def test_services_with_other_causes_are_other_groups(self, network: Network) -> None:
        with_groups(network, "a")
        assert [names_of(group) for group in groups_of(network)] == [["web"], ["a"]]

    def test_services_with_other_verdicts_are_other_groups(self, network: Network) -> None:
        network.service("lost", ["subnet-z"])
        verdicts = [group.services[0].verdict for group in groups_of(network)]
        assert verdicts == [BLOCKED, UNKNOWN]

    def test_group_has_the_steps_and_endpoints_of_all_its_services(self, network: Network) -> None:
        more = "arn:aws:ecs:eu-west-1:111122223333:task-definition/more:1"
        network.definition(container(logConfiguration=awslogs()), arn=more)
        network.service("api", taskDefinition=more)
        group = only(network)
        assert [row.step for row in group.steps] == [
            "placement", "network-interface", "registry-auth", "manifest", "logs", "layers"
        ]  # fmt: skip
        (cause,) = group.causes
        assert AbsentEndpoint(f"com.amazonaws.{REGION}.logs", "Interface") in cause.absent_endpoints

    def test_group_has_each_subnet_once(self, network: Network) -> None:
        network.service("api", ["subnet-a", "subnet-b"])
        assert [placement.subnet for placement in only(network).placements] == ["subnet-a", "subnet-b"]

    def test_working_services_are_grouped_by_cluster_and_reason(self, network: Network) -> None:
        network.service("x", launchType="EC2")
        network.service("y", launchType="EC2")
        network.service("z", launchType="EC2", clusterArn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/other")
        found = all_of(network)
        assert [names_of(group) for group in found.working_groups] == [["x", "y"], ["z"]]
        assert [names_of(group) for group in found.failing_groups] == [["web"]]

    def test_service_alone_is_shown_whatever_its_verdict(self, network: Network) -> None:
        network.rows["services"][0]["launchType"] = "EC2"
        found = all_of(network)
        assert [names_of(group) for group in found.failing_groups] == [["web"]]
        assert found.working_groups == ()


class TestSteps:
    def test_steps_are_numbered_and_labelled(self, network: Network) -> None:
        rows = [(row.number, row.step, row.causes, row.fails_first) for row in only(network).steps]
        assert rows == [
            (1, "placement", (), False),
            (2, "network-interface", (), False),
            (3, "registry-auth", ("A",), True),
            (4, "manifest", ("A",), False),
            (5, "layers", ("A",), False),
        ]

    def test_steps_name_what_they_call(self) -> None:
        called = {row.called for row in only(one_of_everything()).steps}
        assert {"Fargate 1.4.0", "", "Amazon ECR API", "Amazon S3"} <= called

    def test_step_of_another_region_names_it(self, network: Network) -> None:
        secrets = [{"name": "A", "valueFrom": SECRET.format("eu-west-2")}]
        network.rows["taskDefinitions"][0]["containerDefinitions"] = [container(secrets=secrets)]
        assert rows_of(only(network))["secrets"].called == "Secrets Manager in eu-west-2"

    def test_step_outside_aws_names_its_host(self, network: Network) -> None:
        network.rows["taskDefinitions"][0]["containerDefinitions"] = [container("registry.corp.example/app:1")]
        assert rows_of(only(network))["manifest"].called == "registry.corp.example"

    def test_windows_is_named(self, network: Network) -> None:
        network.rows["taskDefinitions"][0]["runtimePlatform"] = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
        assert rows_of(only(network))["placement"].called.startswith("Fargate windows ")

    def test_mount_names_its_file_system(self, network: Network) -> None:
        arn = f"arn:aws:s3files:{REGION}:{ACCOUNT}:file-system/fs-0f"
        volume = {"name": "a", "s3filesVolumeConfiguration": {"fileSystemArn": arn}}
        network.rows["taskDefinitions"][0]["volumes"] = [volume]
        assert rows_of(only(network))["volumes"].called == "fs-0f"

    def test_equal_calls_of_a_step_are_one_row(self, network: Network) -> None:
        images = [container(IMAGE), container(IMAGE.replace("web", "sidecar"), name="sidecar")]
        network.rows["taskDefinitions"][0]["containerDefinitions"] = images
        assert [row.step for row in only(network).steps].count("manifest") == 1


class TestCausesOfGroups:
    def test_missing_route_follows_from_an_endpoint_without_private_dns(self, network: Network) -> None:
        network.serve_s3()
        network.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False)
        network.endpoint("vpce-2", "ecr.dkr", PrivateDnsEnabled=False)
        (cause,) = only(network).causes
        assert (cause.code, cause.resources) == ("DNS_PRIVATE_NAMES_DISABLED", ("vpce-1", "vpce-2"))
        assert cause.dead_ends == ("rtb-main",)
        assert cause.absent_endpoints == {}
        assert only(network).inferred_facts == {}

    def test_cause_on_the_way_to_an_endpoint_alone_is_intended(self, network: Network) -> None:
        network.serve_s3()
        network.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False)
        network.endpoint("vpce-2", "ecr.dkr")
        group = only(network)
        assert [(cause.code, cause.intended) for cause in group.causes] == [("DNS_PRIVATE_NAMES_DISABLED", True)]
        blockers = {row.code: row.intended for row in rows_of(group)["registry-auth"].needs[0].blockers}
        assert blockers == {"NO_ROUTE_TO_DESTINATION": False, "DNS_PRIVATE_NAMES_DISABLED": True}

    def test_cause_of_the_call_is_not_intended_whatever_path_comes_first(self, network: Network) -> None:
        network.serve_s3()
        network.endpoint("vpce-1", "ecr.api", ["subnet-b"], PrivateDnsEnabled=False)
        network.acl("acl-out", [entry(100, "deny", egress=True)], ["subnet-a"])
        traces = rows_of(only(network))["registry-auth"].needs[0].traces
        assert {trace.intended for trace in traces} == {True, False}
        for order in (traces, traces[::-1]):
            causes = {(item.code, item.resource): item.intended for item in blockers_of(network.world(), order)}
            assert causes["SUBNET_ACL_RESTRICTION", "acl-out"] is False
            assert causes["DNS_PRIVATE_NAMES_DISABLED", "vpce-1"] is True

    def test_missing_route_is_a_cause_beside_an_endpoint_whose_dns_works(self, network: Network) -> None:
        network.serve_s3()
        network.endpoint("vpce-1", "ecr.api")
        (cause,) = only(network).causes
        assert (cause.code, cause.dead_ends) == ("NO_ROUTE_TO_DESTINATION", ())


class TestNextSteps:
    @pytest.mark.parametrize(
        ("verdicts", "step"),
        [((BLOCKED,), "plan"), ((UNKNOWN,), "supply-facts"), ((OK,), "rehearse"), ((OK, OK), None)],
    )
    def test_next_step_follows_from_the_verdict(self, network: Network, verdicts: tuple[str, ...], step: str) -> None:
        if OK in verdicts:
            network.serve_s3()
            network.endpoint("vpce-1", "ecr.api")
            network.endpoint("vpce-2", "ecr.dkr")
        if UNKNOWN in verdicts:
            network.forget("RouteTables")
        for number in range(1, len(verdicts)):
            network.service(f"svc{number}")
        found = all_of(network)
        assert tuple(service.verdict for service in found.services) == verdicts
        assert found.next_step == step

    def test_nothing_is_next_without_services(self) -> None:
        assert Diagnosis(OK, ()).next_step is None


def test_cause_of_several_groups_with_a_resource_in_common_is_counted_once(network: Network) -> None:
    network.table("rtb-own", subnets=["subnet-b"])
    network.service("api", ["subnet-a", "subnet-b"])
    found = all_of(network)
    assert [names_of(group) for group in found.failing_groups] == [["web"], ["api"]]
    assert [(cause.resources, cause.services) for cause in found.causes] == [(("rtb-main", "rtb-own"), ("web", "api"))]
    assert found.cause_count == 1
