"""The alarm for a crash loop: cfn-lint and AWS's real Terraform provider take it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from skerry.cost.crash_loop import CrashLoopCost, RestartLoop, price_crash_loop
from skerry.cost.prices import load_prices
from skerry.embedded.http_server import serve_over_http
from skerry.render.crash_loop_alarm import write_cloudformation, write_terraform
from tests import real_provider
from tests.cloudformation.linting import lint
from tests.real_provider import RealTerraform

REGION = "us-east-1"


def night(seconds: int = 90) -> CrashLoopCost:
    loop = RestartLoop(Decimal("1.2"), Decimal(seconds), Decimal(8 * 3600))
    return price_crash_loop(load_prices(), REGION, loop, date(2026, 12, 1))


@pytest.mark.long
@pytest.mark.parametrize("seconds", [90, 43_200])
def test_template_of_the_alarm_passes_cfn_lint(tmp_path: Path, seconds: int) -> None:
    path = tmp_path / "alarm.yaml"
    path.write_text(write_cloudformation(night(seconds)), encoding="utf-8")
    assert lint(path) == (0, "")


@pytest.mark.long
@pytest.mark.skipif(real_provider.why_not() is not None, reason=str(real_provider.why_not()))
def test_alarm_is_planned_by_the_real_provider(tmp_path: Path) -> None:
    result = night()
    values = 'nat_gateway_id = "nat-0a1b2c3d4e5f60718"\n'
    (tmp_path / "terraform.tfvars").write_text(values, encoding="utf-8")
    with serve_over_http(REGION) as url:
        terraform = RealTerraform(tmp_path, write_terraform(result), url)
        # CloudWatch of the embedded AWS does not speak the protocol of this provider, so nothing is applied.
        (change,) = terraform.plan()
    alarm = change["change"]["after"]
    assert change["address"] == "aws_cloudwatch_metric_alarm.crash_loop"
    assert (alarm["threshold"], alarm["period"], alarm["evaluation_periods"]) == (result.alarm.threshold, 900, 2)
    assert alarm["dimensions"] == {"NatGatewayId": "nat-0a1b2c3d4e5f60718"}
