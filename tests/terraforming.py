"""Terraform's own binary with a stand-in for the AWS provider: what the tests of Terraform files share.

`validate`, `plan` and `apply` need the binary; `why_not` tells why they cannot be. Nothing is downloaded, and what is
applied is made on paper.
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
        _get(inside)
        said = json.loads(_terraform("validate", "-json", inside=inside, may_fail=True).stdout)
    return [f"{row['summary']}: {row['detail']}" for row in said["diagnostics"]]


def plan(folder: Path, answers: Answers, **variables: Any) -> Json:
    """The plan of a root module, as ``terraform show -json`` prints it, where data sources answer ``answers``.

    The form of the answers stands in `tests.terraform.provider`. Raises `TerraformError` with Terraform's messages
    where it does not plan.
    """
    with _root(folder, answers, variables) as inside:
        _terraform("plan", *_ALONE, "-out=plan", inside=inside)
        shown: Json = json.loads(_terraform("show", "-json", "plan", inside=inside).stdout)
    return shown


def apply(folder: Path, answers: Answers, **variables: Any) -> Json:
    """The state of a root module that was applied on paper, as ``terraform show -json`` prints it."""
    with _root(folder, answers, variables) as inside:
        _terraform("apply", *_ALONE, "-auto-approve", inside=inside)
        shown: Json = json.loads(_terraform("show", "-json", inside=inside).stdout)
    return shown


@contextmanager
def _root(folder: Path, answers: Answers, variables: Json) -> Iterator[Path]:
    """A copy of the root module with values for its variables, while the provider has these answers."""
    with tempfile.TemporaryDirectory() as made:
        inside = _copy(folder, Path(made))
        (inside / "values.auto.tfvars.json").write_text(json.dumps(variables), encoding="utf-8")
        _provider().answers.write_text(json.dumps(answers), encoding="utf-8")
        _get(inside)
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


def _get(inside: Path) -> None:
    """Let Terraform note where the modules lie, if the configuration calls any."""
    if any(re.search(r'^\s*module "', path.read_text(encoding="utf-8"), re.MULTILINE) for path in inside.glob("*.tf")):
        _terraform("get", inside=inside)


def _terraform(*words: str, inside: Path, may_fail: bool = False) -> subprocess.CompletedProcess[str]:
    provider = _provider()
    attached = {
        "Protocol": "grpc",
        "ProtocolVersion": 6,
        "Pid": provider.process,
        "Test": True,
        "Addr": {"Network": "tcp", "String": f"127.0.0.1:{provider.port}"},
    }
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(inside),
        "CHECKPOINT_DISABLE": "1",
        "GOGC": "off",  # a run lasts less than a second
        "TF_IN_AUTOMATION": "1",
        "TF_CLI_CONFIG_FILE": os.devnull,
        "TF_REATTACH_PROVIDERS": json.dumps({_ADDRESS: attached}),
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
