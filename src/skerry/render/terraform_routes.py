"""Routes and NAT gateways in Terraform; it takes over a route with a new target, for AWS takes no second one.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/nat_gateway
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, assert_never

from skerry.model.world import World
from skerry.plan.change_calls import name_of_nat_gateway
from skerry.plan.changes import (
    Change,
    CreateNatGateway,
    GatewayKind,
    ReplaceRoute,
    RouteToInternetGateway,
    RouteToNat,
    is_new,
)
from skerry.plan.records import Planned
from skerry.render.hcl import HclReference, Value
from skerry.render.iac_names import Names
from skerry.render.terraform_blocks import ResourceBlock
from skerry.render.terraform_import import comment_of, import_resource
from skerry.render.terraform_owners import removal_note

_EVERYWHERE = "0.0.0.0/0"


class _Route(NamedTuple):
    table_id: str
    destination: str
    kind: GatewayKind
    target: str
    exists: bool


def nat_gateways(world: World, rows: Iterable[Planned], names: Names) -> Iterator[ResourceBlock]:
    """Yield each new NAT gateway with its Elastic IP address."""
    for planned in rows:
        change = planned.change
        if isinstance(change, CreateNatGateway):
            label = _label(change.nat_gateway_id)
            tags = names.tags_named(name_of_nat_gateway(change))
            address: dict[str, Value] = {"domain": "vpc", "tags": tags}
            yield ResourceBlock("groups", f"aws_eip.{label}", (planned,), (address,), "")
            settings: dict[str, Value] = {
                "allocation_id": HclReference(f"aws_eip.{label}.id"),
                "subnet_id": names.existing(change.subnet_id),
                "tags": tags,
            }
            comment = comment_of(world, [planned])
            yield ResourceBlock("endpoints", f"aws_nat_gateway.{label}", (planned,), (settings,), comment)


def routes(world: World, rows: Iterable[Planned], names: Names) -> Iterator[ResourceBlock]:
    """Yield the routes, with an ``import`` block for an existing one.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route#import
    """
    for planned in rows:
        route = _route_of(planned.change)
        if route is not None:
            address = f"aws_route.{names.label(route.table_id)}"
            route_id = f"{route.table_id}_{route.destination}"
            settings: dict[str, Value] = {
                "route_table_id": names.existing(route.table_id),
                "destination_cidr_block": route.destination,
                _argument(route.kind): _target(route.target, names),
            }
            yield ResourceBlock(
                stage="routes",
                address=address,
                rows=(planned,),
                settings=(settings,),
                comment=comment_of(world, [planned]),
                before=(import_resource(address, route_id),) if route.exists else (),
                after=(removal_note(address, route_id),) if route.exists else (),
            )


def _route_of(change: Change) -> _Route | None:
    match change:
        case RouteToNat():
            return _Route(change.route_table_id, _EVERYWHERE, "nat-gateway", change.nat_gateway_id, exists=False)
        case RouteToInternetGateway():
            target = change.internet_gateway_id
            return _Route(change.route_table_id, _EVERYWHERE, "internet-gateway", target, exists=False)
        case ReplaceRoute():
            return _Route(change.route_table_id, change.destination, change.target_kind, change.target, exists=True)
        case _:
            return None


def _target(target: str, names: Names) -> Value:
    return HclReference(f"aws_nat_gateway.{_label(target)}.id") if is_new(target) else names.existing(target)


def _argument(kind: GatewayKind) -> str:
    match kind:
        case "nat-gateway":
            return "nat_gateway_id"
        case "internet-gateway":
            return "gateway_id"
        case _:
            assert_never(kind)


def _label(nat_gateway_id: str) -> str:
    """Return the label of a new NAT gateway and its address."""
    return Names.plain(nat_gateway_id.partition("-new-")[2])
