"""The Regions of AWS, as the installed botocore lists them."""

from functools import cache

_GLOBAL = "-global"
"""The end of the pseudo-Regions of services without Regions, such as ``aws-global``."""


@cache
def list_regions() -> tuple[str, ...]:
    """Return the Regions of all partitions.

    botocore's own list is as new as botocore; https://docs.aws.amazon.com/global-infrastructure/latest/regions/.
    """
    from botocore.loaders import Loader  # noqa: PLC0415 -- slow, and rarely needed

    partitions = Loader().load_data("partitions")["partitions"]
    return tuple(sorted(name for partition in partitions for name in partition["regions"] if not _is_global(name)))


def _is_global(name: str) -> bool:
    return name.endswith(_GLOBAL)
