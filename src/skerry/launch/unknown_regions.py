"""Calls to Regions that AWS does not have: misspelt ones in the names of images, secrets and log options."""

from collections.abc import Iterable
from typing import Final

from skerry.catalogue.partitions import partition_of
from skerry.catalogue.regions import date_of_regions, find_region
from skerry.launch.needs import Call, Fault, Need

REGION_NOT_FOUND: Final = "REGION_NOT_FOUND"


def no_region_message(what: str) -> str:
    """Return the message about a Region that AWS's list lacks."""
    return f"{what}, and AWS has no Region of that name (list of {date_of_regions()})"


def refuse_unknown_regions(needs: Iterable[Need], region: str | None) -> list[Need]:
    """Return the Needs with a fault in place of each call to a Region that AWS's list lacks.

    ``region`` is the Region of the task, in which most calls stay.
    The name of a service in such a Region does not exist: https://docs.aws.amazon.com/general/latest/gr/rande.html
    """
    return [
        need
        if not isinstance(need, Call) or need.service is None or need.service.region == region
        else _refuse_unknown_region(need, need.service.region)
        for need in needs
    ]


def _refuse_unknown_region(need: Call, called: str) -> Need:
    if find_region(called) is not None or partition_of(called) is None:
        return need
    message = no_region_message(f"{', '.join(need.subjects) or need.host} is in {called}")
    return Fault(need.step, REGION_NOT_FOUND, message, blocks=need.blocks)
