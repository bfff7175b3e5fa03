"""The comment of a check, rendered as GitHub does: its tables and maps are drawn, and hostile names do nothing."""

from pathlib import Path

import msgspec
import pytest

from skerry.problems.records import Acceptance, CodePlace
from skerry.render.check_markdown import write_markdown
from skerry.render.view import View
from tests.browsing import start_browser
from tests.networks import Network, container
from tests.places.rendering import render
from tests.render.report.reports import HOSTILE
from tests.render.triaged import triaged

RULE = "NO_ROUTE_TO_DESTINATION"


@pytest.mark.long
def test_comment_shows_tables_and_maps_and_no_name_acts(tmp_path: Path) -> None:
    network = Network()
    network.definition(container(name=HOSTILE))
    network.service(HOSTILE)
    network.group("sg-closed", outbound=[])
    network.service("api", groups=["sg-closed"])
    accepted = triaged(network, Acceptance(RULE, HOSTILE, CodePlace("skerry.toml", 3), HOSTILE))
    unused = msgspec.structs.replace(accepted, triage=msgspec.structs.replace(accepted.triage, accepted=()))
    with start_browser() as browser:
        for result in (accepted, unused):
            shown = render(browser, write_markdown(result, View()).text, tmp_path)
            assert shown.faults == []
            assert shown.maps >= 1
            assert "alert(1)" in shown.text
            assert "| ---" not in shown.text
