"""References to secrets of Secrets Manager."""

from typing import Any

import msgspec
import pytest

from skerry.model.arns import NameOrArn, ResourceArn
from skerry.model.resource_answers import Absent, Refused
from skerry.policy.resources import Resource
from skerry.services.encryption import EncryptedWith
from skerry.services.kms import KeyReference
from skerry.services.secretsmanager import SECRET as READ
from skerry.services.secretsmanager import (
    SECRETS_MANAGER,
    SecretDescription,
    SecretVersion,
    bare_reference_of,
    version_of,
)
from skerry.services.service import ReadContext
from tests.services.answers import ACCOUNT, HOME, OTHER_ACCOUNT, REGION, labels_of, references, resources, scope

SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf"  # noqa: S105 -- a name, not a secret
PARAMETER = "arn:aws:ssm:us-east-1:111122223333:parameter/db/password"
NAMED = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db"
DESCRIBE = "secretsmanager:DescribeSecret"


def described(**more: Any) -> SecretDescription:
    return SecretDescription(arn=ResourceArn(NAMED), version_ids_to_stages={"v-1": ("AWSCURRENT",)}, **more)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (SECRET, SECRET),
        (f"{SECRET}:password::", SECRET),
        (f"{SECRET}:password:AWSPREVIOUS:0123", SECRET),
        (f"{SECRET}:::", SECRET),
        (PARAMETER, PARAMETER),
        ("/db/password", "/db/password"),
        ("arn:aws-cn:secretsmanager:cn-north-1:1:secret:a:b:c:d", "arn:aws-cn:secretsmanager:cn-north-1:1:secret:a"),
    ],
)
def test_secret_name_omits_json_key_and_version(value: str, name: str) -> None:
    assert bare_reference_of(value) == name


@pytest.mark.parametrize(
    ("value", "version"),
    [
        (SECRET, SecretVersion()),
        (f"{SECRET}:password::", SecretVersion("password")),
        (f"{SECRET}:password:AWSPREVIOUS:0123", SecretVersion("password", "AWSPREVIOUS", "0123")),
        (f"{SECRET}:::", SecretVersion()),
        (f"{SECRET}:a", SecretVersion("a")),
        ("dockerhub", SecretVersion()),
    ],
)
def test_secret_reference_names_json_key_and_version(value: str, version: SecretVersion) -> None:
    assert version_of(value) == version
    assert SecretVersion().stage == "AWSCURRENT"


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (f"{SECRET}:password::", []),
        (SECRET.replace("eu-central-1", REGION), [SECRET.replace("eu-central-1", REGION)]),
        ("dockerhub", ["dockerhub"]),
        ("", []),
    ],
    ids=["other Region", "ARN", "name", "empty"],
)
def test_secret_is_read_in_the_region_of_the_task(value: str, names: list[str]) -> None:
    assert list(SECRETS_MANAGER.names_of(value, HOME)) == names


def test_secret_requests_name_the_secret_and_pick_its_key() -> None:
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
    first, second, third, _ = SECRETS_MANAGER.requests_for(references(SECRETS_MANAGER, arn, "dockerhub"), ReadContext())
    assert (first.call.operation, first.parameters, first.name) == ("DescribeSecret", {"SecretId": arn}, "db-AbCdEf")
    assert (second.call.operation, second.name, third.name) == ("GetResourcePolicy", "db-AbCdEf", "dockerhub")
    assert list(first.pick({"ARN": arn, "KmsKeyId": "k"})) == [KeyReference("k", own=True)]
    assert list(first.pick({"ARN": arn.replace(ACCOUNT, OTHER_ACCOUNT), "KmsKeyId": "k"})) == []
    assert list(first.pick({"KmsKeyId": "k"})) == []


@pytest.mark.parametrize(
    ("described", "subject", "resource"),
    [
        (f"{NAMED}-AbCdEf", "db", Resource(f"{NAMED}-AbCdEf", ACCOUNT)),
        (None, "db", Resource(f"{NAMED}-", ACCOUNT, beginning=True, more_characters=6)),
        (None, NAMED, Resource(f"{NAMED}-", ACCOUNT, beginning=True, more_characters=6)),
        (None, f"{NAMED}-AbCdEf", Resource(f"{NAMED}-AbCdEf", ACCOUNT)),
        (None, f"{NAMED}-secret", Resource(f"{NAMED}-secret", ACCOUNT, beginning=True)),
    ],
    ids=["described", "name", "ARN without suffix", "whole ARN", "ARN that ends in a word"],
)
def test_secret_resource_has_as_much_of_its_arn_as_is_known(
    described: str | None, subject: str, resource: Resource
) -> None:
    held = resources({(READ, subject): SecretDescription(arn=ResourceArn(described))} if described else {})
    assert list(SECRETS_MANAGER.resources_of(scope(held), "secretsmanager:GetSecretValue", subject)) == [resource]


@pytest.mark.parametrize(
    ("answer", "value", "codes"),
    [
        (Absent("NotFound"), NAMED, ["SECRET_NOT_FOUND"]),
        (None, NAMED, ["secrets"]),
        (Refused("Throttling"), NAMED, [DESCRIBE]),
        (described(), NAMED, []),
        (described(deleted_date="2026-01-01"), NAMED, ["SECRET_SCHEDULED_FOR_DELETION"]),
        (described(), f"{NAMED}:key::", ["JSON keys of secrets"]),
        (described(), f"{NAMED}::AWSPREVIOUS:", ["SECRET_VERSION_NOT_FOUND"]),
        (described(), f"{NAMED}:::v-1", []),
        (described(), f"{NAMED}:::v-2", ["SECRET_VERSION_NOT_FOUND"]),
    ],
    ids=["absent", "unread", "failed", "exists", "deleted", "JSON key", "label", "version", "no version"],
)
def test_secret_problems_follow_from_the_answer_and_the_version(
    answer: msgspec.Struct | None, value: str, codes: list[str]
) -> None:
    held = resources({(READ, NAMED): answer} if answer else {})
    assert labels_of(SECRETS_MANAGER.problems_of(held, NAMED, [value])) == codes


def test_secret_key_is_known_from_its_description_alone() -> None:
    held = resources({(READ, "db"): SecretDescription(arn=ResourceArn(NAMED), kms_key_id="k")})
    context = "kms:EncryptionContext:SecretARN"
    assert SECRETS_MANAGER.encryption_of(held, "db", "") == EncryptedWith(
        NameOrArn(NAMED), "k", "secretsmanager", context
    )
    assert SECRETS_MANAGER.encryption_of(resources(), "db", "") is None


def test_secret_example_is_created_under_the_name_that_the_task_reads() -> None:
    assert SECRETS_MANAGER.client_call([SECRET]) == ("get_secret_value", {"SecretId": SECRET})
    assert [SECRETS_MANAGER.stored_name_of(subject) for subject in (SECRET, "db")] == ["db-AbCdEf", "db"]
    assert SECRETS_MANAGER.creation_of("db").parameters["Name"] == "db"
