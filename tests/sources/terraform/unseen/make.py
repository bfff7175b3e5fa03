"""Makes the plans, states and snapshots of these folders again.

``python -m tests.sources.terraform.unseen.make FOLDER…``, from the root of the repository. The environment variable
``SKERRY_TEST_TERRAFORM_MIRROR`` names a folder with the provider.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from skerry.embedded.http_server import serve_over_http
from tests import terraforming
from tests.sources.terraform.unseen.edited_networks import edited
from tests.sources.terraform.unseen.two_networks import VARIANTS
from tests.sources.terraform.unseen.two_networks import apply as apply_variant

HERE = Path(__file__).parent
REGION = "eu-west-1"
_LOCALS = re.compile(r"^  (subnets|groups)\s*= (.*)$", re.MULTILINE)


def add_common(folder: Path, place: Path) -> None:
    """Copy what folders share: the provider and the service, without those of its own."""
    text = (folder / "main.tf").read_text(encoding="utf-8")
    for name, own in (("provider.tf", 'provider "aws"'), ("web_service.tf", '"aws_ecs_service"')):
        if own not in text:
            shutil.copy(HERE / "common" / name, place)


class Work:
    """A copy of a folder with the real provider, whose AWS is the embedded one."""

    def __init__(self, folder: Path, place: Path, url: str) -> None:
        self.place = place
        shutil.copytree(folder, place, dirs_exist_ok=True)
        mirror = json.dumps(os.environ["SKERRY_TEST_TERRAFORM_MIRROR"])
        (place / "cli.tfrc").write_text(
            f"provider_installation {{\n  filesystem_mirror {{\n    path = {mirror}\n  }}\n}}\n", encoding="utf-8"
        )
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self._environment = {
            **kept,
            "HOME": str(place),
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "TF_CLI_CONFIG_FILE": str(place / "cli.tfrc"),
            "AWS_ENDPOINT_URL": url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "embedded",
            "AWS_SECRET_ACCESS_KEY": "embedded",
        }

    def run(self, *words: str) -> str:
        """Run a command in the copy, and return its output."""
        done = subprocess.run(words, cwd=self.place, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise terraforming.TerraformError(done.stderr or done.stdout)
        return done.stdout

    def initialise(self) -> None:
        """Get the modules and the provider."""
        self.run("terraform", "init", "-backend=false", "-no-color")

    def plan(self, target: Path, *words: str, variables: tuple[str, ...] = ()) -> None:
        """Write a plan as JSON."""
        given = [f"-var={variable}" for variable in variables]
        self.run("terraform", "plan", "-out=plan.out", "-no-color", *given, *words)
        write(target, self.run("terraform", "show", "-json", "plan.out"))

    def apply(self, *variables: str) -> None:
        """Apply the code."""
        self.run("terraform", "apply", "-auto-approve", "-no-color", *(f"-var={variable}" for variable in variables))

    def inline(self) -> None:
        """Write the locals of the service where they are used: a plan as JSON names no locals."""
        text = (self.place / "main.tf").read_text(encoding="utf-8")
        service = (self.place / "web_service.tf").read_text(encoding="utf-8")
        for name, value in _LOCALS.findall(text):
            service = service.replace(f"local.{name}", value)
        (self.place / "web_service.tf").write_text(service, encoding="utf-8")


def write(target: Path, text: str) -> None:
    """Write a file, packed."""
    target.with_name(f"{target.name}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def _direct(work: Work, folder: Path, plans: dict[str, tuple[str, ...]]) -> None:
    """Plan everything at once, with the locals of the service where they are used."""
    work.inline()
    work.initialise()
    for name, variables in plans.items():
        work.plan(folder / name, "-refresh=false", variables=variables)


def _modules(work: Work, folder: Path) -> None:
    work.initialise()
    work.plan(folder / "plan.json", "-refresh=false")


def _policies(work: Work, folder: Path) -> None:
    work.initialise()
    work.plan(folder / "plan.json")
    work.plan(folder / "ec2-trust.plan.json", variables=("reader=ec2.amazonaws.com",))


def _snapshot(work: Work, target: Path) -> None:
    work.run(sys.executable, "-m", "skerry", "snapshot", "--output", "snapshot.json", "--force")
    write(target, (work.place / "snapshot.json").read_text(encoding="utf-8"))


def _image(work: Work) -> None:
    program = """
