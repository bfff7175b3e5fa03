"""Managed prefix lists: those of the configuration with their entries, and AWS's own that gateway endpoints route to.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ec2_managed_prefix_list
"""

from collections.abc import Iterator
from typing import Any

from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.made_by_aws import prefix_list
from skerry.sources.planned.values import UNKNOWN, Value, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.endpoints import gateway_services
from skerry.sources.terraform.values import Instance


def write_prefix_lists(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the document of prefix lists, and the entries of each own one whose entries are known."""
    own = configuration.of("aws_ec2_managed_prefix_list")
    rows = [*map(prefix_list, sorted(gateway_services(configuration))), *(_row(configuration, row) for row in own)]
    yield "PrefixLists", write_open_list("PrefixLists", rows)
    added, is_open = group_by(configuration.of("aws_ec2_managed_prefix_list_entry"), "prefix_list_id")
    for row in own:
        entries = _entries(row, added.get(row.id, []))
        if entries is not None and not is_open:
            parameters = {"PrefixListId": row.id}
            call = {"operation": "ec2:GetManagedPrefixListEntries", "parameters": parameters}
            listed = {"Entries": [{"Cidr": block} for block in entries]}
            yield f"entries of {row.id}", {"Call": call, "Response": listed}


def _row(configuration: Configuration, row: Instance) -> dict[str, Value]:
    return known_row({"PrefixListId": row.id, "PrefixListName": row.get("name"), "OwnerId": configuration.account})


def _entries(row: Instance, added: list[Instance]) -> list[str] | None:
    """Return the blocks of a list; None if one is not known."""
    inline = row.get("entry", [])
    if inline is UNKNOWN or UNKNOWN in inline:
        return None
    blocks = [*(block.get("cidr") for block in inline), *(entry.get("cidr", UNKNOWN) for entry in added)]
    return None if UNKNOWN in blocks else list(dict.fromkeys(map(str, blocks)))
