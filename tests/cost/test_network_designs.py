"""The design that a VPC has, and the comparison with the alternatives."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from skerry.app.selection import all_launches
from skerry.cost.comparison import VpcCase, VpcCost, compare_designs, report_of
from skerry.cost.design_costs import price_design
from skerry.cost.designs import Design, MonthlyTraffic, PathBytes, PublicAddresses, RegionalNat, ZonalNat
from skerry.cost.exit_ways import Load, default_route_of, subnets_of
from skerry.cost.launch_volumes import GivenVolumes, volumes_of
from skerry.cost.monthly import Amount
from skerry.cost.network_designs import design_of_network, vpcs_of, zones_of
from skerry.cost.prices import PriceTable, load_prices
from skerry.model.missing import Missing
from tests.networks import EVERYWHERE, VPC, Network, container

TABLE = load_prices()


def network(**service: Any) -> Network:
    network = Network()
    network.definition(container())
    network.service(**service)
    network.rows.setdefault("NatGateways", [])
    return network


def design(network: Network, tasks: int = 1) -> Design:
    world = network.world()
    return design_of_network(world, VPC, [Load(launch, tasks) for launch in all_launches(world)])


class TestNat:
    def test_nat_gateway_of_a_route_is_used(self) -> None:
        by_nat = network()
        by_nat.serve_internet_by_nat()
        found = design(by_nat)
        assert (found.exits, found.used, found.unpriced) == ((ZonalNat(1, 1),), True, ())
        assert found.crossing == 1

    def test_half_of_the_subnets_cross_to_the_other_zone(self) -> None:
        by_nat = network(subnets=["subnet-a", "subnet-b"])
        by_nat.nat(subnet="subnet-b")
        by_nat.route(NatGatewayId="nat-1")
        assert design(by_nat).crossing == Decimal("0.5")

    def test_unused_and_private_nat_gateways_cost_too(self) -> None:
        other = network()
        other.nat()
        other.nat("nat-2", ConnectivityType="private")
        row = other.nat("nat-3")
        del row["NatGatewayAddresses"]
        other.nat("nat-4", State="deleted")
        found = design(other)
        assert (found.exits, found.used) == ((ZonalNat(3, 2),), False)

    def test_regional_nat_costs_from_one_zone_to_all(self) -> None:
        regional = network()
        row = regional.nat(AvailabilityMode="regional")
        del row["SubnetId"]
        regional.route(NatGatewayId="nat-1")
        found = design(regional)
        assert found.exits == (RegionalNat(1, 2),)
        assert found.crossing == 0
        assert found.used

    def test_nat_of_an_unknown_subnet_crosses_no_known_border(self) -> None:
        by_nat = network()
        by_nat.nat(SubnetId="subnet-elsewhere")
        by_nat.route(NatGatewayId="nat-1")
        assert design(by_nat).crossing == 0

    def test_public_tasks_pay_for_their_addresses(self) -> None:
        public = network()
        public.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "ENABLED"
        public.internet_gateway()
        public.route(GatewayId="igw-1")
        found = design(public, tasks=3)
        assert (found.exits, found.used, found.unpriced) == ((PublicAddresses(3),), True, ())

    def test_public_and_private_tasks_share_the_bytes(self) -> None:
        mixed = by_nat()
        public = {"subnets": ["subnet-b"], "securityGroups": ["sg-task"], "assignPublicIp": "ENABLED"}
        mixed.service("shop", networkConfiguration={"awsvpcConfiguration": public})
        world = mixed.world()
        web, shop = all_launches(world)
        found = design_of_network(world, VPC, [Load(web, 1, Decimal(30)), Load(shop, 2, Decimal(10))])
        assert (found.exits, found.shares) == (
            (PublicAddresses(2), ZonalNat(1, 1)),
            (Decimal("0.25"), Decimal("0.75")),
        )
        cost = price_design(TABLE, "us-east-1", found, MonthlyTraffic((PathBytes("s3", Decimal(40)),)))
        # 30 GB by the NAT of the other zone, and 10 GB free by the internet gateway.
        assert cost.data_formula == "30 GB x 0.045 USD + 30 GB x 2 sides x 0.01 USD"
        equal = design_of_network(world, VPC, [Load(web, 1, Decimal(0)), Load(shop, 1, Decimal(0))])
        assert equal.shares == (Decimal("0.5"), Decimal("0.5"))

    def test_bytes_flow_by_the_nat_of_their_route(self) -> None:
        both = network(subnets=["subnet-a", "subnet-b"])
        both.nat("nat-1", subnet="subnet-a")
        both.nat("nat-2", AvailabilityMode="regional")
        route = {"DestinationCidrBlock": EVERYWHERE, "NatGatewayId": "nat-2", "State": "active"}
        both.table("rtb-b", route, subnets=["subnet-b"])
        assert design(both).shares == (Decimal(0), Decimal(1))
        both.route(NatGatewayId="nat-1")
        found = design(both)
        assert (found.exits, found.shares) == ((ZonalNat(1, 1), RegionalNat(1, 2)), (Decimal("0.5"), Decimal("0.5")))

    def test_nat_gateway_of_the_owner_of_a_shared_vpc_leaves_the_cost_unknown(self) -> None:
        shared = by_nat()
        shared.rows["NatGateways"].clear()
        (missing,) = design(shared).unpriced
        assert (missing.fact, missing.action) == ("NAT gateway nat-1", "ec2:DescribeNatGateways")
        today = compared(shared).designs[0]
        assert isinstance(today.monthly, Missing)
        assert today.unreachable == ()

    def test_way_beyond_a_private_nat_gateway_has_no_price(self) -> None:
        private = by_nat()
        private.rows["NatGateways"][0]["ConnectivityType"] = "private"
        assert [item.fact for item in design(private).unpriced] == [
            "the price of the way beyond private NAT gateway nat-1"
        ]

    def test_routes_to_both_halves_are_a_default_route(self) -> None:
        split = network()
        split.nat()
        for half in ("0.0.0.0/1", "128.0.0.0/1"):
            split.route(half, NatGatewayId="nat-1")
        assert design(split).used

    def test_blackhole_is_no_way(self) -> None:
        lost = by_nat()
        lost.row("RouteTables", "rtb-main")["Routes"][1]["State"] = "blackhole"
        found = design(lost)
        assert (found.exits, found.used, found.shares) == ((ZonalNat(1, 1),), False, ())


class TestEndpoints:
    def test_endpoints_count_in_each_of_their_zones(self) -> None:
        isolated = network()
        isolated.endpoint("vpce-1", "ecr.api", ["subnet-a", "subnet-b"])
        isolated.endpoint("vpce-2", "logs", ["subnet-b"])
        isolated.endpoint("vpce-3", "sqs", ["subnet-b"], State="deleted")
        isolated.endpoint("vpce-4", "x", ["subnet-a"], ServiceName="com.amazonaws.vpce.eu-west-1.vpce-svc-1")
        isolated.serve_s3()
        found = design(isolated)
        assert found.services == ("ecr.api", "logs", "com.amazonaws.vpce.eu-west-1.vpce-svc-1")
        assert (found.endpoint_zones, found.gateways) == (4, ("s3",))
        assert found.endpoint_crossing == Decimal(1) / 3

    def test_gateway_endpoint_counts_if_it_is_on_all_tables_of_tasks(self) -> None:
        partly = network(subnets=["subnet-a", "subnet-b"])
        partly.table("rtb-other", subnets=["subnet-b"])
        partly.serve_s3()
        assert design(partly).gateways == ()

    def test_service_without_a_name_is_counted(self) -> None:
        nameless = network()
        row = nameless.endpoint("vpce-1", "ecr.api")
        del row["ServiceName"], row["State"]
        assert (design(nameless).services, design(nameless).endpoint_zones) == (("",), 1)


class TestUnknown:
    def test_unread_nat_gateways_and_endpoints_leave_the_cost_unknown(self) -> None:
        unread = network()
        unread.forget("NatGateways", "VpcEndpoints")
        facts = [missing.fact for missing in design(unread).unpriced]
        assert facts == [f"the endpoints of {VPC}", f"the NAT gateways of {VPC}"]

    def test_default_route_to_another_kind_of_target_has_no_price(self) -> None:
        transit = network()
        transit.route(TransitGatewayId="tgw-1")
        (missing,) = design(transit).unpriced
        assert missing.fact == "the price of the default route to tgw-1"

    def test_unread_table_has_no_default_route(self) -> None:
        unread = network()
        unread.forget("RouteTables")
        world = unread.world()
        assert default_route_of(world, world.subnets["subnet-a"]) is None
        assert design(unread).gateways == ()

    def test_subnets_that_were_not_read_have_no_vpc(self) -> None:
        unread = network(subnets=["subnet-a", "subnet-x"])
        launches = all_launches(unread.world())
        assert vpcs_of(unread.world(), launches) == (VPC,)
        subnets = subnets_of(unread.world(), VPC, launches)
        assert zones_of(subnets) == 1
        row = unread.row("Subnets", "subnet-a")
        del row["AvailabilityZone"]
        world = unread.world()
        assert zones_of(subnets_of(world, VPC, launches)) == 1


def compared(network: Network, table: PriceTable = TABLE, given: GivenVolumes | None = None, **more: Any) -> VpcCost:
    world = network.world()
    launches = all_launches(world)
    own = (design_of_network(world, VPC, list(map(Load, launches))),)
    volumes = volumes_of(world, launches, given or GivenVolumes())
    case = VpcCase(VPC, own, ("ecr.api", "ecr.dkr"), 2, volumes, **more)
    return compare_designs(table, "eu-west-1", case)


def by_nat() -> Network:
    other = network()
    other.serve_internet_by_nat()
    return other


class TestComparison:
    def test_nat_of_today_is_the_baseline_and_endpoints_cost_least(self) -> None:
        found = compared(by_nat(), given=GivenVolumes(image_gb=Decimal(1), starts=Decimal(10000)))
        assert (found.baseline, found.cheapest) == ("today", "endpoints-one-zone")
        assert [row.name for row in found.assumptions] == ["task starts", "image size"]
        assert found.assumptions[0].swing.high > 0

    def test_nat_instance_is_shown_and_never_called_the_cheapest(self) -> None:
        world = by_nat().world()
        launches = all_launches(world)
        own = (design_of_network(world, VPC, list(map(Load, launches))),)
        volumes = volumes_of(world, launches, GivenVolumes(internet_gb=Decimal(100)))
        found = compare_designs(TABLE, "us-east-1", VpcCase(VPC, own, ("logs",), 2, volumes))
        costs = {row.design.id: row.monthly for row in found.designs}
        instance, cheapest = costs["nat-instance-s3"], costs[found.cheapest or ""]
        assert isinstance(instance, Amount)
        assert isinstance(cheapest, Amount)
        assert instance.high < cheapest.high
        assert found.cheapest == "one-nat-s3"

    def test_curve_is_around_the_break_even(self) -> None:
        found = compared(by_nat())
        endpoints = next(even for even in found.break_evens if even.alternative == "endpoints")
        assert endpoints.best is not None
        # Two services in two zones cost less than a NAT gateway: there is none.
        assert endpoints.best.outcome == "cheaper-always"
        assert [point.gb for point in found.curve] == [0, 125, 250, 500, 750, 1000, 2000]

    def test_number_of_endpoints_that_pay_is_of_endpoints_without_nat(self) -> None:
        evens = {even.alternative: even for even in compared(by_nat()).break_evens}
        # A gateway of 38.69 USD against 8.03 USD for each endpoint and zone.
        assert f"{evens['endpoints'].endpoint_zones:.2f}" == "4.82"
        assert evens["nat-per-zone-s3"].endpoint_zones is None
        assert evens["both"].endpoint_zones_at_traffic is None

    def test_network_without_nat_is_compared_with_nat_per_zone(self) -> None:
        found = compared(network())
        assert found.baseline == "nat-per-zone"
        assert found.designs[0].unreachable == ("s3", "ecr.api", "ecr.dkr")

    def test_bytes_to_the_internet_need_a_nat(self) -> None:
        found = compared(by_nat(), given=GivenVolumes(internet_gb=Decimal(1)))
        assert found.cheapest == "one-nat-s3"
        assert found.curve == ()

    def test_without_prices_nothing_is_cheapest(self) -> None:
        empty = msgspec.structs.replace(TABLE, prices=())
        found = compared(by_nat(), empty)
        assert (found.cheapest, found.assumptions, found.curve) == (None, (), ())

    def test_baseline_without_a_price_has_no_weights(self) -> None:
        prices = tuple(price for price in TABLE.prices if price.item != "nat-gb")
        found = compared(by_nat(), msgspec.structs.replace(TABLE, prices=prices))
        assert (found.cheapest, found.assumptions) == ("endpoints-one-zone", ())

    def test_central_endpoints_are_compared_if_vpcs_share_them(self) -> None:
        assert "central-endpoints" in {row.design.id for row in compared(network(), spokes=3).designs}

    def test_report_says_what_is_unknown_and_how_old_prices_are(self) -> None:
        unread = network()
        unread.forget("NatGateways")
        for found, table, unpriced, partial in (
            (by_nat(), TABLE, False, False),
            (unread, TABLE, False, True),
            (unread, msgspec.structs.replace(TABLE, prices=()), True, True),
        ):
            world = found.world()
            launches = all_launches(world)
            own = (design_of_network(world, VPC, list(map(Load, launches))),)
            case = VpcCase(VPC, own, ("logs",), 1, volumes_of(world, launches, GivenVolumes()))
            report = report_of(table, "eu-west-1", (case,), date(2026, 12, 1))
            assert (report.is_unpriced, report.is_partial, report.stale) == (unpriced, partial, False)
        assert report_of(TABLE, "eu-west-1", (), date(2027, 12, 1)).stale

    def test_unpriced_part_leaves_the_formula_open(self) -> None:
        unread = network()
        unread.forget("NatGateways")
        unread.endpoint("vpce-1", "logs")
        today = compared(unread).designs[0]
        assert today.formula == "1 endpoint zone x 730 h x 0.011 USD"
        assert today.fixed == today.monthly
        assert isinstance(today.fixed, Missing)


def test_public_route_is_no_way_for_tasks_without_an_address() -> None:
    public = network()
    public.internet_gateway()
    public.route(EVERYWHERE, GatewayId="igw-1")
    assert design(public).exits == ()
    assert design(public).used is False
    assert isinstance(compared(public).designs[0].monthly, Amount)
