"""Host names of calls in VPCs with an endpoint, and refusals by Fargate."""

from typing import Any

import pytest

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import NeedDiagnosis, ServiceDiagnosis
from skerry.launch.launches import launch_of_service, launches_of
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.networks import ACCOUNT, REGION, Network, container

FIPS = f"{ACCOUNT}.dkr.ecr-fips.{REGION}.amazonaws.com"
DUAL = f"{ACCOUNT}.dkr-ecr.{REGION}.on.aws"
WINDOWS = {"platformFamily": "WINDOWS_SERVER_2022_CORE", "platformVersion": "1.0.0"}


def only(network: Network) -> ServiceDiagnosis:
    world = network.world()
    (service,) = diagnose(network.walker(), [launch_of_service(world, one) for one in world.facts.services]).services
    return service


def row(network: Network, step: str, host: str | None = None) -> NeedDiagnosis:
    found = [item for item in only(network).needs if item.need.step == step]
    return next(item for item in found if host is None or getattr(item.need, "host", None) == host)


def pulling(registry: str = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com", **of: Any) -> Network:
    network = Network()
    network.definition(container(f"{registry}/web:1"))
    network.service(**of)
    return network


def told(*names: str) -> list[dict[str, str]]:
    return [{"DnsName": name} for name in ("vpce-1-x.ecr.dkr.eu-west-1.vpce.amazonaws.com", *names)]


@pytest.mark.parametrize("registry", [FIPS, DUAL], ids=["FIPS", "dual-stack"])
class TestVariants:
    def test_without_an_endpoint_are_public(self, registry: str) -> None:
        network = pulling(registry)
        assert row(network, "manifest").verdict is BLOCKED
        network.serve_internet_by_nat()
        assert row(network, "manifest").verdict is OK

    def test_may_be_answered_by_an_endpoint_or_not(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr")
        found = row(network, "manifest")
        kind = "fips" if registry == FIPS else "dual-stack"
        fact = f"whether private DNS of vpce-1 answers for the {kind} name {registry}"
        assert [(item.fact, item.action) for item in found.unknowns] == [(fact, "ec2:DescribeVpcEndpoints")]

    def test_are_answered_by_an_endpoint_that_tells_so(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr", DnsEntries=told("*." + registry.partition(".")[2]))
        assert row(network, "manifest").verdict is OK

    def test_are_public_where_an_endpoint_tells_other_names_only(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr", DnsEntries=told(f"dkr.ecr.{REGION}.amazonaws.com"))
        assert row(network, "manifest").verdict is BLOCKED

    def test_may_be_answered_where_an_endpoint_tells_its_own_names_only(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr", DnsEntries=told())
        assert row(network, "manifest").verdict is UNKNOWN

    def test_may_be_answered_by_an_endpoint_of_unknown_type(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr")
        del network.row("VpcEndpoints", "vpce-1")["VpcEndpointType"]
        assert row(network, "manifest").verdict is UNKNOWN

    def test_are_public_where_private_dns_is_off(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr", PrivateDnsEnabled=False)
        assert row(network, "manifest").verdict is BLOCKED

    def test_are_no_matter_of_other_endpoints(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.api")
        network.endpoint("vpce-2", "logs")
        del network.row("VpcEndpoints", "vpce-2")["ServiceName"]
        network.endpoint("vpce-3", "ecr.dkr", VpcEndpointType="Gateway")
        assert "vpce-3" not in str(row(network, "manifest").unknowns)


CONNECT = [{"status": "PRIMARY", "serviceConnectConfiguration": {"enabled": True}}]


class TestServiceConnect:
    def test_calls_the_public_host_without_an_endpoint(self) -> None:
        network = pulling(deployments=CONNECT)
        found = row(network, "service-connect")
        assert found.verdict is BLOCKED
        (taken,) = found.inferred
        assert taken.startswith("containers are taken to wait on Fargate")
        network.serve_internet_by_nat()
        assert row(network, "service-connect").verdict is OK

    def test_calls_the_endpoint_where_there_is_one(self) -> None:
        network = pulling(deployments=CONNECT)
        network.endpoint("vpce-1", "ecs-agent")
        found = row(network, "service-connect")
        assert found.verdict is OK
        assert [trace.destination.endpoint for trace in found.traces] == ["vpce-1"]

    def test_is_blocked_by_a_closed_endpoint(self) -> None:
        network = pulling(deployments=CONNECT)
        network.endpoint("vpce-1", "ecs-agent", group="sg-default")
        assert [item.code for item in row(network, "service-connect").blockers] == ["ENI_SG_RULES_MISMATCH"]

    @pytest.mark.parametrize("lost", [["VpcEndpointType"], ["VpcEndpointType", "ServiceName"]])
    def test_is_unknown_where_the_type_of_an_endpoint_is(self, lost: list[str]) -> None:
        network = pulling(deployments=CONNECT)
        network.endpoint("vpce-1", "ecs-agent")
        for key in lost:
            del network.row("VpcEndpoints", "vpce-1")[key]
        found = row(network, "service-connect")
        assert found.verdict is UNKNOWN
        assert [item.fact for item in found.unknowns] == ["the type of vpce-1"]

    def test_asks_for_no_type_of_endpoints_for_other_services(self) -> None:
        network = pulling(deployments=CONNECT)
        network.endpoint("vpce-1", "ecs-agent")
        network.endpoint("vpce-2", "logs")
        del network.row("VpcEndpoints", "vpce-2")["VpcEndpointType"]
        assert row(network, "service-connect").verdict is OK


class TestWindows:
    def test_layers_of_a_task_in_isolation_are_not_known(self) -> None:
        network = pulling(**WINDOWS)
        network.serve_s3()
        found = row(network, "layers", "mcr.microsoft.com")
        assert found.verdict is UNKNOWN
        (fact,) = found.unknowns
        assert fact.fact.startswith("whether the Windows base layers of")

    def test_layers_of_a_task_with_a_way_out_are_no_question(self) -> None:
        network = pulling(**WINDOWS)
        network.serve_internet_by_nat()
        assert row(network, "layers", "mcr.microsoft.com").verdict is OK


class TestFaults:
    def test_stop_a_task_whatever_the_network(self) -> None:
        network = pulling()
        network.serve_internet_by_nat()
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"] = {"logDriver": "gelf"}
        found = only(network)
        assert found.verdict is BLOCKED
        (blocker,) = row(network, "logs").blockers
        assert (blocker.code, blocker.disposition) == ("LOG_DRIVER_NOT_ON_FARGATE", "lost")
        assert found.predictions[0].step == "logs"
        assert found.predictions[0].text is None


class TestATaskSet:
    def test_has_the_reasons_of_its_services_stopped_tasks(self) -> None:
        network = pulling(deploymentController={"type": "EXTERNAL"})
        row_ = network.rows["services"][0]
        task_set = {"id": "ecs-svc/1", "taskSetArn": "arn:set", "networkConfiguration": row_["networkConfiguration"]}
        row_["taskSets"] = [task_set | {"launchType": "FARGATE", "taskDefinition": row_["taskDefinition"]}]
        network.task(group="service:web", lastStatus="STOPPED", stoppedReason="a reason")
        world = network.world()
        launches = launches_of(world, world.facts.services[0])
        (found,) = diagnose(network.walker(), launches, world.facts.tasks).services
        assert (found.launch.name, [stop.reason for stop in found.stops]) == ("web/1", ["a reason"])


class TestALaunchThatLandsNowhere:
    def test_says_what_is_not_known_of_it(self) -> None:
        network = pulling(launchType=None)
        del network.rows["services"][0]["networkConfiguration"]
        facts = [fact.fact for item in only(network).needs for fact in item.unknowns]
        assert "the launch type of service web" in facts
        assert "the subnets that tasks may land in" in facts
