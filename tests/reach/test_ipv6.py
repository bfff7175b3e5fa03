"""IPv6: egress-only gateways, and rules that are of one family only."""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef, regional_host_of
from skerry.errors import SkerryError
from skerry.net.dns_names import parse_host
from skerry.reach.outcome import Outcome
from skerry.reach.trace_request import TraceRequest, ask
from skerry.reach.walk import Target
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.hubs import LOGS, from_ipv6, lost, missing, reach, walk
from tests.networks import ALL, EVERYWHERE, REGION, VPC, Network, both_ways, entry, record

OWN = "2a05:d018:1::/64"
FAR = "2600:1f18::7"
EVERYTHING = {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}


def entry6(number: int, action: str = "allow", cidr: str = "::/0", *, egress: bool = False) -> dict[str, Any]:
    row = entry(number, action, None, egress=egress)
    return row | {"Ipv6CidrBlock": cidr}


def dual_stack(**gateway: Any) -> Network:
    """Subnet-a with both families, and an egress-only internet gateway for IPv6."""
    network = Network()
    block = {"Ipv6CidrBlock": OWN, "Ipv6CidrBlockState": {"State": "associated"}}
    network.row("Subnets", "subnet-a")["Ipv6CidrBlockAssociationSet"] = [block]
    attachments = [{"VpcId": VPC, "State": "attached"}]
    row = {"EgressOnlyInternetGatewayId": "eigw-1", "Attachments": attachments}
    network.rows["EgressOnlyInternetGateways"] = [row | gateway]
    routes = network.row("RouteTables", "rtb-main")["Routes"]
    routes.append({"DestinationIpv6CidrBlock": "2a05:d018:1::/56", "GatewayId": "local", "State": "active"})
    routes.append({"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"})
    network.row("NetworkAcls", "acl-all")["Entries"].extend(entry6(90, egress=egress) for egress in (False, True))
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"].append(dict(EVERYTHING))
    return network


