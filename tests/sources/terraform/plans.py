"""Plans as Terraform prints them, of few resources."""

import json
from typing import Any

from skerry.model.world import World
from skerry.sources import documents
from skerry.sources.terraform.plan_configuration import AccountPlace, read_file
from skerry.sources.terraform.writing import write

Json = dict[str, Any]
REGION = "eu-west-1"
OPEN = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}


def change(address: str, after: Json, *, unknown: Json | None = None, actions: tuple[str, ...] = ("create",)) -> Json:
    """A change of a plan; the id of a new resource is known after apply."""
    marks = {**({"id": True} if "create" in actions else {}), **(unknown or {})}
    kind = address.rpartition("module.")[2].split(".")[-2]
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "change": {"actions": list(actions), "after": after, "after_unknown": marks},
    }


def plan_of(*changes: Json, **more: Any) -> bytes:
    """Return a plan as JSON, with an empty configuration unless one is given."""
    document = {"format_version": "1.2", "resource_changes": changes, "configuration": {}, **more}
    return json.dumps(document).encode()


def world_of(*changes: Json, **more: Any) -> World:
    """The World after the apply of a plan."""
    configuration = read_file("plan.json", plan_of(*changes, **more), AccountPlace(REGION, "123456789012"))
    written = write(configuration)
    return World(documents.load(dict(written.documents), region=REGION))


def vpc(**values: Any) -> Json:
    return change("aws_vpc.main", {"cidr_block": "10.0.0.0/16", **values})


def written(*resources: tuple[str, Json]) -> Json:
    """The configuration of a root module: the expressions of each resource."""
    return {
        "configuration": {
            "root_module": {
                "resources": [{"address": address, "expressions": expressions} for address, expressions in resources]
            }
        }
    }


def refers(*names: str) -> Json:
    return {"references": list(names)}
