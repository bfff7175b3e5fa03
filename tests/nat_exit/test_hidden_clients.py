"""Clients of NAT that are easily missed: each keeps `can go` away, and its harmless twin does not.

The expected verdicts follow AWS's pages; each case names its own.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from skerry.app.nat_exits import NatExitOptions, nat_exit
from skerry.cost.measured import ResourceBytes, TrafficMetrics
from skerry.model.world import World
from skerry.nat_exit.records import VpcExit
from skerry.sources import documents
from skerry.sources.flow_log_files import DEFAULT_FIELDS
from skerry.sources.flow_logs import read_flow_logs
from tests.nat_exit.test_examine import FUNCTION, INSIDE, KNOWN, network, served, vpc
from tests.networks import ALL, EVERYWHERE, Network, allow

S3_ONLY = [allow("tcp", 443, prefix_list="pl-53")]


def with_function(given: Network, *rules: Any, subnet: str = "subnet-a", address: str = "10.0.1.9") -> Network:
    """The network with a Lambda function whose group has these outbound rules."""
    given.group("sg-function", outbound=rules)
    given.interface("eni-2", address, subnet, ["sg-function"], **FUNCTION)
    return given


def by_logs(given: Network, tmp_path: Path, *lines: str, known: bool = False) -> VpcExit:
    """The exit with the flow logs of these lines."""
    pytest.importorskip("duckdb", reason="the extra flowlogs")
    (tmp_path / "a.log").write_text("\n".join([" ".join(DEFAULT_FIELDS), *lines]) + "\n", encoding="ascii")
    logs = read_flow_logs(tmp_path, given.world())
    return vpc(given, NatExitOptions(flow_logs=logs, calls_known=known))


def line(
    target: str, action: str = "ACCEPT", *, interface: str = "eni-2", source: str = "10.0.1.9", days: int = 9
) -> str:
    return f"2 111122223333 {interface} {source} {target} 443 50000 6 3 100 0 {days * 86400} {action} OK"


class TestServicesBehindPrefixLists:
    """A rule for AWS's prefix list lets packets out to public addresses of the service.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
    """

    def test_s3_by_nat_is_open(self) -> None:
        given = network()
        given.s3_list("52.218.0.0/17")
        given.rows["services"].clear()
        assert vpc(with_function(given, *S3_ONLY)).verdict == "unknown"

    def test_s3_by_its_gateway_endpoint_needs_no_nat(self) -> None:
        assert vpc(with_function(served(INSIDE), *S3_ONLY)).verdict == "can-go"


def inspected(given: Network) -> Network:
    """The network with a firewall before its NAT: subnet-a leads to the firewall's endpoint, and that to the NAT.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/arch-igw-ngw.html
    """
    given.subnet("subnet-f", "10.0.3.0/24", "eu-west-1a")
    given.table("rtb-firewall", {"DestinationCidrBlock": EVERYWHERE, "NatGatewayId": "nat-1", "State": "active"},
                subnets=["subnet-f"])  # fmt: skip
    given.endpoint("vpce-f", "firewall", ["subnet-f"], VpcEndpointType="GatewayLoadBalancer", PrivateDnsEnabled=False)
    given.row("NetworkInterfaces", "eni-f0")["InterfaceType"] = "gateway_load_balancer_endpoint"
    default = next(row for row in given.row("RouteTables", "rtb-main")["Routes"] if "NatGatewayId" in row)
    del default["NatGatewayId"]
    default["GatewayId"] = "vpce-f"
    return given


class TestFirewallBeforeNat:
    def test_function_behind_a_firewall_is_behind_the_nat(self) -> None:
        assert vpc(inspected(with_function(served(INSIDE), ALL))).verdict == "unknown"

    def test_calls_of_tasks_behind_a_firewall_are_behind_the_nat(self) -> None:
        assert vpc(inspected(network()), KNOWN).verdict in {"unknown", "can-go-after-plan"}

    def test_confined_workloads_behind_a_firewall_need_no_nat(self) -> None:
        assert vpc(inspected(with_function(served(INSIDE), *INSIDE))).verdict == "can-go"


class TestMiddleboxes:
    """https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html."""

    def behind(self, **target: str) -> Network:
        """The network with a function in subnet-a, whose default route leads to subnet-f, which leads to the NAT."""
        given = with_function(served(INSIDE), ALL)
        given.subnet("subnet-f", "10.0.3.0/24", "eu-west-1a")
        to_nat = {"DestinationCidrBlock": EVERYWHERE, "NatGatewayId": "nat-1", "State": "active"}
        given.table("rtb-firewall", to_nat, subnets=["subnet-f"])
        default = next(row for row in given.row("RouteTables", "rtb-main")["Routes"] if "NatGatewayId" in row)
        del default["NatGatewayId"]
        default |= target
        return given

    def test_function_behind_an_appliance_is_behind_the_nat(self) -> None:
        given = self.behind(NetworkInterfaceId="eni-appliance")
        given.interface(
            "eni-appliance", "10.0.3.9", "subnet-f", SourceDestCheck=False, Attachment={"InstanceId": "i-1"}
        )
        assert [item.workload for item in vpc(given).unsettled] == ["orders", "i-1"]

    def test_function_behind_a_private_nat_gateway_is_behind_the_nat(self) -> None:
        given = self.behind(NatGatewayId="nat-2")
        given.nat("nat-2", "subnet-f", "10.0.3.9", ConnectivityType="private")
        assert [item.workload for item in vpc(given).unsettled] == ["orders"]

    def test_route_to_an_unread_endpoint_or_to_private_addresses_leads_nowhere(self) -> None:
        assert [item.workload for item in vpc(self.behind(GatewayId="vpce-none")).unsettled] == []
        given = self.behind(NatGatewayId="nat-2")
        given.row("RouteTables", "rtb-main")["Routes"][1]["DestinationCidrBlock"] = "172.16.0.0/12"
        given.nat("nat-2", "subnet-f", "10.0.3.9", ConnectivityType="private")
        assert vpc(given).unsettled == ()


class TestNamedServices:
    def test_service_that_a_function_calls_by_nat_needs_an_endpoint(self) -> None:
        given = with_function(network(), ALL)
        given.rows["services"].clear()
        options = NatExitOptions(also=("sqs",), calls_known=True)
        assert vpc(given, options).verdict in {"unknown", "can-go-after-plan"}

    def test_service_with_an_endpoint_needs_no_nat(self) -> None:
        given = with_function(network(), ALL)
        given.rows["services"].clear()
        given.endpoint("vpce-7", "sqs")
        assert vpc(given, NatExitOptions(also=("sqs",), calls_known=True)).verdict == "can-go"


class TestNatInstances:
    """The route leads to a second interface, without a public address; the first one has it.

    https://github.com/AndrewGuenther/fck-nat/blob/main/docs/features.md
    """

    def test_second_interface_of_an_instance_translates_too(self) -> None:
        given = network()
        given.rows["NatGateways"].clear()
        given.row("RouteTables", "rtb-main")["Routes"].pop()
        owner = {"Attachment": {"InstanceId": "i-1"}}
        given.interface("eni-out", "10.0.2.8", "subnet-b", Association={"PublicIp": "198.51.100.9"}, **owner)
        given.interface("eni-in", "10.0.2.9", "subnet-b", SourceDestCheck=False, **owner)
        given.route(NetworkInterfaceId="eni-in", InstanceId="i-1")
        assert vpc(given, KNOWN).verdict == "can-go-after-plan"


class TestFlowLogs:
    """https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html."""

    def test_bytes_inside_alone_are_a_proof(self, tmp_path: Path) -> None:
        row = by_logs(with_function(served(INSIDE), ALL), tmp_path, line("10.0.1.10"))
        assert row.verdict == "can-go"

    def test_rejected_packets_alone_are_no_proof(self, tmp_path: Path) -> None:
        row = by_logs(with_function(served(INSIDE), ALL), tmp_path, line("10.0.1.10", "REJECT"))
        assert row.verdict == "unknown"

    def test_nat64_is_translated_by_the_nat(self, tmp_path: Path) -> None:
        """https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html."""
        lines = line("10.0.1.10"), line("64:ff9b::cb00:7009", source="2600:1f18::5")
        assert by_logs(with_function(served(INSIDE), ALL), tmp_path, *lines).verdict in {"cannot", "unknown"}

    def test_other_ipv6_never_takes_the_nat(self, tmp_path: Path) -> None:
        lines = line("10.0.1.10"), line("2600:9000::5", source="2600:1f18::5")
        assert by_logs(with_function(served(INSIDE), ALL), tmp_path, *lines).verdict == "can-go"

    def test_bytes_of_an_ended_task_with_aws_are_open(self, tmp_path: Path) -> None:
        lines = line("10.0.1.10"), line("3.248.0.1", interface="eni-9", source="10.0.1.77")
        assert by_logs(with_function(served(INSIDE), ALL), tmp_path, *lines).verdict == "unknown"

    def test_bytes_with_s3_need_its_gateway_endpoint(self, tmp_path: Path) -> None:
        lines = line("52.218.0.9"), line("52.218.0.9", interface="eni-9", source="10.0.1.77")
        assert by_logs(with_function(served(INSIDE), ALL), tmp_path, *lines).verdict == "can-go"
        given = with_function(served(INSIDE), ALL)
        given.rows["services"].clear()
        given.rows["VpcEndpoints"].pop()
        row = by_logs(given, tmp_path, *lines)
        assert [item.workload for item in row.unsettled] == ["orders", "eni-9, which no longer exists"]

    def test_a_minute_is_no_proof(self, tmp_path: Path) -> None:
        text = line("10.0.1.10").replace(f" {9 * 86400} ", " 60 ")
        assert by_logs(with_function(served(INSIDE), ALL), tmp_path, text).verdict == "unknown"

    def test_bytes_with_aws_contradict_that_all_calls_have_endpoints(self, tmp_path: Path) -> None:
        lines = line("10.0.1.10"), line("3.248.0.1")
        assert by_logs(with_function(served(INSIDE), ALL), tmp_path, *lines, known=True).verdict == "unknown"


class TestMetrics:
    """https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html."""

    def test_new_gateway_proves_nothing_of_the_days_before(self) -> None:
        given = with_function(served(INSIDE), ALL)
        young = TrafficMetrics(30, (ResourceBytes("nat-1", 0, 0, days=1),))
        assert vpc(given, NatExitOptions(metrics=young)).verdict == "unknown"
        old = TrafficMetrics(30, (ResourceBytes("nat-1", 0, 0, days=30),))
        assert vpc(given, NatExitOptions(metrics=old)).verdict == "can-go"


class TestUnread:
    def test_task_definition_that_was_not_read_names_no_calls(self) -> None:
        given = network()
        given.rows["taskDefinitions"].clear()
        given.forget("taskDefinitions")
        assert vpc(given, KNOWN).verdict == "unknown"

    @pytest.mark.parametrize("kind", ["Subnets", "RouteTables"])
    def test_part_of_the_network_hides_clients(self, kind: str) -> None:
        given = served(INSIDE)
        rows = given.rows.pop(kind)
        document = {kind: rows, "NextToken": "more"}
        assert _partial(given, document) == "unknown"

    def test_tasks_of_unread_places_may_be_behind_the_nat(self) -> None:
        given = served(INSIDE)
        given.service("job", networkConfiguration={})
        row = vpc(given)
        assert row.verdict == "unknown"
        assert any("job" in fact.fact for fact in row.facts)

    def test_call_that_is_unknown_today_and_later_is_no_proof(self) -> None:
        given = network()
        given.row("NetworkAcls", "acl-all").pop("Entries")
        assert vpc(given, KNOWN).verdict == "unknown"


def _partial(given: Network, document: dict[str, Any]) -> str:
    files = {"network.json": given.document(), "part.json": json.dumps(document).encode()}
    world = World(documents.load(files, source="a test", region="eu-west-1"))
    (row,) = nat_exit(world, None, date(2026, 12, 1)).vpcs
    return row.verdict


class TestIntermittent:
    def test_call_that_works_by_nat_at_times_is_lost_without_it(self) -> None:
        given = network()
        given.rows["taskDefinitions"][0]["containerDefinitions"][0]["image"] = "docker.io/library/nginx:1"
        # Half of the internet: some addresses of the registry answer.
        given.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow(cidr="0.0.0.0/1"), *INSIDE]
        given.s3_list("52.218.0.0/17")
        assert vpc(given, KNOWN).verdict in {"cannot", "unknown"}


class TestPullThroughCache:
    """The first pull of an image needs a way to the internet, also with endpoints.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
    """

    def test_first_pull_keeps_the_nat(self) -> None:
        given = served([ALL])
        image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/hub/library/nginx:1"
        given.rows["taskDefinitions"][0]["containerDefinitions"][0]["image"] = image
        rule = {
            "ecrRepositoryPrefix": "hub",
            "upstreamRegistryUrl": "registry-1.docker.io",
            "registryId": "111122223333",
        }
        given.add("pullThroughCacheRules", **rule)
        assert vpc(given, KNOWN).verdict in {"cannot", "unknown"}


class TestOtherNetworks:
    def test_clients_of_other_vpcs_are_behind_a_transit_gateway(self) -> None:
        given = served(INSIDE)
        given.interface("eni-2", "10.0.1.9", groups=[], InterfaceType="transit_gateway")
        assert vpc(given).verdict == "unknown"

    def test_attachment_without_an_interface_counts_too(self) -> None:
        given = served(INSIDE)
        row = {"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1", "VpcId": "vpc-1"}
        given.add("TransitGatewayVpcAttachments", **row, SubnetIds=["subnet-b"], State="available")
        assert vpc(given).verdict == "can-go"
        given.rows["TransitGatewayVpcAttachments"][0]["SubnetIds"] = ["subnet-a"]
        assert [item.workload for item in vpc(given).unsettled] == ["tgw-attach-1"]
        del given.rows["TransitGatewayVpcAttachments"][0]["SubnetIds"]
        assert [item.workload for item in vpc(given).unsettled] == ["tgw-attach-1"]
        given.interface("eni-2", "10.0.1.9", groups=[], InterfaceType="transit_gateway")
        assert [item.workload for item in vpc(given).unsettled] == ["eni-2"]
