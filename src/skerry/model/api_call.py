"""AWS API calls as data: the operation, its IAM action, and the shape of its answer."""

from collections.abc import Callable
from typing import Any, NamedTuple


class ApiCall(NamedTuple):
    """One operation of one service, with its IAM action and the shape of its answer.

    ``rows`` is the key of the rows in the answer, None if the answer is one record. ``identity`` are the fields of
    a row's id, empty if the row itself is the id. ``page`` is the number of rows a page, sent as the parameter
    ``limit``. ``first``: only the first page is needed. ``batch`` is the number of ids that the parameter ``ids``
    takes; its name defaults to ``rows``. ``wrapped``: the answer does not name its subject, so the document includes
    the call. ``kept``: the answer becomes a document; otherwise it only supplies ids for further calls. ``optional``:
    a Region or partition may lack the service. ``single``: the call is about one resource, and its failure leaves
    only this resource unknown.

    ``without`` are dropped fields of a row: nothing reads them, and they may be secret. Of the list ``long``
    only the first `LATEST` items are kept. ``trim`` reduces a row to its kept part. A true value under ``cut`` means
    missing rows after the last page. ``link`` is the key of a link; the linked content replaces it. ``permission``
    is the name of the IAM action if it differs from the operation's. ``always`` are the members in every answer of
    AWS, if they are not the rows.
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
        """The IAM action that allows the call, with the service's own prefix."""
        return f"{self.prefix or self.service}:{self.permission or self.operation}"

    @property
    def ids_parameter(self) -> str:
        """The parameter that takes the ids of a batch."""
        return self.ids or self.rows or ""


LATEST = 20
"""The number of kept events of a service; ECS prints a hundred, the latest first, and they dominate its answer.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html
"""

MOST_ROWS_OF_EC2 = 1000
"""The maximum page size of EC2, unless the model of an operation sets less."""

MOST_ROWS = 100
"""The maximum page size of the other services."""


def ec2_rows(
    operation: str, rows: str, identity: str, page: int | None = MOST_ROWS_OF_EC2, *, optional: bool = False
) -> ApiCall:
    """Return a call of EC2 that lists rows."""
    return ApiCall("ec2", operation, rows, (identity,), page, optional=optional)


def ecs_rows(operation: str, rows: str, identity: str, batch: int, long: str = "") -> ApiCall:
    """Return a call of ECS that describes a batch of rows."""
    return ApiCall("ecs", operation, rows, (identity,), batch=batch, long=long)


def resolver_rows(operation: str, rows: str, *identity: str) -> ApiCall:
    """Return a call of Route 53 Resolver that lists rows; rows without an id of their own are parts of another one."""
    wrapped = bool(identity)
    return ApiCall("route53resolver", operation, rows, identity or ("Id",), MOST_ROWS, optional=True, wrapped=wrapped)


def batch_rows(operation: str, rows: str, identity: str) -> ApiCall:
    """Return a call of AWS Batch that lists rows."""
    return ApiCall("batch", operation, rows, (identity,), MOST_ROWS, "maxResults", optional=True)
