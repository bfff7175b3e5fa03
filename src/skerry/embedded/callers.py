"""Permissions of callers: the policies of an IAM user or role of the embedded account are in force.

Any other credentials are those of the account's root user, who may do everything.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from moto.iam.access_control import AssumedRoleAccessKey, CreateAccessKeyFailure, IAMUserAccessKey, create_access_key
from moto.sts.models import STSBackend

from skerry.embedded.fault_rules import denied_code
from skerry.embedded.patching import Correction
from skerry.model.arns import NameOrArn
from skerry.policy.document import Policy, parse
from skerry.policy.evaluate import Policies, evaluate
from skerry.policy.request import Principal, Request
from skerry.policy.resources import Resource

_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/")
_ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}

# The types of resources in ARNs of EC2, by the prefixes of their ids.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
_TYPES = {
    "acl": "network-acl",
    "eipalloc": "elastic-ip",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
# EC2 asks for an action on these types of resources. New resources of a call come first.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
_CREATED = {
    "AllocateAddress": "elastic-ip",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "CreateNatGateway": "natgateway",
    "CreateSecurityGroup": "security-group",
    "CreateVpcEndpoint": "vpc-endpoint",
}
_ASKED_FOR = {
    "AllocateAddress": {"elastic-ip"},
    "AuthorizeSecurityGroupEgress": {"security-group"},
    "AuthorizeSecurityGroupIngress": {"security-group"},
    "CreateNatGateway": {"natgateway", "subnet", "elastic-ip"},
    "CreateNetworkAclEntry": {"network-acl"},
    "CreateRoute": {"route-table"},
    "CreateSecurityGroup": {"security-group", "vpc"},
    "CreateVpcEndpoint": {"vpc-endpoint", "vpc", "subnet", "security-group", "route-table"},
    "DeleteNatGateway": {"natgateway"},
    "DeleteNetworkAclEntry": {"network-acl"},
    "DeleteRoute": {"route-table"},
    "DeleteSecurityGroup": {"security-group"},
    "DeleteVpcEndpoints": {"vpc-endpoint"},
    "ModifySecurityGroupRules": {"security-group", "security-group-rule"},
    "ModifyVpcAttribute": {"vpc"},
    "ModifyVpcEndpoint": {"vpc-endpoint", "subnet", "security-group", "route-table"},
    "ReleaseAddress": {"elastic-ip"},
    "ReplaceNetworkAclEntry": {"network-acl"},
    "ReplaceRoute": {"route-table"},
    "RevokeSecurityGroupEgress": {"security-group"},
    "RevokeSecurityGroupIngress": {"security-group"},
}
_TAGGING = "ec2:CreateTags"
_ID = re.compile(r"(?P<prefix>[a-z]+)-[0-9a-f]{8,17}")


class _CallerPolicies(NamedTuple):
    principal: Principal
    policies: tuple[Policy, ...]


def denial_of(action: str, response: Any) -> tuple[str, str] | None:
    """Return the code and message of a denied call; None if its caller may make it."""
    caller = _caller_of(response)
    if caller is None or action in _ALWAYS_ALLOWED:
        return None
    for asked, resource, keys in _questions(action, response):
        context = _context_of(response) | keys
        if evaluate(Request(caller.principal, asked, resource, context), _policies(caller)).verdict != "allowed":
            message = (
                f"User: {caller.principal.arn} is not authorized to perform: {asked} on resource: "
                f"{resource.arn} because no identity-based policy allows the {asked} action"
            )
            return denied_code(action.partition(":")[0]), message
    return None


def _policies(caller: _CallerPolicies) -> Policies:
    return Policies(
        identity=caller.policies, boundary=None, session=None, scps=(), rcps=(), resource=None, endpoint=None
    )


def _questions(action: str, response: Any) -> Iterator[tuple[str, Resource, dict[str, tuple[str, ...]]]]:
    """Yield each action of a call with a resource: tags of a new resource are an action of their own.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    """
    for resource in _resources_of(action, response):
        yield action, resource, {}
    operation = action.partition(":")[2]
    if operation in _CREATED and isinstance(response.params, dict) and response.params.get("TagSpecifications"):
        account = response.current_account
        arn = f"arn:{response.partition}:ec2:{response.region}:{account}:{_CREATED[operation]}/*"
        yield _TAGGING, Resource(arn, account), {"ec2:createaction": (operation,)}


def _caller_of(response: Any) -> _CallerPolicies | None:
    """Return the IAM user or role whose keys signed the request; None for other keys."""
    credential = _CREDENTIAL.search(response.headers.get("Authorization", ""))
    if credential is None:
        return None
    account, partition = response.current_account, response.partition
    try:
        key = create_access_key(account, partition, credential["key"], response.headers)
    except CreateAccessKeyFailure:
        return None
    documents = [_parsed(policy, number) for number, policy in enumerate(key.collect_policies(), 1)]
    if isinstance(key, AssumedRoleAccessKey):
        role = key.backend.get_role(key._owner_role_name)  # noqa: SLF001 - moto has no public name
        principal = Principal("role", NameOrArn(role.arn), account, organization=None, tags={})
        return _CallerPolicies(principal, tuple(documents))
    assert isinstance(key, IAMUserAccessKey)  # noqa: S101 - moto knows two kinds of keys
    principal = Principal("user", NameOrArn(key.arn), account, organization=None, tags={})
    return _CallerPolicies(principal, tuple(documents))


def _parsed(policy: Any, number: int) -> Policy:
    """Parse a policy as moto keeps it: a managed policy, an inline policy of a user, or the text of a role's."""
    document = policy
    if isinstance(policy, dict):
        document = policy["policy_document"]
    elif not isinstance(policy, str):
        document = next(version.document for version in policy.versions if version.is_default)
    return parse(document, f"policy {number}")


