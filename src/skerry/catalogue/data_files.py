"""Reading skerry's own data: tables of facts as JSON, each row with its source and grade."""

from pathlib import Path
from typing import Literal, TypeVar

import msgspec

Grade = Literal["documented", "observed", "inferred"]

_FOLDER = Path(__file__).parent.parent / "data"
_Table = TypeVar("_Table")


def read(name: str, shape: type[_Table]) -> _Table:
    """Read ``data/<name>.json`` into its shape."""
    return msgspec.json.decode((_FOLDER / f"{name}.json").read_bytes(), type=shape)
