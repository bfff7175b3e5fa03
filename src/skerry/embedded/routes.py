"""Patches of moto for routes, by AWS's documented rules.

https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html
"""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

from ipaddress import ip_network
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.route_tables import Route
from moto.ec2.responses.route_tables import RouteTables

from skerry.embedded import transitions
from skerry.embedded.patching import Correction
from skerry.embedded.quotas import require_quota
from skerry.embedded.transitions import DELETED, DELETING, FAILED

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def _destination_of(response: Any) -> str:
    """Return the destination of a request, in its canonical form.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html
    """
    given = [(name, response._get_param(name)) for name in _DESTINATIONS if response._get_param(name)]
    if len(given) != 1:
        raise EC2ClientError("MissingParameter", "The request must contain exactly one destination.")
    [(name, destination)] = given
    if name != _DESTINATIONS[2]:
        try:
            destination = str(ip_network(destination, strict=False))
        except ValueError as error:
            raise EC2ClientError(
                "InvalidParameterValue",
                f"Value ({destination}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.",
            ) from error
        response.params[name] = destination
    elif destination not in response.ec2_backend.managed_prefix_lists:
        message = f"The prefix list ID '{destination}' does not exist"
        raise EC2ClientError("InvalidPrefixListID.NotFound", message)
    return str(destination)


def destination(route: Any) -> str | None:
    """Return the destination of a stored route."""
    blocks = (route.destination_cidr_block, route.destination_ipv6_cidr_block, route.destination_prefix_list_id)
    return next((block for block in blocks if block), None)


def _find(response: Any, wanted: str) -> Any:
    table = response.ec2_backend.get_route_table(response._get_param("RouteTableId"))
    return next((route for route in table.routes if destination(route) == wanted), None)


def _create(original: Any, response: Any) -> Any:
    """Refuse a second route to a destination. moto: for IPv4 only, and it replaces other routes in silence.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html
    """
    wanted = _destination_of(response)
    if _find(response, wanted) is not None:
        raise EC2ClientError("RouteAlreadyExists", f"The route identified by {wanted} already exists.")
    _require_target(response)
    table = response.ec2_backend.get_route_table(response._get_param("RouteTableId"))
    own = [route for route in table.routes if not route.local and not _is_of_endpoint(route)]
    require_quota("L-93826ACB", len(own) + 1, f"routes of {table.id}")
    return original(response)


def _replace(original: Any, response: Any) -> Any:
    """Refuse a destination without a route, and the routes of gateway endpoints.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRoute.html
    """
    wanted = _destination_of(response)
    route = _find(response, wanted)
    if route is None:
        raise EC2ClientError(
            "InvalidParameterValue",
            f"There is no route defined for '{wanted}' in the route table. Use CreateRoute instead.",
        )
    _require_changeable(response, route, "replace")
    _require_target(response)
    return original(response)


def _delete(original: Any, response: Any) -> Any:
    """Refuse local routes, and the routes of gateway endpoints, which change only with their endpoint.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpce-gateway.html
    """
    wanted = _destination_of(response)
    route = _find(response, wanted)
    if route is not None:
        _require_changeable(response, route, "remove")
        if route.local:
            raise _refusal(f"cannot remove local route {wanted} in route table {response._get_param('RouteTableId')}")
    return original(response)


def _require_changeable(response: Any, route: Any, verb: str) -> None:
    if _is_of_endpoint(route):
        table = response._get_param("RouteTableId")
        raise _refusal(f"cannot {verb} VPC endpoint route {destination(route)} in route table {table}")


def _is_of_endpoint(route: Any) -> bool:
    return bool(route.destination_prefix_list_id and str(route.gateway_id).startswith("vpce-"))


def _require_target(response: Any) -> None:
    """Require an existing target, and an internet gateway of the route table's VPC.

    moto stores a route without any target for an unknown NAT gateway.
    """
    backend, get_parameter = response.ec2_backend, response._get_param
    transitions.settle(backend)
    table = backend.get_route_table(get_parameter("RouteTableId"))
    if nat := get_parameter("NatGatewayId"):
        gateway = backend.nat_gateways.get(nat)
        if gateway is None or gateway.state in {DELETING, DELETED, FAILED}:
            raise EC2ClientError("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat}' does not exist")
        _require_network(table, gateway.vpc_id, nat)
    internet = get_parameter("GatewayId")
    if internet and internet.startswith("igw-"):
        gateway = backend.internet_gateways.get(internet)
        if gateway is None:
            message = f"The internetGateway ID '{internet}' does not exist"
            raise EC2ClientError("InvalidInternetGatewayID.NotFound", message)
        _require_network(table, gateway.vpc.id if gateway.vpc else None, internet)
    if (transit := get_parameter("TransitGatewayId")) and transit not in backend.transit_gateways:
        raise EC2ClientError(
            "InvalidTransitGatewayID.NotFound", f"Transit Gateway {transit} was deleted or does not exist."
        )


def _require_network(table: Any, vpc: str | None, gateway: str) -> None:
    if vpc != table.vpc_id:
        raise _refusal(f"route table {table.id} and network gateway {gateway} belong to different networks")


def _refusal(message: str) -> EC2ClientError:
    return EC2ClientError("InvalidParameterValue", message)


def _state(_original: Any, route: Any) -> str:
    """Return ``blackhole`` for a route whose target is gone. moto: always ``active``.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html
    """
    backend = route.route_table.ec2_backend
    nat, gateway, interface = route.nat_gateway, route.gateway, route.interface
    if nat is not None and (nat.id not in backend.nat_gateways or nat.state in {DELETED, FAILED}):
        return "blackhole"
    if gateway is not None and gateway.id.startswith("igw-"):
        attached = gateway.id in backend.internet_gateways and gateway.vpc
        return "active" if attached else "blackhole"
    if gateway is not None and gateway.id.startswith("vpce-") and gateway.id not in backend.vpc_end_points:
        return "blackhole"
    if interface is not None and interface.id not in backend.enis:
        return "blackhole"
    return "active"


CORRECTIONS = (
    Correction(RouteTables, "create_route", _create),
    Correction(RouteTables, "replace_route", _replace),
    Correction(RouteTables, "delete_route", _delete),
    Correction(Route, "state", _state),
)
"""The patches of this module."""
