"""IPv6-only subnets: what an answer of IPv4 is worth there, and how NAT64 gets to it all the same."""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef, regional_host_of
from skerry.net.dns_names import parse_host
from skerry.reach.outcome import Outcome
from skerry.reach.walk import Target
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.networks import EVERYWHERE, HTTPS, REGION, Network, allow, both_ways, entry, record, source

API = Target(parse_host(regional_host_of(ServiceRef("ecr.api", REGION))), 443, "aws", ServiceRef("ecr.api", REGION))
LOGS = Target(parse_host(regional_host_of(ServiceRef("logs", REGION))), 443, "aws", ServiceRef("logs", REGION))
QUAY = Target(parse_host("quay.io"), 443, "internet")
BLOCK, NAT64 = "2a05:d018:1:2::/64", "64:ff9b::/96"
EVERYWHERE6 = {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}


def network(*, dns64: bool = True) -> Network:
    """subnet-6 has only IPv6, and sends what NAT64 is to translate to a NAT gateway in the public subnet-b."""
    network = Network()
    network.serve_internet_by_nat()
    block = {"Ipv6CidrBlock": "2a05:d018:1::/56", "Ipv6CidrBlockState": {"State": "associated"}}
    network.row("Vpcs", "vpc-1")["Ipv6CidrBlockAssociationSet"] = [block]
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
    def open_ipv6(self, *, dns64: bool) -> Network:
        found = network(dns64=dns64)
        egress = {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"}
        found.row("RouteTables", "rtb-6")["Routes"].append(egress)
        attached = [{"VpcId": "vpc-1", "State": "attached"}]
        found.rows["EgressOnlyInternetGateways"] = [{"EgressOnlyInternetGatewayId": "eigw-1", "Attachments": attached}]
        return found

    @pytest.mark.parametrize("target", [LOGS, QUAY], ids=["AWS", "the internet"])
    def test_name_of_unknown_families_is_ok_if_both_ways_are(self, target: Target) -> None:
        assert reach(self.open_ipv6(dns64=True), target).verdict is OK

    @pytest.mark.parametrize("target", [LOGS, QUAY], ids=["AWS", "the internet"])
    def test_name_of_unknown_families_is_blocked_if_both_ways_are(self, target: Target) -> None:
        outcome = reach(network(dns64=False), target)
        assert outcome.verdict is BLOCKED
        assert lost(outcome) == {"NO_ROUTE_TO_DESTINATION", "NO_COMMON_ADDRESS_FAMILY"}

    def test_name_of_unknown_families_is_unknown_if_one_way_is_blocked(self) -> None:
        for outcome in (reach(self.open_ipv6(dns64=False), LOGS), reach(network(), LOGS)):
            assert outcome.verdict is UNKNOWN
            assert told(outcome) == [f"whether {LOGS.host} has IPv6 addresses"]

    def test_name_with_ipv6_needs_no_nat64(self) -> None:
        host = f"111122223333.dkr-ecr.{REGION}.on.aws"
        target = Target(parse_host(host), 443, "aws", ServiceRef("ecr.dkr", REGION))
        assert reach(self.open_ipv6(dns64=False), target).verdict is OK
        # DNS64 makes no addresses for a name that has its own.
        assert lost(reach(network(), target)) == {"NO_ROUTE_TO_DESTINATION"}

    def test_secrets_manager_has_ipv6_by_its_regional_name(self) -> None:
        ref = ServiceRef("secretsmanager", REGION)
        assert (
            reach(self.open_ipv6(dns64=False), Target(parse_host(regional_host_of(ref)), 443, "aws", ref)).verdict is OK
        )

    def test_private_address_of_zone_is_unknown_over_ipv6(self) -> None:
        found = network()
        found.zone("internal.example", record("api.internal.example.", "A", "10.0.2.9"))
        outcome = reach(found, Target(parse_host("api.internal.example"), 443, "internet"))
        assert told(outcome) == ["whether IPv6 reaches 10.0.2.9"]

    def dual(
        self, found: Network, service: str = "logs", *, address: str | None = "2a05:d018:1:3::9", **more: Any
    ) -> Network:
        """An endpoint that is reached over both families."""
        found.endpoint("vpce-1", service, ["subnet-a"], group="sg-end", **({"IpAddressType": "dualstack"} | more))
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
        assert reach(self.open_ipv6(dns64=True), Target(parse_host("2600:1f18::9"), 443, "internet")).verdict is OK

    def test_ipv6_endpoint_is_reached_at_its_only_address(self) -> None:
        found = self.dual(network(dns64=False))
        found.row("VpcEndpoints", "vpce-1")["IpAddressType"] = "ipv6"
        del found.row("NetworkInterfaces", "eni-10")["PrivateIpAddress"]
        outcome = reach(found, LOGS)
        assert outcome.verdict is OK
        assert outcome.traces[0].destination.label == "vpce-1 at 2a05:d018:1:3::9"

    def test_endpoint_with_only_ipv4_records_is_not_reached_over_ipv6(self) -> None:
        found = self.dual(network(dns64=False))
        found.row("VpcEndpoints", "vpce-1")["DnsOptions"] = {"DnsRecordIpType": "ipv4"}
        assert lost(reach(found, LOGS)) == {"NO_COMMON_ADDRESS_FAMILY"}

    def test_service_defined_records_of_endpoint_follow_the_name(self) -> None:
        found = self.dual(network(dns64=False), "s3", IpAddressType="dualstack")
        found.row("VpcEndpoints", "vpce-1")["DnsOptions"] = {"DnsRecordIpType": "service-defined"}
        found.row("VpcEndpoints", "vpce-1")["DnsEntries"] = [
            {"DnsName": f"*.s3.{REGION}.amazonaws.com"},
            {"DnsName": f"*.s3.dualstack.{REGION}.amazonaws.com"},
        ]
        ref = ServiceRef("s3", REGION)
        assert lost(reach(found, Target(parse_host(f"b.s3.{REGION}.amazonaws.com"), 443, "aws", ref))) == {
            "NO_COMMON_ADDRESS_FAMILY"
        }
        assert reach(found, Target(parse_host(f"b.s3.dualstack.{REGION}.amazonaws.com"), 443, "aws", ref)).verdict is OK

    def test_service_defined_records_of_unknown_name_are_unknown(self) -> None:
        found = self.dual(network(dns64=False))
        found.row("VpcEndpoints", "vpce-1")["DnsOptions"] = {"DnsRecordIpType": "service-defined"}
        fact = f"the families of the records of vpce-1 for {LOGS.host}, of type service-defined"
        assert told(reach(found, LOGS))[0] == fact


class TestIpv4Tasks:
    """Tasks of IPv4-only subnets: the mirror image."""

    def network(self, address_type: str, records: str | None = None) -> Network:
        found = Network()
        found.endpoint("vpce-1", "logs", ["subnet-a"], IpAddressType=address_type)
        found.row("NetworkInterfaces", "eni-10")["Ipv6Addresses"] = [{"Ipv6Address": "2a05:d018:1:3::9"}]
        if records is not None:
            found.row("VpcEndpoints", "vpce-1")["DnsOptions"] = {"DnsRecordIpType": records}
        return found

    def reach(self, found: Network) -> Outcome:
        walker = found.walker()
        return walker.reach(source(walker), LOGS)

    @pytest.mark.parametrize(
        ("address_type", "records"),
        [("ipv4", None), ("dualstack", None), ("dualstack", "dualstack"), ("dualstack", "ipv4")],
    )
    def test_endpoint_with_ipv4_records_is_reached(self, address_type: str, records: str | None) -> None:
        assert self.reach(self.network(address_type, records)).verdict is OK

    @pytest.mark.parametrize(("address_type", "records"), [("ipv6", None), ("dualstack", "ipv6")])
    def test_endpoint_with_only_ipv6_records_is_not_reached(self, address_type: str, records: str | None) -> None:
        outcome = self.reach(self.network(address_type, records))
        assert outcome.verdict is BLOCKED
        assert told(outcome)[0] == (
            f"vpce-1 answers for {LOGS.host} without IPv4 addresses, and tasks in subnet-a call over it"
        )

    def test_service_defined_records_of_unknown_name_are_unknown(self) -> None:
        assert self.reach(self.network("dualstack", "service-defined")).verdict is UNKNOWN

    def test_record_type_without_meaning_is_unknown(self) -> None:
        assert self.reach(self.network("dualstack", "anything")).verdict is UNKNOWN
