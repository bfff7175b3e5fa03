"""The word for the target of a route, as a table's chip shows it."""

from typing import assert_never

from skerry.draw.network_map import MapTable
from skerry.model.facts import Missing
from skerry.model.route_targets import (
    CarrierGatewayTarget,
    CoreNetworkTarget,
    EgressOnlyGatewayTarget,
    EndpointTarget,
    InstanceTarget,
    InterfaceTarget,
    InternetGatewayTarget,
    LocalGatewayTarget,
    LocalTarget,
    NatGatewayTarget,
    OdbNetworkTarget,
    PeeringTarget,
    RouteTarget,
    TransitGatewayTarget,
    UnknownGatewayTarget,
    VpnGatewayTarget,
)

LOCAL = "local"


_WORDS: dict[type, str] = {
    LocalTarget: LOCAL,
    InternetGatewayTarget: "internet",
    EgressOnlyGatewayTarget: "internet, outbound",
    NatGatewayTarget: "NAT",
    TransitGatewayTarget: "transit",
    PeeringTarget: "peering",
    VpnGatewayTarget: "VPN",
    CoreNetworkTarget: "core network",
}


def word_of(target: RouteTarget, endpoints: dict[str, str]) -> str:
    """Return the word for a target; ``endpoints`` are the words for VPC endpoints, by their ids."""
    match target:
        case EndpointTarget():
            return endpoints.get(target.id, "endpoint")
        case InterfaceTarget() | InstanceTarget():
            return "interface"
        case CarrierGatewayTarget() | LocalGatewayTarget() | OdbNetworkTarget() | UnknownGatewayTarget() | Missing():
            return "another gateway"
        case (
            LocalTarget()
            | InternetGatewayTarget()
            | EgressOnlyGatewayTarget()
            | NatGatewayTarget()
            | TransitGatewayTarget()
            | PeeringTarget()
            | VpnGatewayTarget()
            | CoreNetworkTarget()
        ):
            return _WORDS[type(target)]
        case never:
            assert_never(never)


def words_of_routes(table: MapTable) -> str:
    """Return where the routes of a table lead, in a few words."""
    words = dict.fromkeys(route.word for route in table.routes)
    beyond = [word for word in words if word != LOCAL]
    return ", ".join(beyond) or ("only local" if words else "no routes known")
