"""Ways to the internet, for those who prefer a NAT gateway or public addresses: what changes, and what it proves."""

import pytest
from msgspec.structs import replace

from skerry.model.world import World
from skerry.plan import impact
from skerry.plan.changes import (
    Advise,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateNatGateway,
    DeleteRoute,
    ReplaceRoute,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
)
from skerry.plan.records import Plan
from skerry.verdicts import BLOCKED
from tests.networks import EVERYWHERE, Network, awslogs, both_ways, container, entry
from tests.planning import EXECUTION, changes, isolated, kinds, only, planned, services, told
from tests.render.planned import planned as planned_scenario

TOINTERNET = {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}
INTERNET = (CreateNatGateway, RouteToNat, RouteToInternetGateway, ReplaceRoute)


def two_public() -> Network:
    """The task in subnet-a; public subnets in both zones."""
    network = isolated()
    network.internet_gateway()
    network.subnet("subnet-p", "10.0.3.0/24", "eu-west-1a")
    network.table("rtb-public", TOINTERNET, subnets=["subnet-b", "subnet-p"])
    return network


def two_nats() -> Network:
    """The task in subnet-a; NAT gateways in public subnets of both zones."""
    network = two_public()
    network.nat("nat-1")
    network.nat("nat-2", "subnet-p", "10.0.3.200")
    return network


def private_nat() -> Network:
    """A NAT gateway in a subnet whose own table leads nowhere."""
    network = isolated()
    network.internet_gateway()
    network.table("rtb-nat", subnets=["subnet-b"])
    network.nat()
    network.route(NatGatewayId="nat-1")
    return network


def says_nothing_of_endpoints(found: Plan) -> bool:
    texts = [str(row.change) + row.note for row in found.changes if not isinstance(row.change, CreateNatGateway)]
    return not any("endpoint" in text for text in texts)


class TestExistingNatGateway:
    def test_nat_gateway_in_the_task_zone_is_preferred(self) -> None:
        found = planned(two_nats(), nat=True)
        assert changes(found) == [RouteToNat("rtb-main", "nat-2", "route 0.0.0.0/0 of rtb-main to nat-2")]
        assert found.proven

    def test_rule_of_the_task_is_added_where_it_allows_nothing_out(self) -> None:
        network = two_nats()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = []
        found = planned(network, nat=True)
        assert kinds(found) == ["AuthorizeRule", "RouteToNat"]
        assert only(found, AuthorizeRule).rule == Rule("tcp", 443, EVERYWHERE)
        assert found.proven

    @pytest.mark.parametrize(
        ("zone", "crosses"),
        [("eu-west-1a", True), ("eu-west-1b", False), (None, False)],
        ids=["other", "same", "unknown"],
    )
    def test_note_says_that_packets_cross_to_another_zone(self, zone: str | None, *, crosses: bool) -> None:
        network = two_nats()
        network.row("NatGateways", "nat-2")["State"] = "failed"
        for name in ("subnet-a", "subnet-c"):
            if name == "subnet-c":
                network.subnet(name, "10.0.6.0/24", "eu-west-1b")
            if zone is None:
                network.row("Subnets", name).pop("AvailabilityZone")
            elif name == "subnet-a":
                network.row("Subnets", name)["AvailabilityZone"] = zone
        row = told(planned(network, nat=True), RouteToNat)
        note = "all of subnet-a, subnet-c reach the internet then"
        crossing = "; packets of subnet-a cross to eu-west-1b, which is billed by the GB, and fail with that zone"
        assert row.note == note + (crossing if crosses else "")

    def test_nat_gateway_that_failed_or_is_private_is_not_used(self) -> None:
        network = two_nats()
        network.row("NatGateways", "nat-2")["State"] = "failed"
        assert only(planned(network, nat=True), RouteToNat).nat_gateway_id == "nat-1"
        network.row("NatGateways", "nat-1")["ConnectivityType"] = "private"
        found = planned(network, nat=True)
        assert only(found, RouteToNat).nat_gateway_id == "nat-new-vpc-1"
        assert found.proven

    def test_nat_gateway_without_subnet_id_is_used(self) -> None:
        network = two_nats()
        network.rows["NatGateways"] = [network.row("NatGateways", "nat-1")]
        network.rows["NatGateways"][0].pop("SubnetId")
        assert only(planned(network, nat=True), RouteToNat).nat_gateway_id == "nat-1"

    @pytest.mark.parametrize("target", [{"TransitGatewayId": "tgw-9"}, {"CoreNetworkArn": "x"}])
    def test_route_to_another_target_is_replaced(self, target: dict[str, str]) -> None:
        network = two_nats()
        network.route(State="blackhole", **target)
        found = planned(network, nat=True)
        assert changes(found) == [ReplaceRoute("rtb-main", EVERYWHERE, "nat-gateway", "nat-2")]
        row = told(found, ReplaceRoute)
        assert row.disposition == "disruptive"
        assert row.note == f"subnet-a used {next(iter(target.values()))}; open connections are closed"
        assert found.proven

    def test_sound_nat_gateway_behind_a_closed_acl_yields_advice_without_endpoints(self) -> None:
        network = two_nats()
        network.route(NatGatewayId="nat-2")
        network.acl("acl-p", both_ways(entry(100, "deny")), ["subnet-p"])
        found = planned(network, nat=True)
        assert {type(change) for change in changes(found)} == {Advise}
        assert {row.change.resource for row in found.changes if isinstance(row.change, Advise)} == {"acl-p"}
        assert says_nothing_of_endpoints(found)
        assert not found.proven


