"""Every command of the pages does what the page says: README, CONTRIBUTING and docs/, but for the stories."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from click.testing import CliRunner, Result

import skerry
from skerry.aws.api_table import CALLS
from skerry.aws.session import make_clients
from skerry.cli.command_group import cli
from skerry.embedded import demo_deployment
from skerry.embedded.http_server import serve_over_http
from skerry.model.record_kinds import KINDS
from skerry.sources.redaction import values
from tests import pages

ROOT = pages.ROOT
PAGES = {page.name: page for page in pages.find_pages() if page.name.startswith(("README", "CONTRIBUTING", "docs/"))}
ACCOUNT_PAGES = {name: page for name, page in PAGES.items() if page.name not in pages.STORIES}
# Files and folders that no test can stand in for: the image archive is tested by tests/test_rehearse.py.
NOT_RUN = {
    "skerry rehearse --from FOLDER --image-archive web.tar",
    # Needs a converter, which not every machine has.
    "skerry draw --from FOLDER --service web --step layers --format png --output NEW.png",
    # Journals are tested in tests/apply; no test may take back anything of the user's own.
    *("skerry apply --resume JOURNAL", "skerry undo JOURNAL", "skerry undo"),
}


NEW_NAMES = {
    "report.html",
    "report.json",
    "tests",
    *(f"NEW{suffix}" for suffix in ("", ".json", ".sarif", ".svg", ".txt", ".xml")),
}


def commands_of(page: pages.Page, program: str) -> list[str]:
    """The commands in the blocks of a page; of the README, also those in its table."""
    return page.commands(program) + (page.inline_commands(program) if page.name == "README.md" else [])


def rehearses(command: str) -> bool:
    return command.startswith("skerry rehearse ")


def names_of_pages(program: str, subcommand: str = "") -> list[str]:
    start = f"{program} {subcommand}"
    return [
        name
        for name, page in ACCOUNT_PAGES.items()
        if any(line.startswith(start) for line in commands_of(page, program))
    ]


def first_pages_short(program: str, subcommand: str = "") -> list[Any]:
    """README and CONTRIBUTING, and the pages of docs/ for the long tests."""
    return [
        pytest.param(name, marks=(pytest.mark.long,) if name.startswith("docs/") else ())
        for name in names_of_pages(program, subcommand)
    ]


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Serve an account as the demo leaves it, with a snapshot of it, and yield the values of the placeholders."""
    folder = tmp_path_factory.mktemp("account") / "snapshot"
    with serve_over_http():
        client = make_clients()
        demo_deployment.repair(client, demo_deployment.build(client))
        run("snapshot", "--output", str(folder))
        yield placeholders(folder)


def placeholders(folder: Path) -> dict[str, str]:
    """The values of the placeholders in a snapshot."""
    [service] = diagnosed(folder)["services"]
    interfaces = json.loads((folder / "ec2/describe-network-interfaces.json").read_bytes())["NetworkInterfaces"]
    definition = next((folder / "ecs/describe-task-definition").iterdir())
    tasks = next((folder / "ecs/describe-tasks").iterdir())
    return {
        "FOLDER": str(folder),
        "SUBNET": service["placements"][0]["subnet"],
        "INTERFACE": interfaces[0]["NetworkInterfaceId"],
        "VPC": interfaces[0]["VpcId"],
        "ADDRESS": interfaces[-1]["PrivateIpAddress"],
        "GROUP": interfaces[0]["Groups"][0]["GroupId"],
        "TASK": json.loads(tasks.read_bytes())["tasks"][0]["taskArn"],
        "FILE": str(definition),
        "TEMPLATE.yaml": str(ROOT / "tests/sources/cloudformation/labelled/private-dns-by-default.yaml"),
    }


def run(*words: str) -> Result:
    """Run skerry in this process; errors of ours leave with their exit code."""
    return CliRunner(env={"COLUMNS": "80"}).invoke(cli, list(words), catch_exceptions=False)


def diagnosed(folder: Path) -> dict[str, Any]:
    """The diagnosis of a folder."""
    document: dict[str, Any] = json.loads(run("diagnose", "--from", str(folder), "--format", "json").stdout)
    return document


