"""IPv6-only subnets: what an answer of IPv4 is worth there, and how NAT64 gets to it all the same."""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef, regional_host_of
from skerry.net.dns_names import parse_host
from skerry.reach.outcome import Outcome
from skerry.reach.walk import Target
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.networks import EVERYWHERE, HTTPS, REGION, Network, allow, both_ways, entry, source

API = Target(parse_host(regional_host_of(ServiceRef("ecr.api", REGION))), 443, "aws", ServiceRef("ecr.api", REGION))
LOGS = Target(parse_host(regional_host_of(ServiceRef("logs", REGION))), 443, "aws", ServiceRef("logs", REGION))
QUAY = Target(parse_host("quay.io"), 443, "internet")
BLOCK, NAT64 = "2a05:d018:1:2::/64", "64:ff9b::/96"
EVERYWHERE6 = {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}


def network(*, dns64: bool = True) -> Network:
    """subnet-6 has only IPv6, and sends what NAT64 is to translate to a NAT gateway in the public subnet-b."""
    network = Network()
    network.serve_internet_by_nat()
    network.subnet("subnet-6", "", "eu-west-1a", EnableDns64=dns64, Ipv6Native=True)
    row = network.row("Subnets", "subnet-6")
    del row["CidrBlock"]
    row["Ipv6CidrBlockAssociationSet"] = [{"Ipv6CidrBlock": BLOCK, "Ipv6CidrBlockState": {"State": "associated"}}]
    nat = {"DestinationIpv6CidrBlock": NAT64, "NatGatewayId": "nat-1", "State": "active"}
    local = {"DestinationIpv6CidrBlock": "2a05:d018:1::/56", "GatewayId": "local", "State": "active"}
    network.table("rtb-6", nat, local, subnets=["subnet-6"])
    network.row("RouteTables", "rtb-public")["Routes"].append(local)
    everything = both_ways(entry(100))
    everything += [
        {"RuleNumber": 101, "Protocol": "-1", "RuleAction": "allow", "Egress": egress, "Ipv6CidrBlock": "::/0"}
        for egress in (False, True)
    ]
    network.row("NetworkAcls", "acl-all")["Entries"] = everything
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"].append(EVERYWHERE6)
    return network


def reach(network: Network, target: Target = API, **of: Any) -> Outcome:
    walker = network.walker()
    return walker.reach(source(walker, "subnet-6", **of), target)


def told(outcome: Outcome) -> list[str]:
    return [item.piece.message for trace in outcome.traces for item in trace.judged]


def lost(outcome: Outcome) -> set[str]:
    return {item.piece.code for trace in outcome.traces for item in trace.judged if item.lost}


class TestDns64:
    def test_nat64_reaches_ipv4_only_name_by_nat_gateway(self) -> None:
        outcome = reach(network())
        (trace,) = outcome.traces
        assert outcome.verdict is OK
        assert trace.destination.label == f"the public addresses of Amazon ECR API in {REGION}, by NAT64"
        assert [way.packets.source for way in trace.passage.ways][1] == ((0x0A0002C8, 0x0A0002C8),)  # type: ignore[union-attr]

    def test_nat64_requires_route_for_its_prefix(self) -> None:
        broken = network()
        broken.row("RouteTables", "rtb-6")["Routes"].pop(1)
        assert lost(reach(broken)) == {"NO_ROUTE_TO_DESTINATION"}

    def test_nat64_reaches_ipv4_vpc_endpoint(self) -> None:
        found = network()
        found.endpoint("vpce-1", "ecr.api", ["subnet-a"])
        outcome = reach(found)
        assert outcome.verdict is OK
        assert outcome.traces[0].destination.endpoint == "vpce-1"

    def test_nat64_endpoint_security_group_must_allow_nat_gateway_address(self) -> None:
        found = network()
        found.endpoint("vpce-1", "ecr.api", ["subnet-a"], group="sg-end")
        found.group("sg-end", inbound=[allow("tcp", 443, group="sg-task")])
        assert lost(reach(found)) == {"ENI_SG_RULES_MISMATCH"}
        found.row("SecurityGroups", "sg-end")["IpPermissions"] = [allow("tcp", 443, cidr="10.0.2.0/24")]
        assert reach(found).verdict is OK

    def test_nat64_traffic_is_blocked_by_ipv4_only_egress_rule(self) -> None:
        found = network()
        found.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow(cidr=EVERYWHERE)]
        assert lost(reach(found)) == {"ENI_SG_RULES_MISMATCH"}

    def test_dns64_does_not_translate_ipv4_address_target(self) -> None:
        assert lost(reach(network(), Target(parse_host("10.0.1.9"), 443, "internet"))) == {"NO_COMMON_ADDRESS_FAMILY"}


