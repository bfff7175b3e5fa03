"""Plans of small networks, for tests: what is changed, and what becomes of the launches then."""

from typing import Any, TypeVar

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Diagnosis
from skerry.launch.launches import Launch, launches_of
from skerry.launch.scheduled_tasks import scheduled_launches_of as scheduled
from skerry.model.world import World
from skerry.plan.changes import AuthorizeRule, Change, CreateGatewayEndpoint, CreateInterfaceEndpoint
from skerry.plan.planner import plan
from skerry.plan.records import Options, Plan, Planned
from skerry.plan.scope import Scope
from skerry.plan.world_after import apply_changes
from skerry.reach.walk import Walker
from tests.networks import ACCOUNT, REGION, Network, awslogs, container

EXECUTION = f"arn:aws:iam::{ACCOUNT}:role/launcher"

Kind = TypeVar("Kind", bound=Change)


def isolated(**service: Any) -> Network:
    """An isolated VPC with one service that pulls its image from ECR and writes to CloudWatch."""
    network = Network()
    network.definition(container(logConfiguration=awslogs()), executionRoleArn=EXECUTION)
    network.service(**service)
    return network


def launches(world: World) -> list[Launch]:
    """All launches of a World that Fargate is to start."""
    found = [launch for service in world.facts.services for launch in launches_of(world, service)]
    return [launch for launch in (*found, *scheduled(world)) if launch.not_applicable is None]


def planned(network: Network, names: tuple[str, ...] | None = None, **options: Any) -> Plan:
    """The plan for the services of these names, or for all; the others are bystanders."""
    return plan_of(network.world(), names, Options(**options))


def plan_of(world: World, names: tuple[str, ...] | None = None, options: Options | None = None) -> Plan:
    """The plan for a World's services of these names, or for all; the others are bystanders."""
    found = launches(world)
    chosen = [one for one in found if names is None or one.name in names]
    also = () if options is None else options.also
    return plan(world, Scope(chosen, also, [one for one in found if one not in chosen]), options)


def changes(found: Plan) -> list[Change]:
    """The changes of a plan, in their order."""
    return [row.change for row in found.changes]


def of_kind(found: Plan, kind: type[Kind]) -> list[Kind]:
    """The changes of one kind."""
    return [change for change in changes(found) if isinstance(change, kind)]


def kinds(found: Plan) -> list[str]:
    """The names of the kinds of change, in their order."""
    return [type(change).__name__ for change in changes(found)]


def only(found: Plan, kind: type[Kind]) -> Kind:
    """The one change of a kind."""
    (change,) = of_kind(found, kind)
    return change


def services(found: Plan) -> list[str]:
    """The services that get new endpoints."""
    rows: list[CreateInterfaceEndpoint | CreateGatewayEndpoint] = [
        *of_kind(found, CreateInterfaceEndpoint),
        *of_kind(found, CreateGatewayEndpoint),
    ]
    return sorted(row.service_name.partition(f"{REGION}.")[2] for row in rows)


def told(found: Plan, kind: type[Change]) -> Planned:
    """The one change of a kind, with what is said of it."""
    (row,) = [row for row in found.changes if isinstance(row.change, kind)]
    return row


def rules(found: Plan, direction: str = "in") -> set[tuple[str, str, int, str]]:
    """The rules that a plan adds: the group, the protocol, the port, and with whom."""
    rows = (row for row in of_kind(found, AuthorizeRule) if row.direction == direction)
    return {(row.group_id, row.rule.protocol, row.rule.port, row.rule.peer) for row in rows}


def made(world: World, found: Plan) -> World:
    """The World with a plan's changes."""
    return apply_changes(world, changes(found))


def diagnosed(world: World) -> Diagnosis:
    """What is found of all launches of a World."""
    return diagnose(Walker(world), launches(world))
