"""The planner: for launches that cannot start, the least changes after which they can, proven by walking that World.

Nothing here touches an account: a plan is data, which others write down or carry out.
"""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.diagnose.diagnosis import Finding
from skerry.model.world import World
from skerry.net.verdicts import NOT_APPLICABLE, OK, UNKNOWN
from skerry.plan import bystanders
from skerry.plan.bystanders import Flow
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    Disposition,
    Manual,
    ModifyEndpoint,
    RevokeRule,
    SetVpcAttribute,
    is_new,
)
from skerry.plan.limits import limits
from skerry.plan.ordering import in_order
from skerry.plan.records import Break, Options, Plan, Planned, Remaining, Why
from skerry.plan.scope import Failing, Found, Scope
from skerry.plan.search import Result, search
from skerry.reach.trace import Piece

_NOTHING_TO_DO = {OK, NOT_APPLICABLE}


def plan(world: World, scope: Scope, options: Options | None = None) -> Plan:
    """Plan the least changes after which every launch of the scope can start."""
    options = options or Options()
    names = tuple(dict.fromkeys(name for kind in scope.kinds for name in kind.names))
    before = scope.look(world)
    if before.verdict in _NOTHING_TO_DO:
        return Plan(names, before.verdict, before.verdict, proven=True)
    found = search(world, scope, options)
    changes = in_order(found.changes)
    planned = tuple(_planned(world, found, change, why) for change, why in changes.items())
    breaks = tuple(_breaks(found))
    beyond = limits(found.world, tuple(changes))
    return Plan(
        services=names,
        before=before.verdict,
        after=found.found.verdict,
        proven=found.found.verdict is OK and not breaks and not beyond,
        changes=planned,
        remaining=tuple(_remaining(found.found)),
        breaks=breaks,
        facts=found.found.facts,
        limits=beyond,
        findings=tuple(_findings(options, planned)),
    )


def _planned(world: World, found: Result, change: Change, reasons: tuple[Why, ...]) -> Planned:
    # What only a thing that the plan creates has against the tasks is no reason of the user's network.
    why = tuple(row for row in reasons if not is_new(row.resource)) or _for_the_new(reasons)
    disposition, note = _disposition(world, found, change)
    owner = _owner(world, found.world, change)
    if owner is not None:
        return Planned(change, "manual", why, note, owner)
    return Planned(change, disposition, why, note)


def _for_the_new(reasons: tuple[Why, ...]) -> tuple[Why, ...]:
    steps = tuple(dict.fromkeys(step for row in reasons for step in row.steps))
    names = tuple(dict.fromkeys(name for row in reasons for name in row.services))
    return (Why("", "", "lets tasks in to the new endpoints", steps, names),)


def _disposition(world: World, found: Result, change: Change) -> tuple[Disposition, str]:
    """How far a change disturbs what is there, and what it disturbs."""
    match change:
        case CreateInterfaceEndpoint() if change.private_dns:
            return _diverting(found.flows, change.vpc_id, world, (change,))
        case ModifyEndpoint() if change.private_dns:
            return _diverting(found.flows, world.vpc_endpoints[change.endpoint_id].vpc_id, world, (change,))
        case CreateGatewayEndpoint():
            return _cutting(world, change.route_tables)
        case ModifyEndpoint() if change.route_tables:
            return _cutting(world, change.route_tables)
        case SetVpcAttribute():
            return _applying(world, change)
        case CreateSecurityGroup() | AuthorizeRule() | CreateInterfaceEndpoint() | ModifyEndpoint() | AddAclEntry():
            return "safe", ""
        case RevokeRule():
            return "disruptive", "what the rule lets through is cut"
        case _:
            return "manual", change.message


def _diverting(
    flows: tuple[Flow, ...], vpc_id: str, world: World, changes: tuple[Change, ...]
) -> tuple[Disposition, str]:
    """Private DNS turned on: others in the VPC whose calls of the service worked now go to the endpoint.

    https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
    """
    refs = {ref for _, ref in bystanders.touched(world, changes)}
    names = sorted({name for flow in flows if flow.need.service in refs for name in flow.client.names})
    if not names:
        return "safe", ""
    who = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")  # noqa: PLR2004
    return "disruptive", f"private DNS leads all of {vpc_id} to the endpoint: also {who}, which it admits"


