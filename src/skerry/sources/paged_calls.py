"""One call of a reading: its request, and the rows of all its pages."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

import msgspec

from skerry.aws.errors import RefusedError
from skerry.aws.pagination import PartialError, iterate_pages
from skerry.aws.response_checks import DAMAGED
from skerry.model.api_call import LATEST, ApiCall
from skerry.services.call_request import AnswerRow, CallRequest
from skerry.sources.deleted_resources import MISSING

Client: TypeAlias = Any
"""boto3 makes its clients at run time: they have no type."""


class CallResult(NamedTuple):
    """The result of a call: its encoded rows by id and the picked values, or the error of a refused call.

    ``partial``: the reason for missing rows; ``missing``: listed names without a resource.
    """

    ask: CallRequest
    rows: dict[str, bytes]
    remaining: dict[str, bytes]
    picked: tuple[Any, ...]
    calls: int
    refused: RefusedError | None = None
    partial: str = ""
    missing: tuple[str, ...] = ()


PARTIAL = "PartialAnswer"
"""The code of a call whose answer ends before its rows do."""

TOKENS = ("NextToken", "nextToken")
"""The keys of the token for the next page."""


def make_refused_result(ask: CallRequest, refusal: RefusedError, calls: int = 0) -> CallResult:
    """Return the result of a call without an answer."""
    return CallResult(ask, {}, {}, (), calls, refusal)


def fetch(client: Client, ask: CallRequest, goes_on: Callable[[], bool]) -> CallResult:
    """Return all pages of one call, encoded row by row, so that memory holds the objects of only one page."""
    collected = _Collected(ask)
    partial_because = ""
    try:
        for page in iterate_pages(client, ask.call, ask.parameters):
            collected.page(page)
            if not goes_on():
                break
    except RefusedError as refusal:
        return make_refused_result(ask, refusal, collected.count + 1)
    except PartialError as error:
        partial_because = str(error)
    except _UNFIT as error:
        message = f"a row of the answer cannot be used ({type(error).__name__})"
        return make_refused_result(ask, RefusedError(DAMAGED, message), collected.count)
    return collected.got(partial_because)


_UNFIT = (AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError)


class _Collected:
    """The rows of the pages of a call so far."""

    def __init__(self, ask: CallRequest) -> None:
        self.count = 0
        self._ask = ask
        self._rows: dict[str, bytes] = {}
        self._rest: dict[str, bytes] = {}
        self._picked: list[Any] = []
        self._missing: list[str] = []
        self._failure = ""

    def page(self, page: dict[str, Any]) -> None:
        """Add a page."""
        call = self._ask.call
        self.count += 1
        for row in page.get(call.rows, ()) if call.rows else (_bare(page),):
            self._picked.extend(self._ask.pick(row))
            trimmed = _trimmed(row, call)
            content = msgspec.json.encode(trimmed)
            self._rows[_identity(trimmed, call) or content.decode()] = content
        for failure in page.get("failures", ()) if call.batch else ():
            self._fail(failure)
        if call.cut:
            self._rest = {call.cut: b"true"} if page.get(call.cut) else {}
        if call.first and not self._rows:
            # An empty page with a next token proves nothing.
            self._rest |= {key: msgspec.json.encode(page[key]) for key in TOKENS if page.get(key)}

    def _fail(self, failure: dict[str, Any]) -> None:
        if self._ask.listed and failure.get("reason") == MISSING:
            # Deleted since it was listed: the reading omits it with a note, and its list stays whole.
            self._missing.append(str(failure.get("arn")).rpartition("/")[2])
            return
        content = msgspec.json.encode(failure)
        self._rest[content.decode()] = content
        if self._ask.listed:
            self._failure = f"AWS left out a {self._ask.listed} ({failure.get('reason')})"

    def got(self, partial_because: str) -> CallResult:
        """Return the result of the call; a partial answer about one resource counts as no answer."""
        because = partial_because or self._failure
        if because and self._ask.call.single:
            return make_refused_result(self._ask, RefusedError(PARTIAL, because), self.count)
        if because:
            self._rest |= {TOKENS[0]: b'"more"'}
        missing = tuple(dict.fromkeys(self._missing))
        return CallResult(self._ask, self._rows, self._rest, tuple(self._picked), self.count, None, because, missing)


def _bare(page: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in page.items() if key != "ResponseMetadata"}


def _trimmed(row: AnswerRow, call: ApiCall) -> AnswerRow:
    """Return a row without its dropped fields, and its times in UTC: boto3 uses the local time zone for some."""
    if call.long:
        row[call.long] = row.get(call.long, [])[:LATEST]
    for path in call.without:
        *parents, last = path.split(".")
        place = row
        for parent in parents:
            place = place.get(parent, {})
        place.pop(last, None)
    return _plain(row if call.trim is None else call.trim(row))


def _plain(value: AnswerRow) -> AnswerRow:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _identity(row: AnswerRow, call: ApiCall) -> str:
    return " ".join(str(row.get(field, "")) for field in call.identity).strip()
