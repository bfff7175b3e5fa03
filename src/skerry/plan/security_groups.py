"""The security group for a change: one without other members, or a new one."""

from msgspec import UNSET

from skerry.diagnose.need_verdicts import groups_of
from skerry.launch.launches import Launch
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.plan.changes import CreateSecurityGroup, make_new_id
from skerry.plan.scope import Scope

_ENDPOINT = "vpc_endpoint"


def endpoint_group_for(vpc_id: str) -> CreateSecurityGroup:
    """Return the security group for the endpoints that a plan creates in a VPC."""
    return CreateSecurityGroup(
        make_new_id("sg", f"endpoints-{vpc_id}"),
        vpc_id,
        f"endpoints-{vpc_id}",
        "HTTPS from tasks to interface endpoints",
    )


def is_only_for_endpoints(world: World, group_id: str, scope: Scope) -> bool:
    """Tell whether nothing but interface endpoints has this group, so that a rule of it opens nothing else.

    Interfaces created without a security group get the VPC's default group.
    """
    group = world.security_groups.get(group_id)
    if group is None or group.group_name == "default" or not world.knows("network_interfaces"):
        return False
    if not scope.knows_groups or group_id in scope.groups:
        return False
    services = (record.network_configuration.awsvpc_configuration for record in world.facts.services)
    if any(record is not None and group_id in record.security_groups for record in services):
        return False
    users = [
        record
        for record in world.facts.network_interfaces
        if record.groups is not UNSET and any(reference.group_id == group_id for reference in record.groups)
    ]
    return all(record.interface_type == _ENDPOINT for record in users)


def find_shared_group(world: World, vpc_id: str, scope: Scope) -> str | None:
    """Return the existing group of the endpoints of a VPC, if no other resource has it."""
    for endpoint in sorted(world.endpoints_in(vpc_id), key=lambda row: row.vpc_endpoint_id):
        if endpoint.vpc_endpoint_type != "Interface" or endpoint.groups is UNSET:
            continue
        for group in endpoint.groups:
            if is_only_for_endpoints(world, group.group_id, scope):
                return group.group_id
    return None


def choose_task_group(world: World, launch: Launch, subnet_id: str) -> str | None:
    """Return the best group of a task for a new rule: not the default one, if it has another."""
    subnet = world.subnets.get(subnet_id)
    groups = None if subnet is None else groups_of(world, launch, subnet)
    if groups is None or groups is UNSET or isinstance(groups, Missing):
        return None
    read_groups = [name for name in groups if name in world.security_groups]
    return min(read_groups, key=lambda name: (world.security_groups[name].group_name == "default", name), default=None)
