"""Verdicts with and without a fact: without it they may be the same, or less sure, never the opposite."""

from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN, Verdict

# What a verdict may become when a fact is taken away. One of several ways being unknown, the others still count:
# of a blocked and an unknown placement some tasks fail.
LESS_SURE = {
    OK: {OK, UNKNOWN},
    UNKNOWN: {UNKNOWN},
    INTERMITTENT: {INTERMITTENT, UNKNOWN},
    BLOCKED: {BLOCKED, INTERMITTENT, UNKNOWN},
    NOT_APPLICABLE: {NOT_APPLICABLE},
}
# Without these kinds verdicts are made all the same, and the Diagnosis lists them as unexamined.
UNEXAMINED = {"Calls", "RoleDetailList", "serviceRevisions"}
# These are what is to be judged, not facts about the network.
JUDGED = {"services", "tasks", "taskDefinitions", "clusters", "Schedules"}


def turned(before: dict[tuple[str, ...], Verdict], after: dict[tuple[str, ...], Verdict]) -> list[str]:
    """Return the verdicts that became another one instead of a less sure one."""
    assert before.keys() == after.keys()
    return [
        f"{' '.join(name)}: {verdict} became {after[name]}"
        for name, verdict in before.items()
        if after[name] not in LESS_SURE[verdict]
    ]
