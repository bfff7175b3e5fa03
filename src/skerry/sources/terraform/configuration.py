"""A configuration after its apply: its instances by type, and the VPCs that are new with it."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

import msgspec

from skerry.sources.planned.values import UNKNOWN, UnknownValue, Value
from skerry.sources.terraform.values import Instance, by_type


class ProviderScope(NamedTuple):
    """An account and a Region, each None if it is not known."""

    region: str | None = None
    account: str | None = None


class Configuration(msgspec.Struct, frozen=True, dict=True):
    """The instances of one account and Region.

    ``closed``: the instances are all that the apply leaves in its new VPCs; False for a targeted plan, or one with a
    stack or a script that makes resources of its own. ``types``: those of all its resources, read or not.
    ``level`` is ``plan``, ``state`` or ``code``. ``is_change``: only its difference to another configuration counts.
    ``scopes`` are the accounts and Regions of the providers, by the addresses of their resources.
    ``candidates`` are the addresses of instances with more subnets than they may name.
    ``is_whole``: roles have no policies but those of the inputs. ``outputs`` are those of code, for other code.
    """

    instances: tuple[Instance, ...]
    region: str
    account: str
    closed: bool = True
    types: frozenset[str] = frozenset()
    level: str = "code"
    is_change: bool = False
    scopes: Mapping[str, ProviderScope] = {}
    candidates: frozenset[str] = frozenset()
    is_whole: bool = False
    outputs: Mapping[str, Value] = {}

    @cached_property
    def _by_type(self) -> Mapping[str, list[Instance]]:
        return by_type(instance for instance in self.instances if instance.mode == "managed")

    def of(self, *types: str) -> list[Instance]:
        """Return the managed instances of these types."""
        return [instance for name in types for instance in self._by_type.get(name, ())]

    @cached_property
    def vpcs(self) -> Mapping[str, Instance]:
        """The VPCs of the configuration, by id."""
        return {vpc.id: vpc for vpc in self.of("aws_vpc")}

    @cached_property
    def new_vpcs(self) -> frozenset[str]:
        """The VPCs without any resource but those of the configuration."""
        return frozenset(vpc.id for vpc in self.vpcs.values() if vpc.is_new) if self.closed else frozenset()

    @cached_property
    def vpc_of_subnet(self) -> Mapping[str, Value]:
        """The VPC of each subnet, `UNKNOWN` if it is known only after apply."""
        return {subnet.id: subnet.get("vpc_id", UNKNOWN) for subnet in self.of("aws_subnet")}

    @cached_property
    def _subnets_by_vpc(self) -> Mapping[Value, list[str]]:
        groups: dict[Value, list[str]] = {}
        for name, vpc in self.vpc_of_subnet.items():
            groups.setdefault(vpc, []).append(name)
        return groups

    def children(self, vpc: Value) -> list[str]:
        """Return the subnets of a VPC."""
        return self._subnets_by_vpc.get(vpc, [])


def group_by(instances: Iterable[Instance], attribute: str) -> tuple[dict[str, list[Instance]], bool]:
    """Return instances by the resource that an attribute names, and whether one names a resource not yet known."""
    groups: dict[str, list[Instance]] = {}
    is_open = False
    for instance in instances:
        owner = instance.get(attribute)
        if isinstance(owner, UnknownValue):
            is_open = True
        elif owner is not None:
            groups.setdefault(str(owner), []).append(instance)
    return groups, is_open