def _resources_of(action: str, response: Any) -> Iterator[Resource]:
    """Yield the resources of a request: those that it names and creates, or ``*``.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policy-structure.html
    """
    service, _, operation = action.partition(":")
    account = response.current_account
    start = f"arn:{response.partition}:{service}:{response.region}:{account}"
    arns = []
    if service == "ec2" and not operation.startswith(("Describe", "Get")):
        kinds = _ASKED_FOR.get(operation, set(_TYPES.values()))
        if _CREATED.get(operation) in kinds:
            arns.append(f"{start}:{_CREATED[operation]}/*")
        arns += [f"{start}:{kind}/{name}" for name, kind in ids_in(response.params) if kind in kinds]
    elif action == "ecs:UpdateService":
        cluster = str(response.params.get("cluster") or "default").rpartition("/")[2]
        arns.append(f"{start}:service/{cluster}/{str(response.params.get('service')).rpartition('/')[2]}")
    for arn in dict.fromkeys(arns) or ("*",):
        yield Resource(arn, account)


def ids_in(value: object) -> Iterator[tuple[str, str]]:
    """Yield each id of an EC2 resource in the parameters of a request, with its type."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in {"PolicyDocument", "Tags", "TagSpecifications", "ClientToken"}:
                yield from ids_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from ids_in(item)
    elif isinstance(value, str) and (parts := _ID.fullmatch(value)) and parts["prefix"] in _TYPES:
        yield value, _TYPES[parts["prefix"]]


def _context_of(response: Any) -> dict[str, tuple[str, ...]]:
    """Return the keys of a request that are the same for its resources.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    context = {"aws:requestedregion": (str(response.region),), "aws:viaawsservice": ("false",)}
    # moto parses the requests of some services into no parameters of this name.
    given = getattr(response, "params", None)
    params = given if isinstance(given, dict) else {}
    keys = []
    for specification in params.get("TagSpecifications") or ():
        for tag in specification.get("Tags") or ():
            context[f"aws:requesttag/{str(tag['Key']).lower()}"] = (str(tag.get("Value", "")),)
            keys.append(str(tag["Key"]))
    return context | {"aws:tagkeys": tuple(keys)}


def _identity(original: Any, backend: Any, access_key_id: str, region: str) -> tuple[str, str, str]:
    """Name the root user for keys of nobody. moto: an ARN of no form of AWS.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """
    user_id, arn, account = original(backend, access_key_id, region)
    if arn.endswith(":user/moto"):
        return account, f"arn:{arn.split(':')[1]}:iam::{account}:root", account
    return user_id, arn, account


CORRECTIONS = (Correction(STSBackend, "get_caller_identity", _identity),)
"""The patches of this module."""