class TestNatGatewayInPrivateSubnet:
    def test_one_route_to_the_internet_gateway_is_enough(self) -> None:
        found = planned(private_nat(), nat=True)
        assert changes(found) == [RouteToInternetGateway("rtb-nat", "igw-1")]
        row = told(found, RouteToInternetGateway)
        assert row.disposition == "disruptive"
        assert row.note == "in subnet-b whatever has a public address can be reached from the internet"
        assert says_nothing_of_endpoints(found)
        assert found.proven

    def test_black_hole_of_the_nat_subnet_is_replaced(self) -> None:
        network = private_nat()
        network.route(table="rtb-nat", GatewayId="igw-gone", State="blackhole")
        found = planned(network, nat=True)
        assert changes(found) == [ReplaceRoute("rtb-nat", EVERYWHERE, "internet-gateway", "igw-1")]
        assert found.proven

    def test_route_in_use_of_the_nat_subnet_is_left_alone(self) -> None:
        network = private_nat()
        network.route(table="rtb-nat", TransitGatewayId="tgw-1")
        network.add("TransitGateways", TransitGatewayId="tgw-1", State="failed")
        found = planned(network, nat=True)
        assert not [change for change in changes(found) if isinstance(change, INTERNET)]
        assert says_nothing_of_endpoints(found)

    def test_vpc_without_internet_gateway_yields_advice(self) -> None:
        network = private_nat()
        network.rows["InternetGateways"].clear()
        found = planned(network, nat=True)
        assert kinds(found) == ["Advise"]
        assert found.after is BLOCKED

    def test_nat_gateway_in_the_same_route_table_is_not_used(self) -> None:
        """One in a subnet of the task's own route table is led back to itself."""
        network = two_public()
        network.subnet("subnet-c", "10.0.4.0/24", "eu-west-1a")
        network.nat("nat-1", "subnet-c", "10.0.4.200")
        network.route(NatGatewayId="nat-1")
        found = planned(network, nat=True)
        assert kinds(found) == ["CreateNatGateway", "ReplaceRoute"]
        assert found.proven


