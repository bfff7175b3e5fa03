"""Every Terraform file of the repository is read by a parser; where Terraform itself is, also by it."""

from pathlib import Path

import hcl2
import pytest

from tests.terraforming import ROOT, format_differences, validate

MODULE = ROOT / "terraform"
FILES = sorted(MODULE.rglob("*.tf"))
ROOTS = [MODULE, *sorted(path for path in (MODULE / "examples").iterdir() if path.is_dir()), MODULE / "wrappers"]


def test_module_has_terraform_files_and_examples() -> None:
    assert len(FILES) >= 12
    assert [path.name for path in ROOTS[1:]] == ["article", "central", "first-service", "least-privilege", "wrappers"]


def test_terraform_files_are_valid_hcl() -> None:
    assert [path for path in FILES if not hcl2.loads(path.read_text(encoding="utf-8"))] == []


def test_argument_without_value_is_invalid_hcl() -> None:
    with pytest.raises(Exception, match="Unexpected"):
        hcl2.loads('resource "aws_vpc" "this" { cidr_block = }')


@pytest.mark.usefixtures("needs_terraform")
def test_terraform_files_pass_terraform_fmt() -> None:
    assert format_differences(MODULE) == ""


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize("folder", ROOTS, ids=lambda path: path.name)
def test_terraform_module_and_examples_validate(folder: Path) -> None:
    assert validate(folder) == []


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('vpc_id = "vpc-1"\n service = "x"', 'An argument named "service" is not expected here'),
        ('service_name = "x"', 'The argument "vpc_id" is required'),
        ('vpc_id = "vpc-1"\n subnet_ids = "a"', "set of string required"),
    ],
    ids=["misspelt", "missing", "of another type"],
)
def test_provider_stub_refuses_invalid_arguments(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "main.tf").write_text(f'resource "aws_vpc_endpoint" "this" {{\n {text}\n}}\n')

    (message,) = validate(tmp_path)

    assert why in message


@pytest.mark.usefixtures("needs_terraform")
def test_unformatted_terraform_is_reported(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("locals {\na=1\n}\n")

    assert "+  a = 1" in format_differences(tmp_path)
