"""The values of a plan's changes, checked for the forms that AWS gives them."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from skerry.errors import InputError
from skerry.net.addresses import parse_block
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    Manual,
    RevokeRule,
    is_new,
    resource_of,
)

_LONGEST = 20_480
"""The longest policy document of an endpoint: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html"""

_TAIL = r"-[0-9A-Za-z._-]{1,255}"
_ID = {
    "vpc_id": "vpc",
    "subnets": "subnet",
    "subnet_id": "subnet",
    "groups": "sg",
    "group_id": "sg",
    "route_tables": "rtb",
    "route_table_id": "rtb",
    "endpoint_id": "vpce",
    "acl_id": "acl",
    "nat_gateway_id": "nat",
    "allocation_id": "eipalloc",
    "internet_gateway_id": "igw",
    "prefix_list": "pl",
    "target": "nat|igw",
}
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
_TEXT = re.compile(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}")
_PATTERNS = {
    "service_name": re.compile(r"[a-z0-9][a-z0-9.\-]{1,254}"),
    "name": _TEXT,
    "description": _TEXT,
    "ip_address_type": re.compile(r"ipv4|ipv6|dualstack"),
}
_LAST_PORT, _LAST_NUMBER = 65535, 32766


def refuse_values(changes: Iterable[Change], name: str) -> None:
    """Raise `InputError` for a value in no form of AWS, or for a resource that nothing creates."""
    created: set[str] = set()
    for number, change in enumerate(changes, 1):
        problem = next(_problems(change, created), None)
        if problem is not None:
            what = f"{name} is no plan of skerry: change {number}: {problem}"
            raise InputError(what, "Plan again, and leave the file as it is written.")
        created.update(new_resources_of(change))


def new_resources_of(change: Change) -> tuple[str, ...]:
    """Return the resources that a change creates, by their ids in the plan."""
    match change:
        case CreateSecurityGroup():
            return (change.group_id,)
        case CreateInterfaceEndpoint() | CreateGatewayEndpoint():
            return (change.endpoint_id,)
        case CreateNatGateway():
            return (change.allocation_id, change.nat_gateway_id)
        case _:
            return ()


def _problems(change: Change, created: set[str]) -> Iterator[str]:
    for field, value in msgspec.structs.asdict(change).items():
        yield from _problems_of_text(field, value)
        if isinstance(change, Manual):
            continue
        for text in _texts(value):
            yield from _problems_of_value(field, text)
    if isinstance(change, Manual):
        return
    made = new_resources_of(change)
    yield from (f"{resource} is not the id of a new resource" for resource in made if not is_new(resource))
    yield from (f"{resource} is created twice" for resource in made if resource in created)
    yield from (f"nothing creates {resource}" for resource in _used(change) if resource not in {*created, *made})
    yield from _problems_of_numbers(change)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case tuple():
            yield from (text for text in value if isinstance(text, str))
        case _:
            return


def _problems_of_text(field: str, value: object) -> Iterator[str]:
    """Yield the problems of any text: its length, and control characters."""
    for text in _texts(value):
        if len(text) > _LONGEST:
            yield f"{field} is too long"
        if any(ord(sign) < ord(" ") and sign != "\n" for sign in text):
            yield f"{field} has control characters"


def _problems_of_value(field: str, text: str) -> Iterator[str]:
    if not _is_valid(field, text):
        yield f"{text[:60]!r} is no {field}"


def _is_valid(field: str, text: str) -> bool:
    if field in _ID:
        return re.fullmatch(f"(?:{_ID[field]}){_TAIL}", text) is not None
    if field in _PATTERNS:
        return _PATTERNS[field].fullmatch(text) is not None
    if field in {"cidr", "destination"}:
        return _is_block(text, field)
    return field != "policy" or _is_document(text)


def _is_block(text: str, field: str) -> bool:
    if field == "destination" and re.fullmatch(f"pl{_TAIL}", text):
        return True
    return parse_block(text) is not None


def _is_document(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _used(change: Change) -> Iterator[str]:
    """Yield the new resources that a change uses; a prefix list has a name, and is looked up."""
    values: dict[str, Any] = msgspec.structs.asdict(change)
    texts = [text for value in values.values() for text in _texts(value)]
    if isinstance(change, AuthorizeRule | RevokeRule):
        texts.append(change.rule.peer)
    for text in texts:
        if re.fullmatch(f"(?:sg|vpce|nat|eipalloc){_TAIL}", text) and is_new(text):
            yield text


def _problems_of_numbers(change: Change) -> Iterator[str]:
    if isinstance(change, AddAclEntry):
        first, last = change.ports
        if not (0 <= first <= last <= _LAST_PORT and 1 <= change.number <= _LAST_NUMBER):
            yield f"the entry of {resource_of(change)} has no valid number or ports"
    if isinstance(change, AuthorizeRule | RevokeRule):
        peer = change.rule.peer
        named = re.fullmatch(f"(?:sg|pl){_TAIL}", peer) is not None
        if not 0 <= change.rule.port <= _LAST_PORT or not (named or parse_block(peer) is not None):
            yield f"the rule of {resource_of(change)} has no valid port or peer"