def _cutting(world: World, tables: tuple[str, ...]) -> tuple[Disposition, str]:
    """A gateway endpoint cuts connections to the service that are open, where its route tables lead out.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    leading = sorted(name for name in tables if _leads_out(world, name))
    if not leading:
        return "safe", ""
    return "disruptive", f"open connections to the service over {', '.join(leading)} are cut once, and made anew"


def _leads_out(world: World, table_id: str) -> bool:
    """Whether a table has a way out of the VPC beside ``local`` and endpoints."""
    table = world.route_tables.get(table_id)
    routes = () if table is None or table.routes is UNSET else table.routes
    return any(not (row.gateway_id or "").startswith(("local", "vpce-")) and row.state == "active" for row in routes)


def _applying(world: World, change: SetVpcAttribute) -> tuple[Disposition, str]:
    """A DNS attribute that is switched on makes private zones and private names of endpoints apply.

    https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
    """
    zones = [zone.name for zone in world.zones_in(change.vpc_id)]
    endpoints = [row.vpc_endpoint_id for row in world.endpoints_in(change.vpc_id) if row.private_dns_enabled is True]
    names = (*endpoints, *zones)
    if not names:
        return "safe", ""
    return "disruptive", f"private names apply in all of {change.vpc_id} then: {', '.join(names[:5])}"


def _owner(world: World, changed: World, change: Change) -> str | None:
    """The account that alone can make a change, where it is another one than that which was read.

    In a VPC that is shared, participants create security groups, and only the owner endpoints, routes and ACLs:
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
    """
    match change:
        case CreateInterfaceEndpoint() | CreateGatewayEndpoint() | SetVpcAttribute():
            vpc_id = change.vpc_id
        case ModifyEndpoint():
            vpc_id = changed.vpc_endpoints[change.endpoint_id].vpc_id
        case AddAclEntry():
            vpc_id = changed.network_acls[change.acl_id].vpc_id
        case _:
            return None
    vpc = world.vpcs.get(vpc_id)
    if vpc is None or vpc.owner_id is UNSET or world.account in {None, vpc.owner_id}:
        return None
    return vpc.owner_id


def _remaining(found: Found) -> Iterator[Remaining]:
    """What is in the way still, each thing once for each step."""
    known: dict[tuple[str, str, str], Remaining] = {}
    for row in found.failing:
        for trace in row.outcome.traces:
            for judged in trace.judged:
                if judged.lost and trace.verdict is not OK:
                    key = (row.need.step, judged.piece.code, judged.piece.resource)
                    known[key] = _remains(row, judged.piece, known.get(key))
    yield from known.values()


def _remains(row: Failing, piece: Piece, known: Remaining | None) -> Remaining:
    services = dict.fromkeys((*(known.services if known else ()), *row.kind.names))
    subnets = dict.fromkeys((*(known.subnets if known else ()), row.subnet))
    verdict = known.verdict if known else row.outcome.verdict
    return Remaining(tuple(services), row.need.step, tuple(subnets), verdict, piece.code, piece.resource, piece.message)


def _breaks(found: Result) -> Iterator[Break]:
    for row in bystanders.broken(found.world, found.flows):
        pieces = [judged.piece.message for trace in row.outcome.traces for judged in trace.judged]
        host = getattr(row.need, "host", None) or ""
        sure = "no longer works" if row.outcome.verdict is not UNKNOWN else "may not work any more"
        yield Break(
            ", ".join(row.kind.names), host, f"{host} worked from {row.subnet} and {sure}: {'; '.join(pieces[:2])}"
        )


def _findings(options: Options, planned: tuple[Planned, ...]) -> Iterator[Finding]:
    if options.ingress == "article":
        opened = [
            row.change for row in planned if isinstance(row.change, AuthorizeRule) and row.change.rule.port in {80, 53}
        ]
        if opened:
            message = (
                "TCP 80 and UDP 53 are opened as the article has them, and nothing needs them: every call to AWS is "
                "HTTPS, and security groups do not filter the Amazon DNS server"
            )
            yield Finding("article-ports", "note", message, opened[0].group_id)
    if any(isinstance(row.change, CreateInterfaceEndpoint) for row in planned):
        message = (
            "which zones offer each endpoint service was not read: aws ec2 describe-vpc-endpoint-services tells; AWS "
            "refuses a subnet in a zone without it"
        )
        yield Finding("endpoint-zones-unread", "note", message, planned[0].change.__class__.__name__)


def is_manual(change: Change) -> bool:
    """Whether skerry never makes a change itself."""
    return isinstance(change, Manual)
