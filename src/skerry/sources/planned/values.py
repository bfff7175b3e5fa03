"""Values that are not known before a deployment, in rows of AWS's form."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias


class UnknownValue:
    """The mark of a value that is known only after the deployment."""

    def __repr__(self) -> str:
        """Return the words of Terraform."""
        return "(known after apply)"


UNKNOWN: Final = UnknownValue()
Value: TypeAlias = Any
"""A JSON value, with `UNKNOWN` at any depth."""


def is_known(value: Value) -> bool:
    """Return whether no part of a value is unknown."""
    if isinstance(value, list):
        return all(is_known(item) for item in value)
    if isinstance(value, dict):
        return all(is_known(item) for item in value.values())
    return value is not UNKNOWN


def known_row(row: Mapping[str, Value]) -> dict[str, Value]:
    """Return a row of AWS without the keys of unknown and absent values: a missing key is not known, never empty."""
    return {key: value for key, value in row.items() if value is not None and is_known(value)}
