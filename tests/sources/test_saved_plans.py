"""Saved plans of Terraform: ZIPs from anywhere, of which nothing is unpacked."""

import io
import zipfile
from pathlib import Path

import pytest

from skerry.errors import InputError
from skerry.sources.saved_plans import is_saved_plan, read_root_module
from skerry.sources.terraform.planned_code import changed_files


def saved(**files: bytes) -> bytes:
    """A ZIP; an underscore in a name is a slash."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "/"), content)
    return stream.getvalue()


def complaint(content: bytes) -> str:
    with pytest.raises(InputError) as raised:
        read_root_module("plan.out", content)
    return raised.value.what


def test_root_module_is_read_without_its_modules() -> None:
    content = saved(**{"tfplan": b"", "tfconfig_m-_main.tf": b"a", "tfconfig_m-net_main.tf": b"b"})
    assert is_saved_plan(content)
    assert read_root_module("plan.out", content) == {"main.tf": b"a"}


def test_zip_of_something_else_is_refused() -> None:
    assert complaint(saved(readme=b"")) == "plan.out is a ZIP, but no saved plan of Terraform"


def test_damaged_zip_is_refused() -> None:
    content = saved(**{"tfplan": b"", "tfconfig_m-_main.tf": b"a" * 1000})
    assert complaint(content[:80]).startswith("plan.out is a damaged ZIP: ")


def test_bomb_is_refused() -> None:
    content = saved(**{"tfplan": b"", "tfconfig_m-_main.tf": b"\0" * (8 << 20)})
    assert len(content) < 1 << 16
    assert complaint(content) == "plan.out holds more code than 64 MB"


def test_many_files_are_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("tfplan", b"")
        for number in range(20_001):
            archive.writestr(str(number), b"")
    assert complaint(stream.getvalue()) == "plan.out is a ZIP, but no saved plan of Terraform"


def test_changed_files_of_the_code_are_named(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(b"a")
    (tmp_path / "same.tf").write_bytes(b"s")
    content = saved(**{"tfplan": b"", "tfconfig_m-_main.tf": b"b", "tfconfig_m-_same.tf": b"s"})
    assert changed_files("plan.out", content, tmp_path) == ["main.tf"]


def test_name_with_a_path_reads_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "passwd").write_bytes(b"x")
    content = saved(**{"tfplan": b"", "tfconfig_m-_.._.._passwd": b"x"})
    assert changed_files("plan.out", content, tmp_path) == []
