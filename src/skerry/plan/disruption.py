"""The disruption of a change, and the account with the permission to make it."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.network import Route
from skerry.model.route_destinations import PrefixListDestination
from skerry.model.route_targets import (
    CarrierGatewayTarget,
    CoreNetworkTarget,
    EgressOnlyGatewayTarget,
    EndpointTarget,
    InstanceTarget,
    InterfaceTarget,
    InternetGatewayTarget,
    LocalGatewayTarget,
    LocalTarget,
    NatGatewayTarget,
    OdbNetworkTarget,
    PeeringTarget,
    RouteTarget,
    TransitGatewayTarget,
    UnknownGatewayTarget,
    VpnGatewayTarget,
)
from skerry.model.rule_blocks import Ipv4RuleBlock
from skerry.model.world import World
from skerry.net.addresses import PUBLIC, Block, parse_block
from skerry.net.intervals import intersect
from skerry.plan import impact, launches_after, route_effects
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
    Disposition,
    EndpointChange,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
)
from skerry.plan.impact import Flow
from skerry.plan.route_effects import list_briefly
from skerry.plan.scope import Failing
from skerry.reach.compiled_rules import LAST_RULE
from skerry.verdicts import OK

_ENDPOINT = "vpc_endpoint"
_BY_ECS = "ECS"


def disposition_of(
    world: World, change: Change, flows: Iterable[Flow], broken: Iterable[Failing]
) -> tuple[Disposition, str]:
    """Return the disruption of a change with a note about the affected resources.

    ``flows`` are calls of other workloads, working before all changes, ``broken`` those that fail after them.
    """
    match change:
        case CreateInterfaceEndpoint() | CreateGatewayEndpoint() | ModifyEndpoint() | DeleteEndpoint():
            return _of_endpoint(world, change, flows, broken)
        case SetVpcAttribute():
            return _applying(world, change)
        case AddAclEntry():
            return _overruling(world, change)
        case CreateSecurityGroup() | AuthorizeRule() | RevokeRule():
            return _of_group(world, change)
        case DeleteRoute() | ReplaceRoute() | RouteToInternetGateway() | RouteToNat() | CreateNatGateway():
            return route_effects.effect_of_route(world, change)
        case ConfigureService():
            return _deploying(world, change)
        case ProposeStatement() | MirrorImage() | AssociateZone() | AddZoneRecord() | Advise():
            return "manual", change.message
        case _:
            assert_never(change)


def _of_endpoint(
    world: World, change: EndpointChange, flows: Iterable[Flow], broken: Iterable[Failing]
) -> tuple[Disposition, str]:
    match change:
        case CreateInterfaceEndpoint() if change.private_dns:
            return _diverting(world, change, change.vpc_id, flows, broken)
        case ModifyEndpoint() if change.private_dns:
            return _diverting(world, change, world.vpc_endpoints[change.endpoint_id].vpc_id, flows, broken)
        case CreateGatewayEndpoint():
            return _cutting(world, change.route_tables)
        case ModifyEndpoint() if change.route_tables:
            return _cutting(world, change.route_tables)
        case DeleteEndpoint():
            # The page on deletion says only what goes with an endpoint, its interfaces or routes:
            # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
            inferred = "deleting it first is inferred: no page of AWS says that it keeps its private name or routes"
            return "disruptive", f"{change.message}; a deleted endpoint cannot be restored; {inferred}"
        case CreateInterfaceEndpoint() | ModifyEndpoint():
            return "safe", ""
        case _:
            assert_never(change)


def _of_group(world: World, change: CreateSecurityGroup | AuthorizeRule | RevokeRule) -> tuple[Disposition, str]:
    match change:
        case CreateSecurityGroup():
            return "safe", ""
        case AuthorizeRule():
            return "safe", _opening(world, change)
        case RevokeRule():
            return "disruptive", "what the rule lets through is cut"
        case _:
            assert_never(change)


def _diverting(
    world: World, change: Change, vpc_id: str, flows: Iterable[Flow], broken: Iterable[Failing]
) -> tuple[Disposition, str]:
    """Return the effect of private DNS: calls of other workloads in the VPC then go to the endpoint.

    https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
    """
    refs = {ref for _, ref in impact.touched_services_of(world, (change,))}
    cut = {
        name
        for broken_flow in broken
        if getattr(broken_flow.need, "service", None) in refs
        for name in broken_flow.kind.names
    }
    led = {name for flow in flows if flow.need.service in refs and flow.before is OK for name in flow.client.names}
    if not led:
        return "safe", ""
    admitted, refused = list_briefly(led - cut), list_briefly(led & cut)
    effects = [f"also {admitted}, which it admits"] if admitted else []
    effects += [f"also {refused}, whose calls then fail"] if refused else []
    return "disruptive", f"private DNS leads all of {vpc_id} to the endpoint: {'; '.join(effects)}"


def _cutting(world: World, tables: tuple[str, ...]) -> tuple[Disposition, str]:
    """Return the effect of a gateway endpoint: open connections close if its route tables lead out.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    leading = sorted(name for name in tables if any(leads_out(route) for route in _routes(world, name)))
    if not leading:
        return "safe", ""
    return (
        "disruptive",
        f"open connections to the service over {list_briefly(leading)} are closed once and must be reopened",
    )


