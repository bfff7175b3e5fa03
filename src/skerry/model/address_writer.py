"""Addresses of resources in code, written in place of the ids that stand for them."""

import re
from collections.abc import Callable

from skerry.model.world import World


def write_addresses(world: World, spell: Callable[[str], str] = str) -> Callable[[str], str]:
    """Return a function that replaces ids in a text by the addresses of their resources.

    ``spell`` makes an address, which is a text of the input, fit for the text.
    """
    addresses = {
        resource: spell(origin.address)
        for table in world.facts.origins.values()
        for resource, origin in table.items()
        if origin.address is not None
    }
    if not addresses:
        return str
    ids = "|".join(map(re.escape, sorted(addresses, key=len, reverse=True)))
    whole = re.compile(rf"(?<![\w-])(?:{ids})(?![\w-])")
    return lambda text: whole.sub(lambda match: addresses[match[0]], text)