class TestNewNatGateway:
    def test_nat_gateway_is_created_in_the_public_subnet_of_the_task_zone(self) -> None:
        found = planned(two_public(), nat=True)
        nat = CreateNatGateway("nat-new-vpc-1", "vpc-1", "subnet-p", "eipalloc-new-vpc-1")
        assert changes(found)[0] == nat
        assert kinds(found) == ["CreateNatGateway", "RouteToNat"]
        row = told(found, CreateNatGateway)
        assert row.disposition == "safe"
        assert row.note == "its public address is new: whoever admits callers by their address must admit it"
        assert row.cost is not None
        assert row.cost.formula == "1 gateway x 730 h x 0.048 USD + 1 address x 730 h x 0.005 USD"
        assert found.proven

    def test_failed_nat_gateway_is_replaced(self) -> None:
        network = two_public()
        network.nat("nat-1", State="failed", FailureMessage="no address")
        network.route(NatGatewayId="nat-1")
        found = planned(network, nat=True)
        assert kinds(found) == ["CreateNatGateway", "ReplaceRoute"]
        assert found.proven

    def test_all_tables_of_the_tasks_lead_to_one_nat_gateway(self) -> None:
        network = two_public()
        network.subnet("subnet-c", "10.0.4.0/24", "eu-west-1b")
        network.table("rtb-c", subnets=["subnet-c"])
        network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = [
            "subnet-a",
            "subnet-c",
        ]
        found = planned(network, nat=True)
        assert kinds(found) == ["CreateNatGateway", "RouteToNat", "RouteToNat"]
        assert found.proven

    def test_subnet_without_room_is_not_chosen(self) -> None:
        network = two_public()
        network.row("Subnets", "subnet-p")["AvailableIpAddressCount"] = 0
        assert only(planned(network, nat=True), CreateNatGateway).subnet_id == "subnet-b"

    def test_remaining_blockers_say_nothing_of_endpoints(self) -> None:
        messages = {row.message for row in planned(isolated(), nat=True).remaining}
        assert "rtb-main has no route to the public addresses of Amazon ECR API in eu-west-1" in messages
        assert not any("endpoint" in message for message in messages)

    def test_vpc_without_public_subnet_yields_advice(self) -> None:
        found = planned(isolated(), nat=True)
        change = only(found, Advise)
        assert change.resource == "vpc-1"
        assert change.message.startswith("vpc-1 has no other subnet with a default route to an internet gateway")
        assert (found.after, found.proven) == (BLOCKED, False)

    def test_subnet_of_an_unknown_table_is_not_chosen(self) -> None:
        network = two_public()
        network.rows["RouteTables"] = [row for row in network.rows["RouteTables"] if row["RouteTableId"] != "rtb-main"]
        network.table("rtb-a", subnets=["subnet-a"])
        network.subnet("subnet-0", "10.0.5.0/24", "eu-west-1a")
        assert only(planned(network, nat=True), CreateNatGateway).subnet_id == "subnet-p"

    def test_public_subnet_of_the_task_stays_public(self) -> None:
        network = two_public()
        network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-b"]
        found = planned(network, nat=True)
        change = only(found, Advise)
        assert change.message.startswith(
            "rtb-public leads subnet-b to an internet gateway, which needs a public address"
        )
        assert not found.proven

    @pytest.mark.parametrize("closed", [False, True])
    def test_unknown_route_table_yields_no_change_of_routes(self, *, closed: bool) -> None:
        network = two_public()
        network.row("RouteTables", "rtb-main").pop("Routes")
        if closed:
            network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = []
        found = planned(network, nat=True)
        assert not [change for change in changes(found) if isinstance(change, INTERNET)]
        assert not found.proven


class TestPublicAddresses:
    def public(self, *names: str) -> Network:
        network = Network()
        network.definition(container(logConfiguration=awslogs()), executionRoleArn=EXECUTION)
        for name in names:
            network.service(name, desiredCount=3)
        network.internet_gateway()
        network.route(GatewayId="igw-1")
        return network

    def test_tasks_of_a_public_subnet_get_addresses(self) -> None:
        found = planned(self.public("web"), public=True)
        change = only(found, ConfigureService)
        assert kinds(found) == ["ConfigureService"]
        assert (change.service, change.cluster, change.assign_public_ip) == ("web", "shop", True)
        row = told(found, ConfigureService)
        assert (row.disposition, row.note) == ("disruptive", "ECS replaces the tasks of web in a new deployment")
        assert row.cost is not None
        assert row.cost.formula == "3 addresses x 730 h x 0.005 USD"
        assert found.proven

    def test_every_service_of_the_subnet_gets_its_own_change(self) -> None:
        found = planned(self.public("web", "api"), public=True)
        assert [change.service for change in changes(found) if isinstance(change, ConfigureService)] == ["web", "api"]
        assert found.proven

    def test_other_deployment_controller_makes_the_change_manual(self) -> None:
        network = self.public("web")
        network.row("services", "web")["deploymentController"] = {"type": "CODE_DEPLOY"}
        network.row("services", "web").pop("desiredCount")
        network.row("services", "web")["taskSets"] = []
        row = planned(network, public=True).changes[0]
        assert row.disposition == "manual"
        assert row.cost is not None
        assert str(row.cost.fixed).startswith("the number of tasks of ")

    def test_isolated_subnet_gets_endpoints(self) -> None:
        found = planned(isolated(), public=True)
        assert services(found) == ["ecr.api", "ecr.dkr", "logs", "s3"]
        assert found.proven

    def test_tasks_with_addresses_get_the_missing_route(self) -> None:
        network = self.public("web")
        network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"
        network.row("RouteTables", "rtb-main")["Routes"].pop()
        found = planned(network, public=True)
        assert changes(found) == [RouteToInternetGateway("rtb-main", "igw-1")]
        assert found.proven

    def test_rule_of_tasks_with_addresses_is_added_where_it_allows_nothing_out(self) -> None:
        network = self.public("web")
        network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"
        network.row("RouteTables", "rtb-main")["Routes"].pop()
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = []
        found = planned(network, public=True)
        assert kinds(found) == ["AuthorizeRule", "RouteToInternetGateway"]
        assert found.proven

    def test_tasks_with_addresses_and_a_route_get_no_other_one(self) -> None:
        network = self.public("web")
        network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"
        network.acl("acl-p", both_ways(entry(100, "deny")), ["subnet-a"])
        assert not [change for change in changes(planned(network, public=True)) if isinstance(change, INTERNET)]


