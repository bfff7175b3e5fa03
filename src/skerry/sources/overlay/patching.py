"""The change of one record: the difference between two descriptions of it, put on a third.

A plan describes its resources before and after. The network may hold more of them: other routes of a table, rules added
by hand. So a list loses the items that the plan removes, gains its new ones, and keeps all others.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UNSET

from skerry.model.iam import AttachedPolicy, InlinePolicy
from skerry.model.network import CidrAssociation, GatewayAttachment, GroupName, Ipv6Association, Route
from skerry.model.security_groups_and_acls import AclAssociation, AclEntry, IpPermission

_Record = TypeVar("_Record", bound=msgspec.Struct)
_Items = tuple[Any, ...]

_KEYS: Final[Mapping[type, Callable[[Any], Hashable]]] = {
    AclAssociation: lambda item: item.subnet_id,
    AclEntry: lambda item: (item.egress, item.rule_number),
    AttachedPolicy: lambda item: item.policy_arn,
    CidrAssociation: lambda item: item.cidr_block,
    GatewayAttachment: lambda item: item.vpc_id,
    GroupName: lambda item: item.group_id,
    InlinePolicy: lambda item: item.policy_name,
    Ipv6Association: lambda item: item.ipv6_cidr_block,
    Route: lambda item: item.to,
}
"""The identity of an item among those of its list; an item of another type is its own."""
_COMPARED: Final = (AclAssociation, AclEntry, AttachedPolicy, GatewayAttachment, InlinePolicy, IpPermission, Route)
"""The items that a plan and AWS write alike."""
_PEERS: Final[Mapping[str, Callable[[Any], str]]] = {
    "ip_ranges": lambda peer: str(peer.cidr_ip),
    "ipv6_ranges": lambda peer: str(peer.cidr_ipv6),
    "prefix_list_ids": lambda peer: peer.prefix_list_id,
    "user_id_group_pairs": lambda peer: peer.group_id,
}
"""The lists of peers in a permission, and the identity of a peer: its description does not count."""


class Patched(msgspec.Struct, frozen=True, gc=False):
    """A record after its change, and the items in words that the change removes without being there."""

    record: Any
    missing: tuple[str, ...] = ()


def patch(existing: _Record, before: _Record, after: _Record) -> Patched:
    """Return an existing record with the change from one description to another."""
    values: dict[str, Any] = {}
    missing: list[str] = []
    for info in msgspec.structs.fields(existing):
        old, new, now = (getattr(record, info.name) for record in (before, after, existing))
        if old == new:
            continue
        if isinstance(old, tuple) and isinstance(new, tuple) and isinstance(now, tuple):
            values[info.name] = _patched_list(now, old, new, missing)
        elif now is not UNSET or not isinstance(new, tuple):
            values[info.name] = new
    return Patched(msgspec.structs.replace(existing, **values), tuple(missing))


def lacking(existing: msgspec.Struct, expected: msgspec.Struct) -> Iterator[str]:
    """Yield in words the items of a description without a counterpart in the lists of a record."""
    for info in msgspec.structs.fields(existing):
        now, new = getattr(existing, info.name), getattr(expected, info.name)
        if isinstance(now, tuple) and isinstance(new, tuple):
            keys, expected_keys = ([key for key, _ in _keyed(_compared(items))] for items in (now, new))
            yield from (_words_of(key) for key in expected_keys if key not in keys)


def _compared(items: _Items) -> _Items:
    return tuple(item for item in items if type(item) in _COMPARED)


def _patched_list(now: _Items, old: _Items, new: _Items, missing: list[str]) -> _Items:
    existing, before, after = (dict(_keyed(items)) for items in (now, old, new))
    for key in before:
        if key in after:
            continue
        if existing.pop(key, None) is None:
            missing.append(_words_of(key))
    added = {key: item for key, item in after.items() if before.get(key) != item}
    return tuple((existing | added).values())


def _keyed(items: _Items) -> Iterator[tuple[Hashable, Any]]:
    for item in items:
        if isinstance(item, IpPermission):
            yield from _single_rules(item)
        else:
            key = _KEYS.get(type(item))
            yield (item if key is None else key(item)), item


def _single_rules(permission: IpPermission) -> Iterator[tuple[Hashable, IpPermission]]:
    """Yield a permission as rules with one peer each: AWS joins those of one protocol and range of ports.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
    """
    head = (str(permission.ip_protocol), permission.from_port, permission.to_port)
    nobody: dict[str, Any] = dict.fromkeys(_PEERS, ())
    for name, key_of in _PEERS.items():
        for peer in getattr(permission, name):
            yield (*head, key_of(peer)), msgspec.structs.replace(permission, **{**nobody, name: (peer,)})


def _words_of(key: Hashable) -> str:
    return " ".join(str(part) for part in key if part is not None) if isinstance(key, tuple) else str(key)
