"""Rounds of concurrent calls, and the documents made of their answers.

An area of the account is a generator: it yields its next calls, and is sent their results. All areas run
together, so an account takes as many rounds as its longest chain of dependent calls.
"""

import hashlib
import re
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

import msgspec

from skerry.aws.errors import RefusedError
from skerry.aws.pagination import command_name_of
from skerry.aws.session import ClientFactory
from skerry.errors import Argument, SkerryError
from skerry.model.api_call import ApiCall
from skerry.services.call_request import CallRequest
from skerry.sources.deleted_resources import Deleted, describe_left_out, listings_of, remove_rows
from skerry.sources.paged_calls import PARTIAL, TOKENS, CallResult, fetch, make_refused_result
from skerry.sources.threads import SILENCE_SECONDS, Workers

WORKERS = 8
"""The number of concurrent calls: far below the rates at which AWS throttles an account's reads
(https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html).
"""


READING_SECONDS = 3600
"""The maximum time of a reading."""

_NO_ANSWER = "NoAnswer"
_LONGEST = 120

Area: TypeAlias = Generator[list[CallRequest], list[CallResult], None]


def collect_picked(gots: Iterable[CallResult], call: ApiCall) -> list[Any]:
    """Return all items picked from the answers to a call, each once, in order."""
    return list(dict.fromkeys(item for got in gots if got.ask.call is call for item in got.picked))


class Reader:
    """A reader that makes rounds of calls and keeps the documents; it never makes the calls of ``left_out``."""

    def __init__(
        self,
        client: ClientFactory,
        workers: Workers[CallResult],
        progress: Callable[[str], None],
        left_out: Collection[ApiCall] = (),
    ) -> None:
        self.documents: dict[str, bytes] = {}
        self.calls = 0
        self.rounds = 0
        self.notes: list[str] = []
        self._deleted: list[Deleted] = []
        self._left_out = left_out
        self._answers = 0
        self._failures: list[SkerryError] = []
        self._late = time.monotonic() + READING_SECONDS
        self._client = client
        self._workers = workers
        self._progress = progress
        self._asked = 0
        self._answered = 0

    def read_areas(self, areas: Sequence[Area]) -> None:
        """Make the calls of the areas, round by round, until none has a call left."""
        asks = {area: next(area, None) for area in areas}
        while any(requests is not None for requests in asks.values()):
            batch = [(area, ask) for area, requests in asks.items() for ask in requests or ()]
            gots = self._round([ask for _, ask in batch])
            answered: dict[Area, list[CallResult]] = {
                area: [] for area, requests in asks.items() if requests is not None
            }
            for (area, _), got in zip(batch, gots, strict=True):
                answered[area].append(got)
            asks = {area: _next(area, results) for area, results in answered.items()}

    def _round(self, asks: Sequence[CallRequest]) -> list[CallResult]:
        places = [position for position, ask in enumerate(asks) if self._is_sent(ask)]
        self.rounds += bool(places)
        self._asked += len(places)
        # Clients are made here, in one thread: boto3's sessions are not thread-safe.
        jobs = [self._job(asks[place]) for place in places]
        ordered = [CallResult(ask, {}, {}, (), 0) for ask in asks]
        for position, got in self._workers.run(jobs, lambda position: _silent(asks[places[position]])):
            ordered[places[position]] = got
            self._count(got)
            self.calls += got.calls
            self._answered += 1
            self._progress(f"reading: {self._answered} of {self._asked} calls, round {self.rounds}")
        self._keep([got for got in ordered if got.ask.call not in self._left_out])
        return ordered

    def _is_sent(self, ask: CallRequest) -> bool:
        return not _is_empty(ask) and ask.call not in self._left_out

    def _count(self, got: CallResult) -> None:
        """Raise an error if no call at all is answered, or the reading takes too long."""
        error = None if got.refused is None else got.refused.error
        if error is None:
            self._answers += 1
        else:
            self._failures.append(error)
        if not self._answers and len(self._failures) >= WORKERS:
            raise self._failures[0]
        if time.monotonic() > self._late:
            what = f"the account was not read within {READING_SECONDS} seconds"
            raise SkerryError(what, "Try again later, or read less: ", Argument.CLUSTER, ", ", Argument.SERVICE, ".")

    def _job(self, ask: CallRequest) -> Callable[[], CallResult]:
        try:
            client = self._client(ask.call.service)
        except SkerryError as error:
            if not ask.call.optional:
                raise
            return partial(make_refused_result, ask, RefusedError("UnknownService", error.what, error))
        return partial(fetch, client, ask, self._workers.beat)

    def _keep(self, gots: Sequence[CallResult]) -> None:
        """Make documents of answers: answers of one name become one document.

        Each refusal is a document of its own, and so is each answer wrapped with its call.
        """
        documents: dict[tuple[str, bytes], list[CallResult]] = {}
        for got in gots:
            self.notes += [describe_left_out(f"{got.ask.listed} {name}") for name in got.missing]
            if got.refused is not None and got.refused.gone and got.ask.within:
                self.notes.append(describe_left_out(got.ask.within))
                self._deleted.append(Deleted(got.ask.call.operation, got.ask.parameters))
            elif got.refused is not None:
                self._document(_name(got.ask), _error(got.ask, got.refused))
            elif got.ask.call.kept:
                call = _call(got.ask) if got.ask.call.wrapped else b""
                documents.setdefault((_name(got.ask), call), []).append(got)
        for (name, _), parts in documents.items():
            self._document(name, _merged(parts))
        for got in gots:
            if got.partial:
                self._document(_name(got.ask), _error(got.ask, RefusedError(PARTIAL, got.partial)))

    def _document(self, name: str, content: bytes) -> None:
        path, number = name, 1
        while path in self.documents:
            number += 1
            path = f"{name}-{number}"
        self.documents[path] = content

    def sort_documents(self) -> dict[str, bytes]:
        """Return the documents by name, in order, without the rows of resources deleted during the reading."""
        documents = {f"{name}.json": self.documents[name] for name in sorted(self.documents)}
        for listing, values in listings_of(self._deleted).items():
            documents = remove_rows(documents, _name(CallRequest(listing.call)), listing, values)
        return documents


