"""The commands of a plan in a real shell, against the embedded AWS: the service can start, and all goes back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from skerry import app
from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded.demo_deployment import build, repair
from skerry.embedded.http_server import serve_over_http
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.render import aws_cli
from skerry.verdicts import BLOCKED, OK
from tests import aws_program
from tests.amount import some
from tests.faulty_accounts import FAULTS, REGION, Fault, closed_tasks, network_of, no_way_back, nothing, read


@pytest.fixture
def clients() -> Iterator[ClientFactory]:
    with run_embedded_aws(REGION):
        yield make_clients(REGION)


def reversal_of(script: str, printed: str) -> str:
    """The reversal with its comment signs removed, in a shell with the printed variables."""
    _, mark, reversal = script.partition("# To take it all back")
    assert mark
    made = [line for line in printed.splitlines() if line.partition("=")[0].isidentifier()]
    return "\n".join(["set -eu", *made, *(line.removeprefix("# ") for line in reversal.splitlines()[2:])])


@pytest.mark.parametrize(
    "fault",
    [pytest.param(fault, marks=() if fault in {nothing, closed_tasks} else (pytest.mark.long,)) for fault in FAULTS],
    ids=lambda fault: fault.__name__,
)
def test_commands_make_the_service_start_and_their_reversal_restores_the_account(
    fault: Fault, clients: ClientFactory, tmp_path: Path
) -> None:
    deployment = build(clients)
    if fault is not nothing:
        repair(clients, deployment)
    fault(clients("ec2"), deployment)
    before = read()
    plan = app.plan(before.world)
    assert (plan.before, plan.proven) == (BLOCKED, True)
    script = aws_cli.render(before.world, plan)
    with aws_program.installed(clients, tmp_path, REGION) as program:
        done = aws_program.run_script(script, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert len(program.commands) >= len(plan.changes)
        assert app.diagnose(read().world).verdict is OK
        back = aws_program.run_script(reversal_of(script, done.stdout), tmp_path)
        assert (back.returncode, back.stderr) == (0, "")
    assert network_of(read()) == network_of(before)


@pytest.mark.long
@pytest.mark.skipif(
    shutil.which("aws") is None, reason="no AWS CLI on this machine: the program aws is not on the path"
)
@pytest.mark.parametrize("fault", some([closed_tasks, nothing, no_way_back], 3), ids=lambda fault: fault.__name__)
def test_real_program_takes_the_commands_and_their_reversal(fault: Fault, tmp_path: Path) -> None:
    with serve_over_http(REGION) as url:
        clients = make_clients(REGION)
        deployment = build(clients)
        if fault is not nothing:
            repair(clients, deployment)
        fault(clients("ec2"), deployment)
        before = read()
        script = aws_cli.render(before.world, app.plan(before.world))
        keys = {"AWS_ACCESS_KEY_ID": "embedded", "AWS_SECRET_ACCESS_KEY": "embedded", "AWS_ENDPOINT_URL": url}
        done = aws_program.run_script(script, tmp_path, keys)
        assert (done.returncode, done.stderr) == (0, "")
        assert app.diagnose(read().world).verdict is OK
        back = aws_program.run_script(reversal_of(script, done.stdout), tmp_path, keys)
        assert (back.returncode, back.stderr) == (0, "")
        assert network_of(read()) == network_of(before)
