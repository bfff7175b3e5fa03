"""Costs of measured traffic: what the bytes of NAT gateways and endpoints cost in a month of 30 days."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec

from skerry.cost.measured import TrafficMetrics
from skerry.cost.monthly import Amount
from skerry.cost.prices import PriceItem, PriceTable
from skerry.model.missing import Missing
from skerry.model.world import World

_BYTES = Decimal(1024) ** 3
_MONTH = 30
_REGIONAL = "regional"


class MeasuredTraffic(msgspec.Struct, frozen=True):
    """The GB a month of a NAT gateway or an endpoint, those out to the internet, and their cost in the first tier."""

    resource: str
    gb: Decimal | Missing
    gb_out: Decimal | Missing | None
    cost: Amount | Missing


def price_metrics(table: PriceTable, world: World, vpc_id: str, metrics: TrafficMetrics) -> Iterator[MeasuredTraffic]:
    """Yield the measured traffic of the NAT gateways and endpoints of a VPC, with its cost."""
    for resource, item in _resources(world, vpc_id):
        row = metrics.find(resource)
        if row is None:
            continue
        days = row.days or metrics.days
        gb = _per_month(row.bytes, days)
        out = None if row.bytes_out is None else _per_month(row.bytes_out, days)
        yield MeasuredTraffic(resource, gb, out, _cost(table, world.region or "", item, gb))


def _resources(world: World, vpc_id: str) -> Iterable[tuple[str, PriceItem]]:
    for gateway in world.facts.nat_gateways:
        if gateway.vpc_id == vpc_id:
            is_regional = gateway.availability_mode == _REGIONAL
            yield gateway.nat_gateway_id, "regional-nat-gb" if is_regional else "nat-gb"
    for endpoint in world.endpoints_in(vpc_id):
        yield endpoint.vpc_endpoint_id, "endpoint-gb"


def _per_month(count: int | Missing, days: int) -> Decimal | Missing:
    return count if isinstance(count, Missing) else Decimal(count) / _BYTES * _MONTH / days


def _cost(table: PriceTable, region: str, item: PriceItem, gb: Decimal | Missing) -> Amount | Missing:
    price = table.find(region, item)
    if isinstance(gb, Missing):
        return gb
    if isinstance(price, Missing):
        return price
    return Amount(price.first * gb, price.first * gb, price.currency)
