"""The command `rehearse`: real packets and real clients beside the prediction."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator

from scripts import json_schemas
from skerry.app import rehearsal
from skerry.errors import SkerryError
from skerry.lab import sandbox
from skerry.verdicts import OK
from tests.commands import BLOCKED, FAULT, INTERRUPTED, UNKNOWN, Skerry, complaint
from tests.networks import EVERYWHERE, IMAGE, REGION, VPC, Network, allow, awslogs, container, one_of_everything
from tests.processes import family, wait_for

SECRET = f"arn:aws:secretsmanager:{REGION}:111122223333:secret:db-AbCdEf:password::"


@pytest.fixture
def skerry(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Skerry:
    return Skerry(monkeypatch, capsys)


@pytest.fixture
def save(tmp_path: Path) -> Callable[[Network], Path]:
    def write(network: Network) -> Path:
        (tmp_path / "aws").mkdir(exist_ok=True)
        (tmp_path / "aws" / "all.json").write_bytes(network.document())
        return tmp_path / "aws"

    return write


def article(*, mended: bool) -> Network:
    """The network of the article in one subnet: isolated, with a service that needs something at every step."""
    network = Network()
    secrets = [{"name": "A", "valueFrom": SECRET}]
    network.definition(container(secrets=secrets, logConfiguration=awslogs()))
    network.service()
    if mended:
        network.group("sg-end", inbound=[allow("tcp", 443, cidr="10.0.1.0/24")])
        for number, service in enumerate(("ecr.api", "ecr.dkr", "secretsmanager", "logs"), 1):
            network.endpoint(f"vpce-{number}", service, ["subnet-a", "subnet-b"], group="sg-end")
        network.serve_s3()
    return network


def with_public_subnet() -> Network:
    """The network of the article with a public subnet, and without endpoints."""
    network = article(mended=False)
    network.internet_gateway()
    network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
    return network


def run(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "skerry", "rehearse", "--from", str(folder), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def steps(out: str) -> dict[str, Any]:
    """The steps that were rehearsed of one subnet, by their names; the document keeps its JSON Schema."""
    Draft202012Validator(json_schemas.schema_of("rehearse")).validate(json.loads(out))
    return {step["step"]: step for step in json.loads(out)["steps"] if step["packets"] is not None}


def rehearsed_by_clients(folder: Path, *, mended: bool) -> tuple[int, dict[str, Any]]:
    """Return the exit code of a rehearsal with real clients, and its steps."""
    (folder / "all.json").write_bytes(article(mended=mended).document())
    process = run(folder, "--format", "json")
    out, complaints = process.communicate()
    assert complaints == ""
    return process.returncode, steps(out)


@pytest.mark.usefixtures("needs_lab")
def test_real_clients_succeed_in_the_repaired_network(tmp_path: Path) -> None:
    shows_a_start(*rehearsed_by_clients(tmp_path, mended=True))


@pytest.mark.long
@pytest.mark.usefixtures("needs_lab")
def test_real_clients_print_the_errors_of_the_broken_network(tmp_path: Path) -> None:
    """It takes the 30 seconds of a timeout in Go's clients."""
    shows_the_articles_errors(*rehearsed_by_clients(tmp_path, mended=False))


def shows_the_articles_errors(code: int, found: dict[str, Any]) -> None:
    assert code == BLOCKED
    assert list(found) == ["secrets", "registry-auth", "manifest", "logs", "layers"]
    assert {(step["predicted"], step["packets"]) for step in found.values()} == {("blocked", "blocked")}
    table = {"kind": "route", "resource": "rtb-main", "rule": "no route"}
    assert [step["dropped_by"] for step in found.values()] == [[table]] * 5
    words = {name: step["words"] for name, step in found.items()}
    (api,), (dkr,), (s3,) = (found[name]["addresses"] for name in ("registry-auth", "manifest", "layers"))
    host = f"{REGION}.amazonaws.com"
    assert words["secrets"] == f'Connect timeout on endpoint URL: "https://secretsmanager.{host}/"'
    assert words["registry-auth"] == (
        "ecr: Failed to get authorization token: operation error ECR: GetAuthorizationToken, "
        "exceeded maximum number of attempts, 1, https response error StatusCode: 0, RequestID: , request send failed, "
        f'Post "https://api.ecr.{host}/": dial tcp {api}:443: i/o timeout'
    )
    assert words["manifest"] == (
        f'failed to resolve reference "{IMAGE}": failed to do request: '
        f'Head "https://111122223333.dkr.ecr.{host}/v2/web/manifests/1.0": dial tcp {dkr}:443: i/o timeout'
    )
    assert words["layers"].startswith(
        "failed to copy: httpReadSeeker: failed open: failed to do request: "
        f'Get "https://prod-{REGION}-starport-layer-bucket.s3.{host}/docker/registry/v2/blobs/sha256/'
    )
    assert words["layers"].endswith(f'?…": dial tcp {s3}:443: i/o timeout')


