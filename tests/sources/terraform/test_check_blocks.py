"""Check blocks of code: Terraform only warns of a failed one, so they are removed from the private copy."""

import json
from pathlib import Path

import pytest

from skerry.sources.terraform.check_blocks import remove_checks
from skerry.verdicts import BLOCKED, OK
from tests.sources.terraform.cases import FIXABLE
from tests.sources.terraform.configurations import diagnosis_of, initialise, resolve

FAILING = """check "size" {
  assert {
    condition     = aws_vpc.main.cidr_block == "10.9.0.0/16"
    error_message = "another VPC } is \\"wrong\\""
  }
}
"""
VPC = 'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n'
LISTED = {"Modules": [{"Key": "", "Dir": "."}, {"Key": "far", "Dir": ".terraform/modules/far"}]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (VPC + FAILING + VPC, VPC + "\n" * 6 + VPC),
        (FAILING.replace("\n", "\r\n") + VPC, "\n" * 5 + "\r\n" + VPC),
        (VPC, VPC),
        ('check "a" {\n  broken = \n', 'check "a" {\n  broken = \n'),
        (f"/*\n{FAILING}*/\n{VPC}", f"/*\n{FAILING}*/\n{VPC}"),
    ],
    ids=["between resources", "carriage returns", "none", "no code", "comment"],
)
def test_lines_after_a_removed_block_keep_their_numbers(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / "main.tf").write_bytes(before.encode())
    remove_checks(tmp_path, tmp_path)
    assert (tmp_path / "main.tf").read_bytes().decode() == after


def test_file_in_another_encoding_stays(tmp_path: Path) -> None:
    content = FAILING.encode() + b"# \xff\n"
    (tmp_path / "main.tf").write_bytes(content)
    remove_checks(tmp_path, tmp_path)
    assert (tmp_path / "main.tf").read_bytes() == content


def test_check_in_json_is_removed_alone(tmp_path: Path) -> None:
    resource = {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}}}
    check = {"size": {"assert": {"condition": False, "error_message": "wrong"}}}
    (tmp_path / "main.tf.json").write_text(json.dumps({"check": check, "resource": resource}), encoding="utf-8")
    remove_checks(tmp_path, tmp_path)
    assert json.loads((tmp_path / "main.tf.json").read_text(encoding="utf-8")) == {"resource": resource}


@pytest.mark.parametrize("place", ["absolute", "../../outside"])
def test_listed_module_outside_the_copy_stays(tmp_path: Path, place: str) -> None:
    private, outside = tmp_path / "private", tmp_path / "outside"
    copy = private / "code"
    (copy / ".terraform" / "modules").mkdir(parents=True)
    outside.mkdir()
    (outside / "main.tf").write_text(FAILING, encoding="utf-8")
    listed = {"Modules": [{"Key": "m", "Dir": str(outside) if place == "absolute" else place}]}
    (copy / ".terraform" / "modules" / "modules.json").write_text(json.dumps(listed), encoding="utf-8")
    remove_checks(copy, private)
    assert (outside / "main.tf").read_text(encoding="utf-8") == FAILING


def test_file_that_a_link_of_the_copy_leads_to_stays(tmp_path: Path) -> None:
    own, copy = tmp_path / "own.tf", tmp_path / "copy"
    copy.mkdir()
    own.write_text(FAILING + VPC, encoding="utf-8")
    (copy / "main.tf").symlink_to(own)
    remove_checks(copy, copy)
    assert own.read_text(encoding="utf-8") == FAILING + VPC
    assert (copy / "main.tf").read_text(encoding="utf-8") == "\n" * 6 + VPC


@pytest.mark.parametrize("text", [VPC, FAILING + VPC], ids=["without checks", "with a check"])
def test_downloaded_module_of_the_user_stays(tmp_path: Path, text: str) -> None:
    data, copy = tmp_path / "code" / ".terraform", tmp_path / "copy"
    (data / "modules" / "far").mkdir(parents=True)
    (data / "providers").mkdir()
    (data / "modules" / "modules.json").write_text(json.dumps(LISTED), encoding="utf-8")
    (data / "modules" / "far" / "main.tf").write_text(text, encoding="utf-8")
    copy.mkdir()
    (copy / ".terraform").symlink_to(data)
    remove_checks(copy, copy)
    assert (data / "modules" / "far" / "main.tf").read_text(encoding="utf-8") == text
    private = (copy / ".terraform" / "modules" / "far" / "main.tf").read_text(encoding="utf-8")
    assert private.strip() == VPC.strip()
    assert (copy / ".terraform").is_symlink() == (text == VPC)
    assert (copy / ".terraform" / "providers").resolve() == data / "providers"


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize(("private_dns", "verdict"), [("true", OK), ("false", BLOCKED)])
def test_failing_check_changes_no_verdict(tmp_path: Path, private_dns: str, verdict: object) -> None:
    code = tmp_path / "code"
    FIXABLE.copy("private-dns-off", code)
    endpoints = code / "registry_endpoints.tf"
    text = endpoints.read_text(encoding="utf-8").replace("= false", f"= {private_dns}")
    endpoints.write_text(FAILING + text, encoding="utf-8")
    initialise(code)
    assert diagnosis_of(resolve(code)).verdict is verdict
