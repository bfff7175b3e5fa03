"""Requests as policies see them: principal, action, resource, and context keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from skerry.model.arns import NameOrArn
from skerry.model.facts import Missing
from skerry.policy.context_keys import OF_ENDPOINTS, OF_INDIRECT_CALLS, OF_OTHER_SESSIONS, OF_SERVICES, lacks, may_lack
from skerry.policy.resources import Resource
from skerry.policy.ternary import shorten

PrincipalType = Literal["role", "user", "service", "anonymous", "aws"]


class HiddenValue(msgspec.Struct, frozen=True, gc=False):
    """An unknown value of a context key in a request.

    ``undisclosed``: the value is an identifier of AWS itself, such as the account of ECR in presigned URLs of layers.
    AWS does not publish it, so no policy names it, though a wildcard may cover it. ``begins``: the known beginning of
    the value. ``maybe_absent``: the key may be absent from the request.
    """

    fact: str
    action: str = ""
    undisclosed: bool = False
    begins: str = ""
    maybe_absent: bool = False


Values = tuple[str, ...] | HiddenValue | Missing
ABSENT: tuple[str, ...] = ()
Context = Mapping[str, Values]


class Principal(msgspec.Struct, frozen=True, gc=False):
    """The principal of a request.

    ``kind``: ``role``, a role session of a task; ``user``, an IAM user; ``service``, an AWS service principal;
    ``anonymous``, an unsigned request; ``aws``, an unpublished identity in an account of AWS itself.

    ``arn`` is the ARN of the role (with its path) or user, or the name of the service. ``session`` is the name of the
    role session. For a task, ECS uses the id of the task, unknown before it runs. ``organization`` is None for an
    account outside an organization. ``tags`` are the tags of the role, session or user.
    """

    kind: PrincipalType
    arn: NameOrArn = NameOrArn("")
    account: str | None = None
    session: str | None = None
    organization: str | Missing | None = Missing(
        "the organization of the account", "organizations:DescribeOrganization"
    )
    tags: Mapping[str, str] | Missing = Missing("the tags of the role", "iam:GetRole")


AWS_OWN = Principal("aws", organization=None, tags=Missing("the tags of the AWS identity that signed the request"))


def principal_of_role(arn: NameOrArn, session: str | None = None) -> Principal:
    """Return the principal for a session of a role."""
    return Principal("role", arn, None if arn.arn is None else arn.arn.account or None, session)


def principal_of_service(name: str) -> Principal:
    """Return an AWS service principal, such as ``ecs-tasks.amazonaws.com``."""
    return Principal("service", NameOrArn(name), organization=None)


class Request(msgspec.Struct, frozen=True, gc=False):
    """One request: a principal, an action such as ``s3:GetObject``, a resource, and the keys of its context.

    ``context`` overrides the keys derived from the principal and the resource; its names are in lowercase.
    ``ABSENT``: the request lacks the key. The value of a key outside the context is unknown. A key that AWS never
    includes for the action is absent even if the context has it, so all calls on a path can share one context.
    """

    principal: Principal
    action: str
    resource: Resource
    context: Context = {}

    def values_of(self, key: str) -> Values:
        """Return the values of a context key, by its name in any case."""
        name = key.lower()
        if lacks(self.action.lower(), name):
            return ABSENT
        values = self.context.get(name)
        if values != ABSENT and may_lack(self.action.lower(), name):
            return HiddenValue(f"whether AWS includes {shorten(key)} in {self.action}", maybe_absent=True)
        if values is not None:
            return values
        derived = _principal_values_of(self.principal, name)
        if derived is None:
            derived = _resource_values_of(self, name)
        if derived is None:
            derived = _endpoint_values_of(self, name)
        return Missing(f"the value of {shorten(key)} in the request") if derived is None else derived


_TAG = "aws:principaltag/"
_WHO = ("aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:userid")
_NO_SERVICE: dict[str, Values] = {"aws:principalisawsservice": ("false",), **dict.fromkeys(OF_SERVICES, ABSENT)}
_NO_OTHER_SESSION: dict[str, Values] = dict.fromkeys(OF_OTHER_SESSIONS, ABSENT)
_NOBODY: dict[str, Values] = dict.fromkeys((*_WHO, *_NO_SERVICE, "aws:username"), ABSENT)
_SIGNER = "the AWS identity that signed the request"
# AWS does not publish the organization of the account either.
_UNDISCLOSED: dict[str, Values] = {
    name: HiddenValue(_SIGNER, undisclosed=True, maybe_absent=name.startswith("aws:principalorg")) for name in _WHO
}
# Keys with the same value for every principal of a type.
_ALWAYS: dict[PrincipalType, dict[str, Values]] = {
    "role": _NO_SERVICE
    | _NO_OTHER_SESSION
    | {
        "aws:principaltype": ("AssumedRole",),
        "aws:username": ABSENT,
        "aws:tokenissuetime": HiddenValue("when the credentials of the role were issued"),
        "aws:userid": HiddenValue("the id of the role, and the name of its session", "iam:GetRole"),
    },
    "user": _NO_SERVICE | _NO_OTHER_SESSION | {"aws:principaltype": ("User",)},
    "service": {"aws:principalisawsservice": ("true",)},
    "anonymous": _NOBODY | {"aws:principaltype": ("Anonymous",)},
    # Links to layers are "created by an Amazon ECR account and not the service principal":
    # https://github.com/aws-samples/data-perimeter-policy-examples/blob/main/vpc_endpoint_policies/README.md
    "aws": _UNDISCLOSED | _NO_SERVICE,
}


def _principal_values_of(principal: Principal, name: str) -> Values | None:
    """Return the values derived from the principal; None if the key does not depend on it."""
    always = _ALWAYS[principal.kind].get(name)
    if always is not None:
        return always
    if name.startswith(_TAG):
        return _tag_values_of(principal, name.removeprefix(_TAG))
    if principal.kind == "service":
        return (principal.arn,) if name == "aws:principalservicename" else None
    if principal.account is None:
        return None
    return _account_values_of(principal, principal.account, name)


def _tag_values_of(principal: Principal, key: str) -> Values:
    """Return the value of a principal tag; tag keys are case-insensitive in conditions.

    Only users and role sessions have tags.
    """
    if principal.kind in {"service", "anonymous"}:
        return ABSENT
    if isinstance(principal.tags, Missing):
        return principal.tags
    return next(((value,) for tag, value in principal.tags.items() if tag.lower() == key), ABSENT)


def _account_values_of(principal: Principal, account: str, name: str) -> Values | None:
    match name:
        case "aws:principalarn":
            return (principal.arn,)
        case "aws:principalaccount" | "kms:calleraccount":
            return (account,)
        case "aws:principalorgid":
            return _organization_values_of(principal.organization)
        case "aws:principalorgpaths":
            return ABSENT if principal.organization is None else None
        case "aws:username":
            return (principal.arn.rpartition("/")[2],)
        case _:
            return None


def _resource_values_of(request: Request, name: str) -> Values | None:
    """Return the values derived from the owner of the resource."""
    owner = request.resource.account
    if owner is None:
        return None
    if name == "aws:resourceaccount":
        return (owner,)
    if name == "aws:resourceorgid" and owner == request.principal.account:
        return _organization_values_of(request.principal.organization)
    return None


def _endpoint_values_of(request: Request, name: str) -> Values | None:
    """Return the values derived from the owner of the endpoint."""
    principal = request.principal
    if principal.account is None or request.context.get("aws:vpceaccount") != (principal.account,):
        return None
    if name == "aws:vpceorgid":
        return _organization_values_of(principal.organization)
    return ABSENT if name == "aws:vpceorgpaths" and principal.organization is None else None


def _organization_values_of(organization: str | Missing | None) -> Values:
    if organization is None:
        return ABSENT
    return (organization,) if isinstance(organization, str) else organization


_ENDPOINTS = "ec2:DescribeVpcEndpoints"
_DIRECT: dict[str, Values] = {
    "aws:securetransport": ("true",),
    "aws:viaawsservice": ("false",),
    **dict.fromkeys(OF_INDIRECT_CALLS, ABSENT),
}


def context_of_endpoint_call(
    endpoint: str,
    vpc: str,
    region: str,
    address: str | None = None,
    *,
    owner: str | None = None,
    vpc_arn: str | None = None,
) -> dict[str, Values]:
    """Return the context of a TLS call from a VPC through a VPC endpoint to a service in a Region.

    ``address`` is the address of the caller and ``owner`` the account of the endpoint, if known. Such a request has no
    ``aws:SourceIp``. The context has the keys of all services, also of those without some of them: see ``Request``.
    """
    source: Values = (address,) if address else HiddenValue("the private IP address of the task")
    account: Values = (owner,) if owner else HiddenValue(f"the account that {endpoint} belongs to", _ENDPOINTS)
    whole: Values = (vpc_arn,) if vpc_arn else HiddenValue(f"the ARN of {vpc}")
    return _DIRECT | {
        "aws:requestedregion": (region,),
        "aws:sourcevpce": (endpoint,),
        "aws:sourcevpc": (vpc,),
        "aws:sourcevpcarn": whole,
        "aws:vpceaccount": account,
        "aws:vpcsourceip": source,
        "aws:sourceip": ABSENT,
    }


def context_of_internet_call(region: str, address: str | None = None) -> dict[str, Values]:
    """Return the context of a TLS call to a public address of AWS; ``address`` is the public address of the caller."""
    source: Values = (address,) if address else HiddenValue("the public address of the call")
    return _DIRECT | {
        "aws:requestedregion": (region,),
        "aws:sourcevpce": ABSENT,
        "aws:sourcevpc": ABSENT,
        **dict.fromkeys(OF_ENDPOINTS, ABSENT),
        "aws:vpcsourceip": ABSENT,
        "aws:sourceip": source,
    }
