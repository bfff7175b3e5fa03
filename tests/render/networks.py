"""What is rendered: a Diagnosis of a scenario, and of small networks with names that mean harm."""

from pathlib import Path

import msgspec

from skerry import checks
from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Diagnosis
from skerry.launch.launches import launch_of_service
from skerry.model.world import World
from skerry.reach.walk import Walker
from skerry.sources import documents

SCENARIOS = Path(__file__).parent.parent / "scenarios"
NAMES = ("article-broken", "article-repaired", "one-zone-blocked-one-unknown")


def scenario(name: str) -> World:
    """The World of a scenario, without its place on this machine."""
    content = (SCENARIOS / name / "network.json").read_bytes()
    return World(documents.load({"network.json": content}, source=name))


def diagnosed(world: World) -> Diagnosis:
    """The Diagnosis of all services, with the findings of the checks."""
    found = diagnose(
        Walker(world), [launch_of_service(world, service) for service in world.facts.services], world.facts.tasks
    )
    return msgspec.structs.replace(found, findings=checks.run(world, found))
