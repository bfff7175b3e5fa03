"""Policy documents that code writes with texts alone, such as most trust policies.

A plan of ``terraform test`` does not print data sources, and a document of texts needs nothing else.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from skerry.sources.planned.values import Value
from skerry.sources.terraform.code import modules_of
from skerry.sources.terraform.json_code import blocks_in
from skerry.sources.terraform.values import Instance

_TYPE: Final = "aws_iam_policy_document"
_MOST_BYTES: Final = 4 << 20
_READ: Final = {"policy_id", "statement", "version"}
_EXPRESSIONS: Final = ("${", "%{")


def literal_policies(folder: Path) -> tuple[Instance, ...]:
    """Return the data sources of policy documents without any expression, of all modules of a folder."""
    return tuple(
        Instance(f"{prefix}data.{_TYPE}.{name}", _TYPE, "data", _values(body))
        for module, place in modules_of(folder).items()
        for prefix in ["".join(f"module.{name}." for name in module.split(".") if name)]
        for name, body in _documents_in(folder / place)
        if _is_literal(body)
    )


def _values(body: Mapping[str, Any]) -> dict[str, Value]:
    statements = body.get("statement", [])
    values: dict[str, Value] = {"statement": statements if isinstance(statements, list) else [statements]}
    return values | ({"version": body["version"]} if "version" in body else {})


def _is_literal(body: Mapping[str, Any]) -> bool:
    text = json.dumps(body, default=str)
    return not (body.keys() - _READ) and not any(mark in text for mark in (*_EXPRESSIONS, '"dynamic"'))


def _documents_in(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for file in sorted(folder.glob("*.tf")):
        if file.is_file() and file.stat().st_size <= _MOST_BYTES:
            text = file.read_text(encoding="utf-8", errors="replace")
            yield from _in_text(text) if _TYPE in text else ()
    for file in sorted(folder.glob("*.tf.json")):
        for kind, sources in blocks_in(file, "data"):
            yield from ((name, body) for name, body in sources.items() if kind == _TYPE and isinstance(body, dict))


def _in_text(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the documents of a file; none of a file that Terraform refuses, as it tells the reason itself."""
    import hcl2  # noqa: PLC0415 -- takes long to load, and few configurations need it
    from lark.exceptions import LarkError  # noqa: PLC0415

    try:
        options = hcl2.SerializationOptions(strip_string_quotes=True, explicit_blocks=False)
        blocks = hcl2.loads(text, serialization_options=options).get("data", [])
    except LarkError:
        return
    for block in blocks:
        yield from block.get(_TYPE, {}).items()