def shows_a_start(code: int, found: dict[str, Any]) -> None:
    assert code == 0
    told = {name: (step["packets"], step["client"], step["words"]) for name, step in found.items()}
    assert told == {
        "secrets": ("ok", "boto3", ""),
        "registry-auth": ("ok", "ecr-login", ""),
        "manifest": ("ok", "ctr", ""),
        "logs": ("ok", "boto3", ""),
        "layers": ("ok", "ctr", ""),
    }
    assert [address.rpartition(".")[0] for address in found["manifest"]["addresses"]] == ["10.0.1", "10.0.2"]


@pytest.mark.usefixtures("needs_lab")
class TestProbe:
    def test_probe_reports_ok_without_clients(self, skerry: Skerry, save: Callable[[Network], Path]) -> None:
        found = skerry("rehearse", "--from", save(article(mended=True)), "--probe")
        assert (found.code, found.err) == (0, "")
        assert found.out.startswith("ok: web can start: all that was rehearsed works\n")

    def test_probe_names_security_group_that_dropped_packets(
        self, skerry: Skerry, save: Callable[[Network], Path]
    ) -> None:
        network = article(mended=True)
        network.row("SecurityGroups", "sg-end")["IpPermissions"] = [allow("tcp", 80, cidr="10.0.0.0/16")]
        found = skerry("rehearse", "--from", save(network), "--probe")
        assert found.code == BLOCKED
        assert "connect to 10.0.1.10:443, 10.0.2.11:443: no answer in 1 s" in found.out
        assert "dropped by security-group sg-end: in" in found.out

    def test_probe_shows_a_name_that_dns_firewall_blocks(self, skerry: Skerry, save: Callable[[Network], Path]) -> None:
        network = article(mended=True)
        rules = [{"FirewallRuleGroupId": "g-1", "Priority": 1, "Action": "BLOCK", "FirewallDomainListId": "l-1"}]
        row = {"Id": "a-1", "FirewallRuleGroupId": "g-1", "VpcId": VPC, "Priority": 101, "Status": "COMPLETE"}
        network.rows["FirewallRuleGroupAssociations"] = [row]
        network.call("ListFirewallRules", {"FirewallRuleGroupId": "g-1"}, {"FirewallRules": rules})
        domains = [f"logs.{REGION}.amazonaws.com"]
        network.call("ListFirewallDomains", {"FirewallDomainListId": "l-1"}, {"Domains": domains})
        found = skerry("rehearse", "--from", save(network), "--probe")
        assert found.code == BLOCKED
        assert f"lookup logs.{REGION}.amazonaws.com: no such host" in found.out

    def test_probe_reports_missing_dns_server(self, skerry: Skerry, save: Callable[[Network], Path]) -> None:
        network = article(mended=True)
        network.attribute("EnableDnsSupport", value=False)
        found = skerry("rehearse", "--from", save(network), "--probe")
        assert found.code == BLOCKED
        assert f"lookup logs.{REGION}.amazonaws.com: no DNS server answers" in found.out

    def test_probe_shows_its_steps_on_a_terminal_until_it_ends(
        self, skerry: Skerry, save: Callable[[Network], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        monkeypatch.setattr("skerry.cli.rehearse.terminal_size", lambda _stream: os.terminal_size((60, 40)))
        found = skerry("rehearse", "--from", save(article(mended=True)), "--probe")
        # Each line is erased alone, so that none gets into the scrollback.
        shown, _, end = found.err.partition("\x1b[9A" + "\x1b[2K\n" * 9 + "\x1b[9A")
        lines = click.unstyle(shown).splitlines()
        assert len(lines) == 9
        assert max(map(len, lines)) < 60
        assert lines[1].split() == ["STEP", "PREDICTED", "PACKETS", "TIME", "CLIENT"]
        assert lines[4].startswith("  secrets            ok         …")
        assert end == ""
        assert found.out.startswith("ok: ")

    def test_probe_shows_only_a_count_on_a_low_terminal(
        self, skerry: Skerry, save: Callable[[Network], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        monkeypatch.setattr("skerry.cli.rehearse.terminal_size", lambda _stream: os.terminal_size((60, 9)))
        found = skerry("rehearse", "--from", save(article(mended=True)), "--probe")
        assert found.err == "0 steps answered\n\x1b[1A\x1b[2K\n\x1b[1A"

    def test_probe_shows_no_table_on_a_dumb_terminal(
        self, skerry: Skerry, save: Callable[[Network], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        monkeypatch.setenv("TERM", "dumb")
        assert skerry("rehearse", "--from", save(article(mended=True)), "--probe").err == ""

    def test_probe_ignores_services_with_ec2_launch_type(self, skerry: Skerry, save: Callable[[Network], Path]) -> None:
        network = article(mended=True)
        network.service("on-instances", launchType="EC2")
        found = skerry("rehearse", "--from", save(network), "--probe", "-q")
        assert (found.code, found.out) == (0, "ok: web can start: all that was rehearsed works\n")

    def test_probe_can_be_limited_to_a_subnet(self, skerry: Skerry, save: Callable[[Network], Path]) -> None:
        folder = save(one_of_everything())
        found = skerry("rehearse", "--from", folder, "--probe", "--subnet", "subnet-b", "--format", "json")
        assert {step["subnet"] for step in json.loads(found.out)["steps"]} == {"subnet-b"}

    def test_probe_reports_blocked_hypothetical_task(
        self, skerry: Skerry, save: Callable[[Network], Path], tmp_path: Path
    ) -> None:
        definition = tmp_path / "task.json"
        definition.write_text(json.dumps({"family": "new", "containerDefinitions": [container()]}))
        where = ("--subnet", "subnet-a", "--security-group", "sg-task")
        found = skerry("rehearse", "--from", save(Network()), "--task-definition", definition, *where, "--probe", "-q")
        assert (found.code, found.out) == (BLOCKED, "blocked: new cannot start\n")

    def test_probe_keeps_unknown_prediction_despite_blocked_packets(
        self, skerry: Skerry, save: Callable[[Network], Path]
    ) -> None:
        network = article(mended=True)
        # It lets out to some addresses of the internet only, and which one of them an API has is not known.
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [
            allow("tcp", 443, cidr=["10.0.0.0/16", "52.0.0.0/8", "3.0.0.0/8"])
        ]
        network.row("VpcEndpoints", "vpce-4")["PrivateDnsEnabled"] = False
        network.serve_internet_by_nat()
        found = skerry("rehearse", "--from", save(network), "--probe", "--format", "json")
        logs = steps(found.out)["logs"]
        assert (logs["predicted"], logs["packets"], logs["disagrees"]) == ("unknown", "blocked", False)
        assert found.code == UNKNOWN
        assert skerry("rehearse", "--from", save(network), "--probe", "--allow-unknown").code == 0

    def test_probe_reaches_the_internet_by_the_planned_nat_gateway(
        self, skerry: Skerry, save: Callable[[Network], Path]
    ) -> None:
        folder = save(with_public_subnet())
        found = skerry("rehearse", "--from", folder, "--with-plan", "--prefer", "nat", "--probe", "--format", "json")
        assert (found.code, found.err) == (0, "")
        assert {step["packets"] for step in steps(found.out).values()} == {"ok"}
        assert json.loads(found.out)["notes"][0] == "On the network after the changes of skerry plan (2, proven)."

    def test_probe_reaches_the_internet_with_planned_public_addresses(
        self, skerry: Skerry, save: Callable[[Network], Path]
    ) -> None:
        network = with_public_subnet()
        network.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = ["subnet-b"]
        folder = save(network)
        found = skerry("rehearse", "--from", folder, "--with-plan", "--prefer", "public", "--probe", "--format", "json")
        assert (found.code, found.err) == (0, "")
        assert {step["packets"] for step in steps(found.out).values()} == {"ok"}

    def test_preference_without_a_plan_is_refused(self, skerry: Skerry, save: Callable[[Network], Path]) -> None:
        found = skerry("rehearse", "--from", save(with_public_subnet()), "--prefer", "nat", "--probe")
        assert found.code == 2
        assert "--prefer chooses among plans: add --with-plan" in found.err

    def test_probe_names_gateways_that_the_lab_does_not_build(
        self, skerry: Skerry, save: Callable[[Network], Path]
    ) -> None:
        network = article(mended=False)
        network.route(TransitGatewayId="tgw-1")
        found = skerry("rehearse", "--from", save(network), "--probe")
        assert "logs: not rehearsed: the lab does not build tgw-1" in found.out
        assert found.code == UNKNOWN

    @pytest.mark.parametrize(
        ("statement", "exit_code", "note"),
        [
            ({"Effect": "Deny"}, BLOCKED, "vpce-93: statement 1 of its policy denies s3:GetObject on"),
            (
                {"Effect": "Allow", "Condition": {"Bool": {"aws:x": "true"}}},
                UNKNOWN,
                "is known: see skerry diagnose",
            ),
        ],
    )
    def test_probe_notes_endpoint_policies_that_packets_do_not_show(
        self, skerry: Skerry, save: Callable[[Network], Path], statement: dict[str, Any], exit_code: int, note: str
    ) -> None:
        network = article(mended=True)
        document = {
            "Version": "2012-10-17",
            "Statement": {"Principal": "*", "Action": "*", "Resource": "*"} | statement,
        }
        network.row("VpcEndpoints", "vpce-93")["PolicyDocument"] = json.dumps(document)
        found = skerry("rehearse", "--from", save(network), "--probe", "--format", "json")
        assert found.code == exit_code
        assert note in " ".join(json.loads(found.out)["notes"])

    def test_probe_works_with_addresses_and_ports_of_the_machine_in_use(
        self, skerry: Skerry, save: Callable[[Network], Path]
    ) -> None:
        """The VPC has the machine's own addresses, and the ports that the lab uses are taken."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(("198.51.100.1", 9))
            own = asking.getsockname()[0].rpartition(".")[0].rpartition(".")[0]
        folder = save(article(mended=True))
        text = (folder / "all.json").read_text().replace('"10.0.', f'"{own}.')
        (folder / "all.json").write_text(text)
        taken = [socket.socket() for _ in (9_999, 5_000)]
        for one, port in zip(taken, (9_999, 5_000), strict=True):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(("0.0.0.0", port))  # noqa: S104 -- to be in the way
        assert skerry("rehearse", "--from", folder, "--probe").code == 0
        for one in taken:
            one.close()


@pytest.mark.usefixtures("needs_lab")
class TestDisagreement:
    def test_disagreement_is_reported_saved_and_exits_with_fault(
        self, skerry: Skerry, save: Callable[[Network], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr("tempfile.tempdir", None)
        original = rehearsal._predicted  # noqa: SLF001 -- an engine that is wrong

        def wrong(*arguments: Any) -> list[Any]:
            return [OK for _ in original(*arguments)]

        monkeypatch.setattr(rehearsal, "_predicted", wrong)
        found = skerry("rehearse", "--from", save(article(mended=False)), "--probe")
        assert found.code == FAULT
        assert found.out.startswith("error: prediction and packets disagree about web at 5 steps\n")
        assert "logs in subnet-a: predicted ok, packets blocked" in found.out
        (kept,) = tmp_path.glob("skerry-disagreement-*/snapshot")
        assert str(kept) in found.err
        monkeypatch.undo()
        again = skerry("rehearse", "--from", kept, "--probe")
        assert (again.code, again.out.splitlines()[0]) == (BLOCKED, "blocked: web cannot start")


@pytest.mark.usefixtures("needs_lab")
class TestInvalidInput:
    def test_rehearsal_of_two_services_is_refused(self, skerry: Skerry, save: Callable[[Network], Path]) -> None:
        network = article(mended=False)
        network.service("api")
        said = complaint(skerry("rehearse", "--from", save(network), "--probe"))
        assert said == "a rehearsal needs one launch; the selection has 2: api in shop, web in shop"

    def test_rehearsal_in_a_subnet_without_tasks_is_refused(
        self, skerry: Skerry, save: Callable[[Network], Path]
    ) -> None:
        said = complaint(skerry("rehearse", "--from", save(article(mended=False)), "--probe", "--subnet", "subnet-b"))
        assert said == "web does not use subnet subnet-b"

    def test_rehearsal_with_invalid_image_archive_is_refused(
        self, skerry: Skerry, save: Callable[[Network], Path], tmp_path: Path
    ) -> None:
        (tmp_path / "web.tar").write_text("not an archive")
        folder = save(article(mended=False))
        said = complaint(skerry("rehearse", "--from", folder, "--image-archive", tmp_path / "web.tar"))
        assert said.startswith(f"{tmp_path / 'web.tar'} is not an image archive")

    def test_image_archive_with_probe_is_refused(self, skerry: Skerry, save: Callable[[Network], Path]) -> None:
        folder = save(article(mended=False))
        found = skerry("rehearse", "--from", folder, "--probe", "--image-archive", folder)
        assert found.code == 2
        assert "--probe pulls no image" in found.err

    def test_rehearsal_without_user_namespaces_is_refused(
        self, skerry: Skerry, save: Callable[[Network], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sandbox, "program_path_of", lambda name: "false" if name == "unshare" else name)
        said = complaint(skerry("rehearse", "--from", save(article(mended=False)), "--probe"))
        assert said == "this machine does not allow user namespaces to ordinary users"

    def test_rehearsal_without_required_programs_is_refused(
        self, skerry: Skerry, save: Callable[[Network], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lacking(*, clients: bool) -> None:
            raise SkerryError(f"programs, {clients}", "install them")

        monkeypatch.setattr("skerry.lab.requirements.require", lacking)
        assert complaint(skerry("rehearse", "--from", save(article(mended=False)), "--probe")) == "programs, False"
        assert complaint(skerry("rehearse", "--from", save(article(mended=False)))) == "programs, True"


@pytest.mark.usefixtures("needs_lab")
@pytest.mark.parametrize(
    ("number", "phase"),
    [
        pytest.param(signal.SIGINT, b"skerry.lab.init", marks=pytest.mark.long),
        (signal.SIGINT, b"docker-registry"),
        pytest.param(signal.SIGINT, b"content\0fetch", marks=pytest.mark.long),
        (signal.SIGKILL, b"skerry.lab.init"),
        pytest.param(signal.SIGKILL, b"docker-registry", marks=pytest.mark.long),
        pytest.param(signal.SIGKILL, b"content\0fetch", marks=pytest.mark.long),
    ],
    ids=lambda value: getattr(value, "name", None) or value.decode().replace("\0", " "),
)
def test_interrupted_rehearsal_leaves_no_processes_files_or_mounts(
    number: signal.Signals, phase: bytes, save: Callable[[Network], Path], tmp_path: Path
) -> None:
    folder, scratch = save(article(mended=False)), tmp_path / "scratch"
    scratch.mkdir()
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8")
    command = [sys.executable, "-m", "skerry", "rehearse", "--from", str(folder)]
    environment = os.environ | {"TMPDIR": str(scratch)}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for(lambda: any(phase in line for line in family(process.pid).values()))
    started = family(process.pid)
    # As a terminal does, which tells all that is in the foreground.
    os.killpg(process.pid, number)
    said = process.communicate()
    assert process.returncode == (INTERRUPTED if number == signal.SIGINT else -number)
    assert "Traceback" not in said[1]
    wait_for(lambda: not any(Path(f"/proc/{one}").exists() for one in started))
    assert list(scratch.iterdir()) == []
    assert Path("/proc/self/mounts").read_text(encoding="utf-8") == mounts
    assert not Path("/run/lab").exists()
    assert not Path("/run/netns/tasks").exists()
