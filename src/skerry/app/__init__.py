"""The use cases of skerry as functions of a library: read, diagnose, trace, plan, price, explain, rehearse, demo.

Each name is loaded from its module at first use: a plan, a lab and an embedded AWS cost time to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skerry.app.account import read_account, read_metrics
    from skerry.app.applying import (
        Agreement,
        Applied,
        ApplyTarget,
        Preparation,
        Watcher,
        new_journal_path,
        prepare_apply,
        start_apply,
    )
    from skerry.app.checking import CheckRequest, NamedPath, check, read_descriptions
    from skerry.app.costs import CostOptions, cost, crash_loop_cost
    from skerry.app.demo_story import Chapter, demo, keep_chapters
    from skerry.app.diagnosis import diagnose, diagnose_hypothetical
    from skerry.app.drawing import draw, draw_hypothetical
    from skerry.app.encoding import to_json
    from skerry.app.explanation import explain_code, explain_text, explain_with_diagnosis, list_ids
    from skerry.app.nat_exits import NatExitOptions, nat_exit
    from skerry.app.planning import plan, plan_hypothetical, plan_options
    from skerry.app.reading import Gathered, load, read_files, redact
    from skerry.app.rehearsal import RehearsalRequest, rehearse, save_disagreement
    from skerry.app.reporting import report, report_hypothetical
    from skerry.app.resuming import ResumeCheck, resume_apply
    from skerry.app.saving import Saved, snapshot
    from skerry.app.selection import Hypothetical, Selection, hypothetical_launch, launches
    from skerry.app.tracing import trace
    from skerry.app.triaging import RepositorySettings, TriageOptions, load_settings, triage_diagnosis, triage_result
    from skerry.app.undoing import Undone, UndoPlan, latest_journal, undo

_NAMES = {
    "account": ("read_account", "read_metrics"),
    "applying": (
        "Agreement",
        "Applied",
        "ApplyTarget",
        "Preparation",
        "Watcher",
        "new_journal_path",
        "prepare_apply",
        "start_apply",
    ),
    "checking": ("CheckRequest", "NamedPath", "check", "read_descriptions"),
    "costs": ("CostOptions", "cost", "crash_loop_cost"),
    "demo_story": ("Chapter", "demo", "keep_chapters"),
    "diagnosis": ("diagnose", "diagnose_hypothetical"),
    "drawing": ("draw", "draw_hypothetical"),
    "encoding": ("to_json",),
    "explanation": ("explain_code", "explain_text", "explain_with_diagnosis", "list_ids"),
    "triaging": ("TriageOptions", "RepositorySettings", "triage_diagnosis", "triage_result", "load_settings"),
    "nat_exits": ("NatExitOptions", "nat_exit"),
    "planning": ("plan", "plan_hypothetical", "plan_options"),
    "reading": ("Gathered", "load", "read_files", "redact"),
    "rehearsal": ("RehearsalRequest", "rehearse", "save_disagreement"),
    "reporting": ("report", "report_hypothetical"),
    "resuming": ("ResumeCheck", "resume_apply"),
    "saving": ("Saved", "snapshot"),
    "selection": ("Hypothetical", "Selection", "hypothetical_launch", "launches"),
    "tracing": ("trace",),
    "undoing": ("UndoPlan", "Undone", "latest_journal", "undo"),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "Agreement",
    "Applied",
    "ApplyTarget",
    "Chapter",
    "CheckRequest",
    "CostOptions",
    "Gathered",
    "Hypothetical",
    "NamedPath",
    "NatExitOptions",
    "Preparation",
    "RehearsalRequest",
    "RepositorySettings",
    "ResumeCheck",
    "Saved",
    "Selection",
    "TriageOptions",
    "UndoPlan",
    "Undone",
    "Watcher",
    "check",
    "cost",
    "crash_loop_cost",
    "demo",
    "diagnose",
    "diagnose_hypothetical",
    "draw",
    "draw_hypothetical",
    "explain_code",
    "explain_text",
    "explain_with_diagnosis",
    "hypothetical_launch",
    "keep_chapters",
    "latest_journal",
    "launches",
    "list_ids",
    "load",
    "load_settings",
    "nat_exit",
    "new_journal_path",
    "plan",
    "plan_hypothetical",
    "plan_options",
    "prepare_apply",
    "read_account",
    "read_descriptions",
    "read_files",
    "read_metrics",
    "redact",
    "rehearse",
    "report",
    "report_hypothetical",
    "resume_apply",
    "save_disagreement",
    "snapshot",
    "start_apply",
    "to_json",
    "trace",
    "triage_diagnosis",
    "triage_result",
    "undo",
]


def __getattr__(name: str) -> object:
    """Return a public name from its module, which is imported now if it was not yet."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
