"""Terraform's own binary with a stand-in for the AWS provider: what the tests of Terraform files share.

`validate`, `plan`, `settled` and `standing` need the binary; `why_not` says why they cannot run. Nothing is downloaded,
and an apply writes a state file and nothing else.
"""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]
Answers = Mapping[str, Any]

WHY = "no Terraform on this machine"
ROOT = Path(__file__).parent.parent
_ALONE = ("-input=false", "-lock=false", "-refresh=false")
_ADDRESS = "registry.terraform.io/hashicorp/aws"


class TerraformError(AssertionError):
    """Terraform refused: its messages."""


class _Provider(NamedTuple):
    answers: Path
    port: int
    process: int


@cache
def why_not() -> str | None:
    """Why there is no Terraform here; None where there is."""
    return None if shutil.which("terraform") else f"{WHY}: the program terraform is not on the path"


def format_differences(folder: Path) -> str:
    """What ``terraform fmt`` would change in a folder and those below it; empty where it is as it should be."""
    return _terraform("fmt", "-check", "-diff", "-recursive", str(folder), inside=folder, may_fail=True).stdout


def validate(folder: Path) -> list[str]:
    """The messages of ``terraform validate`` about a root module; none where it is valid."""
    with tempfile.TemporaryDirectory() as made:
        inside = _copy(folder, Path(made))
        get_modules(inside)
        said = json.loads(_terraform("validate", "-json", inside=inside, may_fail=True).stdout)
    return [f"{row['summary']}: {row['detail']}" for row in said["diagnostics"]]


def run_tests(folder: Path) -> str:
    """Return the report of ``terraform test`` about a module, or raise `TerraformError` with it."""
    with tempfile.TemporaryDirectory() as made:
        done = _terraform("test", inside=_copy(folder, Path(made)), may_fail=True)
    if done.returncode:
        raise TerraformError(done.stdout + done.stderr)
    return done.stdout


def plan(folder: Path, answers: Answers, **variables: Any) -> Json:
    """The plan of a root module, as ``terraform show -json`` prints it, where data sources answer ``answers``.

    The form of the answers stands in `tests.terraform.provider`. Raises `TerraformError` with Terraform's messages
    where it does not plan.
    """
    with _root(folder, answers, variables) as inside:
        _terraform("plan", *_ALONE, "-out=plan", inside=inside)
        shown: Json = json.loads(_terraform("show", "-json", "plan", inside=inside).stdout)
    return shown


class Root(NamedTuple):
    """A root module with its state, in a folder of its own, which can be edited, planned and applied again."""

    inside: Path

    def edit(self, text: str | None = None, answers: Answers | None = None, **variables: Any) -> None:
        """Replace the root's only file, the provider's answers or all the variables."""
        if text is not None:
            (self.inside / "main.tf").write_text(text, encoding="utf-8")
            get_modules(self.inside)
        if answers is not None:
            _provider().answers.write_text(json.dumps(answers), encoding="utf-8")
        if variables:
            (self.inside / "values.auto.tfvars.json").write_text(json.dumps(variables), encoding="utf-8")

    def plan(self) -> Json:
        """Return the plan over the state, as ``terraform show -json`` prints it."""
        _terraform("plan", *_ALONE, "-out=plan", inside=self.inside)
        shown: Json = json.loads(_terraform("show", "-json", "plan", inside=self.inside).stdout)
        return shown

    def apply(self) -> None:
        """Apply the last plan."""
        _terraform("apply", *_ALONE, "plan", inside=self.inside)

    def state(self) -> Json:
        """Return the state, as ``terraform show -json`` prints it."""
        shown: Json = json.loads(_terraform("show", "-json", inside=self.inside).stdout)
        return shown

    def require_no_changes(self) -> None:
        """Raise `TerraformError` with the plan if Terraform would change anything, outputs included."""
        done = _terraform("plan", *_ALONE, "-detailed-exitcode", inside=self.inside, may_fail=True)
        if done.returncode:
            raise TerraformError(f"planned again after the apply:\n{done.stdout}{done.stderr}")


@contextmanager
def standing(folder: Path, answers: Answers, **variables: Any) -> Iterator[Root]:
    """A root module that was planned and applied, and of which a second plan changes nothing."""
    with _root(folder, answers, variables) as inside:
        root = Root(inside)
        root.plan()
        root.apply()
        root.require_no_changes()
        yield root


