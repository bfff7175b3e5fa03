"""The check of a Region that a user names."""

from skerry.aws.regions import list_regions
from skerry.catalogue.regions import find_region
from skerry.errors import UnknownNameError


def require_region(region: str | None) -> None:
    """Raise `UnknownNameError` for a Region that AWS does not have."""
    # botocore's list is slow to read, and only newer than the catalogue's.
    if region is None or find_region(region) is not None:
        return
    if region not in list_regions():
        regions = {name: name for name in list_regions()}
        raise UnknownNameError(f"there is no Region {region}", region, regions, most=len(regions))
