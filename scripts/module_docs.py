"""Write the tables in terraform/README.md, and terraform/wrappers, from the module's variables and outputs.

With --check, only compare them.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2

MODULE = Path(__file__).parent.parent / "terraform"
PAGE = MODULE / "README.md"
WRAPPER = MODULE / "wrappers" / "main.tf"
_TABLES = re.compile(r"(?<=<!-- arguments -->\n).*?(?=<!-- /arguments -->)", re.DOTALL)
_AS_TEXT = hcl2.SerializationOptions(strip_string_quotes=True, explicit_blocks=False)


def tables() -> str:
    """The tables, as Markdown."""
    lines = ["", "| argument | type | default | what it is |", "| --- | --- | --- | --- |"]
    for name, about in _blocks("variable"):
        default = _default(about["default"]) if "default" in about else "none: it must be given"
        lines.append(f"| `{name}` | `{_kind(about['type'])}` | {default} | {_cell(about['description'])} |")
    lines += ["", "| output | what it is |", "| --- | --- |"]
    lines += [f"| `{name}` | {_cell(about['description'])} |" for name, about in _blocks("output")]
    lines += ["", "| resource | number |", "| --- | --- |"]
    lines += [f"| `{address}` | {number} |" for address, number in _resources()]
    return "\n".join([*lines, "", ""])


def wrapper() -> str:
    """Return the wrapper: a call of the module for each item, with every variable."""
    defaults = {name: json.dumps(_value(about.get("default"))) for name, about in _blocks("variable")}
    width = max(map(len, defaults))
    arguments = [
        f"  {name:<{width}} = try(each.value.{name}, var.defaults.{name}, {default})"
        for name, default in defaults.items()
    ]
    return "\n".join(
        [
            "# Written from the module's variables: an argument for each.",
            'module "wrapper" {',
            '  source   = "../"',
            "  for_each = var.items",
            "",
            *arguments,
            "}",
            "",
        ]
    )


def _value(default: Any) -> Any:
    return None if default == "null" else default


def _blocks(kind: str) -> list[tuple[str, dict[str, Any]]]:
    text = (MODULE / f"{kind}s.tf").read_text(encoding="utf-8")
    rows = hcl2.loads(text, serialization_options=_AS_TEXT)[kind]
    return [(name, about) for row in rows for name, about in row.items()]


def _resources() -> Iterator[tuple[str, str]]:
    """Yield the addresses of the module's resources with how many of each there are."""
    for path in sorted(MODULE.glob("*.tf")):
        rows = hcl2.loads(path.read_text(encoding="utf-8"), serialization_options=_AS_TEXT).get("resource", [])
        for row in rows:
            for kind, named in row.items():
                for name, about in named.items():
                    yield f"{kind}.{name}", "by key" if "for_each" in about else "at most one"


def _kind(text: str) -> str:
    """The type on one line, without the markers of an expression."""
    return re.sub(r"\s+", " ", str(text).removeprefix("${").removesuffix("}"))


def _default(value: Any) -> str:
    return f"`{json.dumps(_value(value))}`"


def _cell(text: str) -> str:
    return text.replace('\\"', '"').replace("|", "\\|")


def main() -> int:
    """Write the files, or compare them."""
    page = PAGE.read_text(encoding="utf-8")
    written = {PAGE: _TABLES.sub(lambda _: tables(), page), WRAPPER: wrapper()}
    old = [path for path, text in written.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in old:
            print(f"{path.relative_to(MODULE.parent)} does not follow the module: run scripts/module_docs.py")
        return 1 if old or not _TABLES.search(page) else 0
    for path in old:
        path.write_text(written[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
