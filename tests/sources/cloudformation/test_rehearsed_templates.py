"""Rehearsals of templates: real packets agree with the check."""

from pathlib import Path
from typing import Final

import pytest

from skerry.app.checking import CheckRequest, NamedPath, check
from skerry.app.rehearsal import RehearsalRequest, rehearse
from tests.amount import some

LABELLED: Final = Path(__file__).parent / "labelled"
REHEARSED: Final = (
    *("endpoints-and-gateway", "endpoint-without-groups", "nat-gateway", "acl-entries-in-only"),
    *("private-dns-by-default", "single-egress-rule"),
)


@pytest.mark.long
@pytest.mark.usefixtures("needs_lab")
@pytest.mark.parametrize("name", some(REHEARSED, 3))
def test_packets_of_a_template_agree_with_its_check(name: str) -> None:
    request = CheckRequest((NamedPath(LABELLED / f"{name}.yaml"),), region="eu-west-1", account="111122223333")
    [network] = check(request).networks
    result = rehearse(network.world, RehearsalRequest(probe=True))
    assert result.disagreements == ()
    assert result.verdict == network.diagnosis.verdict
