"""CloudWatch's metrics of NAT gateways and endpoints, of an embedded AWS."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from skerry.aws.session import make_clients
from skerry.cost.measured import TrafficMetrics
from skerry.embedded.fault_injection import Faults
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.model.missing import Missing
from skerry.sources.traffic_metrics import read_traffic
from tests.networks import REGION, VPC, Network

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def world() -> Any:
    network = Network()
    network.nat()
    network.nat("nat-2", address="10.0.2.201")
    network.endpoint("vpce-1", "logs")
    network.serve_s3()
    return network.world()


def read(world: Any, faults: Faults | None = None) -> TrafficMetrics:
    """The metrics of an account in which nat-1 and vpce-1 have counted something on two days."""
    with run_embedded_aws(REGION, faults):
        client = make_clients(REGION)
        gateway = [{"Name": "NatGatewayId", "Value": "nat-1"}]
        # In skerry's order: the embedded CloudWatch takes the dimensions for a list.
        endpoint = {
            "Endpoint Type": "Interface",
            "Service Name": f"com.amazonaws.{REGION}.logs",
            "VPC Id": VPC,
            "VPC Endpoint Id": "vpce-1",
        }
        dimensions = [{"Name": name, "Value": value} for name, value in endpoint.items()]
        for days in (2, 3):
            when = NOW - timedelta(days=days)
            rows = {"BytesInFromSource": 10, "BytesInFromDestination": 100, "BytesOutToDestination": 9}
            put(client, "AWS/NATGateway", gateway, rows, when)
            put(client, "AWS/PrivateLinkEndpoints", dimensions, {"BytesProcessed": 7}, when)
        put(client, "AWS/NATGateway", gateway, {"BytesInFromSource": 5000}, NOW - timedelta(days=40))
        if faults is not None:
            faults.denied = {"cloudwatch:GetMetricData"}
        return read_traffic(client, world, NOW)


def put(client: Any, namespace: str, dimensions: Any, values: dict[str, int], when: datetime) -> None:
    data = [
        {"MetricName": name, "Dimensions": dimensions, "Timestamp": when, "Value": value, "Unit": "Bytes"}
        for name, value in values.items()
    ]
    client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)


def test_bytes_are_summed_and_a_missing_series_is_unknown(world: Any) -> None:
    metrics = read(world)
    nat = metrics.find("nat-1")
    assert nat is not None
    assert (metrics.days, nat.bytes, nat.bytes_out) == (30, 220, 18)
    silent = metrics.find("nat-2")
    assert silent is not None
    assert isinstance(silent.bytes, Missing)
    assert silent.bytes.fact == "CloudWatch's metric BytesInFromSource of nat-2: it has no value"
    assert isinstance(silent.bytes_out, Missing)
    endpoint = metrics.find("vpce-1")
    assert endpoint is not None
    assert (endpoint.bytes, endpoint.bytes_out) == (14, None)
    assert metrics.find("vpce-93") is None


def test_missing_permission_is_named(world: Any) -> None:
    metrics = read(world, Faults())
    for row in metrics.rows:
        assert isinstance(row.bytes, Missing)
        assert row.bytes.action == "cloudwatch:GetMetricData"
        assert "AccessDenied" in row.bytes.fact


def test_zero_is_a_value_and_pages_are_summed(world: Any) -> None:
    class Client:
        """CloudWatch with an answer of two pages."""

        meta = SimpleNamespace(region_name=REGION)

        def get_metric_data(self, MetricDataQueries: list[Any], **more: Any) -> Any:  # noqa: N803 -- boto3's name
            names = [row["Id"] for row in MetricDataQueries]
            rows = [{"Id": name, "Values": [0.0]} for name in names]
            return {"MetricDataResults": rows} | ({} if "NextToken" in more else {"NextToken": "2"})

    metrics = read_traffic(lambda _service: Client(), world, NOW)
    assert [(row.resource, row.bytes) for row in metrics.rows] == [("nat-1", 0), ("nat-2", 0), ("vpce-1", 0)]
