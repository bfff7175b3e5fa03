"""AWS's rules for tags of EC2 resources, which moto does not check.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
"""

from collections.abc import Iterator
from typing import Any

Refusal = tuple[str, str]

# The type of resource that each call creates, as `TagSpecifications` names it.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TagSpecification.html
_TYPES = {
    "CreateSecurityGroup": "security-group",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "CreateVpcEndpoint": "vpc-endpoint",
    "CreateNatGateway": "natgateway",
    "AllocateAddress": "elastic-ip",
    "CreateVpc": "vpc",
    "CreateSubnet": "subnet",
    "CreateRouteTable": "route-table",
    "CreateNetworkAcl": "network-acl",
    "CreateInternetGateway": "internet-gateway",
    "CreateNetworkInterface": "network-interface",
}
_MOST_TAGS, _LONGEST_KEY, _LONGEST_VALUE = 50, 128, 256


def check_tags(operation: str, parameters: dict[str, Any]) -> Refusal | None:
    """Return the code and message for invalid tags of a request; None for valid ones."""
    return next(_refusals(operation, parameters), None)


def _refusals(operation: str, parameters: dict[str, Any]) -> Iterator[Refusal]:
    expected = _TYPES.get(operation)
    for specification in parameters.get("TagSpecifications") or ():
        kind = specification.get("ResourceType")
        if expected is not None and kind != expected:
            yield "InvalidParameterValue", f"'{kind}' is not a valid taggable resource type for this operation."
        yield from _refusals_of(specification.get("Tags") or ())
    if operation == "CreateTags":
        yield from _refusals_of(parameters.get("Tags") or ())


def _refusals_of(tags: Any) -> Iterator[Refusal]:
    keys = [tag.get("Key") or "" for tag in tags]
    if len(keys) > _MOST_TAGS:
        yield "TagLimitExceeded", f"The maximum number of tags of a resource is {_MOST_TAGS}"
    if len(set(keys)) < len(keys):
        yield "InvalidParameterValue", "Duplicate tag keys found."
    for tag in tags:
        key, value = tag.get("Key") or "", tag.get("Value") or ""
        if key.lower().startswith("aws:"):
            yield "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"
        if not key or len(key) > _LONGEST_KEY:
            yield "InvalidParameterValue", f"Tag key {key!r} is empty or exceeds {_LONGEST_KEY} characters"
        if len(value) > _LONGEST_VALUE:
            yield "InvalidParameterValue", f"The value of tag {key!r} exceeds {_LONGEST_VALUE} characters"
