"""A check in all places, on a scratch repository with a failing template and failing code, before and after the patch.

``python -m tests.places.shows FOLDER`` writes ``shows.md``, and pictures of the comments and of the site's front page.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml
from playwright.sync_api import Browser, sync_playwright

from tests import terraforming
from tests.browsing import ARGUMENTS
from tests.places.npm import unpack
from tests.places.rendering import render
from tests.sources.terraform.configurations import initialise
from tests.sources.terraform.scenario_plans import expressible

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TEMPLATE = ROOT / "tests" / "sources" / "cloudformation" / "labelled" / "private-dns-by-default.yaml"
CODE = "infra"
SCENARIO = "endpoints-without-s3"
INPUTS = {"template": "templates/network.yaml", "plan": "plan.json"}


class Scratch:
    """A repository with a template and a plan, and the outputs of the commands that ran in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self._environment = {
            **os.environ,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "PRE_COMMIT_HOME": str(folder.parent / "pre-commit"),
            "COLUMNS": "80",
        }
        (folder / "templates").mkdir(parents=True)
        shutil.copy(TEMPLATE, folder / INPUTS["template"])
        code = folder / CODE
        code.mkdir()
        (code / "main.tf").write_text(expressible()[SCENARIO], encoding="utf-8")
        (folder / ".gitignore").write_text(".terraform\n", encoding="utf-8")
        initialise(code)
        self.write_plan()
        self._run("git", "init", "-q")

    def write_plan(self) -> None:
        """Put the plan of the code there, as Terraform makes it."""
        document = terraforming.plan(self.folder / CODE, {})
        (self.folder / INPUTS["plan"]).write_text(json.dumps(document), encoding="utf-8")

    def show(self, title: str, *command: object, **variables: str) -> str:
        """Run a command, and keep its output under a title. Returns what it prints on stdout."""
        done = self._run(*command, **variables)
        self.lines += [f"## {title}", "", "```", *(done.stdout + done.stderr).rstrip().splitlines()]
        self.lines += [f"exit code {done.returncode}", "```", ""]
        return done.stdout

    def _run(self, *command: object, **variables: str) -> "subprocess.CompletedProcess[str]":
        words = [
            shutil.which(str(command[0]), path=self._environment["PATH"]) or str(command[0]),
            *map(str, command[1:]),
        ]
        environment = self._environment | variables
        return subprocess.run(words, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)


def show_places(scratch: Scratch, state: str, browser: Browser, out: Path) -> None:
    """Show the check of the repository in each place."""
    for name, path in INPUTS.items():
        (scratch.folder / "skerry.toml").write_text(f'inputs = ["{path}"]\nregion = "eu-west-1"\n', encoding="utf-8")
        about = f"{name}, {state}"
        show_hook(scratch, about)
        output, summary = scratch.folder.parent / "output", scratch.folder.parent / "summary"
        summary.unlink(missing_ok=True)
        scratch.show(
            f"The Action's script: {about}",
            "bash",
            ROOT / "action" / "check.sh",
            GITHUB_OUTPUT=str(output),
            GITHUB_STEP_SUMMARY=str(summary),
            SKERRY_SARIF="skerry.sarif",
            SKERRY_INPUTS="",
            SKERRY_ARGUMENTS="",
        )
        program = unpack("@microsoft/sarif-multitool-linux", "5.7.0") / "Sarif.Multitool"
        program.chmod(0o755)
        scratch.lines += ["```", *output.read_text(encoding="utf-8").splitlines(), "```", ""]
        output.unlink()
        scratch.show(
            f"SARIF, validated: {about}", program, "validate", "skerry.sarif", "--rule-kind", "Sarif;Ghas",
            DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1",
        )  # fmt: skip
        for form in ("github", "gitlab", "junit"):
            scratch.show(f"{form}: {about}", "skerry", "check", "--format", form)
        picture = out / f"comment-{name}-{state}.png"
        shown = render(browser, summary.read_text(encoding="utf-8"), scratch.folder.parent, picture)
        scratch.lines += [
            f"## Markdown, rendered: {about}",
            "",
            f"{picture.name}: {shown.maps} maps, faults {shown.faults}",
            "",
        ]


def show_hook(scratch: Scratch, about: str) -> None:
    """Show the hook, with the real pre-commit."""
    commit = subprocess.run(
        [shutil.which("git") or "git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    hooks = {"repos": [{"repo": str(ROOT), "rev": commit, "hooks": [{"id": "skerry-check"}]}]}
    (scratch.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(hooks), encoding="utf-8")
    scratch.show("git add", "git", "add", "-A")
    scratch.show(f"pre-commit: {about}", "pre-commit", "run", "--all-files", "--color", "never", PYTHONPATH="")


def repair(scratch: Scratch) -> None:
    """Apply the patches to the template and to the code, and plan again."""
    for path, words in ((INPUTS["template"], ()), (CODE, ("--allow-network",))):
        # The stand-in for the provider listens on this machine, so Terraform may reach it.
        variables = {"TF_REATTACH_PROVIDERS": terraforming.reattachment(), "TF_CLI_CONFIG_FILE": os.devnull}
        command = ("skerry", "check", path, "--region", "eu-west-1", "--fix", *words)
        patch = scratch.show(f"skerry check {path} --fix", *command, **variables)
        (scratch.folder / "fix.patch").write_text(patch, encoding="utf-8")
        scratch.show("git apply", "git", "apply", "-v", "fix.patch")
        scratch.show("Only the patch changed", "git", "diff", "--stat", "--", path)
    scratch.write_plan()


def show_site(browser: Browser, out: Path) -> Iterator[str]:
    """Take a picture of the front page of the documentation's site."""
    done = subprocess.run([sys.executable, ROOT / "scripts" / "site.py"], capture_output=True, text=True, check=False)
    yield f"## The site: exit code {done.returncode}"
    yield (done.stdout + done.stderr).strip().splitlines()[-1]
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((ROOT / "build" / "site" / "html" / "index.html").as_uri())
    page.screenshot(path=str(out / "site.png"))
    page.goto((ROOT / "build" / "site" / "html" / "tutorial" / "index.html").as_uri())
    page.screenshot(path=str(out / "site-tutorial.png"))
    page.close()


def main() -> None:
    """Show everything."""
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        scratch = Scratch(Path(folder) / "repository")
        show_places(scratch, "before", browser, out)
        repair(scratch)
        show_places(scratch, "after", browser, out)
        scratch.lines += show_site(browser, out)
        browser.close()
    (out / "shows.md").write_text("\n".join([*scratch.lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
