"""The values that a change replaces, for the calls of its reversal."""

import msgspec
from msgspec import UNSET

from skerry.model.network import Route
from skerry.model.world import World
from skerry.plan.changes import Change, ModifyEndpoint, ReplaceRoute


class Former(msgspec.Struct, frozen=True, gc=False):
    """The values before a change.

    ``policy`` is the policy of an endpoint; None for AWS's default. ``target`` is the target of a route: the parameter
    of `ReplaceRoute`, and the id. ``description`` and ``tags`` are those of a security group rule.
    """

    policy: str | None = None
    target: tuple[str, str] | None = None
    description: str = ""
    tags: tuple[tuple[str, str], ...] = ()


NOTHING = Former()
"""No former values: the change only adds."""

ROUTE_TARGETS = (
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "CarrierGatewayId",
    "LocalGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
    "GatewayId",
)
"""The parameters of `ReplaceRoute` for targets, which are also the keys of a route."""


def former_in(world: World, change: Change) -> Former:
    """Return the values in a World that a change replaces."""
    if isinstance(change, ModifyEndpoint) and change.policy is not None:
        return Former(policy=world.vpc_endpoints[change.endpoint_id].policy_document)
    if isinstance(change, ReplaceRoute):
        table = world.route_tables.get(change.route_table_id)
        routes = () if table is None or table.routes is UNSET else table.routes
        route = next((row for row in routes if row.to == change.destination), None)
        return Former(target=None if route is None else _target_of(route))
    return NOTHING


def _target_of(route: Route) -> tuple[str, str] | None:
    """Return the target of a route as a parameter of `ReplaceRoute`; an instance's route has its interface too.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRoute.html
    """
    row = msgspec.to_builtins(route, enc_hook=str)
    return next(((name, row[name]) for name in ROUTE_TARGETS if row.get(name) is not None), None)
