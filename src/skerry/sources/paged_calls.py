"""One call of a reading: its question, and the rows of all its pages."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

import msgspec

from skerry.aws.api_call import LATEST, ApiCall
from skerry.aws.errors import RefusedError
from skerry.aws.pagination import PartialError, iterate_pages
from skerry.aws.response_checks import DAMAGED
from skerry.sources.deleted_resources import MISSING

Client: TypeAlias = Any
"""boto3 makes its clients when the program runs: they have no type."""

AnswerRow: TypeAlias = Any
"""A row of an answer as boto3 gives it: an object, or the name of one."""


def pick_nothing(_row: AnswerRow) -> Iterable[Any]:
    """Pick nothing of a row."""
    return ()


class CallRequest(NamedTuple):
    """One call. ``name`` tells its document from others of the call; those of one name become one document.

    ``pick`` is what is wanted of each row for the next round; ``about`` is told where the call is refused. ``within``
    names the resource of an earlier answer that the call is about, and ``listed`` is the kind of its ids: what no
    longer exists of these is left out.
    """

    call: ApiCall
    parameters: Mapping[str, Any] = {}
    name: str = ""
    pick: Callable[[AnswerRow], Iterable[Any]] = pick_nothing
    about: str = ""
    within: str = ""
    listed: str = ""


class CallResult(NamedTuple):
    """What a call gave: its rows by what identifies them, encoded; what was picked; or why it was refused.

    ``partial``: why there are more rows than these; ``missing``: the names that its listing had, and that are gone.
    """

    ask: CallRequest
    rows: dict[str, bytes]
    rest: dict[str, bytes]
    picked: tuple[Any, ...]
    calls: int
    refused: RefusedError | None = None
    partial: str = ""
    missing: tuple[str, ...] = ()


PARTIAL = "PartialAnswer"
"""The code of a call whose answer ends before its rows do."""

TOKENS = ("NextToken", "nextToken")
"""The keys of an answer that leads to more."""


def refused_result(ask: CallRequest, refusal: RefusedError, calls: int = 0) -> CallResult:
    """Give the result of a call that has no answer."""
    return CallResult(ask, {}, {}, (), calls, refusal)


def fetch(client: Client, ask: CallRequest, goes_on: Callable[[], bool]) -> CallResult:
    """Return all pages of one call, row by row encoded, so that only one page at a time is held as objects."""
    collected = _Collected(ask)
    partial_because = ""
    try:
        for page in iterate_pages(client, ask.call, ask.parameters):
            collected.page(page)
            if not goes_on():
                break
    except RefusedError as refusal:
        return refused_result(ask, refusal, collected.count + 1)
    except PartialError as error:
        partial_because = str(error)
    except _UNFIT as error:
        message = f"a row of the answer cannot be used ({type(error).__name__})"
        return refused_result(ask, RefusedError(DAMAGED, message), collected.count)
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
        """Take in a page."""
        call = self._ask.call
        self.count += 1
        for row in page.get(call.rows, ()) if call.rows else (_bare(page),):
            self._picked.extend(self._ask.pick(row))
            kept = _trimmed(row, call)
            content = msgspec.json.encode(kept)
            self._rows[_identity(kept, call) or content.decode()] = content
        for failure in page.get("failures", ()) if call.batch else ():
            self._fail(failure)
        if call.cut:
            self._rest = {call.cut: b"true"} if page.get(call.cut) else {}
        if call.first and not self._rows:
            # An empty page that leads to others says nothing.
            self._rest |= {key: msgspec.json.encode(page[key]) for key in TOKENS if page.get(key)}

    def _fail(self, failure: dict[str, Any]) -> None:
        content = msgspec.json.encode(failure)
        self._rest[content.decode()] = content
        if not self._ask.listed:
            return
        if failure.get("reason") == MISSING:
            self._missing.append(str(failure.get("arn")).rpartition("/")[2])
        else:
            self._failure = f"AWS left out a {self._ask.listed} ({failure.get('reason')})"

    def got(self, partial_because: str) -> CallResult:
        """Return what the call gave; of an answer about one resource a part is none."""
        because = partial_because or self._failure
        if because and self._ask.call.single:
            return refused_result(self._ask, RefusedError(PARTIAL, because), self.count)
        if because:
            self._rest |= {TOKENS[0]: b'"more"'}
        missing = tuple(dict.fromkeys(self._missing))
        return CallResult(self._ask, self._rows, self._rest, tuple(self._picked), self.count, None, because, missing)


def _bare(page: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in page.items() if key != "ResponseMetadata"}


def _trimmed(row: AnswerRow, call: ApiCall) -> AnswerRow:
    """A row without what is not kept, its times in UTC: boto3 gives some of them in the zone of the machine."""
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
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _identity(row: AnswerRow, call: ApiCall) -> str:
    return " ".join(str(row.get(field, "")) for field in call.identity).strip()
