"""Plans as changes of small networks, with the ids of their resources."""

from pathlib import Path
from typing import Any

from skerry.model.world import World
from skerry.sources.descriptions import DescribedNetwork, Description, InputFile, ReadingOptions, join
from skerry.sources.terraform.reading import read
from tests.networks import Network, container
from tests.sources.terraform.plans import plan_of

Json = dict[str, Any]


def row(
    address: str, before: Json | None, after: Json | None, *actions: str, unknown: Json | None = None, **more: Any
) -> Json:
    """A resource of a plan before and after it."""
    name = address.rpartition("module.")[2].split(".")[-2]
    change = {"actions": actions, "before": before, "after": after, "after_unknown": unknown or {}}
    return {"address": address, "mode": "managed", "type": name, "change": change, **more}


def kept(address: str, **values: Any) -> Json:
    return row(address, values, values, "no-op")


def deleted(address: str, **values: Any) -> Json:
    return row(address, values, None, "delete")


def created(address: str, **values: Any) -> Json:
    return row(address, None, values, "create", unknown={"id": True})


def changed(address: str, before: Json, **after: Any) -> Json:
    return row(address, before, {**before, **after}, "update")


def put(network: Network, *rows: Json, **more: Any) -> DescribedNetwork:
    """The network with a plan on it."""
    existing = network.world().facts
    given = InputFile("plan.json", Path("plan.json"), plan_of(*rows, **more))
    described = [one for one in read([given], ReadingOptions(existing=existing)) if isinstance(one, Description)]
    [result] = join(described, existing)
    return result


def world_after(network: Network, *rows: Json, **more: Any) -> World:
    return World(put(network, *rows, **more).facts)


def notes_of(network: Network, *rows: Json, **more: Any) -> list[str]:
    return [note for note in put(network, *rows, **more).facts.notes if "known only after" not in note]


def served_network() -> Network:
    """Public and private subnets with a NAT gateway, an endpoint and a gateway endpoint."""
    network = Network()
    network.serve_s3()
    network.serve_internet_by_nat()
    network.endpoint("vpce-1", "ecr.api", ["subnet-a"])
    network.definition(container())
    network.service()
    return network


def routes_of(world: World, table: str = "rtb-main") -> dict[str, str]:
    rows = world.route_tables[table].routes
    assert isinstance(rows, tuple)
    return {route.to: route.state for route in rows}
