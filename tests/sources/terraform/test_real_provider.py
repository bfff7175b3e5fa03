"""Plans of AWS's real provider: a check before the apply says what a diagnosis says after it, in the embedded AWS.

The embedded AWS has no images, so only the blockers of the network are compared.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from skerry import app
from skerry.aws.session import make_clients
from skerry.catalogue.blocker_codes import load_codes
from skerry.diagnose.diagnosis import Diagnosis
from skerry.embedded.http_server import serve_over_http
from skerry.model.world import World
from skerry.sources import documents, live
from skerry.sources.terraform.plan_configuration import AccountPlace, read_file
from skerry.sources.terraform.resolving import TerraformCode, resolve_code
from skerry.sources.terraform.writing import write
from tests import real_provider
from tests.real_provider import RealTerraform

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(real_provider.why_not() is not None, reason=str(real_provider.why_not())),
]

REGION, ACCOUNT = "eu-west-1", "123456789012"
# The embedded AWS has no policies of AWS's own.
_ATTACHED = re.compile(r'resource "aws_iam_role_policy_attachment" "execution" \{.*?\n\}\n', re.DOTALL)
_INLINE = """resource "aws_iam_role_policy" "execution" {
  role   = aws_iam_role.execution.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ecr:*", "logs:*"], Resource = "*" }]
  })
}
"""
MAIN = _ATTACHED.sub(_INLINE, (Path(__file__).parent / "plans" / "two_subnets" / "main.tf").read_text(encoding="utf-8"))
Blockers = set[tuple[str, str, str]]


def sound(text: str) -> str:
    return text


def without_private_dns(text: str) -> str:
    return text.replace("default = true", "default = false")


def without_s3_route(text: str) -> str:
    return text.replace("route_table_ids = [aws_route_table.private.id]", "route_table_ids = []")


def with_another_port(text: str) -> str:
    return text.replace("= 443", "= 8443")


def in_the_default_group(text: str) -> str:
    return text.replace("  security_group_ids  = [aws_security_group.endpoints.id]\n", "")


def with_an_acl_that_drops_replies(text: str) -> str:
    return (
        text
        + """
resource "aws_network_acl" "tasks" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.a.id, aws_subnet.b.id]
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 443
    to_port    = 443
    cidr_block = "0.0.0.0/0"
  }
}
"""
    )


VARIANTS = (sound, without_private_dns, without_s3_route, with_another_port, in_the_default_group,
            with_an_acl_that_drops_replies)  # fmt: skip


def blockers_of(diagnosis: Diagnosis) -> Blockers:
    """The blockers of the network: of each Need the codes and directions."""
    network = {name for name, code in load_codes().items() if code.kind == "network"}
    return {
        (f"{need.need.step} {getattr(need.need, 'host', '')}", blocker.code, blocker.direction)
        for service in diagnosis.services
        for need in service.needs
        for blocker in need.blockers
        if blocker.code in network
    }


def unknown_needs(diagnosis: Diagnosis) -> set[str]:
    return {
        f"{need.need.step} {getattr(need.need, 'host', '')}"
        for service in diagnosis.services
        for need in service.needs
        if need.unknowns
    }


PART = VARIANTS if os.environ.get("SKERRY_TEST_WHOLE") else VARIANTS[1:2]


@pytest.mark.parametrize("change", PART, ids=lambda change: change.__name__)
def test_check_of_a_plan_says_what_the_diagnosis_of_its_apply_says(
    change: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = change(MAIN)
    assert change is sound or text != MAIN
    with serve_over_http(REGION) as url:
        terraform = RealTerraform(tmp_path, text, url)
        terraform.plan(refresh=False)
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "cli.tfrc"))
        place = AccountPlace(REGION, ACCOUNT)
        planned = write(read_file("plan.json", terraform.shown().encode(), place))
        coded = write(resolve_code(TerraformCode(tmp_path, allow_network=True), place))
        terraform.apply()
        reading = live.read(make_clients(REGION))
    before, code, after = (
        app.diagnose(World(documents.load(dict(found), region=REGION)))
        for found in (planned.documents, coded.documents, reading.documents)
    )
    assert blockers_of(code) == blockers_of(after)

    # A plan alone leaves rules of groups open: it tells no other blockers, and none of the rest is denied.
    open_needs = unknown_needs(before)
    assert {row for row in blockers_of(after) if row[0] not in open_needs} <= blockers_of(before) <= blockers_of(after)