class TestEgressOnlyGateways:
    """https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html"""

    def test_egress_only_gateway_allows_ipv6(self) -> None:
        assert from_ipv6(dual_stack(), FAR).verdict is OK

    def test_egress_only_gateway_does_not_carry_ipv4(self) -> None:
        assert lost(walk(dual_stack(), "8.8.8.8")) == [("NO_ROUTE_TO_DESTINATION", "rtb-main")]

    def test_egress_only_gateway_must_be_attached_to_vpc(self) -> None:
        outcome = from_ipv6(dual_stack(Attachments=[{"VpcId": "vpc-9", "State": "attached"}]), FAR)
        assert lost(outcome) == [("BAD_STATE_ATTACHMENT", "eigw-1")]

    def test_unread_egress_only_gateway_is_unknown(self) -> None:
        network = dual_stack()
        network.rows["EgressOnlyInternetGateways"].clear()
        outcome = from_ipv6(network, FAR)
        assert outcome.verdict is UNKNOWN
        assert "eigw-1" in missing(outcome)[0]

    def test_egress_only_gateway_without_attachments_is_unknown(self) -> None:
        network = dual_stack()
        network.rows["EgressOnlyInternetGateways"][0].pop("Attachments")
        assert from_ipv6(network, FAR).verdict is UNKNOWN

    def test_egress_only_gateway_drops_non_public_destinations(self) -> None:
        outcome = from_ipv6(dual_stack(), "fd00::1")
        assert lost(outcome) == [("IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "eigw-1")]

    @pytest.mark.parametrize(("mode", "stopped"), [("block-bidirectional", True), ("block-ingress", False)])
    def test_block_public_access_stops_ipv6_only_in_bidirectional_mode(self, mode: str, stopped: bool) -> None:  # noqa: FBT001
        network = dual_stack()
        network.rows["VpcBlockPublicAccessOptions"] = [{"AwsRegion": "eu-west-1", "InternetGatewayBlockMode": mode}]
        network.rows["VpcBlockPublicAccessExclusions"] = []
        found = [("VPC_BLOCK_PUBLIC_ACCESS_ENABLED", "eigw-1")] if stopped else []
        assert lost(from_ipv6(network, FAR)) == found


class TestDualStackTasks:
    """What is lost over IPv4 may get through over IPv6, of a host that may have such an address."""

    DOCKER = Target(parse_host("registry-1.docker.io"), 443, "internet")
    ECR = Target(parse_host(regional_host_of(ServiceRef("ecr.api", REGION))), 443, "aws", ServiceRef("ecr.api", REGION))

    def network(self) -> Network:
        network = dual_stack()
        block = {"Ipv6CidrBlock": "2a05:d018:1::/56", "Ipv6CidrBlockState": {"State": "associated"}}
        network.row("Vpcs", VPC)["Ipv6CidrBlockAssociationSet"] = [block]
        return network

    @pytest.mark.parametrize("target", [DOCKER, LOGS], ids=["registry", "logs"])
    def test_dual_stack_task_is_unknown_if_host_may_have_ipv6(self, target: Target) -> None:
        outcome = reach(self.network(), target)
        assert (outcome.verdict, lost(outcome)) == (UNKNOWN, [])
        assert missing(outcome) == [f"whether IPv6 reaches {target.host}; subnet-a has a route for it"]

    def test_dual_stack_task_is_blocked_if_host_has_only_ipv4(self) -> None:
        assert reach(self.network(), self.ECR).verdict is BLOCKED

    def test_dual_stack_task_is_blocked_without_ipv6_route(self) -> None:
        network = self.network()
        network.row("RouteTables", "rtb-main")["Routes"].pop()
        assert lost(reach(network, self.DOCKER)) == [("NO_ROUTE_TO_DESTINATION", "rtb-main")]

    def test_dual_stack_task_is_blocked_without_ipv6_egress_rule(self) -> None:
        network = self.network()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"].pop()
        assert reach(network, self.DOCKER).verdict is BLOCKED

    def test_dual_stack_task_is_blocked_at_endpoint_with_private_dns(self) -> None:
        network = self.network()
        network.endpoint("vpce-1", "logs", ["subnet-a"], "sg-task")
        assert reach(network, LOGS).verdict is BLOCKED

    def test_dual_stack_task_is_blocked_if_dns_server_is_unreachable(self) -> None:
        network = self.network()
        network.dhcp("192.0.2.53")
        assert reach(network, self.DOCKER).verdict is BLOCKED

    def test_dual_stack_task_is_unknown_if_resolver_endpoint_answers(self) -> None:
        network = self.network()
        endpoint = {"Id": "rslvr-in-1", "Direction": "INBOUND", "Status": "OPERATIONAL", "HostVPCId": VPC}
        network.rows["ResolverEndpoints"] = [endpoint | {"IpAddresses": ["10.0.2.53"]}]
        answer = {"IpAddresses": [{"Ip": "10.0.2.53"}]}
        network.call("ListResolverEndpointIpAddresses", {"ResolverEndpointId": "rslvr-in-1"}, answer)
        network.dhcp("10.0.2.53")
        network.group("sg-dns", inbound=[ALL])
        network.interface("eni-53", "10.0.2.53", "subnet-b", ["sg-dns"])
        assert reach(network, self.DOCKER).verdict is UNKNOWN
        network.row("SecurityGroups", "sg-dns")["IpPermissions"].clear()
        assert reach(network, self.DOCKER).verdict is BLOCKED

    def test_dual_stack_task_is_blocked_at_private_zone_address(self) -> None:
        network = self.network()
        name = str(self.DOCKER.host)
        network.zone(name, record(f"{name}.", "A", "10.0.2.9"))
        network.interface("eni-9", "10.0.2.9", "subnet-b", ["sg-task"])
        assert lost(reach(network, self.DOCKER)) == [("SG_HAS_NO_RULES", "sg-task")]

    def test_dual_stack_task_is_ok_if_ipv4_is_allowed(self) -> None:
        network = self.network()
        network.endpoint("vpce-1", "logs", ["subnet-a"], "sg-open")
        assert reach(network, LOGS).verdict is OK

    def test_dual_stack_task_is_unknown_for_private_name_with_only_ipv6(self) -> None:
        network = self.network()
        name = str(LOGS.host)
        network.zone(name, record(f"{name}.", "AAAA", "2a05:d018:1::9"))
        outcome = reach(network, LOGS)
        assert outcome.verdict is UNKNOWN
        fact = f"where the IPv6 addresses of {name} in private zone {name} lead, which are not walked"
        assert missing(outcome) == [fact]
        network.row("Subnets", "subnet-a")["CidrBlock"] = None
        assert missing(reach(network, LOGS)) == [fact]
        assert reach(network, LOGS, subnet="subnet-b").verdict is BLOCKED


def test_internet_gateway_allows_ipv6_without_public_ipv4_address() -> None:
    network = dual_stack()
    network.internet_gateway()
    network.row("RouteTables", "rtb-main")["Routes"][-1] = {
        "DestinationIpv6CidrBlock": "::/0",
        "GatewayId": "igw-1",
        "State": "active",
    }
    assert from_ipv6(network, FAR).verdict is OK


class TestSingleFamilyRules:
    def test_ipv4_security_group_rule_does_not_allow_ipv6(self) -> None:
        network = dual_stack()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [ALL]
        assert lost(from_ipv6(network, FAR)) == [("ENI_SG_RULES_MISMATCH", "sg-task")]

    def test_ipv6_security_group_rule_does_not_allow_ipv4(self) -> None:
        network = dual_stack()
        network.route(GatewayId="igw-1")
        network.internet_gateway()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [EVERYTHING]
        assert lost(walk(network, "8.8.8.8", public=True)) == [("ENI_SG_RULES_MISMATCH", "sg-task")]

    def test_ipv4_network_acl_entries_do_not_allow_ipv6(self) -> None:
        network = dual_stack()
        network.acl("acl-4", both_ways(entry(100)), ["subnet-a"])
        assert lost(from_ipv6(network, FAR)) == [("SUBNET_ACL_RESTRICTION", "acl-4")] * 2

    def test_ipv6_network_acl_entries_do_not_allow_ipv4(self) -> None:
        network = dual_stack()
        network.route(GatewayId="igw-1")
        network.internet_gateway()
        network.acl("acl-6", [entry6(100), entry6(100, egress=True)], ["subnet-a"])
        assert lost(walk(network, "8.8.8.8", public=True)) == [("SUBNET_ACL_RESTRICTION", "acl-6")] * 2

    def test_ipv4_network_acl_deny_does_not_block_ipv6(self) -> None:
        network = dual_stack()
        network.acl("acl-both", [*both_ways(entry(90, "deny")), entry6(100), entry6(100, egress=True)], ["subnet-a"])
        assert from_ipv6(network, FAR).verdict is OK

    def test_path_without_common_address_family_is_blocked(self) -> None:
        outcome = walk(dual_stack(), FAR)
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("NO_COMMON_ADDRESS_FAMILY", "subnet-a")])

    def test_path_within_subnet_requires_common_address_family(self) -> None:
        outcome = walk(dual_stack(), "2a05:d018:1::8")
        assert lost(outcome) == [("NO_COMMON_ADDRESS_FAMILY", "subnet-a")]


