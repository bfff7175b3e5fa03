"""Validation of values in records, such as invalid addresses, or port ranges that end before they begin.

The meaning of a record with an invalid value is unknown: its row counts as lost.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, Raw

from skerry.model import field_types
from skerry.model.endpoints import RecordSet
from skerry.model.network import DhcpConfiguration
from skerry.model.security_groups_and_acls import AclPortRange, IpPermission
from skerry.net.dns_names import DnsName
from skerry.net.host_texts import HostText
from skerry.net.ip_addresses import Address4, Address6
from skerry.sources.decoding import UNREADABLE
from skerry.sources.json_repair import has_repeated_keys
from skerry.sources.text_types import Value, parse_value

_Record = TypeVar("_Record", bound=msgspec.Struct)

_AT_ONCE = 256
_INVALID = r"^( is no .*) - at `\$\.(.*)`$"

Check: TypeAlias = Callable[[Value], str]
"""Returns the place and the fault of an invalid value, such as ``[0].CidrIp is no IPv4 CIDR block``."""

_PROTOCOL = re.compile(r"-1|[0-9]{1,3}|tcp|udp|icmp|icmpv6")
_NUMBER = re.compile(r"-1|[0-9]{1,3}")
_HIGHEST_PROTOCOL = 255
_WITH_PORTS = frozenset({"tcp", "udp", "6", "17"})
_AMAZON_DNS = "AmazonProvidedDNS"


def read_rows(listed: list[Raw], record: type[_Record]) -> Iterator[tuple[_Record | None, str]]:
    """Yield each row as a record, or None with the reason why it cannot be read."""
    has_forms = bool(_checks(record)) or record in _WITH_RULES
    for start in range(0, len(listed), _AT_ONCE):
        part = listed[start : start + _AT_ONCE]
        together = b"[%s]" % b",".join(map(bytes, part))
        try:
            rows: list[_Record] = msgspec.json.decode(together, type=list[record], dec_hook=parse_value)  # type: ignore[valid-type]
            sound = not has_repeated_keys(together)
        except UNREADABLE:
            rows, sound = [], False
        if not sound:
            yield from (read_record(raw, record) for raw in part)
        elif has_forms:
            yield from ((None, fault) if (fault := fault_of(row)) else (row, "") for row in rows)
        else:
            yield from ((row, "") for row in rows)


def read_record(raw: Raw, record: type[_Record]) -> tuple[_Record | None, str]:
    """Return a JSON value as a record, or None with the reason why it cannot be read."""
    try:
        value = msgspec.json.decode(raw, type=record, dec_hook=parse_value)
        if has_repeated_keys(bytes(raw)):
            return None, "a key stands in it twice"
    except UNREADABLE as error:
        return None, re.sub(_INVALID, r"\2\1", str(error))
    fault = fault_of(value)
    return (None, fault) if fault else (value, "")


def fault_of(record: msgspec.Struct) -> str:
    """Return the first invalid value of a record, by its path of keys; empty if all values are valid."""
    for attribute, name, check in _checks(type(record)):
        fault = check(getattr(record, attribute))
        if fault:
            return f"{name}{fault}"
    match record:
        case RecordSet():
            return _record_set(record)
        case DhcpConfiguration():
            return _dhcp(record)
        case AclPortRange() if record.from_port > record.to_port:
            return " ends before it begins"
        case IpPermission() if record.ip_protocol in _WITH_PORTS and (record.from_port or 0) > (
            65_535 if record.to_port is None else record.to_port
        ):
            return " has a port range that ends before it begins"
        case _:
            return ""


@cache
def _checks(record: type[msgspec.Struct]) -> tuple[tuple[str, str, Check], ...]:
    """Return the fields of a record with a required form, or with records of such fields."""
    # `msgspec.inspect` reads more of a type than its forms, and takes three times as long.
    types: dict[str, Any] = {}
    for base in reversed(record.__mro__):
        types |= vars(base).get("__annotations__", {})
    if any(isinstance(kind, str) for kind in types.values()):
        types = get_type_hints(record, include_extras=True)
    names = zip(record.__struct_fields__, record.__struct_encode_fields__, strict=True)
    checks = ((name, encoded, _check(types[name])) for name, encoded in names)
    return tuple((name, encoded, check) for name, encoded, check in checks if check is not None)


def _check(kind: Any) -> Check | None:  # noqa: ANN401 -- the type of a field
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is None:
        has_fields = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
        return _nested if has_fields and (_checks(kind) or kind in _WITH_RULES) else None
    if origin is Annotated:
        form = next((meta.extra[field_types.FORM] for meta in arguments[1:] if meta.extra), None)
        return _check(arguments[0]) if form is None else _of_form(form)
    if origin is tuple:
        check = _check(arguments[0])
        return None if check is None else _each(check)
    if origin in {Union, UnionType}:
        check = next(filter(None, map(_check, arguments)), None)
        return None if check is None else _unless_absent(check)
    return None


_WITH_RULES = frozenset({RecordSet, DhcpConfiguration, AclPortRange, IpPermission})


def _of_form(form: str) -> Check:
    fits = _FORMS[form]
    return lambda value: "" if fits(value) else f" is no {form}"


def _nested(value: msgspec.Struct) -> str:
    fault = fault_of(value)
    return f".{fault}" if fault and not fault.startswith(" ") else fault


def _each(check: Check) -> Check:
    def items(value: tuple[Value, ...]) -> str:
        faults = ((position, check(item)) for position, item in enumerate(value))
        return next((f"[{position}]{fault}" for position, fault in faults if fault), "")

    return _unless_absent(items)


def _unless_absent(check: Check) -> Check:
    return lambda value: "" if value is None or value is UNSET else check(value)


# --------------------------------------------------------------------------------------------------------- the forms


def _is_protocol(text: str) -> bool:
    return bool(_PROTOCOL.fullmatch(text.lower())) and not (text.isdecimal() and int(text) > _HIGHEST_PROTOCOL)


def _is_protocol_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and int(text) <= _HIGHEST_PROTOCOL


_FORMS: dict[str, Callable[[str], bool]] = {
    field_types.ACTION: lambda text: text in {"allow", "deny"},
    field_types.PROTOCOL: _is_protocol,
    field_types.PROTOCOL_NUMBER: _is_protocol_number,
}


# ------------------------------------------------------------------------------------ records with rules of their own


def _record_set(record: RecordSet) -> str:
    """Return the first value of a record set that does not fit its type.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
    """
    if record.type not in _RECORD_FORMS:
        return ""
    form, fits = _RECORD_FORMS[record.type]
    return _fault_in("ResourceRecords", (item.value for item in record.resource_records), form, fits)


_RECORD_FORMS: dict[str, tuple[str, Callable[[HostText], bool]]] = {
    "A": (Address4.form, lambda value: isinstance(value.address, Address4)),
    "AAAA": (Address6.form, lambda value: isinstance(value.address, Address6)),
    "CNAME": (DnsName.form, lambda value: value.name is not None),
}


def _dhcp(record: DhcpConfiguration) -> str:
    """Return the first DNS server that is neither an address nor Amazon's.

    https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html
    """
    if record.key != "domain-name-servers":
        return ""
    servers = (item.value for item in record.values)
    return _fault_in("Values", servers, Address4.form, lambda value: value.address is not None or value == _AMAZON_DNS)


def _fault_in(key: str, values: Iterator[HostText], form: str, fits: Callable[[HostText], bool]) -> str:
    unfit = (position for position, value in enumerate(values) if not fits(value))
    return next((f"{key}[{position}] is no {form}" for position in unfit), "")
