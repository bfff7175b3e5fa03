"""The workflow for Atlantis: its keys are those of Atlantis, and its steps run as Atlantis runs them.

https://www.runatlantis.io/docs/custom-workflows.html
https://www.runatlantis.io/docs/server-side-repo-config.html
"""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PAGE = (ROOT / "docs" / "places.md").read_text(encoding="utf-8")
PLANS = ROOT / "tests" / "sources" / "terraform" / "plans" / "scenarios"
STAGES = {"plan", "apply", "import", "state_rm"}
BUILT_IN = {"init", "plan", "apply", "import", "state_rm", "show", "policy_check"}
KEYS_OF_RUN = {"command", "shell", "shellArgs", "output"}
OUTPUTS = {"show", "hide", "strip_refreshing"}
# Atlantis looks its names up in the shell: https://www.runatlantis.io/docs/custom-workflows.html#native-environment-variables
VARIABLES = {"PLANFILE", "SHOWFILE", "WORKSPACE", "DIR"}


def configuration() -> Any:
    [block] = [one for one in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "workflows:" in one]
    return yaml.safe_load(block)


def faults_of(config: Any) -> Iterator[str]:
    """Yield what Atlantis would not read."""
    yield from (f"key {key}" for key in set(config) - {"repos", "workflows"})
    for repo in config["repos"]:
        if repo["workflow"] not in config["workflows"]:
            yield f"workflow {repo['workflow']}"
    for workflow in config["workflows"].values():
        yield from (f"stage {stage}" for stage in set(workflow) - STAGES)
        for step in (step for stage in workflow.values() for step in stage["steps"]):
            yield from _faults_of_step(step)


def _faults_of_step(step: Any) -> Iterator[str]:
    if isinstance(step, str):
        yield from [f"step {step}"] * (step not in BUILT_IN)
        return
    [(kind, run)] = step.items()
    yield from [f"step {kind}"] * (kind != "run")
    if isinstance(run, dict):
        yield from (f"key {key} of run" for key in set(run) - KEYS_OF_RUN)
        yield from [f"output {run.get('output')}"] * (run.get("output", "show") not in OUTPUTS)
    yield from (f"variable {name}" for name in set(re.findall(r"\$(\w+)", command_of(step))) - VARIABLES)


def command_of(step: Mapping[str, Any]) -> str:
    run = step["run"]
    return str(run["command"] if isinstance(run, dict) else run)


def test_workflow_has_keys_of_atlantis_alone() -> None:
    assert list(faults_of(configuration())) == []


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ("fmt", "step fmt"),
        ({"run": {"command": "x", "quiet": True}}, "key quiet of run"),
        ({"run": {"command": "x", "output": "none"}}, "output none"),
        ({"run": "skerry check $PLAN"}, "variable PLAN"),
    ],
)
def test_other_steps_are_faults(step: Any, fault: str) -> None:
    config = {"repos": [], "workflows": {"x": {"plan": {"steps": [step]}}}}
    assert list(faults_of(config)) == [fault]


@pytest.mark.parametrize(
    ("scenario", "code"), [pytest.param("nat-works", 0, marks=pytest.mark.long), ("endpoint-group-lacks-443", 1)]
)
def test_steps_stop_at_a_blocked_plan(scenario: str, code: int, tmp_path: Path) -> None:
    """The built-in steps are Terraform's, whose stand-in prints a kept plan; the other steps run in a shell."""
    (tmp_path / "kept.json").write_bytes(gzip.decompress((PLANS / f"{scenario}.json.gz").read_bytes()))
    (tmp_path / "bin").mkdir()
    terraform = tmp_path / "bin" / "terraform"
    terraform.write_text('#!/bin/sh\n[ "$*" = "show -json $PLANFILE" ] && cat kept.json\n', encoding="utf-8")
    terraform.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path / 'bin'}:{BIN}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "PLANFILE": str(tmp_path / "work space.tfplan"),
        "SHOWFILE": str(tmp_path / "work space.json"),
    }
    steps = [step for step in configuration()["workflows"]["skerry"]["plan"]["steps"] if isinstance(step, dict)]
    ends = []
    for step in steps:
        command = ["sh", "-c", command_of(step)]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        ends.append(done.returncode)
    assert ends == [0, code]
    assert json.loads((tmp_path / "work space.json").read_bytes())["resource_changes"]
