"""Quotas of the embedded AWS: the default values, unless its settings replace them.

https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html
"""

from typing import NamedTuple

from moto.ec2.exceptions import EC2ClientError

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


def require_quota(code: str, count: int, counted: str) -> None:
    """Refuse a request that would exceed a quota.

    Raises EC2ClientError.
    """
    quota = QUOTAS[code]
    most = settings_in_use().quotas.get(code, quota.value)
    if count > most:
        raise EC2ClientError(quota.code, f"The maximum number of {counted} has been reached: {most}")
