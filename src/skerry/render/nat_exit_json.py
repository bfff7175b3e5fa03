"""An exit from NAT as JSON, version 1: the shapes that programs rely on."""

import msgspec

from skerry.cost.measured import TRAFFIC_CLASSES, FlowLogTotals
from skerry.model.world import World
from skerry.nat_exit.nats import Nat
from skerry.nat_exit.records import NatExitReport, RemainingDestination, UnneededEndpoint, VpcExit, WorkloadBytes
from skerry.nat_exit.workloads import Workload
from skerry.render.json_document import write
from skerry.render.plan_json import AmountOut, ChangeOut, CostOut, FactOut, encode_amount, encode_change, encode_cost

VERSION = 1


class NatRouteOut(msgspec.Struct, frozen=True):
    """A route to a NAT."""

    route_table: str
    destination: str


class NatOut(msgspec.Struct, frozen=True):
    """A NAT gateway or instance."""

    id: str
    kind: str
    routes: list[NatRouteOut]


class WorkloadOut(msgspec.Struct, frozen=True):
    """A client behind NAT; its calls beyond its definition are settled by a proof, or open."""

    name: str
    kind: str
    subnets: list[str]
    interfaces: list[str]
    state: str
    proof: str | None
    allowed: str | None
    reason: str


class RemainingDestinationOut(msgspec.Struct, frozen=True):
    """A destination that workloads reach by NAT alone."""

    workloads: list[str]
    destination: str
    port: int | None
    step: str
    subjects: list[str]
    bytes: int | None
    reason: str
    remedy: str


class WorkloadBytesOut(msgspec.Struct, frozen=True):
    """The bytes of a workload or a NAT gateway in flow logs, by class of addresses."""

    name: str
    kind: str
    s3: int
    dynamodb: int
    aws: int
    vpc: int
    private: int
    internet: int


class ExitStepOut(msgspec.Struct, frozen=True):
    """A step towards the exit."""

    kind: str
    resource: str
    destination: str
    changes: int


class UnneededEndpointOut(msgspec.Struct, frozen=True):
    """An endpoint that nobody in the VPC needs."""

    endpoint: str
    service: str
    cost: CostOut
    certain: bool
    reason: str


class VpcExitOut(msgspec.Struct, frozen=True):
    """Whether a VPC can do without NAT."""

    vpc: str
    verdict: str
    nats: list[NatOut]
    workloads: list[WorkloadOut]
    destinations: list[RemainingDestinationOut]
    traffic: list[WorkloadBytesOut]
    facts: list[FactOut]
    changes: list[ChangeOut]
    steps: list[ExitStepOut]
    nat_cost: AmountOut | None
    plan_cost: AmountOut | None
    saving: AmountOut | None
    per_gb: AmountOut | None
    unneeded_endpoints: list[UnneededEndpointOut]
    notes: list[str]


class FlowLogsOut(msgspec.Struct, frozen=True):
    """The flow logs that were read."""

    source: str
    files: int
    records: int
    malformed: int
    without_data: int
    first: int | None
    last: int | None
    notes: list[str]


class NatExitOut(msgspec.Struct, frozen=True):
    """The whole answer of ``nat-exit``."""

    version: int
    source: str
    account: str | None
    region: str | None
    verdict: str
    calls_known: bool
    prices_of: str
    stale: bool
    flow_logs: FlowLogsOut | None
    vpcs: list[VpcExitOut]


def encode_nat_exit(world: World, report: NatExitReport) -> str:
    """Write an exit from NAT for programs."""
    document = NatExitOut(
        version=VERSION,
        source=world.facts.source,
        account=world.account,
        region=report.region,
        verdict=report.verdict,
        calls_known=report.given,
        prices_of=report.prices_of,
        stale=report.stale,
        flow_logs=None if report.flow_logs is None else _flow_logs(report.flow_logs),
        vpcs=[_vpc(vpc) for vpc in report.vpcs],
    )
    return write(document)


def _vpc(vpc: VpcExit) -> VpcExitOut:
    monthly = None if vpc.plan is None else vpc.plan.monthly
    return VpcExitOut(
        vpc=vpc.vpc_id,
        verdict=vpc.verdict,
        nats=[_nat(nat) for nat in vpc.nats],
        workloads=[_workload(vpc, row) for row in vpc.workloads],
        destinations=[_destination(row) for row in vpc.destinations],
        traffic=[_traffic(row) for row in vpc.traffic],
        facts=[FactOut(fact.fact, fact.action) for fact in vpc.facts],
        changes=[encode_change(row) for row in (() if vpc.plan is None else vpc.plan.changes)],
        steps=[ExitStepOut(step.kind, step.resource, step.destination, step.count) for step in vpc.steps],
        nat_cost=None if vpc.nat_cost is None else encode_amount(vpc.nat_cost),
        plan_cost=None if monthly is None else encode_amount(monthly),
        saving=None if vpc.saving is None else encode_amount(vpc.saving),
        per_gb=None if vpc.per_gb is None else encode_amount(vpc.per_gb),
        unneeded_endpoints=[_unneeded(row) for row in vpc.unneeded],
        notes=list(vpc.notes),
    )


def _nat(nat: Nat) -> NatOut:
    return NatOut(nat.id, nat.kind, [NatRouteOut(route.table, route.destination) for route in nat.routes])


def _workload(vpc: VpcExit, row: Workload) -> WorkloadOut:
    settled = next((item for item in vpc.settled if item.workload == row.name and item.kind == row.kind), None)
    unsettled = next((item for item in vpc.unsettled if item.workload == row.name and item.kind == row.kind), None)
    state = "settled" if settled is not None else "open" if unsettled is not None else "internet"
    reason = settled.reason if settled is not None else unsettled.reason if unsettled is not None else ""
    return WorkloadOut(
        row.name,
        row.kind,
        list(row.subnets),
        list(row.interfaces),
        state,
        None if settled is None else settled.proof,
        None if unsettled is None else unsettled.allowed,
        reason,
    )


def _destination(row: RemainingDestination) -> RemainingDestinationOut:
    return RemainingDestinationOut(
        list(row.workloads),
        row.destination,
        row.port,
        row.step,
        list(row.subjects),
        row.bytes,
        row.reason,
        row.remedy,
    )


def _traffic(row: WorkloadBytes) -> WorkloadBytesOut:
    sums = dict(row.classes)
    return WorkloadBytesOut(row.name, row.kind, *(sums.get(name, 0) for name in TRAFFIC_CLASSES))


def _unneeded(row: UnneededEndpoint) -> UnneededEndpointOut:
    return UnneededEndpointOut(row.endpoint_id, row.service, encode_cost(row.cost), row.certain, row.reason)


def _flow_logs(logs: FlowLogTotals) -> FlowLogsOut:
    return FlowLogsOut(
        logs.source,
        logs.files,
        logs.records,
        logs.malformed,
        logs.without_data,
        logs.first,
        logs.last,
        list(logs.notes),
    )
