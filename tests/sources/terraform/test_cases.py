"""Kept configurations: each is tried, and shares its files with others instead of repeating them."""

import pytest

from tests.sources.terraform.cases import FIXABLE, LABELLED, Cases
from tests.sources.terraform.test_code_fixes import MANUAL, PATCHED


def test_each_configuration_with_a_patch_is_tried() -> None:
    assert FIXABLE.folders().keys() == PATCHED.keys() | MANUAL.keys()


def test_each_labelled_configuration_has_a_label() -> None:
    assert [name for name, case in LABELLED.folders().items() if not (case / "expected.json").is_file()] == []


@pytest.mark.parametrize("cases", [FIXABLE, LABELLED], ids=["fixable", "labelled"])
def test_no_case_repeats_a_shared_file_and_each_is_shared(cases: Cases) -> None:
    common = cases.folder / "common"
    texts = {path.read_bytes() for path in common.rglob("*.tf")}
    folders = cases.folders().values()
    assert [path for case in folders for path in case.rglob("*.tf") if path.read_bytes() in texts] == []
    assert {path for part in common.iterdir() for path in part.iterdir()} == {
        path for case in folders for path in cases.shared_files(case)
    }
    assert {path.name for path in cases.folder.iterdir() if path.is_dir()} == {"common", *cases.shared}
