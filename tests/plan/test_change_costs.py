"""Monthly costs of changes and of plans, and the budget."""

from decimal import Decimal

import msgspec

from skerry.cost.monthly import Amount, MonthlyCost
from skerry.model.missing import Missing
from skerry.model.world import World
from skerry.plan.change_costs import budget_message, cost_of_change, sum_costs
from skerry.plan.changes import (
    AddZoneRecord,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    DeleteEndpoint,
    ModifyEndpoint,
)
from tests.networks import VPC, Network
from tests.planning import isolated, planned

ENDPOINT = CreateInterfaceEndpoint("vpce-new-logs", VPC, "com.amazonaws.eu-west-1.logs", ("subnet-a", "subnet-b"), ())
GATEWAY = CreateGatewayEndpoint("vpce-new-s3", VPC, "com.amazonaws.eu-west-1.s3", ("rtb-main",), "pl-53")


def usd(text: str) -> Amount:
    return Amount(Decimal(text), Decimal(text), "USD")


def without_region(network: Network) -> World:
    """Return the World of a network in a Region that is not known."""
    return World(msgspec.structs.replace(network.world().facts, region=None))


def fixed(world: World, change: Change) -> Amount | Missing:
    """Return the fixed cost of a change that has one."""
    cost = cost_of_change(world, change)
    assert cost is not None
    return cost.fixed


def test_endpoint_costs_its_zones_and_a_gateway_nothing() -> None:
    world = Network().world()
    assert fixed(world, ENDPOINT) == usd("16.06")
    assert fixed(world, GATEWAY) == usd("0")


def test_endpoint_in_more_subnets_costs_those() -> None:
    world = Network().world()
    assert fixed(world, ModifyEndpoint("vpce-1", subnets=("subnet-b",))) == usd("8.03")
    assert cost_of_change(world, ModifyEndpoint("vpce-1", private_dns=True)) is None


def test_deleted_endpoint_saves_its_zones() -> None:
    network = Network()
    network.endpoint("vpce-1", "logs", ["subnet-a", "subnet-b"])
    network.gateway_endpoint("vpce-93")
    network.endpoint("vpce-2", "ecr.api", ["subnet-a"])
    network.row("VpcEndpoints", "vpce-1")["State"] = "failed"
    world = network.world()
    assert fixed(world, DeleteEndpoint("vpce-1", "")) == usd("-16.06")
    assert cost_of_change(world, DeleteEndpoint("vpce-93", "")) is None
    assert cost_of_change(world, DeleteEndpoint("vpce-gone", "")) is None


def test_record_in_a_new_zone_costs_the_zone() -> None:
    world = Network().world()
    names = ("logs.eu-west-1.amazonaws.com", VPC, "logs.eu-west-1.amazonaws.com", "vpce-1", "")
    assert fixed(world, AddZoneRecord("Z-new-logs", *names)) == usd("0.5")
    assert cost_of_change(world, AddZoneRecord("Z1", *names)) is None


def test_group_has_no_price() -> None:
    assert cost_of_change(Network().world(), CreateSecurityGroup("sg-new-x", VPC, "x", "")) is None


def test_cost_without_a_region_is_unknown() -> None:
    world = without_region(Network())
    for change in (ENDPOINT, GATEWAY):
        assert fixed(world, change) == Missing("the Region, which the prices depend on")


def test_saving_without_a_price_is_unknown() -> None:
    network = Network()
    network.endpoint("vpce-1", "logs", ["subnet-a"])
    world = without_region(network)
    assert isinstance(fixed(world, DeleteEndpoint("vpce-1", "")), Missing)


def test_changes_without_a_price_add_nothing() -> None:
    assert sum_costs([None, None]) == usd("0")
    assert sum_costs([None, MonthlyCost(usd("2"), None, "", "")]) == usd("2")


def test_budget_is_held_to_the_dearest_end() -> None:
    cost = Amount(Decimal(10), Decimal("30.50"), "USD")
    assert budget_message(cost, None) is None
    assert budget_message(cost, Decimal("30.5")) is None
    message = "the changes cost 30.5 USD a month, and the budget is 30"
    assert budget_message(cost, Decimal(30)) == message
    assert budget_message(Missing("a price"), Decimal(30)) == "the budget is 30 a month, and a price is not known"


def test_plan_beyond_its_budget_is_not_proven() -> None:
    plan = planned(isolated())
    assert plan.proven
    assert isinstance(plan.monthly, Amount)
    dear = planned(isolated(), budget=plan.monthly.high - 1)
    assert not dear.proven
    assert dear.limits[0].startswith("the changes cost")
    assert planned(isolated(), budget=plan.monthly.high).proven