def settled(folder: Path, answers: Answers, **variables: Any) -> Json:
    """Return the first plan of a root module, after an apply of it and a second plan without changes."""
    with _root(folder, answers, variables) as inside:
        root = Root(inside)
        shown = root.plan()
        root.apply()
        root.require_no_changes()
    return shown


def changes(document: Json) -> dict[str, str]:
    """Return the actions of a plan by address; ``delete/create`` is a replacement, ``move`` a new address alone."""
    acts = {}
    for row in document.get("resource_changes", []):
        if row["mode"] != "managed":
            continue
        action = "/".join(row["change"]["actions"])
        if action == "no-op" and "previous_address" in row:
            action = "move"
        if action != "no-op":
            acts[row["address"]] = action
    return acts


@contextmanager
def _root(folder: Path, answers: Answers, variables: Json) -> Iterator[Path]:
    """A copy of the root module with values for its variables, while the provider has these answers."""
    with tempfile.TemporaryDirectory() as made:
        inside = _copy(folder, Path(made))
        (inside / "values.auto.tfvars.json").write_text(json.dumps(variables), encoding="utf-8")
        _provider().answers.write_text(json.dumps(answers), encoding="utf-8")
        get_modules(inside)
        yield inside


def planned(document: Json) -> dict[str, Json]:
    """The values of every resource of a plan or a state, by address."""
    return dict(_resources((document.get("planned_values") or document["values"])["root_module"]))


def _resources(module: Json) -> list[tuple[str, Json]]:
    here = [(row["address"], row["values"]) for row in module.get("resources", []) if row["mode"] == "managed"]
    return here + [row for child in module.get("child_modules", []) for row in _resources(child)]


def _copy(folder: Path, made: Path) -> Path:
    """A copy of the folder, at the same place below a copy of what it may refer to: Terraform writes beside it."""
    if not folder.is_relative_to(ROOT):
        return Path(shutil.copytree(folder, made / "root"))
    shutil.copytree(ROOT / "terraform", made / "terraform", ignore=shutil.ignore_patterns(".terraform*"))
    inside = made / folder.relative_to(ROOT)
    if not inside.exists():
        shutil.copytree(folder, inside)
    return inside


def get_modules(inside: Path) -> None:
    """Let Terraform note where the modules lie, if the configuration calls any."""
    if any(re.search(r'^\s*module "', path.read_text(encoding="utf-8"), re.MULTILINE) for path in inside.glob("*.tf")):
        _terraform("get", inside=inside)


def reattachment() -> str:
    """What leads Terraform to the stand-in provider: the environment variable ``TF_REATTACH_PROVIDERS``."""
    provider = _provider()
    address = {"Network": "tcp", "String": f"127.0.0.1:{provider.port}"}
    attached = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": provider.process, "Test": True, "Addr": address}
    return json.dumps({_ADDRESS: attached})


def _terraform(*words: str, inside: Path, may_fail: bool = False) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(inside),
        "CHECKPOINT_DISABLE": "1",
        "GOGC": "off",  # a run lasts less than a second
        "TF_IN_AUTOMATION": "1",
        "TF_CLI_CONFIG_FILE": os.devnull,
        "TF_REATTACH_PROVIDERS": reattachment(),
    }
    colour = () if words[0] in ("show", "fmt", "validate", "get") else ("-no-color",)
    command = ["terraform", words[0], *colour, *words[1:]]
    done = subprocess.run(command, cwd=inside, env=environment, capture_output=True, text=True, check=False)
    if done.returncode and not may_fail:
        raise TerraformError(done.stderr or done.stdout)
    return done


@cache
def _provider() -> _Provider:
    """The stand-in provider, started once: it serves every run of this process."""
    folder = Path(tempfile.mkdtemp())
    answers = folder / "answers.json"
    answers.write_text("{}", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.terraform.provider", str(answers)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def stop() -> None:
        process.communicate(timeout=10)
        shutil.rmtree(folder)

    atexit.register(stop)
    if process.stdout is None:
        raise AssertionError
    return _Provider(answers, int(process.stdout.readline()), process.pid)
