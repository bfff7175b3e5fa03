"""AWS promises no order of rows, rules and routes: a verdict does not depend on it."""

import json
from pathlib import Path
from typing import Any

import pytest

from skerry.diagnose.diagnose import diagnose
from skerry.launch.task import of_service
from skerry.model.world import World
from skerry.reach.walk import Walker
from skerry.sources import documents

SCENARIOS = Path(__file__).parent.parent / "scenarios"
NETWORKS = sorted(SCENARIOS.glob("*/network.json"))

# The lists inside a row whose order means nothing. (The order of a task's subnets and containers is the user's.)
INNER = ("Routes", "Associations", "IpPermissions", "IpPermissionsEgress", "Entries", "Groups", "SubnetIds", "Cidrs")


def turned_round(rows: dict[str, Any]) -> dict[str, Any]:
    """The same network with everything in the opposite order."""
    return {key: [row_turned(row) for row in reversed(listed)] for key, listed in reversed(rows.items())}


def row_turned(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value[::-1] if key in INNER and isinstance(value, list) else value for key, value in row.items()}


def verdicts(rows: dict[str, Any]) -> Any:
    world = World(documents.load({"network.json": json.dumps(rows).encode()}, region="eu-west-1"))
    launches = [of_service(world, service) for service in world.facts.services]
    found = diagnose(Walker(world), launches).services
    return {
        service.launch.name: (
            service.verdict,
            [(row.need, row.verdict, {(one.code, one.resource) for one in row.blockers}) for row in service.needs],
        )
        for service in found
    }


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.parent.name)
def test_a_network_in_the_opposite_order_has_the_same_verdicts(path: Path) -> None:
    rows = json.loads(path.read_text(encoding="utf-8"))
    assert verdicts(turned_round(rows)) == verdicts(rows)
