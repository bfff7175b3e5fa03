"""Parameter Store of Systems Manager: parameters without their values.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterMetadata.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import field

from skerry.model.api_call import ApiCall
from skerry.model.arns import Arn, NameOrArn, ResourceArn, parse_arn
from skerry.model.record import Pascal
from skerry.model.resource_lookup import Found, Resources
from skerry.policy.request import Request
from skerry.policy.resources import Resource
from skerry.services.attached_policy import NO_POLICY, NOT_READ, ResourceBasedPolicy
from skerry.services.call_request import AnswerRow, CallRequest
from skerry.services.encryption import EncryptedWith, customer_key_of
from skerry.services.kms import KeyReference, find_key_references
from skerry.services.problems import Problem, problems_by_answer
from skerry.services.resource_read import ResourceRead, about_one
from skerry.services.service import ClientCall, ReadContext, RequestScope, ResourceReference, SecretStore

PREFIX = "ssm"
_SECURE = "SecureString"
# https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
_NAME = r"[A-Za-z0-9_./-]+"
# AWS's public parameters and references to secrets; DescribeParameters lists neither:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
_OF_AWS = "/aws/"
_OF_EVERYBODY = "parameter/aws/service/"
_MOST_NAMES = 50
"""The maximum of names in a filter of DescribeParameters.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
"""
_MOST_READ = 10
"""The maximum of names of GetParameters.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
"""


class Parameter(Pascal, frozen=True):
    """A parameter of Parameter Store without its value."""

    name: str
    arn: ResourceArn | None = field(name="ARN", default=None)
    type: str | None = None
    key_id: str | None = None


def _filtered_names(parameters: Mapping[str, Any]) -> list[str]:
    """Return the names of parameters in ``ParameterFilters``."""
    filters = parameters.get("ParameterFilters")
    conditions = [item for item in filters if isinstance(item, dict)] if isinstance(filters, list) else []
    by_name = [
        condition
        for condition in conditions
        if condition.get("Key") == "Name" and condition.get("Option", "Equals") == "Equals"
    ]
    values = [condition.get("Values") for condition in by_name]
    return [str(name) for names in values if isinstance(names, list) for name in names]


PARAMETERS = ResourceRead(
    call=about_one(
        ApiCall(
            PREFIX,
            "DescribeParameters",
            "Parameters",
            ("Name",),
            page=50,
            without=("LastModifiedUser", "Description", "AllowedPattern", "Policies"),
        )
    ),
    record=Parameter,
    fact="parameter {}",
    kind="parameters",
    named_by=("ParameterFilters",),
    names_in=_filtered_names,
    row_name="name",
)


# ----------------------------------------------------------------------------------------------------- references


def _bare_reference_of(value_from: str) -> str:
    return value_from


def _plain_name_of(value_from: str) -> str:
    """Return the name in a reference, without the number or label of a version after the colon."""
    parsed = parse_arn(value_from)
    return (parsed.resource.removeprefix("parameter/") if parsed else value_from).partition(":")[0]


def _names_of(value_from: str, home: Arn) -> Iterator[str]:
    """Yield the possible names of a parameter: its ARN hides a leading slash of a name without levels.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-hierarchies.html
    """
    parsed = parse_arn(value_from)
    if parsed is not None and parsed.account != home.account:
        return
    name = _plain_name_of(value_from)
    names = [name] if parsed is None else [f"/{name}"] if "/" in name else [name, f"/{name}"]
    for candidate in names:
        if re.fullmatch(_NAME, candidate) and not candidate.startswith(_OF_AWS):
            yield candidate


def find_parameter(resources: Resources, reference: str) -> Found[Parameter]:
    """Return a parameter, by its name or its ARN; an ARN hides a leading slash of the name."""
    name = _plain_name_of(reference)
    names = [name] if parse_arn(reference) is None else [f"/{name}", name]
    answers = [PARAMETERS.find(resources, candidate, PARAMETERS.fact.format(name)) for candidate in names]
    there = [answer for answer in answers if isinstance(answer, Parameter)]
    return there[0] if there else next((answer for answer in answers if answer is not None), None)


# ---------------------------------------------------------------------------------------------------------- reads


def _requests_for(references: Sequence[ResourceReference], _context: ReadContext) -> Iterator[CallRequest]:
    for start in range(0, len(references), _MOST_NAMES):
        some = references[start : start + _MOST_NAMES]
        filters = [{"Key": "Name", "Option": "Equals", "Values": [parameter.name for parameter in some]}]
        pick = partial(_key_of, some[0].account)
        yield CallRequest(PARAMETERS.call, {"ParameterFilters": filters}, pick=pick)


def _key_of(account: str, row: AnswerRow) -> Iterator[KeyReference]:
    yield from find_key_references(row.get("KeyId"), account, own=True)


# ------------------------------------------------------------------------------------------------------- requests


def _resources_of(scope: RequestScope, _action: str, subject: str) -> Iterator[Resource]:
    """Yield a parameter; public parameters of AWS have no account in their ARN.

    https://github.com/aws-samples/data-perimeter-policy-examples/blob/main/service_owned_resources.md
    """
    parsed = parse_arn(subject)
    resource = f"parameter/{subject.removeprefix('/')}" if parsed is None else parsed.resource
    if resource.startswith(_OF_EVERYBODY):
        yield Resource(scope.arn_of(PREFIX, resource, ""), scope.account)
    elif parsed is None:
        yield Resource(scope.arn_of(PREFIX, resource, scope.account), scope.account)
    else:
        yield Resource(subject, parsed.account)


def _policy_of(_resources: Resources, request: Request, _subject: str) -> ResourceBasedPolicy:
    """Return the policy of a parameter: one of another account is shared by AWS RAM, and its policy is not read.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html
    """
    if request.resource.account == request.principal.account:
        return NO_POLICY
    return ResourceBasedPolicy(NOT_READ, "policies of parameters")


def _encryption_of(resources: Resources, subject: str, arn: str) -> EncryptedWith | None:
    parameter = find_parameter(resources, subject)
    if not isinstance(parameter, Parameter) or parameter.type != _SECURE:
        return None
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
    context = "kms:EncryptionContext:PARAMETER_ARN"
    return EncryptedWith(parameter.arn or NameOrArn(arn), customer_key_of(parameter.key_id), PREFIX, context)


def _problems_of(resources: Resources, subject: str, _references: Sequence[str]) -> Iterator[Problem]:
    parameter = find_parameter(resources, subject)
    return problems_by_answer(parameter, subject, f"parameter {subject}", "PARAMETER_NOT_FOUND", PARAMETERS.kind)


# ------------------------------------------------------------------------------------------------------- examples


def _client_call(subjects: Sequence[str]) -> ClientCall:
    return ClientCall("get_parameters", {"Names": list(subjects[:_MOST_READ]), "WithDecryption": True})


def _stored_name_of(subject: str) -> str:
    parsed = parse_arn(subject)
    if parsed is None:
        return subject
    name = parsed.resource.partition("/")[2]
    return f"/{name}" if "/" in name else name


def _creation_of(name: str) -> ClientCall:
    return ClientCall("put_parameter", {"Name": name, "Value": "an example", "Type": "String"})


PARAMETER_STORE = SecretStore(
    prefix=PREFIX,
    reads=(PARAMETERS,),
    requests_for=_requests_for,
    resources_of=_resources_of,
    policy_of=_policy_of,
    own_requests={PREFIX: "GetParameters on its own parameters"},
    other_resources={"ssm:GetParameters": "arn:{partition}:ssm:{region}:{account}:parameter/{other}"},
    read_action="ssm:GetParameters",
    bare_reference_of=_bare_reference_of,
    names_of=_names_of,
    problems_of=_problems_of,
    encryption_of=_encryption_of,
    client_call=_client_call,
    stored_name_of=_stored_name_of,
    creation_of=_creation_of,
)
