"""Rounds of calls: what can be asked at the same time is, and the answers become documents.

An area of the account is a generator: it yields what it asks next, and is sent what was answered. All areas ask
together, so that an account takes as many rounds as its longest chain of questions.
"""

import hashlib
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import msgspec

from skerry.aws.call import LATEST, ApiCall
from skerry.aws.errors import RefusedError
from skerry.aws.pages import command, pages
from skerry.aws.session import ClientFactory
from skerry.errors import SkerryError
from skerry.sources.workers import Workers

Client: TypeAlias = Any
"""boto3 makes its clients when the program runs: they have no type."""

Row: TypeAlias = Any
"""A row of an answer as boto3 gives it: an object, or the name of one."""

WORKERS = 8
"""Calls under way at the same time: far below the rates at which AWS throttles an account's reads
(https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html).
"""


def nothing(_row: Row) -> Iterable[Any]:
    """Pick nothing of a row."""
    return ()


class Ask(NamedTuple):
    """One call. ``name`` tells its document from others of the call; those of one name become one document.

    ``pick`` is what is wanted of each row for the next round; ``about`` is told where the call is refused.
    """

    call: ApiCall
    parameters: Mapping[str, Any] = {}
    name: str = ""
    pick: Callable[[Row], Iterable[Any]] = nothing
    about: str = ""


class Got(NamedTuple):
    """What a call gave: its rows by what identifies them, encoded; what was picked; or why it was refused."""

    ask: Ask
    rows: dict[str, bytes]
    rest: dict[str, bytes]
    picked: tuple[Any, ...]
    calls: int
    refused: RefusedError | None = None


_TOKENS = ("NextToken", "nextToken")
_LONGEST = 120

Area: TypeAlias = Generator[list[Ask], list[Got], None]


def picked(gots: Iterable[Got], call: ApiCall) -> list[Any]:
    """All that was picked from the answers to a call, each once, in order."""
    return list(dict.fromkeys(one for got in gots if got.ask.call is call for one in got.picked))


class Reader:
    """Asks rounds of calls, and keeps the documents."""

    def __init__(self, client: ClientFactory, workers: Workers[Got], progress: Callable[[str], None]) -> None:
        self.documents: dict[str, bytes] = {}
        self.calls = 0
        self.rounds = 0
        self._client = client
        self._workers = workers
        self._progress = progress
        self._asked = 0
        self._answered = 0

    def together(self, areas: Sequence[Area]) -> None:
        """Ask what the areas ask, round by round, until none has a question left."""
        asks = {area: next(area, None) for area in areas}
        while any(asked is not None for asked in asks.values()):
            batch = [(area, ask) for area, asked in asks.items() for ask in asked or ()]
            gots = self._round([ask for _, ask in batch])
            answered: dict[Area, list[Got]] = {area: [] for area, asked in asks.items() if asked is not None}
            for (area, _), got in zip(batch, gots, strict=True):
                answered[area].append(got)
            asks = {area: _next(area, found) for area, found in answered.items()}

    def _round(self, asks: Sequence[Ask]) -> list[Got]:
        places = [position for position, ask in enumerate(asks) if not _is_empty(ask)]
        self.rounds += bool(places)
        self._asked += len(places)
        # Clients are made here, in one thread: boto3's sessions are not to be shared among threads.
        jobs = [self._job(asks[place]) for place in places]
        ordered = [Got(ask, {}, {}, (), 0) for ask in asks]
        for position, got in self._workers.run(jobs):
            ordered[places[position]] = got
            self.calls += got.calls
            self._answered += 1
            self._progress(f"reading: {self._answered} of {self._asked} calls, round {self.rounds}")
        self._keep(ordered)
        return ordered

    def _job(self, ask: Ask) -> Callable[[], Got]:
        try:
            client = self._client(ask.call.service)
        except SkerryError as error:
            if not ask.call.optional:
                raise
            return partial(_refused, ask, RefusedError("UnknownService", error.what))
        return partial(_fetch, client, ask, self._workers.stopped.is_set)

    def _keep(self, gots: Sequence[Got]) -> None:
        """Make documents of answers: those of one name become one, and each refusal is one of its own.

        So does each that is wrapped with its call: it is about what the call asked for.
        """
        found: dict[tuple[str, bytes], list[Got]] = {}
        for got in gots:
            if got.refused is not None:
                self._document(_name(got.ask), _error(got.ask, got.refused))
            elif got.ask.call.kept:
                call = _call(got.ask) if got.ask.call.wrapped else b""
                found.setdefault((_name(got.ask), call), []).append(got)
        for (name, _), parts in found.items():
            self._document(name, _merged(parts))

    def _document(self, name: str, content: bytes) -> None:
        path, number = name, 1
        while path in self.documents:
            number += 1
            path = f"{name}-{number}"
        self.documents[path] = content

    def sorted_documents(self) -> dict[str, bytes]:
        """The documents by name, in order."""
        return {f"{name}.json": self.documents[name] for name in sorted(self.documents)}


