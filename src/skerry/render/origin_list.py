"""The places where resources are written, as a list at the end of verbose text."""

from collections.abc import Iterable, Iterator

from skerry.diagnose.diagnosis import Blocker, Diagnosis, Finding
from skerry.model.origins import Origin
from skerry.render.text import align_columns, bold, clean

_HEADING = "Written in"


def list_origins_of_diagnosis(diagnosis: Diagnosis, width: int) -> Iterator[str]:
    """Yield the places of the resources of blockers and findings."""
    needs = (need_diagnosis for service in diagnosis.services for need_diagnosis in service.needs)
    yield from list_origins((*(blocker for row in needs for blocker in row.blockers), *diagnosis.findings), width)


def list_origins(results: Iterable[Blocker | Finding], width: int) -> Iterator[str]:
    """Yield the resources of blockers and findings, each with the place of its record."""
    yield from list_places(((result.resource, result.origin) for result in results), width)


def list_places(origins: Iterable[tuple[str, Origin | None]], width: int) -> Iterator[str]:
    """Yield each resource with the place of its record; nothing if no place is known."""
    places: dict[str, str] = {}
    for resource, origin in origins:
        if origin is None or origin.place is None:
            continue
        if origin.address is None:
            places[resource] = origin.place
        else:
            places[origin.address] = origin.without_address or ""
    if places:
        yield from ["", bold(_HEADING)]
        rows = ((clean(resource), clean(place)) for resource, place in places.items())
        yield from align_columns(rows, width=width)
