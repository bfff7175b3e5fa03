"""Private names of endpoints that DNS does not lead a name to."""

import pytest

from skerry.net.dns_names import DnsName
from skerry.reach.private_dns import has_unprinted_names, may_have_any_name, other_name_of
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


@pytest.mark.parametrize(
    "fields", [{"VpcEndpointType": "Resource"}, {"VpcEndpointType": "ServiceNetwork"}, {"ServiceName": None}]
)
def test_endpoint_with_possible_private_names_is_of_a_kind_that_need_not_print_them(
    fields: dict[str, str | None],
) -> None:
    network = Network()
    network.endpoint("vpce-1", "ecr.dkr")
    row = network.rows["VpcEndpoints"][-1]
    row.update(fields)
    if row["ServiceName"] is None:
        del row["ServiceName"]
    endpoint = network.world().vpc_endpoints["vpce-1"]
    assert may_have_any_name(endpoint, "anywhere") is not None
    assert has_unprinted_names(endpoint)


def test_interface_endpoint_of_a_service_has_no_unprinted_names() -> None:
    network = Network()
    network.endpoint("vpce-1", "ecr.dkr")
    endpoint = network.world().vpc_endpoints["vpce-1"]
    assert may_have_any_name(endpoint, "anywhere") is None
    assert not has_unprinted_names(endpoint)
