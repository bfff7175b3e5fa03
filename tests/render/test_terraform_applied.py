"""Plans as Terraform with AWS's real provider: applied, the service can start, and a second plan has no changes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from skerry import app
from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded.demo_deployment import build, repair
from skerry.embedded.http_server import serve_over_http
from skerry.plan.changes import CreateNatGateway, RouteToNat
from skerry.plan.records import Options
from skerry.render import terraform
from skerry.verdicts import BLOCKED, OK
from tests import real_provider
from tests.faulty_accounts import FAULTS, REGION, Fault, hostnames_off, network_of, nothing, public_subnet, read
from tests.real_provider import RealTerraform

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(real_provider.why_not() is not None, reason=str(real_provider.why_not())),
]


@pytest.fixture
def served() -> Iterator[str]:
    with serve_over_http(REGION) as url:
        yield url


@pytest.fixture
def clients(served: str) -> ClientFactory:
    del served
    return make_clients(REGION)


def let_go(text: str) -> str:
    """The file with its imported resources let go, as its comments say."""
    head, mark, _ = text.partition("import {")
    assert mark
    removed = re.findall(r"^# removed \{\n(?:#.*\n)*?# \}\n", text, re.MULTILINE)
    return head + "\n".join(re.sub("^# ?", "", block, flags=re.MULTILINE) for block in removed)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_applied_plan_lets_the_service_start_and_a_second_plan_has_no_changes(
    fault: Fault, served: str, clients: ClientFactory, tmp_path: Path
) -> None:
    deployment = build(clients)
    if fault is not nothing:
        repair(clients, deployment)
    fault(clients("ec2"), deployment)
    before = read()
    plan = app.plan(before.world)
    assert (plan.before, plan.proven) == (BLOCKED, True)
    root = RealTerraform(tmp_path, terraform.render(before.world, plan), served)
    changes = root.plan()
    assert {action for row in changes for action in row["change"]["actions"]} <= {"create", "update"}
    root.apply()
    assert app.diagnose(read().world).verdict is OK
    assert root.plan() == []


def test_applied_nat_gateway_lets_the_service_start_and_a_second_plan_has_no_changes(
    served: str, clients: ClientFactory, tmp_path: Path
) -> None:
    deployment = build(clients)
    public_subnet(clients("ec2"), deployment)
    before = read()
    plan = app.plan(before.world, options=Options(nat=True))
    assert [type(row.change) for row in plan.changes] == [CreateNatGateway, RouteToNat]
    root = RealTerraform(tmp_path, terraform.render(before.world, plan), served)
    assert {row["type"] for row in root.plan()} == {"aws_eip", "aws_nat_gateway", "aws_route"}
    root.apply()
    assert app.diagnose(read().world).verdict is OK
    assert root.plan() == []


def test_imported_resources_are_let_go_by_their_removed_blocks(
    served: str, clients: ClientFactory, tmp_path: Path
) -> None:
    deployment = build(clients)
    repair(clients, deployment)
    hostnames_off(clients("ec2"), deployment)
    before = read()
    text = terraform.render(before.world, app.plan(before.world))
    root = RealTerraform(tmp_path, text, served)
    root.plan()
    root.apply()
    mended = network_of(read())
    root.write(let_go(text))
    assert {tuple(row["change"]["actions"]) for row in root.plan()} == {("forget",)}
    root.apply()
    assert network_of(read()) == mended
