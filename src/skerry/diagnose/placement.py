"""Checks of a placement: Fargate in the subnet's zone, and mount targets there."""

import msgspec
from msgspec import UNSET

from skerry.catalogue.fargate_zones import find_restrictions, zone_extension_of, zone_extension_of_id
from skerry.catalogue.regions import find_offer, find_region
from skerry.launch.needs import Mount, Placement
from skerry.launch.unknown_regions import REGION_NOT_FOUND, no_region_message
from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.world import World
from skerry.net.ip_addresses import IpAddress
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.trace import Destination, Hop
from skerry.reach.walk import Walker

_NOT_HERE = "FARGATE_NOT_IN_ZONE"
_ACTION = "ec2:DescribeSubnets"


def check_zone(world: World, need: Placement, subnet_id: str) -> Hop:
    """Return a hop: Fargate starts tasks in the subnet's zone, but never in Local Zones, Wavelength Zones or Outposts.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html
    """
    subnet = world.find_subnet(subnet_id)
    if isinstance(subnet, Missing):
        return make_undecided_hop("subnet", subnet_id, subnet)
    if (refused := _of_region(world, need, subnet)) is not None:
        return refused
    if need.family == "windows" and subnet.cidr_block is None:
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
        message = f"{subnet_id} has only IPv6, where Fargate starts no Windows tasks"
        return make_lost_hop("subnet", subnet_id, "IPV6_ONLY_NOT_FOR_WINDOWS", message)
    if subnet.outpost_arn is not None:
        return make_lost_hop(
            "subnet", subnet_id, _NOT_HERE, f"{subnet_id} is on an Outpost, where Fargate starts no tasks"
        )
    zone = zone_of(subnet)
    if zone is None and subnet_id not in world.facts.zones_to_choose:
        return make_undecided_hop("subnet", subnet_id, Missing(f"the zone of {subnet_id}", _ACTION))
    if zone is not None and (kind := _extension_of(subnet)):
        message = f"{subnet_id} is in {kind} {zone}, where Fargate starts no tasks"
        return make_lost_hop("subnet", subnet_id, _NOT_HERE, message)
    hop = _in_region(world, need, subnet)
    if not hop.clean or subnet.cidr_block is not None or need.region is None:
        return hop
    offer = find_offer("ipv6-only")
    if need.region in offer.regions:
        return msgspec.structs.replace(hop, grade=offer.grade)
    # The list has grown before, so that an old copy of it refuses nobody.
    text = f"{need.region} is taken to have IPv6-only tasks: AWS's list of {offer.seen} does not name it"
    return Hop("subnet", subnet_id, rule=text, grade="inferred")


def zone_of(subnet: Subnet) -> str | None:
    """Return the name of a subnet's zone, else its id; None if neither is known."""
    names = (subnet.availability_zone, subnet.availability_zone_id)
    return next((name for name in names if name is not UNSET), None)


def _extension_of(subnet: Subnet) -> str | None:
    if subnet.availability_zone is not UNSET:
        return zone_extension_of(subnet.availability_zone)
    return None if subnet.availability_zone_id is UNSET else zone_extension_of_id(subnet.availability_zone_id)


def _of_region(world: World, need: Placement, subnet: Subnet) -> Hop | None:
    """Return a hop for a Region that AWS does not have, or perhaps without Fargate; None for others.

    A zone id comes from AWS: a Region with one exists, though the list of Regions may be older. AWS adds Regions to its
    lists of Fargate, so that they refuse none.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html
    """
    region = need.region
    if region is None:
        return None
    if find_region(region) is None and subnet.availability_zone_id is UNSET:
        return make_lost_hop("fargate", region, REGION_NOT_FOUND, no_region_message(f"the task is in {region}"))
    offer = find_offer("windows" if need.family == "windows" else "linux")
    if region in offer.regions or _runs_tasks_of(world, need.family):
        return None
    name = need.family.capitalize()
    fact = f"whether Fargate starts {name} tasks in {region}, which AWS did not list by {offer.seen}"
    return make_undecided_hop("fargate", region, Missing(fact))


