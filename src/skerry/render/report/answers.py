"""The words of a report: the answer, what stops a start, and how to fix it."""

from collections.abc import Mapping, Sequence

from skerry.catalogue.blocker_codes import title_in_sentence
from skerry.diagnose.causes import Cause
from skerry.diagnose.diagnosis import Diagnosis, ServiceDiagnosis, ServiceGroup, StepSummary
from skerry.plan.records import Plan
from skerry.plan.report import Report
from skerry.render.svg_style import VERDICT_CLASSES
from skerry.render.text import list_names, pluralize
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN, Verdict

VERDICTS: Mapping[Verdict, str] = {
    OK: "ok",
    BLOCKED: "blocked",
    INTERMITTENT: "intermittent",
    UNKNOWN: "unknown",
    NOT_APPLICABLE: "not applicable",
}
KINDS: Mapping[str, str] = {
    "dns": "Name",
    "security-group": "Security group",
    "network-acl": "Network ACL",
    "route": "Route table",
    "endpoint": "Endpoint",
    "gateway": "Gateway",
    "transit-gateway": "Transit gateway",
    "peering": "Peering",
    "interface": "Interface",
    "subnet": "Subnet",
    "fargate": "Fargate",
    "role": "Role",
    "resource": "Resource",
}
LINE_CLASSES: Mapping[str, str] = {**VERDICT_CLASSES, "ghost": ""}
"""The class of a line on the map by its style."""
LEGEND = (
    ("there", "live", "gets this far"),
    ("ghost", "ghost", "never goes there"),
    ("back", "blocked", "replies are lost"),
    ("there", "intermittent", "at times, there"),
    ("back", "intermittent", "and back"),
    ("there", "ok", "there"),
    ("back", "ok", "and back"),
    ("there", "unknown", "not known, there"),
    ("back", "unknown", "and back"),
)
"""The meaning of each kind and style of lines on the map."""
_ANSWERS: Mapping[Verdict, str] = {
    BLOCKED: "cannot start",
    INTERMITTENT: "starts only at times",
    UNKNOWN: "may or may not start",
    OK: "can start",
    NOT_APPLICABLE: "does not run on Fargate",
}
_ANSWERS_OF_SEVERAL: Mapping[Verdict, str] = {
    **_ANSWERS,
    INTERMITTENT: "start only at times",
    NOT_APPLICABLE: "do not run on Fargate",
}
_STILL: Mapping[Verdict, str] = {
    **_ANSWERS,
    BLOCKED: "still cannot start",
    INTERMITTENT: "still starts only at times",
}
_MOST_NAMES = 3
WORST_FIRST = (BLOCKED, INTERMITTENT, UNKNOWN, OK, NOT_APPLICABLE)


def answer_of(service: ServiceDiagnosis) -> str:
    """Return the answer about one service, without its name."""
    return _ANSWERS[service.verdict]


def planned_answer_of(service: ServiceDiagnosis) -> str:
    """Return the answer about one service in the planned network, without its name."""
    return _STILL[service.verdict]


def answer_of_all(diagnosis: Diagnosis) -> str:
    """Return the answer about several services: the worst verdict, with the number of its services."""
    total = len(diagnosis.services)
    verdicts = [service.verdict for service in diagnosis.services]
    worst = next((verdict for verdict in WORST_FIRST if verdict in verdicts), NOT_APPLICABLE)
    count = verdicts.count(worst)
    services = pluralize(total, "service")
    return f"{f'{count} of {services}' if count < total else f'all {services}'} {_ANSWERS_OF_SEVERAL[worst]}"


def lead_of_all(diagnosis: Diagnosis) -> str:
    """Return the sentence below the answer about several services."""
    counts = dict.fromkeys(WORST_FIRST, 0)
    for service in diagnosis.services:
        counts[service.verdict] += 1
    kinds = len({cause.code for cause in diagnosis.causes})
    causes = pluralize(diagnosis.cause_count, "cause")
    stated = f"{causes} of {pluralize(kinds, 'kind')}" if 1 < kinds < diagnosis.cause_count else causes
    worst = next((verdict for verdict in WORST_FIRST if counts[verdict]), NOT_APPLICABLE)
    others = [
        f"{counts[verdict]} {_verb(verdict, counts[verdict])}"
        for verdict in WORST_FIRST
        if verdict is not worst and counts[verdict]
    ]
    parts = ([stated] if diagnosis.causes else []) + others
    return f"{'; '.join(parts)}." if parts else ""


