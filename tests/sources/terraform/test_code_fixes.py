"""Patches of Terraform code: applied as a user applies them, read again, and as terraform fmt leaves them."""

import json
import os
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from skerry.app.checking import CheckRequest, NamedPath
from skerry.app.fixing import CheckFix, fix
from skerry.errors import InputError
from skerry.model.world import World
from skerry.sources.answers import load_answers
from skerry.verdicts import BLOCKED, OK
from tests import terraforming
from tests.sources.terraform.cases import FIXABLE
from tests.sources.terraform.configurations import REGION, initialise, stand_in

PLANS: Final = Path(__file__).parent / "plans"


class Expected(NamedTuple):
    """The lines that a patch must add, and the file they belong to."""

    file: str
    lines: tuple[str, ...]


PATCHED: Final = {
    "acl-without-https": Expected("network_acl.tf", ("  egress {", "    rule_no    = 110")),
    "dynamic-rules": Expected("endpoints_group.tf", ("  ingress {", "    from_port   = 443")),
    "egress-too-narrow": Expected("tasks_group.tf", ("  egress {", "    from_port   = 443")),
    "egress-without-new-s3": Expected("tasks_group.tf", ("    prefix_list_ids = [data.aws_prefix_list.s3.id]",)),
    "egress-without-s3": Expected("tasks_group.tf", ("    prefix_list_ids = [aws_vpc_endpoint.s3.prefix_list_id]",)),
    "endpoint-by-associations": Expected(
        "s3_gateway.tf", ('resource "aws_vpc_endpoint_route_table_association" "s3_private" {',)
    ),
    "endpoints-by-key": Expected(
        "registry_endpoints.tf", ("  private_dns_enabled = true", '    s3 = "com.amazonaws.${var.region}.s3"')
    ),
    "gateway-without-tables": Expected("s3_gateway.tf", ("  route_table_ids = [aws_route_table.private.id]",)),
    "group-in-a-file-of-its-own": Expected(
        "endpoints_group.tf", ('resource "aws_vpc_security_group_ingress_rule" "endpoints_cidr" {',)
    ),
    "group-of-others-too": Expected(
        "registry_endpoints.tf",
        ("  security_group_ids  = [aws_security_group.endpoints.id, aws_security_group.endpoints_2.id]",),
    ),
    "hostile-keys": Expected(
        "vpc_endpoints.tf",
        ('    private_b_n_if = aws_subnet.private["b\\n# } %%{if}"].cidr_block',),
    ),
    "host-names-off": Expected("vpc.tf", ("  enable_dns_hostnames = true # for now",)),
    "inline-rule-missing": Expected(
        "endpoints_group.tf", ("  ingress {", "    cidr_blocks = [aws_subnet.a.cidr_block, aws_subnet.b.cidr_block]")
    ),
    "modules-two-deep": Expected("modules/platform/main.tf", ("  dns_hostnames      = true",)),
    "nothing-there": Expected(
        "vpc_endpoints.tf",
        ("  subnet_ids          = [aws_subnet.a.id, aws_subnet.b.id]", "  vpc_id      = aws_vpc.main.id"),
    ),
    "older-rules-missing": Expected(
        "endpoints_group.tf",
        ('resource "aws_security_group_rule" "endpoints_ingress_443" {', '  protocol          = "tcp"'),
    ),
    "policy-too-narrow": Expected(
        "s3_gateway.tf", ('        Resource  = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"',)
    ),
    "private-dns-absent": Expected("registry_endpoints.tf", ("  private_dns_enabled = true",)),
    "private-dns-off": Expected("registry_endpoints.tf", ("  private_dns_enabled = true",)),
    "public-without-address": Expected("vpc_endpoints.tf", ("  route_table_ids   = [aws_route_table.private.id]",)),
    "second-provider": Expected("vpc_endpoints.tf", ("  provider = aws.home",)),
    "separate-acl-entries": Expected("network_acl.tf", ('resource "aws_network_acl_rule" "private_egress" {',)),
    "separate-rules-missing": Expected(
        "endpoints_group.tf", ('resource "aws_vpc_security_group_ingress_rule" "endpoints_cidr" {',)
    ),
    "several-services": Expected(
        "vpc_endpoints.tf", ('    secretsmanager = "com.amazonaws.eu-west-1.secretsmanager"',)
    ),
    "subnets-by-count": Expected("vpc_endpoints.tf", ("  subnet_ids          = aws_subnet.private[*].id",)),
    "subnets-by-key": Expected("vpc_endpoints.tf", ("  subnet_ids          = values(aws_subnet.private)[*].id",)),
    "two-vpcs": Expected(
        "vpc_endpoints.tf",
        ("  security_group_ids  = [aws_security_group.endpoints_second.id]", "  vpc_id              = aws_vpc.main.id"),
    ),
    "vpc-of-a-called-twice-module": Expected(
        "network/outputs.tf", ('output "private_route_table_id" {', "  value       = aws_route_table.private.id")
    ),
}
MANUAL: Final = {
    "dns-off-by-variable": ("private_dns_enabled is var.private_dns, and no plain value", "private_dns_enabled = true"),
    "rules-as-an-argument": ("ingress is an argument there, and no block", "  from_port   = 443"),
    "vpc-in-json": ("it is written in vpc.tf.json", "enable_dns_hostnames = true"),
}
PART: Final = (
    *("modules-two-deep", "inline-rule-missing", "vpc-of-a-called-twice-module", "endpoints-by-key"),
    "endpoint-by-associations",
)
pytestmark = [pytest.mark.long, pytest.mark.usefixtures("needs_terraform")]


