"""Costs of designs, held to AWS's worked examples, to bills, and to public figures with their errors."""

from decimal import Decimal

import msgspec

from skerry.cost.break_even import BreakEven, BreakEvenPoint, count_endpoint_zones, find_break_even
from skerry.cost.design_costs import DesignCost, price_design
from skerry.cost.designs import (
    Central,
    Design,
    MonthlyTraffic,
    NatInstance,
    PathBytes,
    PublicAddresses,
    RegionalNat,
    ZonalNat,
    design_alternatives,
    share_crossing,
)
from skerry.cost.monthly import Amount
from skerry.cost.prices import Price, PriceTable, Tier, load_prices
from skerry.model.missing import Missing
from tests.tables import each

TABLE = load_prices()
SET = ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm")
ONE_NAT = Design("nat", "one NAT gateway", (ZonalNat(1, 1),))


def gb(**paths: str) -> MonthlyTraffic:
    return MonthlyTraffic(tuple(PathBytes(path.replace("_", "."), Decimal(size)) for path, size in paths.items()))


def endpoints(zones: int, services: tuple[str, ...] = SET) -> Design:
    return Design("endpoints", "endpoints", (), services, zones, ("s3",))


def nat(gateways: int, addresses: int, crossing: Decimal = Decimal(0)) -> Design:
    return Design("nat", "NAT", (ZonalNat(gateways, addresses),), crossing=crossing)


def price(
    design: Design, traffic: MonthlyTraffic | None = None, region: str = "us-east-1", hours: int = 730
) -> DesignCost:
    return price_design(TABLE, region, design, traffic or MonthlyTraffic(()), Decimal(hours))


def money(amount: Amount | Missing) -> str:
    assert isinstance(amount, Amount)
    low, high = (f"{end:.2f}" for end in (amount.low, amount.high))
    return low if low == high else f"{low}-{high}"


def table_of(**items: str) -> PriceTable:
    """Return a table of one Region with these prices, such as other people computed with."""
    prices = (
        Price("nowhere", name.replace("_", "-"), "USD", (Tier(None, Decimal(value)),), "observed", ())  # type: ignore[arg-type]
        for name, value in items.items()
    )
    return PriceTable("2026-01-01", (), tuple(prices))


