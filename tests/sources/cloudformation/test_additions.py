"""Templates on what exists: routes, rules and entries for tables, groups and network ACLs outside of them."""

from pathlib import Path
from typing import Final

import pytest

from skerry import app
from skerry.app.checking import CheckRequest, NamedPath
from skerry.render import cloudformation
from skerry.verdicts import BLOCKED, OK
from tests.sources.cloudformation.worlds import resource

SCENARIOS: Final = Path(__file__).parents[2] / "scenarios"
RULE: Final = "IpProtocol: tcp, FromPort: 443, ToPort: 443"


def verdicts(folder: Path, scenario: str, text: str) -> tuple[object, object]:
    """Return the verdict of a scenario, and that with a template on it."""
    existing = app.load(SCENARIOS / scenario / "network.json")
    path = folder / "net.yaml"
    path.write_text(text, encoding="utf-8")
    request = CheckRequest((NamedPath(path),), region="eu-west-1", account="111122223333", existing=existing)
    [network] = app.check(request).networks
    return app.diagnose(existing).verdict, network.diagnosis.verdict


def test_template_of_a_plan_mends_the_network_that_it_was_made_for(tmp_path: Path) -> None:
    world = app.load(SCENARIOS / "article-broken" / "network.json")
    assert verdicts(tmp_path, "article-broken", cloudformation.render(world, app.plan(world))) == (BLOCKED, OK)


@pytest.mark.parametrize(
    ("scenario", "part", "after"),
    [
        (
            "endpoint-group-lacks-443",
            resource("In", "EC2::SecurityGroupIngress", f"GroupId: sg-endpoints, {RULE}, CidrIp: 10.0.0.0/16"),
            OK,
        ),
        (
            "nat-works",
            resource("Out", "EC2::SecurityGroupEgress", f"GroupId: sg-task, {RULE}, CidrIp: 10.0.0.0/16"),
            BLOCKED,
        ),
        (
            "nat-works",
            resource(
                "Deny",
                "EC2::NetworkAclEntry",
                "NetworkAclId: acl-open, RuleNumber: 1, Protocol: -1, RuleAction: deny, Egress: true, "
                "CidrBlock: 0.0.0.0/0",
            ),
            BLOCKED,
        ),
    ],
)
def test_part_for_an_existing_resource_changes_it(tmp_path: Path, scenario: str, part: str, after: object) -> None:
    assert verdicts(tmp_path, scenario, f"Resources:{part}")[1] is after
