"""Costs of measured traffic."""

from decimal import Decimal

import msgspec

from skerry.cost.measured import ResourceBytes, TrafficMetrics
from skerry.cost.measured_costs import MeasuredTraffic, price_metrics
from skerry.cost.monthly import Amount
from skerry.cost.prices import load_prices
from skerry.model.missing import Missing
from tests.networks import VPC, Network

GB = 1024**3
NONE = Missing("CloudWatch's metric", "cloudwatch:GetMetricData")


def priced(*rows: ResourceBytes, days: int = 15, mode: str = "zonal") -> list[MeasuredTraffic]:
    network = Network()
    network.nat(AvailabilityMode=mode)
    network.endpoint("vpce-1", "logs")
    network.add("NatGateways", NatGatewayId="nat-2", VpcId="vpc-2", State="available")
    return list(price_metrics(load_prices(), network.world(), VPC, TrafficMetrics(days, rows)))


def test_bytes_of_some_days_are_those_of_a_month() -> None:
    nat, endpoint = priced(ResourceBytes("nat-1", 5 * GB, GB), ResourceBytes("vpce-1", GB))
    assert (nat.resource, nat.gb, nat.gb_out) == ("nat-1", Decimal(10), Decimal(2))
    # 0.048 and 0.01 USD a GB in eu-west-1.
    assert nat.cost == Amount(Decimal("0.480"), Decimal("0.480"), "USD")
    assert (endpoint.gb_out, endpoint.cost) == (None, Amount(Decimal("0.02"), Decimal("0.02"), "USD"))


def test_regional_gateway_has_its_own_price() -> None:
    (nat,) = priced(ResourceBytes("nat-1", GB, GB), mode="regional")
    assert isinstance(nat.cost, Amount)


def test_missing_bytes_and_prices_stay_missing() -> None:
    (nat,) = priced(ResourceBytes("nat-1", NONE, NONE))
    assert (nat.gb, nat.gb_out, nat.cost) == (NONE, NONE, NONE)
    network = Network()
    network.nat()
    table = msgspec.structs.replace(load_prices(), prices=())
    (unpriced,) = price_metrics(table, network.world(), VPC, TrafficMetrics(30, (ResourceBytes("nat-1", GB, GB),)))
    assert isinstance(unpriced.cost, Missing)
