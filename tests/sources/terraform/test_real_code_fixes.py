"""Patches of code with the real provider: the patched code is applied to the embedded AWS, and its network is sound."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from skerry import app
from skerry.app.checking import CheckRequest, NamedPath
from skerry.app.fixing import fix
from skerry.aws.session import make_clients
from skerry.embedded.http_server import serve_over_http
from skerry.model.world import World
from skerry.sources import documents, live
from skerry.verdicts import OK
from tests import real_provider
from tests.real_provider import RealTerraform
from tests.sources.terraform.test_real_provider import (
    MAIN,
    REGION,
    blockers_of,
    in_the_default_group,
    with_another_port,
    without_s3_route,
)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(real_provider.why_not() is not None, reason=str(real_provider.why_not())),
]


def without_endpoints(text: str) -> str:
    """Return the code without endpoints, their group and its rules."""
    for name in ("aws_vpc_endpoint", "aws_vpc_security_group_ingress_rule"):
        text = re.sub(rf'resource "{name}" "\w+" \{{.*?\n\}}\n', "", text, flags=re.DOTALL)
    return re.sub(r'resource "aws_security_group" "endpoints" \{.*?\n\}\n', "", text, flags=re.DOTALL)


VARIANTS = (without_endpoints, without_s3_route, with_another_port, in_the_default_group)
PART = VARIANTS if os.environ.get("SKERRY_TEST_WHOLE") else VARIANTS[:1]


@pytest.mark.parametrize("change", PART, ids=lambda change: change.__name__)
def test_patched_code_makes_a_sound_network(
    change: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = change(MAIN)
    assert text != MAIN
    with serve_over_http(REGION) as url:
        terraform = RealTerraform(tmp_path, text, url)
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "cli.tfrc"))
        monkeypatch.chdir(tmp_path)
        made = fix(CheckRequest((NamedPath(Path()),), region=REGION, allow_network=True))
        assert (made.after.verdict, made.manual) == (OK, ())
        subprocess.run(["patch", "-p1"], input=made.patch.encode(), check=True, capture_output=True)  # noqa: S607
        terraform.plan(refresh=False)
        assert json.loads(terraform.shown())["planned_values"]
        terraform.apply()
        diagnosis = app.diagnose(World(documents.load(dict(live.read(make_clients(REGION)).documents), region=REGION)))
    assert blockers_of(diagnosis) == set()
