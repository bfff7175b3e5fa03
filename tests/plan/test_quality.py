"""Plans as an engineer would check them: applied step by step to AWS's documents, and diagnosed after every step."""

import copy
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench import worlds
from skerry import app
from skerry.model.world import World
from skerry.plan.records import Options
from skerry.render.plan_json import encode_plan
from skerry.sources import documents
from skerry.verdicts import OK
from tests.amount import amount
from tests.networks import ALL, EVERYWHERE, Network, awslogs, container
from tests.plan.applying import Document, RefusedChangeError, apply_change, is_applicable
from tests.plan.single_changes import single_changes
from tests.planning import EXECUTION
from tests.prove.generator import Drawn

TESTS = Path(__file__).parents[1]
OPTIONS = (Options(), Options(ingress="from-tasks"), Options(ingress="article"))
TO_INTERNET = (Options(nat=True), Options(public=True))
SEEDS, BENCH_SEEDS, WANTED, FEW, FEW_TO_INTERNET = range(450), range(20), 200, 8, 5
PART = amount(1, 5)
"""One of so many networks is tried."""


class Case(NamedTuple):
    """A network with its plan, as JSON."""

    name: str
    document: Document
    options: Options
    plan: dict[str, Any]

    @property
    def changes(self) -> list[dict[str, Any]]:
        """The changes of the plan, in their order."""
        return list(self.plan["changes"])


def documents_of(every: int = 1) -> Iterator[tuple[str, Document]]:
    """Yield one of so many networks of each origin."""
    for path in sorted(TESTS.glob("scenarios/*/network.json"))[::every]:
        yield path.parent.name, json.loads(path.read_bytes())
    for path in sorted(TESTS.glob("reports/*.json"))[::every]:
        yield path.stem, flat(json.loads(path.read_bytes()))
    for seed in SEEDS[::every]:
        network = Drawn(seed)
        network.definition(container(logConfiguration=awslogs()), executionRoleArn=EXECUTION)
        network.service(subnets=["subnet-a", "subnet-b"] if seed % 2 else ["subnet-a"])
        yield f"drawn-{seed}", json.loads(network.document())
    for seed in BENCH_SEEDS[::every]:
        (content,) = worlds.documents(10, seed).values()
        yield f"bench-{seed}", json.loads(content)


def flat(document: Document) -> Document:
    """Return a saved document with lists in place of wrapped answers, as far as those carry no question."""
    calls = document.get("Calls", [])
    lists = [call for call in calls if not call["Call"] and (_is_listing(call["Response"]) or _is_of_vpc(call))]
    plain: Document = {key: value for key, value in document.items() if key != "Calls"}
    plain["Calls"] = [call for call in calls if call not in lists]
    for call in lists:
        if _is_of_vpc(call):
            plain.setdefault("VpcAttributes", []).append(call["Response"])
            continue
        for key, rows in call["Response"].items():
            plain.setdefault(key, []).extend(rows)
    return plain


def _is_listing(answer: Document) -> bool:
    return all(isinstance(rows, list) for rows in answer.values())


def _is_of_vpc(call: dict[str, Any]) -> bool:
    return bool({"EnableDnsSupport", "EnableDnsHostnames"} & call["Response"].keys())


def world_of(document: Document) -> World:
    content = json.dumps(document).encode()
    return World(documents.load({"network.json": content}, source="a test", region="eu-west-1"))


def proven_cases(names: Sequence[tuple[str, Document]], preferences: Sequence[Options] = OPTIONS) -> Iterator[Case]:
    """Yield the networks with a proven plan of changes that documents show, each with one of the preferences."""
    for number, (name, document) in enumerate(names):
        options = preferences[number % len(preferences)]
        world = world_of(document)
        plan = json.loads(encode_plan(world, app.plan(world, options=options)))
        if plan["proven"] and plan["changes"] and is_applicable(plan["changes"]):
            yield Case(name, document, options, plan)


def working(document: Document) -> set[str]:
    """Return the services that can start."""
    return {str(service.launch.arn) for service in app.diagnose(world_of(document)).services if service.verdict is OK}


def is_repaired(document: Document) -> bool:
    return app.diagnose(world_of(document)).verdict is OK


def complaints(case: Case) -> Iterator[str]:
    """Yield what an engineer would object to."""
    yield from _complaints_of_steps(case)
    yield from _superfluous(case)
    if len(case.changes) > 1:
        yield from _smaller(case)
    if case.options.nat and {"create-interface-endpoint", "create-gateway-endpoint"} & {
        change["kind"] for change in case.changes
    }:
        yield f"{case.name}: a new endpoint in place of a NAT gateway"


def _complaints_of_steps(case: Case) -> Iterator[str]:
    document = copy.deepcopy(case.document)
    before = working(document)
    for number, change in enumerate(case.changes, 1):
        apply_change(document, change)
        if lost := before - working(document):
            yield f"{case.name}: change {number} cuts off {lost}"
    if not is_repaired(document):
        yield f"{case.name}: not ok after all changes"


def _superfluous(case: Case) -> Iterator[str]:
    services = {service["serviceName"] for service in case.document["services"]}
    for change in case.changes:
        # A diagnosis shows services alone: a change for the interface of somebody else is not examined here.
        of_others = not any(services.intersection(why["services"]) for why in change["why"])
        rule = change["details"].get("rule", {})
        if change["kind"] == "delete-endpoint":
            # AWS does not say whether a failed endpoint holds its private name or its route.
            continue
        if of_others or (case.options.ingress == "article" and rule.get("port") in {80, 53}):
            continue
        document = copy.deepcopy(case.document)
        try:
            for other in case.changes:
                if other is not change:
                    apply_change(document, other)
        except RefusedChangeError:
            continue
        if is_repaired(document) and not working(case.document) - working(document):
            yield f"{case.name}: {change['title']} is not needed"


