"""Parameters of Parameter Store."""

from typing import Any

import msgspec
import pytest

from skerry.model.arns import NameOrArn, ResourceArn
from skerry.model.resource_answers import Absent, Refused
from skerry.policy.request import Request, principal_of_role
from skerry.policy.resources import Resource
from skerry.services.attached_policy import NO_POLICY
from skerry.services.encryption import EncryptedWith
from skerry.services.kms import KeyReference
from skerry.services.service import ReadContext
from skerry.services.ssm import PARAMETER_STORE, PARAMETERS, Parameter, find_parameter
from tests.services.answers import ACCOUNT, HOME, OTHER_ACCOUNT, REGION, labels_of, references, resources, scope

ARN = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
SHARED = f"arn:aws:ssm:{REGION}:{OTHER_ACCOUNT}:parameter/token"


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("/db/password", ["/db/password"]),
        ("token:3", ["token"]),
        (f"{ARN}/db/password", ["/db/password"]),
        (f"{ARN}/token", ["token", "/token"]),
        (SHARED, []),
        ("/aws/service/x", []),
        ("no name", []),
    ],
)
def test_parameter_names_to_read_follow_from_the_reference(value: str, names: list[str]) -> None:
    assert list(PARAMETER_STORE.names_of(value, HOME)) == names
    assert PARAMETER_STORE.bare_reference_of(value) == value


@pytest.mark.parametrize("filters", [None, "x", [7], [{"Key": "Type", "Values": ["x"]}], [{"Key": "Name"}]])
def test_parameter_read_without_a_filter_by_name_is_about_nothing(filters: Any) -> None:
    assert PARAMETERS.about({"ParameterFilters": filters}) == []


def test_parameter_requests_hold_fifty_names_each_and_pick_keys() -> None:
    names = [f"p{number:02}" for number in range(51)]
    requests = list(PARAMETER_STORE.requests_for(references(PARAMETER_STORE, *names), ReadContext()))
    values = [request.parameters["ParameterFilters"][0]["Values"] for request in requests]
    assert values == [names[:50], names[50:]]
    assert list(requests[0].pick({"KeyId": "k"})) == [KeyReference("k", own=True)]
    assert list(requests[0].pick({"KeyId": "alias/aws/ssm"})) == []


@pytest.mark.parametrize(
    ("reference", "name"),
    [("/token", "/token"), (f"{ARN}/token", "/token"), (f"{ARN}/token:3", "token"), (f"{ARN}/other", None)],
)
def test_parameter_is_found_by_name_or_arn(reference: str, name: str | None) -> None:
    held = resources({(PARAMETERS, name or "x"): Parameter(name=name or "x")})
    answer = find_parameter(held, reference)
    assert (answer.name if isinstance(answer, Parameter) else None) == name


@pytest.mark.parametrize(
    ("subject", "resource"),
    [
        ("token", Resource(f"{ARN}/token", ACCOUNT)),
        ("/token", Resource(f"{ARN}/token", ACCOUNT)),
        (
            f"{ARN}/token".replace(ACCOUNT, OTHER_ACCOUNT),
            Resource(f"{ARN}/token".replace(ACCOUNT, OTHER_ACCOUNT), OTHER_ACCOUNT),
        ),
        ("/aws/service/x", Resource(f"arn:aws:ssm:{REGION}::parameter/aws/service/x", ACCOUNT)),
    ],
    ids=["name", "path", "ARN", "public"],
)
def test_parameter_resource_is_its_arn(subject: str, resource: Resource) -> None:
    assert list(PARAMETER_STORE.resources_of(scope(), "ssm:GetParameters", subject)) == [resource]


def test_parameter_policy_is_unread_only_for_other_accounts() -> None:
    role = principal_of_role(NameOrArn(f"arn:aws:iam::{ACCOUNT}:role/a"))
    own, shared = (
        PARAMETER_STORE.policy_of(resources(), Request(role, "ssm:GetParameters", Resource("x", owner)), "x")
        for owner in (ACCOUNT, OTHER_ACCOUNT)
    )
    assert (own, shared.unread) == (NO_POLICY, "policies of parameters")


@pytest.mark.parametrize(
    ("parameter", "arn"),
    [
        (Parameter(name="t", arn=ResourceArn("arn:aws:ssm:::a"), type="SecureString", key_id="k"), "arn:aws:ssm:::a"),
        (Parameter(name="t", type="SecureString", key_id="k"), "given"),
        (Parameter(name="t", type="String"), None),
        (Absent("NotFound"), None),
    ],
)
def test_parameter_key_is_known_for_secure_strings(parameter: msgspec.Struct, arn: str | None) -> None:
    encryption = PARAMETER_STORE.encryption_of(resources({(PARAMETERS, "t"): parameter}), "t", "given")
    context = "kms:EncryptionContext:PARAMETER_ARN"
    assert encryption == (None if arn is None else EncryptedWith(NameOrArn(arn), "k", "ssm", context))


@pytest.mark.parametrize(
    ("answer", "labels"),
    [
        (Absent("NotFound"), ["PARAMETER_NOT_FOUND"]),
        (Refused("partial"), ["ssm:DescribeParameters"]),
        (Refused("AccessDenied"), ["parameters"]),
        (Parameter(name="t"), []),
    ],
)
def test_parameter_problems_follow_from_the_answer(answer: msgspec.Struct, labels: list[str]) -> None:
    assert labels_of(PARAMETER_STORE.problems_of(resources({(PARAMETERS, "t"): answer}), "t", [])) == labels


def test_parameter_example_is_created_under_the_name_that_the_task_reads() -> None:
    subjects = [f"p{number}" for number in range(11)]
    operation, parameters = PARAMETER_STORE.client_call(subjects)
    assert (operation, parameters["Names"]) == ("get_parameters", subjects[:10])
    stored = [PARAMETER_STORE.stored_name_of(subject) for subject in ("t", f"{ARN}/t", f"{ARN}/a/b")]
    assert stored == ["t", "t", "/a/b"]
    assert PARAMETER_STORE.creation_of("t").parameters["Name"] == "t"
