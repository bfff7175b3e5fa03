"""Calls to Regions that AWS does not have: misspelt ones in the names of images, secrets and log options."""

from typing import Final

from skerry.catalogue.partitions import partition_of
from skerry.catalogue.regions import date_of_regions, find_region
from skerry.launch.needs import Call, Fault, Need

REGION_NOT_FOUND: Final = "REGION_NOT_FOUND"


def no_region_message(what: str) -> str:
    """Return the message about a Region that AWS's list lacks."""
    return f"{what}, and AWS has no Region of that name (list of {date_of_regions()})"


def refuse_unknown_region(need: Need, region: str | None) -> Need:
    """Return a fault in place of a call to a Region that AWS's list lacks; ``region`` is the Region of the task.

    The name of a service in such a Region does not exist: https://docs.aws.amazon.com/general/latest/gr/rande.html
    """
    service = need.service if isinstance(need, Call) else None
    if service is None or service.region == region or not isinstance(need, Call):
        return need
    called = service.region
    if find_region(called) is not None or partition_of(called) is None:
        return need
    message = no_region_message(f"{', '.join(need.subjects) or need.host} is in {called}")
    return Fault(need.step, REGION_NOT_FOUND, message, blocks=need.blocks)
