"""``skerry cost``: the designs of a network side by side, and the night of a crash loop."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.commands import BLOCKED, UNKNOWN, USAGE, Skerry, complaint, without_account
from tests.networks import Network, awslogs, container

NIGHT = ("cost", "--crash-loop", "--image-size", "1.2GB", "--restart-every", "90s", "--duration", "8h")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Skerry:
    """Runs skerry in this process, where there is no account."""
    without_account(monkeypatch, tmp_path / "none")
    return Skerry(monkeypatch, capsys)


@pytest.fixture
def network() -> Network:
    """A service whose subnet has a way to the internet by a NAT gateway in another zone."""
    network = Network()
    network.definition(container(logConfiguration=awslogs()))
    network.service(desiredCount=2)
    network.serve_internet_by_nat()
    return network


def saved(network: Network, tmp_path: Path) -> Path:
    path = tmp_path / "network.json"
    path.write_bytes(network.document())
    return path


def vpc(out: str) -> Any:
    (found,) = json.loads(out)["vpcs"]
    return found


def designs(out: str) -> dict[str, Any]:
    return {row["id"]: row for row in vpc(out)["designs"]}


class TestNetwork:
    def test_given_volumes_are_divided_among_vpcs(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        network.add("Vpcs", VpcId="vpc-2", CidrBlock="10.1.0.0/16", DhcpOptionsId="dopt-1", OwnerId="111122223333")
        network.subnet("subnet-z", "10.1.1.0/24", "eu-west-1a", vpc="vpc-2")
        network.service("other", subnets=("subnet-z",))
        given = ("--image-size", "1GB", "--starts", "1000", "--logs", "10GB", "--format", "json")
        rows = json.loads(run("cost", "--from", saved(network, tmp_path), *given).out)["vpcs"]
        gb = [{path["path"]: path["gb"] for path in row["paths"]} for row in rows]
        assert [(row["s3"], row["logs"]) for row in gb] == [(500, 5), (500, 5)]

    def test_first_line_has_todays_cost_and_the_cheapest_design(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        found = run("cost", "--from", saved(network, tmp_path), "--image-size", "1GB", "--starts", "1000")
        assert (found.code, found.err) == (0, "")
        first = found.out.splitlines()[0]
        # 730 x 0.053, 1,000 GB x 0.048, 2 GB of logs and a few KB; all of it crosses to the other zone.
        assert re.fullmatch(r"vpc-1 costs 106\.8\d USD a month .*; endpoints in each zone, no NAT: 24\.\d\d.*", first)
        assert "costs less at every volume, there is no break-even" in found.out
        assert "its fixed cost pays for 4.82 endpoints x zones" in found.out

    def test_designs_stand_side_by_side_with_their_arithmetic(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        found = run("cost", "--from", saved(network, tmp_path), "--image-size", "1GB", "--starts", "100", "-v").out
        for title in (
            "a NAT gateway in each zone",
            "a regional NAT gateway",
            "one NAT instance",
            "endpoints and a NAT",
        ):
            assert title in found
        assert "1 gateway x 730 h x 0.048 USD + 1 address x 730 h x 0.005 USD = 38.69" in found
        # 100 GB of layers, 2 GB of logs, and 35 KB for each start.
        assert "variable: 102.0033 GB x 0.048 USD + 102.0033 GB x 2 sides x 0.01 USD = 6.94" in found

    def test_json_has_designs_break_evens_and_the_basis_of_each_number(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        out = run("cost", "--from", saved(network, tmp_path), "--format", "json").out
        rows = designs(out)
        assert rows["today"]["fixed"] == {"low": 38.69, "high": 38.69, "currency": "USD"}
        assert rows["endpoints"]["fixed"]["low"] == 24.09
        assert {row["path"]: row["basis"] for row in vpc(out)["paths"]}["s3"] == "assumed"
        assert [row["alternative"] for row in vpc(out)["break_evens"]][1] == "endpoints"
        assert [row["name"] for row in vpc(out)["assumptions"]] == ["task starts", "image size", "logs"]

    def test_curve_is_drawn_as_svg(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        found = run("cost", "--from", saved(network, tmp_path), "--format", "svg")
        assert found.code == 0
        drawing = ET.fromstring(found.out)  # noqa: S314 -- skerry's own
        space = "{http://www.w3.org/2000/svg}"
        assert [len(line.attrib["points"].split()) for line in drawing.iter(f"{space}polyline")] == [7, 7]
        texts = " ".join(str(text.text) for text in drawing.iter(f"{space}text"))
        assert "vpc-1: today, or endpoints in each zone, no NAT" in texts
        assert "costs less at every volume" in texts
        assert run(*NIGHT, "--region", "us-east-1", "--format", "svg").code == USAGE

    def test_vpc_without_a_curve_is_named_in_the_svg(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        path = tmp_path / "network.json"
        path.write_bytes(network.document().replace(b"eu-west-1", b"eu-south-2"))
        out = run("cost", "--from", path, "--region", "eu-south-2", "--format", "svg").out
        assert "not compared: the price of" in out
        assert "polyline" not in out

    def test_planned_network_is_priced_beside_todays(self, run: Skerry, tmp_path: Path) -> None:
        isolated = Network()
        isolated.definition(container())
        isolated.service()
        isolated.rows.setdefault("NatGateways", [])
        found = run("cost", "--from", saved(isolated, tmp_path), "--format", "json")
        rows = designs(found.out)
        assert rows["today"]["monthly"]["high"] == 0
        assert sorted(rows["today"]["unreachable"]) == ["ecr.api", "ecr.dkr", "s3"]
        assert rows["planned"]["unreachable"] == []
        assert rows["planned"]["fixed"]["low"] == 16.06

    def test_missing_nat_gateways_leave_todays_cost_unknown(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        network.forget("NatGateways")
        path = saved(network, tmp_path)
        found = run("cost", "--from", path)
        assert found.code == UNKNOWN
        assert found.out.startswith("unknown: the cost of vpc-1 today depends on the NAT gateways of vpc-1")
        assert run("cost", "--from", path, "--allow-unknown").code == 0

    def test_region_without_prices_leaves_the_formulas_open(
        self, run: Skerry, network: Network, tmp_path: Path
    ) -> None:
        path = tmp_path / "network.json"
        path.write_bytes(network.document().replace(b"eu-west-1", b"eu-south-2"))
        found = run("cost", "--from", path, "--region", "eu-south-2")
        assert found.code == BLOCKED
        assert "1 gateway x 730 h x nat-hour" in found.out
        assert "the price of nat-hour in eu-south-2" in found.out

    def test_nothing_that_starts_tasks_is_not_applicable(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        network.rows["services"][0]["launchType"] = "EC2"
        found = run("cost", "--from", saved(network, tmp_path))
        assert (found.code, found.out.partition(":")[0]) == (0, "not-applicable")

    def test_own_prices_go_before_those_of_skerry(self, run: Skerry, network: Network, tmp_path: Path) -> None:
        row = {"region": "eu-west-1", "item": "nat-hour", "currency": "USD", "grade": "observed", "sources": []}
        table = {"compiled": "2020-01-01", "sources": [], "prices": [row | {"tiers": [{"up_to": None, "price": "1"}]}]}
        own = tmp_path / "prices.json"
        own.write_text(json.dumps(table), encoding="utf-8")
        found = run("cost", "--from", saved(network, tmp_path), "--prices", own)
        assert "1 gateway x 730 h x 1 USD" in found.out
        assert "these prices are older than 180 days" in found.out
        own.write_text("[]", encoding="utf-8")
        assert "holds no prices" in complaint(run("cost", "--from", saved(network, tmp_path), "--prices", own))
        own.unlink()
        assert "cannot be read" in complaint(run("cost", "--from", saved(network, tmp_path), "--prices", own))


class TestCrashLoop:
    def test_night_is_priced_by_nat_and_by_gateway(self, run: Skerry) -> None:
        found = run(*NIGHT, "--region", "us-east-1")
        assert (found.code, found.err) == (0, "")
        assert found.out.startswith("the layers cost 17.28 USD by a NAT gateway, 0.00 by S3's gateway; its tasks cost")
        assert "320 starts x 1.2 GB: 384 GB x 0.045 USD = 17.28" in found.out

    def test_region_comes_from_the_environment_or_from_saved_answers(
        self, run: Skerry, monkeypatch: pytest.MonkeyPatch, network: Network, tmp_path: Path
    ) -> None:
        assert complaint(run(*NIGHT)) == "the Region of the crash loop is not known"
        assert "eu-west-1" in run(*NIGHT, "--from", saved(network, tmp_path)).out
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        assert "us-east-1" in run(*NIGHT).out
        assert "there is no Region us-east-9" in complaint(run(*NIGHT, "--region", "us-east-9"))

    def test_throttled_loop_is_a_range(self, run: Skerry) -> None:
        out = json.loads(run(*NIGHT, "--region", "us-east-1", "--never-running", "--format", "json").out)
        assert (out["least_starts"], out["most_starts"], out["least_gb"]) == (18, 320, 0)
        assert out["loop"]["reaches_running"] is False

    def test_region_without_prices_is_unknown_with_its_formula(self, run: Skerry) -> None:
        found = run(*NIGHT, "--region", "eu-south-2")
        assert found.code == BLOCKED
        assert "384 GB x nat-gb" in found.out
        assert run(*NIGHT, "--region", "eu-west-1").code == UNKNOWN

    def test_alarm_as_terraform(self, run: Skerry) -> None:
        out = run(*NIGHT, "--region", "us-east-1", "--format", "terraform").out
        assert 'resource "aws_cloudwatch_metric_alarm" "crash_loop" {' in out
        assert "threshold           = 6442450944" in out
        assert '"nat-gateway-pulls-images-${var.nat_gateway_id}"' in out

    def test_alarm_as_cloudformation(self, run: Skerry) -> None:
        out = run(*NIGHT, "--region", "us-east-1", "--format", "cloudformation").out

        class Loader(yaml.SafeLoader):
            """Reads functions of CloudFormation as their arguments."""

        Loader.add_multi_constructor("!", _argument)
        template = yaml.load(out, Loader)  # noqa: S506 -- a safe loader
        properties = template["Resources"]["CrashLoop"]["Properties"]
        assert properties["Threshold"] == 6 * 1024**3
        assert properties["MetricName"] == "BytesInFromDestination"


def _argument(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


@pytest.mark.parametrize(
    "words",
    [
        ("--image-size", "-1GB"),
        ("--image-size", "0GB"),
        ("--image-size", "9000GB"),
        ("--image-size", "1.2"),
        ("--image-size", "1.2 elephants"),
        ("--starts", "-1"),
        ("--starts", "99999999999"),
        ("--logs", "1e9GB"),
        ("--internet", "99999999TB"),
        ("--egress", "2GB", "--internet", "1GB"),
        ("--spokes", "1"),
        ("--format", "terraform"),
        ("--duration", "8h"),
        ("--crash-loop",),
        (*NIGHT[1:], "--duration", "0h"),
        (*NIGHT[1:], "--restart-every", "90"),
        (*NIGHT[1:], "--restart-every", "-90s"),
        (*NIGHT[1:], "--duration", "9999d"),
        (*NIGHT[1:], "--vcpu", "0"),
        (*NIGHT[1:], "--tasks", "0"),
        (*NIGHT[1:], "--memory", "500GB"),
        (*NIGHT[1:], "--starts", "5"),
    ],
)
def test_numbers_that_cannot_be_are_refused(run: Skerry, network: Network, tmp_path: Path, words: tuple[str]) -> None:
    found = run("cost", "--from", saved(network, tmp_path), *words)
    assert found.code == USAGE
    assert found.out == ""
    assert "Error: " in found.err
