"""The services of a report as the page shows them: groups that fail alike, each with its steps and causes."""

import re
from collections.abc import Callable, Iterable, Sequence

import msgspec

from skerry.diagnose.causes import Cause
from skerry.diagnose.diagnosis import ServiceDiagnosis, ServiceGroup, StepSummary
from skerry.launch.needs import Call, Mount
from skerry.plan.report import Report
from skerry.render.report import answers
from skerry.render.report.steps import StepView, StepWriter, with_likes
from skerry.render.service_groups import ranges_of
from skerry.verdicts import NOT_APPLICABLE, OK

MOST_GROUPS = 20
"""The groups that are shown step by step: more would make the page too large to open."""

_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST = 40


class CauseView(msgspec.Struct, frozen=True):
    """A cause with the changes that remove it, by their numbers in the plan.

    ``by_hand``: nobody tried them, as a person must choose what they do. ``is_bypassed``: no change removes it, and
    the steps that it stops get through with the plan.
    """

    cause: Cause
    changes: str
    by_hand: bool = False
    is_bypassed: bool = False


class GroupView(msgspec.Struct, frozen=True):
    """Services that fail alike: the steps of the first of them, now and with the plan."""

    slug: str
    group: ServiceGroup
    service: ServiceDiagnosis
    steps: tuple[StepView, ...]
    planned_service: ServiceDiagnosis | None
    planned_steps: tuple[StepView, ...]
    causes: tuple[CauseView, ...]
    lead: tuple[str, str]
    planned_lead: str
    first: int

    @property
    def unchanged(self) -> frozenset[int]:
        """The numbers of the steps with one panel for both networks, as the plan changes no word of it."""
        pairs = zip(self.steps, self.planned_steps, strict=False)
        return frozenset(now.summary.number for now, planned in pairs if now.says_the_same(planned))

    @property
    def names(self) -> list[str]:
        """The names of the services."""
        return [service.launch.name for service in self.group.services]


def group_views_of(report: Report, rewrite: Callable[[str], str] = str) -> tuple[GroupView, ...]:
    """Return the groups to show step by step, the worst first; ``rewrite`` replaces names in those of links."""
    slugs: set[str] = set()
    groups = report.groups[:MOST_GROUPS]
    return tuple(_view_of(report, group, _slug_of(rewrite(group.services[0].launch.name), slugs)) for group in groups)


def _view_of(report: Report, group: ServiceGroup, slug: str) -> GroupView:
    service = group.services[0]
    steps = service.steps
    writer = StepWriter(report.world, service)
    planned = report.planned_service(service)
    planned_steps = () if planned is None else report.planned_steps(service, planned)
    return GroupView(
        slug=slug,
        group=group,
        service=service,
        steps=with_likes(writer.view_of(step, f"{slug}-{step.number}") for step in steps),
        planned_service=planned,
        planned_steps=_planned_views(report, planned, planned_steps, slug),
        causes=tuple(_cause_view(report, cause, planned_steps) for cause in group.causes),
        lead=answers.lead_of(service, steps, group.causes),
        planned_lead=answers.planned_lead_of(planned_steps),
        first=_first_of(steps),
    )


def _cause_view(report: Report, cause: Cause, planned_steps: Sequence[StepSummary]) -> CauseView:
    numbers = report.changes_for(cause)
    good = {step.number for step in planned_steps if step.verdict is OK}
    if not numbers:
        return CauseView(cause, "", is_bypassed=good >= set(cause.numbers))
    if report.plan is None or report.plan.proven:
        return CauseView(cause, ranges_of(numbers))
    rows = report.plan.in_order
    return CauseView(cause, ranges_of(numbers), all(rows[number - 1].disposition == "manual" for number in numbers))


def _planned_views(
    report: Report, planned: ServiceDiagnosis | None, steps: Iterable[StepSummary], slug: str
) -> tuple[StepView, ...]:
    if report.planned is None or planned is None:
        return ()
    writer = StepWriter(report.planned.world, planned)
    return tuple(writer.view_of(step, f"{slug}-{step.number}-planned") for step in steps)


def _first_of(steps: Sequence[StepSummary]) -> int:
    """Return the number of the step to show first: the worst one, else the first call."""
    bad = [step for step in steps if step.verdict not in {OK, NOT_APPLICABLE}]
    if bad:
        return min(bad, key=lambda step: answers.WORST_FIRST.index(step.verdict)).number
    calling = (step.number for step in steps if isinstance(step.needs[0].need, Call | Mount))
    return next(calling, 1)


def _slug_of(name: str, taken: set[str]) -> str:
    """Return a name for links: the service's own in small letters, as far as it has letters and digits."""
    base = _SLUG.sub("-", name.lower()).strip("-")[:_LONGEST] or "service"
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    taken.add(slug)
    return slug
