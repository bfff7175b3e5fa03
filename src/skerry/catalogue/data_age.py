"""The age of the tables of facts about AWS: older ones than `STATED_AGE` are named in outputs."""

from datetime import date, timedelta

import msgspec

from skerry.catalogue.data_files import read

STATED_AGE = timedelta(days=365)
_TABLES = (
    "endpoint_services",
    "fargate_offers",
    "guardduty",
    "partitions",
    "platforms",
    "regions",
    "services",
    "zones",
)


class _Dated(msgspec.Struct):
    date: date


def list_old_data(today: date) -> tuple[str, ...]:
    """Return the tables of Regions, zones, services and the like that are older than the stated age, with their dates.

    ``today`` is a parameter, so that a diagnosis depends on its input alone.
    """
    dates = ((name, read(name, _Dated).date) for name in _TABLES)
    return tuple(f"{name.replace('_', ' ')} of {day}" for name, day in dates if today - day > STATED_AGE)