class TestDns64Disabled:
    def test_dns64_disabled_blocks_ipv4_only_name(self) -> None:
        outcome = reach(network(dns64=False))
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, {"NO_COMMON_ADDRESS_FAMILY"})
        (message,) = told(outcome)
        assert message.startswith("subnet-6 has only IPv6, DNS64 is off in it, and there is no IPv6 for the public")
        assert message.endswith(f"addresses of Amazon ECR API in {REGION}")


class TestNamesOverIpv6:
    @pytest.mark.parametrize("target", [LOGS, QUAY], ids=["AWS", "the internet"])
    @pytest.mark.parametrize("dns64", [True, False])
    def test_ipv6_support_of_public_name_is_unknown(self, target: Target, *, dns64: bool) -> None:
        outcome = reach(network(dns64=dns64), target)
        assert outcome.verdict is UNKNOWN
        assert told(outcome)[0].startswith("whether IPv6 reaches ")

    def dual(self, found: Network, service: str = "logs", *, address: str | None = "2a05:d018:1:3::9") -> Network:
        """An endpoint that is reached over both families."""
        found.endpoint("vpce-1", service, ["subnet-a"], group="sg-end", IpAddressType="dualstack")
        found.group("sg-end", inbound=[HTTPS | {"Ipv6Ranges": [{"CidrIpv6": BLOCK}]}])
        if address is not None:
            found.row("NetworkInterfaces", "eni-10")["Ipv6Addresses"] = [{"Ipv6Address": address}]
        block = [{"Ipv6CidrBlock": "2a05:d018:1:3::/64", "Ipv6CidrBlockState": {"State": "associated"}}]
        found.row("Subnets", "subnet-a")["Ipv6CidrBlockAssociationSet"] = block
        found.row("RouteTables", "rtb-main")["Routes"].append(
            {"DestinationIpv6CidrBlock": "2a05:d018:1::/56", "GatewayId": "local", "State": "active"}
        )
        return found

    def test_dualstack_endpoint_is_reached_over_ipv6_without_dns64(self) -> None:
        outcome = reach(self.dual(network(dns64=False)), LOGS)
        assert outcome.verdict is OK
        assert outcome.traces[0].destination.label == "vpce-1 at 10.0.1.11 over IPv6"

    def test_dualstack_endpoint_security_group_must_allow_ipv6(self) -> None:
        found = self.dual(network())
        found.row("SecurityGroups", "sg-end")["IpPermissions"] = [HTTPS]
        assert lost(reach(found, LOGS)) == {"ENI_SG_RULES_MISMATCH"}

    def test_dualstack_endpoint_with_unread_ipv6_addresses_is_unknown(self) -> None:
        outcome = reach(self.dual(network(), address=None), LOGS)
        assert told(outcome)[0].startswith("the IPv6 addresses of vpce-1 at 10.0.1.11")

    def test_ecr_endpoint_over_ipv6_is_unknown(self) -> None:
        outcome = reach(self.dual(network(), "ecr.api"))
        assert outcome.verdict is UNKNOWN
        assert told(outcome)[0] == "whether vpce-1 serves ECR over IPv6, on which AWS's pages disagree"

    def test_ipv6_address_target_is_reached_without_translation(self) -> None:
        found = network()
        egress = {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"}
        found.row("RouteTables", "rtb-6")["Routes"].append(egress)
        attached = [{"VpcId": "vpc-1", "State": "attached"}]
        found.rows["EgressOnlyInternetGateways"] = [{"EgressOnlyInternetGatewayId": "eigw-1", "Attachments": attached}]
        assert reach(found, Target(parse_host("2600:1f18::9"), 443, "internet")).verdict is OK
