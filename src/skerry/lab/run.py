"""Run of a rehearsal in a lab, with real clients or with DNS questions and TCP connections alone."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from skerry.errors import Argument, SkerryError
from skerry.lab.client_jobs import JobResult
from skerry.lab.protocol import Drop
from skerry.lab.rehearsal import RehearsalRow, Script
from skerry.lab.sandbox import Sandbox
from skerry.lab.tcp_probes import DnsQuestion, Probe
from skerry.lab.topology_records import NOT_BUILT, LabPlan, Router, TrafficOrigin
from skerry.net.cidr import Address

_EVERY = 0.1
_DNS_SECONDS, _CONNECT_SECONDS = 1.0, 1.0
_FIRST_PORT, _MOST_PORTS = 32_768, 28_232
_LONGEST = 1_200.0


class AttemptResult(msgspec.Struct, frozen=True):
    """The outcome of an attempt: ``worked`` (None: unknown), the client's message, and the causes of dropped packets.

    ``addresses``: the addresses of the host. ``why_not``: why ``worked`` is unknown. ``seconds`` is the client's time.
    """

    row: RehearsalRow
    worked: bool | None = None
    words: str = ""
    tool: str = ""
    seconds: float = 0.0
    addresses: tuple[str, ...] = ()
    drops: tuple[TrafficOrigin, ...] = ()
    why_not: str = ""


class Performance(NamedTuple):
    """The outcomes of a rehearsal; ``notes`` are about fixtures that the lab could not create."""

    seen: tuple[AttemptResult, ...]
    notes: tuple[str, ...] = ()


Watch = Callable[[tuple[AttemptResult, ...]], None]


def perform(script: Script, *, probe: bool, watch: Watch | None = None) -> Performance:
    """Build the lab and run all attempts; ``watch`` gets the outcomes so far again and again.

    Raises `SkerryError` if the machine cannot run a lab.
    """
    if script.plan is None or script.work is None:
        return Performance(tuple(AttemptResult(row, why_not=row.why_not) for row in script.rows))
    archive = script.work.stock.archive
    with Sandbox(() if archive is None else (Path(archive),)) as sandbox:
        sandbox.build(script.plan)
        addresses = _resolve(sandbox, script, script.plan)
        if probe:
            return Performance(_laid(script, _connects(sandbox, script, addresses), addresses, sandbox.drops()))
        sandbox.send(script.work)
        limit = time.monotonic() + _LONGEST
        while not (progress := sandbox.results()).done:
            if time.monotonic() > limit:
                raise SkerryError(
                    f"the clients did not end within {_LONGEST:.0f} s", "Try `", Argument.PROBE, "`, or report it."
                )
            if watch is not None:
                watch(_laid(script, progress.results, addresses, (), done=False))
            time.sleep(_EVERY)
        if progress.failed:
            message = f"the lab failed: {progress.failed}"
            raise SkerryError(message, "`", Argument.PROBE, "` does without AWS's side and real clients.")
        return Performance(_laid(script, progress.results, addresses, sandbox.drops()), progress.refused)


def _resolve(sandbox: Sandbox, script: Script, plan: LabPlan) -> dict[int, tuple[str, ...] | None]:
    """Return the addresses of the host of each attempt, by its number; None if no DNS server answers."""
    servers = {port.subnet: _server(router, script) for router in plan.routers for port in router.ports}
    literals: dict[int, tuple[str, ...] | None] = {}
    by_number: dict[int, DnsQuestion] = {}
    for row in script.rows:
        if row.host is None:
            continue
        if Address.parse(row.host) is not None:
            literals[row.number] = (str(row.host),)
        else:
            by_number[row.number] = DnsQuestion(script.ends[row.subnet].address, servers[row.subnet], row.host)
    questions = tuple(by_number.values())
    answers = dict(zip(questions, _ask(sandbox, questions), strict=True))
    return literals | {number: answers[question] for number, question in by_number.items()}


def _ask(sandbox: Sandbox, questions: tuple[DnsQuestion, ...]) -> list[tuple[str, ...] | None]:
    """Ask all questions; after a first question without an answer a task does not ask that server again."""
    first = {(question.source, question.server): question for question in reversed(questions)}
    heard = dict(zip(first, sandbox.resolve(tuple(first.values()), _DNS_SECONDS), strict=True))
    more = tuple(repeated for repeated in questions if heard[repeated.source, repeated.server] is not None)
    answers = dict(zip(more, sandbox.resolve(more, _DNS_SECONDS), strict=True))
    return [answers.get(question) for question in questions]


def _server(router: Router, script: Script) -> Address:
    servers = router.servers or (script.work.servers if script.work else ())
    return servers[0]


def _connects(sandbox: Sandbox, script: Script, addresses: dict[int, tuple[str, ...] | None]) -> tuple[JobResult, ...]:
    """Connect to each address of each attempt; an attempt works if all of its addresses answer."""
    called = [(row, Address(address)) for row in script.rows for address in addresses.get(row.number) or ()]
    probes = tuple(
        Probe(script.ends[row.subnet].address, _FIRST_PORT + place % _MOST_PORTS, address, row.port)
        for place, (row, address) in enumerate(called)
    )
    answered = sandbox.connect(probes, _CONNECT_SECONDS) if probes else ()
    results = []
    for row in script.rows:
        if row.host is None:
            continue
        own = [(address, yes) for (called_row, address), yes in zip(called, answered, strict=True) if called_row is row]
        silent = [f"{address}:{row.port}" for address, yes in own if not yes]
        words = f"connect to {', '.join(silent)}: no answer in {_CONNECT_SECONDS:.0f} s" if silent else ""
        results.append(JobResult(row.number, bool(own) and not silent, words or _unnamed(row, addresses), "tcp", 0.0))
    return tuple(results)


def _unnamed(row: RehearsalRow, addresses: dict[int, tuple[str, ...] | None]) -> str:
    resolved = addresses.get(row.number)
    if resolved is None:
        return f"lookup {row.host}: no DNS server answers"
    return "" if resolved else f"lookup {row.host}: no such host"


def _laid(
    script: Script,
    results: Iterable[JobResult],
    addresses: dict[int, tuple[str, ...] | None],
    drops: tuple[Drop, ...],
    *,
    done: bool = True,
) -> tuple[AttemptResult, ...]:
    """Return the outcome of each attempt, with the causes of its dropped packets."""
    by_row = {result.row: result for result in results}
    seen = []
    for row in script.rows:
        result = by_row.get(row.number)
        if row.why_not or result is None:
            silent = "" if row.why_not or not done else "no client reported what came of it"
            seen.append(AttemptResult(row, why_not=row.why_not or silent))
            continue
        own = addresses.get(row.number) or ()
        lost = () if result.worked else _dropped(script, row, own, drops)
        if result.worked is None:
            seen.append(AttemptResult(row, why_not=f"{result.tool} came to no answer: {result.words}", addresses=own))
            continue
        unbuilt = [origin.resource for origin in lost if origin.kind == NOT_BUILT]
        if unbuilt:
            seen.append(AttemptResult(row, why_not=f"the lab does not build {', '.join(unbuilt)}", addresses=own))
            continue
        seconds = round(result.seconds, 1)
        seen.append(AttemptResult(row, result.worked, result.words, result.tool, seconds, own, lost))
    return tuple(seen)


def _dropped(
    script: Script, row: RehearsalRow, addresses: tuple[str, ...], drops: tuple[Drop, ...]
) -> tuple[TrafficOrigin, ...]:
    """Return the causes of an attempt's dropped packets, there or back; a NAT may have changed the task's address."""
    others = {end.address for subnet, end in script.ends.items() if subnet != row.subnet}
    origins: dict[TrafficOrigin, None] = {}
    for drop in drops:
        there = drop.address in addresses and drop.port == row.port and drop.source not in others
        back = drop.source in addresses and drop.source_port == row.port and drop.address not in others
        if there or back:
            origins[drop.origin] = None
    return tuple(origins)