class TestTraceRequests:
    def asked(self, network: Network, to: str = FAR, **of: Any) -> Outcome:
        return ask(network.walker(), TraceRequest(to, 443, **({"subnet": "subnet-a", "groups": ("sg-task",)} | of)))

    def test_trace_request_from_subnet_uses_its_ipv6_cidr(self) -> None:
        assert self.asked(dual_stack()).verdict is OK
        assert self.asked(dual_stack(), source_address="2a05:d018:1::9").verdict is OK

    def test_trace_request_from_ipv6_only_subnet_is_ok(self) -> None:
        network = dual_stack()
        network.row("Subnets", "subnet-a").pop("CidrBlock")
        assert self.asked(network).verdict is OK

    def test_trace_request_from_ipv4_subnet_has_no_common_address_family(self) -> None:
        outcome = self.asked(Network())
        assert ("NO_COMMON_ADDRESS_FAMILY", "subnet-a") in lost(outcome)

    def test_trace_request_from_interface_uses_its_ipv6_address(self) -> None:
        network = dual_stack()
        network.interface("eni-1", "10.0.1.9", Ipv6Addresses=[{"Ipv6Address": "2a05:d018:1::9"}])
        assert self.asked(network, subnet=None, interface="eni-1").verdict is OK

    def test_trace_request_from_interface_without_ipv6_raises(self) -> None:
        network = dual_stack()
        network.interface("eni-1", "10.0.1.9")
        with pytest.raises(SkerryError, match="eni-1 has no address at all"):
            self.asked(network, subnet=None, interface="eni-1")

    def test_trace_request_to_ipv6_address_checks_interface_groups(self) -> None:
        network = dual_stack()
        network.interface("eni-2", "10.0.1.8", groups=["sg-open"], Ipv6Addresses=[{"Ipv6Address": "2a05:d018:1::8"}])
        outcome = self.asked(network, "2a05:d018:1::8")
        assert lost(outcome) == [("ENI_SG_RULES_MISMATCH", "sg-open")]
        assert EVERYWHERE in str(network.row("SecurityGroups", "sg-open"))