class TestWorkedExamples:
    def test_nat_hour_and_gb_of_aws_own_example(self) -> None:
        """https://aws.amazon.com/vpc/pricing/: an hour and a GB to S3 in us-east-2 cost 0.045 each."""
        cost = price(nat(1, 0), gb(s3="1"), "us-east-2", 1)
        assert (cost.fixed, cost.variable) == (Amount(Decimal("0.045"), Decimal("0.045"), "USD"),) * 2

    def test_transit_gateway_of_aws_own_example(self) -> None:
        """https://aws.amazon.com/transit-gateway/pricing/: two attachments, an hour and a GB cost 0.10 + 0.02."""
        central = Central(1, 2, 2)
        cost = price(msgspec.structs.replace(endpoints(0, ("sqs",)), central=central), gb(sqs="1"), "us-east-2", 1)
        assert cost.formula == (
            "(2 attachments x 1 h x 0.05 USD + 1 private zone x 0.5 USD) / 1 VPCs"  # the zone of endpoints
        )
        assert cost.data_formula == "1 GB x 0.01 USD + 1 GB x 0.02 USD"
        assert money(cost.fixed) == "0.60"

    def test_nat_against_one_endpoint_in_two_zones(self) -> None:
        """A solution's page: NAT 64 + 1,201; the endpoint 14.62 + 267. Its NAT has no addresses, and 0.0438 an hour."""
        cost = price(nat(2, 0), gb(sqs="26690"))
        assert (money(cost.fixed), money(cost.variable)) == ("65.70", "1201.05")
        cost = price(endpoints(2, ("sqs",)), gb(sqs="26690"))
        assert (money(cost.fixed), money(cost.variable)) == ("14.60", "266.90")

    def test_three_endpoints_in_two_zones_of_a_user(self) -> None:
        """https://github.com/aws/containers-roadmap/issues/98: 47.52 for 720 hours in eu-west-1."""
        assert money(price(endpoints(6), None, "eu-west-1", 720).fixed) == "47.52"

    def test_bill_of_five_nat_gateways(self) -> None:
        assert money(price(nat(5, 0), None, "ap-southeast-2", 744).fixed) == "219.48"

    def test_bill_of_seven_endpoints_and_a_nat_gateway(self) -> None:
        assert money(price(endpoints(7), None, "ap-south-1", 744).fixed) == "67.70"
        assert money(price(nat(1, 0), None, "ap-south-1", 744).fixed) == "41.66"

    def test_regional_nat_in_three_zones(self) -> None:
        cost = price(Design("r", "r", (RegionalNat(3, 3),)), gb(internet="21"), "ap-northeast-1")
        assert cost.data_formula == "21 GB x 0.062 USD"
        # The source's 137.08 leaves out three addresses.
        assert money(cost.monthly) == f"{Decimal('137.08') + 3 * 730 * Decimal('0.005'):.2f}"

    def test_six_services_in_three_zones_of_seoul(self) -> None:
        assert money(price(endpoints(18), None, "ap-northeast-2").fixed) == "170.82"

    def test_bill_with_a_discount_of_eight_percent(self) -> None:
        discount = Decimal("0.92")
        for design, hours, paid in ((endpoints(1), 34824, "352.42"), (nat(1, 0), 11904, "525.68")):
            fixed = price(design, None, "eu-west-1", hours).fixed
            assert isinstance(fixed, Amount)
            assert f"{fixed.low * discount:.2f}" == paid
        variable = price(nat(1, 0), gb(internet="22137.66"), "eu-west-1").variable
        assert isinstance(variable, Amount)
        assert f"{variable.low * discount:.2f}" == "977.60"

    @each(("size", "cost"), [("1048576", "10485.76"), ("5242880", "35651.58"), ("7000000", "42680.06")])
    def test_gb_of_endpoints_are_paid_by_tiers(self, size: str, cost: str) -> None:
        assert money(price(endpoints(0), gb(logs=size)).variable) == cost

    def test_formula_shows_each_tier(self) -> None:
        formula = price(endpoints(0), gb(logs="7000000")).data_formula
        assert formula == "1048576 GB x 0.01 USD + 4194304 GB x 0.006 USD + 1757120 GB x 0.004 USD"

    def test_layers_on_the_gateway_endpoint_are_free(self) -> None:
        """A page of dev.to has 1,780 USD for 178,000 GB with 99 % of them on the gateway endpoint: 17.80."""
        assert money(price(endpoints(0), gb(s3="176220", ecr_dkr="1780")).variable) == "17.80"

    def test_central_endpoints_of_twenty_vpcs(self) -> None:
        """us-east-1, 5 services, 3 zones: 20 x 109.50 locally; 878.50 with 21 attachments and 5 zones."""
        assert money(price(endpoints(15)).fixed) == "109.50"
        (row,) = (row for row in design_alternatives(SET, 3, spokes=20) if row.central)
        fixed = price(row).fixed
        assert isinstance(fixed, Amount)
        # Without a transit gateway yet, 21 x 36.50; the attachments are shared as all else.
        assert (fixed.low * 20, fixed.high * 20) == (Decimal("112.00"), Decimal("878.50"))


