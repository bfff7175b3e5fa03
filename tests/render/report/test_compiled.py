"""Compiled templates: each is compiled once for all processes, and again when its source differs."""

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from skerry.render.report.compiled import CompiledTemplates


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    return tmp_path


def compiled(folder: Path, source: str) -> tuple[str, int]:
    """Return the text of a template in a new environment, and how often it was compiled."""
    environment = Environment(
        loader=DictLoader({"a": source}), autoescape=True, bytecode_cache=CompiledTemplates(folder)
    )
    times = 0
    compile_source = environment.compile

    def count(*arguments: object, **named: object) -> object:
        nonlocal times
        times += 1
        return compile_source(*arguments, **named)  # type: ignore[call-overload]

    environment.compile = count  # type: ignore[method-assign,assignment]
    return environment.get_template("a").render(x="<b>"), times


def test_template_is_compiled_once_and_again_when_its_source_differs(folder: Path) -> None:
    assert compiled(folder, "1 {{ x }}") == ("1 &lt;b&gt;", 1)
    assert compiled(folder, "1 {{ x }}") == ("1 &lt;b&gt;", 0)
    assert compiled(folder, "2 {{ x }}") == ("2 &lt;b&gt;", 1)


def test_damaged_template_is_compiled_again(folder: Path) -> None:
    compiled(folder, "1")
    (kept,) = (folder / "__pycache__").iterdir()
    kept.write_bytes(kept.read_bytes()[:-3])
    assert compiled(folder, "1") == ("1", 1)


def test_nothing_is_kept_where_python_keeps_no_modules(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    compiled(folder, "1")
    assert not list(folder.iterdir())


def test_folder_that_cannot_be_written_is_no_error(folder: Path) -> None:
    (folder / "__pycache__").write_text("a file")
    assert compiled(folder, "1") == ("1", 1)