def _is_empty(ask: Ask) -> bool:
    """Whether nothing is asked about: AWS would take it for the default cluster, or refuse it."""
    return bool(ask.call.batch) and not ask.parameters[ask.call.ids_parameter]


def _next(area: Area, found: list[Got]) -> list[Ask] | None:
    try:
        return area.send(found)
    except StopIteration:
        return None


def _refused(ask: Ask, refusal: RefusedError, calls: int = 0) -> Got:
    return Got(ask, {}, {}, (), calls, refusal)


def _fetch(client: Client, ask: Ask, stopped: Callable[[], bool]) -> Got:
    """All pages of one call, row by row encoded, so that only one page at a time is held as objects."""
    call = ask.call
    rows: dict[str, bytes] = {}
    rest: dict[str, bytes] = {}
    found: list[Any] = []
    count = 0
    try:
        for page in pages(client, call, ask.parameters):
            count += 1
            for row in page.get(call.rows, ()) if call.rows else (_bare(page),):
                found.extend(ask.pick(row))
                kept = _trimmed(row, call)
                content = msgspec.json.encode(kept)
                rows[_identity(kept, call) or content.decode()] = content
            for failure in page.get("failures", ()) if call.batch else ():
                content = msgspec.json.encode(failure)
                rest[content.decode()] = content
            if call.cut:
                rows_lack = bool(page.get(call.cut))
                rest = {call.cut: b"true"} if rows_lack else {}
            if call.first and not rows:
                # An empty page that leads to others says nothing.
                rest |= {key: msgspec.json.encode(page[key]) for key in _TOKENS if page.get(key)}
            if stopped():
                break
    except RefusedError as refusal:
        return _refused(ask, refusal, count + 1)
    return Got(ask, rows, rest, tuple(found), count)


def _bare(page: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in page.items() if key != "ResponseMetadata"}


def _trimmed(row: Row, call: ApiCall) -> Row:
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


def _plain(value: Row) -> Row:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _identity(row: Row, call: ApiCall) -> str:
    return " ".join(str(row.get(field, "")) for field in call.identity).strip()


def _merged(parts: Sequence[Got]) -> bytes:
    """One document of the answers to one call, its rows in order: AWS promises none.

    A row that stands on several pages, as one does that others were made or deleted before, is there once: as it was
    read last.
    """
    call = parts[0].ask.call
    rows = {key: content for part in parts for key, content in part.rows.items()}
    ordered = [rows[key] for key in sorted(rows)]
    # All is joined once, and the rows are let go: an account's services may be much.
    before, after = (b'{"Call":%s,"Response":' % _call(parts[0].ask), b"}") if call.wrapped else (b"", b"")
    if call.rows is not None:
        before += b'{"%s":[' % call.rows.encode()
        after = b"]%s}%s" % (_rest(parts), after)
    for part in parts:
        part.rows.clear()
    return b"".join([before, *_between(ordered), after])


def _between(rows: Sequence[bytes]) -> Iterator[bytes]:
    """The rows with commas between them."""
    for position, row in enumerate(rows):
        if position:
            yield b","
        yield row


def _rest(parts: Sequence[Got]) -> bytes:
    call = parts[0].ask.call
    rest = {key: content for part in parts for key, content in part.rest.items()}
    if call.batch:
        return b',"failures":[%s]' % b",".join(rest[key] for key in sorted(rest))
    return b"".join(b',"%s":%s' % (key.encode(), content) for key, content in rest.items())


def _call(ask: Ask) -> bytes:
    return msgspec.json.encode({"operation": ask.call.action, "parameters": dict(ask.parameters)})


def _error(ask: Ask, refusal: RefusedError) -> bytes:
    message = "; ".join(filter(None, [ask.about, refusal.message]))
    told = msgspec.json.encode({"Code": refusal.code, "Message": message})
    return b'{"Call":%s,"Error":%s}' % (_call(ask), told)


def _name(ask: Ask) -> str:
    """The path of a document, of what may stand in the name of a file on every system."""
    parts = (ask.call.service, command(ask.call), *ask.name.split("/"))
    return "/".join(_part(part) for part in parts if part)


def _part(name: str) -> str:
    """A part of a path, which leads nowhere else and is not too long."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    if len(plain) > _LONGEST:
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        plain = f"{plain[:_LONGEST]}-{digest}"
    return plain if plain.strip(".") else "-" * len(plain)


def chunks(call: ApiCall, ids: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The ids as the call's parameter takes them, so many at a time; of none, one that is not sent to AWS.

    Its document is empty: that there is none of a kind is known.
    """
    for start in range(0, len(ids) or 1, call.batch):
        yield {call.ids_parameter: list(ids[start : start + call.batch])}
