"""The records of a plan: its changes with their reasons, what it proves, and what remains."""

from typing import Literal

import msgspec

from skerry.catalogue.services import ServiceRef
from skerry.diagnose.diagnosis import Finding
from skerry.model.facts import Missing
from skerry.plan.changes import Change, Disposition
from skerry.verdicts import Verdict

Ingress = Literal["from-tasks", "subnets", "article"]
INGRESSES: tuple[Ingress, ...] = ("from-tasks", "subnets", "article")


class Options(msgspec.Struct, frozen=True):
    """What a user prefers.

    ``ingress``: whom endpoints admit: the tasks' security groups, their subnets, or as the article's table has it.
    ``also``: services that tasks call beside those of their start. ``least_privilege``: endpoints that are created get
    policies for what the tasks of the VPC ask for. ``nat``: a NAT gateway before endpoints.
    """

    ingress: Ingress = "subnets"
    also: tuple[ServiceRef, ...] = ()
    least_privilege: bool = False
    nat: bool = False


class Why(msgspec.Struct, frozen=True, gc=False):
    """A blocker that a change removes: its code, what it is about, the steps and the services that it blocked."""

    code: str
    resource: str
    message: str
    steps: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class Planned(msgspec.Struct, frozen=True, gc=False):
    """A change with its reasons.

    ``note`` says what a disruptive one disturbs, ``by`` names the account that alone can make it.
    """

    change: Change
    disposition: Disposition
    why: tuple[Why, ...] = ()
    note: str = ""
    by: str | None = None


class Remaining(msgspec.Struct, frozen=True, gc=False):
    """What is still in the way of a step when all changes are made, for which services and in which subnets."""

    services: tuple[str, ...]
    step: str
    subnets: tuple[str, ...]
    verdict: Verdict
    code: str
    resource: str
    message: str


class Break(msgspec.Struct, frozen=True, gc=False):
    """A flow of somebody else that worked and would not any more."""

    client: str
    host: str
    message: str


class Plan(msgspec.Struct, frozen=True, gc=False):
    """The least changes for the launches in scope, and what was proven of them.

    ``before`` and ``after`` are the verdicts of all launches together. ``proven``: after the changes every launch is ok
    and nobody else's flow breaks. ``facts`` must be known before more can be proven; ``limits`` are quotas that the
    changes would go beyond.
    """

    services: tuple[str, ...]
    before: Verdict
    after: Verdict
    proven: bool
    changes: tuple[Planned, ...] = ()
    remaining: tuple[Remaining, ...] = ()
    breaks: tuple[Break, ...] = ()
    facts: tuple[Missing, ...] = ()
    limits: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
