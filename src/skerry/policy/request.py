"""Who asks for what, and in which circumstances: a request as policies see it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from skerry.model.facts import Missing
from skerry.policy.context_keys import OF_ENDPOINTS, OF_INDIRECT_CALLS, OF_OTHER_SESSIONS, OF_SERVICES, lacks
from skerry.policy.resources import Resource
from skerry.policy.ternary import shorten

PrincipalType = Literal["role", "user", "service", "anonymous", "aws"]


class HiddenValue(msgspec.Struct, frozen=True, gc=False):
    """A key that the request has, with a value that is not known.

    ``undisclosed``: the value is an identifier of AWS's own, such as that of the account with which ECR signs the
    links to layers. AWS does not publish it, so no policy names it, though a wildcard may cover it. ``begins``: what
    the value is known to begin with. ``maybe_absent``: the request may as well not have the key.
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
    """Who asks.

    ``kind``: ``role``, a session of an IAM role that ECS began for a task; ``user``, an IAM user; ``service``, a
    service of AWS under its own name; ``anonymous``, a request that nobody signed; ``aws``, an identity in an account
    of AWS's own, about which nothing is published.

    ``arn`` is that of the role (with its path) or user, or the service's name. ``session`` is the name of the role's
    session; for a task, ECS gives it the id of the task, which is not known before it runs. ``organization`` is None
    where the account is in none. ``tags`` are those of the role, session or user.
    """

    kind: PrincipalType
    arn: str = ""
    account: str | None = None
    session: str | None = None
    organization: str | Missing | None = Missing(
        "the organization of the account", "organizations:DescribeOrganization"
    )
    tags: Mapping[str, str] | Missing = Missing("the tags of the role", "iam:GetRole")


AWS_OWN = Principal("aws", organization=None, tags=Missing("the tags of who of AWS's own signed the request"))


def principal_of_role(arn: str, session: str | None = None) -> Principal:
    """A session of the role with this ARN."""
    return Principal("role", arn, _account(arn), session)


def principal_of_service(name: str) -> Principal:
    """A service of AWS that asks under its own name, such as ``ecs-tasks.amazonaws.com``."""
    return Principal("service", name, organization=None)


def _account(arn: str) -> str | None:
    parts = arn.split(":", 5)
    return parts[4] or None if len(parts) > 5 else None  # noqa: PLR2004 -- arn:partition:service:region:account:…


class Request(msgspec.Struct, frozen=True, gc=False):
    """One request: a principal, an action such as ``s3:GetObject``, a resource, and the keys of its context.

    ``context`` overrides what follows from the principal and the resource. Names of keys are written small there.
    ``ABSENT``: the request does not have the key. A key that is not there at all is not known. What AWS documents
    that no request for the action has is absent whatever the context says, so that a way that calls take may be told
    of all of them alike.
    """

    principal: Principal
    action: str
    resource: Resource
    context: Context = {}

    def values_of(self, key: str) -> Values:
        """The values of a key, whose name has no case."""
        name = key.lower()
        if lacks(self.action.lower(), name):
            return ABSENT
        given = self.context.get(name)
        if given is not None:
            return given
        derived = _of_principal(self.principal, name)
        if derived is None:
            derived = _of_resource(self, name)
        if derived is None:
            derived = _of_endpoint(self, name)
        return Missing(f"the value of {shorten(key)} in the request") if derived is None else derived


_TAG = "aws:principaltag/"
_WHO = ("aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:userid")
_NO_SERVICE: dict[str, Values] = {"aws:principalisawsservice": ("false",), **dict.fromkeys(OF_SERVICES, ABSENT)}
_NO_OTHER_SESSION: dict[str, Values] = dict.fromkeys(OF_OTHER_SESSIONS, ABSENT)
_NOBODY: dict[str, Values] = dict.fromkeys((*_WHO, *_NO_SERVICE, "aws:username"), ABSENT)
_SIGNER = "who of AWS's own signed the request"
# Whether the account is in an organization is not published either.
_UNDISCLOSED: dict[str, Values] = {
    name: HiddenValue(_SIGNER, undisclosed=True, maybe_absent=name.startswith("aws:principalorg")) for name in _WHO
}
# What is so for every principal of a kind.
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


def _of_principal(principal: Principal, name: str) -> Values | None:
    """What follows from who asks; None where nothing does."""
    always = _ALWAYS[principal.kind].get(name)
    if always is not None:
        return always
    if name.startswith(_TAG):
        return _tag(principal, name.removeprefix(_TAG))
    if principal.kind == "service":
        return (principal.arn,) if name == "aws:principalservicename" else None
    if principal.account is None:
        return None
    return _of_account(principal, principal.account, name)


def _tag(principal: Principal, key: str) -> Values:
    """The value of a tag of the principal; names of tags have no case in conditions.

    Only users and sessions of roles have any.
    """
    if principal.kind in {"service", "anonymous"}:
        return ABSENT
    if isinstance(principal.tags, Missing):
        return principal.tags
    return next(((value,) for tag, value in principal.tags.items() if tag.lower() == key), ABSENT)


def _of_account(principal: Principal, account: str, name: str) -> Values | None:
    match name:
        case "aws:principalarn":
            return (principal.arn,)
        case "aws:principalaccount" | "kms:calleraccount":
            return (account,)
        case "aws:principalorgid":
            return _organization(principal.organization)
        case "aws:principalorgpaths":
            return ABSENT if principal.organization is None else None
        case "aws:username":
            return (principal.arn.rpartition("/")[2],)
        case _:
            return None


def _of_resource(request: Request, name: str) -> Values | None:
    """What follows from whose the resource is."""
    owner = request.resource.account
    if owner is None:
        return None
    if name == "aws:resourceaccount":
        return (owner,)
    if name == "aws:resourceorgid" and owner == request.principal.account:
        return _organization(request.principal.organization)
    return None


def _of_endpoint(request: Request, name: str) -> Values | None:
    """What follows from whose the endpoint is that a call goes through."""
    principal = request.principal
    if principal.account is None or request.context.get("aws:vpceaccount") != (principal.account,):
        return None
    if name == "aws:vpceorgid":
        return _organization(principal.organization)
    return ABSENT if name == "aws:vpceorgpaths" and principal.organization is None else None


def _organization(organization: str | Missing | None) -> Values:
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
    """The context of a call over TLS, through a VPC endpoint, from the VPC, to a service in a Region.

    ``address`` is the caller's, ``owner`` the account of the endpoint, where they are known. Such a request has no
    ``aws:SourceIp``. The keys of which AWS tells some services only are told here for all: see ``Request``.
    """
    source: Values = (address,) if address else HiddenValue("the address that the task will have")
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
    """The context of a call over TLS to a public address of AWS; ``address`` is the public one of the caller."""
    source: Values = (address,) if address else HiddenValue("the public address of the call")
    return _DIRECT | {
        "aws:requestedregion": (region,),
        "aws:sourcevpce": ABSENT,
        "aws:sourcevpc": ABSENT,
        **dict.fromkeys(OF_ENDPOINTS, ABSENT),
        "aws:vpcsourceip": ABSENT,
        "aws:sourceip": source,
    }
