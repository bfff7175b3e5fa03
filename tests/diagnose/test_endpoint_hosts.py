"""Host names of calls in VPCs with an endpoint, and refusals by Fargate."""

from typing import Any

import pytest

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import NeedDiagnosis, ServiceDiagnosis
from skerry.diagnose.endpoint_hosts import missing_fact_of
from skerry.launch.launches import launch_of_service, launches_of
from skerry.launch.needs import Call
from skerry.verdicts import BLOCKED, OK, UNKNOWN, Verdict
from tests.networks import ACCOUNT, REGION, VPC, Network, container

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
class TestVariantHostNames:
    def test_variant_host_without_endpoint_needs_the_internet(self, registry: str) -> None:
        network = pulling(registry)
        assert row(network, "manifest").verdict is BLOCKED
        network.serve_internet_by_nat()
        assert row(network, "manifest").verdict is OK

    def test_variant_host_with_endpoint_reports_private_dns_unknown(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr")
        found = row(network, "manifest")
        kind = "fips" if registry == FIPS else "dual-stack"
        fact = f"whether private DNS of vpce-1 answers for the {kind} name {registry}"
        assert [(item.fact, item.action) for item in found.unknowns] == [(fact, "ec2:DescribeVpcEndpoints")]

    def test_variant_host_is_ok_if_endpoint_dns_entries_cover_it(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr", DnsEntries=told("*." + registry.partition(".")[2]))
        assert row(network, "manifest").verdict is OK

    def test_variant_host_is_blocked_if_dns_entries_have_only_standard_name(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr", DnsEntries=told(f"dkr.ecr.{REGION}.amazonaws.com"))
        found = row(network, "manifest")
        assert found.verdict is BLOCKED
        by_code = {item.code: item for item in found.blockers}
        kind = "FIPS" if registry == FIPS else "dual-stack"
        cause = by_code["DNS_NAME_NOT_OF_ENDPOINT"]
        assert cause.message == f"vpce-1 does not answer for the {kind} name {registry}"
        assert by_code["NO_ROUTE_TO_DESTINATION"].follows_from == (cause.code, "vpce-1")
        network.serve_internet_by_nat()
        assert row(network, "manifest").verdict is OK

    def test_variant_host_is_unknown_if_dns_entries_have_only_vpce_names(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr", DnsEntries=told())
        assert row(network, "manifest").verdict is UNKNOWN

    def test_variant_host_is_unknown_if_endpoint_type_is_unread(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr")
        del network.row("VpcEndpoints", "vpce-1")["VpcEndpointType"]
        assert row(network, "manifest").verdict is UNKNOWN

    def test_variant_host_is_blocked_if_private_dns_is_off(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.dkr", PrivateDnsEnabled=False)
        assert row(network, "manifest").verdict is BLOCKED

    def test_variant_host_ignores_other_and_gateway_endpoints(self, registry: str) -> None:
        network = pulling(registry)
        network.endpoint("vpce-1", "ecr.api")
        network.endpoint("vpce-2", "logs")
        del network.row("VpcEndpoints", "vpce-2")["ServiceName"]
        network.endpoint("vpce-3", "ecr.dkr", VpcEndpointType="Gateway")
        assert "vpce-3" not in str(row(network, "manifest").unknowns)


RECENT = "ca-west-1"


def connected(network: Network) -> list[Verdict]:
    return [item.verdict for item in only(network).needs if item.need.step == "service-connect"]


CONNECT = [{"status": "PRIMARY", "serviceConnectConfiguration": {"enabled": True}}]


class TestServiceConnect:
    def test_service_connect_without_endpoint_needs_no_way_of_the_vpc(self) -> None:
        network = pulling(deployments=CONNECT)
        assert row(network, "service-connect").verdict is OK
        network.serve_internet_by_nat()
        assert row(network, "service-connect").verdict is OK

    def test_service_connect_is_unknown_if_the_endpoints_are(self) -> None:
        network = pulling(deployments=CONNECT)
        network.forget("VpcEndpoints")
        assert row(network, "service-connect").verdict is UNKNOWN

    def test_service_connect_in_a_recent_region_needs_a_way_to_three_names(self) -> None:
        network = pulling(deployments=CONNECT)
        service = network.rows["services"][0]
        service["serviceArn"] = service["serviceArn"].replace(REGION, RECENT)
        assert connected(network) == [BLOCKED] * 3
        for number, name in enumerate(("ecs-agent", "ecs-telemetry")):
            network.endpoint(f"vpce-{number}", name, ServiceName=f"com.amazonaws.{RECENT}.{name}")
        assert connected(network) == [OK, OK, BLOCKED]
        network.endpoint("vpce-3", "ecs", ServiceName=f"com.amazonaws.{RECENT}.ecs")
        assert connected(network) == [OK, OK, OK]
        (taken,) = row(network, "service-connect").inferred
        assert taken.startswith("containers are taken to wait on Fargate")

    def test_service_connect_in_a_region_of_unknown_age_is_unknown_without_a_way(self) -> None:
        network = pulling(deployments=CONNECT)
        service = network.rows["services"][0]
        service["serviceArn"] = service["serviceArn"].replace(REGION, "eu-north-9")
        assert connected(network) == [UNKNOWN]
        network.serve_internet_by_nat()
        assert connected(network) == [OK]

    def test_service_connect_calls_ecs_agent_endpoint(self) -> None:
        network = pulling(deployments=CONNECT)
        network.endpoint("vpce-1", "ecs-agent")
        found = row(network, "service-connect")
        assert found.verdict is OK
        assert [trace.destination.endpoint for trace in found.traces] == ["vpce-1"]

    def test_service_connect_is_blocked_by_endpoint_security_group(self) -> None:
        network = pulling(deployments=CONNECT)
        network.endpoint("vpce-1", "ecs-agent", group="sg-default")
        assert [item.code for item in row(network, "service-connect").blockers] == ["ENI_SG_RULES_MISMATCH"]

    @pytest.mark.parametrize("lost", [["VpcEndpointType"], ["VpcEndpointType", "ServiceName"]])
    def test_service_connect_is_unknown_if_endpoint_type_is_unread(self, lost: list[str]) -> None:
        network = pulling(deployments=CONNECT)
        network.endpoint("vpce-1", "ecs-agent")
        for key in lost:
            del network.row("VpcEndpoints", "vpce-1")[key]
        found = row(network, "service-connect")
        assert found.verdict is UNKNOWN
        assert [item.fact for item in found.unknowns] == ["the type of vpce-1"]

    def test_service_connect_ignores_type_of_other_endpoints(self) -> None:
        network = pulling(deployments=CONNECT)
        network.endpoint("vpce-1", "ecs-agent")
        network.endpoint("vpce-2", "logs")
        del network.row("VpcEndpoints", "vpce-2")["VpcEndpointType"]
        assert row(network, "service-connect").verdict is OK


class TestWindowsLayers:
    def test_windows_base_layers_are_unknown_in_isolated_subnet(self) -> None:
        network = pulling(**WINDOWS)
        network.serve_s3()
        found = row(network, "layers", "mcr.microsoft.com")
        assert found.verdict is UNKNOWN
        (fact,) = found.unknowns
        assert fact.fact.startswith("whether the Windows base layers of")

    def test_windows_base_layers_are_ok_with_internet_access(self) -> None:
        network = pulling(**WINDOWS)
        network.serve_internet_by_nat()
        assert row(network, "layers", "mcr.microsoft.com").verdict is OK


class TestLaunchFaults:
    def test_unsupported_log_driver_blocks_despite_internet_access(self) -> None:
        network = pulling()
        network.serve_internet_by_nat()
        network.rows["taskDefinitions"][0]["containerDefinitions"][0]["logConfiguration"] = {"logDriver": "gelf"}
        found = only(network)
        assert found.verdict is BLOCKED
        (blocker,) = row(network, "logs").blockers
        assert (blocker.code, blocker.disposition) == ("LOG_DRIVER_NOT_ON_FARGATE", "lost")
        assert found.predictions[0].step == "logs"
        assert found.predictions[0].text is None


class TestTaskSets:
    def test_task_set_has_stop_reasons_of_its_service(self) -> None:
        network = pulling(deploymentController={"type": "EXTERNAL"})
        row_ = network.rows["services"][0]
        task_set = {
            "id": "ecs-svc/1",
            "taskSetArn": "arn:aws:ecs:::task-set/1",
            "networkConfiguration": row_["networkConfiguration"],
        }
        row_["taskSets"] = [task_set | {"launchType": "FARGATE", "taskDefinition": row_["taskDefinition"]}]
        network.task(group="service:web", lastStatus="STOPPED", stoppedReason="a reason")
        world = network.world()
        launches = launches_of(world, world.facts.services[0])
        (found,) = diagnose(network.walker(), launches, world.facts.tasks).services
        assert (found.launch.name, [stop.reason for stop in found.stops]) == ("web/1", ["a reason"])


class TestLaunchesWithoutSubnets:
    def test_launch_without_subnets_names_missing_facts(self) -> None:
        network = pulling(launchType=None)
        del network.rows["services"][0]["networkConfiguration"]
        facts = [fact.fact for item in only(network).needs for fact in item.unknowns]
        assert "the launch type of service web" in facts
        assert "the subnets that tasks may land in" in facts


def test_host_of_a_call_without_a_service_misses_no_endpoint() -> None:
    network = Network()
    assert missing_fact_of(network.world(), VPC, Call("manifest", "registry.example")) is None
