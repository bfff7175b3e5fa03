"""The printed policies of apply and undo, in force: they are enough for every kind of change, and not too much."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from skerry.apply.api_actions import CHANGING_ACTIONS
from skerry.aws.errors import RefusedError
from skerry.aws.session import make_clients
from skerry.cli.command_group import cli
from skerry.embedded.lifecycle import run_embedded_aws
from tests.amount import some
from tests.apply.accounts import apply_plan, plan_of, undo_plan
from tests.apply.every_change import REGION, build_network, changes_of


def printed(command: str) -> dict[str, Any]:
    policy: dict[str, Any] = json.loads(CliRunner().invoke(cli, ["iam-policy", command]).stdout)
    return policy


@contextmanager
def caller(name: str, policy: dict[str, Any]) -> Iterator[None]:
    """Make the block's calls as an IAM user with a policy."""
    with pytest.MonkeyPatch.context() as patch:
        iam = boto3.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        patch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        patch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        yield


def test_printed_policies_are_enough_for_every_change_and_its_undo(tmp_path: Path) -> None:
    with run_embedded_aws(REGION):
        plan = plan_of(*changes_of(build_network(make_clients(REGION))))
        with caller("applies", printed("apply")):
            run = apply_plan(plan, tmp_path)
        assert (run.stopped, {step.end for step in run.steps}) == (None, {"made"})
        with caller("undoes", printed("undo")):
            back = undo_plan(tmp_path)
        assert (back.stopped, {step.end for step in back.steps}) == (None, {"taken-back"})


# Three actions are of changes that the plan of this test does not have.
CHANGING = sorted(
    CHANGING_ACTIONS["apply"].changes - {"ec2:DeleteRoute", "ec2:DeleteVpcEndpoints", "ec2:RevokeSecurityGroupEgress"}
)


@pytest.mark.long
@pytest.mark.parametrize("action", some(CHANGING, 4))
def test_apply_is_refused_without_one_of_the_printed_actions(action: str, tmp_path: Path) -> None:
    policy = printed("apply")
    for statement in policy["Statement"]:
        statement["Action"] = [other for other in statement["Action"] if other != action]
    policy["Statement"] = [statement for statement in policy["Statement"] if statement["Action"]]
    with run_embedded_aws(REGION):
        plan = plan_of(*changes_of(build_network(make_clients(REGION))))
        with caller("applies", policy):
            assert f"not authorized to perform: {action}" in refusal_of(plan, tmp_path)


def refusal_of(plan: Any, folder: Path) -> str:
    """The refusal of an apply, however it is reported."""
    try:
        return str(apply_plan(plan, folder).stopped)
    except RefusedError as error:
        return str(error)