def test_pages_have_commands_to_run() -> None:
    assert {"README.md", "docs/diagnose.md", "docs/plan.md", "docs/trace.md"} <= set(names_of_pages("skerry"))
    assert sum(len(commands_of(page, "skerry")) for page in PAGES.values()) > 50


@pytest.mark.parametrize("name", first_pages_short("skerry"))
def test_skerry_commands_of_page_run(name: str, stand_ins: dict[str, str], tmp_path: Path) -> None:
    commands = [line for line in commands_of(PAGES[name], "skerry") if not rehearses(line) and line not in NOT_RUN]
    results = pages.run_in_folder(tmp_path, commands, stand_ins)
    assert pages.complaints_about(results) == []
    assert {path.name for path in tmp_path.iterdir()} <= NEW_NAMES


@pytest.mark.usefixtures("needs_lab")
@pytest.mark.parametrize("name", first_pages_short("skerry", "rehearse"))
def test_rehearse_commands_of_page_run(name: str, stand_ins: dict[str, str], tmp_path: Path) -> None:
    commands = [line for line in commands_of(PAGES[name], "skerry") if rehearses(line) and line not in NOT_RUN]
    assert pages.complaints_about(pages.run_in_folder(tmp_path, commands, stand_ins)) == []


def test_make_targets_of_pages_exist() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = [line.split()[1] for page in PAGES.values() for line in commands_of(page, "make")]
    assert {"demo", "test"} <= set(named)
    assert set(named) - set(targets) == set()


def test_installations_of_pages_name_extras_and_the_wheel_of_today() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [line for page in PAGES.values() for tool in ("pip", "pipx", "uv") for line in page.commands(tool)]
    packages = [words[-1] for words in map(shlex.split, lines) if "install" in words]
    parts = [re.fullmatch(r"(.*?)(?:\[(\w+)\])?", package) for package in packages]
    wheel = f"dist/skerry-{skerry.__version__}-py3-none-any.whl"
    assert {part[1] for part in parts if part} == {".", wheel}
    assert {part[2] for part in parts if part} == {None, *project["optional-dependencies"]}


def wrong_aws_commands(page: pages.Page) -> Iterator[str]:
    """The commands whose option or answer does not exist, or holds nothing that skerry reads."""
    keys = {kind.key for kind in KINDS} | {"EnableDnsSupport", "taskDefinition"}
    for command in page.commands("aws"):
        words = shlex.split(re.split(r" [>|] ", command)[0])
        model = botocore.session.get_session().get_service_model(words[1])
        operations = {xform_name(name, "-"): name for name in model.operation_names}
        operation = model.operation_model(operations[words[2]])
        options = {word.removeprefix("--").replace("-", "") for word in words if word.startswith("--")}
        members = {member.lower() for member in operation.input_shape.members}
        if not (keys & set(operation.output_shape.members)) or options - members - {"region"}:
            yield command


@pytest.mark.parametrize("name", names_of_pages("aws"))
def test_aws_commands_of_page_print_documents_that_skerry_reads(name: str) -> None:
    assert list(wrong_aws_commands(PAGES[name])) == []


def test_exit_codes_are_the_same_in_readme_and_scripts_page() -> None:
    tables = [re.findall(r"^\| (\d) \|", PAGES[name].text, re.MULTILINE) for name in ("README.md", "docs/scripts.md")]
    assert tables == [["0", "1", "2", "3", "4"]] * 2


def test_snapshot_page_names_kept_options_and_record_types() -> None:
    page = (ROOT / "docs" / "snapshot.md").read_text(encoding="utf-8")
    told = {word.lower() for word in re.findall(r"`([^`]+)`", page)} | {*re.findall(r"\b[A-Z]{1,5}\b", page)}
    keys = values.KEPT_OPTIONS | values.URL_OPTIONS
    assert {key.lower() for key in keys} - told == set()
    assert values.KEPT_RECORD_TYPES - told == set()


def test_permissions_page_shows_the_printed_policy_with_every_action() -> None:
    page = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    policy, *_ = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    for command in ("diagnose", "rehearse"):
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
