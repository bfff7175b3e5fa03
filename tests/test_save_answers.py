"""docs/save-answers.sh: the answers to save, with the AWS CLI alone."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from moto.ec2.models.vpcs import VPC

from skerry import app
from skerry.aws.api_table import CALLS, CLIENTS, NETWORK_CALLS, PLANNING
from skerry.aws.session import ClientFactory, make_clients
from skerry.embedded import demo_deployment
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.model.api_call import ApiCall
from skerry.model.world import World
from skerry.sources import documents, live
from skerry.verdicts import NOT_APPLICABLE
from tests.pages import ROOT
from tests.save_answers import Cli, cli_of

SCRIPT = ROOT / "docs" / "save-answers.sh"
TEXT = SCRIPT.read_text(encoding="utf-8").replace("\\\n", " ")
REGION = "eu-west-1"
TABLE = (*CALLS, *PLANNING, *CLIENTS)


def command_of(call: ApiCall) -> tuple[str, str]:
    """The service and the command of the AWS CLI that make a call."""
    names = botocore.session.get_session().get_service_model(call.service).operation_names
    assert call.operation in names
    return call.service, xform_name(call.operation, "-")


COMMANDS = set(re.findall(r"\baws ([a-z0-9]+) ([a-z0-9-]+)", TEXT))
ASKED = re.findall(r"(?:ask|names) \S+ ([a-z0-9]+:[A-Za-z0-9]+)\s.*?\baws ([a-z0-9]+) ([a-z0-9-]+)", TEXT, re.DOTALL)


def test_every_command_is_a_call_of_the_table() -> None:
    assert sorted(COMMANDS - {command_of(call) for call in TABLE}) == []


def test_every_network_call_of_the_table_has_a_command() -> None:
    calls = (*NETWORK_CALLS, *PLANNING, *CLIENTS)
    assert sorted({command_of(call) for call in calls} - COMMANDS) == []


def test_every_answer_is_saved_under_the_action_of_its_command() -> None:
    actions = {command_of(call): call.action for call in TABLE}
    assert len(ASKED) > len(NETWORK_CALLS)
    assert [(action, *command) for action, *command in ASKED if actions[command[0], command[1]] != action] == []


Save = Callable[..., tuple[Path, subprocess.CompletedProcess[str], Cli]]


@pytest.fixture
def client() -> Iterator[ClientFactory]:
    with run_embedded_aws(REGION):
        yield make_clients(REGION)


@pytest.fixture
def save(client: ClientFactory, tmp_path: Path) -> Save:
    """Runs the script on the account."""

    def run(**errors: str) -> tuple[Path, subprocess.CompletedProcess[str], Cli]:
        with cli_of(client, tmp_path, errors) as cli:
            command = ["bash", str(SCRIPT), str(tmp_path / "saved"), REGION]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        return tmp_path / "saved", done, cli

    return run


def verdicts(world: World) -> list[tuple[Any, ...]]:
    """What the network alone decides."""
    [service] = app.diagnose(world).services
    return [(row.need.step, row.verdict, [blocker.message for blocker in row.blockers]) for row in service.needs]


def test_saved_answers_give_the_diagnosis_of_the_account(client: ClientFactory, save: Save) -> None:
    deployment = demo_deployment.build(client)
    zone = {"VPCRegion": REGION, "VPCId": deployment.network.vpc}
    client("route53").create_hosted_zone(Name="a.internal", CallerReference="1", VPC=zone)
    demo_deployment.repair(client, deployment)
    folder, done, cli = save()
    assert (done.returncode, done.stdout, set(cli.commands) <= COMMANDS) == (0, "", True)
    account = World(documents.load(live.read(client, live.ReadScope(network_only=True)).documents))
    saved = app.load(folder)
    assert verdicts(saved) == verdicts(account)
    assert (saved.region, saved.account, saved.facts.refused) == (account.region, account.account, ())
    for kind in ("vpcs", "subnets", "route_tables", "security_groups", "vpc_endpoints", "zones"):
        assert sorted(getattr(saved.facts, kind), key=str) == sorted(getattr(account.facts, kind), key=str)
        assert saved.knows(kind) == account.knows(kind)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


@pytest.mark.long
def test_groups_for_a_shared_vpc_are_saved(client: ClientFactory, save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    vpc = client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    monkeypatch.setattr(VPC, "owner_id", "444455556666")
    folder, done, cli = save()
    assert (done.returncode, cli.commands.count(("ec2", "get-security-groups-for-vpc"))) == (0, 1)
    (row,) = app.load(folder).facts.usable_groups
    assert (row.vpc_id, len(row.group_ids), row.whole) == (vpc, 1, True)


@pytest.mark.long
def test_account_without_services_is_not_applicable(save: Save) -> None:
    folder, done, _ = save()
    assert done.returncode == 0
    diagnosis = app.diagnose(app.load(folder))
    assert (diagnosis.verdict, diagnosis.services, diagnosis.unexamined) == (NOT_APPLICABLE, (), ())


def test_refused_call_is_saved_as_its_error_and_no_answer_is_reported(save: Save) -> None:
    refused = {"DescribeVpcEndpoints": "UnauthorizedOperation", "ListClusters": "AccessDeniedException"}
    folder, done, _ = save(**refused, ListMountTargets="")
    assert done.stderr.splitlines()[:3] == [
        "refused: ec2:DescribeVpcEndpoints: UnauthorizedOperation",
        "not saved: s3files:ListMountTargets: Could not connect to the endpoint",
        "refused: ecs:ListClusters: AccessDeniedException",
    ]
    world = app.load(folder)
    assert {(refusal.action, refusal.code) for refusal in world.facts.refused} == {
        ("ec2:DescribeVpcEndpoints", "UnauthorizedOperation"),
        ("ecs:ListClusters", "AccessDeniedException"),
    }
    assert not world.knows("vpc_endpoints")
    assert not world.knows("services")


def test_script_without_credentials_or_in_a_used_folder_fails(save: Save) -> None:
    folder, done, _ = save(GetCallerIdentity="ExpiredToken")
    assert (done.returncode, list(folder.iterdir())) == (2, [])
    assert "(ExpiredToken)" in done.stderr
    (folder / "mine.json").touch()
    done = subprocess.run(["bash", SCRIPT, folder, REGION], check=False, capture_output=True, text=True)  # noqa: S607
    assert (done.returncode, done.stderr) == (2, f"{folder} is not empty: give a new folder\n")
    done = subprocess.run(["bash", SCRIPT, folder], check=False, capture_output=True, text=True)  # noqa: S607
    assert "usage: bash save-answers.sh FOLDER REGION" in done.stderr
    assert done.returncode != 0
