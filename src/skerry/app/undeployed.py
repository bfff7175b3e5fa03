"""Networks that are not deployed, with made-up addresses in the place of AWS's: for a rehearsal."""

from pathlib import Path
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from skerry.app.checking import CheckRequest, NamedPath, read_descriptions
from skerry.errors import Argument, InputError
from skerry.model.network import PrefixList
from skerry.model.world import World
from skerry.net.blocks import CidrBlock
from skerry.plan.assign_addresses import assign_addresses
from skerry.sources import files
from skerry.sources.descriptions import InputFile
from skerry.sources.input_forms import InputForm, form_of

_BLOCKS: Final = {"s3": "52.216.0.0/15", "dynamodb": "52.94.0.0/22"}
"""Blocks of AWS's lists in us-east-1, in the place of a Region's own: https://ip-ranges.amazonaws.com/ip-ranges.json."""


def read_undeployed(path: Path, region: str | None) -> World | None:
    """Return the network of a template, a plan or code with made-up addresses; None for saved answers."""
    if not path.is_dir() and not path.is_file():
        # A pipe can be read once, and what is absent is named by the reader of answers.
        return None
    content = b"" if path.is_dir() else next(iter(files.read(path).values()), b"")
    if form_of(InputFile(path.name, path, content)) is InputForm.ANSWERS:
        return None
    networks = read_descriptions(CheckRequest((NamedPath(path),), region=region)).networks
    if len(networks) != 1:
        message = f"{path.name} describes {len(networks)} accounts and Regions"
        raise InputError(message, "Name one with ", Argument.REGION, ".")
    return with_addresses(World(networks[0].facts))


def with_addresses(world: World) -> World:
    """Return a network with addresses for its endpoints, and blocks for AWS's prefix lists without any."""
    lists = tuple(_with_blocks(world, row) for row in world.facts.prefix_lists)
    return assign_addresses(World(replace(world.facts, prefix_lists=lists)))


def _with_blocks(world: World, row: PrefixList) -> PrefixList:
    service = world.service_of_prefix_list(row.prefix_list_id)
    block = None if service is None or row.cidrs is not UNSET else _BLOCKS.get(service.rpartition(".")[2])
    return row if block is None else replace(row, cidrs=(CidrBlock(block),))