class TestDualStackGatewayEndpoints:
    """https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html"""

    LAYERS = Target(
        parse_host(f"prod-{REGION}-starport-layer-bucket.s3.{REGION}.amazonaws.com"),
        443,
        service=ServiceRef("s3", REGION),
    )
    DUAL_STACK = Target(
        parse_host(f"prod-{REGION}-starport-layer-bucket.s3.dualstack.{REGION}.amazonaws.com"),
        443,
        service=ServiceRef("s3", REGION),
    )

    def network(self, *cidrs: str) -> Network:
        network = dual_stack()
        network.serve_s3()
        row = network.prefix_list("pl-6", *cidrs, called=f"com.amazonaws.{REGION}.ipv6.s3", owner="AWS")
        assert row["PrefixListId"] == "pl-6"
        network.route("pl-6", GatewayId="vpce-93")
        return network

    def test_ipv4_task_reaches_s3_by_the_ipv4_list(self) -> None:
        assert reach(self.network("2a05:d07a::/40"), self.LAYERS).verdict is OK

    def test_ipv4_task_reaches_s3_if_the_ipv6_list_was_not_read(self) -> None:
        assert reach(self.network(), self.LAYERS).verdict is OK

    def ipv6_only(self, *cidrs: str, records: str | None = None) -> Network:
        network = self.network(*cidrs)
        del network.row("Subnets", "subnet-a")["CidrBlock"]
        if records is not None:
            network.row("VpcEndpoints", "vpce-93")["DnsOptions"] = {"DnsRecordIpType": records}
        return network

    def test_ipv6_only_task_reaches_dual_stack_name_of_s3_by_the_ipv6_list(self) -> None:
        assert reach(self.ipv6_only("2a05:d07a::/40"), self.DUAL_STACK).verdict is OK

    @pytest.mark.parametrize("records", ["dualstack", "ipv6"])
    def test_ipv6_only_task_reaches_regional_name_of_s3_if_the_gateway_has_ipv6_records(self, records: str) -> None:
        assert reach(self.ipv6_only("2a05:d07a::/40", records=records), self.LAYERS).verdict is OK

    @pytest.mark.parametrize("records", ["ipv4", "service-defined", None])
    def test_ipv6_only_task_gets_no_ipv6_address_for_regional_name_of_s3(self, records: str | None) -> None:
        outcome = reach(self.ipv6_only("2a05:d07a::/40", records=records), self.LAYERS)
        assert lost(outcome) == [("NO_COMMON_ADDRESS_FAMILY", "subnet-a")]

    def test_ipv6_only_task_gets_no_ipv6_address_if_the_gateway_has_only_ipv4_records(self) -> None:
        outcome = reach(self.ipv6_only("2a05:d07a::/40", records="ipv4"), self.DUAL_STACK)
        assert lost(outcome) == [("NO_COMMON_ADDRESS_FAMILY", "subnet-a")]

    def test_ipv4_task_gets_no_address_if_the_gateway_has_only_ipv6_records(self) -> None:
        network = self.network("2a05:d07a::/40")
        del network.row("Subnets", "subnet-a")["Ipv6CidrBlockAssociationSet"]
        network.row("VpcEndpoints", "vpce-93")["DnsOptions"] = {"DnsRecordIpType": "ipv6"}
        outcome = reach(network, self.LAYERS)
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("NO_COMMON_ADDRESS_FAMILY", "subnet-a")])

    def test_ipv6_only_task_is_unknown_if_the_ipv6_list_was_not_read(self) -> None:
        assert missing(reach(self.ipv6_only(), self.DUAL_STACK)) == ["the entries of prefix list pl-6"]

    def test_records_of_another_gateway_do_not_matter_to_s3(self) -> None:
        network = self.network("2a05:d07a::/40")
        options = {"DnsRecordIpType": "ipv6"}
        network.gateway_endpoint("vpce-94", "dynamodb", RouteTableIds=[], DnsOptions=options)
        assert reach(network, self.LAYERS).verdict is OK

    def test_task_is_unknown_if_gateways_have_different_records(self) -> None:
        network = self.network("2a05:d07a::/40")
        network.gateway_endpoint("vpce-94", RouteTableIds=[], DnsOptions={"DnsRecordIpType": "ipv6"})
        network.row("VpcEndpoints", "vpce-93")["DnsOptions"] = {"DnsRecordIpType": "ipv4"}
        fact = f"the families of {self.LAYERS.host} in vpc-1, whose gateway endpoints have records of ipv4, ipv6"
        assert missing(reach(network, self.LAYERS)) == [fact]
        del network.row("Subnets", "subnet-a")["CidrBlock"]
        assert missing(reach(network, self.LAYERS)) == [fact]
