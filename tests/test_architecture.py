"""Rules about the source tree as a whole."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests import conftest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src"
MODULES = sorted(SOURCE.rglob("*.py"))

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 40
# Names that say nothing: whatever has no place gathers under them.
EMPTY_NAMES = frozenset({"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"})


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def long_functions(code: str) -> Iterator[str]:
    """The functions whose body, from its first line after the docstring to its last, is too long."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        if body and (body[-1].end_lineno or 0) - body[0].lineno + 1 > MOST_LINES_OF_A_FUNCTION:
            yield node.name


def lint_imports(source: Path) -> subprocess.CompletedProcess[str]:
    """Holds the packages in the folder to the import contracts of this project."""
    program = Path(sys.executable).with_name("lint-imports")
    command = (program, "--no-cache", "--config", ROOT / "pyproject.toml")
    environment = os.environ | {"PYTHONPATH": str(source)}
    return subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)


def test_modules_have_at_most_400_lines() -> None:
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: count for name, count in lines.items() if count > MOST_LINES_OF_A_FILE} == {}


def test_functions_have_at_most_40_lines() -> None:
    functions = {name_of(path): list(long_functions(path.read_text(encoding="utf-8"))) for path in MODULES}
    assert {name: long for name, long in functions.items() if long} == {}


def test_module_names_are_not_generic() -> None:
    parts = {name_of(path): path.relative_to(SOURCE).with_suffix("").parts for path in MODULES}
    assert [name for name, words in parts.items() if not EMPTY_NAMES.isdisjoint(words)] == []


def test_modules_are_all_in_packages() -> None:
    # A folder without __init__.py would be out of sight of the import contracts.
    assert [name_of(path) for path in MODULES if not (path.parent / "__init__.py").exists()] == []


def test_source_tree_has_modules() -> None:
    assert MODULES


def test_conftest_lists_only_existing_files() -> None:
    names = (*conftest.UNMEASURED, *conftest.SPREAD, *conftest.LAB)
    assert [name for name in names if not (ROOT / "tests" / name).exists()] == []


def test_long_functions_reports_bodies_over_40_lines() -> None:
    code = 'def f():\n    """Told.\n\n    At length.\n    """\n' + "    print()\n" * MOST_LINES_OF_A_FUNCTION
    assert list(long_functions(code)) == []
    assert list(long_functions(code + "    print()\n")) == ["f"]


def test_imports_keep_the_import_contracts() -> None:
    done = lint_imports(SOURCE)
    assert done.returncode == 0, done.stdout + done.stderr


VIOLATIONS = (
    ("skerry/utils.py", "", "- skerry.utils"),
    ("skerry/errors.py", "import skerry.net", "skerry.errors is not allowed to import skerry.net"),
    ("skerry/net/__init__.py", "import subprocess", "skerry.net -> subprocess"),
    ("skerry/__main__.py", "import boto3\nimport moto", "skerry.__main__ -> boto3"),
    ("skerry/__main__.py", "import boto3\nimport moto", "skerry.__main__ -> moto"),
    ("skerry/net/intervals.py", "import skerry.net.addresses", ".intervals -> .addresses"),
    ("skerry/render/hcl.py", "import skerry.diagnose.need_verdicts", "skerry.render.hcl -> skerry.diagnose"),
    (
        "skerry/checks/guardduty_agent.py",
        "import skerry.checks.plaintext_secrets",
        "skerry.checks.plaintext_secrets",
    ),
)


def test_import_contracts_report_each_violation(tmp_path: Path) -> None:
    copy = shutil.copytree(SOURCE, tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for module, code, _ in VIOLATIONS:
        (copy / module).write_text(code, encoding="utf-8")
    done = lint_imports(copy)
    assert done.returncode == 1
    assert [complaint for _, _, complaint in VIOLATIONS if complaint not in done.stdout] == []
