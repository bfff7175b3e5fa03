"""The lines of `skerry.embedded` that raise errors of AWS: all of them, and those that some calls reach."""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from moto.core.exceptions import JsonRESTError, ServiceException

import skerry.embedded
from skerry.embedded.price_list import ProductsError

EMBEDDED = Path(skerry.embedded.__file__).parent
OF_RULES = {
    "acl_entries.py",
    "dependencies.py",
    "ecs.py",
    "endpoint_requests.py",
    "group_rule_records.py",
    "group_rules.py",
    "nat_gateways.py",
    "quotas.py",
    "routes.py",
    "vpc.py",
    "vpc_endpoints.py",
}
"""The modules with AWS's rules for networks, whose errors the provocations of the rules reach."""


@contextmanager
def record_raising_lines() -> Iterator[set[tuple[str, int]]]:
    """Collect the lines on the stack whenever an error of AWS is made."""
    lines: set[tuple[str, int]] = set()

    def noting(kind: type) -> Callable[..., None]:
        original = vars(kind)["__init__"]

        def wrapper(self: object, *arguments: Any, **named: Any) -> None:
            frame = sys._getframe(1)  # noqa: SLF001
            while frame is not None:
                if Path(frame.f_code.co_filename).parent == EMBEDDED:
                    lines.add((Path(frame.f_code.co_filename).name, frame.f_lineno))
                frame = frame.f_back  # type: ignore[assignment]
            original(self, *arguments, **named)

        return wrapper

    with ExitStack() as stack:
        for kind in (JsonRESTError, ServiceException, ProductsError):
            stack.enter_context(patch.object(kind, "__init__", noting(kind)))
        yield lines


def unprovoked(lines: set[tuple[str, int]], of: Callable[[str], bool]) -> set[tuple[str, int]]:
    """Return the statements of some files that raise an error of AWS, and that no recorded line is in."""
    own = {"InvalidEntryError", "RuntimeError", "S3ClientError", "SkerryError", "ValueError", "as_seen_by_boto3"}
    raises = {
        (file.name, range(node.lineno, (node.end_lineno or 0) + 1))
        for file in EMBEDDED.glob("*.py")
        if of(file.name)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id not in own
    }
    return {
        (name, place.start) for name, place in raises if not any(file == name and line in place for file, line in lines)
    }
