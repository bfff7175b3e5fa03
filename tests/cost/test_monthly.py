"""Monthly costs of parts of a network, held to AWS's worked examples and to bills."""

from decimal import Decimal

import pytest

from skerry.cost.monthly import (
    HOURS,
    Amount,
    MonthlyCost,
    add_costs,
    cost_of_gateway_endpoint,
    cost_of_interface_endpoint,
    cost_of_nat_gateway,
    cost_of_private_zones,
    cost_of_public_addresses,
    cost_of_regional_nat,
)
from skerry.cost.prices import load_prices
from skerry.model.missing import Missing

TABLE = load_prices()


def usd(text: str) -> Amount:
    return Amount(Decimal(text), Decimal(text), "USD")


def hourly(cost: MonthlyCost, hours: int) -> Decimal:
    """Return the fixed part of another number of hours than a month's."""
    assert isinstance(cost.fixed, Amount)
    return cost.fixed.low / HOURS * hours


def test_endpoint_is_paid_in_each_zone() -> None:
    cost = cost_of_interface_endpoint(TABLE, "eu-west-1", 2)
    assert cost.fixed == usd("16.06")
    assert cost.per_gb == usd("0.01")
    assert cost.formula == "2 zones x 730 h x 0.011 USD"
    assert cost.data_formula == "GB x 0.01 USD"
    assert cost.grade == "documented"


def test_three_endpoints_in_two_zones_cost_what_a_user_was_billed() -> None:
    """https://github.com/aws/containers-roadmap/issues/98: 47.52 USD for 720 hours in eu-west-1."""
    assert 3 * hourly(cost_of_interface_endpoint(TABLE, "eu-west-1", 2), 720) == Decimal("47.52")


def test_nat_gateway_of_aws_own_example_costs_its_hour_and_its_data() -> None:
    """https://aws.amazon.com/vpc/pricing/: in us-east-2 an hour and a GB cost 0.045 each; the address comes on top."""
    cost = cost_of_nat_gateway(TABLE, "us-east-2")
    assert hourly(cost, 1) == Decimal("0.045") + Decimal("0.005")
    assert cost.per_gb == usd("0.045")
    assert cost.formula == "1 gateway x 730 h x 0.045 USD + 1 address x 730 h x 0.005 USD"


def test_five_nat_gateways_cost_what_a_bill_shows_beside_their_addresses() -> None:
    """A bill of March 2026 in ap-southeast-2: 219.48 USD for 744 hours of each."""
    cost = cost_of_nat_gateway(TABLE, "ap-southeast-2", addresses=0)
    assert 5 * hourly(cost, 744) == Decimal("219.48")


def test_zone_of_nat_costs_as_much_as_five_endpoints_in_virginia() -> None:
    nat, endpoint = cost_of_nat_gateway(TABLE, "us-east-1"), cost_of_interface_endpoint(TABLE, "us-east-1", 5)
    assert nat.fixed == endpoint.fixed == usd("36.5")


def test_regional_nat_costs_a_range_where_its_zones_are_not_known() -> None:
    """ap-northeast-1, three zones, 730 hours and 21 GB: 137.08 USD without the addresses."""
    cost = cost_of_regional_nat(TABLE, "ap-northeast-1", 1, 3)
    assert isinstance(cost.fixed, Amount)
    assert isinstance(cost.per_gb, Amount)
    without_addresses = cost.fixed.high - 3 * HOURS * Decimal("0.005")
    assert round(without_addresses + 21 * cost.per_gb.low, 2) == Decimal("137.08")
    assert 3 * cost.fixed.low == cost.fixed.high
    assert cost.formula == "1 to 3 zones x 730 h x 0.062 USD + 1 to 3 addresses x 730 h x 0.005 USD"


def test_six_endpoints_in_three_zones_of_seoul_cost_about_171() -> None:
    cost = cost_of_interface_endpoint(TABLE, "ap-northeast-2", 3)
    assert add_costs([cost] * 6) == usd("170.82")


def test_gateway_endpoint_costs_nothing() -> None:
    cost = cost_of_gateway_endpoint(TABLE, "eu-west-1")
    assert (cost.fixed, cost.per_gb, cost.data_formula) == (usd("0"), usd("0"), "")


def test_private_zone_costs_half_a_dollar() -> None:
    cost = cost_of_private_zones(TABLE, "eu-west-1", 2)
    assert (cost.fixed, cost.per_gb, cost.formula) == (usd("1.0"), None, "2 zones x 0.5 USD")


def test_public_address_is_paid_by_the_hour() -> None:
    assert cost_of_public_addresses(TABLE, "eu-west-1", 1).fixed == usd("3.65")


def test_cost_without_a_price_is_missing_and_keeps_its_formula() -> None:
    cost = cost_of_interface_endpoint(TABLE, "eu-west-3", 2)
    assert cost.fixed == Missing("the price of endpoint-zone-hour in eu-west-3", "pricing:GetProducts")
    assert cost.formula == "2 zones x 730 h x endpoint-zone-hour"
    assert cost.per_gb == usd("0.01")
    assert cost.grade == "inferred"


def test_data_without_a_price_is_missing_beside_a_fixed_part_that_is_known() -> None:
    cost = cost_of_nat_gateway(TABLE, "eu-central-1")
    assert cost.fixed == usd("41.61")
    assert cost.per_gb == Missing("the price of nat-gb in eu-central-1", "pricing:GetProducts")
    assert cost.data_formula == "GB x nat-gb"


def test_sum_of_costs_is_missing_where_one_is() -> None:
    known, unknown = (
        cost_of_interface_endpoint(TABLE, "eu-west-1", 1),
        cost_of_interface_endpoint(TABLE, "eu-west-3", 1),
    )
    assert add_costs([known, known]) == usd("16.06")
    assert add_costs([known, unknown]) == unknown.fixed
    assert add_costs([]) == Missing("the price of nothing")


def test_currencies_are_never_added() -> None:
    yuan = cost_of_nat_gateway(TABLE, "cn-northwest-1", addresses=0)
    sum_of_both = add_costs(
        [cost_of_gateway_endpoint(TABLE, "eu-west-1"), cost_of_interface_endpoint(TABLE, "eu-west-1", 1)]
    )
    assert sum_of_both == usd("8.03")
    one_yuan = Amount(Decimal(1), Decimal(1), "CNY")
    assert add_costs([MonthlyCost(usd("1"), None, "", ""), MonthlyCost(one_yuan, None, "", "")]) == Missing(
        "the sum of USD and CNY"
    )
    assert isinstance(yuan.fixed, Missing)
    with pytest.raises(ValueError, match="cannot be added"):
        usd("1") + one_yuan


def test_saving_is_a_negative_amount() -> None:
    assert -Amount(Decimal(1), Decimal(3), "USD") == Amount(Decimal(-3), Decimal(-1), "USD")
