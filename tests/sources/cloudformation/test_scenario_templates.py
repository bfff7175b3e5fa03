"""Scenarios as templates: the same verdicts and blockers as from AWS's answers."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from skerry import app
from skerry.app.checking import CheckRequest, NamedPath
from skerry.diagnose.diagnosis import Diagnosis
from skerry.model.world import World
from tests.amount import WHOLE
from tests.sources.cloudformation.scenario_stacks import ScenarioStack, template_of
from tests.sources.cloudformation.scenario_templates import ACCOUNT, Inexpressible, logical

SCENARIOS: Final = Path(__file__).parents[2] / "scenarios"
KNOWN_TO_AWS_ALONE: Final = {
    "customer-list-lacks-a-block": "the blocks of AWS's list of S3",
    "image-for-arm": "the image",
    "log-group-missing": "log groups of others",
    "nacl-forgets-an-s3-block": "the blocks of AWS's list of S3",
    "nacl-within-one-subnet": "the blocks of AWS's list of S3",
    "nat-and-nacl-for-some-addresses": "the blocks of AWS's list of S3",
    "repository-of-another-account": "the policy of a repository of another account",
    "task-egress-by-customer-list": "the blocks of AWS's list of S3",
    "wildcard-in-private-zone": "the addresses of endpoints",
}
"""Scenarios that turn on a fact that no template has."""
MOST: Final = 40


def expressible() -> list[tuple[str, ScenarioStack]]:
    """Return the scenarios that a template can describe, with the template."""
    stacks = []
    for folder in sorted(path.parent for path in SCENARIOS.glob("*/network.json")):
        if folder.name in KNOWN_TO_AWS_ALONE:
            continue
        try:
            stacks.append((folder.name, template_of(folder)))
        except Inexpressible:
            continue
    return stacks


def outcome(diagnosis: Diagnosis, names: dict[str, str]) -> dict[str, Any]:
    """Return verdicts and blockers of every service; resources and file systems by the names of the scenario."""

    def plain(text: str) -> str:
        return re.sub(r"fs-[0-9a-f]+", "fs", text)

    return {
        service.launch.name: (
            service.verdict,
            {
                (need.need.step, plain(str(getattr(need.need, "host", "")))): (
                    need.verdict,
                    sorted((one.code, plain(names.get(one.resource, one.resource)), one.direction)
                           for one in need.blockers),
                )
                for need in service.needs
            },
        )
        for service in diagnosis.services
    }  # fmt: skip


def names_of(stack: ScenarioStack, world: World) -> dict[str, str]:
    """Return the scenario's ids by those of the template's resources."""
    behind = {name: resource for resource, name in stack.ids.items()}
    behind |= {name: resource for resource, (name, _) in stack.arns.items()}
    behind |= {
        f"{stack.ids[group['VpcId']]}.DefaultSecurityGroup": group["GroupId"]
        for group in stack.network["SecurityGroups"]
        if group["GroupName"] == "default" and group["VpcId"] in stack.ids
    }
    for call in stack.network.get("Calls", ()):
        zone = call["Call"]["parameters"].get("HostedZoneId")
        if zone is not None:
            behind[f"Zone{logical(zone)}"] = zone
    addresses = {
        resource: origin.address for table in world.facts.origins.values() for resource, origin in table.items()
    }
    return {resource: behind[name] for resource, name in addresses.items() if name in behind}


def check(name: str, stack: ScenarioStack, folder: Path) -> str | None:
    """Return what differs between the scenario and its template; None if nothing does."""
    path = folder / f"{name}.json"
    path.write_text(stack.text, encoding="utf-8")
    region = stack.network["services"][0]["clusterArn"].split(":")[3]
    [network] = app.check(CheckRequest((NamedPath(path),), region=region, account=ACCOUNT)).networks
    wanted = outcome(app.diagnose(app.load(SCENARIOS / name / "network.json")), {})
    answer = outcome(network.diagnosis, names_of(stack, network.world))
    return None if answer == wanted else f"{name}: {json.dumps([str(wanted), str(answer)], indent=1)}"


def check_all(stacks: list[tuple[str, ScenarioStack]], folder: Path) -> None:
    """Fail with all scenarios whose template has another outcome."""
    faults = [fault for name, stack in stacks if (fault := check(name, stack, folder)) is not None]
    assert faults == [], "\n".join(faults)


def test_templates_of_some_scenarios_have_their_verdicts_and_blockers(tmp_path: Path) -> None:
    check_all(expressible()[::12], tmp_path)


@pytest.mark.long
def test_templates_of_scenarios_have_their_verdicts_and_blockers(tmp_path: Path) -> None:
    stacks = expressible()
    assert len(stacks) >= MOST
    check_all(stacks if WHOLE else stacks[::3], tmp_path)
