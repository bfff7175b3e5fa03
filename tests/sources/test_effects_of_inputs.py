"""Routes of gateway endpoints in tables of other inputs."""

from msgspec import UNSET

from skerry.sources.effects_of_inputs import with_gateway_routes
from tests.networks import Network


def routes_of(network: Network, table: str = "rtb-main") -> list[str | None]:
    rows = {row.route_table_id: row.routes for row in with_gateway_routes(network.world().facts).route_tables}
    routes = rows[table]
    return [] if routes is UNSET else [route.gateway_id for route in routes]


def test_table_has_the_route_of_an_endpoint_that_names_it() -> None:
    network = Network()
    network.s3_list("52.218.0.0/17")
    network.gateway_endpoint(RouteTableIds=["rtb-main"])
    assert routes_of(network)[-1] == "vpce-93"


def test_route_that_is_there_stays_the_only_one() -> None:
    network = Network()
    network.serve_s3()
    assert routes_of(network).count("vpce-93") == 1


def test_endpoints_of_other_tables_and_types_make_no_route() -> None:
    network = Network()
    before = routes_of(network)
    network.gateway_endpoint(RouteTableIds=["rtb-main"])
    network.forget("PrefixLists")
    network.endpoint("vpce-1", "ecr.api", ["subnet-a"])
    assert routes_of(network) == before


def test_table_of_unknown_routes_stays_open() -> None:
    network = Network()
    network.s3_list("52.218.0.0/17")
    network.gateway_endpoint(RouteTableIds=["rtb-main"])
    del network.row("RouteTables", "rtb-main")["Routes"]
    assert routes_of(network) == []