@pytest.mark.parametrize("network", [two_nats(), private_nat(), two_public(), TestPublicAddresses().public("web")])
def test_no_plan_gives_internet_access_unless_it_is_preferred(network: Network) -> None:
    found = planned(network)
    forbidden: tuple[type[Change], ...] = (*INTERNET, ConfigureService)
    assert not [change for change in changes(found) if isinstance(change, forbidden)]
    assert found.proven


def test_internet_gateway_of_another_vpc_is_no_way_out() -> None:
    network = two_public()
    network.rows["InternetGateways"].clear()
    network.internet_gateway("igw-2", vpc="vpc-2")
    network.internet_gateway("igw-3")["Attachments"] = []
    network.table("rtb-igw-9", TOINTERNET | {"GatewayId": "igw-9"}, subnets=["subnet-c"])
    network.subnet("subnet-c", "10.0.4.0/24", "eu-west-1a")
    found = planned(network, nat=True)
    assert kinds(found) == ["Advise"]


@pytest.mark.parametrize(
    ("network", "strategy", "count"),
    [
        (private_nat(), "nat-gateway", 1),
        (two_public(), "nat-gateway", 2),
        (TestPublicAddresses().public("web"), "public-address", 1),
    ],
)
def test_smaller_plan_with_internet_access_is_a_runner_up(network: Network, strategy: str, count: int) -> None:
    found = planned(network)
    assert found.strategy not in {"nat-gateway", "public-address"}
    assert (strategy, count) in [(runner_up.strategy, runner_up.changes) for runner_up in found.runners_up]


def test_plan_without_public_addresses_is_no_runner_up_with_them() -> None:
    _, found = planned_scenario("all-blockers-at-once")
    assert found.proven
    assert [runner_up for runner_up in found.runners_up if runner_up.strategy == "public-address"] == []


def test_isolated_network_has_no_runner_up_with_internet_access() -> None:
    names = {runner_up.strategy for runner_up in planned(isolated()).runners_up}
    assert not names & {"nat-gateway", "public-address"}


def test_private_dns_of_an_endpoint_is_left_off_with_a_nat_gateway() -> None:
    network = two_nats()
    network.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False)
    found = planned(network, nat=True)
    assert kinds(found) == ["RouteToNat"]
    assert found.proven


class TestBystanders:
    def network(self) -> Network:
        """A service in the table of a transit gateway's route, and an interface whose calls work over it."""
        network = two_nats()
        network.row("NatGateways", "nat-2")["State"] = "failed"
        network.nat("nat-3", "subnet-p", "10.0.3.201")
        network.route(NatGatewayId="nat-2")
        return network

    def test_replaced_route_is_walked_for_others(self) -> None:
        network = self.network()
        touched = impact.touched_services_of(
            network.world(), [ReplaceRoute("rtb-main", EVERYWHERE, "nat-gateway", "nat-3")]
        )
        assert [vpc for vpc, _ in touched] == ["vpc-1"]

    def test_replaced_route_of_an_unknown_region_is_not_walked(self) -> None:
        world = World(replace(self.network().world().facts, region=None))
        change = ReplaceRoute("rtb-main", EVERYWHERE, "nat-gateway", "nat-3")
        assert world.region is None
        assert impact.touched_services_of(world, [change]) == {}

    def test_deleted_black_hole_touches_the_service_of_its_list(self) -> None:
        network = self.network()
        network.s3_list("52.218.0.0/17")
        touched = impact.touched_services_of(network.world(), [DeleteRoute("rtb-main", "pl-53")])
        assert [ref.key for _, ref in touched] == ["s3"]
