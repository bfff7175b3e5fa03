"""Endpoints of other VPCs that were meant for a call."""

from typing import Any

import pytest

from tests.hubs import HUB, HubAndSpoke, lost, reach
from tests.networks import REGION, VPC, record

LOGS = f"logs.{REGION}.amazonaws.com"
OWN = f"vpce-c1-0a.logs.{REGION}.vpce.amazonaws.com."
NO_ROUTE = ("NO_ROUTE_TO_DESTINATION", "rtb-main")


def central(**more: Any) -> HubAndSpoke:
    """A hub with an endpoint for CloudWatch Logs, without a zone that leads to it."""
    network = HubAndSpoke()
    row = {"VpcId": HUB, "PrivateDnsEnabled": False} | more
    network.endpoint("vpce-c1", "logs", ["hub-a", "hub-b"], "sg-hub", **row)
    for interface in network.rows["NetworkInterfaces"]:
        if interface["SubnetId"].startswith("hub-"):
            interface["VpcId"] = HUB
    return network


def reasons(network: HubAndSpoke) -> set[tuple[str, str]]:
    return set(lost(reach(network))) - {NO_ROUTE}


def of_hub_alone(network: HubAndSpoke, name: str, *records: Any) -> None:
    network.zone(name, *records, zone_id="Z1", vpc=HUB)
    network.call("ListHostedZonesByVPC", {"VPCId": VPC}, {"HostedZoneSummaries": []})


def test_endpoint_without_zone_is_meant_if_its_private_dns_is_off() -> None:
    assert reasons(central()) == {("DNS_ZONE_MISSING", "vpce-c1")}
    assert reasons(central(PrivateDnsEnabled=True)) == set()


@pytest.mark.parametrize("kind", ["A", "CNAME"])
def test_zone_that_leads_to_the_endpoint_is_not_associated(kind: str) -> None:
    network = central()
    own = record(f"{LOGS}.", "A", alias=OWN) if kind == "A" else record(f"{LOGS}.", "CNAME", OWN)
    of_hub_alone(network, LOGS, own)
    assert reasons(network) == {("DNS_ZONE_NOT_ASSOCIATED", "Z1")}


def test_zone_that_holds_an_address_of_the_endpoint_is_not_associated() -> None:
    network = central(PrivateDnsEnabled=True)
    address = next(row["PrivateIpAddress"] for row in network.rows["NetworkInterfaces"] if row["SubnetId"] == "hub-a")
    of_hub_alone(network, "amazonaws.com", record(f"{LOGS}.", "A", address))
    assert reasons(network) == {("DNS_ZONE_NOT_ASSOCIATED", "Z1")}


def test_zone_of_the_spoke_has_another_name() -> None:
    network = central(PrivateDnsEnabled=True)
    network.zone("logs.internal", record("logs.internal.", "A", alias=OWN), zone_id="Z1")
    assert reasons(network) == {("DNS_ZONE_MISNAMED", "Z1")}


def test_zone_of_the_hub_with_another_name_says_nothing() -> None:
    network = central(PrivateDnsEnabled=True)
    of_hub_alone(network, "logs.internal", record("logs.internal.", "A", alias=OWN))
    assert reasons(network) == set()


def test_zone_of_the_spoke_without_the_record_hides_the_name() -> None:
    network = central()
    network.zone("amazonaws.com", zone_id="Z1")
    assert reasons(network) == {("DNS_NAME_NOT_FOUND", "Z1")}
    assert any(trace.intended for trace in reach(network).traces)


def test_zone_without_records_that_were_read_leads_nowhere() -> None:
    network = central(PrivateDnsEnabled=True)
    of_hub_alone(network, LOGS)
    network.rows["Calls"] = [
        row for row in network.rows["Calls"] if row["Call"]["operation"] != "ListResourceRecordSets"
    ]
    assert reasons(network) == set()


def test_failing_dns_of_the_vpc_has_other_reasons() -> None:
    network = central()
    network.attribute("EnableDnsSupport", value=False)
    assert reasons(network) == {("DNS_SUPPORT_DISABLED", VPC)}


def test_unknown_answer_names_no_central_endpoint() -> None:
    network = central()
    network.zone("amazonaws.com", zone_id="Z1")
    network.rows["Calls"] = [
        row for row in network.rows["Calls"] if row["Call"]["operation"] != "ListResourceRecordSets"
    ]
    assert reasons(network) == set()


@pytest.mark.parametrize(
    "change",
    [
        {"State": "failed"},
        {"ServiceName": f"com.amazonaws.{REGION}.ssm"},
        {"VpcEndpointType": "GatewayLoadBalancer"},
        {"NetworkInterfaceIds": ["eni-9"], "SubnetIds": ["subnet-9"]},
    ],
    ids=["failed", "service", "type", "interfaces"],
)
def test_endpoint_that_cannot_serve_the_call_is_not_meant(change: dict[str, Any]) -> None:
    assert reasons(central(**change)) == set()


def test_endpoint_that_packets_do_not_reach_is_not_meant() -> None:
    network = central()
    network.routes["tgw-rtb-hub"].clear()
    assert reasons(network) == set()


class TestOtherServices:
    def zone_to(self, service: str) -> HubAndSpoke:
        network = central(ServiceName=f"com.amazonaws.{REGION}.{service}")
        network.endpoint("vpce-c2", "logs", ["subnet-a"], PrivateDnsEnabled=False)
        network.zone(LOGS, record(f"{LOGS}.", "A", alias=f"vpce-c1-0a.{service}.{REGION}.vpce.amazonaws.com."))
        return network

    def test_name_that_leads_to_an_endpoint_of_another_service_is_lost(self) -> None:
        assert ("DNS_LEADS_TO_ANOTHER_SERVICE", "vpce-c1") in reasons(self.zone_to("ssm"))

    def test_name_that_leads_to_an_unknown_service_is_left_alone(self) -> None:
        assert reasons(self.zone_to("other")) == set()

    def test_name_that_leads_to_both_is_lost_in_part(self) -> None:
        network = central(ServiceName=f"com.amazonaws.{REGION}.ssm")
        network.endpoint("vpce-c2", "logs", ["subnet-a"], PrivateDnsEnabled=False)
        records = [
            record(f"{LOGS}.", "A", alias=f"{name}-0a.logs.{REGION}.vpce.amazonaws.com.")
            | {"SetIdentifier": name, "Weight": 1}
            for name in ("vpce-c1", "vpce-c2")
        ]
        network.zone(LOGS, *records)
        outcome = reach(network)
        assert str(outcome.verdict) == "intermittent"
        assert ("DNS_LEADS_TO_ANOTHER_SERVICE", "vpce-c1") in lost(outcome)


def test_endpoint_of_a_vpc_that_nothing_joins_is_not_meant() -> None:
    network = central()
    network.rows.pop("TransitGatewayVpcAttachments")
    network.rows.pop("TransitGatewayAttachments", None)
    assert not {code for code, _ in reasons(network) if code.startswith("DNS_ZONE")}
