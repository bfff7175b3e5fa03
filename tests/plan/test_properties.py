"""What holds of every plan: of the networks of tests/scenarios, and of random ones with faults of all kinds."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from skerry import app
from skerry.diagnose.need_verdicts import source_of
from skerry.model.world import World
from skerry.net.ip_addresses import IpAddress
from skerry.plan import impact
from skerry.plan.changes import (
    AddAclEntry,
    AddZoneRecord,
    AssociateZone,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    DeleteEndpoint,
    Manual,
    ModifyEndpoint,
)
from skerry.plan.planner import plan
from skerry.plan.reachability import subnets_given_internet
from skerry.plan.records import INGRESSES, Options, Plan
from skerry.plan.scope import Scope
from skerry.plan.world_after import apply_changes
from skerry.reach.walk import Source, Walker
from skerry.sources import documents
from skerry.verdicts import OK, Verdict
from tests.networks import awslogs, container
from tests.planning import EXECUTION, changes, diagnosed, launches, plan_of
from tests.prove.generator import Drawn

FOLDERS = sorted(path for path in (Path(__file__).parents[1] / "scenarios").glob("*/network.json"))
SEEDS = range(15)
# Every network is planned for with one of these, in turn.
OPTIONS = (Options(), Options(ingress="from-tasks"), Options(ingress="article"), Options(least_privilege=True))

Case = tuple[World, Plan, Options]


def drawn(seed: int) -> Drawn:
    """A random network with a service that needs ECR, S3 and CloudWatch."""
    network = Drawn(seed)
    network.definition(container(logConfiguration=awslogs()), executionRoleArn=EXECUTION)
    network.service(subnets=["subnet-a", "subnet-b"] if seed % 2 else ["subnet-a"])
    return network


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Every network with its plan."""
    worlds = [app.load(path) for path in FOLDERS] + [drawn(seed).world() for seed in SEEDS]
    chosen = [(world, OPTIONS[number % len(OPTIONS)]) for number, world in enumerate(worlds)]
    return [(world, plan_of(world, None, options), options) for world, options in chosen]


def effective(found: Plan) -> Iterator[Change]:
    """The changes that a World shows; AWS does not document whether a failed endpoint prevents another one."""
    for change in changes(found):
        if isinstance(change, ConfigureService):
            if change.has_settings:
                yield change
        elif not isinstance(change, Manual | DeleteEndpoint) or isinstance(change, AssociateZone | AddZoneRecord):
            yield change


def flows(world: World, found: Plan) -> tuple[impact.Flow, ...]:
    """The calls of everybody in the VPCs of a plan that it may touch."""
    scope = Scope(launches(world))
    return impact.find_working_flows(Walker(world), scope, changes(found))


def test_proven_plan_makes_the_diagnosis_ok(cases: list[Case]) -> None:
    proven = [(world, found) for world, found, _ in cases if found.proven and found.changes]
    assert len(proven) > 60
    for world, found in proven:
        assert diagnosed(apply_changes(world, changes(found))).verdict is OK


def test_unproven_plan_says_why(cases: list[Case]) -> None:
    for _, found, _ in cases:
        if not found.proven:
            assert found.remaining or found.facts or found.breaks or found.limits


def test_proven_plan_has_no_superfluous_change(cases: list[Case]) -> None:
    """Without any one change a launch is not ok, or a call of somebody else is not that was."""
    for world, found, options in cases:
        if not found.proven:
            continue
        kept = flows(world, found)
        for change in effective(found):
            if isinstance(change, CreateSecurityGroup) or _is_of_the_article(change, options):
                continue
            rest = apply_changes(world, [other for other in changes(found) if other is not change])
            assert diagnosed(rest).verdict is not OK or list(impact.find_broken_flows(rest, kept)), change


def test_service_that_can_start_stays_so_after_every_change(cases: list[Case]) -> None:
    for world, found, _ in cases:
        ok = {name for name, verdict in _verdicts(world).items() if verdict is OK}
        ordered = changes(found)
        if ok and not found.breaks:
            for count in range(1, len(ordered)):
                verdicts = _verdicts(apply_changes(world, ordered[:count]))
                assert {name for name in ok if verdicts[name] is not OK} == set(), (found.services, ordered[:count])


def _verdicts(world: World) -> dict[str, Verdict]:
    return {service.launch.name: service.verdict for service in diagnosed(world).services}


def _is_of_the_article(change: Change, options: Options) -> bool:
    return options.ingress == "article" and isinstance(change, AuthorizeRule) and change.rule.port in {80, 53}


def test_broken_calls_of_other_clients_are_reported(cases: list[Case]) -> None:
    for world, found, _ in cases:
        broken = {
            name
            for row in impact.find_broken_flows(apply_changes(world, changes(found)), flows(world, found))
            for name in row.kind.names
        }
        assert broken <= {name for row in found.breaks for name in row.client.split(", ")}


