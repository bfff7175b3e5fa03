"""Reading with a role for the network alone: the network's verdict stands, other resources are not examined."""

from typing import Any

import pytest

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Diagnosis
from skerry.launch.launches import launch_of_service
from skerry.reach.walk import Walker
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.holdings import KEY, SECRET, Resources, secret, statement, text
from tests.networks import ACCOUNT

REPOSITORY = {"registryId": ACCOUNT, "repositoryName": "web"}
DENIALS: list[tuple[str, dict[str, Any], str]] = [
    ("ecr:BatchGetImage", REPOSITORY, "images"),
    ("secretsmanager:DescribeSecret", {"SecretId": SECRET}, "secrets"),
    ("secretsmanager:GetResourcePolicy", {"SecretId": SECRET}, "policies of secrets"),
    ("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"}, "log groups"),
    ("organizations:DescribeOrganization", {}, "service and resource control policies"),
]


def diagnosis(network: Resources) -> Diagnosis:
    world = network.world()
    return diagnose(Walker(world), [launch_of_service(world, service) for service in world.facts.services])


@pytest.mark.parametrize(("action", "parameters", "kind"), DENIALS)
@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_denied_call_is_listed_as_unexamined(action: str, parameters: dict[str, Any], kind: str, code: str) -> None:
    network = Resources()
    network.refuse(action, parameters, code)
    found = diagnosis(network)
    assert found.verdict is OK
    assert f"{kind} (denied: {action})" in found.unexamined


@pytest.mark.parametrize(("action", "parameters", "kind"), DENIALS[:4])
def test_failed_call_leaves_the_verdict_unknown(action: str, parameters: dict[str, Any], kind: str) -> None:
    network = Resources()
    network.refuse(action, parameters, "InternalFailure")
    found = diagnosis(network)
    assert found.verdict is UNKNOWN
    assert not any(kind in one for one in found.unexamined)


def without_roles(code: str) -> Resources:
    network = Resources()
    network.forget("RoleDetailList")
    network.forget("Policies")
    network.refuse("iam:GetAccountAuthorizationDetails", {}, code)
    return network


def test_denied_role_list_is_listed_as_unexamined() -> None:
    found = diagnosis(without_roles("AccessDenied"))
    assert found.verdict is OK
    assert "policies of roles (denied: iam:GetAccountAuthorizationDetails)" in found.unexamined


def test_failed_role_list_makes_the_verdict_unknown() -> None:
    assert diagnosis(without_roles("InternalFailure")).verdict is UNKNOWN


def test_denied_answers_keep_the_blockers_of_the_network() -> None:
    network = without_roles("AccessDenied")
    network.row("VpcEndpoints", "vpce-a")["State"] = "failed"
    assert diagnosis(network).verdict is BLOCKED


def test_account_where_everything_is_denied_names_each_call() -> None:
    network = without_roles("AccessDenied")
    network.unask("ecr:GetRepositoryPolicy")
    for action, parameters, _ in DENIALS:
        network.refuse(action, parameters, "AccessDenied")
    found = diagnosis(network)
    assert found.verdict is OK
    assert {f"{kind} (denied: {action})" for action, _, kind in DENIALS} <= set(found.unexamined)


def encrypted() -> Resources:
    """The secret is encrypted with a key whose policy lets nobody but its administrators use it."""
    network = Resources()
    network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, secret(KmsKeyId=KEY))
    state = {"KeyMetadata": {"Arn": KEY, "KeyState": "Enabled", "KeyManager": "CUSTOMER"}}
    network.tell("kms:DescribeKey", {"KeyId": KEY}, state)
    administrator = statement("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/administrator"})
    network.tell("kms:GetKeyPolicy", {"KeyId": KEY, "PolicyName": "default"}, {"Policy": text(administrator)})
    return network


def test_denied_grant_list_is_listed_as_unexamined() -> None:
    network = encrypted()
    network.refuse("kms:ListGrants", {"KeyId": KEY}, "AccessDeniedException")
    found = diagnosis(network)
    assert found.verdict is OK
    assert "grants of keys (denied: kms:ListGrants)" in found.unexamined


def test_key_without_grants_blocks_the_service() -> None:
    network = encrypted()
    network.tell("kms:ListGrants", {"KeyId": KEY}, {"Grants": []})
    assert diagnosis(network).verdict is BLOCKED
