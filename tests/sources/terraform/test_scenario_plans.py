"""Plans of scenarios: verdicts, blockers and codes are those of the describe files of the same network."""

import gzip
import os
from pathlib import Path

import pytest

from tests import terraforming
from tests.sources.terraform.configurations import initialise, resolve
from tests.sources.terraform.scenario_code.root_module import code_of
from tests.sources.terraform.scenario_plans import (
    KEPT,
    OTHERWISE,
    expressible,
    network_of,
    of_documents,
    of_plan,
    of_scenario,
    pack,
)

NAMES = sorted(path.name.removesuffix(".json.gz") for path in KEPT.glob("*.json.gz"))
SHORT = sorted({*NAMES[::3], "service-in-default-group", "hub-egress", "efs-group-closed"})


def kept(name: str) -> bytes:
    return gzip.decompress((KEPT / f"{name}.json.gz").read_bytes())


def differences(names: list[str]) -> list[str]:
    return [name for name in names if of_plan(kept(name)) != of_scenario(name)]


def test_many_scenarios_are_plans_too() -> None:
    assert len(NAMES) >= 90


def test_plans_say_what_describe_files_say() -> None:
    assert differences(SHORT) == []


@pytest.mark.long
def test_all_plans_say_what_describe_files_say() -> None:
    assert differences(NAMES) == []


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
def test_kept_plans_are_those_that_terraform_makes(tmp_path: Path) -> None:
    codes = expressible()
    assert sorted(codes) == NAMES
    for name in NAMES if os.environ.get("SKERRY_TEST_WHOLE") else NAMES[::20]:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "main.tf").write_text(codes[name], encoding="utf-8")
        assert (name, pack(terraforming.plan(folder, {}))) == (name, (KEPT / f"{name}.json.gz").read_bytes())


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize("name", OTHERWISE if os.environ.get("SKERRY_TEST_WHOLE") else list(OTHERWISE)[::6])
def test_scenario_without_a_kept_plan_has_none_that_says_the_same(name: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(code_of(network_of(name)), encoding="utf-8")
    try:
        plan = pack(terraforming.plan(tmp_path, {}))
    except terraforming.TerraformError:
        return
    assert of_plan(gzip.decompress(plan)) != of_scenario(name)


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
def test_code_with_single_rules_says_what_describe_files_say(tmp_path: Path) -> None:
    for name in NAMES if os.environ.get("SKERRY_TEST_WHOLE") else NAMES[1::20]:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "main.tf").write_text(code_of(network_of(name), inline=False), encoding="utf-8")
        initialise(folder)
        assert (name, of_documents(resolve(folder))) == (name, of_scenario(name))
