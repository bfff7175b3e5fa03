"""The wheel, built from this source tree, holds all of skerry and runs where nothing else of the tree is."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import skerry

ROOT = Path(__file__).parent.parent


def run_python(*arguments: str | Path, cwd: Path, **environment: str) -> str:
    """Runs this Python with the arguments; what it printed."""
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run_python("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    source = ROOT / "src"
    expected = {
        path.relative_to(source).as_posix()
        for path in (source / "skerry").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "skerry/py.typed" in expected
    assert expected - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_wheel_runs_without_the_source_tree(wheel: Path, tmp_path: Path) -> None:
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    pip = ("-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run_python(*pip, "--no-deps", "--no-index", "--target", installed, wheel, cwd=empty)

    loaded = run_python("-c", "import skerry; print(skerry.__file__)", cwd=empty, PYTHONPATH=str(installed))
    version = run_python("-m", "skerry", "--version", cwd=empty, PYTHONPATH=str(installed))

    assert Path(loaded.strip()) == installed / "skerry" / "__init__.py"
    assert skerry.__version__ in version


def test_readme_of_wheel_has_no_link_into_the_repository(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    _, _, text = archive.read(metadata).decode().partition("\n\n")
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert links
    assert [link for link in links if not link.startswith("https://")] == []
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [line for line in readme.splitlines() if line.startswith("#") and line not in text] == []


def pins(name: str) -> set[str]:
    """The pinned versions in a file of requirements, without their hashes and extras."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {"==".join(pin) for pin in re.findall(r"^([\w.-]+)(?:\[.*\])?==(\S+)", text, re.MULTILINE)}


def test_requirements_of_demo_are_pins_of_dev() -> None:
    assert len(pins("demo.txt")) > 40
    assert pins("demo.txt") - pins("dev.txt") == set()


def test_readme_tells_the_number_of_packages_of_demo() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"`make demo` {len(pins('demo.txt'))} packages" in readme
