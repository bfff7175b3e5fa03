"""Checks of every request, before moto: permissions of the caller, tags, dry runs, client tokens."""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

from collections.abc import Mapping
from typing import Any

from moto.core.responses import BaseResponse

from skerry.embedded import transitions
from skerry.embedded.callers import denial_of, ids_in
from skerry.embedded.client_tokens import answer_once
from skerry.embedded.error_answers import answer_with_error, operation_of, signing_name_of
from skerry.embedded.patching import Correction
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
    return answer_once(operation, response, lambda: original(response))


def _dry_run(response: Any) -> tuple[str, str] | None:
    """Return the answer to a dry run: an error even if the request would succeed. moto: some calls take effect.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html (DryRun)
    """
    if not response._get_bool_param("DryRun"):
        return None
    backend = response.ec2_backend
    transitions.settle(backend)
    for name, kind in ids_in(response.params):
        if name not in _existing(backend, kind):
            return _NOT_FOUND[kind], f"The ID '{name}' does not exist"
    return "DryRunOperation", "Request would have succeeded, but DryRun flag is set."


def _existing(backend: Any, kind: str) -> Mapping[str, object] | set[str]:
    match kind:
        case "security-group":
            return {name for groups in backend.groups.values() for name in groups}
        case "security-group-rule":
            groups = (group for groups in backend.groups.values() for group in groups.values())
            return {rule.id for group in groups for rule in (*group.egress_rules, *group.ingress_rules)}
        case "subnet":
            return {name for subnets in backend.subnets.values() for name in subnets}
        case "elastic-ip":
            return {address.allocation_id for address in backend.addresses}
        case _:
            tables = {
                "internet-gateway": "internet_gateways",
                "natgateway": "nat_gateways",
                "network-acl": "network_acls",
                "route-table": "route_tables",
                "vpc": "vpcs",
                "vpc-endpoint": "vpc_end_points",
            }
            rows: Mapping[str, object] = getattr(backend, tables[kind])
            return rows


CORRECTIONS = (Correction(BaseResponse, "call_action", _call_action),)
"""The patches of this module, applied after those of calls that moto lacks."""