def test_new_rules_open_only_https_its_replies_and_nfs(cases: list[Case]) -> None:
    """A rule opens 443 (2049 for file systems) of a group that only endpoints have, or outbound; an entry replies."""
    for world, found, options in cases:
        made = {change.group_id for change in changes(found) if isinstance(change, CreateSecurityGroup)}
        for change in changes(found):
            if isinstance(change, AddAclEntry):
                assert change.ports in {(443, 443), (2049, 2049), (32_768, 65_535)}
            if not isinstance(change, AuthorizeRule) or _is_of_the_article(change, options):
                continue
            assert (change.rule.protocol, change.rule.port) in {("tcp", 443), ("tcp", 2049)}
            if change.direction == "in" and change.rule.port == 443:
                assert change.rule.peer != "0.0.0.0/0"
                assert change.group_id in made or _guards_endpoints_only(world, change.group_id)
            if change.direction == "out" and change.rule.kind == "group":
                assert change.rule.peer in made or _guards_endpoints_only(world, change.rule.peer)


def test_plan_gives_no_subnet_internet_access(cases: list[Case]) -> None:
    for world, found, _ in cases:
        assert subnets_given_internet(world, changes(found)) == ()


def _guards_endpoints_only(world: World, group_id: str) -> bool:
    rows = ((row, row.groups) for row in world.facts.network_interfaces if isinstance(row.groups, tuple))
    mine = [row for row, groups in rows if any(one.group_id == group_id for one in groups)]
    return all(row.interface_type == "vpc_endpoint" for row in mine)


def test_tasks_reach_no_additional_hosts_after_the_plan() -> None:
    """Hosts that are no endpoints, walked to before and after.

    An entry of a network ACL is for all of its subnets, and an outbound rule may name all addresses on port 443: plans
    with entries are left out, and that port of plans with rules.
    """
    for seed in range(12):
        world = drawn(seed).world()
        found = plan_of(world)
        if any(isinstance(change, AddAclEntry) for change in changes(found)):
            continue
        then = apply_changes(world, changes(found))
        opened = any(isinstance(change, AuthorizeRule) and change.direction == "out" for change in changes(found))
        for port in (22, 5432) if opened else (22, 443, 5432):
            for address in ("10.0.3.99", "10.0.1.77", "10.0.4.50", "23.45.67.89"):
                before, later = (_reaches(one, address, port) for one in (world, then))
                assert later <= before, (seed, address, port)


def _reaches(world: World, address: str, port: int) -> set[str]:
    walker = Walker(world)
    found = set()
    for launch in launches(world):
        for subnet in launch.subnets:
            source = source_of(walker, launch, subnet)
            place = walker.destinations.at("vpc-1", IpAddress(address))
            if isinstance(source, Source) and walker.walk(source, [place], "tcp", port).verdict is OK:
                found.add(subnet)
    return found


def test_second_plan_after_the_first_is_empty(cases: list[Case]) -> None:
    for world, found, options in cases:
        changed = apply_changes(world, changes(found))
        again = plan(changed, Scope(launches(changed)), options)
        assert list(effective(again)) == []


def test_interface_endpoint_has_subnets_in_different_zones(cases: list[Case]) -> None:
    for world, found, _ in cases:
        for change in changes(found):
            if isinstance(change, CreateInterfaceEndpoint):
                zones = [world.subnets[name].availability_zone for name in change.subnets]
                assert zones
                assert len(set(zones)) == len(zones)


def test_plan_is_independent_of_row_order() -> None:
    for seed in range(0, 20, 2):
        network = drawn(seed)
        first = plan_of(network.world())
        shuffled = random.Random(seed)  # noqa: S311 -- no secret is made of it
        for rows in network.rows.values():
            shuffled.shuffle(rows)
        second = plan_of(network.world())
        assert sorted(map(repr, changes(first))) == sorted(map(repr, changes(second))), seed


@pytest.mark.parametrize("ingress", INGRESSES)
def test_endpoint_changes_keep_private_dns_and_policy_statements(ingress: Any) -> None:
    """An endpoint that is modified is one that was read, and no change of it takes anything away."""
    for path in FOLDERS[:40]:
        world = app.load(path)
        for change in changes(plan_of(world, None, Options(ingress=ingress))):
            if isinstance(change, ModifyEndpoint):
                row = world.vpc_endpoints[change.endpoint_id]
                assert change.private_dns in {None, True}
                assert change.policy is None or _statements(row.policy_document) <= _statements(change.policy)


def _statements(document: str | None) -> set[str]:
    return {json.dumps(row, sort_keys=True) for row in json.loads(document or "{}").get("Statement", [])}


def test_incomplete_world_plan_is_proven_only_if_diagnosis_is_ok() -> None:
    """Whatever is not known: a plan, which is proven of nothing that the whole World does not prove."""
    network = drawn(1)
    for key in list(network.rows):
        left = json.dumps({name: rows for name, rows in network.rows.items() if name != key}).encode()
        world = World(documents.load({"network.json": left}, source="a test", region="eu-west-1"))
        found = plan_of(world)
        assert found.proven <= (diagnosed(apply_changes(world, changes(found))).verdict is OK or not launches(world))


def test_manual_change_kinds_are_listed() -> None:
    assert {kind.__name__ for kind in get_args(Manual)} == {
        *("ConfigureService", "ProposeStatement", "MirrorImage"),
        *("AssociateZone", "AddZoneRecord", "Advise"),
    }
