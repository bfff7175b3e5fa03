"""The use case of `skerry diagnose`."""

from datetime import UTC, date, datetime

import msgspec

from skerry import __version__, checks
from skerry.app.selection import Hypothetical, Selection, hypothetical_launch, launches
from skerry.catalogue.data_age import list_old_data
from skerry.diagnose.diagnose import diagnose as diagnose_launches
from skerry.diagnose.diagnosis import Diagnosis
from skerry.model.world import World
from skerry.reach.walk import Walker


def diagnose(world: World, selection: Selection | None = None) -> Diagnosis:
    """Diagnose services, or a task.

    The diagnosis has no services if the whole input was read and nothing in it starts tasks. Raises
    `NothingFoundError` if the selection names something that does not exist, or the input cannot show launches.
    """
    diagnosis = diagnose_launches(Walker(world), launches(world, selection or Selection()), world.facts.tasks)
    return complete(world, diagnosis)


def diagnose_hypothetical(world: World, task: Hypothetical) -> Diagnosis:
    """Diagnose a task that does not exist yet."""
    diagnosis = diagnose_launches(Walker(world), [hypothetical_launch(world, task)])
    return complete(world, diagnosis)


def complete(world: World, diagnosis: Diagnosis) -> Diagnosis:
    """Return a diagnosis with the findings of checks, the age of the facts about AWS, and skerry's version."""
    return msgspec.structs.replace(
        diagnosis, findings=checks.run(world, diagnosis), old_data=list_old_data(_today()), made_by=__version__
    )


def _today() -> date:
    return datetime.now(UTC).date()
