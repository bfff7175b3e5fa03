"""``skerry nat-exit``: whether NAT can go, as text, as JSON and as the plan in a language of files."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands import BLOCKED, UNKNOWN, USAGE, Skerry, complaint, without_account
from tests.networks import Network, allow, awslogs, container


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Skerry:
    """Runs skerry in this process, where there is no account."""
    without_account(monkeypatch, tmp_path / "none")
    return Skerry(monkeypatch, capsys)


def by_nat(image: str | None = None) -> Network:
    """A service behind a NAT gateway."""
    network = Network()
    network.definition(container(logConfiguration=awslogs()) if image is None else container(image))
    network.service()
    network.serve_internet_by_nat()
    network.know_starters()
    network.rows["NatGateways"][0]["NatGatewayAddresses"][0]["AllocationId"] = "eipalloc-1"
    return network


def confined() -> Network:
    """The same with endpoints of all that the task calls, and a group that lets nothing out to the internet."""
    network = by_nat()
    for number, key in enumerate(("ecr.api", "ecr.dkr", "logs", "sqs")):
        network.endpoint(f"vpce-{number}", key, ["subnet-a"])
    network.serve_s3()
    rules = [allow("tcp", 443, cidr="10.0.0.0/16"), allow("tcp", 443, prefix_list="pl-53")]
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = rules
    return network


def saved(network: Network, tmp_path: Path) -> Path:
    path = tmp_path / "network.json"
    path.write_bytes(network.document())
    return path


def vpc(out: str) -> Any:
    (row,) = json.loads(out)["vpcs"]
    return row


class TestText:
    def test_nat_can_go(self, run: Skerry, tmp_path: Path) -> None:
        found = run("nat-exit", "--from", saved(confined(), tmp_path))
        assert (found.code, found.err) == (0, "")
        assert found.out.startswith("can go: nothing in vpc-1 needs its NAT; that saves 38.69 USD a month\n")
        assert "aws ec2 delete-route --route-table-id rtb-main --destination-cidr-block 0.0.0.0/0" in found.out
        places = [
            found.out.index(word)
            for word in ("sends nothing more", "delete-route", "delete-nat-gateway", "release-address")
        ]
        assert places == sorted(places)
        assert "vpce-3 sqs: no task definition names it; another program may call it" in found.out

    def test_nat_can_go_after_the_plan(self, run: Skerry, tmp_path: Path) -> None:
        found = run("nat-exit", "--from", saved(by_nat(), tmp_path), "--calls-known")
        assert found.code == BLOCKED
        assert found.out.startswith(
            "can go after this plan: after 6 changes nothing in vpc-1 needs its NAT; that saves 14.60"
        )
        assert "create interface endpoint com.amazonaws.eu-west-1.logs in vpc-1" in found.out
        assert "1. make the 6 changes above" in found.out
        assert "Assumed, by your word" in found.out

    def test_nat_cannot_go(self, run: Skerry, tmp_path: Path) -> None:
        found = run("nat-exit", "--from", saved(by_nat("docker.io/library/nginx:1"), tmp_path), "--calls-known")
        assert found.code == BLOCKED
        assert found.out.startswith("cannot: vpc-1 needs its NAT for ")
        assert "Destinations that remain" in found.out
        assert "Copy the image into a repository of ECR" in found.out

    def test_open_egress_needs_flow_logs(self, run: Skerry, tmp_path: Path) -> None:
        path = saved(by_nat(), tmp_path)
        found = run("nat-exit", "--from", path)
        assert found.code == UNKNOWN
        assert found.out.startswith("unknown without flow logs: 1 workload behind NAT in vpc-1 may call the internet")
        assert run("nat-exit", "--from", path, "--allow-unknown").code == 0
        assert run("nat-exit", "--from", path, "-q").out.count("\n") == 1

    def test_vpc_without_nat_is_not_applicable(self, run: Skerry, tmp_path: Path) -> None:
        found = run("nat-exit", "--from", saved(Network(), tmp_path))
        assert (found.code, found.out) == (0, "no-nat: vpc-1 has no NAT\n\nvpc-1\n")

    def test_missing_facts_are_named_with_their_call(self, run: Skerry, tmp_path: Path) -> None:
        network = confined()
        network.forget("NatGateways")
        found = run("nat-exit", "--from", saved(network, tmp_path))
        assert (found.code, found.out.partition(":")[0]) == (UNKNOWN, "unknown")
        assert "supply the answer of ec2:DescribeNatGateways" in found.out
        assert f"Next: skerry nat-exit --from {tmp_path / 'network.json'}  # with the missing answers" in found.out
        assert "unknown: the number of public addresses of nat-1" in found.out

    def test_routes_to_prefix_lists_and_ipv6_have_their_option(self, run: Skerry, tmp_path: Path) -> None:
        network = confined()
        network.route("pl-9", NatGatewayId="nat-1")
        route = {"DestinationIpv6CidrBlock": "64:ff9b::/96", "NatGatewayId": "nat-1", "State": "active"}
        network.row("RouteTables", "rtb-main")["Routes"].append(route)
        out = run("nat-exit", "--from", saved(network, tmp_path)).out
        assert "--destination-prefix-list-id pl-9" in out
        assert "--destination-ipv6-cidr-block 64:ff9b::/96" in out

    def test_nat_instance_is_stopped_by_hand(self, run: Skerry, tmp_path: Path) -> None:
        network = confined()
        network.rows["NatGateways"].clear()
        network.row("RouteTables", "rtb-main")["Routes"].pop(1)
        public = {"PublicIp": "198.51.100.9"}
        network.interface("eni-nat", "10.0.2.9", "subnet-b", SourceDestCheck=False, Association=public)
        network.route(NetworkInterfaceId="eni-nat")
        out = run("nat-exit", "--from", saved(network, tmp_path)).out
        assert "NAT instance eni-nat, for 0.0.0.0/0 of rtb-main" in out
        assert "stop the instance of eni-nat" in out
        assert "unknown: the price of the instance behind eni-nat" in out


class TestJson:
    def test_document_has_workloads_changes_steps_and_saving(self, run: Skerry, tmp_path: Path) -> None:
        path = saved(by_nat(), tmp_path)
        row = vpc(run("nat-exit", "--from", path, "--calls-known", "--format", "json").out)
        assert (row["verdict"], row["saving"]["low"], row["workloads"][0]["proof"]) == (
            "can-go-after-plan",
            14.6,
            "given",
        )
        assert [change["kind"] for change in row["changes"]].count("create-interface-endpoint") == 3
        assert row["steps"][0]["kind"] == "plan"
        assert vpc(run("nat-exit", "--from", path, "--format", "json").out)["workloads"][0]["state"] == "open"

    def test_document_has_destinations_and_unneeded_endpoints(self, run: Skerry, tmp_path: Path) -> None:
        path = saved(by_nat("docker.io/library/nginx:1"), tmp_path)
        row = vpc(run("nat-exit", "--from", path, "--calls-known", "--format", "json").out)
        assert row["destinations"][0]["workloads"] == ["web"]
        row = vpc(run("nat-exit", "--from", saved(confined(), tmp_path), "--format", "json").out)
        assert [item["service"] for item in row["unneeded_endpoints"]] == ["sqs"]


class TestFlowLogs:
    def logs(self, tmp_path: Path, *lines: str) -> Path:
        pytest.importorskip("duckdb", reason="the extra flowlogs")
        folder = tmp_path / "logs"
        folder.mkdir(exist_ok=True)
        header = "interface-id srcaddr dstaddr bytes start end"
        (folder / "a.log").write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
        return folder

    def network(self, tmp_path: Path) -> Path:
        network = confined()
        network.interface("eni-2", "10.0.1.9", groups=["sg-open"], Attachment={"InstanceId": "i-1"})
        return saved(network, tmp_path)

    def test_bytes_with_the_internet_keep_the_nat(self, run: Skerry, tmp_path: Path) -> None:
        path = self.network(tmp_path)
        assert run("nat-exit", "--from", path).code == UNKNOWN
        logs = self.logs(tmp_path, "eni-2 10.0.1.9 203.0.112.9 5000 1764000000 1764000060", "strange line")
        found = run("nat-exit", "--from", path, "--flow-logs", logs)
        assert found.code == BLOCKED
        assert found.out.startswith("cannot: vpc-1 needs its NAT for 1 destination\n")
        assert "203.0.112.9 5000 bytes  for i-1" in found.out
        assert "1 record of 1 file in" in found.out
        assert "1 line could not be read" in found.out
        row = vpc(run("nat-exit", "--from", path, "--flow-logs", logs, "--format", "json").out)
        assert [(item["name"], item["internet"]) for item in row["traffic"]] == [("i-1", 5000)]
        assert {item["name"]: item["state"] for item in row["workloads"]} == {"web": "settled", "i-1": "internet"}

    def test_no_byte_with_the_internet_lets_it_go(self, run: Skerry, tmp_path: Path) -> None:
        logs = self.logs(tmp_path, "eni-2 10.0.1.9 10.0.2.9 5000 1764000000 1764086400")
        found = run("nat-exit", "--from", self.network(tmp_path), "--flow-logs", logs)
        assert (found.code, found.out.partition(":")[0]) == (0, "can go")
        assert "from 2025-11-24 16:00 to 2025-11-25 16:00 UTC" in found.out

    def test_missing_logs_are_refused(self, run: Skerry, tmp_path: Path) -> None:
        pytest.importorskip("duckdb", reason="the extra flowlogs")
        found = run("nat-exit", "--from", self.network(tmp_path), "--flow-logs", tmp_path / "none")
        assert found.code == USAGE
        assert "cannot be read" in found.err


class TestPlanFiles:
    def test_plan_is_written_as_terraform(self, run: Skerry, tmp_path: Path) -> None:
        found = run("nat-exit", "--from", saved(by_nat(), tmp_path), "--calls-known", "--format", "terraform")
        assert found.code == BLOCKED
        assert '"ecr.dkr"' in found.out

    def test_without_a_plan_nothing_is_written(self, run: Skerry, tmp_path: Path) -> None:
        found = run("nat-exit", "--from", saved(confined(), tmp_path), "--format", "aws-cli")
        assert complaint(found) == "no VPC has a plan to write"

    def test_vpc_that_does_not_exist_is_refused(self, run: Skerry, tmp_path: Path) -> None:
        found = run("nat-exit", "--from", saved(by_nat(), tmp_path), "--in-vpc", "vpc-2")
        assert found.code == USAGE
        assert "there is no VPC vpc-2" in found.err

    def test_several_plans_need_a_vpc(self, run: Skerry, tmp_path: Path) -> None:
        document = by_nat().document()
        other = document.replace(b"vpc-1", b"vpc-2")
        for old in ("subnet-", "rtb-", "sg-", "nat-", "eni-", "acl-", "igw-", "dopt-", "service/shop/", "10.0."):
            fresh = {"service/shop/": "service/shop/b", "10.0.": "10.1."}.get(old, f"{old}2")
            other = other.replace(old.encode(), fresh.encode())
        other = other.replace(b'"web", "clusterArn"', b'"bweb", "clusterArn"')
        (tmp_path / "a.json").write_bytes(document)
        (tmp_path / "b.json").write_bytes(other)
        found = run("nat-exit", "--from", tmp_path, "--calls-known", "--format", "terraform")
        assert complaint(found) == "2 VPCs have a plan"
        assert (
            run("nat-exit", "--from", tmp_path, "--calls-known", "--in-vpc", "vpc-2", "--format", "terraform").code == 1
        )


def test_starters_that_were_not_read_are_counted_and_named(run: Skerry, tmp_path: Path) -> None:
    network = confined()
    network.forget("Schedules", "projects")
    found = run("nat-exit", "--from", saved(network, tmp_path))
    assert found.code == UNKNOWN
    assert found.out.startswith("unknown: 2 facts about vpc-1 are missing\n")
    assert "supply the answer of scheduler:ListSchedules" in found.out
    assert "supply the answer of codebuild:ListProjects" in found.out
