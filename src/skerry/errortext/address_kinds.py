"""Kinds of dialled addresses: of the task itself, of a VPC, of S3, of AWS, or of anything else."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal

from skerry.catalogue.aws_ranges import is_of_aws
from skerry.catalogue.s3_ranges import is_of_s3

AddressKind = Literal["local", "imds", "link-local", "private", "s3", "public", "unlisted", "other"]
"""``local``: loopback. ``imds``: instance metadata. ``link-local``: of the host, such as task credentials.

``private`` includes a carrier's and unique local ones. ``public``: in AWS's published ranges, or an address of
documentation in the place of one. ``unlisted``: any other global address. ``other``: no address.
"""

_PRIVATE = tuple(
    ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
# Texts hide real addresses behind these: https://www.rfc-editor.org/rfc/rfc5737
_DOCUMENTATION = tuple(
    ip_network(block) for block in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
_IMDS = frozenset([ip_address("169.254.169.254"), ip_address("fd00:ec2::254")])


@lru_cache(maxsize=1024)
def address_kind_of(address: str, own: tuple[str, ...] = ()) -> AddressKind:
    """Return the kind of a dialled address; ``own`` are CIDR blocks of the task's VPC, whose addresses are private."""
    if address == "localhost":
        return "local"
    try:
        parsed = ip_address(address)
    except ValueError:
        return "other"
    if parsed in _IMDS:
        return "imds"
    if parsed.is_loopback or parsed.is_unspecified:
        return "local"
    if parsed.is_link_local:
        return "link-local"
    return _global_kind_of(parsed, own)


def _global_kind_of(address: IPv4Address | IPv6Address, own: tuple[str, ...]) -> AddressKind:
    if any(address in block for block in (*_PRIVATE, *(ip_network(block, strict=False) for block in own))):
        return "private"
    if is_of_s3(address):
        return "s3"
    if is_of_aws(address) or any(address in block for block in _DOCUMENTATION):
        return "public"
    return "unlisted"
