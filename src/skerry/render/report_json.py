"""A report as JSON, version 1: the documents of the diagnosis, the plan, and the diagnosis with the plan."""

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


def encode_report(report: Report) -> str:
    """Write a report for programs."""
    planned = report.planned
    return write(
        ReportOut(
            version=1,
            diagnosis=diagnosis_out(report.world, report.diagnosis),
            plan=None if report.plan is None else plan_out(report.world, report.plan),
            planned=None if planned is None else diagnosis_out(planned.world, planned.diagnosis),
        )
    )
