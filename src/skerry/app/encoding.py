"""Results as the JSON documents of the command line."""

from typing import TypeAlias, assert_never

from skerry.cost.comparison import CostReport
from skerry.cost.crash_loop import CrashLoopCost
from skerry.diagnose.diagnosis import Diagnosis, TraceDiagnosis
from skerry.diagnose.rehearsal import Rehearsal
from skerry.model.world import World
from skerry.nat_exit.records import NatExitReport
from skerry.plan.records import Plan
from skerry.render import costs_json, json, nat_exit_json, plan_json, rehearsal

Result: TypeAlias = Diagnosis | TraceDiagnosis | Plan | Rehearsal | CostReport | CrashLoopCost | NatExitReport
"""The results that have a JSON document of their own."""


def to_json(world: World, result: Result) -> str:
    """Return a result as the JSON document that the command line prints of it.

    docs/json.md describes its fields. Secrets in it are masked.
    """
    match result:
        case Diagnosis():
            return json.encode_diagnosis(world, result)
        case TraceDiagnosis():
            return json.encode_trace(world, result)
        case Plan():
            return plan_json.encode_plan(world, result)
        case Rehearsal():
            return rehearsal.encode_rehearsal(result)
        case CostReport():
            return costs_json.encode_costs(world, result)
        case CrashLoopCost():
            return costs_json.encode_crash_loop(result)
        case NatExitReport():
            return nat_exit_json.encode_nat_exit(world, result)
        case _:
            assert_never(result)
