"""Existing resources that a plan names and does not manage, as instances of it.

A route, a rule or an association of a plan may belong to a resource of somebody else. Its writer needs that resource:
a table's VPC, a VPC's block.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import UNSET

from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Facts
from skerry.model.network import Subnet, Vpc
from skerry.sources.planned.values import UNKNOWN, Value
from skerry.sources.terraform.values import Instance

_DEEPEST: Final = 6


def existing_instances(existing: Facts, instances: Iterable[Instance]) -> tuple[Instance, ...]:
    """Return an instance for each existing resource that the values of instances name and none of them manages."""
    given = tuple(instances)
    own = {instance.id for instance in given if instance.mode == "managed"}
    named = {text for instance in given for text in _texts(instance.values)}
    table = dict(_resources(existing))
    wanted = {name for name in named if name in table} - own
    # A subnet or a table needs its VPC.
    wanted |= {vpc for name in wanted if isinstance(vpc := table[name][1].get("vpc_id"), str) and vpc in table}
    return tuple(
        Instance(name, kind, "managed", {"id": name, **values})
        for name in sorted(wanted - own)
        for kind, values in [table[name]]
    )


def _texts(value: Value, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < _DEEPEST and isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list):
        for inner in value:
            yield from _texts(inner, depth + 1)


_Resource = tuple[str, tuple[str, dict[str, Any]]]


def _resources(existing: Facts) -> Iterator[_Resource]:
    """Yield the type and the values of each existing resource that a part of a configuration may belong to, by id."""
    yield from map(_vpc, existing.vpcs)
    yield from map(_subnet, existing.subnets)
    yield from ((row.route_table_id, ("aws_route_table", {"vpc_id": row.vpc_id})) for row in existing.route_tables)
    yield from ((row.network_acl_id, ("aws_network_acl", {"vpc_id": row.vpc_id})) for row in existing.network_acls)
    for group in existing.security_groups:
        if group.vpc_id is not UNSET:
            yield group.group_id, ("aws_security_group", {"vpc_id": group.vpc_id, "name": group.group_name})
    yield from map(_endpoint, existing.vpc_endpoints)
    yield from ((row.internet_gateway_id, ("aws_internet_gateway", {})) for row in existing.internet_gateways)
    for role in existing.roles:
        yield role.role_name, ("aws_iam_role", {"name": role.role_name, "arn": str(role.arn)})


def _vpc(vpc: Vpc) -> _Resource:
    blocks = [str(row.ipv6_cidr_block) for row in vpc.ipv6_cidr_block_association_set]
    ipv6 = {"ipv6_cidr_block": blocks[0], "assign_generated_ipv6_cidr_block": True} if blocks else {}
    return vpc.vpc_id, ("aws_vpc", {"cidr_block": str(vpc.cidr_block), **ipv6})


def _subnet(subnet: Subnet) -> _Resource:
    block = None if subnet.cidr_block is None else str(subnet.cidr_block)
    return subnet.subnet_id, ("aws_subnet", {"vpc_id": subnet.vpc_id, "cidr_block": block})


def _endpoint(endpoint: VpcEndpoint) -> _Resource:
    values = {
        "vpc_id": endpoint.vpc_id,
        "service_name": endpoint.service_name,
        "vpc_endpoint_type": endpoint.vpc_endpoint_type,
        "private_dns_enabled": endpoint.private_dns_enabled,
    }
    present = {name: UNKNOWN if value is UNSET else value for name, value in values.items()}
    return endpoint.vpc_endpoint_id, ("aws_vpc_endpoint", present)
