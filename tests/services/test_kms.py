"""Keys of KMS."""

from typing import Any

import msgspec
import pytest

from skerry.model.arns import NameOrArn, ResourceArn
from skerry.model.resource_answers import Absent, Refused
from skerry.policy.resources import Resource
from skerry.services.encryption import EncryptedWith, customer_key_of
from skerry.services.kms import (
    KEY,
    KMS,
    Key,
    KeyMetadata,
    KeyReference,
    OwnKey,
    find_key_references,
    key_problems_of,
)
from skerry.services.service import ReadContext
from tests.services.answers import (
    ACCOUNT,
    OTHER_ACCOUNT,
    REGION,
    labels_of,
    parameters_by_operation,
    references,
    resources,
    scope,
)

ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
FOREIGN = ARN.replace(ACCOUNT, OTHER_ACCOUNT)


def key(**more: Any) -> Key:
    return Key(key_metadata=KeyMetadata(arn=ResourceArn(ARN), **more))


@pytest.mark.parametrize(
    ("name", "own", "keys"),
    [
        (None, True, []),
        ("", True, []),
        ("alias/aws/ssm", True, []),
        ("1", True, [KeyReference("1", own=True)]),
        ("1", False, []),
        (ARN, False, [KeyReference(ARN, own=True)]),
        (FOREIGN, True, [KeyReference(FOREIGN, own=False)]),
    ],
)
def test_key_reference_belongs_to_the_account_in_its_arn(name: str | None, own: bool, keys: list[KeyReference]) -> None:  # noqa: FBT001
    assert list(find_key_references(name, ACCOUNT, own=own)) == keys


@pytest.mark.parametrize(
    ("reference", "operations"),
    [
        (KeyReference("1", own=True), ["DescribeKey", "GetKeyPolicy", "ListGrants"]),
        (KeyReference("alias/a", own=True), ["DescribeKey"]),
        (KeyReference(FOREIGN, own=False), ["DescribeKey"]),
    ],
)
def test_key_policy_and_grants_are_requested_of_own_keys_by_id(reference: KeyReference, operations: list[str]) -> None:
    requests = list(reference.requests())
    assert [request.call.operation for request in requests] == operations
    assert {request.parameters["KeyId"] for request in requests} == {reference.name}


def test_key_named_by_alias_is_requested_again_by_its_arn() -> None:
    (request,) = KeyReference("alias/a", own=True).requests()
    (own_key,) = request.pick({"KeyMetadata": {"Arn": ARN}})
    assert own_key == OwnKey(ARN)
    assert parameters_by_operation(list(own_key.requests())) == [
        ("GetKeyPolicy", {"KeyId": ARN, "PolicyName": "default"}),
        ("ListGrants", {"KeyId": ARN}),
    ]
    (foreign,) = KeyReference("alias/a", own=False).requests()
    assert list(foreign.pick({"KeyMetadata": {"Arn": ARN}})) == []


@pytest.mark.parametrize(
    ("subject", "answer", "resource"),
    [
        ("1", None, Resource(ARN, ACCOUNT)),
        ("alias/a", None, Resource(f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/a", ACCOUNT)),
        ("alias/a", key(), Resource(ARN, ACCOUNT)),
        (FOREIGN, None, Resource(FOREIGN, OTHER_ACCOUNT)),
    ],
    ids=["id", "alias", "described", "ARN"],
)
def test_key_resource_is_its_arn(subject: str, answer: Key | None, resource: Resource) -> None:
    held = resources({(KEY, subject): answer} if answer else {})
    assert list(KMS.resources_of(scope(held), "kms:Decrypt", subject)) == [resource]


@pytest.mark.parametrize(
    ("answer", "labels"),
    [
        (None, ["keys"]),
        (Absent("NotFoundException"), ["KEY_NOT_FOUND"]),
        (Refused("Throttling"), ["kms:DescribeKey"]),
        (key(key_state="Enabled"), []),
        (key(key_state="Disabled"), ["KEY_NOT_USABLE"]),
        (key(), ["kms:DescribeKey"]),
    ],
)
def test_key_problems_follow_from_its_state(answer: msgspec.Struct | None, labels: list[str]) -> None:
    held = resources({(KEY, "1"): answer} if answer else {})
    assert labels_of(key_problems_of(held, EncryptedWith(NameOrArn("secret"), "1", "secretsmanager", "x"))) == labels


@pytest.mark.parametrize(("key_id", "customer"), [(None, ""), ("alias/aws/secretsmanager", ""), (ARN, ARN)])
def test_aws_managed_key_is_no_customer_key(key_id: str | None, customer: str) -> None:
    assert customer_key_of(key_id) == customer


def test_key_of_a_cluster_is_requested_like_one_of_its_account() -> None:
    requests = list(KMS.requests_for(references(KMS, ARN), ReadContext()))
    assert [request.call.operation for request in requests] == ["DescribeKey", "GetKeyPolicy", "ListGrants"]
