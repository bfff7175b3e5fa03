"""Fn::Cidr and Fn::GetAZs.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html
"""

import ipaddress
from typing import Final

from skerry.sources.cloudformation.text_functions import FunctionError
from skerry.sources.cloudformation.values import Value, ZoneList, reason_of, unresolved_function

_MOST_BLOCKS: Final = 256


def cidr(block: Value, count: Value, bits: Value | None) -> Value:
    """Return the first blocks of a size within a block, in ascending order.

    A block with host bits is unresolved: AWS's page does not tell the answer.
    """
    arguments = [block, count, *([] if bits is None else [bits])]
    if not isinstance(block, str) or not isinstance(count, str) or not (bits is None or isinstance(bits, str)):
        return unresolved_function("Fn::Cidr", arguments)
    try:
        network = ipaddress.ip_network(block)
    except ValueError:
        return _irregular_block(block, arguments)
    if not count.isdecimal() or not 1 <= int(count) <= _MOST_BLOCKS:
        raise FunctionError(f"Fn::Cidr takes a count of 1 to {_MOST_BLOCKS}, not {count[:40]}")
    if bits is None:
        return unresolved_function("Fn::Cidr", arguments, "Fn::Cidr without a size is for blocks that AWS chooses")
    if not bits.isdecimal():
        raise FunctionError(f"Fn::Cidr takes a number of bits, not {bits[:40]}")
    length = network.max_prefixlen - int(bits)
    if not network.prefixlen <= length <= network.max_prefixlen or int(count) > 2 ** (length - network.prefixlen):
        raise FunctionError(f"Fn::Cidr cannot take {count} blocks of {bits} bits from {block}")
    first, step = int(network.network_address), 1 << int(bits)
    address = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address  # noqa: PLR2004
    return [f"{address(first + step * index)}/{length}" for index in range(int(count))]


def _irregular_block(block: str, arguments: list[Value]) -> Value:
    try:
        ipaddress.ip_network(block, strict=False)
    except ValueError:
        raise FunctionError(f"Fn::Cidr takes a CIDR block, not {block[:60]}") from None
    return unresolved_function("Fn::Cidr", arguments, f"Fn::Cidr of {block}, which has host bits")


def zones(region: Value) -> Value:
    """Return the Availability Zones of a Region; AWS guarantees neither their number nor their order.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html
    """
    reason = "the zones of a Region belong to the account"
    if isinstance(region, str):
        return ZoneList(f"Fn::GetAZs {region}", reason, region)
    if isinstance(region, list | dict):
        raise FunctionError("Fn::GetAZs takes a Region")
    return ZoneList(f"Fn::GetAZs {region.expression}", reason_of(region), "")
