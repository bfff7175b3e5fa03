"""The key of a cluster for ephemeral storage: its policy must let Fargate in, and it must be enabled."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from skerry.access.storage_keys import requests_for_storage, unsupported_kind_of
from skerry.launch.launches import launch_of_service
from skerry.model.facts import Missing
from skerry.verdicts import BLOCKED, UNKNOWN
from tests.holdings import DELEGATION, KEY, Resources, statement, text, when
from tests.networks import ACCOUNT, REGION, Row

CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
STEP = "network-interface"
FARGATE: dict[str, Any] = {"Principal": {"Service": "fargate.amazonaws.com"}}
GENERATE, GRANT = "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant"
OF_CLUSTER = "kms:EncryptionContext:aws:ecs:cluster"


def lets_fargate(cluster: str = "shop", account: str = ACCOUNT) -> Iterator[Row]:
    """The statements of AWS's page about this key."""
    of = {f"{OF_CLUSTER}Account": [account], f"{OF_CLUSTER}Name": [cluster]}
    yield statement(GENERATE, Condition={"StringEquals": of}, **FARGATE)
    only = {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt"]}}
    yield statement(GRANT, Condition={"StringEquals": of} | only, **FARGATE)


def storage(*statements: Row, state: str = "Enabled", **service: Any) -> Resources:
    network = Resources()
    network.rows["services"][0] |= service
    configuration = {"managedStorageConfiguration": {"fargateEphemeralStorageKmsKeyId": KEY}}
    network.add("clusters", clusterArn=CLUSTER, clusterName="shop", configuration=configuration)
    network.tell("kms:DescribeKey", {"KeyId": KEY}, {"KeyMetadata": {"Arn": KEY, "KeyState": state}})
    network.tell("kms:GetKeyPolicy", {"KeyId": KEY, "PolicyName": "default"}, {"Policy": text(DELEGATION, *statements)})
    return network


def test_key_policy_of_the_documentation_lets_fargate_in() -> None:
    assert storage(*lets_fargate()).bad() == {}


def test_key_policy_without_fargate_blocks() -> None:
    network = storage()
    assert network.bad() == {STEP: BLOCKED}
    (generate, grant) = network.step(STEP).blockers
    assert {generate.code, grant.code} == {"STORAGE_KEY_DENIES_FARGATE"}
    assert generate.resource == KEY
    assert generate.message == f"no statement of its policy allows {GENERATE} on {KEY}, for fargate.amazonaws.com"


@pytest.mark.parametrize("statements", [list(lets_fargate("other")), list(lets_fargate(account="999988887777"))])
def test_key_policy_for_another_cluster_blocks(statements: list[Row]) -> None:
    assert storage(*statements).bad() == {STEP: BLOCKED}


def test_key_policy_without_grants_blocks() -> None:
    (blocker,) = storage(next(lets_fargate())).step(STEP).blockers
    assert GRANT in blocker.message


def test_key_policy_with_a_condition_on_a_hidden_key_is_unknown() -> None:
    hidden = when("StringEquals", "aws:SourceArn", CLUSTER)
    assert storage(statement([GENERATE, GRANT], **FARGATE, **hidden)).bad() == {STEP: UNKNOWN}


def test_disabled_key_blocks() -> None:
    (blocker,) = storage(*lets_fargate(), state="Disabled").step(STEP).blockers
    assert (blocker.code, blocker.message) == (
        "KEY_NOT_USABLE",
        f"key {KEY}, which encrypts ephemeral storage, is Disabled",
    )


def test_refused_key_policy_is_unknown_and_an_unread_one_not_examined() -> None:
    network = storage(*lets_fargate())
    network.refuse("kms:GetKeyPolicy", {"KeyId": KEY, "PolicyName": "default"})
    assert network.bad() == {STEP: UNKNOWN}
    network.unask("kms:GetKeyPolicy")
    assert network.bad() == {}
    assert "policies of keys" in network.diagnosis().unexamined


def test_windows_tasks_use_no_key_of_the_cluster() -> None:
    assert storage(platformFamily="WINDOWS_SERVER_2022_CORE", platformVersion="1.0.0").step(STEP).blockers == ()


def test_session_key_of_exec_must_be_enabled() -> None:
    network = storage(*lets_fargate(), state="Disabled", enableExecuteCommand=True)
    network.rows["clusters"][0]["configuration"] = {"executeCommandConfiguration": {"kmsKeyId": KEY}}
    blockers = [item for row in network.found().needs if row.need.step == "exec" for item in row.blockers]
    assert ("KEY_NOT_USABLE", f"key {KEY}, which encrypts the sessions of ECS Exec, is Disabled") in {
        (item.code, item.message) for item in blockers
    }


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (KEY.replace("/1234abcd", "/mrk-1234abcd"), "a multi-Region key"),
        ("mrk-1234abcd12ab34cd56ef1234567890ab", "a multi-Region key"),
        ("alias/storage", "an alias"),
        (f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/storage", "an alias"),
    ],
)
def test_kind_of_key_that_fargate_does_not_support_blocks(key: str, kind: str) -> None:
    network = storage(*lets_fargate())
    configuration = {"managedStorageConfiguration": {"fargateEphemeralStorageKmsKeyId": key}}
    network.row("clusters", CLUSTER)["configuration"] = configuration
    assert network.bad() == {STEP: BLOCKED}
    (blocker,) = (item for item in network.step(STEP).blockers if item.code == "STORAGE_KEY_NOT_SUPPORTED")
    assert blocker.message == f"{key} is {kind}, with which Fargate does not encrypt ephemeral storage"


def test_key_of_a_single_region_is_supported() -> None:
    assert unsupported_kind_of(KEY) is None
    assert unsupported_kind_of("1234abcd-12ab-34cd-56ef-1234567890ab") is None


def test_request_about_a_key_of_an_unknown_account_names_no_account() -> None:
    world = storage().world()
    (launch,) = (launch_of_service(world, service) for service in world.facts.services)
    requests = list(
        requests_for_storage(world.resources, replace(launch, arn=None, definition=Missing("the definition")))
    )
    assert {request.request.action for request in requests} == {GENERATE, GRANT}
    assert all(f"{OF_CLUSTER}Account".lower() not in request.request.context for request in requests)
