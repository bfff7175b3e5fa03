"""Labs that stand: packets go where AWS would let them, and what drops them is recorded."""

from collections.abc import Iterator
from typing import Any

import pytest

from skerry.lab.sandbox import Sandbox
from skerry.lab.tcp_probes import DnsQuestion, Probe
from skerry.lab.topology import End, RequestedPaths, plan
from skerry.lab.topology_records import TrafficOrigin
from skerry.net.cidr import Address
from skerry.net.hostname import Hostname
from tests.filtering import Filtered, block, rule
from tests.hubs import HubAndSpoke
from tests.networks import REGION, Network, allow, both_ways, entry, record

pytestmark = pytest.mark.usefixtures("needs_lab")

TASK = End("subnet-a", Address("10.0.1.50"), ("sg-task",))
PUBLIC = End("subnet-b", Address("10.0.2.50"), ("sg-task",), Address("198.51.100.9"))
INTERNET = Address("23.45.67.89")
S3 = "52.218.0.9"
LOGS = f"logs.{REGION}.amazonaws.com"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


class Lab:
    """A network, built, with a task that calls."""

    def __init__(self, sandbox: Sandbox, network: Network, end: End = TASK, *called: str) -> None:
        self.sandbox = sandbox
        self.end = end
        public = ((Hostname(LOGS), Address("54.1.2.3")), (Hostname("quay.io"), INTERNET))
        sandbox.build(plan(network.world(), RequestedPaths((end,), tuple(map(Address, called)), public)))
        self._port = 40_000

    def call(self, address: str, port: int = 443) -> bool:
        self._port += 1
        # A first packet may be lost on a busy machine: it is sent again after a second.
        (answered,) = self.sandbox.connect((Probe(self.end.address, self._port, Address(address), port),), 2.5)
        return answered

    def dropped(self) -> list[tuple[str, str, str]]:
        drops = self.sandbox.drops()
        return [(drop.origin.kind, drop.origin.resource, drop.origin.rule) for drop in drops]

    def ask(self, name: str, server: str = "10.0.0.2") -> tuple[str, ...] | None:
        (answer,) = self.sandbox.resolve((DnsQuestion(self.end.address, Address(server), Hostname(name)),), 1.0)
        return answer


class TestLocalTraffic:
    def test_endpoint_in_another_subnet_answers(self, sandbox: Sandbox) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", ["subnet-b"])
        assert Lab(sandbox, network).call("10.0.2.10")

    def test_security_group_drops_and_records_a_port_not_allowed(self, sandbox: Sandbox) -> None:
        network = Network()
        network.group("sg-end", inbound=[allow("tcp", 80, cidr="10.0.0.0/16")])
        network.endpoint("vpce-1", "logs", ["subnet-b"], group="sg-end")
        lab = Lab(sandbox, network)
        assert (lab.call("10.0.2.10"), lab.call("10.0.2.10", 80)) == (False, True)
        assert lab.dropped() == [("security-group", "sg-end", "in")]

    def test_security_group_allows_replies_statefully(self, sandbox: Sandbox) -> None:
        network = Network()
        network.group("sg-end", inbound=[allow("tcp", 443, group="sg-task")], outbound=[])
        network.endpoint("vpce-1", "logs", ["subnet-b"], group="sg-end")
        assert Lab(sandbox, network).call("10.0.2.10")

    def test_network_acl_drops_replies_statelessly(self, sandbox: Sandbox) -> None:
        network = Network()
        network.acl("acl-b", both_ways(entry(100, ports=(443, 443), protocol="6")), ["subnet-b"])
        network.endpoint("vpce-1", "logs", ["subnet-b"])
        lab = Lab(sandbox, network)
        assert not lab.call("10.0.2.10")
        assert lab.dropped() == [("network-acl", "acl-b", "rule * out")]

    def test_network_acl_is_not_applied_within_a_subnet(self, sandbox: Sandbox) -> None:
        network = Network()
        network.acl("acl-a", both_ways(), ["subnet-a"])
        network.endpoint("vpce-1", "logs", ["subnet-a"])
        assert Lab(sandbox, network).call("10.0.1.10")

    def test_unassigned_address_gives_no_answer(self, sandbox: Sandbox) -> None:
        lab = Lab(sandbox, Network())
        assert not lab.call("10.0.2.77")
        assert lab.dropped() == [("route", "", "no interface has the address")]

    def test_route_more_specific_than_local_takes_precedence(self, sandbox: Sandbox) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", ["subnet-b"])
        network.route("10.0.2.0/24", NatGatewayId="nat-9", State="blackhole")
        lab = Lab(sandbox, network)
        assert not lab.call("10.0.2.10")
        assert lab.dropped() == [("route", "rtb-main", "10.0.2.0/24 → nat-9 (blackhole)")]


