"""Rehearsals of templates: real packets agree with the check."""

import json
from pathlib import Path
from typing import Final

import pytest

from skerry.app.checking import CheckRequest, NamedPath, check
from skerry.app.rehearsal import RehearsalRequest, rehearse
from skerry.app.undeployed import read_undeployed, with_addresses
from skerry.diagnose.check_result import CheckedNetwork
from skerry.errors import InputError
from tests.amount import some
from tests.sources.cloudformation.further_sets import FURTHER
from tests.sources.cloudformation.labelled_sets import CASES
from tests.sources.cloudformation.test_labelled_sets import checked_set

LABELLED: Final = Path(__file__).parent / "labelled"
REHEARSED: Final = (
    *("endpoints-and-gateway", "endpoint-without-groups", "nat-gateway", "acl-entries-in-only"),
    *("private-dns-by-default", "single-egress-rule"),
)
ALL: Final = CASES | FURTHER
NOT_BUILT: Final = {
    *("dual-stack-subnet", "regional-nat", "hub-with-a-way-out", "hub-without-a-default-route"),
    *("hub-with-its-default-table", "no-way-back-from-the-hub", "network-firewall"),
}
"""Sets with a part that the lab does not build: IPv6 rules, regional NAT gateways, transit gateways, firewalls."""
SETS: Final = tuple(name for name, case in ALL.items() if case.verdict != "unknown" and name not in NOT_BUILT)


def _assert_packets_agree(network: CheckedNetwork) -> None:
    result = rehearse(with_addresses(network.world), RehearsalRequest(probe=True))
    assert [step for step in result.steps if step.observed.worked is not None] != []
    assert result.disagreements == ()
    assert result.verdict == network.diagnosis.verdict


@pytest.mark.long
@pytest.mark.usefixtures("needs_lab")
@pytest.mark.parametrize("name", some(REHEARSED, 3))
def test_packets_of_a_template_agree_with_its_check(name: str) -> None:
    request = CheckRequest((NamedPath(LABELLED / f"{name}.yaml"),), region="eu-west-1", account="111122223333")
    [network] = check(request).networks
    _assert_packets_agree(network)


@pytest.mark.long
@pytest.mark.usefixtures("needs_lab")
@pytest.mark.parametrize("name", some(SETS, 4))
def test_packets_of_a_set_agree_with_its_check(name: str, tmp_path: Path) -> None:
    _assert_packets_agree(checked_set(tmp_path, ALL[name]))


def test_template_has_addresses_for_a_rehearsal_and_saved_answers_have_their_own() -> None:
    world = read_undeployed(LABELLED / "endpoints-and-gateway.yaml", "eu-west-1")
    assert world is not None
    assert [list(map(str, row.cidrs or ())) for row in world.facts.prefix_lists] == [["52.216.0.0/15"]]
    assert [len(row.network_interface_ids) for row in world.facts.vpc_endpoints] == [1, 1, 0]
    assert read_undeployed(LABELLED.parents[2] / "scenarios" / "article-broken" / "network.json", None) is None
    assert read_undeployed(Path("/dev/null"), None) is None


def test_template_of_several_accounts_has_no_rehearsal(tmp_path: Path) -> None:
    artifacts = {
        name: {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://111122223333/{region}",
            "properties": {"templateFile": "net.yaml"},
        }
        for name, region in (("A", "eu-west-1"), ("B", "eu-west-2"))
    }
    manifest = json.dumps({"version": "48.0.0", "artifacts": artifacts})
    (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    (tmp_path / "net.yaml").write_text((LABELLED / "nat-gateway.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(InputError, match="2 accounts and Regions"):
        read_undeployed(tmp_path, None)
