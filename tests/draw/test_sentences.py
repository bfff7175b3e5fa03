"""Sentences about a map: the answer, the way of a step, the words for its fault, the step that is shown."""

import pytest

from skerry.draw.network_map import MapStep
from skerry.draw.sentences import (
    answer_of,
    chosen_step,
    describe_step,
    fault_of_step,
    name_stop,
    place_of_fault,
    way_of_step,
    words_of_step,
)
from tests.draw.scenes import map_of


def step(scenario: str, name: str) -> MapStep:
    return next(item for item in map_of(scenario).steps if item.step == name)


def test_answer_names_the_service() -> None:
    assert answer_of(map_of("article-broken")) == "web cannot start"
    assert answer_of(map_of("subnet-not-shown")) == "web cannot be judged"


TASK = "from task web in subnet-a to"
ECR = f"ok, {TASK} rtb-spoke to tgw-main to ecr.api in hub-a."
S3 = f"ok, {TASK} rtb-priv to NAT gateway in subnet-pub to rtb-pub to internet gw igw-main to Amazon S3."
LOST = f"blocked, {TASK} rtb-iso; The route table has no route to the destination."


@pytest.mark.parametrize(
    ("scenario", "name", "sentence"),
    [
        ("hub-and-spoke", "placement", "Step 1, placement, calls Fargate LATEST: ok."),
        ("hub-and-spoke", "network-interface", "Step 2, network-interface: ok."),
        ("hub-and-spoke", "registry-auth", f"Step 3, registry-auth, calls Amazon ECR API: {ECR}"),
        ("nat-works", "layers", f"Step 5, layers, calls Amazon S3: {S3}"),
        ("article-broken", "secrets", f"Step 3, secrets, calls Secrets Manager: {LOST}"),
    ],
)
def test_way_of_a_step_is_one_sentence(scenario: str, name: str, sentence: str) -> None:
    assert describe_step(map_of(scenario), step(scenario, name)) == sentence


def test_fault_is_the_first_hop_that_loses_packets() -> None:
    assert words_of_step(step("hub-and-spoke", "registry-auth")) == ""
    assert words_of_step(step("nacl-of-endpoints-drops-replies", "registry-auth")) == "the ACL drops it"
    assert words_of_step(step("hub-inspection", "registry-auth")) == "not known"
    assert words_of_step(step("role-without-token", "registry-auth")).startswith("The policies of the role")
    assert words_of_step(step("roles-refused", "registry-auth")) in {"", "not known"}
    assert words_of_step(step("no-free-address", "network-interface")) == ""


def test_worst_step_with_packets_is_shown() -> None:
    assert [item.number for name in ("article-broken", "nat-works") if (item := chosen_step(map_of(name)))] == [3, 3]
    assert chosen_step(map_of("digest-deleted")) is not None


def test_missing_route_is_named_with_the_reason_why_the_name_does_not_lead_to_the_endpoint() -> None:
    assert words_of_step(step("private-dns-off", "registry-auth")) == "no route, as private DNS of the endpoint is off"
    assert words_of_step(step("endpoints-without-s3", "layers")) == "The route table has no route to the destination"


@pytest.mark.parametrize(
    ("scenario", "name", "stops", "place"),
    [
        ("splunk-port-blocked", "logs", ["task web in subnet-a"], 0),
        ("dns-server-behind-nacl", "layers", ["task web in subnet-a", "interface in subnet-b"], 1),
        ("firewall-endpoint", "layers", ["task web in subnet-a", "rtb-priv", "firewall vpce-fw"], 2),
        ("nacl-of-endpoints-drops-replies", "manifest", ["task web in subnet-a", "ecr.dkr in subnet-e"], None),
        ("article-broken", "placement", [], None),
    ],
)
def test_way_ends_at_the_stop_that_loses_all_packets(
    scenario: str, name: str, stops: list[str], place: int | None
) -> None:
    network, found = map_of(scenario), step(scenario, name)
    way = way_of_step(found)
    assert [name_stop(network, item.stop) for item in way] == stops
    assert place_of_fault(found, way) == place


def test_fault_on_the_way_back_is_named_with_its_resource() -> None:
    words = "on the way back at rtb-hub, the route table has no route to the destination"
    assert fault_of_step(step("peering-without-return-route", "registry-auth")) == words
    assert fault_of_step(step("splunk-port-blocked", "logs")) == "the ACL drops it"
    assert fault_of_step(step("splunk-port-blocked", "layers")) == ""
