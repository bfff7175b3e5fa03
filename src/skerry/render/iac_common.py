"""Split a plan into changes that Terraform or CloudFormation can express and manual steps."""

from collections.abc import Iterable, Sequence

from skerry.errors import Argument, InputError
from skerry.plan.changes import (
    AddZoneRecord,
    AssociateZone,
    Change,
    ConfigureService,
    DeleteEndpoint,
    DeleteRoute,
    Manual,
    MirrorImage,
    ProposeStatement,
    RevokeRule,
)
from skerry.plan.records import Plan, Planned, Why
from skerry.render.plan import merge_reasons, title_of
from skerry.verdicts import NOT_APPLICABLE

_MOST = 3


def manual_changes_of(plan: Plan) -> list[Planned]:
    """Return the manual steps: changes of resources in other hands, or pending a decision."""
    return [planned for planned in plan.changes if _is_by_hand(planned.change)]


def expressible_changes_of(plan: Plan) -> list[Planned]:
    """Return the changes that files can make."""
    return [planned for planned in plan.changes if not _is_by_hand(planned.change)]


def _is_by_hand(change: Change) -> bool:
    if isinstance(change, ConfigureService):
        return not change.has_settings
    return isinstance(change, Manual)


def refuse_unless_something(plan: Plan, language: str) -> None:
    """Raise `InputError` where a plan has changes and none of them can be written down."""
    if plan.changes and not expressible_changes_of(plan):
        titles = "; ".join(title_of(planned.change) for planned in plan.changes[:_MOST])
        message = f"nothing of this plan can be written in {language}: {titles}"
        raise InputError(
            message, "These are proposals: skerry plan tells them in words, or ", Argument.FORMAT, " json."
        )


def refuse(changes: Sequence[Change], what: str, *advice: str | Argument) -> None:
    """Raise `InputError` if there are changes that a language cannot say; nothing is left out in silence."""
    if changes:
        raise InputError(f"{what}: {'; '.join(title_of(change) for change in changes)}", *advice)


def refuse_unwritable_changes(plan: Plan, language: str) -> None:
    """Raise `InputError` for removals, and for settings of services: a file changes what it has created itself."""
    changes = [planned.change for planned in plan.changes]
    removals = [change for change in changes if isinstance(change, RevokeRule | DeleteEndpoint | DeleteRoute)]
    refuse(
        removals,
        f"{language} cannot take away what it has not made",
        "Use ",
        Argument.FORMAT,
        " aws-cli, or do this by hand and plan again.",
    )
    settings = [change for change in changes if isinstance(change, ConfigureService) and change.has_settings]
    what = f"{language} changes a service only where it is written"
    refuse(settings, what, "Change the service there and plan again, or use ", Argument.FORMAT, " aws-cli.")


def summary_of(plan: Plan) -> str:
    """Return the purpose of a file, and whether the plan is proven."""
    names = ", ".join(plan.services[:_MOST]) + (
        f" and {len(plan.services) - _MOST} more" if plan.services[_MOST:] else ""
    )
    lines = [f"The least changes after which {names} can start, planned by skerry."]
    if plan.before is NOT_APPLICABLE and not plan.services:
        lines = ["Nothing starts a Fargate task."]
    if not plan.changes:
        lines.append("There is nothing to change.")
    elif not plan.proven:
        lines.append(f"NOT PROVEN: after these changes the verdict is {plan.after}.")
    return "\n".join(lines)


def warnings_of(plan: Plan) -> list[str]:
    """Return the purpose of a file, whether the plan is proven, everything against it, and the notes on it."""
    lines = [summary_of(plan)]
    lines += [f"Remaining blockers: {entry.code} {entry.resource}: {entry.message}" for entry in plan.remaining]
    lines += [f"Would break: {entry.message}" for entry in plan.breaks]
    lines += [f"Beyond a quota: {text}" for text in plan.limits]
    lines += [f"Not known: {fact}" for fact in plan.facts]
    return [*lines, *(f"{finding.severity.capitalize()}: {finding.message}" for finding in plan.findings)]


def heading_of(plan: Plan) -> str:
    """Return the heading of a file: its purpose, whether it is proven, and the manual steps."""
    lines = warnings_of(plan)
    for entry in manual_changes_of(plan):
        lines.append(f"By hand: {title_of(entry.change)}")
        lines += [f"  {text}" for text in manual_details_of(entry.change)]
    return "\n".join(lines)


def manual_details_of(change: Change) -> list[str]:
    """Return the words of a manual step below its title."""
    match change:
        case ProposeStatement():
            return [change.message, change.statement]
        case MirrorImage() | AssociateZone() | AddZoneRecord():
            return [change.message]
        case _:
            return []


def reasons_of_change(row: Planned) -> str:
    """Return the reasons of a change, line by line, its required account, and its disruption."""
    lines = list(dict.fromkeys(_reason(why) for why in merge_reasons(row.why)))
    if row.note:
        lines.append(f"{row.disposition}: {row.note}")
    if row.by is not None:
        lines.append(f"Only account {row.by}, which owns the VPC, can make this.")
    return "\n".join(lines)


def _reason(why: Why) -> str:
    what = " ".join(part for part in (why.code, why.resource) if part) or why.message
    return f"{', '.join(why.steps)}: {what}"


def reasons_of(rows: Iterable[Planned]) -> str:
    """Return the reasons of several changes, each once."""
    return "\n".join(dict.fromkeys(line for planned in rows for line in reasons_of_change(planned).splitlines()))
