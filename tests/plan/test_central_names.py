"""Zones and records that lead calls to central endpoints, in place of new endpoints."""

from typing import Any

import msgspec

from skerry.plan.changes import AddZoneRecord, Advise, AssociateZone, is_new
from skerry.verdicts import BLOCKED, OK
from tests.hubs import HUB, HubAndSpoke
from tests.networks import ACCOUNT, REGION, VPC, Row, awslogs, container, record
from tests.planning import EXECUTION, changes, diagnosed, kinds, only, planned, services

LOGS = f"logs.{REGION}.amazonaws.com"
DKR = f"dkr.ecr.{REGION}.amazonaws.com"
OWN = f"vpce-c1-0a.logs.{REGION}.vpce.amazonaws.com"


class Central(HubAndSpoke):
    """A spoke whose logs are to go to the hub's endpoint, without a name that leads there."""

    def __init__(self, service: str = "logs", **endpoint: Any) -> None:
        super().__init__()
        own = container(logConfiguration=awslogs()) if service == "logs" else container()
        self.definition(own, executionRoleArn=EXECUTION)
        self.service()
        self.serve_s3()
        for name, other in (("vpce-a", "ecr.api"), ("vpce-d", "ecr.dkr")):
            if other != service:
                self.endpoint(name, other)
        self.hub_endpoint(service, **endpoint)

    def hub_endpoint(self, service: str, **more: Any) -> Row:
        own = {"DnsName": f"vpce-c1-0a.{service}.{REGION}.vpce.amazonaws.com", "HostedZoneId": "Z7"}
        row = {"VpcId": HUB, "PrivateDnsEnabled": False, "DnsEntries": [own]} | more
        result = self.endpoint("vpce-c1", service, ["hub-a", "hub-b"], "sg-hub", **row)
        for interface in self.rows["NetworkInterfaces"]:
            if interface["SubnetId"].startswith("hub-"):
                interface["VpcId"] = HUB
        return result


def blockers(network: HubAndSpoke) -> set[tuple[str, str]]:
    found = diagnosed(network.world())
    assert found.verdict is BLOCKED
    rows = (blocker for service in found.services for need in service.needs for blocker in need.blockers)
    return {(blocker.code, blocker.resource) for blocker in rows} - {("NO_ROUTE_TO_DESTINATION", "rtb-main")}


def test_zone_of_the_hub_alone_is_associated_with_the_spoke() -> None:
    network = Central()
    network.zone(LOGS, record(f"{LOGS}.", "A", alias=f"{OWN}."), zone_id="Z1", vpc=HUB)
    network.zone("corp.example", zone_id="Z2")
    assert blockers(network) == {("DNS_ZONE_NOT_ASSOCIATED", "Z1")}
    found = planned(network)
    assert found.proven
    change = only(found, AssociateZone)
    assert (change.zone_id, change.vpc_id, kinds(found)) == ("Z1", VPC, ["AssociateZone"])
    assert change.message.startswith("aws route53 associate-vpc-with-hosted-zone --hosted-zone-id Z1 --vpc VPCRegion=")
    assert [row.disposition for row in found.changes] == ["manual"]


def test_misnamed_zone_of_the_spoke_gets_one_with_the_name_of_the_call() -> None:
    network = Central()
    network.zone("logs.internal", record("logs.internal.", "CNAME", OWN), zone_id="Z1")
    assert blockers(network) == {("DNS_ZONE_MISNAMED", "Z1")}
    found = planned(network)
    change = only(found, AddZoneRecord)
    assert found.proven
    assert is_new(change.zone_id)
    assert (change.zone_name, change.name, change.target) == (LOGS, LOGS, OWN)
    assert f"aws route53 create-hosted-zone --name {LOGS}" in change.message
    assert msgspec.to_builtins(change)["target"] == OWN


