"""The records of an exit from NAT: the verdict of each VPC with its proof, the plan, the steps and the saving."""

from typing import Literal, TypeAlias

import msgspec

from skerry.cost.measured import FlowLogTotals, TrafficClass, TrafficMetrics
from skerry.cost.monthly import Amount, MonthlyCost
from skerry.model.facts import Missing
from skerry.nat_exit.nats import Nat
from skerry.nat_exit.workloads import Workload
from skerry.plan.records import Plan
from skerry.verdicts import BLOCKED, NOT_APPLICABLE, OK, UNKNOWN, Verdict, worst_of

ExitVerdict: TypeAlias = Literal["can-go", "can-go-after-plan", "cannot", "unknown", "no-nat"]
StepKind: TypeAlias = Literal["plan", "delete-route", "watch", "delete-nat-gateway", "release-address", "stop-instance"]
Proof: TypeAlias = Literal["definition", "egress", "flow-logs", "metrics", "given"]

_VERDICTS: dict[ExitVerdict, Verdict] = {
    "can-go": OK,
    "can-go-after-plan": BLOCKED,
    "cannot": BLOCKED,
    "unknown": UNKNOWN,
    "no-nat": NOT_APPLICABLE,
}


class RemainingDestination(msgspec.Struct, frozen=True):
    """A destination that workloads reach by NAT alone, also after the plan.

    ``step`` is the step of a launch that calls it; ``subjects`` are the images, files or secrets there. ``bytes`` are
    those of flow logs, None without them. ``remedy`` is what would make the NAT unnecessary.
    """

    workloads: tuple[str, ...]
    destination: str
    port: int | None = None
    step: str = ""
    subjects: tuple[str, ...] = ()
    bytes: int | None = None
    reason: str = ""
    remedy: str = ""


class Unsettled(msgspec.Struct, frozen=True):
    """A workload with unknown calls: the addresses within its reach, and the reason."""

    workload: str
    kind: str
    allowed: str
    reason: str


class Settled(msgspec.Struct, frozen=True):
    """A workload without a need for NAT beyond its definition, and the proof of it."""

    workload: str
    kind: str
    proof: Proof
    reason: str


class UnneededEndpoint(msgspec.Struct, frozen=True):
    """An interface endpoint that nobody in the VPC needs, with its price.

    ``certain``: a measurement proves it, or the user vouches for it that all calls are named.
    """

    endpoint_id: str
    service: str
    cost: MonthlyCost
    certain: bool
    reason: str


class WorkloadBytes(msgspec.Struct, frozen=True):
    """The bytes of a workload, or of a NAT gateway, in flow logs, by class of addresses."""

    name: str
    kind: str
    classes: tuple[tuple[TrafficClass, int], ...]


class ExitStep(msgspec.Struct, frozen=True):
    """A step towards the exit: its kind, its resource, and for a route the destination; ``count`` changes of a plan."""

    kind: StepKind
    resource: str = ""
    destination: str = ""
    count: int = 0


class VpcExit(msgspec.Struct, frozen=True):
    """Whether a VPC can do without NAT.

    ``traffic`` are the bytes of flow logs. ``plan`` are the changes before the exit, None without any. ``saving`` is
    the fixed cost of the NATs a month less that of the plan; ``per_gb`` is the price of each GB through them. ``facts``
    must be known first.
    """

    vpc_id: str
    verdict: ExitVerdict
    nats: tuple[Nat, ...] = ()
    workloads: tuple[Workload, ...] = ()
    destinations: tuple[RemainingDestination, ...] = ()
    unsettled: tuple[Unsettled, ...] = ()
    settled: tuple[Settled, ...] = ()
    facts: tuple[Missing, ...] = ()
    plan: Plan | None = None
    steps: tuple[ExitStep, ...] = ()
    nat_cost: Amount | Missing | None = None
    saving: Amount | Missing | None = None
    per_gb: Amount | Missing | None = None
    unneeded: tuple[UnneededEndpoint, ...] = ()
    traffic: tuple[WorkloadBytes, ...] = ()
    notes: tuple[str, ...] = ()


class NatExitReport(msgspec.Struct, frozen=True):
    """The exits of the VPCs of a Region, with the measurements that were used and the date of the prices."""

    region: str
    vpcs: tuple[VpcExit, ...]
    prices_of: str
    stale: bool
    flow_logs: FlowLogTotals | None = None
    metrics: TrafficMetrics | None = None
    given: bool = False

    @property
    def verdict(self) -> Verdict:
        """Return the worst verdict of the VPCs; not applicable without a NAT."""
        verdicts = [_VERDICTS[vpc.verdict] for vpc in self.vpcs]
        return worst_of(verdicts) if any(verdict is not NOT_APPLICABLE for verdict in verdicts) else NOT_APPLICABLE
