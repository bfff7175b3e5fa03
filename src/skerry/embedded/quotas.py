"""Quotas of the embedded AWS: the default values, unless its settings replace them.

https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html
"""

from typing import Any, NamedTuple

from moto.ec2.exceptions import EC2ClientError
from moto.servicequotas.models import ServiceQuotasBackend

from skerry.embedded.patching import Correction
from skerry.embedded.settings import settings_in_use


class Quota(NamedTuple):
    """The default value of a quota, and the error code of a request beyond it."""

    value: int
    code: str


QUOTAS = {
    "L-29B6F2EB": Quota(50, "VpcEndpointLimitExceeded"),
    "L-1B52E74A": Quota(20, "VpcEndpointLimitExceeded"),
    "L-E79EC296": Quota(2_500, "SecurityGroupLimitExceeded"),
    "L-2AFB9258": Quota(5, "SecurityGroupsPerInterfaceLimitExceeded"),
    "L-0EA8095F": Quota(60, "RulesPerSecurityGroupLimitExceeded"),
    "L-2AEEBF1A": Quota(20, "NetworkAclEntryLimitExceeded"),
    "L-93826ACB": Quota(500, "RouteLimitExceeded"),
    "L-FE5A380F": Quota(5, "NatGatewayLimitExceeded"),
    "L-0263D0A3": Quota(5, "AddressLimitExceeded"),
}
"""The enforced quotas, by their codes of Service Quotas."""


_OF_EC2 = {"L-0263D0A3"}
"""The quotas of the service code ``ec2``; all others are of ``vpc``."""


def _value_of(code: str) -> int:
    return settings_in_use().quotas.get(code, QUOTAS[code].value)


def _get_service_quota(original: Any, backend: Any, service_code: str, quota_code: str) -> Any:
    """Return the enforced value of a quota. moto: other defaults, and none of EC2.

    https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
    """
    service = "ec2" if quota_code in _OF_EC2 else "vpc"
    if quota_code not in QUOTAS or service_code != service:
        return original(backend, service_code, quota_code)
    place = f"{backend.region_name}:{backend.account_id}"
    return {
        "ServiceCode": service,
        "QuotaArn": f"arn:{backend.partition}:servicequotas:{place}:{service}/{quota_code}",
        "QuotaCode": quota_code,
        "Value": float(_value_of(quota_code)),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def require_quota(code: str, count: int, counted: str) -> None:
    """Refuse a request that would exceed a quota.

    Raises EC2ClientError.
    """
    most = _value_of(code)
    if count > most:
        raise EC2ClientError(QUOTAS[code].code, f"The maximum number of {counted} has been reached: {most}")


CORRECTIONS = (Correction(ServiceQuotasBackend, "get_service_quota", _get_service_quota),)
"""The patches of this module."""
