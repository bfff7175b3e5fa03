"""Subnets whose zone is chosen at the deployment, in a Region with zones without Fargate."""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.catalogue.fargate_zones import find_restrictions
from skerry.checks.check import CheckContext, check
from skerry.model.facts import Missing


@check("zone-to-choose", "The deployment may choose a zone without Fargate", "warning")
def zone_to_choose(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find subnets of a template without a zone id, in a Region where some zones have no Fargate.

    What it means:
        A template names a zone by its name, by its place in ``Fn::GetAZs``, or not at all. The same name means another
        zone in another account, and the verdict takes the zone to have Fargate.

    Why it stops a task:
        In a few Regions Fargate starts tasks in some zones only. A task whose subnet is in another zone never starts.

    Example:
        A subnet in us-west-1 with ``!Select [0, !GetAZs ""]``. In that Region Fargate runs in usw1-az1 and usw1-az3.

    Instead:
        Name the zone by its id: ``AvailabilityZoneId``. Or compare the names with the ids of your account:
        ``aws ec2 describe-availability-zones``.

    References:
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html
        https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
    """
    services: dict[str, dict[str, None]] = {}
    words: dict[str, str] = {}
    for service in subject.diagnosis.services:
        launch = service.launch
        restrictions = find_restrictions(launch.region or "", launch.architecture, launch.family)
        listed = sorted({zone for restriction in restrictions for zone in restriction.zones or ()})
        for name in launch.subnets if restrictions else ():
            subnet = subject.world.find_subnet(name)
            is_chosen = not isinstance(subnet, Missing) and subnet.availability_zone_id is UNSET
            if is_chosen and name in subject.world.facts.zones_to_choose:
                services.setdefault(name, {})[launch.name] = None
                only = f"in its Region Fargate runs in {', '.join(listed)} only"
                words[name] = only if listed else "some zones of its Region have no Fargate for such tasks"
    for name, names in services.items():
        yield name, f"the zone of {name} is chosen at the deployment; {words[name]}", tuple(names)
