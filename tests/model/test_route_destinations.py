"""The destinations of routes: a block, a prefix list, or `Missing`."""

import pytest

from skerry.model.missing import Missing
from skerry.model.network import Route
from skerry.model.route_destinations import NO_DESTINATION, PrefixListDestination, RouteDestination
from skerry.model.rule_blocks import Ipv4RuleBlock, Ipv6RuleBlock
from skerry.model.transit_records import TransitGatewayRoute
from skerry.net.addresses import parse_block
from skerry.net.blocks import CidrBlock

BLOCK, BLOCK6 = parse_block("10.0.0.0/16"), parse_block("2001:db8::/32")
assert BLOCK is not None
assert BLOCK6 is not None


@pytest.mark.parametrize(
    ("route", "destination", "text"),
    [
        (Route(destination_cidr_block=Ipv4RuleBlock("10.0.0.0/16")), BLOCK, "10.0.0.0/16"),
        (Route(destination_ipv6_cidr_block=Ipv6RuleBlock("2001:db8::/32")), BLOCK6, "2001:db8::/32"),
        (Route(destination_prefix_list_id="pl-1"), PrefixListDestination("pl-1"), "pl-1"),
        (
            Route(destination_cidr_block=Ipv4RuleBlock("2001:db8::/32")),
            Missing("the route to '2001:db8::/32', which is no CIDR block"),
            "2001:db8::/32",
        ),
        (Route(), NO_DESTINATION, "no destination"),
        (TransitGatewayRoute(destination_cidr_block=CidrBlock("10.0.0.0/16")), BLOCK, "10.0.0.0/16"),
        (TransitGatewayRoute(destination_cidr_block=CidrBlock("2001:db8::/32")), BLOCK6, "2001:db8::/32"),
        (TransitGatewayRoute(prefix_list_id="pl-1"), PrefixListDestination("pl-1"), "pl-1"),
        (TransitGatewayRoute(), NO_DESTINATION, "no destination"),
    ],
    ids=str,
)
def test_route_destination_is_a_block_or_prefix_list_or_missing(
    route: Route | TransitGatewayRoute, destination: RouteDestination, text: str
) -> None:
    assert (route.destination, route.to) == (destination, text)