def copied(name: str, target: Path, root: str = ".") -> Path:
    """Return an initialised copy of a configuration, with the files that it shares with others."""
    FIXABLE.copy(name, target)
    initialise(target / root)
    return target / root


def fixed(path: Path, code: Path | None = None) -> CheckFix:
    """Return the patch of a folder of code, or of a plan with its code."""
    with stand_in():
        return fix(CheckRequest((NamedPath(path),), code=code, region=REGION, allow_network=True))


def applied(folder: Path, patch: str) -> None:
    """Apply a patch as users do, after git has accepted it too."""
    check = ["git", "apply", "--check"]
    environment = {**os.environ, "GIT_DIR": os.devnull}
    subprocess.run(check, cwd=folder, input=patch.encode(), check=True, capture_output=True, env=environment)
    subprocess.run(["patch", "-p1", "--binary"], cwd=folder, input=patch.encode(), check=True, capture_output=True)  # noqa: S607


@pytest.mark.parametrize("name", sorted(PATCHED) if os.environ.get("SKERRY_TEST_WHOLE") else PART)
def test_code_with_its_patch_is_ok_and_formatted(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copied(name, tmp_path / "code")
    monkeypatch.chdir(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.tf")}
    made = fixed(Path())
    assert {path: path.read_bytes() for path in folder.rglob("*.tf")} == before
    assert (made.before.verdict, made.after.verdict, made.manual) == (BLOCKED, OK, ())
    file, lines = PATCHED[name]
    part = made.patch.partition(f"+++ b/{file}\n")[2].partition("\n--- ")[0].splitlines()
    assert [line for line in lines if f"+{line}" not in part] == []
    applied(folder, made.patch)
    again = fixed(Path())
    assert (again.before.verdict, again.patch) == (OK, "")
    assert terraforming.format_differences(folder) == ""


@pytest.mark.parametrize("name", sorted(MANUAL))
def test_change_that_no_edit_makes_is_named_with_its_code(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copied(name, tmp_path / "code"))
    made = fixed(Path())
    reason, snippet = MANUAL[name]
    assert (made.patch, made.after.verdict) == ("", BLOCKED)
    assert reason in made.manual[0].title
    assert snippet in made.manual[0].snippet.splitlines()


def test_each_region_gets_resources_of_its_own_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copied("two-vpcs", tmp_path / "code")
    second = folder / "second_vpc.tf"
    text = re.sub(r'(resource "\w+" "[\w-]+" \{\n)', r"\1  provider = aws.far\n", second.read_text(encoding="utf-8"))
    far = 'provider "aws" {\n  alias  = "far"\n  region = "us-east-1"\n}\n\n'
    second.write_text(far + text.replace("eu-west-1", "us-east-1"), encoding="utf-8")
    monkeypatch.chdir(folder)
    with stand_in():
        made = fix(CheckRequest((NamedPath(Path()),), allow_network=True))
    assert (made.after.verdict, made.manual) == (OK, ())
    added = [line.removeprefix("+") for line in made.patch.splitlines() if line.startswith("+")]
    far_ones = [name for name, line in pairwise(added) if line == "  provider = aws.far"]
    assert [name.split('"')[1] for name in far_ones] == [
        *("aws_security_group", "aws_vpc_security_group_ingress_rule", "aws_vpc_endpoint", "aws_vpc_endpoint")
    ]
    assert sum("com.amazonaws.us-east-1" in line for line in added) == 4
    assert sum("com.amazonaws.eu-west-1" in line for line in added) == 4


def test_files_outside_the_working_folder_are_named_and_not_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copied("modules-two-deep", tmp_path / "code")
    outside = root / "root"
    outside.mkdir()
    for path in root.glob("*.tf"):
        text = path.read_text(encoding="utf-8")
        (outside / path.name).write_text(text.replace("./modules", "../modules"), encoding="utf-8")
        path.unlink()
    initialise(outside)
    monkeypatch.chdir(outside)
    made = fixed(Path())
    assert made.patch == ""
    assert any("../modules/platform/main.tf is outside of root" in step.title for step in made.manual)
    assert any("no output of module.platform is aws_vpc.main.id" in step.title for step in made.manual)
    monkeypatch.chdir(root)
    assert "+++ b/modules/network/vpc_endpoints.tf" in fixed(Path("root")).patch


def test_symbolic_links_are_named_and_not_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copied("private-dns-off", tmp_path / "code")
    (folder / "registry_endpoints.tf").rename(tmp_path / "real.tf")
    (folder / "registry_endpoints.tf").symlink_to(tmp_path / "real.tf")
    monkeypatch.chdir(folder)
    made = fixed(Path())
    assert made.patch == ""
    assert len(made.manual) == 2
    assert all("registry_endpoints.tf is a symbolic link" in step.title for step in made.manual)


@pytest.mark.parametrize("name", ["private-dns-absent", "nothing-there"])
def test_plan_is_patched_in_its_code(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copied(name, tmp_path / "code")
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(terraforming.plan(folder, {})), encoding="utf-8")
    monkeypatch.chdir(folder)
    made = fixed(plan, folder)
    assert (made.before.verdict, made.after.verdict, made.manual) == (BLOCKED, OK, ())
    applied(folder, made.patch)
    assert fixed(Path()).before.verdict is OK


def test_plan_that_breaks_what_exists_is_patched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "code"
    shutil.copytree(PLANS / "nat_removed", folder)
    initialise(folder)
    existing = World(load_answers({"snapshot.json": (folder / "snapshot.json").read_bytes()}, "snapshot"))
    monkeypatch.chdir(folder)
    with stand_in():
        inputs = (NamedPath(Path("plan.json")),)
        made = fix(CheckRequest(inputs, code=Path(), region=REGION, allow_network=True, existing=existing))
    assert [one.verdict for one in (made.before, made.after)] == [BLOCKED, OK]
    assert [len(one.networks[0].breaks) for one in (made.before, made.after)] == [1, 0]
    assert "+  subnet_ids          = [aws_subnet.private.id]\n" in made.patch


def test_plan_without_its_code_has_no_patch(tmp_path: Path) -> None:
    folder = copied("private-dns-off", tmp_path / "code")
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(terraforming.plan(folder, {})), encoding="utf-8")
    with pytest.raises(InputError, match="only templates and code"):
        fixed(plan)
