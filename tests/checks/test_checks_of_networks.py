"""Checks of networks around endpoints: names, zones, addresses, ways to the internet."""

from typing import Any

import pytest

from tests.checks.test_checks import findings
from tests.hubs import HubAndSpoke
from tests.networks import ACCOUNT, REGION, Network, container

HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


@pytest.fixture
def network() -> Network:
    """A service with tasks in two zones, whose image is in ECR."""
    network = Network()
    network.endpoint("vpce-1", "ecr.api", ["subnet-a", "subnet-b"])
    network.definition(container(f"{HOST}/docker-hub/library/nginx:1"))
    network.service(subnets=["subnet-a", "subnet-b"], desiredCount=3)
    return network


class TestCustomDnsServers:
    ID = "custom-dns-servers"

    def test_custom_dns_servers_fires_for_other_servers(self, network: Network) -> None:
        network.dhcp("10.9.0.53", "10.9.1.53")
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource, found.services) == ("warning", "vpc-1", ("web",))
        assert found.message == "vpc-1 uses the DNS servers 10.9.0.53, 10.9.1.53"

    @pytest.mark.parametrize("server", ["AmazonProvidedDNS", "10.0.0.2", "169.254.169.253"])
    def test_custom_dns_servers_is_silent_for_amazon_servers(self, network: Network, server: str) -> None:
        network.dhcp(server)
        assert findings(network, self.ID) == []

    @pytest.mark.parametrize("kind", ["DhcpOptions", "Vpcs"])
    def test_custom_dns_servers_is_silent_if_dhcp_options_or_vpc_are_unread(self, network: Network, kind: str) -> None:
        network.dhcp("10.9.0.53")
        network.forget(kind)
        assert findings(network, self.ID) == []

    def test_custom_dns_servers_is_silent_without_dns_servers(self, network: Network) -> None:
        network.rows["DhcpOptions"][0]["DhcpConfigurations"][0]["Key"] = "ntp-servers"
        assert findings(network, self.ID) == []


class TestEndpointInOneZone:
    ID = "endpoint-in-one-zone"

    def test_endpoint_in_single_zone_fires_for_tasks_in_several_zones(self, network: Network) -> None:
        network.endpoint("vpce-2", "ecr.dkr", ["subnet-a"])
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource, found.services) == ("note", "vpce-2", ("web",))
        assert found.message == f"vpce-2 (com.amazonaws.{REGION}.ecr.dkr) stands in subnet-a alone"

    def test_endpoint_in_single_zone_is_silent_for_tasks_in_the_same_zone(self, network: Network) -> None:
        network.endpoint("vpce-2", "ecr.dkr", ["subnet-a"])
        network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-a"]
        assert findings(network, self.ID) == []

    def test_endpoint_in_single_zone_is_silent_if_subnet_is_unread(self, network: Network) -> None:
        network.endpoint("vpce-2", "ecr.dkr", ["subnet-a"])
        network.rows["Subnets"].pop()
        assert findings(network, self.ID) == []


class TestTooFewAddresses:
    ID = "too-few-addresses"

    def free(self, network: Network, first: int, second: int) -> None:
        for name, count in (("subnet-a", first), ("subnet-b", second)):
            network.row("Subnets", name)["AvailableIpAddressCount"] = count

    def test_too_few_addresses_fires_if_subnets_lack_addresses(self, network: Network) -> None:
        self.free(network, 1, 1)
        (found,) = findings(network, self.ID)
        assert (found.severity, found.services) == ("warning", ("web",))
        assert found.message == "service web wants 3 tasks, and subnet-a, subnet-b have 2 addresses free"

    def test_too_few_addresses_is_silent_for_ipv6_only_subnets(self, network: Network) -> None:
        self.free(network, 0, 0)
        del network.row("Subnets", "subnet-a")["CidrBlock"]
        assert findings(network, self.ID) == []

    def test_too_few_addresses_is_silent_for_exact_count(self, network: Network) -> None:
        self.free(network, 1, 2)
        assert findings(network, self.ID) == []

    @pytest.mark.parametrize("place", ["count", "subnet", "subnets", "desired"])
    def test_too_few_addresses_is_silent_if_a_count_is_unread(self, network: Network, place: str) -> None:
        self.free(network, 1, 1)
        match place:
            case "count":
                del network.row("Subnets", "subnet-b")["AvailableIpAddressCount"]
            case "subnet":
                network.rows["Subnets"].pop()
            case "subnets":
                network.rows["Subnets"].clear()
            case _:
                del network.rows["services"][0]["desiredCount"]
        assert findings(network, self.ID) == []