class TestDesigns:
    def test_nat_per_zone_pays_for_each_gateway_and_address(self) -> None:
        cost = price(nat(2, 2), gb(s3="100", internet="10"))
        assert cost.formula == "2 gateways x 730 h x 0.045 USD + 2 addresses x 730 h x 0.005 USD"
        assert (money(cost.fixed), money(cost.variable), money(cost.monthly)) == ("73.00", "4.95", "77.95")
        assert money(cost.yearly) == "935.40"

    def test_one_nat_pays_on_both_sides_for_bytes_that_cross_zones(self) -> None:
        cost = price(nat(1, 1, crossing=share_crossing(2)), gb(s3="100"))
        assert cost.data_formula == "100 GB x 0.045 USD + 50 GB x 2 sides x 0.01 USD"
        assert money(cost.variable) == "5.50"

    def test_gateway_endpoint_takes_the_layers_from_any_nat(self) -> None:
        rows = {row.id: row for row in design_alternatives(SET, 2)}
        for name in ("nat-per-zone", "one-nat", "nat-instance"):
            with_s3 = price(rows[f"{name}-s3"], gb(s3="100", logs="1")).monthly
            without = price(rows[name], gb(s3="100", logs="1")).monthly
            assert isinstance(with_s3, Amount)
            assert isinstance(without, Amount)
            assert with_s3.high < without.low
        assert "one-nat" not in {row.id for row in design_alternatives(SET, 1)}
        assert "nat-instance" not in {row.id for row in design_alternatives(SET, 2, instances=False)}

    def test_nat_instance_has_no_price_of_a_gb(self) -> None:
        cost = price(Design("i", "i", (NatInstance(1),)), gb(s3="100"))
        assert money(cost.fixed) == f"{730 * (Decimal('0.0042') + Decimal('0.005')) + 8 * Decimal('0.08'):.2f}"
        assert (money(cost.variable), cost.data_formula) == ("0.00", "nothing")

    def test_public_addresses_of_tasks_are_the_only_price_beside_the_way_out(self) -> None:
        design = Design("p", "p", (PublicAddresses(3),))
        cost = price(design, MonthlyTraffic((PathBytes("internet", Decimal(5), Decimal(2)),)))
        assert (money(cost.fixed), cost.data_formula) == ("10.95", "2 GB x 0.09 USD")

    def test_endpoints_have_no_way_to_the_internet(self) -> None:
        assert price(endpoints(10), gb(internet="1", logs="1", kms="0")).unreachable == ("internet",)
        assert (
            price(msgspec.structs.replace(endpoints(10), exits=(ZonalNat(1, 1),)), gb(internet="1")).unreachable == ()
        )

    def test_endpoints_in_one_zone_may_pay_for_crossing(self) -> None:
        """AWS waived the charge in 2022, and its page on prices still names it."""
        (row,) = (row for row in design_alternatives(SET, 2) if row.id == "endpoints-one-zone")
        assert money(price(row, gb(logs="100")).variable) == "1.00-2.00"
        assert price(row, gb(logs="100")).data_formula == "100 GB x 0.01 USD + 0 to 50 GB x 2 sides x 0.01 USD"

    def test_design_without_a_price_is_missing_and_keeps_its_formula(self) -> None:
        cost = price(nat(1, 1), gb(s3="5"), "eu-central-1")
        assert (money(cost.fixed), cost.data_formula) == ("41.61", "5 GB x nat-gb")
        assert cost.variable == cost.monthly == cost.yearly
        assert cost.variable == Missing("the price of nat-gb in eu-central-1", "pricing:GetProducts")

    def test_nothing_costs_nothing(self) -> None:
        cost = price(Design("none", "none"))
        assert (money(cost.monthly), cost.formula, cost.data_formula) == ("0.00", "nothing", "nothing")

    def test_currencies_are_never_added(self) -> None:
        yuan = Price("nowhere", "nat-hour", "CNY", (Tier(None, Decimal(1)),), "observed", ())
        table = table_of(nat_gb="1", cross_zone_gb="1")
        table = msgspec.structs.replace(table, prices=(*table.prices, yuan))
        cost = price_design(table, "nowhere", nat(1, 0), gb(s3="1"))
        assert cost.monthly == Missing("the sum of CNY and USD")


