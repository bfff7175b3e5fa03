"""Every code of a blocker is explained, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import skerry
from skerry.catalogue.codes import ErrorClass, codes

SOURCE = Path(skerry.__file__).parent
ROOMS = ("launch", "reach", "diagnose")
CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
# Words of AWS's that look like codes and are none.
OTHERS = {"FARGATE_SPOT"}

of_each_code = pytest.mark.parametrize("name", codes())


def written() -> Iterator[str]:
    """The strings in the source of the rooms that judge that look like codes."""
    for path in (path for room in ROOMS for path in (SOURCE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                yield node.value


def test_every_code_that_is_used_is_explained_and_every_one_explained_is_used() -> None:
    assert set(written()) - OTHERS == set(codes())


@of_each_code
class TestEveryCode:
    def test_is_explained_in_sentences(self, name: str) -> None:
        row = codes()[name]
        assert row.code == name
        assert row.title
        assert not row.title.endswith(".")
        assert row.means.endswith(".")
        assert row.remedy

    def test_is_of_a_known_class(self, name: str) -> None:
        assert codes()[name].kind in get_args(ErrorClass)

    def test_of_our_own_is_named_after_what_it_is_about(self, name: str) -> None:
        own = name.startswith(("DNS_", "NGW_", "PLATFORM_", "SUBNET_HAS_"))
        assert codes()[name].own == own
