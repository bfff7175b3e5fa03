"""One flow as a user asks for it: its sources, its targets, and what is said of questions that cannot be answered."""

from typing import Any

import pytest

from skerry.errors import NothingFoundError, SkerryError
from skerry.net.addresses import ANY
from skerry.reach.outcome import Outcome
from skerry.reach.trace_request import TraceRequest, ask
from skerry.reach.walk import Walker
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.networks import REGION, Network, allow

LOGS = f"logs.{REGION}.amazonaws.com"


@pytest.fixture
def network() -> Network:
    """Two instances and an endpoint."""
    network = Network()
    network.serve_s3()
    network.endpoint("vpce-1a", "logs", ["subnet-a", "subnet-b"])
    network.interface("eni-1", "10.0.1.5", Attachment={"InstanceId": "i-1"})
    network.interface("eni-2", "10.0.2.5", "subnet-b", ["sg-open"], Attachment={"InstanceId": "i-2"})
    return network


def answer(network: Network, to: str, port: int = 443, **of: Any) -> Outcome:
    return ask(network.walker(), TraceRequest(to, port, **of))


def refusal(network: Network, to: str = LOGS, **of: Any) -> tuple[str, str]:
    with pytest.raises(SkerryError) as caught:
        answer(network, to, **of)
    assert caught.value.exit_code == 2
    return caught.value.what, caught.value.remedy


def labels(outcome: Outcome) -> list[str]:
    return [trace.destination.label for trace in outcome.traces if not trace.intended]


def groups_asked(outcome: Outcome) -> list[str]:
    """The security groups that were asked on the way out."""
    hops = (hop for trace in outcome.traces for hop, _ in trace.hops())
    return [hop.resource for hop in hops if (hop.kind, hop.direction) == ("security-group", "out")]


def packets(outcome: Outcome) -> Any:
    return outcome.traces[0].segments()[0].packets


class TestSources:
    def test_subnet_source_covers_all_task_addresses(self, network: Network) -> None:
        outcome = answer(network, LOGS, subnet="subnet-a", groups=("sg-task",))
        assert outcome.verdict is OK
        assert packets(outcome).source == ((0x0A000104, 0x0A0001FE),)
        assert outcome.traces[0].subnet == "subnet-a"

    def test_subnet_source_without_groups_uses_default_group(self, network: Network) -> None:
        network.row("SecurityGroups", "sg-default")["IpPermissionsEgress"] = []
        outcome = answer(network, LOGS, subnet="subnet-a")
        assert outcome.verdict is BLOCKED
        assert set(groups_asked(outcome)) == {"sg-default"}

    def test_subnet_source_with_unread_default_group_is_unknown(self, network: Network) -> None:
        network.rows["SecurityGroups"] = network.rows["SecurityGroups"][1:]
        assert answer(network, LOGS, subnet="subnet-a").verdict is UNKNOWN

    def test_subnet_source_accepts_a_source_address(self, network: Network) -> None:
        outcome = answer(network, LOGS, subnet="subnet-a", groups=("sg-task",), source_address="10.0.1.77")
        assert packets(outcome).source == ((0x0A00014D, 0x0A00014D),)

    def test_subnet_source_accepts_a_public_address(self, network: Network) -> None:
        network.internet_gateway()
        network.route(GatewayId="igw-1")
        asked: Any = {"subnet": "subnet-a", "groups": ("sg-task",)}
        assert answer(network, "8.8.8.8", **asked).verdict is BLOCKED
        assert answer(network, "8.8.8.8", public_address="198.51.100.1", **asked).verdict is OK

    def test_interface_source_uses_its_own_address_and_groups(self, network: Network) -> None:
        outcome = answer(network, LOGS, interface="eni-1")
        assert outcome.verdict is OK
        assert packets(outcome).source == ((0x0A000105, 0x0A000105),)
        assert set(groups_asked(outcome)) == {"sg-task"}

    def test_interface_source_accepts_other_groups(self, network: Network) -> None:
        network.group("sg-shut")
        assert answer(network, LOGS, interface="eni-1", groups=("sg-shut",)).verdict is BLOCKED

    def test_interface_source_accepts_its_secondary_address(self, network: Network) -> None:
        second = [{"PrivateIpAddress": "10.0.1.5", "Primary": True}, {"PrivateIpAddress": "10.0.1.6"}]
        network.row("NetworkInterfaces", "eni-1")["PrivateIpAddresses"] = second
        outcome = answer(network, LOGS, interface="eni-1", source_address="10.0.1.6")
        assert packets(outcome).source == ((0x0A000106, 0x0A000106),)

    def test_interface_source_with_unknown_groups_is_unknown(self, network: Network) -> None:
        del network.row("NetworkInterfaces", "eni-1")["Groups"]
        assert answer(network, LOGS, interface="eni-1").verdict is UNKNOWN

    def test_instance_source_uses_its_only_interface(self, network: Network) -> None:
        assert packets(answer(network, LOGS, instance="i-2")).source == ((0x0A000205, 0x0A000205),)

    def test_interface_source_needs_its_public_address_for_the_internet(self, network: Network) -> None:
        network.internet_gateway()
        network.route(GatewayId="igw-1")
        assert answer(network, "8.8.8.8", interface="eni-1").verdict is BLOCKED
        network.row("NetworkInterfaces", "eni-1")["Association"] = {"PublicIp": "198.51.100.1"}
        assert answer(network, "8.8.8.8", interface="eni-1").verdict is OK

    def test_internet_source_is_traced_as_internet(self, network: Network) -> None:
        assert [trace.subnet for trace in answer(network, "eni-2", internet=True).traces] == ["internet"]


