"""The labels of the cases, by packets afresh. FAULTS_SEED draws another sample."""

import os
import random
from collections.abc import Iterator

import pytest

from bench.faults import labels
from bench.faults.cases import PACKETS, Case, Fault
from bench.faults.collection import CASES
from bench.faults.families import endpoints, groups, names, routes
from bench.faults.labels import WrongLabelError
from bench.faults.packets import BLOCKED, INTERMITTENT, OK, UNKNOWN, observe
from bench.faults.shape_table import SHAPES
from bench.faults.shapes import Sound
from skerry.lab.sandbox import Sandbox
from tests.networks import allow

SAMPLE, QUICK = 12, 2
BY_PACKETS = [case for case in CASES if case.source == PACKETS]
SEED = int(os.environ.get("FAULTS_SEED", "0"))
DRAWN = random.Random(SEED).sample(BY_PACKETS, SAMPLE)  # noqa: S311 -- no secret is made of it


@pytest.fixture(scope="module")
def lab(needs_lab: None) -> Iterator[Sandbox]:
    assert needs_lab is None
    with Sandbox() as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=str(case.id), marks=() if number < QUICK else (pytest.mark.long,))
        for number, case in enumerate(DRAWN)
    ],
)
def test_packets_reproduce_the_label(case: Case, lab: Sandbox) -> None:
    assert labels.labelled(case, lab) == labels.read()[case.id]


def made(*faults: Fault) -> Case:
    return Case("a/b@two-zones", "a", "two zones: b.", "two zones", faults)


class TestRefusedLabels:
    def test_label_is_refused_if_fault_has_no_effect(self, lab: Sandbox) -> None:
        idle = Fault("nothing", lambda network: network.attribute("EnableDnsSupport", value=True), (("vpc-1",),))
        with pytest.raises(WrongLabelError, match="packets say ok"):
            labels.labelled(made(idle), lab)

    def test_label_is_refused_if_a_fault_of_two_has_no_effect(self, lab: Sandbox) -> None:
        idle = Fault("nothing", lambda network: network.attribute("EnableDnsSupport", value=True), (("vpc-1",),))
        with pytest.raises(WrongLabelError, match="nothing comes of this alone: nothing"):
            labels.labelled(made(groups.admits("lets nothing in"), idle), lab)

    @pytest.mark.long
    def test_label_is_refused_if_unnamed_resource_drops_packets(self, lab: Sandbox) -> None:
        blamed = routes.s3_gateway_missing()._replace(blockers=(("vpc-1",),))
        with pytest.raises(WrongLabelError, match="rtb-task drops packets, and no fault names it"):
            labels.labelled(made(blamed), lab)

    @pytest.mark.long
    def test_label_is_refused_if_network_fails_without_faults(self, lab: Sandbox) -> None:
        broken = made()._replace(prepared=(names.private_dns_off("vpce-10").change,))
        with pytest.raises(WrongLabelError, match="not sound without its faults"):
            labels.labelled(broken, lab)


class TestPacketVerdicts:
    def test_packet_verdict_is_intermittent_if_a_subnet_is_blocked(self, lab: Sandbox) -> None:
        network = SHAPES["two zones"]()
        network.ingress(allow("tcp", 443, cidr="10.0.1.0/24"))
        found = observe(lab, network)
        assert found.verdict == INTERMITTENT
        assert found.hosts["logs.eu-west-1.amazonaws.com"] == INTERMITTENT
        assert found.hosts["prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com"] == OK
        assert found.droppers == {"sg-end"}

    def test_packet_verdict_is_intermittent_if_part_of_subnet_is_blocked(self, lab: Sandbox) -> None:
        network = SHAPES["one zone"]()
        network.ingress(allow("tcp", 443, cidr="10.0.1.0/25"))
        assert observe(lab, network).verdict == INTERMITTENT

    @pytest.mark.long
    def test_packet_verdict_ignores_runtime_calls(self, lab: Sandbox) -> None:
        network = SHAPES["two zones"]()
        network.runtime = network.calls[:1]
        endpoints.missing("vpce-5e").change(network)
        found = observe(lab, network)
        assert found.verdict == OK
        assert network.calls[0].host not in found.hosts

    def test_packet_verdict_is_unknown_with_custom_dns_server(self, lab: Sandbox) -> None:
        network = SHAPES["two zones"]()
        _own_dns(network)
        assert observe(lab, network).verdict == UNKNOWN

    @pytest.mark.long  # clients of DNS wait in silence
    def test_packet_verdict_is_blocked_if_dns_server_is_unreachable(self, lab: Sandbox) -> None:
        network = SHAPES["two zones"]()
        _own_dns(network)
        network.ingress(group="sg-dns")
        found = observe(lab, network)
        assert (found.verdict, found.droppers) == (BLOCKED, frozenset({"sg-dns"}))


def _own_dns(network: Sound) -> None:
    network.group("sg-dns", inbound=[allow(cidr="10.0.0.0/16")])
    network.interface("eni-dns", "10.0.1.53", "subnet-a", ["sg-dns"])
    network.egress(allow(cidr="0.0.0.0/0"))
    network.dhcp("10.0.1.53")