def filtered(sandbox: Sandbox, *rules: dict[str, Any]) -> Lab:
    """A built network with an endpoint, a private zone and rules for the name of CloudWatch Logs."""
    network = Filtered(*rules).domains(LOGS).domains("*", name="rslvr-fdl-2")
    network.endpoint("vpce-1", "logs", PrivateDnsEnabled=False)
    network.zone("example", record("b.example.", "CNAME", f"vpce-1-x.logs.{REGION}.vpce.amazonaws.com"))
    return Lab(sandbox, network)


class TestDnsFirewall:
    @pytest.mark.parametrize("response", ["NXDOMAIN", "NODATA"])
    def test_blocked_name_has_no_address_and_others_have(self, sandbox: Sandbox, response: str) -> None:
        lab = filtered(sandbox, block(BlockResponse=response))
        assert (lab.ask(LOGS), lab.ask("quay.io")) == ((), (INTERNET,))

    @pytest.mark.parametrize("action", ["ALLOW", "ALERT"])
    def test_first_rule_with_a_match_decides(self, sandbox: Sandbox, action: str) -> None:
        lab = filtered(sandbox, rule(action), block(FirewallDomainListId="rslvr-fdl-2"))
        assert (lab.ask(LOGS), lab.ask("quay.io")) == (("54.1.2.3",), ())

    def test_rule_for_another_query_type_blocks_nothing(self, sandbox: Sandbox) -> None:
        assert filtered(sandbox, block(Qtype="AAAA")).ask(LOGS) == ("54.1.2.3",)

    def test_override_answers_with_the_addresses_of_another_name(self, sandbox: Sandbox) -> None:
        lab = filtered(sandbox, block(BlockResponse="OVERRIDE", BlockOverrideDomain="quay.io"))
        assert lab.ask(LOGS) == (INTERNET,)
        lab = filtered(sandbox, block(BlockResponse="OVERRIDE", BlockOverrideDomain="nowhere.invalid"))
        assert lab.ask(LOGS) == ()

    @pytest.mark.parametrize(
        ("more", "expected"), [({}, ()), ({"FirewallDomainRedirectionAction": "TRUST_REDIRECTION_DOMAIN"}, None)]
    )
    def test_redirection_is_inspected_unless_a_rule_trusts_it(
        self, sandbox: Sandbox, more: dict[str, str], expected: tuple[str, ...] | None
    ) -> None:
        allow_zone = rule("ALLOW", "rslvr-fdl-3", **more)
        network = Filtered(allow_zone, block(FirewallDomainListId="rslvr-fdl-2")).domains("*", name="rslvr-fdl-2")
        network.domains("b.example", name="rslvr-fdl-3")
        network.endpoint("vpce-1", "logs", PrivateDnsEnabled=False)
        network.zone("example", record("*.example.", "CNAME", f"vpce-1-x.logs.{REGION}.vpce.amazonaws.com"))
        assert Lab(sandbox, network).ask("b.example") == (("10.0.1.10",) if expected is None else expected)

    def test_name_that_is_no_host_name_reaches_the_server(self, sandbox: Sandbox) -> None:
        assert filtered(sandbox, block()).ask("_a.example") == ()