def _deploying(world: World, change: ConfigureService) -> tuple[Disposition, str]:
    """Return the effect of a service's settings: a new deployment; other deployment controllers have other calls.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
    """
    services = [row for row in world.facts.services if launches_after.is_service(row, change)]
    if not change.has_settings or len(services) != 1 or services[0].deployment_controller.type != _BY_ECS:
        return "manual", change.message
    return "disruptive", f"ECS replaces the tasks of {change.service} in a new deployment"


def _routes(world: World, table_id: str) -> tuple[Route, ...]:
    table = world.route_tables.get(table_id)
    return () if table is None or table.routes is UNSET else table.routes


def leads_out(row: Route) -> bool:
    """Tell whether a route leads to public addresses, other than by an endpoint."""
    if row.state != "active" or not _leaves_vpc(row.target):
        return False
    match row.destination:
        case Block(addresses):
            return bool(intersect(addresses, PUBLIC))
        case PrefixListDestination():
            return True
        case Missing():
            return False
        case never:
            assert_never(never)


def _leaves_vpc(target: RouteTarget) -> bool:
    """Return whether a target is neither in the VPC nor an endpoint; a missing one may be any."""
    match target:
        case LocalTarget() | EndpointTarget():
            return False
        case (
            InternetGatewayTarget()
            | VpnGatewayTarget()
            | NatGatewayTarget()
            | TransitGatewayTarget()
            | PeeringTarget()
            | InterfaceTarget()
            | InstanceTarget()
            | EgressOnlyGatewayTarget()
            | CarrierGatewayTarget()
            | LocalGatewayTarget()
            | CoreNetworkTarget()
            | OdbNetworkTarget()
            | UnknownGatewayTarget()
            | Missing()
        ):
            return True
        case never:
            assert_never(never)


def _applying(world: World, change: SetVpcAttribute) -> tuple[Disposition, str]:
    """Return the effect of a DNS attribute: private zones and private names of endpoints then apply.

    https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
    """
    zones = (zone.name for zone in world.zones_in(change.vpc_id))
    endpoints = (
        endpoint.vpc_endpoint_id
        for endpoint in world.endpoints_in(change.vpc_id)
        if endpoint.private_dns_enabled is True
    )
    names = list_briefly((*endpoints, *zones))
    return ("disruptive", f"private names apply in all of {change.vpc_id} then: {names}") if names else ("safe", "")


def _overruling(world: World, change: AddAclEntry) -> tuple[Disposition, str]:
    """Return the effect of an allow entry before a deny entry: it opens a closed port for all of the ACL's subnets."""
    acl = world.network_acls[change.acl_id]
    rows = () if acl.entries is UNSET else acl.entries
    behind = sorted(
        entry.rule_number
        for entry in rows
        if entry.rule_action == "deny"
        and _overlap(entry.cidr_block, change.cidr)
        and entry.egress == (change.direction == "out")
        and change.number < entry.rule_number < LAST_RULE
    )
    scope_note = f"a network ACL knows no endpoints: it holds for all that is in the subnets of {change.acl_id}"
    if not behind:
        return "safe", scope_note
    return "disruptive", f"it goes before entry {behind[0]}, which denies; {scope_note}"


def _overlap(entry: Ipv4RuleBlock | None, cidr: str) -> bool:
    own, other = None if entry is None else entry.block, parse_block(cidr)
    return isinstance(own, Block) and other is not None and bool(intersect(own.addresses, other.addresses))


def _opening(world: World, change: AuthorizeRule) -> str:
    """Return the other members of a rule's group, in addition to its endpoints or mount targets."""
    if change.direction == "out":
        return ""
    others = [
        interface.network_interface_id
        for interface in world.facts.network_interfaces
        if interface.groups is not UNSET
        and interface.interface_type not in {_ENDPOINT, "efs"}
        and any(group.group_id == change.group_id for group in interface.groups)
    ]
    return f"{change.group_id} guards {list_briefly(others)} too, and is opened for them" if others else ""


def owner_of(world: World, changed: World, change: Change) -> str | None:
    """Return the only account that can make a change, if it is not the one in the input.

    In a VPC that is shared only its owner makes endpoints, routes and ACLs, and has the groups of its endpoints:
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html
    """
    vpc = world.vpcs.get(_vpc_of(world, changed, change) or "")
    if vpc is None or vpc.owner_id is UNSET or world.account in {None, vpc.owner_id}:
        return None
    return vpc.owner_id


def _vpc_of(world: World, changed: World, change: Change) -> str | None:
    """Return the VPC whose owner a change is for; None where whoever has the resource can make it."""
    match change:
        case (
            CreateInterfaceEndpoint()
            | CreateGatewayEndpoint()
            | CreateNatGateway()
            | SetVpcAttribute()
            | CreateSecurityGroup()
        ):
            return change.vpc_id
        case DeleteRoute() | ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
            return world.route_tables[change.route_table_id].vpc_id
        case DeleteEndpoint():
            return world.vpc_endpoints[change.endpoint_id].vpc_id
        case ModifyEndpoint():
            return changed.vpc_endpoints[change.endpoint_id].vpc_id
        case AddAclEntry():
            return changed.network_acls[change.acl_id].vpc_id
        case AuthorizeRule() if change.group_id in set(_of_endpoints(changed)):
            group = changed.security_groups[change.group_id]
            return None if group.vpc_id is UNSET else group.vpc_id
        case _:
            return None


def _of_endpoints(world: World) -> Iterator[str]:
    for endpoint in world.facts.vpc_endpoints:
        yield from () if endpoint.groups is UNSET else (group.group_id for group in endpoint.groups)
