"""Which subnets an interface endpoint is put into: one for each zone that tasks are in."""

from msgspec import UNSET

from skerry.model.network import Subnet
from skerry.model.world import World
from skerry.plan.scope import Scope


def task_subnets(world: World, vpc_id: str, scope: Scope) -> tuple[Subnet, ...]:
    """The subnets of a VPC that tasks in scope may land in."""
    names = dict.fromkeys(name for launch in scope.launches for name in launch.subnets)
    found = (world.subnets.get(name) for name in names)
    return tuple(row for row in found if row is not None and row.vpc_id == vpc_id)


def endpoint_subnets(world: World, vpc_id: str, scope: Scope) -> tuple[str, ...]:
    """One subnet for each zone: where endpoints of the VPC are already, else one with most free addresses.

    AWS refuses two subnets of one zone (``DuplicateSubnetsInSameZone``):
    https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
    """
    tasks = task_subnets(world, vpc_id, scope)
    zones = dict.fromkeys(zone for row in tasks if (zone := zone_of(row)) is not None)
    chosen = []
    for zone in sorted(zones):
        settled = [row for row in _settled(world, vpc_id) if zone_of(row) == zone]
        fit = [row for row in (*settled, *tasks) if zone_of(row) == zone and has_room(row)]
        if fit:
            chosen.append(min(fit, key=lambda row: (row not in settled, row.subnet_id)).subnet_id)
    return tuple(chosen)


def zone_of(subnet: Subnet) -> str | None:
    """The zone of a subnet, if it is known."""
    return None if subnet.availability_zone is UNSET else subnet.availability_zone


def has_room(subnet: Subnet) -> bool:
    """Tell whether an endpoint's interface may get an address; where the count is not known, AWS will say."""
    free = subnet.available_ip_address_count
    return free is UNSET or free > 0


def _settled(world: World, vpc_id: str) -> tuple[Subnet, ...]:
    """The subnets that interface endpoints of the VPC are in."""
    names = dict.fromkeys(
        name for row in world.endpoints_in(vpc_id) if row.vpc_endpoint_type == "Interface" for name in row.subnet_ids
    )
    return tuple(row for name in names if (row := world.subnets.get(name)) is not None)
