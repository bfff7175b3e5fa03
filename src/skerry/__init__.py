"""Tell whether an ECS/Fargate task can start in an isolated subnet, and which changes let it start.

These functions and types are the public API, described in docs/python.md. Each is loaded from its module at first
use, so that an import of the package, as by the command line, loads nothing else.
"""

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from skerry.app.account import read_account
    from skerry.app.costs import CostOptions, cost, crash_loop_cost
    from skerry.app.diagnosis import diagnose, diagnose_hypothetical
    from skerry.app.encoding import to_json
    from skerry.app.explanation import explain_code, explain_text, explain_with_diagnosis
    from skerry.app.nat_exits import NatExitOptions, nat_exit
    from skerry.app.planning import plan, plan_hypothetical, plan_options
    from skerry.app.reading import Gathered, load, read_files
    from skerry.app.rehearsal import RehearsalRequest, rehearse
    from skerry.app.saving import Saved, snapshot
    from skerry.app.selection import Hypothetical, Selection
    from skerry.app.tracing import trace
    from skerry.aws.session import Account
    from skerry.cost.comparison import CostReport
    from skerry.cost.crash_loop import CrashLoopCost, RestartLoop
    from skerry.cost.launch_volumes import GivenVolumes
    from skerry.diagnose.causes import Cause
    from skerry.diagnose.diagnosis import (
        Blocker,
        Diagnosis,
        Finding,
        NeedDiagnosis,
        ServiceDiagnosis,
        ServiceGroup,
        TraceDiagnosis,
    )
    from skerry.diagnose.rehearsal import Rehearsal
    from skerry.errors import (
        AmbiguousNameError,
        InputError,
        NothingFoundError,
        OutputError,
        SkerryError,
        UnknownNameError,
    )
    from skerry.errortext.explain import Explanation
    from skerry.model.origins import Origin
    from skerry.model.world import World
    from skerry.nat_exit.records import NatExitReport
    from skerry.plan.records import Options, Plan, Planned
    from skerry.reach.trace_request import TraceRequest
    from skerry.verdicts import Verdict

__version__ = "0.1.0"

__all__ = [
    "Account",
    "AmbiguousNameError",
    "Blocker",
    "Cause",
    "CostOptions",
    "CostReport",
    "CrashLoopCost",
    "Diagnosis",
    "Explanation",
    "Finding",
    "Gathered",
    "GivenVolumes",
    "Hypothetical",
    "InputError",
    "NatExitOptions",
    "NatExitReport",
    "NeedDiagnosis",
    "NothingFoundError",
    "Options",
    "Origin",
    "OutputError",
    "Plan",
    "Planned",
    "Rehearsal",
    "RehearsalRequest",
    "RestartLoop",
    "Saved",
    "Selection",
    "ServiceDiagnosis",
    "ServiceGroup",
    "SkerryError",
    "TraceDiagnosis",
    "TraceRequest",
    "UnknownNameError",
    "Verdict",
    "World",
    "cost",
    "crash_loop_cost",
    "diagnose",
    "diagnose_hypothetical",
    "explain_code",
    "explain_text",
    "explain_with_diagnosis",
    "load",
    "nat_exit",
    "plan",
    "plan_hypothetical",
    "plan_options",
    "read_account",
    "read_files",
    "rehearse",
    "snapshot",
    "to_json",
    "trace",
]

_NAMES = {
    "app.account": ("read_account",),
    "app.costs": ("CostOptions", "cost", "crash_loop_cost"),
    "app.diagnosis": ("diagnose", "diagnose_hypothetical"),
    "app.encoding": ("to_json",),
    "app.explanation": ("explain_code", "explain_text", "explain_with_diagnosis"),
    "app.nat_exits": ("NatExitOptions", "nat_exit"),
    "app.planning": ("plan", "plan_hypothetical", "plan_options"),
    "app.reading": ("Gathered", "load", "read_files"),
    "app.rehearsal": ("RehearsalRequest", "rehearse"),
    "app.saving": ("Saved", "snapshot"),
    "app.selection": ("Hypothetical", "Selection"),
    "app.tracing": ("trace",),
    "aws.session": ("Account",),
    "cost.comparison": ("CostReport",),
    "cost.crash_loop": ("CrashLoopCost", "RestartLoop"),
    "cost.launch_volumes": ("GivenVolumes",),
    "diagnose.causes": ("Cause",),
    "diagnose.diagnosis": (
        "Blocker",
        "Diagnosis",
        "Finding",
        "NeedDiagnosis",
        "ServiceDiagnosis",
        "ServiceGroup",
        "TraceDiagnosis",
    ),
    "diagnose.rehearsal": ("Rehearsal",),
    "errors": (
        "AmbiguousNameError",
        "InputError",
        "NothingFoundError",
        "OutputError",
        "SkerryError",
        "UnknownNameError",
    ),
    "errortext.explain": ("Explanation",),
    "model.origins": ("Origin",),
    "model.world": ("World",),
    "nat_exit.records": ("NatExitReport",),
    "plan.records": ("Options", "Plan", "Planned"),
    "reach.trace_request": ("TraceRequest",),
    "verdicts": ("Verdict",),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}


class _Package(ModuleType):
    """The package: its functions `diagnose` and `plan` go before its subpackages of the same names."""

    def __setattr__(self, name: str, value: object) -> None:
        # Python sets each subpackage as an attribute of its package when it is first imported:
        # https://docs.python.org/3/reference/import.html#submodules
        if not (name in _MODULES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    """Return a public name from its module, which is imported now if it was not yet."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 -- an import of the package loads nothing

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return [*__all__, "__version__"]
