"""Labelled configurations: the verdict and all blockers are those that AWS's pages tell."""

import json
import os
from pathlib import Path

import pytest

from skerry.sources.terraform.plan_configuration import AccountPlace
from skerry.sources.terraform.provider_scopes import split_scopes
from skerry.sources.terraform.resolving import TerraformCode, resolve_code
from skerry.sources.terraform.writing import write
from tests.sources.terraform.configurations import (
    LABELLED,
    blockers_of,
    copy_labelled,
    diagnosis_of,
    resolve,
    stand_in,
)

NAMES = sorted(path.parent.name for path in LABELLED.glob("*/expected.json"))
SHORT = ("hub-without-way-back",)
PART = ("volume-in-default-group", "way-by-a-firewall", "schedule-in-isolated-subnets", "dns-firewall-blocks-aws")


def require_expected(name: str, folder: Path) -> None:
    expected = json.loads((LABELLED / name / "expected.json").read_text(encoding="utf-8"))
    written = resolve(copy_labelled(name, folder))
    diagnosis = diagnosis_of(written)
    assert (name, diagnosis.verdict) == (name, expected["verdict"])
    assert blockers_of(written, diagnosis) == {tuple(row) for row in expected["blockers"]}


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize("name", SHORT)
def test_verdict_and_blockers_are_as_labelled(tmp_path: Path, name: str) -> None:
    require_expected(name, tmp_path / "code")


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
def test_verdicts_and_blockers_of_all_labels_are_as_labelled(tmp_path: Path) -> None:
    for name in NAMES if os.environ.get("SKERRY_TEST_WHOLE") else PART:
        require_expected(name, tmp_path / name)


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize("region", ["eu-west-1", None])
def test_computed_region_of_a_provider_is_not_that_of_another_provider(tmp_path: Path, region: str | None) -> None:
    folder = copy_labelled("volume-in-default-group", tmp_path / "code")
    service = folder / "service.tf"
    text = service.read_text(encoding="utf-8").replace('region = "eu-west-1"', "region = local.home")
    text += 'locals {\n  home = "eu-${"west"}-1"\n}\n'
    text += 'provider "aws" {\n  alias  = "global"\n  region = "us-east-1"\n}\n'
    text += 'resource "aws_cloudwatch_log_group" "global" {\n  provider = aws.global\n  name = "/global"\n}\n'
    service.write_text(text, encoding="utf-8")
    expected = json.loads((LABELLED / "volume-in-default-group" / "expected.json").read_text(encoding="utf-8"))
    with stand_in():
        configuration = resolve_code(TerraformCode(folder, allow_network=True), AccountPlace(region))
    home = next(one for one in split_scopes(configuration) if one.region == "eu-west-1")
    written = write(home)
    diagnosis = diagnosis_of(written)
    assert diagnosis.verdict == expected["verdict"]
    assert blockers_of(written, diagnosis) == {tuple(row) for row in expected["blockers"]}
