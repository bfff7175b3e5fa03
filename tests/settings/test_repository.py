"""Places of resources in the files of a repository; nothing outside of it has one."""

from pathlib import Path

import pytest

from skerry.model.origins import Origin
from skerry.problems.records import CodePlace
from skerry.settings.repository import RepositoryFiles, first_file, read_text, root_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a folder of code."""
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (folder / "infra").mkdir()
    (folder / "infra" / "main.tf").write_text("# first\n# second\n", encoding="utf-8")
    return folder


def in_file(name: str, line: int | None = 2) -> Origin:
    return Origin("infra", None, "aws_vpc.main", name, line)


def test_place_is_relative_to_the_root(root: Path) -> None:
    files = RepositoryFiles(root / "infra", [root / "infra"])
    assert files.locate(in_file("main.tf")) == CodePlace("infra/main.tf", 2)


def test_input_that_is_the_file_itself_is_the_place(root: Path) -> None:
    files = RepositoryFiles(root, [root / "other.tf", root / "infra" / "main.tf"])
    assert files.locate(Origin("main.tf", None)) == CodePlace("infra/main.tf", 1)


def test_place_has_the_column_of_its_origin(root: Path) -> None:
    files = RepositoryFiles(root, [root / "infra" / "main.tf"])
    assert files.locate(Origin("main.tf", None, None, "infra/main.tf", 2, 3)) == CodePlace("infra/main.tf", 2, 3)


def test_origin_without_a_file_has_no_place(root: Path) -> None:
    files = RepositoryFiles(root, [root / "infra"])
    assert files.locate(None) is None
    assert files.locate(Origin(None, "arn:aws:ec2:::vpc/x")) is None
    assert files.locate(in_file("other.tf")) is None
    assert files.outside == set()


@pytest.mark.parametrize("name", ["../secrets.txt", "{outside}/secrets.txt", "link.txt"])
def test_file_outside_the_repository_is_no_place(name: str, root: Path) -> None:
    secret = root.parent / "secrets.txt"
    secret.write_text("secret", encoding="utf-8")
    (root / "link.txt").symlink_to(secret)
    files = RepositoryFiles(root, [root])
    assert files.locate(in_file(name.format(outside=root.parent))) is None
    assert len(files.outside) == 1


def test_line_of_a_place_is_that_of_the_file(root: Path) -> None:
    files = RepositoryFiles(root)
    place = CodePlace("infra/main.tf", 2)
    assert files.line_of(place, 2) == "# second"
    assert [files.line_of(place, number) for number in (0, 3)] == ["", ""]


def test_text_of_an_unreadable_or_huge_file_is_empty(root: Path) -> None:
    assert read_text(root) == ""
    with (root / "huge").open("wb") as huge:
        huge.truncate((4 << 20) + 1)
    assert read_text(root / "huge") == ""


def test_root_without_git_is_the_folder_itself(tmp_path: Path, root: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    assert root_of(tmp_path / "elsewhere") == (tmp_path / "elsewhere").resolve()
    assert root_of(root / "infra") == root.resolve()


def test_first_file_of_an_input_is_the_one_that_a_reader_opens(root: Path) -> None:
    code = root / "code"
    (code / "ec2").mkdir(parents=True)
    assert first_file(root / "none") is None
    assert first_file(code) is None
    (code / "ec2" / "describe-vpcs.json").touch()
    assert first_file(code) == code / "ec2" / "describe-vpcs.json"
    for name in ("README.md", ".hidden.tf", "vpc.tf", "main.tf"):
        (code / name).touch()
        seen = {"README.md": "README.md", ".hidden.tf": "README.md"}
        assert first_file(code) == code / seen.get(name, name)
    assert first_file(code / "vpc.tf") == code / "vpc.tf"
