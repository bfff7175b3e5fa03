"""The type of a kind of record in lists."""

from typing import Any

import msgspec

from skerry.model.api_call import ApiCall


class RecordKind(msgspec.Struct, frozen=True, gc=False):
    """One kind of record: its field in `Facts`, the attribute with a row's id, its noun, and its call.

    ``saved_key`` is the key of the rows in saved answers, if it is not the key of the call's rows.
    """

    field: str
    record: Any
    id: str
    noun: str
    call: ApiCall
    saved_key: str = ""

    @property
    def key(self) -> str:
        """The key of the rows in an answer."""
        return self.saved_key or self.call.rows or ""

    @property
    def action(self) -> str:
        """The IAM action of the call."""
        return self.call.action
