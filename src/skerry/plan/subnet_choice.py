"""The subnets of an interface endpoint: one for each zone of the tasks."""

from msgspec import UNSET

from skerry.catalogue.fargate_zones import zone_extension_of
from skerry.model.network import Subnet
from skerry.model.world import World
from skerry.plan.scope import Scope


def task_subnets_of(world: World, vpc_id: str, scope: Scope) -> tuple[Subnet, ...]:
    """Return the subnets of a VPC that tasks in scope may land in."""
    names = dict.fromkeys(name for launch in scope.launches for name in launch.subnets)
    subnets = (world.subnets.get(name) for name in names)
    return tuple(subnet for subnet in subnets if subnet is not None and subnet.vpc_id == vpc_id)


def choose_endpoint_subnets(world: World, vpc_id: str, scope: Scope, service_name: str) -> tuple[str, ...]:
    """Return one subnet for each zone of the tasks with the service: a subnet with endpoints already, else a task's.

    AWS refuses two subnets of one zone (``DuplicateSubnetsInSameZone``), and one of a zone that does not offer the
    service: https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
    """
    tasks = task_subnets_of(world, vpc_id, scope)
    places = (*_settled(world, vpc_id), *tasks)
    chosen = (_best(places, zone, tasks) for zone in _zones(world, tasks, service_name))
    return tuple(subnet for subnet in chosen if subnet is not None)


def _zones(world: World, tasks: tuple[Subnet, ...], service_name: str) -> list[str | None]:
    """Return the zones of subnets; where no zone is known, one subnet of whichever it is."""
    task_zones = sorted({zone for subnet in tasks if (zone := zone_of(subnet)) is not None})
    offered = world.zones_of_endpoint_service(service_name)
    if not task_zones:
        return [None]
    return [zone for zone in task_zones if zone_extension_of(zone) is None and (offered is None or zone in offered)]


def _best(places: tuple[Subnet, ...], zone: str | None, tasks: tuple[Subnet, ...]) -> str | None:
    """Return the subnet of a zone for an endpoint: where one is already goes before the tasks' own."""
    fit = [row for row in places if zone_of(row) == zone and row.cidr_block is not None and has_room(row)]
    return min(fit, key=lambda row: (row in tasks, row.subnet_id)).subnet_id if fit else None


def zone_of(subnet: Subnet) -> str | None:
    """Return the zone of a subnet, if it is known."""
    return None if subnet.availability_zone is UNSET else subnet.availability_zone


def has_room(subnet: Subnet) -> bool:
    """Tell whether an endpoint's interface may get an address; where the count is not known, AWS will say."""
    free = subnet.available_ip_address_count
    return free is UNSET or free > 0


def _settled(world: World, vpc_id: str) -> tuple[Subnet, ...]:
    """Return the subnets that interface endpoints of the VPC are in."""
    names = dict.fromkeys(
        name
        for record in world.endpoints_in(vpc_id)
        if record.vpc_endpoint_type == "Interface"
        for name in record.subnet_ids
    )
    return tuple(record for name in names if (record := world.subnets.get(name)) is not None)