class TestExternalTraffic:
    def test_missing_internet_route_drops_the_call(self, sandbox: Sandbox) -> None:
        lab = Lab(sandbox, Network())
        assert not lab.call(INTERNET)
        assert lab.dropped() == [("route", "rtb-main", "no route")]

    def test_gateway_endpoint_allows_s3_but_not_the_internet(self, sandbox: Sandbox) -> None:
        network = Network()
        network.serve_s3()
        lab = Lab(sandbox, network)
        assert (lab.call(S3), lab.call(INTERNET)) == (True, False)

    def test_nat_gateway_forwards_to_internet_but_accepts_no_connection(self, sandbox: Sandbox) -> None:
        network = Network()
        network.serve_internet_by_nat()
        lab = Lab(sandbox, network, TASK, "10.0.2.200")
        assert lab.call(INTERNET)
        assert not lab.call("10.0.2.200")
        assert lab.dropped() == [("interface", "eni-1f", "accepts no connection")]

    def test_internet_gateway_forwards_task_with_a_public_address(self, sandbox: Sandbox) -> None:
        network = Network()
        network.serve_internet_by_nat()
        assert Lab(sandbox, network, PUBLIC).call(INTERNET)

    def test_internet_gateway_drops_task_without_a_public_address(self, sandbox: Sandbox) -> None:
        network = Network()
        network.internet_gateway()
        network.route(GatewayId="igw-1")
        lab = Lab(sandbox, network)
        assert not lab.call(INTERNET)
        assert lab.dropped() == [("gateway", "igw-1", "no public address")]

    @pytest.mark.parametrize("check", [True, False])
    def test_instance_forwards_only_with_source_dest_check_off(self, sandbox: Sandbox, *, check: bool) -> None:
        network = Network()
        network.serve_internet_by_nat()
        address = {"Association": {"PublicIp": "198.51.100.8"}}
        network.group("sg-box", inbound=[allow(cidr="10.0.0.0/16")], outbound=[allow(cidr="0.0.0.0/0")])
        network.interface("eni-box", "10.0.2.201", "subnet-b", ["sg-box"], SourceDestCheck=check, **address)
        network.row("RouteTables", "rtb-main")["Routes"].pop()
        network.route(NetworkInterfaceId="eni-box")
        lab = Lab(sandbox, network)
        assert lab.call(INTERNET) is not check
        assert lab.dropped() == ([("interface", "eni-box", "source/destination check")] if check else [])

    @pytest.mark.parametrize("back", [True, False])
    def test_peering_works_only_with_a_return_route(self, sandbox: Sandbox, *, back: bool) -> None:
        network = HubAndSpoke()
        network.peer()
        network.interface("eni-far", "10.1.1.9", "hub-a", ["sg-hub"], VpcId="vpc-2")
        if not back:
            network.row("RouteTables", "rtb-hub")["Routes"].pop()
        lab = Lab(sandbox, network, TASK, "10.1.1.9")
        assert lab.call("10.1.1.9") is back
        assert lab.dropped() == ([] if back else [("route", "rtb-hub", "no route")])


class TestDnsAnswers:
    def test_dns_answers_private_addresses_for_endpoint_names(self, sandbox: Sandbox) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", ["subnet-a", "subnet-b"])
        lab = Lab(sandbox, network)
        assert lab.ask(LOGS) == ("10.0.1.10", "10.0.2.11")
        assert lab.ask("quay.io") == (INTERNET,)

    def test_dns_answers_public_address_without_an_endpoint(self, sandbox: Sandbox) -> None:
        assert Lab(sandbox, Network()).ask(LOGS) == ("54.1.2.3",)

    def test_dns_answers_no_address_for_an_unknown_name(self, sandbox: Sandbox) -> None:
        assert Lab(sandbox, Network()).ask("nobody.example") == ()

    def test_private_hosted_zone_answers_only_its_own_records(self, sandbox: Sandbox) -> None:
        network = Network()
        network.zone(f"{REGION}.amazonaws.com", record(f"\\052.dkr.ecr.{REGION}.amazonaws.com.", "A", "10.0.1.9"))
        lab = Lab(sandbox, network)
        assert lab.ask(LOGS) == ()
        assert lab.ask(f"1.dkr.ecr.{REGION}.amazonaws.com") == ("10.0.1.9",)
        assert lab.ask(f"dkr.ecr.{REGION}.amazonaws.com") == ()

    def test_dns_gives_no_answer_if_vpc_dns_support_is_off(self, sandbox: Sandbox) -> None:
        network = Network()
        network.attribute("EnableDnsSupport", value=False)
        assert Lab(sandbox, network).ask(LOGS) is None


def test_traffic_origin_has_an_empty_rule_by_default() -> None:
    assert TrafficOrigin("route", "rtb-1").rule == ""
