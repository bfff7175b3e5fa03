"""Labelled configurations: the verdict and all blockers are those that AWS's pages tell."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from skerry.sources.terraform.plan_configuration import AccountPlace
from skerry.sources.terraform.provider_scopes import split_scopes
from skerry.sources.terraform.resolving import TerraformCode, resolve_code
from skerry.sources.terraform.writing import Written, write
from tests.sources.terraform.cases import LABELLED
from tests.sources.terraform.configurations import (
    blockers_of,
    copy_labelled,
    diagnosis_of,
    resolve,
    stand_in,
)

NAMES = sorted(LABELLED.folders())
SHORT = ("hub-without-way-back",)
PART = ("volume-in-default-group", "way-by-a-firewall", "schedule-in-isolated-subnets", "dns-firewall-blocks-aws")


def label_of(name: str) -> dict[str, Any]:
    """Return the label of a configuration."""
    text = (LABELLED.folders()[name] / "expected.json").read_text(encoding="utf-8")
    label: dict[str, Any] = json.loads(text)
    assert label.keys() <= {"verdict", "blockers", "unknown", "why"}
    return label


def require_label(written: Written, label: dict[str, Any]) -> None:
    """Fail unless documents have the verdict, the blockers and the unknown facts of a label."""
    diagnosis = diagnosis_of(written)
    assert diagnosis.verdict == label["verdict"]
    assert blockers_of(written, diagnosis) == {tuple(row) for row in label["blockers"]}
    unknowns = {str(one) for service in diagnosis.services for need in service.needs for one in need.unknowns}
    named = {written.addresses.get(word, word) for text in unknowns for word in text.split()}
    assert set(label.get("unknown", ())) <= named


@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize("name", SHORT)
def test_verdict_and_blockers_are_as_labelled(tmp_path: Path, name: str) -> None:
    require_label(resolve(copy_labelled(name, tmp_path / "code")), label_of(name))


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize("name", NAMES if os.environ.get("SKERRY_TEST_WHOLE") else PART)
def test_each_verdict_and_its_blockers_are_as_labelled(tmp_path: Path, name: str) -> None:
    require_label(resolve(copy_labelled(name, tmp_path / "code")), label_of(name))


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize("region", ["eu-west-1", None])
def test_computed_region_of_a_provider_is_not_that_of_another_provider(tmp_path: Path, region: str | None) -> None:
    folder = copy_labelled("volume-in-default-group", tmp_path / "code")
    provider = folder / "provider.tf"
    text = provider.read_text(encoding="utf-8").replace('region = "eu-west-1"', "region = local.home")
    text += 'locals {\n  home = "eu-${"west"}-1"\n}\n'
    text += 'provider "aws" {\n  alias  = "global"\n  region = "us-east-1"\n}\n'
    text += 'resource "aws_cloudwatch_log_group" "global" {\n  provider = aws.global\n  name = "/global"\n}\n'
    provider.write_text(text, encoding="utf-8")
    with stand_in():
        configuration = resolve_code(TerraformCode(folder, allow_network=True), AccountPlace(region))
    home = next(one for one in split_scopes(configuration) if one.region == "eu-west-1")
    require_label(write(home), label_of("volume-in-default-group"))
