"""An apply that goes on checks its remaining changes in the account as it is now, and diagnoses its tasks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from skerry.app import applying
from skerry.app.applying import Agreement, Applied, ApplyTarget, Watcher, opened_for, prepare_apply, start_apply
from skerry.app.resuming import resume_apply
from skerry.app.selection import Hypothetical
from skerry.app.undoing import Undone, UndoPlan, undo
from skerry.apply.results import StepReport
from skerry.aws.session import Account, make_clients
from skerry.embedded.demo_deployment import DemoDeployment, build, repair
from skerry.embedded.lifecycle import run_embedded_aws
from skerry.errors import InputError
from skerry.verdicts import OK
from tests.apply.accounts import FAST, documents_of
from tests.faulty_accounts import REGION, private_dns_off

ACCOUNT = Account(region=REGION)
MANAGED = [{"Key": "ManagedBy", "Value": "terraform"}]
OTHER_POLICY = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Sid":"x"}]}'
CLOSED = {"RuleNumber": 1, "Egress": True, "Protocol": "-1", "RuleAction": "deny", "CidrBlock": "0.0.0.0/0"}

pytestmark = pytest.mark.long  # the account is read several times


class StoppedError(Exception):
    """The end of an apply after a step."""


class Runner(NamedTuple):
    """The account of the article, repaired but for private DNS, and a journal."""

    ec2: Any
    deployment: DemoDeployment
    path: Path

    def stop(self, target: ApplyTarget, steps: int, agreement: Agreement) -> None:
        """Apply a plan, and stop after so many steps."""

        def watch(report: StepReport) -> None:
            if report.step + 1 == steps:
                raise StoppedError

        with pytest.raises(StoppedError):
            start_apply(prepare_apply(ACCOUNT, target), self.path, Watcher(watch), FAST, agreement)

    def resume(self, agreement: Agreement | None = None) -> tuple[Applied | None, set[str]]:
        """Go on, and return the codes of the checks too."""
        codes: set[str] = set()
        applied = resume_apply(
            ACCOUNT,
            self.path,
            timing=FAST,
            agreement=agreement or Agreement(),
            report=lambda check: codes.update(result.code for result in check.results),
        )
        return applied, codes - {"PERMISSION_BY_POLICIES"}

    def undo(self) -> Undone | None:
        return undo(ACCOUNT, self.path, lambda _: True, timing=FAST)

    def endpoints(self) -> list[str]:
        rows = self.ec2.describe_vpc_endpoints()["VpcEndpoints"]
        return sorted(row["VpcEndpointId"] for row in rows if row["VpcEndpointType"] == "Interface")

    def unnamed(self) -> str:
        """An endpoint that is not changed yet."""
        rows = self.ec2.describe_vpc_endpoints()["VpcEndpoints"]
        return next(
            str(row["VpcEndpointId"])
            for row in rows
            if row["VpcEndpointType"] == "Interface" and not row["PrivateDnsEnabled"]
        )


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Any, DemoDeployment]]:
    with run_embedded_aws(REGION):
        clients = make_clients(REGION)
        deployment = build(clients)
        repair(clients, deployment)
        private_dns_off(clients("ec2"), deployment)
        yield clients, deployment


@pytest.fixture
def runner(served: tuple[Any, DemoDeployment], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    """A runner; afterwards the account is as before."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    clients, deployment = served
    before = documents_of(clients)
    made = Runner(clients("ec2"), deployment, tmp_path / "a.journal")
    yield made
    undone = made.undo()
    assert undone is not None
    assert undone.run.stopped is None
    assert documents_of(clients) == before


AGREED = Agreement(frozenset({"disruptive"}))


def test_apply_that_goes_on_checks_the_remaining_changes_and_ends(runner: Runner) -> None:
    runner.stop(ApplyTarget(), 2, AGREED)
    applied, codes = runner.resume()
    assert codes <= {"ALLOWED_DISRUPTIVE"}
    assert applied is not None
    assert applied.diagnosis is not None
    assert applied.diagnosis.verdict is OK
    # Nothing is left to check.
    again, codes = runner.resume()
    assert (again is not None, codes) == (True, set())