import boto3, json
kind = "application/vnd.docker.distribution.manifest.v2+json"
part = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2, "digest": f"sha256:{'0' * 64}"}
client = boto3.client("ecr")
client.create_repository(repositoryName="web")
manifest = {"schemaVersion": 2, "mediaType": kind, "config": part, "layers": []}
client.put_image(repositoryName="web", imageTag="1", imageManifest=json.dumps(manifest))
"""
    work.run(sys.executable, "-c", program)


def _with_provider(place: Path) -> Path:
    shutil.copy(HERE / "common" / "provider.tf", place)
    return place


def _by_tags(work: Work, folder: Path, url: str) -> None:
    network = Work(folder / "network", _with_provider(work.place / "network"), url)
    network.initialise()
    network.apply()
    _image(work)
    write(folder / "network.tfstate", (network.place / "terraform.tfstate").read_text(encoding="utf-8"))
    work.inline()
    work.initialise()
    work.plan(folder / "plan.json")
    _snapshot(work, folder / "snapshot.json")
    network.apply("nat=false")
    _snapshot(work, folder / "snapshot-without-nat.json")


def _of_states(work: Work, folder: Path, url: str) -> None:
    network = Work(folder / "network", _with_provider(work.place / "network"), url)
    network.initialise()
    network.apply()
    _image(work)
    shown = json.loads(network.run("terraform", "output", "-json"))
    values = {name: row["value"] for name, row in shown.items()}
    words = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    write(folder / "network.tfstate", (network.place / "terraform.tfstate").read_text(encoding="utf-8"))
    endpoints = Work(folder / "endpoints", _with_provider(work.place / "endpoints"), url)
    endpoints.initialise()
    given = [f"{name}={value}" for name, value in words.items()]
    for port, name in (("8443", "endpoints-8443.tfstate"), ("443", "endpoints.tfstate")):
        endpoints.apply(*given, f"port={port}")
        write(folder / name, (endpoints.place / "terraform.tfstate").read_text(encoding="utf-8"))
    work.inline()
    work.initialise()
    work.plan(folder / "plan.json", variables=tuple(one for one in given if not one.startswith("route")))
    _snapshot(work, folder / "snapshot.json")


def _taken_away(work: Work, folder: Path, _: str) -> None:
    work.initialise()
    _image(work)
    work.apply()
    _snapshot(work, folder / "snapshot.json")
    for name in ("ecr.dkr", "s3", "table", "rule"):
        work.plan(folder / f"without-{name}.json", variables=(f"without={name}",))
    work.plan(folder / "other-port.json", variables=("port=8443",))
    work.plan(folder / "names-off.json", variables=("names=false",))
    work.plan(folder / "replaced-group.json", variables=("replaced=new",))
    work.plan(folder / "targeted.json", "-target=aws_vpc_endpoint.s3", variables=("without=s3",))
    main = work.place / "main.tf"
    text = main.read_text(encoding="utf-8")
    moved = text.replace('"aws_route_table" "app"', '"aws_route_table" "tasks"').replace(
        "_table.app.id", "_table.tasks.id"
    )
    main.write_text(
        f"{moved}\nmoved {{\n  from = aws_route_table.app\n  to   = aws_route_table.tasks\n}}\n", encoding="utf-8"
    )
    work.plan(folder / "moved.json")
    block = re.compile(r'resource "aws_vpc_endpoint" "s3" \{.*?\n\}\n', re.DOTALL)
    gone = "removed {\n  from = aws_vpc_endpoint.s3\n  lifecycle {\n    destroy = false\n  }\n}\n"
    main.write_text(block.sub(gone, text), encoding="utf-8")
    work.plan(folder / "removed.json")
    main.write_text(text, encoding="utf-8")
    work.plan(folder / "destroy-service.json", "-destroy")


def _two_networks(work: Work, folder: Path, url: str) -> None:
    work.initialise()
    _image(work)
    work.apply()
    group = work.run(sys.executable, "strangers.py").strip()
    _snapshot(work, folder / "snapshot.json")
    write(folder / "network.tfstate", (work.place / "terraform.tfstate").read_text(encoding="utf-8"))
    text = (work.place / "main.tf").read_text(encoding="utf-8")
    for name, variant in VARIANTS.items():
        (work.place / "main.tf").write_text(apply_variant(text, variant).replace("STRANGERS", group), encoding="utf-8")
        work.plan(folder / f"{name}.json", *variant.words)
    plans = {name: _packed(folder / f"{name}.json.gz") for name in ("same", "without-nat")}
    for name, document in edited(plans, _packed(folder / "snapshot.json.gz")).items():
        write(folder / name, json.dumps(document))
    ids = {row["address"]: row["change"]["after"]["id"] for row in plans["same"]["resource_changes"]}
    for name in ("third", "parts"):
        own = Work(folder / name, _with_provider(work.place / name), url)
        own.initialise()
        own.plan(folder / f"{name}.json", "-refresh=false", variables=(f"ids={json.dumps(ids)}",))


def _packed(file: Path) -> Any:
    return json.loads(gzip.decompress(file.read_bytes()))


def _regions(folder: Path) -> None:
    shown: Any = terraforming.plan(folder, {})
    write(folder / "plan.json", json.dumps(shown))


_ONLINE: dict[str, Callable[[Work, Path, str], None]] = {
    "network-by-tags": _by_tags,
    "parts-taken-away": _taken_away,
    "changes-of-two-networks": _two_networks,
    "services-of-states": _of_states,
}
_DIRECT: dict[str, dict[str, tuple[str, ...]]] = {
    "closed-endpoints": {"direct.plan.json": (), "direct-443.plan.json": ("port=443",)},
    "first-by-nat": {"direct.plan.json": (), "direct-without-nat.plan.json": ("nat=false",)},
    "first-isolated": {"direct.plan.json": (), "direct-private-dns.plan.json": ("private_dns=true",)},
}


def make(name: str) -> None:
    """Make the files of one folder again."""
    folder = HERE / name
    if name == "two-regions":
        _regions(folder)
        return
    with tempfile.TemporaryDirectory() as place, serve_over_http(REGION) as url:
        add_common(folder, Path(place))
        work = Work(folder, Path(place), url)
        if name in _DIRECT:
            _direct(work, folder, _DIRECT[name])
        elif name in _ONLINE:
            _ONLINE[name](work, folder, url)
        elif name == "policy-documents":
            _policies(work, folder)
        else:
            _modules(work, folder)


if __name__ == "__main__":
    for one in sys.argv[1:]:
        make(one)
