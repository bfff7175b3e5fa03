"""Write the reference of the public API in docs/python.md from the source; with --check, only compare it."""

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import skerry

PAGE = Path(__file__).parent.parent / "docs" / "python.md"
_REFERENCE = re.compile(r"(?<=<!-- reference -->\n).*?(?=<!-- /reference -->)", re.DOTALL)


def reference() -> str:
    """Return the functions and the types, as Markdown."""
    nodes = {name: _definition_of(name) for name in sorted(skerry.__all__)}
    functions = [node for node in nodes.values() if isinstance(node, ast.FunctionDef)]
    types = [node for node in nodes.values() if isinstance(node, ast.ClassDef)]
    lines = ["", "### Functions"]
    for function in functions:
        lines += ["", f"#### {function.name}", "", "```python", _signature_of(function), "```", "", _text_of(function)]
    lines += ["", "### Types"]
    for node in types:
        lines += ["", f"#### {node.name}", "", _text_of(node), *_table_of(node)]
    return "\n".join([*lines, "", ""])


def _definition_of(name: str) -> ast.FunctionDef | ast.ClassDef:
    """Return the definition of a public name in its module."""
    module = inspect.getmodule(getattr(skerry, name))
    assert module is not None  # noqa: S101 -- each public name is defined in a module
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return node
    raise LookupError(name)


def _signature_of(function: ast.FunctionDef) -> str:
    arguments = re.sub(r"(?<=[\w\]])=(?=\S)", " = ", ast.unparse(function.args))
    line = f"{function.name}({arguments}) -> {ast.unparse(function.returns) if function.returns else None}"
    if len(line) <= 100:  # noqa: PLR2004 -- the width of a page
        return line
    return line.replace("(", "(\n    ", 1).replace(") ->", "\n) ->")


def _text_of(node: ast.FunctionDef | ast.ClassDef) -> str:
    """Return a docstring as Markdown."""
    return (ast.get_docstring(node) or "").replace("``", "`")


def _table_of(node: ast.ClassDef) -> Iterator[str]:
    """Yield the table of a type's fields, members and properties."""
    # Those of a World are for the engine.
    items = [item for item in node.body if node.bases or not _is_cached(item)]
    rows = [row for item in items for row in _rows_of(item)]
    if rows:
        yield from ["", "| name | type | meaning |", "| --- | --- | --- |"]
        yield from (f"| `{name}` | {kind} | {meaning} |" for name, kind, meaning in rows)


def _is_cached(item: ast.stmt) -> bool:
    return isinstance(item, ast.FunctionDef) and "cached_property" in map(ast.unparse, item.decorator_list)


def _rows_of(item: ast.stmt) -> Iterator[tuple[str, str, str]]:
    match item:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
            default = "" if value is None else f"default `{ast.unparse(value)}`"
            yield name, _cell(ast.unparse(annotation)), default
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() as value):
            yield name, "member", f"`{ast.unparse(value)}`"
        case ast.FunctionDef(
            name=name, decorator_list=[ast.Name(id="property" | "cached_property")], returns=ast.expr() as returns
        ):
            meaning = (ast.get_docstring(item) or "").partition("\n\n")[0]
            yield name, _cell(ast.unparse(returns)), " ".join(meaning.replace("``", "`").split())
        case _:
            pass


def _cell(kind: str) -> str:
    return f"`{kind}`".replace("|", "\\|")


def main() -> int:
    """Write the page, or compare it."""
    today = PAGE.read_text(encoding="utf-8")
    wanted = _REFERENCE.sub(lambda _: reference(), today)
    if wanted == today and _REFERENCE.search(today):
        return 0
    if "--check" in sys.argv:
        print("docs/python.md is not what the source says: run scripts/python_docs.py")
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
