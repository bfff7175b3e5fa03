"""A diagnosis of packets alone, as a rehearsal is laid beside."""

from skerry.diagnose.diagnose import diagnose_one
from skerry.launch.launches import launch_of_service
from skerry.reach.walk import Walker
from skerry.verdicts import BLOCKED
from tests.networks import Network, container


def test_packet_diagnosis_asks_no_policies() -> None:
    network = Network()
    network.definition(container())
    network.service()
    world = network.world()
    found = diagnose_one(Walker(world), launch_of_service(world, world.facts.services[0]), {})
    assert found.verdict is BLOCKED
    assert {trace.destination.label for row in found.needs for trace in row.traces} & {
        "what the call is about"
    } == set()
