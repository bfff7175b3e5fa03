"""Descriptions of all services: complete, distinct, and consistent with their records."""

from typing import Any

import msgspec
import pytest

from skerry.catalogue.services import load_services
from skerry.model.arns import NameOrArn
from skerry.model.resource_answers import Absent, Refused
from skerry.policy.request import Request, principal_of_role
from skerry.policy.resources import Resource
from skerry.services import READS, READS_BY_ACTION, SECRET_STORES, SERVICES
from skerry.services.attached_policy import NO_POLICY, ResourceBasedPolicy
from skerry.services.kms import KEY_POLICY, KMS, KeyPolicy
from skerry.services.logs import LOG_GROUP
from skerry.services.resource_read import ResourceRead
from skerry.services.s3 import OBJECT
from skerry.services.secretsmanager import SECRET, SECRET_POLICY, SECRETS_MANAGER, SecretPolicy
from skerry.services.service import ReadContext, ResourceService
from skerry.services.ssm import PARAMETERS
from tests.services.answers import ACCOUNT, references, resources


def test_services_have_distinct_prefixes_and_reads() -> None:
    assert len({service.prefix for service in SERVICES}) == len(SERVICES)
    assert len(READS_BY_ACTION) == len({read.action for read in READS}) + 4


def test_secret_stores_are_in_the_catalogue() -> None:
    assert SECRET_STORES.keys() <= load_services().keys()


@pytest.mark.parametrize("read", READS, ids=lambda read: read.action)
def test_read_names_fields_of_its_record(read: ResourceRead[Any]) -> None:
    fields = {field.name for field in msgspec.structs.fields(read.record)}
    assert {read.policy, read.row_name} - {""} <= fields
    assert read.call.single
    assert read.call.wrapped


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.prefix)
def test_own_requests_belong_to_services_of_the_catalogue(service: ResourceService) -> None:
    assert service.own_requests.keys() <= load_services().keys()
    assert all(arn.startswith("arn:{partition}:") and "{other}" in arn for arn in service.other_resources.values())


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.prefix)
def test_service_requests_nothing_without_references(service: ResourceService) -> None:
    assert list(service.requests_for([], ReadContext())) == []


@pytest.mark.parametrize(
    ("read", "parameters", "names"),
    [
        (SECRET, {"SecretId": "db"}, ["db"]),
        (SECRET, {}, []),
        (OBJECT, {"Bucket": "files", "Prefix": "a/b"}, ["files/a/b"]),
        (OBJECT, {"Prefix": "a"}, ["/a"]),
        (OBJECT, {"Bucket": "files"}, []),
        (PARAMETERS, {"ParameterFilters": [{"Key": "Name", "Values": ["a", "b"]}]}, ["a", "b"]),
    ],
)
def test_read_is_about_the_resource_in_its_parameters(
    read: ResourceRead[Any], parameters: dict[str, str], names: list[str]
) -> None:
    assert read.about(parameters) == names


def test_row_name_is_the_value_of_the_last_parameter() -> None:
    assert (OBJECT.rows, OBJECT.row_name_of("files/a/b")) == ("Contents", "a/b")
    assert (LOG_GROUP.rows, LOG_GROUP.row_name_of("/ecs/web")) == ("logGroups", "/ecs/web")
    assert SECRET.rows == ""


@pytest.mark.parametrize(
    ("answer", "policy"),
    [
        (Absent("NotFound"), NO_POLICY),
        (Refused("AccessDenied"), ResourceBasedPolicy(NO_POLICY.policy, "policies of keys")),
    ],
    ids=["absent", "denied"],
)
def test_policy_is_none_if_absent_and_unread_if_denied(answer: msgspec.Struct, policy: ResourceBasedPolicy) -> None:
    request = Request(principal_of_role(NameOrArn(f"arn:aws:iam::{ACCOUNT}:role/a")), "kms:Decrypt", Resource("*"))
    found = KMS.policy_of(resources({(KEY_POLICY, "k"): answer}), request, "k")
    assert found.unread == policy.unread
    assert (found.policy is None) == (policy is NO_POLICY)


def test_policy_of_a_failed_call_is_missing_and_a_text_is_parsed() -> None:
    request = Request(principal_of_role(NameOrArn(f"arn:aws:iam::{ACCOUNT}:role/a")), "kms:Decrypt", Resource("*"))
    failed = KMS.policy_of(resources({(KEY_POLICY, "k"): Refused("Throttling")}), request, "k")
    assert str(failed.policy) == "the policy of key k (from kms:GetKeyPolicy)"
    read = KMS.policy_of(resources({(KEY_POLICY, "k"): KeyPolicy(policy='{"Statement": []}')}), request, "k")
    assert getattr(read.policy, "name", "") == "the policy of key k"


def test_secret_without_a_policy_text_has_no_policy() -> None:
    request = Request(principal_of_role(NameOrArn(f"arn:aws:iam::{ACCOUNT}:role/a")), "secretsmanager:x", Resource("*"))
    held = resources({(SECRET_POLICY, "db"): SecretPolicy()})
    assert SECRETS_MANAGER.policy_of(held, request, "db") == NO_POLICY
    assert references(SECRETS_MANAGER, "db")[0].service == "secretsmanager"