def even(baseline: Design, other: Design, traffic: MonthlyTraffic, region: str = "us-east-1") -> BreakEven:
    return find_break_even(TABLE, region, baseline, other, traffic)


def crossing(found: BreakEven) -> tuple[str, str]:
    assert found.best is not None
    assert found.best == found.worst
    return found.best.outcome, "" if found.best.gb is None else f"{found.best.gb:.1f}"


class TestBreakEven:
    @each(
        ("region", "zones"),
        [
            ("us-east-1", "5.00"),
            ("eu-west-1", "4.82"),
            ("eu-west-2", "5.00"),
            ("eu-central-1", "4.75"),
            ("ap-northeast-1", "4.79"),
            ("ap-northeast-2", "4.92"),
            ("ap-southeast-1", "4.92"),
            ("ap-south-1", "4.69"),
        ],
    )
    def test_nat_gateway_pays_for_about_five_endpoint_zones(self, region: str, zones: str) -> None:
        """Public pages print 4.5 for us-east-1: they leave out the NAT gateway's address."""
        table = TABLE
        if isinstance(TABLE.find(region, "nat-gb"), Missing):
            price = Price(region, "nat-gb", "USD", (Tier(None, Decimal("0.05")),), "observed", ())
            table = msgspec.structs.replace(TABLE, prices=(*TABLE.prices, price))
        found = find_break_even(table, region, ONE_NAT, endpoints(1), gb(logs="1"))
        assert found.endpoint_zones is not None
        assert f"{found.endpoint_zones:.2f}" == zones

    def test_five_endpoints_are_cheaper_than_a_zone_of_nat_at_every_volume(self) -> None:
        """A page says that fewer than five are: with the NAT gateway's address five cost as much without traffic."""
        assert crossing(even(ONE_NAT, endpoints(5), gb(logs="1"))) == ("cheaper-always", "")

    def test_six_endpoints_have_a_break_even(self) -> None:
        six = (*SET, "kms")
        assert crossing(even(ONE_NAT, endpoints(6, six), gb(logs="1"))) == ("cheaper-above", "208.6")
        assert crossing(even(ONE_NAT, endpoints(6, six), gb(s3="99", logs="1"))) == ("cheaper-above", "162.6")

    def test_traffic_raises_the_number_of_endpoint_zones_that_pay(self) -> None:
        found = even(ONE_NAT, endpoints(5), gb(s3="100"))
        assert found.endpoint_zones == Decimal(5)
        assert found.endpoint_zones_at_traffic == (Decimal("36.5") + Decimal("4.5")) / Decimal("7.3")

    def test_endpoints_never_pay_where_their_gb_and_their_hours_cost_more(self) -> None:
        instance = Design("i", "i", (NatInstance(1),))
        assert crossing(even(instance, endpoints(10), gb(logs="1"))) == ("dearer-always", "")

    def test_endpoints_pay_only_below_a_volume_where_the_nat_has_no_price_of_a_gb(self) -> None:
        instance = Design("i", "i", (NatInstance(1),))
        outcome, volume = crossing(even(instance, endpoints(0), gb(logs="1")))
        assert outcome == "cheaper-below"
        assert volume == f"{(730 * Decimal('0.0092') + Decimal('0.64')) / Decimal('0.01'):.1f}"

    def test_design_equals_itself(self) -> None:
        assert crossing(even(ONE_NAT, ONE_NAT, gb(logs="1"))) == ("same", "")

    def test_break_even_lies_beyond_the_first_tier(self) -> None:
        """In us-east-1 16,000 endpoint zones meet a NAT gateway in the second tier of endpoints."""
        found = even(ONE_NAT, endpoints(16000), gb(logs="1"))
        assert found.best is not None
        assert found.best.gb is not None
        at = gb(logs=str(found.best.gb))
        assert found.best.gb > Decimal(1048576)
        both = [price(design, at).monthly for design in (ONE_NAT, endpoints(16000))]
        assert money(both[0]) == money(both[1])

    def test_range_of_costs_has_a_best_and_a_worst_break_even(self) -> None:
        found = even(Design("r", "r", (RegionalNat(1, 2),)), endpoints(10), gb(s3="1"), "eu-west-1")
        assert found.best is not None
        assert found.worst is not None
        assert found.best.outcome == found.worst.outcome == "cheaper-above"
        assert (found.best.gb or 0) < (found.worst.gb or 0)

    def test_nothing_is_compared_without_a_way_a_price_or_traffic(self) -> None:
        assert even(ONE_NAT, endpoints(5), gb(internet="1")).missing == "it has no way for the bytes to internet"
        assert even(ONE_NAT, endpoints(5), MonthlyTraffic(())).missing == "there is no traffic whose mix is known"
        found = even(ONE_NAT, endpoints(5), gb(logs="1"), "eu-west-3")
        assert found.missing == "the price of nat-gb in eu-west-3 is not known"
        assert found.best is None

    def test_endpoint_zones_are_unknown_without_prices(self) -> None:
        for item in ("endpoint-zone-hour", "nat-hour"):
            prices = tuple(row for row in TABLE.prices if (row.region, row.item) != ("us-east-1", item))
            table = msgspec.structs.replace(TABLE, prices=prices)
            assert count_endpoint_zones(table, "us-east-1", ONE_NAT, endpoints(5), gb(s3="1")) == (None, None)
        zones, at_traffic = count_endpoint_zones(TABLE, "ap-south-1", ONE_NAT, endpoints(5), gb(s3="1"))
        assert zones is not None
        assert at_traffic is None


