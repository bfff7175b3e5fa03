"""The component of GitLab CI, the container, the examples of the page, and the site of the documentation."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PAGE = (ROOT / "docs" / "places.md").read_text(encoding="utf-8")


class TestGitLabComponent:
    """https://docs.gitlab.com/ci/components/"""

    def documents(self) -> tuple[Any, Any]:
        header, jobs = yaml.safe_load_all((ROOT / "templates" / "check.yml").read_text(encoding="utf-8"))
        return header, jobs

    def test_component_uses_each_of_its_inputs(self) -> None:
        header, _ = self.documents()
        text = (ROOT / "templates" / "check.yml").read_text(encoding="utf-8").split("\n---\n")[1]
        assert set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", text)) == set(header["spec"]["inputs"])

    def test_script_writes_the_reports_that_the_job_names(self, tmp_path: Path) -> None:
        _, jobs = self.documents()
        [job] = jobs.values()
        (tmp_path / ".skerry" / "bin").mkdir(parents=True)
        (tmp_path / ".skerry" / "bin" / "skerry").symlink_to(BIN / "skerry")
        shutil.copy(ROOT / "tests" / "scenarios" / "article-broken" / "network.json", tmp_path)
        environment = {"PATH": f"{BIN}:/usr/bin:/bin", "PYTHONPATH": str(ROOT / "src")}
        environment |= {"SKERRY_ARGUMENTS": "--region eu-west-1 network.json"}
        command = ["sh", "-ec", job["script"][-1]]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr
        assert [name for name in job["artifacts"]["reports"].values() if not (tmp_path / name).exists()] == []


class TestContainer:
    def test_dockerfile_has_no_findings_of_hadolint(self) -> None:
        done = subprocess.run([BIN / "hadolint", "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")

    def test_build_context_has_the_files_that_the_package_needs(self) -> None:
        lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        kept = [line.removeprefix("!") for line in lines if line.startswith("!")]
        assert lines[0] == "*"
        assert [name for name in kept if not (ROOT / name).exists()] == []
        assert {"src", "pyproject.toml", "README.md", "LICENSE", "scripts/package_readme.py"} <= set(kept)

    @pytest.mark.long
    def test_image_runs_skerry(self) -> None:
        docker = shutil.which("docker")
        if docker is None or subprocess.run([docker, "info"], capture_output=True, check=False).returncode != 0:
            pytest.skip("no Docker engine runs here: the Dockerfile is linted only")
        subprocess.run([docker, "build", "--quiet", "--tag", "skerry-test", "."], cwd=ROOT, check=True)
        subprocess.run([docker, "run", "--rm", "--network", "none", "skerry-test", "--version"], check=True)


class TestExamples:
    def test_examples_are_yaml_and_name_the_hook_and_the_inputs_that_exist(self) -> None:
        blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
        hook, workflow, pipeline, _ = blocks
        manifest = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
        assert {row["id"] for row in hook["repos"][0]["hooks"]} <= {row["id"] for row in manifest}
        action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
        assert set(workflow["jobs"]["network"]["steps"][-1]["with"]) <= set(action["inputs"])
        header, _ = yaml.safe_load_all((ROOT / "templates" / "check.yml").read_text(encoding="utf-8"))
        assert set(pipeline["include"][0]["inputs"]) <= set(header["spec"]["inputs"])

    def test_example_of_settings_is_read(self) -> None:
        [block] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
        assert tomllib.loads(block)["inputs"]


class TestSite:
    def test_navigation_names_every_page_once(self) -> None:
        nav = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
        named = sorted(re.findall(r"'([\w/.-]+\.md)'", str(nav)))
        pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").glob("*.md")}
        assert named == sorted({*pages, "checks/README.md", "changelog.md", "commands.md"})

    @pytest.mark.long
    def test_site_is_built_without_a_broken_link(self) -> None:
        done = subprocess.run(
            [sys.executable, ROOT / "scripts" / "site.py"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "No issues found" in done.stdout + done.stderr
        html = ROOT / "build" / "site" / "html"
        assert "skerry" in (html / "index.html").read_text(encoding="utf-8")
        commands = (html / "commands" / "index.html").read_text(encoding="utf-8")
        assert all(f"--{option}" in commands for option in ("min-severity", "fail-on", "write-baseline", "run-code"))