def test_endpoint_without_private_dns_gets_a_zone() -> None:
    network = Central("ecr.dkr")
    assert blockers(network) == {("DNS_ZONE_MISSING", "vpce-c1")}
    found = planned(network)
    change = only(found, AddZoneRecord)
    assert found.proven
    assert (change.zone_name, change.name) == (DKR, f"*.{DKR}")


def test_zone_without_wildcard_gets_the_record() -> None:
    network = Central("ecr.dkr")
    alias = f"vpce-c1-0a.ecr.dkr.{REGION}.vpce.amazonaws.com."
    network.zone(DKR, record(f"{DKR}.", "A", alias=alias), zone_id="Z1")
    assert blockers(network) == {("DNS_NAME_NOT_FOUND", "Z1")}
    found = planned(network)
    change = only(found, AddZoneRecord)
    assert (found.proven, kinds(found)) == (True, ["AddZoneRecord"])
    assert (change.zone_id, change.name) == ("Z1", f"*.{DKR}")


def test_zone_below_the_documented_name_gets_the_host_itself() -> None:
    network = Central("ecr.dkr")
    network.zone(f"{ACCOUNT}.{DKR}", zone_id="Z1")
    change = only(planned(network), AddZoneRecord)
    assert (change.zone_id, change.name) == ("Z1", f"{ACCOUNT}.{DKR}")


def test_zone_by_the_address_of_the_endpoint_is_recognised() -> None:
    network = Central(PrivateDnsEnabled=True)
    address = next(row["PrivateIpAddress"] for row in network.rows["NetworkInterfaces"] if row["SubnetId"] == "hub-a")
    network.zone(LOGS, record(f"{LOGS}.", "A", address), zone_id="Z1", vpc=HUB)
    network.call("ListHostedZonesByVPC", {"VPCId": VPC}, {"HostedZoneSummaries": []})
    assert blockers(network) == {("DNS_ZONE_NOT_ASSOCIATED", "Z1")}


def test_endpoint_of_the_hub_itself_is_not_taken_for_central() -> None:
    network = Central(PrivateDnsEnabled=True)
    assert blockers(network) == set()
    assert services(planned(network)) == ["logs"]


def test_central_endpoint_that_packets_do_not_reach_is_not_named() -> None:
    network = Central()
    network.routes["tgw-rtb-spoke"].clear()
    assert blockers(network) == set()
    assert services(planned(network)) == ["logs"]


def test_central_endpoint_with_failed_state_is_not_named() -> None:
    assert blockers(Central(State="failed")) == set()


def test_central_endpoint_without_own_names_yields_advice() -> None:
    found = planned(Central(DnsEntries=[]))
    assert any(isinstance(change, Advise) and change.resource == "vpce-c1" for change in changes(found))


def test_zone_that_leads_to_the_endpoint_needs_no_change() -> None:
    network = Central()
    network.zone(LOGS, record(f"{LOGS}.", "A", alias=f"{OWN}."), zone_id="Z1")
    assert diagnosed(network.world()).verdict is OK


def test_record_of_another_services_endpoint_blocks_the_call() -> None:
    network = Central("ecr.dkr")
    api = next(row for row in network.rows["VpcEndpoints"] if row["VpcEndpointId"] == "vpce-a")
    network.rows["VpcEndpoints"].remove(api)
    host = f"api.ecr.{REGION}.amazonaws.com"
    alias = f"vpce-c1-0a.ecr.dkr.{REGION}.vpce.amazonaws.com."
    network.zone(host, record(f"{host}.", "A", alias=alias), zone_id="Z1")
    network.zone(DKR, record(f"*.{DKR}.", "A", alias=alias), zone_id="Z2")
    found = diagnosed(network.world())
    failing = {need.need.step: need for service in found.services for need in service.needs if need.verdict is BLOCKED}
    assert set(failing) == {"registry-auth"}
    (blocker,) = failing["registry-auth"].blockers
    assert (blocker.code, blocker.resource) == ("DNS_LEADS_TO_ANOTHER_SERVICE", "vpce-c1")
    error = failing["registry-auth"].error
    assert error is not None
    assert error.text is None
