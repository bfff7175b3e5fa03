"""Names of deleted subnets and groups in services and tasks that a change leaves as they are.

AWS refuses to delete objects in use, and starts no task with deleted ones:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, DependencyViolation, InvalidGroup.NotFound.
"""

from collections.abc import Collection, Iterator

from msgspec import UNSET

from skerry.launch.launches import launches_of
from skerry.launch.other_launches import other_launches_of
from skerry.model.facts import Facts
from skerry.model.world import World


def dangling_names(facts: Facts, removed: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the deleted subnets and groups that launches still name, each with the name of the launch."""
    if not removed:
        return
    world = World(facts)
    services = (launch for service in facts.services for launch in launches_of(world, service))
    for launch in (*services, *other_launches_of(world)):
        groups = () if launch.groups is UNSET else launch.groups
        yield from ((name, launch.name) for name in (*launch.subnets, *groups) if name in removed)