def _runs_tasks_of(world: World, family: str) -> bool:
    """Return whether a task of the family runs on Fargate, which no Region without Fargate has.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
    """
    return any(
        task.launch_type == "FARGATE"
        and task.last_status == "RUNNING"
        and (task.platform_family or "").lower().startswith(family)
        for task in world.facts.tasks
    )


def _in_region(world: World, need: Placement, subnet: Subnet) -> Hop:
    restrictions = find_restrictions(need.region or "", need.architecture, need.family)
    if restrictions and subnet.availability_zone_id is UNSET and subnet.subnet_id in world.facts.zones_to_choose:
        # Which zone a name means differs between accounts: https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
        return Hop("subnet", subnet.subnet_id, rule="a zone that is taken to have Fargate", grade="inferred")
    for restriction in restrictions:
        name = subnet.availability_zone_id
        if name is UNSET:
            return make_undecided_hop(
                "subnet", subnet.subnet_id, Missing(f"the zone id of {subnet.subnet_id}", _ACTION)
            )
        if restriction.has(name):
            continue
        if restriction.grade == "documented" and need.family == "linux":
            zones = _list(restriction.zones)
            message = f"{subnet.subnet_id} is in {name}; in {restriction.region} Fargate starts tasks in {zones} only"
            return make_lost_hop("subnet", subnet.subnet_id, _NOT_HERE, message)
        tasks = " ".join(filter(None, [need.family, need.architecture]))
        return make_undecided_hop(
            "subnet", subnet.subnet_id, Missing(f"whether Fargate starts {tasks} tasks in {name}")
        )
    return Hop("subnet", subnet.subnet_id, rule="a zone that has Fargate")


def _list(names: tuple[str, ...] | None) -> str:
    return ", ".join(names or ())


def mount_target_of(walker: Walker, need: Mount, subnet: Subnet) -> Destination | Hop:
    """Return the mount target of an S3 Files file system in a subnet's zone, or a hop with the reason for its absence.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-mount-targets.html
    """
    world, name = walker.world, need.file_system
    targets = [target for target in world.facts.s3files_mount_targets if target.file_system_id == name]
    for target in targets:
        there = world.find_subnet(target.subnet_id)
        if isinstance(there, Missing):
            return make_undecided_hop("dns", name, there)
        if UNSET in {there.availability_zone, subnet.availability_zone}:
            fact = Missing(f"the zones of {target.subnet_id} and of {subnet.subnet_id}", _ACTION)
            return make_undecided_hop("dns", name, fact)
        if (there.vpc_id, there.availability_zone) == (subnet.vpc_id, subnet.availability_zone):
            return _destination(
                walker, subnet.vpc_id, target.mount_target_id, target.network_interface_id, target.ipv4_address
            )
    if not targets or not world.knows("s3files_mount_targets"):
        return make_undecided_hop(
            "dns", name, world.missing_for("s3files_mount_targets", f"the mount targets of {name}")
        )
    message = f"{name} has no mount target in {subnet.availability_zone} of {subnet.vpc_id}"
    return make_lost_hop("dns", name, "DNS_NO_MOUNT_TARGET", message)


def _destination(
    walker: Walker, vpc_id: str, name: str, interface_id: str | None, address: IpAddress | None
) -> Destination | Hop:
    interface = walker.world.network_interfaces.get(interface_id or "")
    if interface is not None:
        led = walker.destinations.of_interface(interface)
    elif address is not None:
        led = walker.destinations.at(vpc_id, address)
    else:
        led = Missing(f"the address of {name}", "ec2:DescribeNetworkInterfaces")
    return make_undecided_hop("dns", name, led) if isinstance(led, Missing) else led
