"""AWS API calls as data: the operation, its IAM action, the shape of its answer, and requests for it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias


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

AnswerRow: TypeAlias = Any
"""A row of an answer from boto3: an object, or the name of one."""


def pick_nothing(_row: AnswerRow) -> Iterable[Any]:
    """Pick nothing of a row."""
    return ()


class CallRequest(NamedTuple):
    """One call. ``name`` distinguishes its document from others of the call; calls of one name share a document.

    ``pick`` extracts values of each row for the next round; ``about`` explains a refusal. ``within`` names the
    resource of an earlier answer as the subject of the call, and ``listed`` is the kind of its ids: deleted resources
    among them are omitted.
    """

    call: ApiCall
    parameters: Mapping[str, Any] = {}
    name: str = ""
    pick: Callable[[AnswerRow], Iterable[Any]] = pick_nothing
    about: str = ""
    within: str = ""
    listed: str = ""
