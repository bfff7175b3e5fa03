"""Plans as an engineer would check them: applied step by step to AWS's documents, and diagnosed after every step."""

import copy
import json
from collections.abc import Iterator, Sequence
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
from tests.amount import WHOLE, some
from tests.networks import awslogs, container
from tests.plan.applying import Document, RefusedChangeError, apply_change, is_applicable
from tests.plan.single_changes import single_changes
from tests.planning import EXECUTION
from tests.prove.generator import Drawn

TESTS = Path(__file__).parents[1]
OPTIONS = (Options(), Options(ingress="from-tasks"), Options(ingress="article"))
FEW, SEEDS, BENCH_SEEDS, WANTED = 12, range(450), range(20), 200


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


def all_documents() -> Iterator[tuple[str, Document]]:
    for path in sorted(TESTS.glob("scenarios/*/network.json")):
        yield path.parent.name, json.loads(path.read_bytes())
    for path in sorted(TESTS.glob("reports/*.json")):
        yield path.stem, flat(json.loads(path.read_bytes()))
    for seed in SEEDS:
        network = Drawn(seed)
        network.definition(container(logConfiguration=awslogs()), executionRoleArn=EXECUTION)
        network.service(subnets=["subnet-a", "subnet-b"] if seed % 2 else ["subnet-a"])
        yield f"drawn-{seed}", json.loads(network.document())
    for seed in BENCH_SEEDS:
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


def proven_cases(names: Sequence[tuple[str, Document]]) -> Iterator[Case]:
    """Yield the networks with a proven plan of changes that documents show."""
    for number, (name, document) in enumerate(names):
        options = OPTIONS[number % len(OPTIONS)]
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
    for change in () if required else single_changes(case.document):
        document = copy.deepcopy(case.document)
        try:
            apply_change(document, change)
        except RefusedChangeError:
            continue
        if is_repaired(document) and not working(case.document) - working(document):
            yield f"{case.name}: {len(case.changes)} changes, and one is enough: {change}"


def test_few_plans_are_safe_needed_and_smallest() -> None:
    names = list(all_documents())
    cases = list(islice(proven_cases(names[:: len(names) // (5 * FEW)]), FEW))
    assert len(cases) == FEW
    assert [complaint for case in cases for complaint in complaints(case)] == []


@pytest.mark.long
def test_all_plans_are_safe_needed_and_smallest() -> None:
    cases = list(proven_cases(some(list(all_documents()), 4)))
    assert len(cases) >= (WANTED if WHOLE else WANTED // 5)
    assert [complaint for case in cases for complaint in complaints(case)] == []


def test_refused_change_is_no_repair() -> None:
    document: Document = {"SecurityGroups": []}
    rule = {"protocol": "tcp", "port": 443, "peer": "0.0.0.0/0"}
    with pytest.raises(RefusedChangeError, match="sg-none"):
        apply_change(
            document,
            {"kind": "authorize-rule", "details": {"group_id": "sg-none", "direction": "out", "rule": rule}},
        )
