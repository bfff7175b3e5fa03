"""What one call of AWS's API is: its operation, the permission that it needs, and what its answer looks like."""

from collections.abc import Callable
from typing import Any, NamedTuple


class ApiCall(NamedTuple):
    """One operation of one service, with the permission that it needs and what its answer looks like.

    ``rows`` is the key of the rows in the answer, None where the answer is one record; ``identity`` are the fields
    that tell a row from the others, none where the row itself does. ``page`` is how many rows are asked for at a
    time, by the parameter ``limit``; ``first``: the first page tells all that is wanted. ``batch`` is how many ids the
    parameter ``ids`` takes, which most often has the name of ``rows``. ``wrapped``: the answer does not say what it is
    of. ``kept``: the answer is a document, not only a list of what to ask next. ``optional``: a Region or partition
    may lack it. ``single``: it is about one thing of many, which alone stays unknown, whatever AWS says instead.

    ``without`` are fields of a row that are not kept, as nothing reads them and they may be secret; of the list
    ``long`` the first `LATEST` are; ``trim`` leaves of a row what is kept. ``cut`` is the key that says that rows are
    lacking after the last page. ``link`` is the key of a link, in whose place stands what it leads to. ``permission``
    is the name of the IAM action where it is not that of the operation. ``always`` are the members that AWS prints in
    every answer, where they are not the rows.
    """

    service: str
    operation: str
    rows: str | None = None
    identity: tuple[str, ...] = ()
    page: int | None = None
    limit: str = "MaxResults"
    prefix: str = ""
    batch: int = 0
    wrapped: bool = False
    kept: bool = True
    optional: bool = False
    without: tuple[str, ...] = ()
    long: str = ""
    cut: str = ""
    ids: str = ""
    first: bool = False
    single: bool = False
    trim: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    link: str = ""
    permission: str = ""
    always: tuple[str, ...] = ()

    @property
    def printed(self) -> tuple[str, ...]:
        """Return the members of every answer: an answer without them is damaged."""
        return self.always or ((self.rows,) if self.rows else ())

    @property
    def action(self) -> str:
        """The IAM action that allows the call, which AWS prints with the service's own prefix."""
        return f"{self.prefix or self.service}:{self.permission or self.operation}"

    @property
    def ids_parameter(self) -> str:
        """The parameter that takes the ids of a batch."""
        return self.ids or self.rows or ""


LATEST = 20
"""Events of a service that are kept, of the hundred that ECS prints, the latest first: they are most of its answer.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html
"""
