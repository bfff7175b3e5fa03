"""The modules that a command loads: each costs a tenth of a millisecond or more at every start."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from tests.networks import Network, container

_RUN = (
    "import sys; listing = sys.argv.pop(1)\n"
    "import skerry.cli\n"
    "try: skerry.cli.main()\n"
    "finally: print(*sorted(sys.modules), file=open(listing, 'w'))"
)
_OF_EVERY_COMMAND = {
    "skerry",
    "skerry.cli",
    "skerry.cli.command_group",
    "skerry.cli.hints",
    "skerry.cli.output",
    "skerry.cli.process",
    "skerry.cli.terminal",
    "skerry.errors",
    "skerry.suggestions",
    "skerry.writing",
    "skerry.writing.targets",
}
_UNUSED = {"asyncio", "boto3", "botocore", "dataclasses", "hashlib", "importlib.metadata", "logging", "moto", "rich"}
_UNUSED |= {"socket", "subprocess", "tempfile", "xml", "yaml"}
_PLAN = Path(__file__).parent / "sources/terraform/plans/scenarios/article-repaired.json.gz"
_PACKAGES_UNUSED_BY_DIAGNOSE = {"embedded", "errortext", "lab", "plan"}


def loaded(tmp_path: Path, *arguments: str) -> set[str]:
    """Return the names of the modules that a command has loaded when it ends."""
    listing = tmp_path / "modules"
    command = [sys.executable, "-c", _RUN, str(listing), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return set(listing.read_text(encoding="utf-8").split())


def test_version_loads_only_modules_of_every_command(tmp_path: Path) -> None:
    assert {name for name in loaded(tmp_path, "--version") if name.split(".")[0] == "skerry"} == _OF_EVERY_COMMAND


@pytest.mark.parametrize("command", ["explain", "diagnose"])
def test_help_of_command_loads_no_use_case(tmp_path: Path, command: str) -> None:
    modules = loaded(tmp_path, command, "--help")
    assert not modules & _UNUSED
    assert {name for name in modules if name.startswith("skerry.")} - _OF_EVERY_COMMAND == {
        f"skerry.cli.{command}",
        *({"skerry.cli.triage"} if command == "diagnose" else set()),
        "skerry.cli.next_commands",
        "skerry.cli.options",
        "skerry.cli.reading",
        "skerry.render",
        "skerry.render.formats",
        "skerry.render.view",
    }


def test_diagnose_loads_no_module_of_other_commands(tmp_path: Path) -> None:
    network = Network()
    network.definition(container())
    network.service()
    answers = tmp_path / "network.json"
    answers.write_bytes(network.document())
    modules = loaded(tmp_path, "diagnose", "--from", str(answers))
    assert not modules & _UNUSED
    assert not modules & {"skerry.app.tracing", "skerry.aws.session", "skerry.sources.live", "skerry.sources.redaction"}
    packages = {name.split(".")[1] for name in modules if name.startswith("skerry.")}
    assert not packages & _PACKAGES_UNUSED_BY_DIAGNOSE


def test_check_of_plan_loads_nothing_for_code_and_saved_plans(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_bytes(gzip.decompress(_PLAN.read_bytes()))
    modules = loaded(tmp_path, "check", str(plan), "--region", "eu-west-1")
    assert "skerry.sources.terraform.references" in modules
    assert not modules & _UNUSED
    assert not modules & {"zipfile", "skerry.sources.terraform.resolving", "skerry.sources.cloudformation"}


def test_explain_of_text_loads_no_network(tmp_path: Path) -> None:
    modules = loaded(tmp_path, "explain", "CannotPullContainerError: API error (404)")
    assert not modules & _UNUSED
    packages = {name.split(".")[1] for name in modules if name.startswith("skerry.")}
    assert not packages & (_PACKAGES_UNUSED_BY_DIAGNOSE - {"errortext"})


def test_end_of_process_looks_for_no_cycles() -> None:
    code = (
        "import atexit, gc, skerry.cli\n"
        "atexit.register(lambda: print(gc.isenabled(), len(gc.get_objects())))\n"
        "skerry.cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "--version"], check=True, capture_output=True, text=True)
    enabled, objects = done.stdout.splitlines()[-1].split()
    assert enabled == "False"
    assert int(objects) < 100
