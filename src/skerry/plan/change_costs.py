"""The monthly costs of changes: endpoints, NAT gateways, public addresses; rules, routes and attributes are free."""

from collections.abc import Iterable
from decimal import Decimal
from typing import assert_never

from skerry.cost.monthly import (
    Amount,
    MonthlyCost,
    add_costs,
    cost_of_gateway_endpoint,
    cost_of_interface_endpoint,
    cost_of_nat_gateway,
    cost_of_private_zones,
    cost_of_public_addresses,
)
from skerry.cost.prices import PriceTable, load_prices
from skerry.model.missing import Missing
from skerry.model.world import World
from skerry.plan import launches_after
from skerry.plan.changes import (
    AddAclEntry,
    AddZoneRecord,
    Advise,
    AssociateZone,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
    is_new,
)

_NO_REGION = Missing("the Region, which the prices depend on")


def cost_of_change(world: World, change: Change, prices: PriceTable | None = None) -> MonthlyCost | None:
    """Return the monthly cost of a change; None for a change without a price. ``prices``: others than skerry's own.

    A subnet stands for its zone: AWS allows an endpoint one subnet in each.
    https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
    """
    table = prices or load_prices()
    match change:
        case CreateInterfaceEndpoint():
            return _endpoint_in(table, world, len(change.subnets))
        case CreateGatewayEndpoint():
            return _in_region(world) or cost_of_gateway_endpoint(table, world.region or "")
        case ModifyEndpoint():
            return _endpoint_in(table, world, len(change.subnets)) if change.subnets else None
        case DeleteEndpoint():
            return _saving_of_endpoint(table, world, change.endpoint_id)
        case CreateNatGateway():
            return _in_region(world) or cost_of_nat_gateway(table, world.region or "")
        case ConfigureService() if change.assign_public_ip:
            return _addresses_of_tasks(table, world, change)
        case AddZoneRecord():
            return _new_zone(table, world) if is_new(change.zone_id) else None
        case (
            CreateSecurityGroup()
            | AuthorizeRule()
            | RevokeRule()
            | SetVpcAttribute()
            | AddAclEntry()
            | ConfigureService()
            | ProposeStatement()
            | MirrorImage()
            | DeleteRoute()
            | ReplaceRoute()
            | RouteToInternetGateway()
            | RouteToNat()
            | AssociateZone()
            | Advise()
        ):
            return None
        case _:
            assert_never(change)


def _in_region(world: World) -> MonthlyCost | None:
    """Return an unknown cost if the Region is not known."""
    return None if world.region else MonthlyCost(_NO_REGION, _NO_REGION, "", "", "inferred")


def _endpoint_in(table: PriceTable, world: World, zones: int) -> MonthlyCost:
    return _in_region(world) or cost_of_interface_endpoint(table, world.region or "", zones)


def _new_zone(table: PriceTable, world: World) -> MonthlyCost:
    return _in_region(world) or cost_of_private_zones(table, world.region or "", 1)


def _addresses_of_tasks(table: PriceTable, world: World, change: ConfigureService) -> MonthlyCost:
    """Return the cost of a public address for each task that a service keeps running; of other launches unknown."""
    counts = [row.desired_count for row in world.facts.services if launches_after.is_service(row, change)]
    count = counts[0] if len(counts) == 1 else None
    if count is None:
        unread = Missing(f"the number of tasks of {change.service}")
        return MonthlyCost(unread, None, "tasks x 730 h x address-hour", "", "inferred")
    return _in_region(world) or cost_of_public_addresses(table, world.region or "", count)


def _saving_of_endpoint(table: PriceTable, world: World, endpoint_id: str) -> MonthlyCost | None:
    """Return the saving by an endpoint less: it costs in any state."""
    endpoint = world.vpc_endpoints.get(endpoint_id)
    if endpoint is None or endpoint.vpc_endpoint_type != "Interface":
        return None
    cost = _endpoint_in(table, world, len(endpoint.subnet_ids))
    fixed = cost.fixed if isinstance(cost.fixed, Missing) else -cost.fixed
    return MonthlyCost(fixed, None, f"-({cost.formula})", "", cost.grade)


def sum_costs(costs: Iterable[MonthlyCost | None]) -> Amount | Missing:
    """Return the fixed monthly cost of changes; changes without a price add nothing."""
    priced = [cost for cost in costs if cost is not None]
    return add_costs(priced) if priced else Amount(Decimal(0), Decimal(0), "USD")


def budget_message(cost: Amount | Missing, budget: Decimal | None) -> str | None:
    """Return why a plan is beyond the budget a month, or may be; None if it is not."""
    if budget is None:
        return None
    if isinstance(cost, Missing):
        return f"the budget is {budget} a month, and {cost.fact} is not known"
    if cost.high > budget:
        return f"the changes cost {cost.high.normalize():f} {cost.currency} a month, and the budget is {budget}"
    return None
