"""Condition operators: their names, and the comparison of a policy's text with a value of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import binascii
import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from operator import eq, ge, gt, le, lt
from typing import Literal

import msgspec

from skerry.policy.ternary import Truth, shorten, unknown_for
from skerry.policy.wildcards import Pattern, arn_like, glob_of, literal_of

Compare = Callable[[Pattern, str], Truth]
Order = Callable[[Decimal, Decimal], bool]
Quantifier = Literal["", "ForAllValues", "ForAnyValue"]

# Compiled at first use: a start compiles no pattern that few inputs need.
_NUMBER = r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?"
_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})"
_YEAR = 4  # digits
_1970 = datetime(1970, 1, 1, tzinfo=UTC)


class Operator(msgspec.Struct, frozen=True, gc=False):
    """One condition operator.

    ``compare`` is None for ``Null``, as it compares no value. ``negated``: the condition holds if no value of the
    policy fits. ``takes_variables``: values of the policy may contain policy variables.
    """

    compare: Compare | None
    negated: bool = False
    takes_variables: bool = False
    quantifier: Quantifier = ""
    if_exists: bool = False


def _unreadable(value: str, what: str) -> Truth:
    return unknown_for(f"the meaning of {shorten(value)!r} as {what}")


def _equals(pattern: Pattern, value: str) -> Truth:
    return literal_of(pattern) == value


def _equals_ignoring_case(pattern: Pattern, value: str) -> Truth:
    return literal_of(pattern).casefold() == value.casefold()


def _like(pattern: Pattern, value: str) -> Truth:
    return glob_of(pattern).matches(value)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(_NUMBER, text) else None


def _numeric(order: Order, pattern: Pattern, value: str) -> Truth:
    return _ordered(order, literal_of(pattern), value, _number, "a number")


def _ordered(order: Order, wanted: str, given: str, read: Callable[[str], Decimal | None], what: str) -> Truth:
    left, right = read(given), read(wanted)
    if left is None or right is None:
        return _unreadable(given if left is None else wanted, what)
    return order(left, right)


def _instant(text: str) -> Decimal | None:
    """Return seconds since 1970 from an ISO 8601 date and time with its zone, or from such a number.

    AWS does not document a date without a time, nor whether four digits are a year.
    """
    if text.isascii() and text.isdigit():
        return None if len(text) == _YEAR else _number(text)
    if not re.fullmatch(_INSTANT, text):
        return None
    try:
        since = datetime.fromisoformat(text) - _1970
    except ValueError:
        return None
    return Decimal(since // timedelta(microseconds=1)) / 1_000_000


def _date(order: Order, pattern: Pattern, value: str) -> Truth:
    return _ordered(order, literal_of(pattern), value, _instant, "a time")


def _bool(pattern: Pattern, value: str) -> Truth:
    wanted, given = literal_of(pattern).lower(), value.lower()
    for text in (wanted, given):
        if text not in {"true", "false"}:
            return _unreadable(text, "true or false")
    return wanted == given


def _bytes(text: str) -> bytes | None:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None


def _binary(pattern: Pattern, value: str) -> Truth:
    """Return whether two texts in base 64 have equal bytes."""
    wanted, given = _bytes(literal_of(pattern)), _bytes(value)
    if wanted is None or given is None:
        return _unreadable(literal_of(pattern) if wanted is None else value, "base 64")
    return wanted == given


def _ip_address(pattern: Pattern, value: str) -> Truth:
    """Return whether an address is in a CIDR block; an address without a prefix length is a block of one address."""
    try:
        block = ipaddress.ip_network(literal_of(pattern))
    except ValueError:
        return _unreadable(literal_of(pattern), "a CIDR block")
    try:
        return ipaddress.ip_address(value) in block
    except ValueError:
        return _unreadable(value, "an IP address")


_BASES: dict[str, Operator] = {
    "StringEquals": Operator(_equals, takes_variables=True),
    "StringNotEquals": Operator(_equals, negated=True, takes_variables=True),
    "StringEqualsIgnoreCase": Operator(_equals_ignoring_case, takes_variables=True),
    "StringNotEqualsIgnoreCase": Operator(_equals_ignoring_case, negated=True, takes_variables=True),
    "StringLike": Operator(_like, takes_variables=True),
    "StringNotLike": Operator(_like, negated=True, takes_variables=True),
    "ArnEquals": Operator(arn_like, takes_variables=True),
    "ArnLike": Operator(arn_like, takes_variables=True),
    "ArnNotEquals": Operator(arn_like, negated=True, takes_variables=True),
    "ArnNotLike": Operator(arn_like, negated=True, takes_variables=True),
    "NumericEquals": Operator(partial(_numeric, eq)),
    "NumericNotEquals": Operator(partial(_numeric, eq), negated=True),
    "NumericLessThan": Operator(partial(_numeric, lt)),
    "NumericLessThanEquals": Operator(partial(_numeric, le)),
    "NumericGreaterThan": Operator(partial(_numeric, gt)),
    "NumericGreaterThanEquals": Operator(partial(_numeric, ge)),
    "DateEquals": Operator(partial(_date, eq)),
    "DateNotEquals": Operator(partial(_date, eq), negated=True),
    "DateLessThan": Operator(partial(_date, lt)),
    "DateLessThanEquals": Operator(partial(_date, le)),
    "DateGreaterThan": Operator(partial(_date, gt)),
    "DateGreaterThanEquals": Operator(partial(_date, ge)),
    "Bool": Operator(_bool),
    "BinaryEquals": Operator(_binary),
    "IpAddress": Operator(_ip_address),
    "NotIpAddress": Operator(_ip_address, negated=True),
    "Null": Operator(None),
}
_QUANTIFIERS: dict[str, Quantifier] = {"ForAllValues": "ForAllValues", "ForAnyValue": "ForAnyValue"}
_IF_EXISTS = "IfExists"


def operator_of(name: str) -> Operator | None:
    """Return the operator with this name, None if AWS documents none.

    ``Null`` takes neither a quantifier nor ``IfExists``, as they test for presence too.
    """
    prefix, colon, base = name.rpartition(":")
    bare = base.removesuffix(_IF_EXISTS)
    operator = _BASES.get(bare)
    quantifier = _QUANTIFIERS.get(prefix)
    if operator is None or (colon and quantifier is None):
        return None
    if not colon and bare == base:
        return operator
    if operator.compare is None:
        return None
    return msgspec.structs.replace(operator, quantifier=quantifier or "", if_exists=bare != base)
