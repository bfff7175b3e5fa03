"""Eventual consistency: a new resource of EC2 is not visible to further calls at once.

https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from skerry.embedded.settings import settings_in_use

_KINDS = ("security-group", "vpc-endpoint", "natgateway", "elastic-ip")


@dataclass
class _Unseen:
    """A resource that no call sees before a number of calls, and a time."""

    kind: str
    calls: int
    at: float


def unseen_ids(backend: Any) -> set[str]:
    """Return the ids of new resources that this call does not see yet, and count the call."""
    unseen: dict[str, _Unseen] = vars(backend).setdefault("unseen", {})
    now = settings_in_use().now()
    for name, row in list(unseen.items()):
        if row.calls <= 0 and now >= row.at:
            del unseen[name]
        row.calls -= 1
    return set(unseen)


@contextmanager
def note_new_resources(backend: Any) -> Iterator[None]:
    """Keep the resources that the block creates from being seen for as long as the settings say."""
    settings = settings_in_use()
    if not settings.unseen_calls and not settings.unseen_seconds:
        yield
        return
    before = {kind: ids_of(backend, kind) for kind in _KINDS}
    yield
    unseen = vars(backend).setdefault("unseen", {})
    for kind, names in before.items():
        for name in ids_of(backend, kind) - names:
            unseen[name] = _Unseen(kind, settings.unseen_calls, settings.now() + settings.unseen_seconds)


def ids_of(backend: Any, kind: str) -> set[str]:
    """Return the ids of the existing resources of a type."""
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
            return set(getattr(backend, _TABLES[kind]))


_TABLES = {
    "internet-gateway": "internet_gateways",
    "natgateway": "nat_gateways",
    "network-acl": "network_acls",
    "route-table": "route_tables",
    "vpc": "vpcs",
    "vpc-endpoint": "vpc_end_points",
}


@contextmanager
def hide(backend: Any, names: set[str]) -> Iterator[None]:
    """Take resources out of moto's tables during the block."""
    with ExitStack() as stack:
        tables = [*backend.groups.values(), backend.vpc_end_points, backend.nat_gateways]
        for table in tables:
            for name in names & set(table):
                stack.callback(table.__setitem__, name, table.pop(name))
        for address in [row for row in backend.addresses if row.allocation_id in names]:
            backend.addresses.remove(address)
            stack.callback(backend.addresses.append, address)
        yield
