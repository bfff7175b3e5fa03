"""Blocks of a Terraform file in the order of the plan, which ``depends_on`` carries to Terraform's graph.

https://developer.hashicorp.com/terraform/language/meta-arguments/depends_on
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from skerry.plan.records import Planned
from skerry.render.hcl import HclReference, Value, format_block, format_comment

Stage = Literal["groups", "filters", "members", "attributes", "endpoints", "routes"]
"""Changes of one stage have no order among them.

Rules and entries only admit more, and each new endpoint serves a name of its own.
"""


class ResourceBlock(NamedTuple):
    """A resource of one or more changes; ``settings`` are its arguments, ``nested`` its blocks.

    ``before`` and ``after`` are texts around it: its ``import`` block, and a comment about its removal.
    """

    stage: Stage
    address: str
    rows: tuple[Planned, ...]
    settings: tuple[Mapping[str, Value], ...]
    comment: str
    nested: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def format_resources(blocks: Iterable[ResourceBlock], rows: list[Planned]) -> Iterator[str]:
    """Yield the resources, each stage after all resources of the stage before it.

    A group of rules needs no mention: its rules refer to it.
    """
    position = {id(planned): number for number, planned in enumerate(rows)}
    by_stage: dict[Stage, list[ResourceBlock]] = {}
    for block in sorted(blocks, key=lambda block: min(position[id(planned)] for planned in block.rows)):
        by_stage.setdefault(block.stage, []).append(block)
    earlier: list[Value] = []
    for stage, same in by_stage.items():
        depends_on: dict[str, Value] = {"depends_on": earlier} if earlier else {}
        for block in same:
            yield from block.before
            yield format_comment(block.comment) + _format(block, depends_on)
            yield from block.after
        if stage != "groups":
            earlier = [HclReference(block.address) for block in same]


def _format(block: ResourceBlock, depends_on: dict[str, Value]) -> str:
    kind, _, label = block.address.partition(".")
    return format_block(f'resource "{kind}" "{label}"', *block.settings, depends_on, *block.nested)
