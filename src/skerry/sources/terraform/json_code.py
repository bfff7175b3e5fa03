"""Code of Terraform in JSON: the places of its resources, its providers and the defaults of its variables.

https://developer.hashicorp.com/terraform/language/syntax/json
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]')
_MOST_BYTES: Final = 4 << 20
_KINDS: Final = {"data": "data.", "resource": ""}
_DEEPEST: Final = 60
Json = Mapping[str, Any]


def read_json_code(file: Path) -> Json:
    """Return the content of a file; nothing for one that Terraform would refuse, as it tells the reason itself."""
    try:
        if not file.is_file() or file.stat().st_size > _MOST_BYTES:
            return {}
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def resources_in(file: Path) -> Iterator[tuple[str, int]]:
    """Yield the address of each resource and data source, with its line."""
    content = read_json_code(file)
    if not content:
        return
    text = file.read_text(encoding="utf-8", errors="replace")
    for path, line in _keys_in(text):
        if len(path) == 3 and path[0] in _KINDS:  # noqa: PLR2004 -- kind, type and name
            yield f"{_KINDS[path[0]]}{path[1]}.{path[2]}", line


def blocks_in(file: Path, kind: str) -> Iterator[tuple[str, Json]]:
    """Yield the blocks of a kind with one label, such as the providers with their names."""
    content = read_json_code(file).get(kind, {})
    for labelled in content if isinstance(content, list) else [content]:
        for name, body in labelled.items() if isinstance(labelled, dict) else ():
            for block in body if isinstance(body, list) else [body]:
                if isinstance(block, dict):
                    yield str(name), block


def may_have_provisioners(file: Path) -> bool:
    """Return whether a file may hold a provisioner; one that cannot be read may."""
    content = read_json_code(file)
    return not content or _has_key(content, "provisioner")


def _has_key(value: Any, name: str, depth: int = 0) -> bool:  # noqa: ANN401 -- JSON
    if depth > _DEEPEST:
        return True
    if isinstance(value, dict):
        return name in value or any(_has_key(inner, name, depth + 1) for inner in value.values())
    return isinstance(value, list) and any(_has_key(inner, name, depth + 1) for inner in value)


def _keys_in(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield each key of a valid document, as the path of keys that lead to it, with its line; lists do not count."""
    path: list[str | None] = []
    last, line, position = "", 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", position, token.start())
        position = token.start()
        match token[0]:
            case "{":
                path.append("")
            case "[":
                path.append(None)
            case "}" | "]":
                path.pop()
            case ":":
                path[-1] = json.loads(last)
                yield tuple(key for key in path if key is not None), line
            case word:
                last = word