class TestPublicFigures:
    """Break-evens that pages print, each reproduced with its error, and what the same prices say without it."""

    def test_160_gb_forget_the_gb_of_the_endpoint(self) -> None:
        """One endpoint in one zone, 720 hours, the NAT kept: 7.2 / 0.045."""
        hours = price(endpoints(1), None, "us-east-1", 720).fixed
        assert isinstance(hours, Amount)
        assert hours.low / Decimal("0.045") == 160
        assert round(hours.low / (Decimal("0.045") - Decimal("0.01")), 1) == Decimal("205.7")

    def test_226_gb_mix_the_hour_of_ireland_with_the_gb_of_virginia(self) -> None:
        hours = price(endpoints(1), None, "eu-west-1", 720).fixed
        assert isinstance(hours, Amount)
        assert round(hours.low / (Decimal("0.045") - Decimal("0.01")), 1) == Decimal("226.3")
        kept = msgspec.structs.replace(endpoints(1, ("logs",)), exits=ONE_NAT.exits, gateways=())
        assert crossing(even(ONE_NAT, kept, gb(logs="1"), "eu-west-1")) == ("cheaper-above", "211.3")

    def test_590_gb_have_the_wrong_sign(self) -> None:
        """A NAT gateway of Tokyo (45.26 + 0.062 x) against two endpoints of Virginia (14.60 + 0.01 x)."""
        table = table_of(
            nat_hour="0.062", nat_gb="0.062", endpoint_zone_hour="0.01", endpoint_gb="0.01", cross_zone_gb="0"
        )
        assert round((Decimal("45.26") - Decimal("14.60")) / (Decimal("0.062") - Decimal("0.01")), 1) == Decimal(
            "589.6"
        )
        found = find_break_even(table, "nowhere", nat(1, 0), endpoints(2, ("logs",)), gb(logs="1"))
        assert found.best == BreakEvenPoint("cheaper-always")

    def test_layers_are_not_priced_as_bytes_of_an_endpoint(self) -> None:
        """With the layers on the gateway endpoint the NAT is kept, and S3 gateway endpoints pay from the first GB."""
        kept = msgspec.structs.replace(ONE_NAT, gateways=("s3",))
        assert crossing(even(ONE_NAT, kept, gb(s3="1"))) == ("cheaper-always", "")
