"""Private names of endpoints that DNS does not lead a name to."""

import pytest

from skerry.net.dns_names import DnsName
from skerry.reach.private_dns import other_name_of
from tests.networks import ACCOUNT, REGION, Network

ORDINARY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
FIPS = f"{ACCOUNT}.dkr.ecr-fips.{REGION}.amazonaws.com"
DUAL = f"{ACCOUNT}.dkr-ecr.{REGION}.on.aws"
PRIVATE = [{"DnsName": f"dkr.ecr.{REGION}.amazonaws.com"}]


@pytest.mark.parametrize(("host", "kind"), [(FIPS, "FIPS"), (DUAL, "dual-stack")])
def test_endpoint_does_not_answer_for_other_names_of_its_service(host: str, kind: str) -> None:
    network = Network()
    network.endpoint("vpce-1", "ecr.dkr", DnsEntries=PRIVATE)
    hop = other_name_of(network.world().vpc_endpoints["vpce-1"], DnsName(host))
    assert hop is not None
    ((piece,),) = (hop.lost,)
    assert (piece.code, piece.message) == (
        "DNS_NAME_NOT_OF_ENDPOINT",
        f"vpce-1 does not answer for the {kind} name {host}",
    )


@pytest.mark.parametrize(
    ("host", "service", "entries"),
    [(ORDINARY, "ecr.dkr", PRIVATE), (FIPS, "ecr.dkr", []), (FIPS, "ecr.api", PRIVATE), (FIPS, "unheard-of", PRIVATE)],
    ids=["ordinary name", "names not printed", "other service", "unknown service"],
)
def test_endpoint_has_no_other_name(host: str, service: str, entries: list[dict[str, str]]) -> None:
    network = Network()
    network.endpoint("vpce-1", service, DnsEntries=entries)
    assert other_name_of(network.world().vpc_endpoints["vpce-1"], DnsName(host)) is None


def test_endpoint_without_service_has_no_other_name() -> None:
    network = Network()
    network.endpoint("vpce-1", "ecr.dkr", DnsEntries=PRIVATE)
    del network.row("VpcEndpoints", "vpce-1")["ServiceName"]
    assert other_name_of(network.world().vpc_endpoints["vpce-1"], DnsName(FIPS)) is None
