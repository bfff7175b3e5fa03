"""Every command of the README does what the README says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import click
import pytest
from botocore import xform_name
from click.testing import CliRunner, Result

from skerry import cli
from skerry.aws.api_table import CALLS
from skerry.aws.session import make_clients
from skerry.embedded import demo_deployment
from skerry.embedded.http_server import serve_over_http
from skerry.model.record_kinds import KINDS
from skerry.sources.redaction import values

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [line.split("#")[0].strip() for block in BLOCKS for line in block.splitlines()]
SHOWN = re.search(r"<!-- demo -->\n```\n(.*?)```\n<!-- /demo -->", README, re.DOTALL)


@pytest.fixture(scope="module")
def told() -> str:
    """What ``skerry demo`` prints."""
    return run("demo").output


@pytest.fixture(scope="module")
def names(told: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An account as the demo leaves it, a snapshot of it, and what the README's placeholders stand for."""
    assert told  # only one embedded AWS runs at a time
    folder = tmp_path_factory.mktemp("account") / "snapshot"
    with serve_over_http():
        client = make_clients()
        demo_deployment.repair(client, demo_deployment.build(client))
        run("snapshot", "--output", str(folder))
        yield meant(folder) | {"NEW": str(folder.with_name("new")), "NEW.json": str(folder.with_name("new.json"))}


def meant(folder: Path) -> dict[str, str]:
    """What the placeholders stand for that are in a snapshot."""
    [service] = diagnosed(folder)["services"]
    interfaces = json.loads((folder / "ec2/describe-network-interfaces.json").read_bytes())["NetworkInterfaces"]
    definition = next((folder / "ecs/describe-task-definition").iterdir())
    tasks = next((folder / "ecs/describe-tasks").iterdir())
    return {
        "FOLDER": str(folder),
        "SUBNET": service["placements"][0]["subnet"],
        "INTERFACE": interfaces[0]["NetworkInterfaceId"],
        "ADDRESS": interfaces[-1]["PrivateIpAddress"],
        "GROUP": interfaces[0]["Groups"][0]["GroupId"],
        "TASK": json.loads(tasks.read_bytes())["tasks"][0]["taskArn"],
        "FILE": str(definition),
    }


def run(*words: str) -> Result:
    """Run skerry in this process; errors of ours leave with their exit code."""
    return CliRunner().invoke(cli.cli, list(words), catch_exceptions=False)


def diagnosed(folder: Path) -> dict[str, Any]:
    """The diagnosis of a folder."""
    found: dict[str, Any] = json.loads(run("diagnose", "--from", str(folder), "--format", "json").stdout)
    return found


def commands(program: str) -> Iterator[str]:
    """The commands of the README that start with this program."""
    return (line for line in COMMANDS if line.startswith(f"{program} "))


def test_readme_demo_lines_are_printed_by_demo(told: str) -> None:
    assert SHOWN is not None
    for line in SHOWN.group(1).splitlines():
        assert same_but_for_ids(line) in [same_but_for_ids(other) for other in click.unstyle(told).splitlines()]


def test_readme_explain_output_is_printed_by_explain() -> None:
    shown = re.search(r"<!-- explain -->\n```\n(.*?)```\n<!-- /explain -->", README, re.DOTALL)
    assert shown is not None
    [command] = [line for line in COMMANDS if line.startswith("skerry explain") and "api.ecr" in line]
    assert click.unstyle(run(*command.replace('"', "").split()[1:]).output) == shown.group(1)


def same_but_for_ids(line: str) -> str:
    """A line with every id, which is new in each run, as a mark; and columns without their width."""
    return re.sub(r" +", " ", re.sub(r"\b(subnet|rtb|sg|vpc|vpce)-[0-9a-f]+", r"\1-…", line)).strip()


def test_demo_ends_ok_and_prints_the_error_of_the_readme(told: str) -> None:
    assert "ok: web can start" in click.unstyle(told)
    [error] = [block for block in BLOCKS if block.startswith("ResourceInitializationError")]
    assert " ".join(error.split()) in " ".join(told.split())


@pytest.mark.parametrize("command", sorted(commands("skerry")))
def test_readme_skerry_command_runs(
    command: str, names: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if command.startswith("skerry rehearse "):
        request.getfixturevalue("needs_lab")
    words = [names.get(word, word) for word in command.split()[1:]]
    found = CliRunner().invoke(cli.cli, words)
    assert found.exit_code in {0, 1}, found.output
    assert found.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", sorted(commands("make")))
def test_readme_make_target_exists(command: str) -> None:
    assert re.search(rf"^{command.split()[1]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("command", sorted(commands("aws")))
def test_readme_aws_command_prints_documents_that_skerry_reads(command: str) -> None:
    service, call = command.split()[1:3]
    model = botocore.session.get_session().get_service_model(service)
    [name] = [name for name in model.operation_names if xform_name(name, "-") == call]
    operation = model.operation_model(name)
    keys = set(operation.output_shape.members)
    assert keys & ({kind.key for kind in KINDS} | {"EnableDnsSupport", "taskDefinition"})
    given = {word.removeprefix("--").replace("-", "") for word in command.split() if word.startswith("--")}
    assert given <= {member.lower() for member in operation.input_shape.members}


def test_readme_names_every_exit_code() -> None:
    assert re.findall(r"^\| (\d) \|", README, re.MULTILINE) == ["0", "1", "2", "3", "4"]


def test_snapshot_page_names_kept_options_and_record_types() -> None:
    page = (ROOT / "docs" / "snapshot.md").read_text(encoding="utf-8")
    told = {word.lower() for word in re.findall(r"`([^`]+)`", page)} | {*re.findall(r"\b[A-Z]{1,5}\b", page)}
    keys = values.KEPT_OPTIONS | values.URL_OPTIONS
    assert {key.lower() for key in keys} - told == set()
    assert values.KEPT_RECORD_TYPES - told == set()


def test_permissions_page_shows_the_printed_policy_with_every_action() -> None:
    page = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    [policy] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    for command in ("diagnose", "rehearse", "snapshot"):
        assert run("iam-policy", command).stdout == policy
    actions = [action for statement in json.loads(policy)["Statement"] for action in statement["Action"]]
    assert actions == sorted({call.action for call in CALLS})


def test_permissions_page_lists_actions_omitted_by_network_only() -> None:
    page = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    listed = re.search(r"<!-- beyond the network -->\n(.*?)<!-- /beyond the network -->", page, re.DOTALL)
    assert listed is not None
    policies = (json.loads(run("iam-policy", "diagnose", *option).stdout) for option in ((), ("--network-only",)))
    whole, narrow = ({action for one in found["Statement"] for action in one["Action"]} for found in policies)
    assert re.findall(r"`([^`]+)`", listed[1]) == sorted(whole - narrow)
