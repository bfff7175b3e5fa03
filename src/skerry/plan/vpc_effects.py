"""The changes that can matter to a launch: those of its own VPC, and of VPCs with a connection to it.

Packets, names and filters of a VPC do not depend on another VPC without a connection, a shared zone, a shared group or
shared rules of DNS: https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, assert_never

from msgspec import UNSET

from skerry.launch.launches import Launch
from skerry.model.facts import Missing
from skerry.model.network import Vpc
from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AddZoneRecord,
    Advise,
    AssociateZone,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
)
from skerry.reach.dns_servers import servers_of

ANY: Final = ""
"""In place of a group of VPCs: any of them."""
_NONE: Final = "none"
"""In place of a VPC: proposals have no effect in a World."""


class ChangesByGroup:
    """Changes, each with its group of VPCs."""

    def __init__(self, grouped: Sequence[tuple[str, Change]]) -> None:
        self._grouped = grouped
        self._of_group: dict[str, tuple[Change, ...]] = {}

    def of(self, group: str) -> tuple[Change, ...]:
        """Return the changes that can matter in a group, in their order."""
        if group not in self._of_group:
            own = {group, ANY}
            self._of_group[group] = tuple(change for place, change in self._grouped if group == ANY or place in own)
        return self._of_group[group]


class VpcEffects:
    """The VPCs of a World in separate groups, and the changes that can matter in each of them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._group_of: dict[str, str] = {}
        for joined in _joined(world):
            self._join(joined)

    def group_of(self, launch: Launch) -> str:
        """Return the group of a launch's VPC; `ANY` where it is not known."""
        groups = {self._group(self._vpc_of_subnet(subnet)) for subnet in launch.subnets}
        return groups.pop() if len(groups) == 1 else ANY

    def changes_by_group(self, changes: Sequence[Change]) -> "ChangesByGroup":
        """Return the changes that can matter in each group."""
        created = {name: vpc for change in changes for name, vpc in _created(change)}
        return ChangesByGroup([(self._group(self._vpc_of(change, created)), change) for change in changes])

    def _join(self, vpcs: Iterable[str]) -> None:
        """Make one group of those of several VPCs."""
        groups = {self._group(vpc) for vpc in vpcs}
        if len(groups) > 1:
            one = min(groups)
            members = [vpc for vpc, group in self._group_of.items() if group in groups]
            self._group_of |= dict.fromkeys((*members, *groups), one)

    def _group(self, vpc: str) -> str:
        return self._group_of.get(vpc, vpc)

    def _vpc_of_subnet(self, subnet_id: str) -> str:
        subnet = self._world.subnets.get(subnet_id)
        return ANY if subnet is None else subnet.vpc_id

    def _vpc_of(self, change: Change, created: dict[str, str]) -> str:
        world = self._world
        match change:
            case (
                CreateSecurityGroup()
                | CreateInterfaceEndpoint()
                | CreateGatewayEndpoint()
                | SetVpcAttribute()
                | CreateNatGateway()
            ):
                return change.vpc_id
            case AuthorizeRule() | RevokeRule():
                group = world.security_groups.get(change.group_id)
                return created.get(change.group_id, ANY) if group is None or group.vpc_id is UNSET else group.vpc_id
            case ModifyEndpoint() | DeleteEndpoint():
                endpoint = world.vpc_endpoints.get(change.endpoint_id)
                return created.get(change.endpoint_id, ANY) if endpoint is None else endpoint.vpc_id
            case AddAclEntry():
                acl = world.network_acls.get(change.acl_id)
                return ANY if acl is None else acl.vpc_id
            case DeleteRoute() | ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
                table = world.route_tables.get(change.route_table_id)
                return ANY if table is None else table.vpc_id
            case AddZoneRecord() | AssociateZone() | ConfigureService():
                return ANY
            case ProposeStatement() | MirrorImage() | Advise():
                return _NONE
            case _:
                assert_never(change)


def _created(change: Change) -> Iterator[tuple[str, str]]:
    """Yield the id of a resource that a change creates, with its VPC."""
    match change:
        case CreateSecurityGroup():
            yield change.group_id, change.vpc_id
        case CreateInterfaceEndpoint() | CreateGatewayEndpoint():
            yield change.endpoint_id, change.vpc_id
        case _:
            pass


def _joined(world: World) -> Iterator[Iterable[str]]:
    """Yield the VPCs that something joins."""
    facts = world.facts
    for peering in facts.peering_connections:
        sides = (peering.requester_vpc_info.vpc_id, peering.accepter_vpc_info.vpc_id)
        yield [vpc for vpc in sides if vpc is not None]
    for zone in facts.zones:
        # A zone without a list of its VPCs may be of any.
        yield world.vpcs if zone.vpc_ids is UNSET else zone.vpc_ids
    for association in facts.group_associations:
        group = world.security_groups.get(association.group_id)
        yield world.vpcs if group is None or group.vpc_id is UNSET else [association.vpc_id, group.vpc_id]
    # Whatever joins networks of several VPCs, or answers names for several, may join all of them.
    if (
        facts.transit_gateways
        or facts.transit_gateway_attachments
        or facts.transit_gateway_vpc_attachments
        or facts.vpn_gateways
        or facts.resolver_rules
        or facts.resolver_rule_associations
        or facts.resolver_endpoints
        or facts.profile_associations
        or any(_asks_others(world, vpc) for vpc in facts.vpcs)
    ):
        yield world.vpcs


def _asks_others(world: World, vpc: Vpc) -> bool:
    """Tell whether a VPC's DNS servers may be in another one."""
    servers = servers_of(world, vpc)
    return not isinstance(servers, Missing) and bool(servers.others)
