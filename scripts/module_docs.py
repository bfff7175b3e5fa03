"""Write the tables of arguments and outputs in terraform/README.md from the module; with --check, only compare them."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import hcl2

MODULE = Path(__file__).parent.parent / "terraform"
PAGE = MODULE / "README.md"
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
    return "\n".join([*lines, "", ""])


def _blocks(kind: str) -> list[tuple[str, dict[str, Any]]]:
    text = (MODULE / f"{kind}s.tf").read_text(encoding="utf-8")
    rows = hcl2.loads(text, serialization_options=_AS_TEXT)[kind]
    return [(name, about) for row in rows for name, about in row.items()]


def _kind(text: str) -> str:
    """The type on one line, without the markers of an expression."""
    return re.sub(r"\s+", " ", str(text).removeprefix("${").removesuffix("}"))


def _default(value: Any) -> str:
    written = "null" if value in (None, "null") else json.dumps(value)
    return f"`{written}`"


def _cell(text: str) -> str:
    return text.replace('\\"', '"').replace("|", "\\|")


def main() -> int:
    """Write the page, or compare it."""
    found = PAGE.read_text(encoding="utf-8")
    wanted = _TABLES.sub(lambda _: tables(), found)
    if wanted == found and _TABLES.search(found):
        return 0
    if "--check" in sys.argv:
        print("terraform/README.md is not what the module says: run scripts/module_docs.py")
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
