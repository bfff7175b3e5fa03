"""Trials of an apply and an undo that are killed, with faults of AWS, until the account is as it should be.

A kill is an exception that no code of skerry catches, or SIGKILL of a process of its own: before a line of the journal
is written, in the middle of it, after it, or around a call. What goes on afterwards has only the file and the account.
"""

import os
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

from skerry.apply import journal as journals
from skerry.apply.journal import Journal
from skerry.apply.journal_entries import Entry
from skerry.apply.results import RunResult
from skerry.apply.run import make_changes
from skerry.apply.steps import Tools
from skerry.apply.undo import take_back
from skerry.apply.waiting import Timing
from skerry.aws.account_session import AccountSession, LostCallError
from skerry.aws.errors import RefusedError
from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded.fault_injection import Faults
from skerry.embedded.fault_rules import FaultKind, InjectedFault
from skerry.embedded.settings import Settings

REGION = "eu-west-1"
TIMING = Timing(pause=0.001, longest=2, settle=0.4)
MOST_RUNS = 12
Direction = Literal["apply", "undo"]
Moment = Literal["before-line", "in-line", "after-line", "before-call", "after-call"]
MOMENTS: tuple[Moment, ...] = ("before-line", "in-line", "after-line", "before-call", "after-call")

_ID = re.compile(r"\b(vpce|sgr|sg|eni|nat|eipalloc|eipassoc|pl)-[0-9a-f]{8,17}\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[^\"]*")
_MARK = re.compile(r"\b[0-9a-f]{16}:(\d+)\b")
_ZONE = re.compile(r"\bZ[0-9A-F]{13}\b")
_NAME = re.compile(r"(vpce-NEW)-[0-9a-z]{8}\b")
_MAC = re.compile(r"\b02(?::[0-9a-f]{2}){5}\b")
# Addresses are given by AWS too, like ids.
_PUBLIC = re.compile(r"\b(?:127|10)(?:[.-]\d+){3}\b(?!/)")


class KilledError(BaseException):
    """The end of a process, at a point where nothing can be done about it."""


class Kill(NamedTuple):
    """A kill at the moment of a line or call with a number; the first is 0."""

    moment: Moment
    number: int


class Killer:
    """Counts lines and calls, and kills at the chosen one."""

    def __init__(self, kill: Kill | None) -> None:
        self._kill = kill
        self.lines = 0
        self.calls = 0

    def line(self, journal: Journal, entry: Entry) -> None:
        """Write a line of the journal, or be killed around it."""
        here, self.lines = self.lines, self.lines + 1
        self._strike("before-line", here)
        if self._kill == Kill("in-line", here):
            whole = journal.path.read_bytes()
            _WRITE(journal, entry)
            cut = len(whole) + (journal.path.stat().st_size - len(whole)) // 2
            os.truncate(journal.path, cut)
            raise KilledError
        _WRITE(journal, entry)
        self._strike("after-line", here)

    def call(self, session: AccountSession, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Make a call, or be killed around it."""
        here, self.calls = self.calls, self.calls + 1
        self._strike("before-call", here)
        answer = _CALL(session, *arguments, **named)
        self._strike("after-call", here)
        return answer

    def _strike(self, moment: Moment, number: int) -> None:
        if self._kill == Kill(moment, number):
            raise KilledError


def as_method(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gets the object as its first argument: a bound method would not."""

    def method(*given: Any, **more: Any) -> Any:
        return function(*given, **more)

    return method


_WRITE = Journal.write
_CALL = AccountSession.call


@contextmanager
def killed(kill: Kill | None) -> Iterator[Killer]:
    """Give the block a killer, which acts on every journal and session."""
    killer = Killer(kill)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "write", as_method(killer.line))
        patch.setattr(AccountSession, "call", as_method(killer.call))
        yield killer


def session_without_retries() -> AccountSession:
    """A session without botocore's retries: every lost connection is skerry's own to handle."""
    single = make_clients(REGION, attempts=0)
    return AccountSession(single, single, REGION)


def go_on(path: Path, direction: Direction, session: AccountSession) -> RunResult:
    """Go on with a journal in one direction, as a new process would."""
    with journals.reopen_journal(path) as journal:
        tools = Tools(session, journal, TIMING, lambda _: None)
        return (make_changes if direction == "apply" else take_back)(tools, lambda _: None)


def run_killed(path: Path, direction: Direction, session: AccountSession, kill: Kill) -> bool:
    """Go on with a journal, and be killed; False if the run stopped, or ended, before that."""
    with killed(kill):
        try:
            go_on(path, direction, session)
        except KilledError:
            return True
        except (LostCallError, RefusedError):
            return False
    return False


def run_to_the_end(path: Path, direction: Direction, session: AccountSession, faults: Faults) -> None:
    """Resume until nothing stops any more; faults end by themselves."""
    stopped: object = None
    for _ in range(MOST_RUNS):
        try:
            result = go_on(path, direction, session)
        except (LostCallError, RefusedError) as error:
            stopped = error
            continue
        stopped = result.stopped
        if stopped is None:
            return
    faults.clear()
    message = f"{direction} does not come to an end: {stopped}"
    raise AssertionError(message)


def random_faults(chance: random.Random) -> tuple[InjectedFault, ...]:
    """A few faults of AWS, or none, that end by themselves."""
    actions = ("ec2:Create*", "ec2:Authorize*", "ec2:Modify*", "ec2:Describe*", "ec2:AllocateAddress", "ec2:Delete*")
    kinds: tuple[FaultKind, ...] = ("throttle", "drop-after", "drop-before", "drop-after")
    count = chance.choice((0, 0, 1, 2))
    return tuple(
        InjectedFault(
            chance.choice(kinds), chance.choice(actions), skip=chance.randrange(6), times=chance.randint(1, 2)
        )
        for _ in range(count)
    )


LONGEST_DELAY = 2


def set_random_delays(settings: Settings, chance: random.Random) -> None:
    """Let states last for a few descriptions, and new resources stay unseen for a few calls."""
    counts = [chance.randint(0, LONGEST_DELAY) for _ in range(3)]
    settings.pending_calls, settings.deleting_calls, settings.unseen_calls = counts


def normal_documents(documents: dict[str, list[str]], existing: frozenset[str]) -> dict[str, list[str]]:
    """Documents without the ids of new resources, the journal's number, and times."""

    def normal(text: str) -> str:
        text = _ID.sub(lambda match: match[0] if match[0] in existing else f"{match[1]}-NEW", text)
        text = _MARK.sub(r"journal:\1", _TIME.sub("TIME", text))
        return _MAC.sub("MAC", _PUBLIC.sub("ADDRESS", _ZONE.sub("ZONE", _NAME.sub(r"\1-NAME", text))))

    return {key: sorted(map(normal, rows)) for key, rows in documents.items()}


def ids_in(documents: dict[str, list[str]]) -> frozenset[str]:
    """The ids in documents."""
    matches = (match for rows in documents.values() for row in rows for match in _ID.finditer(row))
    # A restored rule has a new id.
    return frozenset(match[0] for match in matches if match[1] != "sgr")


def clients_of_account() -> ClientFactory:
    """Clients that read the account whatever the trial does."""
    return make_clients(REGION)
