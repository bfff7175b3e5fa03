"""Patches of moto for the entries of network ACLs, by AWS's documented rules."""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

from ipaddress import ip_network
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses.network_acls import NetworkACLs

from skerry.embedded.patching import Correction
from skerry.embedded.quotas import require_quota

_LAST_NUMBER = 32766
_WITH_PORTS = {"6", "17"}


def _create(original: Any, response: Any) -> Any:
    """Refuse reserved numbers, missing ports and more entries than the quota; store canonical blocks.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html
    """
    _check(response)
    acl = response.ec2_backend.get_network_acl(response._get_param("NetworkAclId"))
    egress = response._get_bool_param("Egress")
    same = [entry for entry in acl.network_acl_entries if entry.egress == egress and entry.rule_number <= _LAST_NUMBER]
    if not any(entry.rule_number == int(response._get_param("RuleNumber")) for entry in same):
        side = "outbound" if egress else "inbound"
        require_quota("L-2AEEBF1A", len(same) + 1, f"{side} entries of {acl.id}")
    return original(response)


def _replace(original: Any, response: Any) -> Any:
    """Refuse a number without an entry: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceNetworkAclEntry.html."""
    _check(response)
    _require_entry(response)
    return original(response)


def _delete(original: Any, response: Any) -> Any:
    """Refuse a number without an entry: moto fails.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkAclEntry.html
    """
    _require_number(response)
    _require_entry(response)
    return original(response)


def _require_entry(response: Any) -> None:
    acl = response.ec2_backend.get_network_acl(response._get_param("NetworkAclId"))
    number, egress = int(response._get_param("RuleNumber")), response._get_bool_param("Egress")
    if not any(entry.egress == egress and entry.rule_number == number for entry in acl.network_acl_entries):
        message = f"The network acl entry identified by {number} does not exist."
        raise EC2ClientError("InvalidNetworkAclEntry.NotFound", message)


def _require_number(response: Any) -> None:
    number = int(response._get_param("RuleNumber"))
    if not 1 <= number <= _LAST_NUMBER:
        message = f"Invalid value '{number}' for ruleNumber. It must be between 1 and {_LAST_NUMBER}."
        raise EC2ClientError("InvalidParameterValue", message)


def _check(response: Any) -> None:
    _require_number(response)
    get_parameter = response._get_param
    if get_parameter("Protocol") in _WITH_PORTS and get_parameter("PortRange.From") is None:
        raise EC2ClientError("MissingParameter", "The request must contain the parameter portRange")
    for name in ("CidrBlock", "Ipv6CidrBlock"):
        if block := get_parameter(name):
            try:
                response.params[name] = str(ip_network(block, strict=False))
            except ValueError as error:
                message = f"Value ({block}) for parameter cidrBlock is invalid. This is not a valid CIDR block."
                raise EC2ClientError("InvalidParameterValue", message) from error


CORRECTIONS = (
    Correction(NetworkACLs, "create_network_acl_entry", _create),
    Correction(NetworkACLs, "replace_network_acl_entry", _replace),
    Correction(NetworkACLs, "delete_network_acl_entry", _delete),
)
"""The patches of this module."""
