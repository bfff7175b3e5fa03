"""Every check fires where it should, stays silent where it should, and says what it means."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from skerry import checks
from skerry.checks import CHECKS
from skerry.checks.check import Check
from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Finding, Severity
from skerry.launch.launches import launch_of_service
from tests.networks import HTTPS, REGION, Network, allow, container

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


class TestTheList:
    def test_names_every_module_of_the_folder(self) -> None:
        modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "check"}
        assert {check.find.__module__.rpartition(".")[2] for check in CHECKS} == modules
        assert len(CHECKS) == len(modules)

    def test_has_each_id_once(self) -> None:
        assert len({check.id for check in CHECKS}) == len(CHECKS)


@of_each_check
class TestEveryCheck:
    def test_has_an_id_in_kebab_case_after_its_module(self, check: Check) -> None:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.id)
        assert check.find.__module__.rpartition(".")[2] == check.id.replace("-", "_")

    def test_has_a_title_and_a_severity(self, check: Check) -> None:
        assert check.title[0].isupper()
        assert check.severity in get_args(Severity)

    def test_explains_itself_in_five_sections(self, check: Check) -> None:
        headings = [line for line in check.text.splitlines() if line.endswith(":") and not line.startswith(" ")]
        assert headings == list(SECTIONS)

    def test_says_something_in_each_section(self, check: Check) -> None:
        parts = re.split("|".join(map(re.escape, SECTIONS)), check.text)
        assert all(part.strip() for part in parts)
        assert "https://" in parts[-1]

    def test_is_silent_on_a_network_that_is_as_it_should_be(self, check: Check, network: Network) -> None:
        assert findings(network, check.id) == []


class TestEndpointDefaultGroup:
    ID = "endpoint-default-group"

    def test_fires_where_the_default_group_is_the_only_one(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": "sg-default"}]
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource, found.services) == ("warning", "vpce-1", ("web",))
        assert found.message == f"vpce-1 (com.amazonaws.{REGION}.ecr.api) has only the VPC's default security group"

    @pytest.mark.parametrize("groups", [["sg-default", "sg-end"], ["sg-9"], []], ids=str)
    def test_is_silent_where_another_guards_too_or_it_is_not_known(self, network: Network, groups: list[str]) -> None:
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": name} for name in groups]
        assert findings(network, self.ID) == []

    def test_is_silent_where_the_endpoint_does_not_tell(self, network: Network) -> None:
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
    def test_is_silent_about_an_endpoint_that_no_service_uses(self, network: Network, change: dict[str, Any]) -> None:
        network.row("VpcEndpoints", "vpce-1").update({"Groups": [{"GroupId": "sg-default"}]} | change)
        assert findings(network, self.ID) == []

    def test_is_silent_about_an_endpoint_of_an_unknown_service(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": "sg-default"}]
        del network.row("VpcEndpoints", "vpce-1")["ServiceName"]
        assert findings(network, self.ID) == []


class TestEndpointNotInZone:
    ID = "endpoint-not-in-zone"

    def test_fires_where_no_zone_is_shared(self, network: Network) -> None:
        row = network.rows["services"][0]
        row["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-b"]
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource, found.services) == ("warning", "vpce-1", ("web",))
        assert found.message == (
            f"vpce-1 (com.amazonaws.{REGION}.ecr.api) stands in eu-west-1a, the tasks in eu-west-1b"
        )

    def test_is_silent_where_one_zone_is_shared(self, network: Network) -> None:
        row = network.rows["services"][0]
        row["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-a", "subnet-b"]
        assert findings(network, self.ID) == []

    @pytest.mark.parametrize("change", [{"SubnetIds": []}, {"SubnetIds": ["subnet-9"]}], ids=str)
    def test_is_silent_where_the_zones_are_not_known(self, network: Network, change: dict[str, Any]) -> None:
        network.row("VpcEndpoints", "vpce-1").update(change)
        assert findings(network, self.ID) == []

    def test_is_silent_where_a_subnet_does_not_tell_its_zone(self, network: Network) -> None:
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
    def test_fires_for_anything_but_https(self, network: Network, rule: dict[str, Any], spelled: str) -> None:
        network.row("SecurityGroups", "sg-end")["IpPermissions"].append(rule)
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource) == ("note", "sg-end")
        assert found.message == f"sg-end of vpce-1 also admits {spelled}"

    def test_spells_a_protocol_without_ports_without_ports(self, network: Network) -> None:
        network.row("SecurityGroups", "sg-end")["IpPermissions"].append(allow("50", cidr="10.0.0.0/16"))
        (found,) = findings(network, self.ID)
        assert "None" not in found.message

    @pytest.mark.parametrize("rule", [allow("6", 443, cidr="10.0.0.0/16"), allow("tcp", 443, group="sg-task")])
    def test_is_silent_for_https_by_any_name(self, network: Network, rule: dict[str, Any]) -> None:
        network.row("SecurityGroups", "sg-end")["IpPermissions"] = [rule]
        assert findings(network, self.ID) == []

    def test_is_silent_about_the_default_group_which_has_a_check_of_its_own(self, network: Network) -> None:
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
    def test_is_silent_where_the_rules_are_not_known(self, network: Network, make: Any) -> None:
        make(network)
        assert findings(network, self.ID) == []


class TestPublicAddressWithoutRoute:
    ID = "public-address-without-route"

    @pytest.fixture(autouse=True)
    def with_public_addresses(self, network: Network) -> None:
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"

    def test_fires_in_a_subnet_that_is_not_public(self, network: Network) -> None:
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource, found.services) == ("warning", "subnet-a", ("web",))
        assert found.message == "tasks get a public address in subnet-a, which is isolated"

    def test_is_silent_in_a_public_subnet(self, network: Network) -> None:
        network.internet_gateway()
        network.route(GatewayId="igw-1")
        assert findings(network, self.ID) == []

    def test_is_silent_where_the_routes_are_not_known(self, network: Network) -> None:
        network.forget("RouteTables")
        assert findings(network, self.ID) == []


class TestServiceDefaultGroup:
    ID = "service-default-group"

    def test_fires_where_no_group_is_named(self, network: Network) -> None:
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        (found,) = findings(network, self.ID)
        assert (found.severity, found.services) == ("warning", ("web",))
        assert found.resource.endswith(":service/shop/web")
        assert found.message == "service web names no security group: its tasks use the VPC's default one"

    def test_is_silent_about_what_is_not_fargates(self, network: Network) -> None:
        row = network.rows["services"][0]
        row["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        row["launchType"] = "EC2"
        assert findings(network, self.ID) == []

    def test_is_silent_where_the_configuration_is_in_the_task_sets(self, network: Network) -> None:
        row = network.rows["services"][0]
        del row["networkConfiguration"]
        row["deploymentController"] = {"type": "EXTERNAL"}
        assert findings(network, self.ID) == []


class TestRunning:
    def test_makes_one_finding_of_what_several_services_share(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": "sg-default"}]
        network.service("api")
        (found,) = findings(network, "endpoint-default-group")
        assert found.services == ("web", "api")

    def test_keeps_apart_what_differs(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1")["Groups"] = [{"GroupId": "sg-default"}]
        network.endpoint("vpce-2", "ecr.dkr", group="sg-default")
        assert [found.resource for found in findings(network, "endpoint-default-group")] == ["vpce-1", "vpce-2"]

    def test_finds_nothing_where_there_is_no_service(self, network: Network) -> None:
        network.rows["services"].clear()
        assert findings(network) == []
