"""Checks of the security groups of a task: whether an interface in the subnet can have them."""

from msgspec import UNSET

from skerry.launch.needs import Interface
from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.security_groups_and_acls import SecurityGroup
from skerry.model.world import World
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.trace import Hop
from skerry.reach.walk import Source

_DEFAULT = "default"
_ASSOCIATIONS, _USABLE = "group_associations", "usable_groups"
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupVpcAssociation.html
_ENDED = {"disassociated", "association-failed"}


def check_groups(world: World, need: Interface, source: Source | Missing | None, subnet_id: str) -> Hop:
    """Return a hop: the task may use its security groups in the subnet, and has some in a shared one."""
    shared = _in_shared_subnet(world, need, subnet_id)
    return shared if shared is not None else _of_vpc(world, need, source, subnet_id)


def owner_without_groups(world: World, need: Interface, subnet_id: str) -> str | None:
    """Return the owner of a shared subnet in which a task without groups gets no interface; None elsewhere.

    Without a named group the interface would get the default group of the owner.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
    """
    return _other_owner(need, world.find_subnet(subnet_id)) if need.groups == () else None


def _other_owner(need: Interface, subnet: Subnet | Missing) -> str | None:
    """Return the owner of a subnet that is shared with the task's account; None for other subnets."""
    if isinstance(subnet, Missing) or subnet.owner_id is UNSET or need.account is None:
        return None
    return subnet.owner_id if subnet.owner_id != need.account else None


def _in_shared_subnet(world: World, need: Interface, subnet_id: str) -> Hop | None:
    """Return a hop for groups that a participant of a shared VPC cannot use, or perhaps not; None if there are none."""
    subnet = world.find_subnet(subnet_id)
    owner = _other_owner(need, subnet)
    if isinstance(subnet, Missing) or owner is None or need.groups is UNSET:
        return None
    if owner_without_groups(world, need, subnet_id) is not None:
        message = f"{subnet_id} is of account {owner}, whose default group a task of {need.account} cannot use"
        return make_lost_hop("subnet", subnet_id, "SECURITY_GROUPS_REQUIRED", message)
    for group_id in need.groups:
        group = world.find_security_group(group_id)
        if isinstance(group, Missing) or group.owner_id != owner:
            continue
        hop = _of_owner(world, need, group, subnet.vpc_id, owner)
        if hop is not None:
            return hop
    return None


def _of_owner(world: World, need: Interface, group: SecurityGroup, vpc_id: str, owner: str) -> Hop | None:
    """Return a hop for a group of the owner of a shared VPC; None if the owner shares it with the task's account.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-sharing.html
    """
    group_id = group.group_id
    if group.group_name == _DEFAULT:
        message = f"{group_id} is the default group of account {owner}, which a task of {need.account} cannot use"
        return make_lost_hop("security-group", group_id, "SECURITY_GROUPS_REQUIRED", message)
    usable = _may_use(world, need, group_id, vpc_id)
    if usable is None:
        fact = f"whether account {owner} shares {group_id} with {need.account}"
        return make_undecided_hop("security-group", group_id, world.missing_for(_USABLE, fact))
    if usable:
        return None
    message = f"{group_id} is of account {owner}, which does not share it with {need.account}"
    return make_lost_hop("security-group", group_id, "SECURITY_GROUP_NOT_SHARED", message)


def _may_use(world: World, need: Interface, group_id: str, vpc_id: str) -> bool | None:
    """Return whether AWS lists a group among those for a VPC; None if it is not known.

    AWS answers for the account of the caller, which must be the task's.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSecurityGroupsForVpc.html
    """
    usable = world.usable_groups.get(vpc_id)
    if usable is None or need.account not in {None, world.account}:
        return None
    return True if group_id in usable.group_ids else False if usable.whole else None


def _of_vpc(world: World, need: Interface, source: Source | Missing | None, subnet_id: str) -> Hop:
    """Return a hop: the security groups belong to the subnet's VPC or are associated with it.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-assoc.html
    """
    named = source.groups if isinstance(source, Source) and source.groups is not UNSET else ()
    for group_id in named:
        group, subnet = world.find_security_group(group_id), world.find_subnet(subnet_id)
        if isinstance(group, Missing) and world.knows("security_groups"):
            # No interface gets a group that is gone, whatever the other groups admit.
            return make_undecided_hop("security-group", group_id, group)
        if isinstance(group, Missing) or isinstance(subnet, Missing) or group.vpc_id in {UNSET, subnet.vpc_id}:
            continue
        hop = _of_another_vpc(world, need, group, subnet.vpc_id)
        if hop is not None:
            return hop
    return Hop("security-group", ", ".join(named), rule="may be used in the VPC")


def _of_another_vpc(world: World, need: Interface, group: SecurityGroup, vpc_id: str) -> Hop | None:
    """Return a hop for a group of another VPC; None if it is associated with this one."""
    group_id = group.group_id
    key = f"{group_id} in {vpc_id}"
    states = {association.state for association in world.facts.group_associations if association.key == key}
    usable = _may_use(world, need, group_id, vpc_id)
    if states == {"associated"} or usable:
        return None
    if states <= _ENDED and (usable is False or world.knows(_ASSOCIATIONS)):
        message = f"{group_id} is of {group.vpc_id} and not associated with {vpc_id}: no interface there gets it"
        return make_lost_hop("security-group", group_id, "SECURITY_GROUP_OF_ANOTHER_VPC", message)
    fact = f"whether {group_id} of {group.vpc_id} may be used in {vpc_id}"
    kind = _ASSOCIATIONS if _ASSOCIATIONS in world.facts.completeness.asked else _USABLE
    return make_undecided_hop("security-group", group_id, world.missing_for(kind, fact))
