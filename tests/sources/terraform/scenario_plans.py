"""Genuine plans of the networks of scenarios, kept in small files; scripts/terraform_plans.py makes them again."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from skerry.app.diagnosis import diagnose
from skerry.diagnose.diagnosis import Diagnosis
from skerry.model.world import World
from skerry.sources import documents
from skerry.sources.terraform.plan_configuration import AccountPlace, read_file
from skerry.sources.terraform.writing import Written, write
from tests.sources.terraform.scenario_code.network import ACCOUNT, REGION, CannotExpressError
from tests.sources.terraform.scenario_code.root_module import code_of

SCENARIOS = Path(__file__).parents[2] / "scenarios"
KEPT = Path(__file__).parent / "plans" / "scenarios"
OTHERWISE = {
    **dict.fromkeys(
        ("customer-list-lacks-a-block", "nacl-forgets-an-s3-block", "nacl-within-one-subnet",
         "nat-and-nacl-for-some-addresses", "task-egress-by-customer-list"),
        "the blocks of AWS's prefix lists are not in a configuration",
    ),
    **dict.fromkeys(
        ("dns-firewall", "endpoints-not-read", "public-access-exclusions-not-read", "resolver-rule-forwards-names"),
        "the scenario lacks facts that a configuration has",
    ),
    "china": "the partition is that of the Region",
    "endpoint-policies-of-the-least": "its policy names the account's own ids",
    "task-egress-by-s3-prefix-list": "two groups that name each other in blocks are a cycle",
    "zone-without-fargate": "only AWS knows the id of a zone",
}  # fmt: skip
"""The scenarios whose verdict a configuration cannot have, and why."""
_MAKER = re.compile(r"\.(default|main|primary|network)_\w+_id$")
_MADE_UP = re.compile(r"\b[a-z]+-[0-9a-f]{17}\b")
_KEYS = ("format_version", "terraform_version", "complete", "errored", "resource_changes", "configuration")

Summary = dict[str, Any]


def expressible() -> dict[str, str]:
    """The code of each scenario that a configuration makes."""
    codes = {}
    for path in sorted(SCENARIOS.glob("*/network.json")):
        name = path.parent.name
        try:
            codes[name] = code_of(network_of(name))
        except (CannotExpressError, KeyError):
            continue
    return {name: code for name, code in codes.items() if name not in OTHERWISE}


def network_of(name: str) -> Any:
    """The describe files of a scenario."""
    return json.loads((SCENARIOS / name / "network.json").read_text(encoding="utf-8"))


def pack(plan: Any) -> bytes:
    """A plan without the parts that skerry does not read, packed; the same plan makes the same bytes."""
    return gzip.compress(json.dumps({key: plan[key] for key in _KEYS if key in plan}).encode(), mtime=0)


def of_scenario(name: str) -> Summary:
    """What the describe files of a scenario say."""
    content = json.dumps(network_of(name)).encode()
    return summarise(diagnose(World(documents.load({"network.json": content}))), str)


def of_plan(content: bytes) -> Summary:
    """What a plan as JSON says."""
    return of_documents(write(read_file("plan.json", content, AccountPlace(REGION, ACCOUNT))))


def of_documents(written: Written) -> Summary:
    """What the documents of a configuration say, with the names of the scenario in place of the ids."""

    def name_of(resource: str) -> str:
        address = written.addresses.get(resource)
        return resource if address is None else _MAKER.sub("", address).rpartition(".")[2]

    return summarise(diagnose(World(documents.load(dict(written.documents), region=REGION))), name_of)


def summarise(diagnosis: Diagnosis, name_of: Callable[[str], str]) -> Summary:
    """The verdict of each service, and of each of its Needs with all blockers: code, resources and direction."""
    return {
        service.launch.name: (
            service.verdict,
            {
                _MADE_UP.sub(lambda match: name_of(match[0]), f"{need.need.step} {getattr(need.need, 'host', '')}"): (
                    need.verdict,
                    {
                        (blocker.code, tuple(sorted(map(name_of, blocker.resource.split(", ")))), blocker.direction)
                        for blocker in need.blockers
                    },
                )
                for need in service.needs
            },
        )
        for service in diagnosis.services
    }
