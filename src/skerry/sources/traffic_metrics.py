"""Traffic of NAT gateways and interface endpoints, as CloudWatch counted it.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway-cloudwatch.html
https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-cloudwatch-metrics.html
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec import UNSET

from skerry.aws.errors import RefusedError
from skerry.aws.metric_data import GET_METRIC_DATA, Metric, read_sums
from skerry.aws.session import ClientFactory
from skerry.cost.measured import ResourceBytes, TrafficMetrics
from skerry.model.endpoints import VpcEndpoint
from skerry.model.missing import Missing
from skerry.model.world import World

DAYS = 30

_NAT, _ENDPOINTS = "AWS/NATGateway", "AWS/PrivateLinkEndpoints"
_IN = ("BytesInFromSource", "BytesInFromDestination")
_OUT = "BytesOutToDestination"
_PROCESSED = "BytesProcessed"


class _Resource(NamedTuple):
    """A NAT gateway or an endpoint: the metrics whose sum is billed, and the one of bytes out, if it has one."""

    id: str
    billed: tuple[Metric, ...]
    out: Metric | None

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Return all metrics."""
        return self.billed if self.out is None else (*self.billed, self.out)


def read_traffic(client: ClientFactory, world: World, now: datetime | None = None) -> TrafficMetrics:
    """Return the bytes of the NAT gateways and interface endpoints of a World in the last days.

    Without a series bytes are unknown, not none; without the permission all are.
    """
    last = (now or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0)
    resources = list(_resources(world))
    metrics = [metric for resource in resources for metric in resource.metrics]
    try:
        sums = read_sums(client, metrics, last - timedelta(days=DAYS), last)
    except RefusedError as error:
        refused = Missing(f"CloudWatch's metrics: AWS answered {error.code}", GET_METRIC_DATA.action)
        return TrafficMetrics(DAYS, tuple(ResourceBytes(row.id, refused, refused) for row in resources))

    def bytes_of(metrics: tuple[Metric, ...]) -> int | Missing:
        absent = next((metric.name for metric in metrics if metric not in sums), None)
        if absent is not None:
            name = metrics[0].dimensions[-1][1]
            return Missing(f"CloudWatch's metric {absent} of {name}: it has no value", GET_METRIC_DATA.action)
        return int(sum(sums[metric].value for metric in metrics))

    def days_of(row: _Resource) -> int | None:
        """Return the fewest days of its metrics: a gateway of yesterday has no value of the days before."""
        return min((sums[metric].days for metric in row.metrics if metric in sums), default=None)

    rows = (
        ResourceBytes(row.id, bytes_of(row.billed), None if row.out is None else bytes_of((row.out,)), days_of(row))
        for row in resources
    )
    return TrafficMetrics(DAYS, tuple(rows))


def _resources(world: World) -> Iterator[_Resource]:
    for gateway in world.facts.nat_gateways:
        dimensions = (("NatGatewayId", gateway.nat_gateway_id),)
        billed = tuple(Metric(_NAT, name, dimensions) for name in _IN)
        yield _Resource(gateway.nat_gateway_id, billed, Metric(_NAT, _OUT, dimensions))
    for endpoint in world.facts.vpc_endpoints:
        if endpoint.vpc_endpoint_type == "Interface" and endpoint.service_name is not UNSET:
            metric = Metric(_ENDPOINTS, _PROCESSED, tuple(_dimensions(endpoint)))
            yield _Resource(endpoint.vpc_endpoint_id, (metric,), None)


def _dimensions(endpoint: VpcEndpoint) -> Iterator[tuple[str, str]]:
    """Yield the dimensions of an endpoint's metric, whose names have spaces; its id is the last."""
    yield "Endpoint Type", "Interface"
    yield "Service Name", str(endpoint.service_name)
    yield "VPC Id", endpoint.vpc_id
    yield "VPC Endpoint Id", endpoint.vpc_endpoint_id
