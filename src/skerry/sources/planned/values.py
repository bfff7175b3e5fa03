"""Values that are not known before a deployment, in rows of AWS's form."""

from collections.abc import Iterable, Mapping
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
    if isinstance(value, str):
        return True
    if isinstance(value, dict):
        return are_known(value.values())
    return are_known(value) if isinstance(value, list) else value is not UNKNOWN


def are_known(values: Iterable[Value]) -> bool:
    """Return whether no part of any value is unknown."""
    for value in values:  # noqa: SIM110 -- this takes two thirds of the time, and plans have very many values
        if not (isinstance(value, str) or is_known(value)):
            return False
    return True


def known_row(row: Mapping[str, Value]) -> dict[str, Value]:
    """Return a row of AWS without the keys of unknown and absent values: a missing key is not known, never empty."""
    return {
        key: value for key, value in row.items() if isinstance(value, str) or (value is not None and is_known(value))
    }