class TestBlockPublicAccess:
    ID = "block-public-access"

    @pytest.fixture(autouse=True)
    def by_nat(self, network: Network) -> None:
        network.serve_internet_by_nat()
        self.mode(network, "block-bidirectional")
        network.rows["VpcBlockPublicAccessExclusions"] = []

    def mode(self, network: Network, mode: str) -> None:
        network.rows["VpcBlockPublicAccessOptions"] = [{"AwsRegion": REGION, "InternetGatewayBlockMode": mode}]

    def test_block_public_access_fires_for_nat_gateway_of_vpc(self, network: Network) -> None:
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource, found.services) == ("warning", "nat-1", ("web",))
        assert found.message == (
            "nat-1 has no way to the internet: Block Public Access (block-bidirectional) stops traffic between "
            "subnet-b and the internet"
        )

    @pytest.mark.parametrize("mode", ["block-ingress", "off"])
    def test_block_public_access_is_silent_in_modes_allowing_nat(self, network: Network, mode: str) -> None:
        self.mode(network, mode)
        assert findings(network, self.ID) == []

    @pytest.mark.parametrize("change", [{"ConnectivityType": "private"}, {"VpcId": "vpc-2"}, {"SubnetId": "subnet-9"}])
    def test_block_public_access_ignores_unrelated_nat_gateways(self, network: Network, change: dict[str, Any]) -> None:
        network.row("NatGateways", "nat-1").update(change)
        assert findings(network, self.ID) == []

    def test_block_public_access_is_silent_if_exclusions_are_unread(self, network: Network) -> None:
        network.forget("VpcBlockPublicAccessExclusions")
        assert findings(network, self.ID) == []


class TestPullThroughCache:
    ID = "pull-through-cache"

    @pytest.fixture(autouse=True)
    def rule(self, network: Network) -> None:
        rule = {"ecrRepositoryPrefix": "docker-hub", "upstreamRegistryUrl": "registry-1.docker.io"}
        network.rows["pullThroughCacheRules"] = [rule]

    def test_pull_through_cache_fires_in_isolated_subnets(self, network: Network) -> None:
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource, found.services) == (
            "warning",
            f"{HOST}/docker-hub/library/nginx:1",
            ("web",),
        )
        assert found.message.endswith("is copied from registry-1.docker.io by the rule for docker-hub")

    def test_pull_through_cache_is_silent_with_internet_access(self, network: Network) -> None:
        network.internet_gateway()
        network.route(GatewayId="igw-1")
        assert findings(network, self.ID) == []

    @pytest.mark.parametrize("image", [f"{HOST}/web:1", "nginx", "/"])
    def test_pull_through_cache_ignores_images_without_rule(self, network: Network, image: str) -> None:
        network.rows["taskDefinitions"][0]["containerDefinitions"] = [container(image)]
        assert findings(network, self.ID) == []


class TestNamesDiverted:
    ID = "names-diverted"

    def network(self) -> HubAndSpoke:
        network = HubAndSpoke()
        network.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False)
        network.central_endpoint("vpce-c1", "api.ecr")
        network.row("VpcEndpoints", "vpce-c1")["ServiceName"] = f"com.amazonaws.{REGION}.ecr.api"
        network.definition(container())
        network.service()
        return network

    def test_names_diverted_fires_if_name_resolves_to_endpoint_in_other_vpc(self) -> None:
        (found,) = findings(self.network(), self.ID)
        assert (found.severity, found.resource, found.services) == ("warning", "vpce-1", ("web",))
        assert found.message == (f"calls to com.amazonaws.{REGION}.ecr.api go to vpce-c1 in vpc-2, not to vpce-1")

    def test_names_diverted_is_silent_for_endpoint_in_same_vpc(self) -> None:
        network = self.network()
        network.row("VpcEndpoints", "vpce-c1")["VpcId"] = "vpc-1"
        assert findings(network, self.ID) == []

    def test_names_diverted_is_silent_if_endpoint_is_used(self) -> None:
        network = self.network()
        network.row("VpcEndpoints", "vpce-1")["PrivateDnsEnabled"] = True
        network.rows["Calls"] = [row for row in network.rows["Calls"] if "HostedZone" not in str(row)]
        assert findings(network, self.ID) == []


class TestGuardDutyAgent:
    ID = "guardduty-agent"

    def test_guardduty_agent_fires_for_guardduty_endpoint(self, network: Network) -> None:
        network.endpoint("vpce-2", "guardduty-data")
        (found,) = findings(network, self.ID)
        assert (found.severity, found.resource, found.services) == ("note", "vpce-2", ("web",))
        assert found.message == (
            f"tasks in vpc-1 get GuardDuty's agent, pulled from 694911143906.dkr.ecr.{REGION}.amazonaws.com/"
            "aws-guardduty-agent-fargate"
        )

    def test_guardduty_agent_is_silent_without_guardduty_endpoint(self, network: Network) -> None:
        network.endpoint("vpce-2", "logs")
        del network.row("VpcEndpoints", "vpce-2")["ServiceName"]
        assert findings(network, self.ID) == []
