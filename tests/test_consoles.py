"""Every console block of the documentation runs in a real shell; a recorded output is that of today."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests import consoles, pages, terraforming
from tests.sources.terraform.cases import LABELLED
from tests.sources.terraform.configurations import initialise
from tests.sources.terraform.scenario_plans import expressible

ROOT = pages.ROOT
PAGES = {page.name: page for page in pages.find_pages() if "```console\n" in page.text}
PLANS = ROOT / "tests" / "sources" / "terraform" / "plans" / "scenarios"
TEMPLATES = ROOT / "tests" / "sources" / "cloudformation" / "labelled"
# Exit codes of skerry that are verdicts.
VERDICTS = {0, 1, 4}
INSTALLERS = ("uv==0.13.9", "pipx==1.18.4")
"""The programs of the lines that run a checkout without installing it for good."""

Preparation = Callable[[Path], Mapping[str, str]]
"""Puts the files that a page names into a folder, and returns the variables of its commands."""


def write_plan(folder: Path) -> None:
    (folder / "plan.json").write_bytes(gzip.decompress((PLANS / "nat-works.json.gz").read_bytes()))


def write_program(folder: Path, name: str, script: str) -> None:
    """Put a stand-in for a program on the path of the commands."""
    (folder / "bin").mkdir(exist_ok=True)
    program = folder / "bin" / name
    program.write_text(f"#!/bin/sh\nset -eu\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def prepare_check(folder: Path) -> Mapping[str, str]:
    code = folder / "DIRECTORY"
    code.mkdir()
    (code / "main.tf").write_text(expressible()["private-dns-off"], encoding="utf-8")
    # terraform init and terraform plan run in the folder of the code.
    for path in code.glob("*.tf"):
        shutil.copy(path, folder)
    initialise(code)
    write_plan(folder)
    (folder / "network").mkdir()
    shared = {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24", "availability_zone": "eu-west-1a"}
    subnet = {
        "mode": "managed",
        "type": "aws_subnet",
        "name": "shared",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 1, "attributes": shared}],
    }
    state = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "x",
        "outputs": {},
        "resources": [subnet],
    }
    for name in ("network/terraform.tfstate", "network.tfstate"):
        (folder / name).write_text(json.dumps(state), encoding="utf-8")
    other = json.dumps(state).replace("subnet-1", "subnet-2").replace("10.0.0.0/24", "10.0.9.0/24")
    (folder / "endpoints.tfstate").write_text(other, encoding="utf-8")
    shutil.copy(TEMPLATES / "private-dns-by-default.yaml", folder / "network.yaml")
    service = (TEMPLATES / "nat-gateway.yaml").read_text(encoding="utf-8")
    (folder / "service.yaml").write_text(service.replace("Family: web", "Family: api"), encoding="utf-8")
    # The stand-in for the provider listens on this machine, so Terraform may reach it.
    skerry = f'exec "{Path(sys.executable).with_name("skerry")}"'
    write_program(folder, "skerry", f'case "$*" in *DIRECTORY*) {skerry} "$@" --allow-network;; esac\n{skerry} "$@"')
    return {"TF_REATTACH_PROVIDERS": terraforming.reattachment(), "TF_CLI_CONFIG_FILE": os.devnull}


def prepare_cdk(folder: Path) -> Mapping[str, str]:
    """Let a stand-in for ``cdk synth`` write an assembly."""
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111122223333/eu-west-1",
        "properties": {"templateFile": "Web.template.json"},
    }
    (folder / "manifest.json").write_text(
        json.dumps({"version": "55.0.0", "artifacts": {"Web": stack}}), encoding="utf-8"
    )
    shutil.copy(TEMPLATES / "private-dns-by-default.yaml", folder / "Web.template.json")
    write_program(folder, "cdk", "mkdir cdk.out && cp manifest.json Web.template.json cdk.out")
    return {}


def prepare_places(folder: Path) -> Mapping[str, str]:
    """Work in a copy of the sources, as uvx and pipx do, with Docker only if an engine runs."""
    write_plan(folder)
    for name in ("src", "scripts", "requirements"):
        (folder / name).symlink_to(ROOT / name)
    for name in ("pyproject.toml", "README.md", "LICENSE", "Dockerfile", ".dockerignore", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder)
    LABELLED.copy("zone-hides-registry", folder / "case")
    for path in (folder / "case").iterdir():
        path.rename(folder / path.name)
    if not docker_runs():
        write_program(folder, "docker", 'echo "no Docker engine runs here: $*"')
    venv.create(folder / "installers", with_pip=True)
    pip = [str(folder / "installers" / "bin" / "python"), "-m", "pip", "install", "--quiet", *INSTALLERS]
    subprocess.run(pip, check=True, capture_output=True)
    for name in ("uvx", "uv", "pipx"):
        write_program(folder, name, f'exec "{folder}/installers/bin/{name}" "$@"')
    return {"TF_REATTACH_PROVIDERS": terraforming.reattachment(), "TF_CLI_CONFIG_FILE": os.devnull}


def docker_runs() -> bool:
    docker = shutil.which("docker")
    return docker is not None and subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0


def prepare_nothing(_folder: Path) -> Mapping[str, str]:
    return {}


PREPARATIONS: Mapping[str, Preparation] = {
    "docs/cdk.md": prepare_cdk,
    "docs/check.md": prepare_check,
    "docs/embedded.md": prepare_nothing,
    "docs/places.md": prepare_places,
}
OF_TERRAFORM = {"docs/check.md", "docs/places.md"}


def failures(ran: list[tuple[consoles.Step, consoles.Done]]) -> Iterator[str]:
    """Yield each command that ended with an error, with its output."""
    for step, done in ran:
        allowed = VERDICTS if "skerry" in step.command else {0}
        if done.code not in allowed:
            yield f"{step.command}: exit code {done.code}\n{done.output}"


@pytest.mark.long
@pytest.mark.parametrize("name", consoles.SESSIONS)
def test_session_of_page_runs_and_prints_what_is_recorded(name: str, tmp_path: Path) -> None:
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    ran = consoles.run_session(tmp_path, PAGES[name].text)
    assert list(failures(ran)) == []
    stale = [
        step.command
        for step, done in ran
        if step.output is not None and comparable(step.output) != comparable(done.output)
    ]
    assert stale == [], "run python -m tests.pages"


def comparable(text: str) -> str:
    return consoles.without_journals(pages.without_ids(text))


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(PREPARATIONS))
def test_console_blocks_of_page_run(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if name in OF_TERRAFORM:
        request.getfixturevalue("needs_terraform")
    variables = dict(PREPARATIONS[name](tmp_path))
    with consoles.Session(tmp_path, variables) as session:
        if any(re.match(r"skerry (snapshot|diagnose)", step.command) for step in consoles.steps_of(PAGES[name].text)):
            served = session.run("skerry embedded --port 0 --network broken")
            session.run(next(line for line in served.output.splitlines() if line.startswith("export ")))
        ran = [(step, session.run(step.command)) for step in consoles.steps_of(PAGES[name].text)]
    assert list(failures(ran)) == []


def test_every_page_with_console_blocks_is_run() -> None:
    assert sorted(PAGES) == sorted({*PREPARATIONS, *consoles.SESSIONS})
    assert all(consoles.steps_of(page.text) for page in PAGES.values())


def test_tutorial_tells_the_whole_story() -> None:
    commands = [" ".join(step.command.split()[:2]) for step in consoles.steps_of(PAGES["docs/tutorial.md"].text)]
    story = ["skerry embedded", "skerry diagnose", "skerry plan", "skerry apply", "skerry undo", "skerry check"]
    assert sorted(story, key=commands.index) == story


def test_steps_are_commands_with_their_recorded_outputs() -> None:
    text = "```console\n$ a\nout\n```\n\n<!-- recorded -->\n```console\n$ b\none\ntwo\n$ c\n```\n```\n$ d\n```\n"
    assert consoles.steps_of(text) == [
        consoles.Step("a", None),
        consoles.Step("b", "one\ntwo\n"),
        consoles.Step("c", ""),
    ]


def test_shell_keeps_variables_and_shows_both_outputs(tmp_path: Path) -> None:
    with consoles.Session(tmp_path) as session:
        session.run("export WORD='a b'")
        assert session.run('echo "$WORD"; echo "$HOME" >&2; exit 3') == consoles.Done(3, "a b\n/home/you\n")


def test_failing_command_is_reported() -> None:
    ran = [
        (consoles.Step("cp a b", None), consoles.Done(1, "no")),
        (consoles.Step("skerry x", None), consoles.Done(1, "")),
    ]
    assert list(failures(ran)) == ["cp a b: exit code 1\nno"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("tool", "program"),
    [("pipx", "$HOME/.local/bin/skerry"), ("uv", "$HOME/.local/bin/skerry"), ("venv", "venv/bin/skerry")],
)
def test_installing_lines_of_page_install_the_checkout(tool: str, program: str, tmp_path: Path) -> None:
    """Only the whole tests run all lines: the extras are large."""
    prepare_places(tmp_path)
    text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    lines = re.findall(rf"^(?:{tool}\b|pip wheel|python3 -m venv).*$", text, re.MULTILINE)
    installing = next(number for number, line in enumerate(lines) if line.startswith(tool)) + 1
    with consoles.Session(tmp_path) as session:
        ran = [(line, session.run(line)) for line in lines[:installing]]
        shown = session.run(f"{program} --version")
        if os.environ.get("SKERRY_TEST_WHOLE"):
            ran += [(line, session.run(line)) for line in lines[installing:]]
    assert [(line, done) for line, done in ran if done.code != 0] == []
    assert shown.output.startswith("skerry")
