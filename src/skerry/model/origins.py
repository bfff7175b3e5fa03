"""The origin of a record: the place where it is written."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec


class Origin(msgspec.Struct, frozen=True, gc=False):
    """The place where a record is written, with the ARN of its resource; None: unknown, or no part of this source.

    ``document`` is a name inside the input, never a path of the user. ``address`` is Terraform's name of the resource.
    """

    document: str | None
    arn: str | None
    address: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None

    @property
    def place(self) -> str | None:
        """The place in words: file and line, else the document, with the address; None if only the ARN is known."""
        return " in ".join(part for part in (self.address, self.without_address) if part is not None) or None

    @property
    def without_address(self) -> str | None:
        """File and line, else the document."""
        numbers = (self.line,) if self.column is None else (self.line, self.column)
        place = "".join(f":{number}" for number in numbers if number is not None)
        return self.document if self.file is None else f"{self.file}{place}"


DESCRIBED: Final = "described_resources"
"""The kind of resources with an answer of AWS to themselves, such as secrets; their ids are ARNs."""

UNRESOLVED: Final = "unresolved_values"
"""The kind of values that a description leaves open, such as a parameter in the place of a subnet."""

OriginIndex: TypeAlias = Mapping[str, Mapping[str, Origin]]
"""The origin of each record, by its kind and its id."""
