"""The price of a crash loop, held to AWS's worked examples of Fargate and to the throttle of ECS."""

from datetime import date
from decimal import Decimal

import msgspec

from skerry.cost.crash_loop import CrashLoopCost, LoopAlarm, RestartLoop, alarm_of, count_starts, price_crash_loop
from skerry.cost.monthly import Amount
from skerry.cost.prices import load_prices
from skerry.model.missing import Missing

TABLE = load_prices()
HOUR, DAY = Decimal(3600), Decimal(86400)
NIGHT = RestartLoop(Decimal("1.2"), Decimal(90), 8 * HOUR)


def price(loop: RestartLoop, region: str = "us-east-1") -> CrashLoopCost:
    return price_crash_loop(TABLE, region, loop, date(2026, 12, 1))


def money(amount: Amount | Missing) -> tuple[str, str]:
    assert isinstance(amount, Amount)
    return f"{amount.low:.2f}", f"{amount.high:.2f}"


def test_night_costs_its_layers_by_nat_and_nothing_by_the_gateway_endpoint() -> None:
    found = price(NIGHT)
    assert (found.starts, found.gb) == ((320, 320), (Decimal(384), Decimal(384)))
    assert {path.id: money(path.cost)[1] for path in found.paths} == {
        "nat": "17.28",
        "nat-other-zone": "24.96",
        "s3-gateway": "0.00",
    }
    assert money(found.fargate.cost) == ("0.07", "0.10")
    assert found.is_priced
    assert found.is_partly_priced


def test_day_of_a_gigabyte_every_90_seconds_is_960_pulls() -> None:
    found = price(RestartLoop(Decimal(1), Decimal(90), DAY))
    assert found.starts == (960, 960)
    assert money(found.paths[0].cost)[1] == "43.20"
    assert money(found.paths[0].month)[1] == "1296.00"
    # Billed for a minute of each cycle.
    assert money(found.fargate.cost)[0] == "0.20"
    ten = price(RestartLoop(Decimal(1), Decimal(90), DAY, tasks=10))
    assert money(ten.paths[0].month)[1] == "12960.00"


def test_fargate_costs_what_aws_own_examples_compute() -> None:
    """https://aws.amazon.com/fargate/pricing/: 5 tasks, 10 minutes a day for 30 days, and 10 Windows tasks an hour."""
    loop = RestartLoop(Decimal(1), Decimal(600), 30 * 5 * Decimal(600), vcpu=Decimal(1), memory_gb=Decimal(2))
    # 1.01 for processors and 0.22 for memory; the disk of the example is larger than the free 20 GB.
    assert money(price(loop).fargate.cost)[1] == "1.23"
    arm = msgspec.structs.replace(loop, platform="linux-arm")
    assert money(price(arm).fargate.cost)[1] == "0.99"
    windows = RestartLoop(Decimal(1), HOUR, 300 * HOUR, platform="windows", vcpu=Decimal(1), memory_gb=Decimal(2))
    # 27.45 + 13.80 + 6.00 of the example, which rounds each price.
    low, high = money(price(windows).fargate.cost)
    assert abs(Decimal(high) - Decimal("47.25")) < Decimal("0.01")
    assert Decimal(low) * 12 - Decimal(high) < Decimal("0.1")


def test_short_task_is_billed_for_a_minute_and_windows_for_five() -> None:
    quick = RestartLoop(Decimal(1), Decimal(10), Decimal(10))
    assert "1 starts x 60 s" in price(quick).fargate.formula
    windows = msgspec.structs.replace(quick, platform="windows")
    assert "1 starts x 300 s" in price(windows).fargate.formula
    assert price(windows).fargate.formula.endswith("a second")


def test_throttle_is_for_tasks_that_never_reach_running_only() -> None:
    throttled = msgspec.structs.replace(NIGHT, duration_seconds=DAY, reaches_running=False)
    # 86,400 / 1,620 starts at the cap, of which the first is at the beginning.
    assert count_starts(throttled) == (54, 960)
    found = price(throttled)
    assert found.gb == (Decimal(0), Decimal("1152.0"))
    assert money(found.paths[0].cost) == ("0.00", "51.84")
    assert found.paths[0].formula.startswith("at most 960 starts")
    assert "27 minutes" in found.notes[0]
    slow = RestartLoop(Decimal(1), HOUR, DAY, reaches_running=False)
    assert count_starts(slow) == (24, 24)


def test_prices_that_are_not_known_leave_the_formula_open() -> None:
    found = price(NIGHT, "eu-central-1")
    assert found.paths[0].cost == Missing("the price of nat-gb in eu-central-1", "pricing:GetProducts")
    assert found.paths[0].formula == "320 starts x 1.2 GB: 384 GB x nat-gb"
    assert found.fargate.cost == Missing("the price of fargate-x86-vcpu-hour in eu-central-1", "pricing:GetProducts")
    assert "0.25 x fargate-x86-vcpu-hour + 0.5 x fargate-x86-gb-hour" in found.fargate.formula
    assert not found.is_priced
    assert not found.is_partly_priced
    assert price(NIGHT, "eu-west-1").is_partly_priced
    throttled = msgspec.structs.replace(NIGHT, reaches_running=False)
    assert isinstance(price(throttled, "eu-central-1").paths[0].cost, Missing)


def test_alarm_is_at_half_of_the_bytes_of_a_period_with_two_starts() -> None:
    assert alarm_of(NIGHT) == LoopAlarm(6 * 1024**3, 900, 2)
    assert alarm_of(RestartLoop(Decimal(1), HOUR, DAY)) == LoopAlarm(1024**3, 7200, 2)
    assert alarm_of(RestartLoop(Decimal(1), 20 * HOUR, 7 * DAY)).period == 86400
    assert alarm_of(RestartLoop(Decimal(1), 20 * HOUR, 7 * DAY)).periods == 2
