"""The pre-commit hook: the real pre-commit, on a scratch repository."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
SCENARIOS = ROOT / "tests" / "scenarios"


def call(folder: Path, *command: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PRE_COMMIT_HOME": str(folder.parent / "cache"), "PYTHONPATH": ""}
    words = list(map(str, command))
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_manifest_of_the_hook_is_valid() -> None:
    done = call(ROOT, PRE_COMMIT, "validate-manifest", ".pre-commit-hooks.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.long
def test_hook_fails_for_a_blocked_network_and_passes_for_its_repair(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    call(repository, "git", "init", "-q")
    commit = call(ROOT, "git", "rev-parse", "HEAD").stdout.strip()
    hooks = [{"repo": str(ROOT), "rev": commit, "hooks": [{"id": "skerry-check"}]}]
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": hooks}), encoding="utf-8")
    (repository / "skerry.toml").write_text('inputs = ["network.json"]\n', encoding="utf-8")
    for scenario, code, word in (("article-broken", 1, "blocked"), ("article-repaired", 0, "Passed")):
        (repository / "network.json").write_bytes((SCENARIOS / scenario / "network.json").read_bytes())
        call(repository, "git", "add", "-A")
        done = call(repository, PRE_COMMIT, "run", "--all-files", "--color", "never")
        assert done.returncode == code, done.stdout + done.stderr
        assert word in done.stdout
    (repository / "README").write_text("x", encoding="utf-8")
    done = call(repository, PRE_COMMIT, "run", "--files", "README", "--color", "never")
    assert "no files to check" in done.stdout
