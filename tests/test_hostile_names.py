"""Every command on names that mean harm to a terminal: none of their marks is printed as it is."""

import json
import re
from pathlib import Path

import click
import pytest

from tests.commands import FAULT, Run, Skerry, without_account
from tests.networks import DEFINITION, Network, as_bytes, container

NAME = "a\x1b]0;owned\x07\x1b[2J\x1b[7m\r\x9b7m\u202egnp.exe\u2066\u2028\x08\u200b\x85z"
OURS = re.compile(r"\x1b\[(?:0|1|2|3[0-7]|9[0-7])m")
"""The colours that skerry itself prints."""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Skerry:
    """Runs skerry as on a terminal: click would take escape sequences out of what goes anywhere else."""
    without_account(monkeypatch, tmp_path / "none")
    monkeypatch.setattr(click.utils, "should_strip_ansi", lambda *_, **__: False)
    return Skerry(monkeypatch, capsys)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A network in which everything that its owner may name is named so, in a folder of that name."""
    network = Network()
    arn = f"{DEFINITION.removesuffix('web:1')}{NAME}:1"
    network.definition(
        container(f"quay.io/{NAME}:1", name=NAME, logConfiguration={"logDriver": NAME, "options": {NAME: NAME}}),
        arn=arn,
    )
    network.service(
        NAME,
        subnets=["subnet-a", f"subnet-{NAME}"],
        groups=[f"sg-{NAME}"],
        taskDefinition=arn,
        clusterArn=f"cluster/{NAME}",
        events=[{"message": NAME, "createdAt": "2026-01-01T00:00:00Z", "id": NAME}],
    )
    network.group(f"sg-{NAME}", outbound=[{"IpProtocol": NAME, "IpRanges": [{"CidrIp": NAME}]}], Description=NAME)
    network.endpoint("vpce-1", "ecr.api", PolicyDocument=NAME, State=NAME)
    network.row("Subnets", "subnet-a").update(Tags=[{"Key": "Name", "Value": NAME}], AvailabilityZone=NAME)
    network.route(TransitGatewayId=f"tgw-{NAME}")
    network.row("RouteTables", "rtb-main")["RouteTableId"] = f"rtb-{NAME}"
    network.task("1f", group=f"service:{NAME}", lastStatus="STOPPED", stoppedReason=NAME, clusterArn=f"c/{NAME}")
    network.rows[NAME] = [{"SubnetId": NAME}]
    network.rows["Vpcs"].append({"VpcId": NAME, "CidrBlock": NAME})
    folder = tmp_path / f"answers-{NAME}"
    folder.mkdir()
    (folder / f"{NAME}.json").write_bytes(network.document())
    (folder / f"x{NAME}.json").write_bytes(b'{"Unknown": []}')
    (folder / f"README{NAME}.json").write_bytes(b"{}")
    return folder


def harmless(found: Run) -> None:
    shown = OURS.sub("", found.out + found.err)
    assert shown
    assert found.code != FAULT
    assert not {letter for letter in shown if not letter.isprintable() and letter != "\n"}


TRACE = ("--subnet", "subnet-a", "--to")
COMMANDS: dict[str, tuple[str, ...]] = {
    "diagnose": ("diagnose",),
    "diagnose -v": ("diagnose", "-v"),
    "diagnose -q": ("diagnose", "-q"),
    "diagnose as JSON": ("diagnose", "--format", "json"),
    "diagnose nothing": ("diagnose", "--service", f"no-{NAME}", "--cluster", NAME),
    "diagnose no task": ("diagnose", "--task", NAME),
    "trace": ("trace", *TRACE, "ecr.api", "-v"),
    "trace to no host": ("trace", *TRACE, NAME),
    "trace as JSON": ("trace", *TRACE, "logs", "--format", "json"),
    "trace from nowhere": ("trace", "--subnet", f"subnet-{NAME}", "--to", "logs"),
    "plan": ("plan",),
    "report": ("report", "--output", "-"),
    "report as Markdown": ("report", "--output", "-", "--format", "markdown"),
    "report as JSON": ("report", "--output", "-", "--format", "json"),
    "report for others": ("report", "--output", "-", "--redact"),
    "cost": ("cost",),
    "cost as JSON": ("cost", "--format", "json"),
    "nat-exit": ("nat-exit",),
    "nat-exit as JSON": ("nat-exit", "--format", "json"),
    "plan as JSON": ("plan", "--format", "json"),
    "plan as Terraform": ("plan", "--format", "terraform"),
    "plan as CloudFormation": ("plan", "--format", "cloudformation"),
    "plan for no service": ("plan", "--also", NAME),
    "explain": ("explain", f"CannotPullContainerError: {NAME}: dial tcp 1.2.3.4:443: i/o timeout"),
    "explain -q": ("explain", "-q", f"CannotPullContainerError: {NAME}: i/o timeout"),
    "explain as JSON": ("explain", "--format", "json", f"CannotPullContainerError: {NAME}: i/o timeout"),
    "explain nothing": ("explain", NAME),
    "rehearse nothing": ("rehearse", "--service", f"no-{NAME}", "--probe"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_command_escapes_control_characters_of_names(run: Skerry, answers: Path, name: str) -> None:
    command, *more = COMMANDS[name]
    found = run(command, "--from", answers, *more)
    harmless(found)
    if "--format" in more and "json" in more and found.out:
        assert json.loads(found.out)


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", "--list"),
        ("explain", NAME),
        ("explain", f"CannotPullContainerError: {NAME}: dial tcp 1.2.3.4:443: i/o timeout"),
        (NAME,),
        (f"--{NAME}",),
        ("diagnose", f"--{NAME}"),
        ("diagnose", NAME),
        ("diagnose", "--format", NAME),
        ("iam-policy", NAME),
        ("completion", NAME),
        ("trace", "--to", "x", "--port", NAME),
        ("diagnose", "--from", f"/none/{NAME}"),
        ("diagnose", "--profile", NAME, "--region", "eu-west-1"),
        ("rehearse", "--image-archive", f"/none/{NAME}"),
        ("demo", "--save", "/dev/null"),
    ],
    ids=lambda arguments: " ".join(arguments).replace(NAME, "NAME"),
)
def test_argument_control_characters_are_escaped(run: Skerry, arguments: tuple[str, ...]) -> None:
    harmless(run(*arguments))


@pytest.mark.parametrize("name", ["out", "out.json"])
def test_output_path_control_characters_are_escaped(run: Skerry, answers: Path, tmp_path: Path, name: str) -> None:
    place = tmp_path / f"{NAME}-{name}"
    for _ in range(2):  # the second one finds the place taken
        harmless(run("snapshot", "--from", answers, "--output", place))
    harmless(run("diagnose", "--from", answers, "--output", tmp_path / f"{NAME}.txt"))
    harmless(run("diagnose", "--from", answers, "--output", tmp_path / NAME / NAME))
    assert "\x1b" not in (tmp_path / f"{NAME}.txt").read_text(encoding="utf-8")


def test_task_definition_control_characters_are_escaped(run: Skerry, answers: Path, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.json"
    path.write_bytes(as_bytes({"containerDefinitions": [container(name=NAME)]}))
    for form in ("text", "json"):
        task = ("--task-definition", path, "--subnet", "subnet-a", "--security-group", NAME)
        harmless(run("diagnose", "--from", answers, *task, "--format", form))


def test_non_utf8_file_name_is_escaped_in_every_format(run: Skerry, answers: Path, tmp_path: Path) -> None:
    path = tmp_path / "task-\udcff.json"
    path.write_bytes(as_bytes({"containerDefinitions": [container()]}))
    task = ("--task-definition", path, "--subnet", "subnet-a")
    for form in ("text", "json", "terraform", "cloudformation"):
        harmless(run("plan", "--from", answers, *task, "--format", form))
    found = run("diagnose", "--from", answers, *task, "--format", "json")
    assert json.loads(found.out)["services"][0]["service"] == "task-\\udcff"
