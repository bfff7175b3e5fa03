"""The records of a plan: changes with their reasons, the proof, and the remaining blockers."""

from decimal import Decimal
from typing import Literal

import msgspec

from skerry.catalogue.services import ServiceRef
from skerry.cost.monthly import Amount, MonthlyCost
from skerry.diagnose.diagnosis import Finding
from skerry.model.facts import Missing
from skerry.model.origins import Origin
from skerry.plan.changes import (
    Change,
    ConfigureService,
    DeleteEndpoint,
    DeleteRoute,
    Disposition,
)
from skerry.verdicts import NOT_APPLICABLE, OK, Verdict

Ingress = Literal["from-tasks", "subnets", "article"]
PlanNextStep = Literal["rehearse", "write-terraform", "write-aws-cli", "supply-facts", "diagnose"]
StrategyName = Literal[
    "exact-rules", "vpc-rules", "one-rule", "existing-way", "task-groups", "nat-gateway", "public-address"
]
INGRESSES: tuple[Ingress, ...] = ("from-tasks", "subnets", "article")


class Options(msgspec.Struct, frozen=True):
    """The user's preferences.

    ``ingress``: whom endpoints admit: the tasks' security groups, their subnets, or as the article's table has it.
    ``also``: services that tasks call in addition to those of their start. ``least_privilege``: new endpoints get
    policies for the calls of the VPC's tasks. ``nat``: a NAT gateway before endpoints. ``public``: public addresses of
    tasks before endpoints, in subnets that route to an internet gateway. Without both no subnet gets internet access.
    ``budget``: the most that the changes may cost a month, in the currency of the Region's prices.
    """

    ingress: Ingress = "subnets"
    also: tuple[ServiceRef, ...] = ()
    least_privilege: bool = False
    nat: bool = False
    public: bool = False
    budget: Decimal | None = None


class Why(msgspec.Struct, frozen=True, gc=False):
    """A blocker that a change removes: its code, its resource, and the blocked steps and services.

    ``origin`` is the place where the resource is written; None if it is unknown.
    """

    code: str
    resource: str
    message: str
    steps: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    origin: Origin | None = None


class Planned(msgspec.Struct, frozen=True, gc=False):
    """A change with its reasons.

    ``note`` describes a disruption, ``by`` names the only account with the permission. ``origin`` is the place where
    the changed resource is written; None if it is unknown, or new. ``cost`` is None for a change without a price.
    """

    change: Change
    disposition: Disposition
    why: tuple[Why, ...] = ()
    note: str = ""
    by: str | None = None
    origin: Origin | None = None
    cost: MonthlyCost | None = None


class Remaining(msgspec.Struct, frozen=True, gc=False):
    """A remaining blocker of a step after all changes, with its services and subnets."""

    services: tuple[str, ...]
    step: str
    subnets: tuple[str, ...]
    verdict: Verdict
    code: str
    resource: str
    message: str
    origin: Origin | None = None


class Break(msgspec.Struct, frozen=True, gc=False):
    """A flow of somebody else that worked and would not any more."""

    client: str
    host: str
    message: str


class RunnerUp(msgspec.Struct, frozen=True, gc=False):
    """A plan that was not chosen: its strategy, its number of changes, its monthly cost and why another is better."""

    strategy: StrategyName
    changes: int
    monthly: Amount | Missing
    because: str


class CrossedObject(msgspec.Struct, frozen=True, gc=False):
    """An existing object on a walk of the proof: its kind there, and the digest of the values that decided.

    ``values`` are these values in words, so that a difference can be shown.
    """

    resource: str
    kind: str
    digest: str
    values: tuple[str, ...] = ()


class Fingerprint(msgspec.Struct, frozen=True, gc=False):
    """The objects of an account that a plan was proven with, and the digest of them all."""

    digest: str
    objects: tuple[CrossedObject, ...]


class PlannedLaunch(msgspec.Struct, frozen=True, gc=False):
    """A launch of a plan, by its name and its cluster; a task that does not exist yet has no cluster."""

    name: str
    cluster: str


class Plan(msgspec.Struct, frozen=True, gc=False):
    """The least changes for the launches in scope, and what was proven of them.

    ``before`` and ``after`` are the verdicts of all launches together. ``proven``: after the changes every launch is ok
    and nobody else's flow breaks. ``facts`` must be known before more can be proven; ``limits`` are quotas that the
    changes would go beyond. ``monthly`` is the fixed cost of all changes a month, and ``prices_of`` the date of the
    price table. ``strategy`` names how the changes were chosen. ``because`` is the preference in which they are better
    than ``runners_up``, the other proven plans. ``made_at`` is the time of the plan in UTC, ``made_by`` skerry's
    version. ``fingerprint`` names the objects that it was proven with; ``launches`` and ``also`` are the launches and
    the endpoint services whose calls were walked for it.
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
    monthly: Amount | Missing | None = None
    prices_of: str = ""
    strategy: StrategyName | None = None
    because: str = ""
    runners_up: tuple[RunnerUp, ...] = ()
    made_at: str = ""
    made_by: str = ""
    fingerprint: Fingerprint | None = None
    launches: tuple[PlannedLaunch, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def in_order(self) -> tuple[Planned, ...]:
        """The changes in the order of their numbers in texts: manual ones last."""
        return tuple(sorted(self.changes, key=lambda row: row.disposition == "manual"))

    @property
    def next_step(self) -> PlanNextStep | None:
        """The step after this plan; None if nothing is left to do. A rehearsal is for one launch."""
        if self.before is NOT_APPLICABLE:
            return None
        if self.before is OK:
            return "rehearse" if len(self.services) == 1 else None
        made = [planned.change for planned in self.changes if planned.disposition != "manual"]
        if self.proven and (made or not self.changes):
            # Terraform takes nothing away here, and a service's settings belong into its own file.
            beyond = any(isinstance(change, ConfigureService | DeleteEndpoint | DeleteRoute) for change in made)
            return "write-aws-cli" if beyond else "write-terraform"
        return "supply-facts" if self.facts else "diagnose"