def _verb(verdict: Verdict, count: int) -> str:
    return _ANSWERS[verdict] if count == 1 else _ANSWERS_OF_SEVERAL[verdict]


def lead_of(service: ServiceDiagnosis, steps: Sequence[StepSummary], causes: Sequence[Cause]) -> tuple[str, str]:
    """Return the sentence below the answer, and the resource that its end names; empty if it names none."""
    total = pluralize(len(steps), "step")
    failing = [step for step in steps if step.verdict in {BLOCKED, INTERMITTENT}]
    if service.launch.not_applicable is not None:
        return f"{service.launch.not_applicable}.", ""
    if service.verdict is OK and failing:
        started = [step for step in steps if step.blocks == "start"]
        called = list_names([step.called for step in failing], _MOST_NAMES)
        later = f"{pluralize(len(causes), 'cause')} {'stops' if len(causes) == 1 else 'stop'} calls to {called}"
        return f"All {pluralize(len(started), 'step')} of the start get through. After it {later}.", ""
    if len(causes) == 1:
        (cause,) = causes
        stopped = len(cause.numbers)
        title = title_in_sentence(cause.title)
        resources = [resource for resource in cause.resources if resource]
        at = resources[0] if len(resources) == 1 else ""
        places = f", at {len(resources)} resources" if len(resources) > 1 else ""
        return f"1 cause stops {stopped} of {total}: {title}{places}{', at ' if at else '.'}", at
    if causes:
        alone = "" if any(cause.intended for cause in causes) else " Each alone stops the start."
        return f"{len(causes)} causes stop {len(failing)} of {total}.{alone}", ""
    if service.verdict is OK:
        return f"All {total} get through, from {pluralize(len(service.placements), 'subnet')}.", ""
    unknown = [step for step in steps if step.verdict is UNKNOWN]
    return f"{len(unknown)} of {total} cannot be judged. Not known: {_gap_in(service)}.", ""


def _gap_in(service: ServiceDiagnosis) -> str:
    """Return the missing facts about a service: the first one, and the number of the others."""
    facts = list(ServiceGroup((service,)).missing_facts)
    if not facts:
        return "some facts"
    return facts[0].fact if len(facts) == 1 else f"{facts[0].fact} and {pluralize(len(facts) - 1, 'more fact')}"


def planned_lead_of(steps: Sequence[StepSummary]) -> str:
    """Return the sentence below the answer about the planned network."""
    good = sum(step.verdict in {OK, NOT_APPLICABLE} for step in steps)
    count = f"All {len(steps)}" if good == len(steps) else f"{good} of {len(steps)}"
    return f"{count} steps get through. New resources have dashed borders."


def fix_of(report: Report) -> str:
    """Return how the plan helps, in a few words; empty without a plan."""
    plan = report.plan
    if plan is None or not plan.changes:
        return ""
    count = pluralize(len(plan.changes), "change")
    manual = sum(row.disposition == "manual" for row in plan.changes)
    if plan.proven:
        return f"{count} {'fixes' if len(plan.changes) == 1 else 'fix'} it, proven"
    if manual == len(plan.changes):
        return f"{count} planned, by hand"
    return f"{count} planned, {manual} by hand" if manual else f"{count} planned, not proven"


def proof_of(plan: Plan) -> str:
    """Return what was proven of a plan."""
    if plan.proven:
        return "Proven: with these changes every step gets through, and no call of others breaks."
    if plan.breaks:
        return "Not proven: these changes would break calls of others."
    if plan.limits:
        return "Not proven: these changes go beyond a limit."
    if all(row.disposition == "manual" for row in plan.changes):
        return f"Not proven: changes by hand are not tried; without them the verdict is {VERDICTS[plan.after]}."
    return f"Not enough: the verdict with these changes is {VERDICTS[plan.after]}."