def _smaller(case: Case) -> Iterator[str]:
    required = case.options.ingress == "article" and any(
        change["kind"] == "authorize-rule" and change["details"]["direction"] == "in" for change in case.changes
    )
    nat, public = case.options.nat, case.options.public
    for change in () if required else single_changes(case.document, nat=nat, public=public):
        document = copy.deepcopy(case.document)
        try:
            apply_change(document, change)
        except RefusedChangeError:
            continue
        if is_repaired(document) and not working(case.document) - working(document):
            yield f"{case.name}: {len(case.changes)} changes, and one is enough: {change}"


def with_internet_gateway(documents_: Iterable[tuple[str, Document]]) -> list[tuple[str, Document]]:
    return [(name, document) for name, document in documents_ if document.get("InternetGateways")]


def test_few_plans_are_safe_needed_and_smallest() -> None:
    cases = list(islice(proven_cases(list(documents_of(24))), FEW))
    assert len(cases) == FEW
    assert [complaint for case in cases for complaint in complaints(case)] == []


def test_few_plans_to_the_internet_are_safe_needed_and_smallest() -> None:
    names = with_internet_gateway(documents_of(24))
    cases = list(islice(proven_cases(names, TO_INTERNET), FEW_TO_INTERNET))
    assert len(cases) == FEW_TO_INTERNET
    assert [complaint for case in cases for complaint in complaints(case)] == []


@pytest.mark.long
def test_all_plans_are_safe_needed_and_smallest() -> None:
    cases = list(proven_cases(list(documents_of(PART))))
    assert len(cases) >= WANTED // PART
    assert [complaint for case in cases for complaint in complaints(case)] == []


@pytest.mark.long
def test_all_plans_to_the_internet_are_safe_needed_and_smallest() -> None:
    names = with_internet_gateway(documents_of(PART))
    cases = [case for options in TO_INTERNET for case in proven_cases(names, [options])]
    assert len(cases) >= WANTED // PART
    kinds = {change["kind"] for case in cases for change in case.changes}
    assert kinds >= {"create-nat-gateway", "route-to-nat", "replace-route", "configure-service"}
    assert [complaint for case in cases for complaint in complaints(case)] == []


def with_bystander() -> Document:
    """Closed endpoints without private names yet, and a service that works over a NAT gateway until they apply."""
    network = Network()
    network.definition(container(logConfiguration=awslogs()), executionRoleArn=EXECUTION)
    network.group("sg-end", outbound=[ALL])
    for number, service in enumerate(("ecr.api", "ecr.dkr", "logs")):
        network.endpoint(f"vpce-{number}", service, group="sg-end")
    network.attribute("EnableDnsHostnames", value=False)
    network.serve_s3()
    network.subnet("subnet-c", "10.0.3.0/24", "eu-west-1a")
    network.internet_gateway()
    network.nat()
    network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
    network.table("rtb-nat", {"DestinationCidrBlock": EVERYWHERE, "NatGatewayId": "nat-1"}, subnets=["subnet-c"])
    network.service("web")
    network.service("web2", ["subnet-c"])
    document: Document = json.loads(network.document())
    return document


def test_no_order_of_changes_but_the_planned_one_spares_another_service() -> None:
    (case,) = proven_cases([("bystander", with_bystander())])
    assert [change["kind"] for change in case.changes] == ["authorize-rule", "authorize-rule", "set-vpc-attribute"]
    assert list(complaints(case)) == []
    hasty = case._replace(plan={"changes": case.changes[::-1]})
    assert [complaint for complaint in complaints(hasty) if "change 1 cuts off" in complaint]


def test_refused_change_is_no_repair() -> None:
    document: Document = {"SecurityGroups": []}
    rule = {"protocol": "tcp", "port": 443, "peer": "0.0.0.0/0"}
    with pytest.raises(RefusedChangeError, match="sg-none"):
        apply_change(
            document,
            {"kind": "authorize-rule", "details": {"group_id": "sg-none", "direction": "out", "rule": rule}},
        )


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("route-to-nat", {"route_table_id": "rtb-1", "nat_gateway_id": "nat-none"}),
        ("route-to-internet-gateway", {"route_table_id": "rtb-1", "internet_gateway_id": "igw-none"}),
        ("configure-service", {"service": "none", "cluster": "shop"}),
        (
            "replace-route",
            {"route_table_id": "rtb-1", "destination": "0.0.0.0/0", "target_kind": "nat-gateway", "target": "nat-1"},
        ),
    ],
)
def test_route_to_what_is_not_there_is_refused(kind: str, details: dict[str, str]) -> None:
    document: Document = {"RouteTables": [{"RouteTableId": "rtb-1", "Routes": []}]}
    with pytest.raises(RefusedChangeError):
        apply_change(document, {"kind": kind, "details": details})


def test_second_default_route_is_refused() -> None:
    document: Document = {
        "RouteTables": [{"RouteTableId": "rtb-1", "Routes": [{"DestinationCidrBlock": "0.0.0.0/0"}]}],
        "NatGateways": [{"NatGatewayId": "nat-1", "State": "available"}],
    }
    details = {"route_table_id": "rtb-1", "nat_gateway_id": "nat-1"}
    with pytest.raises(RefusedChangeError, match="RouteAlreadyExists"):
        apply_change(document, {"kind": "route-to-nat", "details": details})
