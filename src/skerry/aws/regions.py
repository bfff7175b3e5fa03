"""The Regions of AWS, as the installed botocore lists them."""

import importlib.util
import json
from functools import cache
from pathlib import Path

_GLOBAL = "-global"
"""The end of the pseudo-Regions of services without Regions, such as ``aws-global``."""


@cache
def list_regions() -> tuple[str, ...]:
    """Return the Regions of all partitions.

    botocore's own list is as new as botocore; https://docs.aws.amazon.com/global-infrastructure/latest/regions/. The
    file is read without botocore, which takes long to import.
    """
    package = importlib.util.find_spec("botocore")
    folders = () if package is None else package.submodule_search_locations or ()
    content = json.loads(Path(next(iter(folders)), "data", "partitions.json").read_bytes())
    return tuple(
        sorted(name for partition in content["partitions"] for name in partition["regions"] if not _is_global(name))
    )


def _is_global(name: str) -> bool:
    return name.endswith(_GLOBAL)
