"""Interface endpoints that nobody in a VPC needs, with their price."""

from collections.abc import Iterable, Iterator

from msgspec import UNSET

from skerry.catalogue.services import service_of_endpoint
from skerry.cost.measured import FlowLogTotals
from skerry.cost.monthly import cost_of_interface_endpoint
from skerry.cost.prices import PriceTable
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.launch.startup import needs_of
from skerry.model.endpoints import VpcEndpoint
from skerry.model.world import World
from skerry.nat_exit.records import UnneededEndpoint
from skerry.nat_exit.settle import ExitEvidence

_PAID = {"available", "pending", "pendingacceptance", "modifying", "partial"}
# AWS's own agents call these, and no task definition names them:
# https://docs.aws.amazon.com/guardduty/latest/ug/runtime-monitoring-agent-resource-ecs.html
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
_OF_AGENTS = {"guardduty-data", "ecs", "ecs-agent", "ecs-telemetry", "ec2messages"}


def unneeded_endpoints_of(
    world: World,
    vpc_id: str,
    launches: Iterable[Launch],
    also: Iterable[str],
    evidence: ExitEvidence,
    table: PriceTable,
) -> Iterator[UnneededEndpoint]:
    """Yield the interface endpoints of a VPC without a need for them.

    Another program of the VPC may call the service, so only a measurement without bytes is certain.
    """
    needed = {*also, *(key for launch in launches for key in _called_by(launch))}
    for row in world.endpoints_in(vpc_id):
        if row.vpc_endpoint_type != "Interface" or (row.state is not UNSET and row.state.lower() not in _PAID):
            continue
        service = _service_of(row)
        measured = _bytes_of(row, evidence)
        if measured or (measured is None and (service in needed or service in _OF_AGENTS)):
            continue
        cost = cost_of_interface_endpoint(table, world.region or "", max(len(row.subnet_ids), 1))
        if measured == 0:
            yield UnneededEndpoint(row.vpc_endpoint_id, service, cost, certain=True, reason=_measurement(evidence))
        else:
            certain = evidence.given
            reason = "no task definition names it" + (", and all calls are named by your word" if certain else "")
            yield UnneededEndpoint(row.vpc_endpoint_id, service, cost, certain=certain, reason=reason)


def _called_by(launch: Launch) -> Iterator[str]:
    """Yield the keys of the services that a launch calls at its start or later."""
    for need in needs_of(launch):
        if isinstance(need, Call) and need.service is not None:
            yield need.service.key


def _service_of(row: VpcEndpoint) -> str:
    name = "" if row.service_name is UNSET else row.service_name
    ref = service_of_endpoint(name)
    return name if ref is None else ref.key


def _bytes_of(row: VpcEndpoint, evidence: ExitEvidence) -> int | None:
    """Return the measured bytes of an endpoint; None where nothing measured all of its interfaces for long enough."""
    measured = evidence.metrics
    metrics = None if measured is None else measured.find(row.vpc_endpoint_id)
    if measured is not None and metrics is not None and isinstance(metrics.bytes, int):
        return metrics.bytes if metrics.bytes or metrics.is_of_all(measured.days) else None
    logs = evidence.flow_logs
    names = row.network_interface_ids
    if logs is None or not names or not logs.interfaces.issuperset(names):
        return None
    count = _logged(logs, names)
    return None if logs.doubt_about(names) and not count else count


def _logged(logs: FlowLogTotals, names: Iterable[str]) -> int:
    interfaces = set(names)
    return sum(row.bytes for row in logs.rows if row.interface in interfaces)


def _measurement(evidence: ExitEvidence) -> str:
    return f"no byte in {evidence.metrics.days} days" if evidence.metrics is not None else "no byte in the flow logs"
