"""Networks of public reports and of AWS's pages, labelled before skerry was run on them.

`labels.yaml` has the verdict, the steps that are not ok, the reason and the source of each. The first run, before
anything was changed for a kind of these, had 68 of 89 verdicts right, and 65 with exactly the labelled steps.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from skerry import app
from skerry.diagnose.diagnosis import Diagnosis
from skerry.errors import SkerryError
from skerry.verdicts import NOT_APPLICABLE, OK

FOLDER = Path(__file__).parent
with (FOLDER / "labels.yaml").open(encoding="utf-8") as file:
    LABELS: list[dict[str, Any]] = yaml.load(file, Loader=yaml.CSafeLoader)

# Why an answer differs from its label. A case that becomes right must leave this table.
DIFFERENT = {
    "v6-eigw-dkr-ecr": "The label leaves manifest and layers open: AWS's page demands IPv4 for ECR there.",
    "shared-group-shared-too": "Whether the owner shares a group is told by GetSecurityGroupsForVpc alone: not saved.",
    "group-of-other-vpc": "Neither the associations of groups nor the groups for the VPC are in the answers.",
    "ecr-other-account-no-batchgetimage": "The registry's policy of the other account may allow it; it cannot be read.",
    "exec-shared-nat": "A participant of a shared VPC does not see the endpoints of its owner.",
    "secret-json-key-1.3.0": "Platform version 1.3.0 is retired too, so placement is blocked beside secrets.",
    "secret-cmk-no-decrypt": "The grants of the key are not in the answers, and a grant may allow the role to decrypt.",
}


def diagnosis_of(case: str) -> Diagnosis:
    return app.diagnose(app.load(FOLDER / f"{case}.json"))


def answer_of(case: str) -> tuple[str, set[str]]:
    """Return the verdict and the steps that are not ok."""
    try:
        diagnosis = diagnosis_of(case)
    except SkerryError as error:
        return type(error).__name__, set()
    return summary_of(diagnosis)


def summary_of(diagnosis: Diagnosis) -> tuple[str, set[str]]:
    rows = [need for service in diagnosis.services for need in service.needs]
    return str(diagnosis.verdict), {need.need.step for need in rows if need.verdict not in {OK, NOT_APPLICABLE}}


def test_reports_are_answered_as_labelled_but_for_those_with_a_reason() -> None:
    wrong = {label["case"] for label in LABELS if answer_of(label["case"]) != (label["verdict"], set(label["not_ok"]))}
    assert wrong == DIFFERENT.keys()


def test_reports_have_a_source_and_a_file_each() -> None:
    assert [label["case"] for label in LABELS if not label["source"]] == []
    assert sorted(label["case"] for label in LABELS) == sorted(path.stem for path in FOLDER.glob("*.json"))


def test_sound_networks_of_reports_are_not_called_blocked() -> None:
    sound = [label["case"] for label in LABELS if label["verdict"] == "ok"]
    assert [case for case in sound if answer_of(case)[0] == "blocked"] == []


@pytest.mark.parametrize(
    ("case", "groups", "label"),
    [
        ("shared-group-shared-too", ("sg-task",), "shared-group-shared-too"),
        ("shared-group-shared-too", (), None),
        ("group-of-other-vpc", ("sg-vpce",), "group-of-other-vpc"),
    ],
)
def test_groups_of_others_are_answered_with_the_groups_for_the_vpc(
    case: str, groups: tuple[str, ...], label: str | None, tmp_path: Path
) -> None:
    """Without the list of GetSecurityGroupsForVpc the answer is unknown, and names that call."""
    rows = [need for service in diagnosis_of(case).services for need in service.needs if need.verdict is not OK]
    assert {fact.action for need in rows for fact in need.unknowns} == {"ec2:GetSecurityGroupsForVpc"}
    listed = {"SecurityGroupForVpcs": [{"GroupId": name} for name in groups]}
    call = {"operation": "ec2:GetSecurityGroupsForVpc", "parameters": {"VpcId": "vpc-1"}}
    (tmp_path / "groups.json").write_text(json.dumps({"Call": call, "Response": listed}), encoding="utf-8")
    (tmp_path / "network.json").write_bytes((FOLDER / f"{case}.json").read_bytes())
    expected = next(((row["verdict"], set(row["not_ok"])) for row in LABELS if row["case"] == label), None)
    assert summary_of(app.diagnose(app.load(tmp_path))) == (expected or ("blocked", {"network-interface"}))