def _is_empty(ask: CallRequest) -> bool:
    """Return whether a batch has no ids: AWS would read the default cluster instead, or refuse the call."""
    return bool(ask.call.batch) and not ask.parameters[ask.call.ids_parameter]


def _next(area: Area, results: list[CallResult]) -> list[CallRequest] | None:
    try:
        return area.send(results)
    except StopIteration:
        return None


def _silent(ask: CallRequest) -> CallResult:
    """Return the result of a call that never ends."""
    what = f"{ask.call.action} was not answered within {SILENCE_SECONDS} seconds"
    error = SkerryError(what, "Check the connection to the network, and HTTPS_PROXY if there is a proxy.")
    return make_refused_result(ask, RefusedError(_NO_ANSWER, what, error), 1)


def _merged(parts: Sequence[CallResult]) -> bytes:
    """Return one document of the answers to one call, its rows sorted: AWS promises no order.

    A row may stand on several pages if others were created or deleted meanwhile; the last version is kept.
    """
    call = parts[0].ask.call
    rows = {key: content for part in parts for key, content in part.rows.items()}
    ordered = [rows[key] for key in sorted(rows)]
    # The rows are joined once and then released: an account's services may be large.
    before, after = (b'{"Call":%s,"Response":' % _call(parts[0].ask), b"}") if call.wrapped else (b"", b"")
    if call.rows is not None:
        before += b'{"%s":[' % call.rows.encode()
        after = b"]%s}%s" % (_rest(parts), after)
    for part in parts:
        part.rows.clear()
    return b"".join([before, *_between(ordered), after])


def _between(rows: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the rows with commas between them."""
    for position, row in enumerate(rows):
        if position:
            yield b","
        yield row


def _rest(parts: Sequence[CallResult]) -> bytes:
    call = parts[0].ask.call
    members = {key: content for part in parts for key, content in part.remaining.items()}
    if call.batch:
        token = members.pop(TOKENS[0], None)
        more = b"" if token is None else b',"%s":%s' % (TOKENS[0].encode(), token)
        return b',"failures":[%s]%s' % (b",".join(members[key] for key in sorted(members)), more)
    return b"".join(b',"%s":%s' % (key.encode(), content) for key, content in members.items())


def _call(ask: CallRequest) -> bytes:
    return msgspec.json.encode({"operation": ask.call.action, "parameters": dict(ask.parameters)})


def _error(ask: CallRequest, refusal: RefusedError) -> bytes:
    message = "; ".join(filter(None, [ask.about, refusal.message]))
    error = msgspec.json.encode({"Code": refusal.code, "Message": message})
    return b'{"Call":%s,"Error":%s}' % (_call(ask), error)


def _name(ask: CallRequest) -> str:
    """Return the path of a document, with characters that every file system allows."""
    parts = (ask.call.service, command_name_of(ask.call), *ask.name.split("/"))
    return "/".join(_part(part) for part in parts if part)


def _part(name: str) -> str:
    """Return a part of a path, bounded in length and without special meaning."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    if len(plain) > _LONGEST:
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        plain = f"{plain[:_LONGEST]}-{digest}"
    return plain if plain.strip(".") else "-" * len(plain)


def split_ids(call: ApiCall, ids: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Yield the ids as the call's parameter, in batches; without ids, yield one empty batch.

    The empty batch is not sent to AWS. Its empty document records that the kind has no resources.
    """
    for start in range(0, len(ids) or 1, call.batch):
        yield {call.ids_parameter: list(ids[start : start + call.batch])}
