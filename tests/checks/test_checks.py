"""Every check fires where it should, stays silent where it should, and says what it means."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from skerry import checks
from skerry.checks import CHECKS
from skerry.checks.check import Check, CheckContext, check
from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Diagnosis, Finding, Severity
from skerry.launch.launches import launch_of_service
from skerry.model.origins import Origin
from skerry.verdicts import OK
from tests.networks import ACCOUNT, DEFINITION, HTTPS, REGION, Network, allow, container

FOLDER = Path(checks.__file__).parent
SECTIONS = ("What it means:", "Why it stops a task:", "Example:", "Instead:", "References:")

of_each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


@pytest.fixture
def network() -> Network:
    """A service whose image is in ECR, with an endpoint for its token."""
    network = Network()
    network.group("sg-end", inbound=[HTTPS])
    network.endpoint("vpce-1", "ecr.api", group="sg-end")
    network.definition(container())
    network.service()
    return network


def findings(network: Network, check: str | None = None) -> list[Finding]:
    walker = network.walker()
    diagnosis = diagnose(walker, [launch_of_service(walker.world, service) for service in walker.world.facts.services])
    return [found for found in checks.run(walker.world, diagnosis) if check in {None, found.id}]


class TestOrigins:
    def test_finding_of_an_endpoint_has_its_origin(self, network: Network) -> None:
        network.row("SecurityGroups", "sg-end")["IpPermissions"] = [allow("tcp", 1, 1024, cidr="10.0.0.0/16")]
        (found,) = findings(network, "endpoint-open-ports")
        assert found.origin == Origin("network.json", f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/sg-end")

    def test_finding_of_a_task_definition_has_its_origin(self, network: Network) -> None:
        secret = [{"name": "PASSWORD", "value": "hunter2"}]
        network.row("taskDefinitions", DEFINITION)["containerDefinitions"][0]["environment"] = secret
        (found,) = findings(network, "plaintext-secrets")
        assert (found.resource, found.origin) == ("web:1", Origin("network.json", DEFINITION))

    @pytest.mark.parametrize("name", ["web:9", "other:1"])
    def test_finding_of_an_unread_task_definition_or_one_without_an_arn_has_no_origin(
        self, network: Network, name: str
    ) -> None:
        network.add("taskDefinitions", family="other", revision=1)
        of_a_definition = check("an-id", "A title", "note", "task definition")(lambda _: iter([(name, "", ())]))
        (found,) = of_a_definition(CheckContext(network.world(), Diagnosis(OK, ())))
        assert found.origin is None

    def test_merged_findings_keep_their_origin(self, network: Network) -> None:
        network.row("SecurityGroups", "sg-end")["IpPermissions"] = [allow("tcp", 1, 1024, cidr="10.0.0.0/16")]
        network.service("api")
        (found,) = findings(network, "endpoint-open-ports")
        assert found.services == ("web", "api")
        assert found.origin is not None


class TestCheckList:
    def test_check_list_names_every_module_of_checks(self) -> None:
        modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "check"}
        assert {check.find.__module__.rpartition(".")[2] for check in CHECKS} == modules
        assert len(CHECKS) == len(modules)

    def test_check_list_has_unique_ids(self) -> None:
        assert len({check.id for check in CHECKS}) == len(CHECKS)


@of_each_check
class TestEveryCheck:
    def test_check_id_is_kebab_case_module_name(self, check: Check) -> None:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.id)
        assert check.find.__module__.rpartition(".")[2] == check.id.replace("-", "_")

    def test_check_has_title_and_severity(self, check: Check) -> None:
        assert check.title[0].isupper()
        assert check.severity in get_args(Severity)

    def test_check_text_has_five_sections(self, check: Check) -> None:
        headings = [line for line in check.text.splitlines() if line.endswith(":") and not line.startswith(" ")]
        assert headings == list(SECTIONS)

    def test_check_text_sections_are_filled_and_cite_references(self, check: Check) -> None:
        parts = re.split("|".join(map(re.escape, SECTIONS)), check.text)
        assert all(part.strip() for part in parts)
        assert "https://" in parts[-1]

    def test_check_is_silent_for_sound_network(self, check: Check, network: Network) -> None:
        assert findings(network, check.id) == []


class TestEndpointDefaultGroup:
    ID = "endpoint-default-group"

    def test_endpoint_default_group_fires_for_sole_default_group(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": "sg-default"}]
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource, found.services) == ("warning", "vpce-1", ("web",))
        assert found.message == f"vpce-1 (com.amazonaws.{REGION}.ecr.api) has only the VPC's default security group"

    @pytest.mark.parametrize("groups", [["sg-default", "sg-end"], ["sg-9"], []], ids=str)
    def test_endpoint_default_group_is_silent_for_other_or_unread_groups(
        self, network: Network, groups: list[str]
    ) -> None:
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": name} for name in groups]
        assert findings(network, self.ID) == []

    def test_endpoint_default_group_is_silent_if_groups_are_missing(self, network: Network) -> None:
        del network.row("VpcEndpoints", "vpce-1")["Groups"]
        assert findings(network, self.ID) == []

    @pytest.mark.parametrize(
        "change",
        [
            {"ServiceName": f"com.amazonaws.{REGION}.sqs"},
            {"VpcId": "vpc-2"},
            {"VpcEndpointType": "GatewayLoadBalancer"},
        ],
        ids=str,
    )
    def test_endpoint_default_group_ignores_unused_endpoint(self, network: Network, change: dict[str, Any]) -> None:
        network.row("VpcEndpoints", "vpce-1").update({"Groups": [{"GroupId": "sg-default"}]} | change)
        assert findings(network, self.ID) == []

    def test_endpoint_default_group_ignores_endpoint_without_service_name(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": "sg-default"}]
        del network.row("VpcEndpoints", "vpce-1")["ServiceName"]
        assert findings(network, self.ID) == []


class TestEndpointNotInZone:
    ID = "endpoint-not-in-zone"

    def test_endpoint_not_in_zone_fires_if_no_zone_is_shared(self, network: Network) -> None:
        row = network.rows["services"][0]
        row["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-b"]
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource, found.services) == ("warning", "vpce-1", ("web",))
        assert found.message == (
            f"vpce-1 (com.amazonaws.{REGION}.ecr.api) stands in eu-west-1a, the tasks in eu-west-1b"
        )

    def test_endpoint_not_in_zone_is_silent_if_a_zone_is_shared(self, network: Network) -> None:
        row = network.rows["services"][0]
        row["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-a", "subnet-b"]
        assert findings(network, self.ID) == []

    @pytest.mark.parametrize("change", [{"SubnetIds": []}, {"SubnetIds": ["subnet-9"]}], ids=str)
    def test_endpoint_not_in_zone_is_silent_if_endpoint_subnets_are_unread(
        self, network: Network, change: dict[str, Any]
    ) -> None:
        network.row("VpcEndpoints", "vpce-1").update(change)
        assert findings(network, self.ID) == []

    def test_endpoint_not_in_zone_is_silent_if_task_subnet_lacks_zone(self, network: Network) -> None:
        row = network.rows["services"][0]
        row["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-b"]
        del network.row("Subnets", "subnet-b")["AvailabilityZone"]
        assert findings(network, self.ID) == []


class TestEndpointOpenPorts:
    ID = "endpoint-open-ports"

    @pytest.mark.parametrize(
        ("rule", "spelled"),
        [
            (allow("tcp", 80, cidr="10.0.0.0/16"), "tcp 80"),
            (allow("tcp", 1, 1023, cidr="10.0.0.0/16"), "tcp 1-1023"),
            (allow("udp", 443, cidr="10.0.0.0/16"), "udp 443"),
            (allow(cidr="10.0.0.0/16"), "all traffic"),
        ],
        ids=["another port", "more ports", "another protocol", "everything"],
    )
    def test_endpoint_open_ports_fires_for_traffic_other_than_https(
        self, network: Network, rule: dict[str, Any], spelled: str
    ) -> None:
        network.row("SecurityGroups", "sg-end")["IpPermissions"].append(rule)
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource) == ("note", "sg-end")
        assert found.message == f"sg-end of vpce-1 also admits {spelled}"

    def test_endpoint_open_ports_prints_protocol_without_ports(self, network: Network) -> None:
        network.row("SecurityGroups", "sg-end")["IpPermissions"].append(allow("50", cidr="10.0.0.0/16"))
        (found,) = findings(network, self.ID)
        assert "None" not in found.message

    @pytest.mark.parametrize("rule", [allow("6", 443, cidr="10.0.0.0/16"), allow("tcp", 443, group="sg-task")])
    def test_endpoint_open_ports_is_silent_for_https(self, network: Network, rule: dict[str, Any]) -> None:
        network.row("SecurityGroups", "sg-end")["IpPermissions"] = [rule]
        assert findings(network, self.ID) == []

    def test_endpoint_open_ports_ignores_default_group(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": "sg-default"}]
        assert findings(network, self.ID) == []

    @pytest.mark.parametrize(
        "make",
        [
            lambda n: n.row("VpcEndpoints", "vpce-1").pop("Groups"),
            lambda n: n.row("SecurityGroups", "sg-end").pop("IpPermissions"),
            lambda n: n.rows["SecurityGroups"].remove(n.row("SecurityGroups", "sg-end")),
        ],
        ids=["endpoint", "rules", "group"],
    )
    def test_endpoint_open_ports_is_silent_if_rules_are_unread(self, network: Network, make: Any) -> None:
        make(network)
        assert findings(network, self.ID) == []


class TestPublicAddressWithoutRoute:
    ID = "public-address-without-route"

    @pytest.fixture(autouse=True)
    def with_public_addresses(self, network: Network) -> None:
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"

    def test_public_address_without_route_fires_in_isolated_subnet(self, network: Network) -> None:
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource, found.services) == ("warning", "subnet-a", ("web",))
        assert found.message == "tasks get a public address in subnet-a, which is isolated"

    def test_public_address_without_route_is_silent_in_public_subnet(self, network: Network) -> None:
        network.internet_gateway()
        network.route(GatewayId="igw-1")
        assert findings(network, self.ID) == []

    def test_public_address_without_route_is_silent_if_routes_are_unread(self, network: Network) -> None:
        network.forget("RouteTables")
        assert findings(network, self.ID) == []


class TestServiceDefaultGroup:
    ID = "service-default-group"

    def test_service_default_group_fires_without_security_groups(self, network: Network) -> None:
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        (found,) = findings(network, self.ID)
        assert (found.severity, found.services) == ("warning", ("web",))
        assert found.resource.endswith(":service/shop/web")
        assert found.message == "service web names no security group: its tasks use the VPC's default one"

    def test_service_default_group_ignores_launch_type_ec2(self, network: Network) -> None:
        row = network.rows["services"][0]
        row["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        row["launchType"] = "EC2"
        assert findings(network, self.ID) == []

    def test_service_default_group_ignores_external_deployment_controller(self, network: Network) -> None:
        row = network.rows["services"][0]
        del row["networkConfiguration"]
        row["deploymentController"] = {"type": "EXTERNAL"}
        assert findings(network, self.ID) == []


class TestCheckRuns:
    def test_check_run_merges_findings_shared_by_services(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": "sg-default"}]
        network.service("api")
        (found,) = findings(network, "endpoint-default-group")
        assert found.services == ("web", "api")

    def test_check_run_keeps_findings_of_different_resources(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": "sg-default"}]
        network.endpoint("vpce-2", "ecr.dkr", group="sg-default")
        assert [found.resource for found in findings(network, "endpoint-default-group")] == ["vpce-1", "vpce-2"]

    def test_check_run_returns_nothing_without_services(self, network: Network) -> None:
        network.rows["services"].clear()
        assert findings(network) == []
