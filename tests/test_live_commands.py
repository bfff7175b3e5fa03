"""The commands on a live account: the embedded AWS, over HTTP, by ``AWS_ENDPOINT_URL``."""

import gc
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded import demo_deployment
from skerry.embedded.fault_injection import Faults
from skerry.embedded.http_server import serve_over_http
from tests.commands import BLOCKED, INTERRUPTED, UNKNOWN, Run, Skerry, complaint, without_account
from tests.networks import Network, container

REGION, ACCOUNT = "eu-west-1", "123456789012"


@pytest.fixture(scope="module")
def faults() -> Faults:
    return Faults()


@pytest.fixture(scope="module")
def client(faults: Faults) -> Iterator[ClientFactory]:
    """The account that the article's story leaves behind: a service that cannot start."""
    with serve_over_http(REGION, faults):
        found = make_clients(REGION)
        demo_deployment.build(found)
        yield found


@pytest.fixture
def run(
    client: ClientFactory, faults: Faults, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Skerry]:
    """Runs skerry in this process, which the account is served to."""
    del client
    yield Skerry(monkeypatch, capsys)
    faults.denied.clear()
    faults.errors.clear()
    gc.enable()


@pytest.fixture
def subnet(client: ClientFactory) -> str:
    found = client("ec2").describe_subnets(Filters=[{"Name": "tag:Name", "Values": ["article-private-eu-west-1a"]}])
    [row] = found["Subnets"]
    return str(row["SubnetId"])


def as_json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


class TestDiagnose:
    def test_live_diagnose_reports_every_service(self, run: Skerry) -> None:
        found = run("diagnose")
        assert (found.code, found.err) == (BLOCKED, "")
        assert found.out.startswith("blocked: web cannot start, 1 cause\n")

    def test_live_diagnose_names_account_and_region(self, run: Skerry) -> None:
        read = as_json(run("diagnose", "--format", "json").out)
        assert (read["source"], read["account"], read["region"]) == (f"account {ACCOUNT} in {REGION}", ACCOUNT, REGION)

    @pytest.mark.long
    @pytest.mark.parametrize("cluster", [[], ["--cluster", "empty"]])
    def test_live_diagnose_of_other_region_is_not_applicable(
        self, run: Skerry, client: ClientFactory, cluster: list[str]
    ) -> None:
        del client
        if cluster:
            make_clients("eu-west-2")("ecs").create_cluster(clusterName="empty")
        found = run("diagnose", "--region", "eu-west-2", *cluster)
        said = f"not-applicable: nothing in account {ACCOUNT} in eu-west-2 starts a Fargate task\n"
        assert found == Run(0, said, "")

    @pytest.mark.long
    def test_snapshot_of_other_region_has_the_same_diagnosis(self, run: Skerry, tmp_path: Path) -> None:
        assert run("snapshot", "--region", "eu-west-2", "--output", tmp_path / "new").code == 0
        found = run("diagnose", "--from", tmp_path / "new")
        assert found == Run(0, f"not-applicable: nothing in {tmp_path / 'new'} starts a Fargate task\n", "")

    def test_live_diagnose_of_a_service_does_not_list_services(self, run: Skerry, faults: Faults) -> None:
        faults.seen.clear()
        found = run("diagnose", "-q", "--cluster", "article", "--service", "web")
        assert (found.code, found.out) == (BLOCKED, "blocked: web cannot start, 1 cause\n")
        assert "ecs:ListServices" not in faults.seen

    @pytest.mark.long
    def test_live_diagnose_selects_a_stopped_task_by_id_or_arn(self, run: Skerry, client: ClientFactory) -> None:
        [arn] = client("ecs").list_tasks(cluster="article", desiredStatus="STOPPED")["taskArns"]
        name = arn.rpartition("/")[2]
        for chosen in (["--task", arn], ["--task", name], ["--task", name, "--cluster", "article"]):
            found = run("diagnose", "-q", *chosen)
            assert (found.code, found.out) == (BLOCKED, f"blocked: {name} cannot start, 1 cause\n")

    def test_live_diagnose_of_hypothetical_task_makes_no_ecs_calls(
        self, run: Skerry, subnet: str, tmp_path: Path, faults: Faults
    ) -> None:
        path = tmp_path / "job.json"
        path.write_text(json.dumps({"family": "job", "containerDefinitions": [container()]}), encoding="utf-8")
        faults.seen.clear()
        found = run("diagnose", "-q", "--task-definition", path, "--subnet", subnet)
        assert (found.code, found.out) == (BLOCKED, "blocked: job cannot start, 1 cause\n")
        assert not [action for action in faults.seen if action.startswith("ecs:")]

    @pytest.mark.long
    def test_live_diagnose_reports_missing_service_cluster_or_task(self, run: Skerry) -> None:
        assert complaint(run("diagnose", "--service", "api")) == "there is no service api"
        assert complaint(run("diagnose", "--cluster", "shop")) == "there is no cluster shop"
        assert complaint(run("diagnose", "--task", "1f")) == "there is no task 1f"

    @pytest.mark.long
    def test_live_diagnose_verbose_prints_calls_and_rounds(self, run: Skerry) -> None:
        calls, _, rounds = run("diagnose", "-v").err.removeprefix("skerry: ").partition(" calls in ")
        assert int(calls) > 20
        assert rounds == "6 rounds\n"