def test_another_caller_of_the_account_goes_on_and_is_named(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    began = "arn:aws:iam::123456789012:user/ana"

    def opened_by_ana(*given: Any, **more: Any) -> Any:
        return msgspec.structs.replace(opened_for(*given, **more), caller=began)

    with monkeypatch.context() as patch:
        patch.setattr(applying, "opened_for", opened_by_ana)
        runner.stop(ApplyTarget(), 2, AGREED)
    applied, codes = runner.resume()
    assert (applied is not None, "CALLER_DIFFERS" in codes) == (True, True)
    plans: list[UndoPlan] = []

    def refuse(plan: UndoPlan) -> bool:
        plans.append(plan)
        return False

    assert undo(ACCOUNT, runner.path, refuse, timing=FAST) is None
    [remark] = [row for row in plans[0].permissions if row.code == "CALLER_DIFFERS"]
    assert remark.message.startswith(f"{began} began the apply, and arn:aws:")


def test_agreement_of_the_first_run_is_kept(runner: Runner) -> None:
    names = runner.endpoints()
    runner.ec2.create_tags(Resources=names, Tags=MANAGED)
    runner.stop(ApplyTarget(), 1, Agreement(frozenset({"disruptive", "managed"})))
    applied, codes = runner.resume()
    assert applied is not None
    assert "ALLOWED_MANAGED" in codes
    runner.ec2.delete_tags(Resources=names, Tags=MANAGED)


def test_object_that_a_template_describes_since_is_refused(runner: Runner) -> None:
    runner.stop(ApplyTarget(), 1, AGREED)
    name = runner.unnamed()
    runner.ec2.create_tags(Resources=[name], Tags=MANAGED)
    assert runner.resume()[0] is None
    assert "OBJECT_IS_MANAGED" in runner.resume()[1]
    applied, codes = runner.resume(Agreement(frozenset({"managed"})))
    assert applied is not None
    assert "ALLOWED_MANAGED" in codes
    runner.ec2.delete_tags(Resources=[name], Tags=MANAGED)


def test_object_that_others_changed_since_the_plan_is_refused(runner: Runner) -> None:
    runner.stop(ApplyTarget(), 1, AGREED)
    name = runner.unnamed()
    [row] = runner.ec2.describe_vpc_endpoints(VpcEndpointIds=[name])["VpcEndpoints"]
    policy = {
        "PolicyDocument": '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Sid":"x"}]}'
    }
    runner.ec2.modify_vpc_endpoint(VpcEndpointId=name, **policy)
    applied, codes = runner.resume()
    assert (applied, "OBJECT_DIFFERS" in codes) == (None, True)
    runner.ec2.modify_vpc_endpoint(VpcEndpointId=name, PolicyDocument=row["PolicyDocument"])
    assert runner.resume()[0] is not None


def test_network_in_which_the_plan_lets_nothing_start_any_more_is_refused(runner: Runner) -> None:
    runner.stop(ApplyTarget(), 1, AGREED)
    filters = [{"Name": "association.subnet-id", "Values": list(runner.deployment.network.subnets)}]
    [acl] = runner.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
    runner.ec2.create_network_acl_entry(NetworkAclId=acl["NetworkAclId"], **CLOSED)
    applied, codes = runner.resume()
    assert (applied, "NOT_PROVEN" in codes) == (None, True)
    runner.ec2.delete_network_acl_entry(NetworkAclId=acl["NetworkAclId"], RuleNumber=1, Egress=True)


def test_endpoint_that_somebody_deleted_is_refused(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.stop(ApplyTarget(), 1, AGREED)
    name = runner.unnamed()
    # It is only said to be gone, as it must be there again for the other tests.
    with monkeypatch.context() as patch:
        patch.setattr("skerry.apply.preflight.named_objects.exists", lambda _, resource: resource != name)
        applied, codes = runner.resume()
    assert (applied, "OBJECT_GONE" in codes) == (None, True)


def test_task_that_does_not_exist_is_diagnosed_after_going_on(runner: Runner, tmp_path: Path) -> None:
    file = tmp_path / "task.json"
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.0"
    file.write_text(json.dumps({"family": "job", "containerDefinitions": [{"name": "job", "image": image}]}))
    network = runner.deployment.network
    task = Hypothetical(file, network.subnets, (network.task_group,))
    runner.stop(ApplyTarget(hypothetical=task), 1, AGREED)
    content = file.read_text()
    file.write_text(content + " ")
    with pytest.raises(InputError, match="is not as it was when the apply began"):
        runner.resume()
    file.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        runner.resume()
    file.write_text(content)
    applied, _ = runner.resume()
    assert applied is not None
    assert applied.diagnosis is not None
    assert [row.launch.name for row in applied.diagnosis.services] == ["job"]
    undone = runner.undo()
    assert undone is not None
    assert undone.diagnosis is not None
    assert [row.launch.name for row in undone.diagnosis.services] == ["job"]
