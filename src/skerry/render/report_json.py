"""A report as JSON, version 1: the documents of the diagnosis, the plan, and the diagnosis with the plan."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from skerry.plan.report import Report
from skerry.render.json import DiagnosisOut, diagnosis_out
from skerry.render.json_document import write
from skerry.render.plan_json import PlanOut, plan_out


class ReportOut(msgspec.Struct, frozen=True):
    """The document of ``report``."""

    version: int
    diagnosis: DiagnosisOut
    plan: PlanOut | None
    planned: DiagnosisOut | None


def encode_report(report: Report, rewrite: Callable[[str], str] = str) -> str:
    """Write a report for programs; ``rewrite`` replaces names in its texts, but not in its keys."""
    planned = report.planned
    content = write(
        ReportOut(
            version=1,
            diagnosis=diagnosis_out(report.world, report.diagnosis),
            plan=None if report.plan is None else plan_out(report.world, report.plan),
            planned=None if planned is None else diagnosis_out(planned.world, planned.diagnosis),
        )
    )
    return content if rewrite is str else json.dumps(_rewritten(json.loads(content), rewrite), indent=2) + "\n"


def _rewritten(node: Any, rewrite: Callable[[str], str]) -> Any:  # noqa: ANN401 -- a document
    if isinstance(node, str):
        return rewrite(node)
    if isinstance(node, dict):
        return {key: _rewritten(value, rewrite) for key, value in node.items()}
    return [_rewritten(item, rewrite) for item in node] if isinstance(node, list) else node
