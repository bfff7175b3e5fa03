"""The exit from NAT of small VPCs: can go, after a plan, cannot, and unknown; with proofs."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from skerry.app.nat_exits import NatExitOptions, nat_exit
from skerry.cost.measured import FlowLogTotals, InterfaceBytes, ResourceBytes, TrafficMetrics
from skerry.cost.monthly import Amount
from skerry.errors import InputError, UnknownNameError
from skerry.model.missing import Missing
from skerry.model.world import World
from skerry.nat_exit.records import NatExitReport, VpcExit
from skerry.plan.changes import MirrorImage
from skerry.sources import documents
from skerry.verdicts import BLOCKED, NOT_APPLICABLE, OK, UNKNOWN
from tests.networks import ALL, VPC, Network, allow, awslogs, both_ways, container, entry
from tests.planning import services

FUNCTION = {"InterfaceType": "lambda", "Description": "AWS Lambda VPC ENI-orders"}
KNOWN = NatExitOptions(calls_known=True)
INSIDE = [allow("tcp", 443, cidr="10.0.0.0/16"), allow("tcp", 443, prefix_list="pl-53")]


def network(image: str | None = None, **more: Any) -> Network:
    """A service behind a NAT gateway; its group lets it out everywhere."""
    network = Network()
    first = container(logConfiguration=awslogs()) if image is None else container(image)
    network.definition(first, **more)
    network.service()
    network.serve_internet_by_nat()
    network.know_starters()
    return network


def served(groups: list[Any] | None = None) -> Network:
    """The same with endpoints of all that the task calls at its start."""
    served = network()
    for number, key in enumerate(("ecr.api", "ecr.dkr", "logs")):
        served.endpoint(f"vpce-{number}", key, ["subnet-a"])
    served.serve_s3()
    served.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [ALL] if groups is None else groups
    return served


def report(network: Network, options: NatExitOptions | None = None) -> NatExitReport:
    return nat_exit(network.world(), options, date(2026, 12, 1))


def vpc(network: Network, options: NatExitOptions | None = None) -> VpcExit:
    (row,) = report(network, options).vpcs
    return row


def logs(*rows: InterfaceBytes, seen: tuple[str, ...] = ("eni-2",)) -> NatExitOptions:
    totals = FlowLogTotals("logs", 1, 10, 0, 0, 0, 9 * 86_400, rows, frozenset(seen))
    return NatExitOptions(flow_logs=totals)


class TestVerdicts:
    def test_nat_can_go_where_endpoints_serve_everything_and_groups_let_nothing_else_out(self) -> None:
        row = vpc(served(INSIDE))
        assert (row.verdict, row.plan, row.destinations, row.unsettled) == ("can-go", None, (), ())
        assert [item.proof for item in row.settled] == ["egress"]
        assert [step.kind for step in row.steps] == ["watch", "delete-route", "delete-nat-gateway"]
        assert isinstance(row.saving, Amount)
        assert row.saving == row.nat_cost
        assert report(served(INSIDE)).verdict is OK

    def test_nat_can_go_after_a_plan_of_endpoints(self) -> None:
        result = report(network(), KNOWN)
        (row,) = result.vpcs
        assert (result.verdict, row.verdict, row.destinations) == (BLOCKED, "can-go-after-plan", ())
        assert row.plan is not None
        assert services(row.plan) == ["ecr.api", "ecr.dkr", "logs", "s3"]
        assert row.plan.proven
        assert row.plan.runners_up == ()
        assert [step.kind for step in row.steps] == ["plan", "watch", "delete-route", "delete-nat-gateway"]
        # 730 x (0.048 + 0.005) for the gateway, 3 x 730 x 0.011 for endpoints.
        assert row.saving == Amount(*(2 * (row.nat_cost.low - row.plan.monthly.low,)), "USD")  # type: ignore[union-attr]
        assert f"{row.saving.low:.2f}" == "14.60"

    def test_nat_stays_for_an_image_of_another_registry(self) -> None:
        row = vpc(network("docker.io/library/nginx:1"), KNOWN)
        assert row.verdict == "cannot"
        assert {item.step for item in row.destinations} >= {"manifest"}
        hub = next(item for item in row.destinations if item.step == "manifest")
        assert hub.workloads == ("web",)
        assert hub.port == 443
        assert "Copy the image into a repository of ECR" in hub.remedy
        assert "NAT" not in hub.remedy
        assert row.plan is not None
        notes = {item.note for item in row.plan.changes}
        messages = {item.change.message for item in row.plan.changes if isinstance(item.change, MirrorImage)}
        assert notes == messages == {hub.remedy}

    def test_nat_stays_for_a_log_router_on_the_internet(self) -> None:
        datadog = {"logDriver": "awsfirelens", "options": {"Name": "datadog"}}
        given = network()
        given.rows["taskDefinitions"][0]["containerDefinitions"] = [container(logConfiguration=datadog)]
        row = vpc(given, KNOWN)
        (logs_host,) = row.destinations
        assert (row.verdict, logs_host.destination) == ("cannot", "http-intake.logs.datadoghq.com")
        assert (logs_host.step, logs_host.remedy) == (
            "runtime",
            "no endpoint leads to http-intake.logs.datadoghq.com: it needs a way to the internet",
        )

    def test_nat_stays_for_a_secret_of_another_region(self) -> None:
        given = network()
        arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf"
        secrets = [{"name": "A", "valueFrom": arn}]
        given.rows["taskDefinitions"][0]["containerDefinitions"] = [container(secrets=secrets)]
        (secret,) = vpc(given, KNOWN).destinations
        assert (secret.subjects, secret.step) == ((arn,), "secrets")
        assert "is called in us-east-1" in secret.remedy
        assert not secret.remedy.endswith("NAT gateway")

    def test_open_egress_of_a_task_is_unknown_without_flow_logs(self) -> None:
        result = report(served())
        (row,) = result.vpcs
        assert (result.verdict, row.verdict) == (UNKNOWN, "unknown")
        (open_end,) = row.unsettled
        assert (open_end.workload, open_end.kind, open_end.allowed) == ("web", "launch", "any address")

    def test_function_behind_nat_is_unknown_without_flow_logs(self) -> None:
        given = served(INSIDE)
        given.interface("eni-2", "10.0.1.9", groups=["sg-open"], **FUNCTION)
        row = vpc(given)
        assert (row.verdict, [item.workload for item in row.unsettled]) == ("unknown", ["orders"])

    def test_vpc_without_nat_has_nothing_to_leave(self) -> None:
        given = Network()
        result = report(given)
        assert (result.verdict, result.vpcs[0].verdict) == (NOT_APPLICABLE, "no-nat")

    def test_missing_facts_leave_it_unknown(self) -> None:
        given = served(INSIDE)
        given.forget("NetworkInterfaces", "services")
        row = vpc(given)
        assert row.verdict == "unknown"
        assert {fact.action for fact in row.facts} >= {"ec2:DescribeNetworkInterfaces", "ecs:DescribeServices"}
        nothing = Network()
        nothing.forget("NatGateways")
        assert vpc(nothing).verdict == "unknown"

    def test_call_that_only_becomes_unknown_is_no_proof(self) -> None:
        given = network()
        given.row("RouteTables", "rtb-main")["Routes"].pop()
        for half in ("0.0.0.0/1", "128.0.0.0/1"):
            given.route(half, NatGatewayId="nat-1")
        given.route(TransitGatewayId="tgw-1")
        row = vpc(given, KNOWN)
        assert (row.verdict, row.destinations, row.plan) == ("unknown", (), None)
        assert row.facts != ()

    def test_call_that_fails_today_too_is_not_of_the_nat(self) -> None:
        given = served(INSIDE)
        given.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = INSIDE[1:]
        row = vpc(given)
        assert (row.verdict, row.plan) == ("can-go", None)


class TestEgress:
    def with_rules(self, *rules: Any) -> VpcExit:
        return vpc(served([*INSIDE, *rules]))

    def test_block_on_the_internet_is_named(self) -> None:
        (item,) = self.with_rules(
            allow("tcp", 443, cidr="198.51.100.0/24"), allow("tcp", 22, cidr="8.8.8.0/24")
        ).unsettled
        assert item.allowed == "8.8.8.0/24"

    def test_group_and_prefix_list_rules(self) -> None:
        given = served([*INSIDE, allow("tcp", 443, group="sg-open"), allow("tcp", 443, prefix_list="pl-1")])
        given.prefix_list("pl-1", "10.9.0.0/16")
        assert vpc(given).verdict == "can-go"
        given.rows["PrefixLists"][-1]["Cidrs"] = ["8.8.8.0/24"]
        assert vpc(given).unsettled[0].allowed == "8.8.8.0/24"
        del given.rows["PrefixLists"][-1]["Cidrs"]
        assert vpc(given).unsettled[0].reason == "the entries of prefix list pl-1 is not known"

    def test_unread_rules_and_groups_are_unknown(self) -> None:
        given = served(INSIDE)
        given.interface("eni-2", "10.0.1.9", groups=["sg-none"], **FUNCTION)
        assert [item.allowed for item in vpc(given).unsettled] == ["unknown"]
        given.row("NetworkInterfaces", "eni-2").pop("Groups")
        assert "security groups of orders" in vpc(given).unsettled[0].reason
        given.row("NetworkInterfaces", "eni-2")["Groups"] = [{"GroupId": "sg-open"}]
        given.row("SecurityGroups", "sg-open").pop("IpPermissionsEgress")
        assert "outbound rules of sg-open" in vpc(given).unsettled[0].reason

    def test_launch_without_groups_has_the_default_one(self) -> None:
        given = served(INSIDE)
        given.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = []
        assert vpc(given).unsettled[0].allowed == "any address"
        given.forget("SecurityGroups")
        given.rows.pop("SecurityGroups", None)
        assert vpc(given).verdict == "unknown"

    def test_nat64_counts_as_the_addresses_behind_it(self) -> None:
        given = served(INSIDE)
        rule = allow("tcp", 443)
        rule["Ipv6Ranges"] = [{"CidrIpv6": "64:ff9b::/96"}]
        given.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [*INSIDE, rule]
        assert vpc(given).unsettled[0].allowed == "any address"
        rule["Ipv6Ranges"] = [{"CidrIpv6": "2600::/16"}]
        assert vpc(given).verdict == "can-go"

    def test_unreadable_block_is_unknown(self) -> None:
        assert self.with_rules(allow("tcp", 443, cidr="everything")).unsettled[0].allowed == "unknown"

    def test_public_block_of_the_vpc_itself_is_no_internet(self) -> None:
        given = served([*INSIDE, allow("tcp", 443, cidr="8.8.8.0/24")])
        given.rows["Vpcs"][0]["CidrBlockAssociationSet"] = [{"CidrBlock": "8.8.0.0/16"}]
        assert vpc(given).verdict == "can-go"


class TestFlowLogs:
    def function(self) -> Network:
        given = served(INSIDE)
        given.interface("eni-2", "10.0.1.9", groups=["sg-open"], **FUNCTION)
        return given

    def test_no_byte_with_the_internet_settles_a_workload(self) -> None:
        row = vpc(self.function(), logs(InterfaceBytes("eni-2", "subnet-a", "s3", 500)))
        assert (row.verdict, [item.proof for item in row.settled]) == ("can-go", ["egress", "flow-logs"])

    def test_bytes_with_the_internet_keep_the_nat(self) -> None:
        rows = (
            InterfaceBytes("eni-2", "subnet-a", "internet", 500, ("203.0.113.7",)),
            InterfaceBytes("eni-2", "subnet-b", "internet", 20, ("203.0.113.7",)),
        )
        row = vpc(self.function(), logs(*rows))
        (away,) = row.destinations
        assert (row.verdict, away.workloads, away.destination, away.bytes) == (
            "cannot",
            ("orders",),
            "203.0.113.7",
            520,
        )

    def test_bytes_with_aws_are_open_unless_all_calls_are_known(self) -> None:
        options = logs(InterfaceBytes("eni-2", "subnet-a", "aws", 500))
        row = vpc(self.function(), options)
        assert (row.verdict, row.unsettled[0].reason[:9]) == ("unknown", "500 bytes")
        given = NatExitOptions(flow_logs=options.flow_logs, calls_known=True)
        assert (
            vpc(self.function(), given).unsettled[0].reason
            == "500 bytes with addresses of AWS, where no named call leads"
        )
        by_nat = network()
        by_nat.interface("eni-2", "10.0.1.9")
        assert "addresses of AWS" in vpc(by_nat, options).unsettled[1].reason
        given = NatExitOptions(also=("sqs",), flow_logs=options.flow_logs, calls_known=True)
        assert [row.proof for row in vpc(self.function(), given).settled] == ["egress", "flow-logs"]

    def test_skipped_records_are_no_proof(self) -> None:
        options = logs(InterfaceBytes("eni-2", "subnet-a", "s3", 500))
        assert isinstance(options.flow_logs, FlowLogTotals)
        skipped = msgspec.structs.replace(options.flow_logs, skipped=frozenset({"eni-2"}))
        row = vpc(self.function(), NatExitOptions(flow_logs=skipped))
        assert (row.verdict, row.unsettled[0].reason) == ("unknown", "AWS skipped records of eni-2")

    def test_lines_that_cannot_be_read_are_no_proof(self) -> None:
        options = logs(InterfaceBytes("eni-2", "subnet-a", "s3", 500))
        assert isinstance(options.flow_logs, FlowLogTotals)
        for changed, reason in (
            ({"damaged": frozenset({"eni-2"})}, "lines of eni-2 in the flow logs could not be read"),
            ({"unnamed": 1}, "lines of the flow logs could not be read, and may be of any interface"),
        ):
            row = vpc(self.function(), NatExitOptions(flow_logs=msgspec.structs.replace(options.flow_logs, **changed)))
            assert (row.verdict, row.unsettled[0].reason) == ("unknown", reason)
        other = msgspec.structs.replace(options.flow_logs, damaged=frozenset({"eni-3"}))
        assert vpc(self.function(), NatExitOptions(flow_logs=other)).verdict == "can-go"

    def test_short_logs_and_unread_files_prove_nothing(self) -> None:
        options = logs(InterfaceBytes("eni-2", "subnet-a", "s3", 500))
        assert isinstance(options.flow_logs, FlowLogTotals)
        for changed, reason in (
            ({"unread": 1}, "a file of the flow logs could not be read"),
            ({"last": 86_399}, "the flow logs are of less than a day"),
            ({"first": None, "last": None}, "the flow logs are of less than a day"),
        ):
            doubted = msgspec.structs.replace(options.flow_logs, **changed)
            row = vpc(self.function(), NatExitOptions(flow_logs=doubted))
            assert (row.verdict, row.unsettled[0].reason) == ("unknown", reason)

    def test_bytes_are_summed_by_workload_and_class(self) -> None:
        rows = (
            InterfaceBytes("eni-2", "subnet-a", "s3", 500),
            InterfaceBytes("eni-2", "subnet-b", "s3", 7),
            InterfaceBytes("eni-1f", "subnet-b", "aws", 9),
            InterfaceBytes("eni-6", "subnet-b", "vpc", 3),
        )
        traffic = vpc(self.function(), logs(*rows)).traffic
        assert [(row.name, row.kind, row.classes) for row in traffic] == [
            ("orders", "function", (("s3", 507),)),
            ("nat-1", "nat", (("aws", 9),)),
        ]

    def test_interface_without_a_record_is_open(self) -> None:
        row = vpc(self.function(), logs(seen=()))
        assert row.unsettled[0].reason == "the flow logs have no accepted record of eni-2"

    def test_tasks_without_an_interface_are_known_by_their_service(self) -> None:
        by_name = InterfaceBytes("eni-7", "subnet-a", "vpc", 5, service="web")
        row = vpc(served(), logs(by_name))
        assert [item.proof for item in row.settled] == ["flow-logs"]
        assert (
            vpc(served(), logs()).unsettled[0].reason == "the flow logs have no accepted record of an interface of it"
        )

    def test_service_of_the_same_name_elsewhere_proves_nothing(self) -> None:
        given = served()
        given.interface("eni-7", "10.0.2.7", "subnet-b", groups=[])
        reason = "the flow logs have no accepted record of an interface of it"
        for place in ("subnet-a", None):
            row = vpc(given, logs(InterfaceBytes("eni-7", place, "vpc", 5, service="web")))
            assert row.unsettled[0].reason == reason
        assert vpc(given, logs(InterfaceBytes("eni-8", "subnet-b", "vpc", 5, service="web"))).verdict == "unknown"
        given.service("other", subnets=("subnet-b",))
        given.table("rtb-b", {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}, subnets=["subnet-b"])
        away = vpc(given, logs(InterfaceBytes("eni-8", "subnet-b", "internet", 5, service="web"))).destinations
        assert [item.workloads for item in away] == [("web",)]
        given = served()
        by_name = logs(InterfaceBytes("eni-7", "subnet-a", "vpc", 5, service="web"))
        assert vpc(given, by_name).verdict == "can-go"
        assert isinstance(by_name.flow_logs, FlowLogTotals)
        torn = msgspec.structs.replace(by_name.flow_logs, damaged=frozenset({"eni-7"}))
        assert vpc(given, NatExitOptions(flow_logs=torn)).verdict == "unknown"

    def test_interfaces_that_no_longer_exist_count(self) -> None:
        rows = (
            InterfaceBytes("eni-9", "subnet-a", "internet", 7, ("203.0.113.7",)),
            InterfaceBytes("eni-1f", "subnet-a", "internet", 7, ("203.0.113.8",)),
            InterfaceBytes("eni-8", "subnet-b", "internet", 7, ("203.0.113.9",)),
            InterfaceBytes("eni-6", "subnet-a", "internet", 7, (), "batch"),
        )
        row = vpc(served(INSIDE), logs(*rows))
        assert [(item.workloads, item.destination) for item in row.destinations] == [
            (("eni-9, which no longer exists",), "203.0.113.7"),
            (("batch",), "the internet"),
        ]

    def test_other_networks_behind_a_transit_gateway_stay_open(self) -> None:
        given = served(INSIDE)
        given.interface("eni-2", "10.0.1.9", groups=[], InterfaceType="transit_gateway")
        assert [item.kind for item in vpc(given).unsettled] == ["transit-gateway"]
        assert [item.kind for item in vpc(given, logs()).unsettled] == ["transit-gateway"]


class TestMetrics:
    def test_nat_without_a_byte_out_is_needed_by_nobody(self) -> None:
        metrics = TrafficMetrics(30, (ResourceBytes("nat-1", 0, 0),))
        row = vpc(served(), NatExitOptions(metrics=metrics))
        assert (row.verdict, row.settled[0].reason) == ("can-go", "no byte left the NAT in 30 days")

    @pytest.mark.parametrize("count", [5, Missing("the series", "cloudwatch:GetMetricData"), None])
    def test_bytes_or_a_missing_series_settle_nothing(self, count: int | Missing | None) -> None:
        metrics = TrafficMetrics(30, (ResourceBytes("nat-1", 0, count),))
        assert vpc(served(), NatExitOptions(metrics=metrics)).verdict == "unknown"
        assert vpc(served(), NatExitOptions(metrics=TrafficMetrics(30, ()))).verdict == "unknown"


class TestAlso:
    def test_other_service_gets_an_endpoint_too(self) -> None:
        row = vpc(network(), NatExitOptions(also=("sqs",), calls_known=True))
        assert row.plan is not None
        assert services(row.plan) == ["ecr.api", "ecr.dkr", "logs", "s3", "sqs"]
        assert row.verdict == "can-go-after-plan"

    def test_lost_runtime_calls_of_definitions_get_endpoints(self) -> None:
        given = served(INSIDE)
        given.rows["services"][0]["enableExecuteCommand"] = True
        given.rows["taskDefinitions"][0]["taskRoleArn"] = "arn:aws:iam::111122223333:role/app"
        given.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [ALL]
        row = vpc(given, KNOWN)
        assert row.plan is not None
        assert "ssmmessages" in services(row.plan)
        assert row.verdict == "can-go-after-plan"

    def test_service_that_cannot_exist_is_refused(self) -> None:
        with pytest.raises(InputError):
            report(network(), NatExitOptions(also=("no such service",)))
        with pytest.raises(UnknownNameError):
            report(network(), NatExitOptions(vpcs=("vpc-2",)))
        assert [row.vpc_id for row in report(network(), NatExitOptions(vpcs=(VPC, VPC))).vpcs] == [VPC]

    def test_region_must_be_known(self) -> None:
        with pytest.raises(InputError):
            nat_exit(World(msgspec.structs.replace(network().world().facts, region=None)))


class TestOthers:
    def test_plan_admits_other_clients_that_go_by_nat_today(self) -> None:
        given = network()
        given.interface("eni-2", "10.0.2.9", "subnet-a", groups=["sg-open"], **FUNCTION)
        given.subnet("subnet-c", "10.0.3.0/24", "eu-west-1a")
        given.interface("eni-3", "10.0.3.9", "subnet-c", groups=["sg-open"], **FUNCTION)
        row = vpc(given, KNOWN)
        assert row.plan is not None
        peers = {change.change.rule.peer for change in row.plan.changes if hasattr(change.change, "rule")}
        assert peers == {"10.0.1.0/24", "10.0.3.0/24"}
        assert row.verdict == "can-go-after-plan"
        assert row.plan.breaks == ()

    def test_client_that_the_plan_cuts_off_keeps_the_nat(self) -> None:
        given = network()
        given.subnet("subnet-c", "10.0.3.0/24", "eu-west-1a")
        # No entry fits before the first one, so no plan opens the way to the endpoints.
        entries = both_ways(entry(1, "deny", "10.0.0.0/16", protocol="6", ports=(443, 443)), entry(100))
        given.acl("acl-c", entries, ["subnet-c"])
        given.interface("eni-3", "10.0.3.9", "subnet-c", groups=["sg-open"], **FUNCTION)
        row = vpc(given, KNOWN)
        assert row.verdict == "cannot"
        assert {item.workloads for item in row.destinations} == {("eni-3",)}
        assert "no longer works" in row.destinations[0].reason


class TestCosts:
    def test_regional_gateway_is_a_range_and_an_instance_unknown(self) -> None:
        given = served(INSIDE)
        regional = given.row("NatGateways", "nat-1")
        regional["AvailabilityMode"] = "regional"
        cost = vpc(given).nat_cost
        assert isinstance(cost, Amount)
        assert cost.high == 2 * cost.low
        given.rows["NatGateways"].clear()
        given.rows["RouteTables"][0]["Routes"].pop(1)
        given.interface(
            "eni-nat", "10.0.2.9", "subnet-b", SourceDestCheck=False, Association={"PublicIp": "198.51.100.9"}
        )
        given.route(NetworkInterfaceId="eni-nat")
        row = vpc(given)
        assert [step.kind for step in row.steps][-1] == "stop-instance"
        assert isinstance(row.saving, Missing)

    def test_unread_gateway_has_no_fixed_cost(self) -> None:
        given = served(INSIDE)
        given.forget("NatGateways")
        row = vpc(given)
        assert isinstance(row.nat_cost, Missing)
        assert isinstance(row.per_gb, Amount)

    def test_region_without_prices_has_no_saving(self, tmp_path: Path) -> None:
        given = network()
        document = given.document().replace(b"eu-west-1", b"eu-south-2")
        world = World(documents.load({"n.json": document}, source="a test", region="eu-south-2"))
        (row,) = nat_exit(world, KNOWN).vpcs
        assert isinstance(row.saving, Missing)
        assert "nat-hour" in row.saving.fact
        own = tmp_path / "prices.json"
        price = {"region": "eu-south-2", "currency": "USD", "grade": "observed", "sources": []}
        tiers = [{"up_to": None, "price": "1"}]
        rows = [price | {"item": item, "tiers": tiers} for item in ("nat-hour", "address-hour")]
        own.write_text(json.dumps({"compiled": "2026-11-01", "sources": [], "prices": rows}), encoding="utf-8")
        (row,) = nat_exit(world, NatExitOptions(calls_known=True, prices=own)).vpcs
        assert isinstance(row.saving, Missing)
        assert "endpoint-zone-hour" in row.saving.fact

    def test_release_of_addresses_comes_last(self) -> None:
        given = served(INSIDE)
        given.rows["NatGateways"][0]["NatGatewayAddresses"][0]["AllocationId"] = "eipalloc-1"
        steps = vpc(given).steps
        assert (steps[-1].kind, steps[-1].resource) == ("release-address", "eipalloc-1")


class TestUnneededEndpoints:
    def endpoints(self, options: NatExitOptions | None = None) -> dict[str, bool]:
        given = served(INSIDE)
        given.endpoint("vpce-7", "sqs", ["subnet-a"])
        given.endpoint("vpce-8", "guardduty-data", ["subnet-a"])
        given.endpoint("vpce-9", "sns", ["subnet-a"], State="deleted")
        row = given.endpoint("vpce-x", "kms", ["subnet-a"], ServiceName="com.amazonaws.vpce.eu-west-1.vpce-svc-1")
        del row["State"]
        return {row.service: row.certain for row in vpc(given, options).unneeded}

    def test_endpoint_that_no_definition_names_may_be_unneeded(self) -> None:
        custom = "com.amazonaws.vpce.eu-west-1.vpce-svc-1"
        assert self.endpoints() == {"sqs": False, custom: False}
        assert self.endpoints(NatExitOptions(also=("sqs",))) == {custom: False}
        assert self.endpoints(KNOWN) == {"sqs": True, custom: True}

    def test_endpoint_has_its_price(self) -> None:
        given = served(INSIDE)
        given.endpoint("vpce-7", "sqs", ["subnet-a", "subnet-b"])
        (row,) = vpc(given).unneeded
        assert isinstance(row.cost.fixed, Amount)
        assert f"{row.cost.fixed.low:.2f}" == "16.06"

    def test_measurements_prove_it(self) -> None:
        rows = (ResourceBytes("vpce-7", 0), ResourceBytes("vpce-0", 0), ResourceBytes("vpce-8", Missing("a series")))
        found = self.endpoints(NatExitOptions(metrics=TrafficMetrics(30, rows)))
        assert found["sqs"]
        assert found["ecr.api"]
        assert "guardduty-data" not in found

    def test_flow_logs_of_all_its_interfaces_prove_it(self) -> None:
        options = logs(InterfaceBytes("eni-80", "subnet-a", "vpc", 9), seen=("eni-70", "eni-80"))
        found = self.endpoints(options)
        assert found["sqs"]
        assert "guardduty-data" not in found
