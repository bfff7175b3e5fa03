"""Effects of one input on the resources of another, made by AWS and written in neither."""

from msgspec import UNSET
from msgspec.structs import replace

from skerry.model.facts import Facts
from skerry.model.network import Route, RouteTable


def with_gateway_routes(facts: Facts) -> Facts:
    """Return facts with the routes of gateway endpoints in tables of other inputs.

    Terraform leaves these routes out of a table, and AWS makes them:
    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-routing.
    """
    lists = {row.prefix_list_name: row.prefix_list_id for row in facts.prefix_lists}
    routes: dict[str, list[Route]] = {}
    for endpoint in facts.vpc_endpoints:
        service = endpoint.service_name
        if endpoint.vpc_endpoint_type != "Gateway" or service is UNSET or service not in lists:
            continue
        for table in endpoint.route_table_ids:
            route = Route(destination_prefix_list_id=lists[service], gateway_id=endpoint.vpc_endpoint_id)
            routes.setdefault(table, []).append(route)
    tables = tuple(_with_routes(table, routes.get(table.route_table_id, [])) for table in facts.route_tables)
    return replace(facts, route_tables=tables) if routes else facts


def _with_routes(table: RouteTable, routes: list[Route]) -> RouteTable:
    if table.routes is UNSET:
        return table
    present = {route.destination_prefix_list_id for route in table.routes}
    missing = [route for route in routes if route.destination_prefix_list_id not in present]
    return replace(table, routes=(*table.routes, *missing)) if missing else table
