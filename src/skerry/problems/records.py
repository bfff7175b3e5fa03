"""Records of problems: causes, findings and missing facts in one list, and the user's word on each."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from skerry.diagnose.check_result import CheckResult
from skerry.diagnose.diagnosis import Diagnosis, ServiceDiagnosis, Severity
from skerry.model.origins import Origin
from skerry.verdicts import Verdict

Kind = Literal["break", "cause", "finding", "missing-fact", "setting"]

MISSING_FACT = "missing-fact"
"""The rule of every missing fact."""

BROKEN = "broken-service"
"""The rule of a service that works before a change and not after it."""

EXPIRED = "expired-acceptance"
"""The rule of an acceptance whose last day is over."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""From the worst on."""

_DIGITS = 16
_MOST_NAMES = 5
_MOST_MESSAGES = 3


def list_names(names: Sequence[str]) -> str:
    """Return the first names as words, with the number of the others."""
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


class CodePlace(msgspec.Struct, frozen=True, gc=False):
    """A place in a file of the repository; ``path`` is relative to its root, with slashes. Lines begin with 1."""

    path: str
    line: int = 1
    column: int | None = None

    def __str__(self) -> str:
        """Return path and line."""
        return f"{self.path}:{self.line}"


class ProblemHop(msgspec.Struct, frozen=True, gc=False):
    """One hop of the path that a cause cuts."""

    kind: str
    name: str
    rule: str
    disposition: str
    place: CodePlace | None = None


class Problem(msgspec.Struct, frozen=True, gc=False):
    """One row: a cause, a service that a change breaks, a finding, a missing fact, or an old acceptance.

    ``rule`` is a code of `explain`, `MISSING_FACT`, `BROKEN` or `EXPIRED`. ``subject`` is the resource by its id, or
    the words of a fact; texts name resources by their addresses in code, where they have one. ``services`` and
    ``steps`` are those that it is about.
    ``endpoints`` are absent endpoints that would serve the packets, such as ``Gateway com.amazonaws.eu-west-1.s3``.
    ``hops`` are the path on which packets are lost, there and back. ``launches`` are the services with their clusters;
    a finding has none.
    """

    kind: Kind
    rule: str
    severity: Severity
    messages: tuple[str, ...]
    subject: str
    name: str
    region: str | None = None
    services: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    origin: Origin | None = None
    place: CodePlace | None = None
    endpoints: tuple[str, ...] = ()
    hops: tuple[ProblemHop, ...] = ()
    account: str | None = None
    launches: tuple[tuple[str, str], ...] = ()

    def concerns(self, cluster: str, service: str) -> bool:
        """Tell whether the problem is one of a service: another cluster may have one of its name."""
        return (cluster, service) in self.launches if self.launches else service in self.services

    @property
    def message(self) -> str:
        """The messages in one; of missing endpoints, which are listed, the first is enough."""
        shown = self.messages[: 1 if self.endpoints else _MOST_MESSAGES]
        more = len(self.messages) - len(shown)
        return "; ".join(shown) + (f"; and {more} more" if more and not self.endpoints else "")

    @property
    def text(self) -> str:
        """The message with the missing endpoints, and the steps and services that the problem is about."""
        parts = [self.message.rstrip(".")]
        if self.endpoints:
            parts.append(f"Missing endpoints: {', '.join(self.endpoints)}")
        if self.services:
            stopped = f"{', '.join(self.steps)} of " if self.steps else ""
            verb = "Stops" if self.kind in {"break", "cause"} else "Concerns"
            parts.append(f"{verb} {stopped}{list_names(self.services)}")
        return ". ".join(parts) + "."

    @property
    def fingerprint(self) -> str:
        """The same for the same problem in every run: of rule, Region and resource, and of no line number."""
        import hashlib  # noqa: PLC0415 -- takes time to load, and few outputs need it

        content = "\0".join([self.rule, self.region or "", self.name])
        return hashlib.sha256(content.encode(errors="replace")).hexdigest()[:_DIGITS]


class Acceptance(msgspec.Struct, frozen=True):
    """A user's word that a problem may stay, with the reason, to the end of the day ``until``.

    ``resource`` and ``service`` are patterns with ``*``; None: of any. ``written`` is the place of the word itself.
    """

    rule: str
    reason: str
    written: CodePlace
    resource: str | None = None
    service: str | None = None
    until: dt.date | None = None


class AcceptedProblem(msgspec.Struct, frozen=True):
    """A problem with the word that accepts it."""

    problem: Problem
    acceptance: Acceptance


class ProblemRule(msgspec.Struct, frozen=True):
    """The meaning of a rule: a title, an explanation, and the remedy."""

    id: str
    title: str
    means: str
    remedy: str = ""


class Triage(msgspec.Struct, frozen=True):
    """The problems of a result, sorted by the words of the user, and the verdict on those that count.

    ``problems`` are neither accepted, nor in the baseline, nor below the least severity; an acceptance that is over is
    one of them. ``unused`` are acceptances of no problem. ``fixed`` counts the problems of the baseline that are gone.
    ``hidden`` are problems below the least severity: they count for the verdict.
    """

    verdict: Verdict
    problems: tuple[Problem, ...]
    accepted: tuple[AcceptedProblem, ...] = ()
    in_baseline: tuple[Problem, ...] = ()
    unused: tuple[Acceptance, ...] = ()
    fixed: int = 0
    hidden: tuple[Problem, ...] = ()

    @property
    def below_severity(self) -> int:
        """The number of hidden problems."""
        return len(self.hidden)


class ListedNetwork(msgspec.Struct, frozen=True):
    """The verdicts on one account and Region, with its problems."""

    diagnosis: Diagnosis
    problems: tuple[Problem, ...]


class TriagedResult(msgspec.Struct, frozen=True):
    """The result of a check, or one diagnosis as such a result, with the triage of its problems.

    ``rules`` hold the meaning of each rule by its id. ``place`` is for problems in no file: that of the
    input, if it is in the repository. ``lines`` are the lines of code at the places of problems.
    ``complaints`` are the faults of comments that accept nothing, ``outside`` the files outside the repository.
    ``version`` is that of skerry.
    """

    result: CheckResult
    triage: Triage
    rules: Mapping[str, ProblemRule]
    place: CodePlace | None = None
    lines: Mapping[CodePlace, str] = {}
    complaints: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    version: str = ""

    @property
    def services(self) -> tuple[ServiceDiagnosis, ...]:
        """The services of all networks."""
        return tuple(service for network in self.result.networks for service in network.diagnosis.services)