def test_live_trace_makes_no_ecs_calls(run: Skerry, subnet: str, faults: Faults) -> None:
    faults.seen.clear()
    found = run("trace", "-q", "--subnet", subnet, "--to", "logs")
    assert (found.code, found.out.partition(":")[0]) == (BLOCKED, "blocked")
    assert "ec2:DescribeSubnets" in faults.seen
    assert not [action for action in faults.seen if action.startswith("ecs:")]


class TestAccountConfiguration:
    """Leaves with 2 and one clear line, whatever is wrong."""

    @pytest.mark.parametrize("command", [["diagnose"], ["trace", "--to", "logs"], ["snapshot", "--output", "out"]])
    def test_command_without_region_is_refused(
        self, run: Skerry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
    ) -> None:
        without_account(monkeypatch, tmp_path)
        monkeypatch.chdir(tmp_path)
        assert complaint(run(*command)) == "no Region is given"
        assert list(tmp_path.iterdir()) == []

    def test_command_without_credentials_is_refused(
        self, run: Skerry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        url = os.environ["AWS_ENDPOINT_URL"]
        without_account(monkeypatch, tmp_path)
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert "credentials" in complaint(run("diagnose", "--region", REGION))

    def test_command_with_missing_profile_is_refused(self, run: Skerry) -> None:
        assert "nix" in complaint(run("diagnose", "--profile", "nix"))

    def test_command_uses_the_given_profile(self, run: Skerry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "config").write_text(
            f"[profile mine]\nregion = {REGION}\naws_access_key_id = a\naws_secret_access_key = b\n", encoding="utf-8"
        )
        url = os.environ["AWS_ENDPOINT_URL"]
        without_account(monkeypatch, tmp_path)
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert run("diagnose", "-q", "--profile", "mine").out == "blocked: web cannot start, 1 cause\n"


class TestRefusedCalls:
    def test_refused_calls_are_listed_and_leave_verdict_unknown(self, run: Skerry, faults: Faults) -> None:
        faults.denied |= {"ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables"}
        found = run("diagnose")
        assert found.code == UNKNOWN
        assert "Not allowed to call: what these calls would tell is unknown\n" in found.out
        lines = [line.split() for line in found.out.splitlines()]
        assert ["ec2:DescribeVpcEndpoints", "VPC", "endpoint", "UnauthorizedOperation"] in lines
        assert ["ec2:DescribeRouteTables", "route", "table", "UnauthorizedOperation"] in lines

    @pytest.mark.long
    def test_refused_calls_are_listed_in_json(self, run: Skerry, subnet: str, faults: Faults) -> None:
        assert as_json(run("diagnose", "--format", "json").out)["refused"] == []
        faults.denied.add("ec2:DescribeVpcEndpoints")
        refused = [{"action": "ec2:DescribeVpcEndpoints", "code": "UnauthorizedOperation"}]
        for command in (["diagnose"], ["trace", "--subnet", subnet, "--to", "logs"]):
            assert as_json(run(*command, "--format", "json").out)["refused"] == refused

    def test_refused_calls_of_a_trace_are_listed(self, run: Skerry, subnet: str, faults: Faults) -> None:
        faults.denied.add("ec2:DescribeVpcEndpoints")
        found = run("trace", "--subnet", subnet, "--to", "logs")
        assert "  ec2:DescribeVpcEndpoints  VPC endpoint  UnauthorizedOperation\n" in found.out

    @pytest.mark.long
    def test_refused_calls_of_a_snapshot_are_listed_and_saved(
        self, run: Skerry, faults: Faults, tmp_path: Path
    ) -> None:
        faults.denied.add("ec2:DescribeVpcEndpoints")
        found = run("snapshot", "--output", tmp_path / "out")
        assert found.code == 0
        assert "  ec2:DescribeVpcEndpoints  VPC endpoint  UnauthorizedOperation\n" in found.out
        kept = as_json(run("diagnose", "--from", tmp_path / "out", "--format", "json").out)
        assert kept["refused"] == [{"action": "ec2:DescribeVpcEndpoints", "code": "UnauthorizedOperation"}]

    @pytest.mark.long
    def test_refused_list_clusters_is_reported_instead_of_no_services(self, run: Skerry, faults: Faults) -> None:
        faults.denied.add("ecs:ListClusters")
        found = run("diagnose")
        assert complaint(found) == (
            f"the ECS services of account {ACCOUNT} in {REGION} could not be read: AWS refused "
            "ecs:ListClusters (AccessDeniedException)"
        )
        assert "Let a policy allow it" in found.err


def without_time(document: str) -> str:
    """Return a document without the time of the reading."""
    return re.sub(r'(?<="read_at": ")[^"]+', "", document)


class TestSnapshot:
    @pytest.mark.long
    @pytest.mark.parametrize("form", ["out", "out.json"])
    def test_snapshot_gives_the_same_diagnosis_as_the_account(self, run: Skerry, tmp_path: Path, form: str) -> None:
        """To the byte, but for where it comes from."""
        live = run("diagnose", "--format", "json")
        done = run("snapshot", "--output", tmp_path / form)
        saved = run("diagnose", "--from", tmp_path / form, "--format", "json")
        assert (done.code, live.code, saved.code) == (0, BLOCKED, BLOCKED)
        assert f'"source": "{tmp_path / form}"' in saved.out
        found = saved.out.replace(str(tmp_path / form), f"account {ACCOUNT} in {REGION}")
        # A snapshot in one file is one document; a folder has the documents of the account.
        expected = live.out if form == "out" else re.sub(r'(?<="document": )".*"', f'"{form}"', live.out)
        assert without_time(found) == without_time(expected)
        assert '"document": "' in found

    @pytest.mark.long
    def test_snapshot_prints_number_of_saved_documents(self, run: Skerry, tmp_path: Path) -> None:
        found = run("snapshot", "--output", tmp_path / "out")
        count = len([path for path in (tmp_path / "out").rglob("*.json") if path.name != "snapshot.json"])
        first = f"saved: {count} documents of account {ACCOUNT} in Region {REGION} in {tmp_path / 'out'}"
        assert (found.code, found.err, found.out.splitlines()[0]) == (0, "", first)
        assert run("snapshot", "--output", tmp_path / "brief", "-q").out == first.replace("/out", "/brief") + "\n"

    @pytest.mark.long
    def test_snapshot_of_a_snapshot_is_identical(self, run: Skerry, tmp_path: Path) -> None:
        run("snapshot", "--output", tmp_path / "once")
        found = run("snapshot", "--from", tmp_path / "once", "--output", tmp_path / "twice")
        assert (found.code, found.err) == (0, "")
        assert "left out" not in found.out
        once, twice = (
            {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
            for folder in (tmp_path / "once", tmp_path / "twice")
        )
        assert once == twice

    @pytest.mark.long
    def test_snapshot_refuses_a_folder_with_other_files(self, run: Skerry, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").touch()
        assert complaint(run("snapshot", "--output", tmp_path)) == f"{tmp_path} is not empty"
        assert "holds files that are no snapshot's" in complaint(run("snapshot", "--output", tmp_path, "--force"))
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

    def test_snapshot_of_saved_answers_holds_no_secret(self, run: Skerry, tmp_path: Path) -> None:
        network = Network()
        network.definition(container(environment=[{"name": "PASSWORD", "value": "hush"}]))
        network.service()
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "network.json").write_bytes(network.document())
        (tmp_path / "in" / "secrets.json").write_bytes(b'{"SecretString": "hush"}')
        found = run("snapshot", "--from", tmp_path / "in", "--output", tmp_path / "out")
        assert found.code == 0
        assert "  left out, as skerry reads nothing in it: secrets.json\n" in found.out
        written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
        assert sorted(written) == ["network.json", "snapshot.json"]
        assert b"PASSWORD" in written["network.json"]
        assert b"hush" not in b"".join(written.values())
        before, after = (run("diagnose", "--from", tmp_path / name, "--format", "json").out for name in ("in", "out"))
        assert before.replace("/in", "/out") == after

    def test_snapshot_saves_the_region_option(self, run: Skerry, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_bytes(b'{"Vpcs": []}')
        run("snapshot", "--from", tmp_path / "a.json", "--region", "eu-west-2", "--output", tmp_path / "out")
        found = json.loads((tmp_path / "out" / "snapshot.json").read_bytes())
        assert found["Snapshot"]["Region"] == "eu-west-2"


# ------------------------------------------------------------------------------------------- in a process of its own


class Terminal:
    """skerry on a terminal of its own, talking to the embedded AWS of this process."""

    def __init__(self, *arguments: str | Path) -> None:
        self._ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "skerry", *map(str, arguments)]
        environment = os.environ | {"COLUMNS": "200"}
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment, text=True)
        os.close(theirs)

    def until(self, text: str) -> None:
        """Wait until the terminal has shown the text."""
        shown = ""
        while text not in shown:
            shown += os.read(self._ours, 1000).decode()

    def rest(self) -> str:
        """All that comes until the end."""
        shown = []
        try:
            while part := os.read(self._ours, 1000):
                shown.append(part.decode())
        except OSError:  # the other end is closed
            pass
        os.close(self._ours)
        return "".join(shown)


@pytest.mark.usefixtures("client")
class TestProgress:
    def test_progress_is_a_single_line_and_is_erased_at_the_end(self) -> None:
        terminal = Terminal("diagnose")
        shown = terminal.rest()
        assert "reading: " in shown
        assert "\n" not in shown
        assert shown.endswith("\r")
        *_, last, empty = shown.split("\r")
        assert (last.strip(), empty) == ("", "")
        assert terminal.process.wait() == BLOCKED

    def test_progress_is_hidden_with_quiet(self) -> None:
        terminal = Terminal("diagnose", "-q")
        assert terminal.rest() == ""
        assert terminal.process.wait() == BLOCKED

    @pytest.mark.long
    def test_progress_is_hidden_without_terminal(self) -> None:
        done = subprocess.run([sys.executable, "-m", "skerry", "diagnose"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (BLOCKED, "")


@pytest.mark.parametrize("command", [["diagnose"], ["snapshot", "--output", "out"]], ids=" ".join)
@pytest.mark.usefixtures("client")
def test_interrupt_while_reading_leaves_no_files(
    command: list[str], faults: Faults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    faults.latency = 0.5
    try:
        terminal = Terminal(*command)
        terminal.until("reading: ")
        started = time.monotonic()
        terminal.process.send_signal(signal.SIGINT)
        shown = terminal.rest()
        assert terminal.process.wait(timeout=10) == INTERRUPTED
    finally:
        faults.latency = 0.0
    assert time.monotonic() - started < 5
    assert "Traceback" not in shown
    assert list(tmp_path.iterdir()) == []
