"""Templates with the verdicts and blockers that AWS's pages give, labelled before any of them was read."""

import json
from pathlib import Path
from typing import Any, Final

from skerry import app
from skerry.app.checking import CheckRequest, NamedPath
from skerry.diagnose.check_result import CheckedNetwork

LABELLED: Final = Path(__file__).parent / "labelled"


def checked(name: str, region: str) -> CheckedNetwork:
    """Return the network of a template."""
    request = CheckRequest((NamedPath(LABELLED / f"{name}.yaml"),), region=region, account="111122223333")
    [network] = app.check(request).networks
    return network


def blockers_of(network: CheckedNetwork) -> list[list[str]]:
    """Return each code with the logical id of its resource."""
    pairs = {
        (blocker.code, origin.address if origin is not None and origin.address else blocker.resource)
        for service in network.diagnosis.services
        for need in service.needs
        for blocker in need.blockers
        for origin in [network.world.origin_of(blocker.resource)]
    }
    return sorted(map(list, pairs))


def test_templates_have_their_labelled_verdicts_and_blockers() -> None:
    labels: dict[str, Any] = json.loads((LABELLED / "labels.json").read_text(encoding="utf-8"))
    wrong = {}
    for name, label in labels.items():
        network = checked(name, label["region"])
        answer = str(network.diagnosis.verdict), blockers_of(network)
        if answer[0] not in label["verdicts"] or answer[1] != label["blockers"]:
            wrong[name] = answer
    assert wrong == {}


def test_zone_of_the_template_is_a_finding_where_a_zone_lacks_fargate() -> None:
    network = checked("region-with-a-zone-less", "us-west-1")
    assert [finding.id for finding in network.diagnosis.findings if finding.id == "zone-to-choose"] == [
        "zone-to-choose"
    ]
    assert "zone-to-choose" not in {one.id for one in checked("nat-gateway", "eu-west-1").diagnosis.findings}
