"""Checks of every request, before moto: permissions of the caller, tags, dry runs, client tokens."""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

from typing import Any

from moto.core.responses import BaseResponse

from skerry.embedded import transitions
from skerry.embedded.callers import denial_of, ids_in
from skerry.embedded.client_tokens import answer_once
from skerry.embedded.error_answers import answer_with_error, operation_of, signing_name_of
from skerry.embedded.patching import Correction
from skerry.embedded.propagation import hide, ids_of, note_new_resources, unseen_ids
from skerry.embedded.tag_rules import check_tags

# The codes for resources that are not there.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
_NOT_FOUND = {
    "elastic-ip": "InvalidAllocationID.NotFound",
    "internet-gateway": "InvalidInternetGatewayID.NotFound",
    "natgateway": "NatGatewayNotFound",
    "network-acl": "InvalidNetworkAclID.NotFound",
    "route-table": "InvalidRouteTableID.NotFound",
    "security-group": "InvalidGroup.NotFound",
    "security-group-rule": "InvalidSecurityGroupRuleId.NotFound",
    "subnet": "InvalidSubnetID.NotFound",
    "vpc": "InvalidVpcID.NotFound",
    "vpc-endpoint": "InvalidVpcEndpointId.NotFound",
}
_PRECONDITION_FAILED = 412


def _call_action(original: Any, response: Any) -> Any:
    service, operation = signing_name_of(response), operation_of(response)
    denial = denial_of(f"{service}:{operation}", response)
    if denial is not None:
        return answer_with_error(response, *denial)
    if service != "ec2":
        return original(response)
    if refusal := check_tags(operation, response.params) or _dry_run(response):
        status, headers, body = answer_with_error(response, *refusal)
        return _PRECONDITION_FAILED if refusal[0] == "DryRunOperation" else status, headers, body
    return answer_once(operation, response, lambda: _answer(original, operation, response))


def _answer(original: Any, operation: str, response: Any) -> Any:
    """Answer a call as if the newest resources were not there yet."""
    backend = response.ec2_backend
    unseen = unseen_ids(backend)
    if operation.startswith(("Describe", "Get")):
        with hide(backend, unseen):
            return original(response)
    for name, kind in ids_in(response.params):
        if name in unseen:
            return answer_with_error(response, _NOT_FOUND[kind], f"The ID '{name}' does not exist")
    with note_new_resources(backend):
        return original(response)


def _dry_run(response: Any) -> tuple[str, str] | None:
    """Return the answer to a dry run: an error even if the request would succeed. moto: some calls take effect.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html (DryRun)
    """
    if not response._get_bool_param("DryRun"):
        return None
    backend = response.ec2_backend
    transitions.settle(backend)
    for name, kind in ids_in(response.params):
        if name not in ids_of(backend, kind):
            return _NOT_FOUND[kind], f"The ID '{name}' does not exist"
    return "DryRunOperation", "Request would have succeeded, but DryRun flag is set."


CORRECTIONS = (Correction(BaseResponse, "call_action", _call_action),)
"""The patches of this module, applied after those of calls that moto lacks."""
