"""Resources with the tag of a journal that the journal does not know: its last lines are missing.

The digests of a journal recognize a line that was removed between others. Lines missing at the end look like a crash.
"""

from skerry.apply.lookups import TAG, Marks
from skerry.apply.run import step_calls
from skerry.apply.states import automatic
from skerry.apply.step_records import record_of
from skerry.apply.steps import Tools
from skerry.errors import InputError
from skerry.plan.api_calls import PlannedCall


def refuse_shortened(tools: Tools) -> None:
    """Raise `InputError` if the account has resources of steps that the journal never began."""
    resources = unrecorded_resources(tools)
    if resources:
        more = f" and {len(resources) - 1} more" if len(resources) > 1 else ""
        what = f"{tools.journal.path} lacks its last lines: the account has {resources[0]}{more} of its steps"
        tag = f"{TAG} {tools.journal.opened.journal}:…"
        raise InputError(what, f"Use an unchanged copy, or delete by hand what carries the tag {tag}")


def unrecorded_resources(tools: Tools) -> tuple[str, ...]:
    """Return the ids of resources that carry the tag of a step without a line in the journal."""
    resources = []
    for number, recorded in enumerate(tools.journal.opened.changes):
        change, record = automatic(recorded.change), record_of(tools.journal.entries, number)
        if change is None or recorded.disposition == "manual" or record.started or record.finished:
            continue
        marks = Marks(tools.journal.opened.journal, number)
        for call in step_calls(tools, number, change, None).calls:
            if isinstance(call, PlannedCall) and call.makes and call.resource_type:
                resources += [marks.find_id(tools.session, call.resource_type)]
    return tuple(resource for resource in resources if resource is not None)
