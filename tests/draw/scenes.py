"""Maps of the scenarios, each made once."""

from functools import cache
from pathlib import Path

from skerry import app
from skerry.draw.build import network_map_of
from skerry.draw.network_map import NetworkMap

SCENARIOS = Path(__file__).parent.parent / "scenarios"


@cache
def maps_of(scenario: str) -> tuple[NetworkMap, ...]:
    """The map of each service of a scenario."""
    world = app.load(SCENARIOS / scenario / "network.json")
    return tuple(network_map_of(world, service) for service in app.diagnose(world).services)


def map_of(scenario: str) -> NetworkMap:
    """The map of the first service of a scenario."""
    return maps_of(scenario)[0]