class TestTargets:
    def test_host_target_is_resolved_to_endpoint_addresses(self, network: Network) -> None:
        assert labels(answer(network, LOGS, interface="eni-1")) == ["vpce-1a at 10.0.1.10", "vpce-1a at 10.0.2.11"]

    @pytest.mark.parametrize("name", [f"LOGS.{REGION}.amazonaws.com", f"{LOGS}."])
    def test_host_target_accepts_upper_case_and_trailing_dot(self, network: Network, name: str) -> None:
        assert answer(network, name, interface="eni-1").verdict is OK

    def test_service_target_is_resolved_in_the_region(self, network: Network) -> None:
        assert labels(answer(network, "logs", interface="eni-1")) == ["vpce-1a at 10.0.1.10", "vpce-1a at 10.0.2.11"]
        assert labels(answer(network, "s3", interface="eni-1")) == [f"the public addresses of Amazon S3 in {REGION}"]

    def test_service_target_in_unknown_partition_is_unknown(self, network: Network) -> None:
        walker = Walker(network.world("xx-none-1"))
        assert ask(walker, TraceRequest("logs", 443, interface="eni-1")).verdict is UNKNOWN

    def test_listed_registry_target_is_documented_on_the_internet(self, network: Network) -> None:
        outcome = answer(network, "quay.io", interface="eni-1")
        assert labels(outcome) == ["the internet"]
        assert {hop.grade for hop, _ in outcome.traces[0].hops()} == {"documented"}

    def test_unlisted_host_target_is_inferred_on_the_internet(self, network: Network) -> None:
        outcome = answer(network, "registry.example", interface="eni-1")
        assert labels(outcome) == ["the internet"]
        assert [hop.rule for hop, _ in outcome.traces[0].hops() if hop.grade == "inferred"] == [
            "registry.example is taken to be on the internet"
        ]

    def test_address_target_is_the_interface_with_that_address(self, network: Network) -> None:
        outcome = answer(network, "10.0.2.5", interface="eni-1")
        assert outcome.verdict is OK
        assert outcome.traces[0].destination.interface == "eni-2"

    def test_interface_target_uses_its_primary_address(self, network: Network) -> None:
        assert labels(answer(network, "eni-2", interface="eni-1")) == ["10.0.2.5"]

    def test_instance_target_uses_its_only_interface(self, network: Network) -> None:
        assert labels(answer(network, "i-2", interface="eni-1")) == ["10.0.2.5"]

    def test_nat_gateway_target_uses_its_interface(self, network: Network) -> None:
        network.nat("nat-1")
        outcome = answer(network, "nat-1", interface="eni-1", port=80)
        assert labels(outcome) == ["10.0.2.200"]
        assert outcome.verdict is BLOCKED

    def test_endpoint_target_uses_all_of_its_interfaces(self, network: Network) -> None:
        assert labels(answer(network, "vpce-1a", interface="eni-1")) == ["vpce-1a at 10.0.1.10", "vpce-1a at 10.0.2.11"]

    def test_endpoint_target_without_subnets_uses_its_read_interface(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1a").update(NetworkInterfaceIds=["eni-9", "eni-1a1"], SubnetIds=[])
        assert labels(answer(network, "vpce-1a", interface="eni-1")) == ["10.0.2.11"]

    def test_trace_request_uses_given_port_and_protocol(self, network: Network) -> None:
        network.row("SecurityGroups", "sg-open")["IpPermissions"] = [allow("udp", 53, cidr="10.0.0.0/16")]
        assert answer(network, "eni-2", 53, interface="eni-1", protocol="udp").verdict is OK
        assert answer(network, "eni-2", 53, interface="eni-1").verdict is BLOCKED

    def test_private_zone_cname_to_unresolved_name_may_be_any_address(self, network: Network) -> None:
        network.zone(
            "example.com", {"Name": "a.example.com.", "Type": "CNAME", "ResourceRecords": [{"Value": "b.test"}]}
        )
        outcome = answer(network, "a.example.com", interface="eni-1")
        assert outcome.traces[0].destination.addresses == ANY


class TestRefusedRequests:
    @pytest.mark.parametrize(
        "of",
        [
            {},
            {"subnet": "subnet-a", "interface": "eni-1"},
            {"instance": "i-1", "internet": True},
        ],
        ids=["none", "two", "the internet too"],
    )
    def test_trace_request_refuses_no_source_or_several_sources(self, network: Network, of: dict[str, Any]) -> None:
        assert refusal(network, **of) == (
            "a trace needs exactly one source",
            "Give subnet, interface, instance, or internet.",
        )

    def test_trace_request_refuses_unread_subnet_and_lists_read_subnets(self, network: Network) -> None:
        with pytest.raises(NothingFoundError):
            answer(network, LOGS, subnet="subnet-9")
        assert refusal(network, subnet="subnet-9") == (
            "there is no subnet subnet-9",
            "Subnets that were read: subnet-a, subnet-b.",
        )
        network.rows["Subnets"].clear()
        assert refusal(network, subnet="subnet-9")[1] == "Subnets that were read: none."

    def test_trace_request_refuses_subnet_without_cidr(self, network: Network) -> None:
        del network.row("Subnets", "subnet-a")["CidrBlock"]
        assert refusal(network, subnet="subnet-a") == (
            "the addresses of subnet subnet-a are not known",
            "Supply the answer of ec2:DescribeSubnets.",
        )

    @pytest.mark.parametrize("address", ["10.0.2.9", "10.0.1.1", "nonsense", "10.0.1.0/28"])
    def test_trace_request_refuses_source_address_outside_subnet(self, network: Network, address: str) -> None:
        assert refusal(network, subnet="subnet-a", source_address=address) == (
            f"{address} is not an address that subnet-a gives to an interface",
            "The subnet has 10.0.1.4-10.0.1.254.",
        )

    @pytest.mark.parametrize("address", ["10.0.1.6", "nonsense"])
    def test_trace_request_refuses_source_address_not_of_interface(self, network: Network, address: str) -> None:
        assert refusal(network, interface="eni-1", source_address=address) == (
            f"eni-1 has no address {address} in a subnet that is known",
            "Supply the answer of ec2:DescribeSubnets, or another source_address.",
        )

    def test_trace_request_refuses_malformed_public_address(self, network: Network) -> None:
        what, _ = refusal(network, subnet="subnet-a", public_address="zzz")
        assert what == "'zzz' is no address"

    def test_trace_request_refuses_source_interface_without_address(self, network: Network) -> None:
        del network.row("NetworkInterfaces", "eni-1")["PrivateIpAddress"]
        assert refusal(network, interface="eni-1")[0] == "eni-1 has no address at all in a subnet that is known"

    @pytest.mark.parametrize("change", [{"SubnetId": "subnet-9"}, {"SubnetId": None}], ids=str)
    def test_trace_request_refuses_interface_in_unknown_subnet(self, network: Network, change: dict[str, Any]) -> None:
        row = network.row("NetworkInterfaces", "eni-1")
        row.update(change)
        if change["SubnetId"] is None:
            del row["SubnetId"]
        assert refusal(network, interface="eni-1")[0] == "eni-1 has no address 10.0.1.5 in a subnet that is known"

    @pytest.mark.parametrize("name", ["eni-9", "i-9", "nat-9", "vpce-9"])
    def test_trace_request_refuses_target_id_that_was_not_read(self, network: Network, name: str) -> None:
        hint = "Check the id, and supply the answer of ec2:DescribeNetworkInterfaces."
        assert refusal(network, name, interface="eni-1") == (f"no network interface of {name} was read", hint)
        with pytest.raises(NothingFoundError):
            answer(network, name, interface="eni-1")

    def test_trace_request_refuses_gateway_endpoint_target(self, network: Network) -> None:
        assert refusal(network, "vpce-93", interface="eni-1") == (
            "vpce-93 is a gateway endpoint: it has no interface, routes lead to it",
            "Trace to the service itself: to s3.",
        )

    def test_trace_request_refuses_nat_gateway_without_interface(self, network: Network) -> None:
        del network.nat("nat-1")["NatGatewayAddresses"]
        assert refusal(network, "nat-1", interface="eni-1")[0] == "no network interface of nat-1 was read"

    def test_trace_request_refuses_target_interface_without_address(self, network: Network) -> None:
        del network.row("NetworkInterfaces", "eni-2")["PrivateIpAddress"]
        assert refusal(network, "eni-2", interface="eni-1") == (
            "eni-2 has no address that is known",
            "the address of eni-2 (from ec2:DescribeNetworkInterfaces)",
        )

    def test_trace_request_refuses_instance_with_several_interfaces(self, network: Network) -> None:
        network.interface("eni-3", "10.0.1.7", Attachment={"InstanceId": "i-1"})
        assert refusal(network, instance="i-1") == (
            "i-1 has several network interfaces",
            "Give one of them with interface: eni-1, eni-3.",
        )

    def test_trace_request_refuses_service_target_without_region(self, network: Network) -> None:
        network.row("VpcEndpoints", "vpce-1a")["ServiceName"] = "com.amazonaws.eu-west-2.logs"
        with pytest.raises(SkerryError) as caught:
            ask(Walker(network.world(None)), TraceRequest("logs", 443, interface="eni-1"))
        assert caught.value.what == "logs is a service of every Region, and the input does not tell which one is meant"
        assert caught.value.remedy == "Give region."

    @pytest.mark.parametrize("name", ["nonsense", "", "a b.example", "eni-xyz", "https://logs.example", "::g"])
    def test_trace_request_refuses_malformed_target(self, network: Network, name: str) -> None:
        what, remedy = refusal(network, name, interface="eni-1")
        assert what == f"{name!r} is no host name, address, id or service"
        assert remedy.startswith("Services are ecr.api, ecr.dkr, s3, ")
        assert remedy.endswith("; ids start with eni-, i-, nat- or vpce-.")

    @pytest.mark.parametrize("name", ["8.8.8.8", LOGS])
    def test_trace_request_refuses_internet_source_to_non_interface_target(self, network: Network, name: str) -> None:
        assert refusal(network, name, internet=True)[0] == f"no network interface of {name} was read"
