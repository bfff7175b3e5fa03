"""The places where resources are written, as a list at the end of verbose text."""

from collections.abc import Iterable, Iterator

from skerry.diagnose.diagnosis import Blocker, Diagnosis, Finding
from skerry.plan.changes import resource_of
from skerry.plan.records import Plan, Planned, Remaining
from skerry.render.text import align_columns, bold, clean

_HEADING = "Written in"


def list_origins_of_diagnosis(diagnosis: Diagnosis, width: int) -> Iterator[str]:
    """Yield the places of the resources of blockers and findings."""
    needs = (need_diagnosis for service in diagnosis.services for need_diagnosis in service.needs)
    yield from list_origins((*(blocker for row in needs for blocker in row.blockers), *diagnosis.findings), width)


def list_origins_of_plan(plan: Plan, width: int) -> Iterator[str]:
    """Yield the places of the changed resources and of the remaining blockers."""
    yield from list_origins((*plan.changes, *plan.remaining, *plan.findings), width)


def list_origins(results: Iterable[Blocker | Finding | Planned | Remaining], width: int) -> Iterator[str]:
    """Yield each resource with the place of its record; nothing if no place is known."""
    places: dict[str, str] = {}
    for result in results:
        resource = resource_of(result.change) if isinstance(result, Planned) else result.resource
        if result.origin is not None and result.origin.place is not None:
            places[resource] = result.origin.place
    if places:
        yield from ["", bold(_HEADING)]
        rows = ((clean(resource), clean(place)) for resource, place in places.items())
        yield from align_columns(rows, width=width)
