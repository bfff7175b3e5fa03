"""The codes of blockers: the meaning and the remedy of each."""

from functools import cache
from typing import Literal

import msgspec

from skerry.catalogue.data_files import Grade, read

ErrorClass = Literal[
    "network",
    "permission",
    "endpoint_policy",
    "configuration",
    "image",
    "capacity",
    "storage",
    "registry_limit",
    "app",
    "ambiguous",
]

_NAMES = ("Block Public Access", "Fargate", "Windows")
"""Names that titles begin with."""


class Code(msgspec.Struct, frozen=True, rename={"kind": "class"}):
    """One code; ``own``: skerry's, where Reachability Analyzer has none."""

    code: str
    own: bool
    kind: ErrorClass
    title: str
    means: str
    remedy: str
    grade: Grade
    source: str


class _Codes(msgspec.Struct):
    codes: tuple[Code, ...]


@cache
def load_codes() -> dict[str, Code]:
    """Return every code by its name."""
    return {code.code: code for code in read("codes", _Codes).codes}


def title_in_sentence(title: str) -> str:
    """Return the title of a code within a sentence: abbreviations and names keep their capitals."""
    is_name = title[1:2].isupper() or title.startswith(_NAMES)
    return title if is_name else title[:1].lower() + title[1:]
