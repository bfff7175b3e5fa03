"""The reason why a name does not lead to an endpoint of its service."""

from skerry.diagnose.unused_endpoints import unused_endpoints_of
from skerry.reach.trace import Trace
from tests.diagnose.test_shown_paths import network_with, step_of
from tests.networks import Network


def traces_of(network: Network) -> list[Trace]:
    return [trace for need in step_of(network).needs for trace in need.traces]


def test_endpoint_without_private_dns_is_the_reason() -> None:
    network = network_with("subnet-b")
    network.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False)
    traces = traces_of(network)
    assert set(unused_endpoints_of(traces)) == {("DNS_PRIVATE_NAMES_DISABLED", "vpce-1")}
    assert list(unused_endpoints_of(trace for trace in traces if not trace.intended)) == []


def test_path_that_the_name_leads_to_has_no_reason() -> None:
    network = network_with("subnet-b")
    network.endpoint("vpce-1", "ecr.api", group="sg-shut")
    network.group("sg-shut", inbound=[])
    assert list(unused_endpoints_of(traces_of(network))) == []


def test_service_without_an_endpoint_has_no_reason() -> None:
    assert list(unused_endpoints_of(traces_of(network_with("subnet-b")))) == []
