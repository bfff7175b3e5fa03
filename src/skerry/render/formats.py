"""Tables of formats: for each kind of result, a function for each format that a user can choose.

A new format is a module that writes it and a line here. Modules are imported when their format is asked for, because
the command line starts faster without them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from skerry.render.view import View

if TYPE_CHECKING:
    from skerry.catalogue.blocker_codes import Code
    from skerry.catalogue.error_texts import ErrorTextRule
    from skerry.catalogue.output_terms import OutputTerm
    from skerry.checks.check import Check
    from skerry.cost.comparison import CostReport
    from skerry.cost.crash_loop import CrashLoopCost
    from skerry.diagnose.diagnosis import TraceDiagnosis
    from skerry.diagnose.rehearsal import Rehearsal
    from skerry.model.world import World
    from skerry.nat_exit.records import NatExitReport
    from skerry.plan.records import Plan
    from skerry.plan.report import Report
    from skerry.problems.records import TriagedResult
    from skerry.render.explanations import ComparedExplanation
    from skerry.render.rendered import Rendered

_Result = TypeVar("_Result")


Formats: TypeAlias = Mapping[str, Callable[[_Result, "World", View], str]]
Meaning: TypeAlias = "Code | Check | ErrorTextRule | OutputTerm"
WorldlessFormats: TypeAlias = Mapping[str, Callable[[_Result, View], str]]
TriagedFormats: TypeAlias = "Mapping[str, Callable[[TriagedResult, View], Rendered]]"


def _diagnosis_text(triaged: "TriagedResult", view: View) -> "Rendered":
    from skerry.render import console, rendered, triage_text

    [network] = triaged.result.networks
    facts = network.world.facts
    text = console.format_diagnosis(network.diagnosis, refused=facts.refused, source=facts.source, view=view)
    return rendered.Rendered(triage_text.add_triage(text, triaged, view))


def _diagnosis_json(triaged: "TriagedResult", _view: View) -> "Rendered":
    from skerry.render import json, json_triage, rendered

    [network] = triaged.result.networks
    triage = json_triage.encode_triage(triaged.triage)
    return rendered.Rendered(json.encode_diagnosis(network.world, network.diagnosis, triage))


def _sarif(triaged: "TriagedResult", _view: View) -> "Rendered":
    from skerry.render import sarif

    return sarif.write_sarif(triaged)


def _junit(triaged: "TriagedResult", _view: View) -> "Rendered":
    from skerry.render import junit

    return junit.write_junit(triaged)


def _github(triaged: "TriagedResult", _view: View) -> "Rendered":
    from skerry.render import github_annotations

    return github_annotations.write_annotations(triaged)


def _gitlab(triaged: "TriagedResult", _view: View) -> "Rendered":
    from skerry.render import gitlab_code_quality

    return gitlab_code_quality.write_code_quality(triaged)


def _markdown(triaged: "TriagedResult", view: View) -> "Rendered":
    from skerry.render import check_markdown

    return check_markdown.write_markdown(triaged, view)


def _report_html(result: "Report", _world: "World", view: View) -> str:
    from skerry.render.report import page

    return page.write_page(result, view)


def _report_markdown(result: "Report", _world: "World", view: View) -> str:
    from skerry.render.report import markdown

    return markdown.write_markdown(result, view)


def _report_json(result: "Report", _world: "World", view: View) -> str:
    from skerry.render import report_json

    return report_json.encode_report(result, view.rewrite)


def _trace_text(result: "TraceDiagnosis", world: "World", view: View) -> str:
    from skerry.render import paths

    return paths.format_trace(result, refused=world.facts.refused, view=view)


def _trace_json(result: "TraceDiagnosis", world: "World", _view: View) -> str:
    from skerry.render import json

    return json.encode_trace(world, result)


def _plan_text(result: "Plan", world: "World", view: View) -> str:
    from skerry.render import plan

    return plan.format_plan(result, refused=world.facts.refused, view=view)


def _plan_json(result: "Plan", world: "World", _view: View) -> str:
    from skerry.render import plan_json

    return plan_json.encode_plan(world, result)


def _plan_terraform(result: "Plan", world: "World", _view: View) -> str:
    from skerry.render import terraform

    return terraform.render(world, result)


def _plan_cloudformation(result: "Plan", world: "World", _view: View) -> str:
    from skerry.render import cloudformation

    return cloudformation.render(world, result)


def _plan_aws_cli(result: "Plan", world: "World", _view: View) -> str:
    from skerry.render import aws_cli

    return aws_cli.render(world, result)


def _rehearsal_text(result: "Rehearsal", view: View) -> str:
    from skerry.render import rehearsal

    return rehearsal.format_rehearsal(result, view)


def _rehearsal_json(result: "Rehearsal", view: View) -> str:
    from skerry.render import rehearsal

    return rehearsal.encode_rehearsal(result, view.snapshot)


def _check_text(triaged: "TriagedResult", view: View) -> "Rendered":
    from skerry.render import check, rendered, triage_text

    return rendered.Rendered(triage_text.add_triage(check.format_check(triaged.result, view), triaged, view))


def _check_json(triaged: "TriagedResult", _view: View) -> "Rendered":
    from skerry.render import check, json_triage, rendered

    return rendered.Rendered(check.encode_check(triaged.result, json_triage.encode_triage(triaged.triage)))


def _explanations_text(result: "Sequence[ComparedExplanation]", view: View) -> str:
    from skerry.render import explanations

    # Of no explanation nothing is printed: the command line says that nothing matched.
    return explanations.format_explanations(result, view) if result else ""


def _explanations_json(result: "Sequence[ComparedExplanation]", _view: View) -> str:
    from skerry.render import explanations

    return explanations.encode_explanations(result)


def _meaning_text(result: Meaning, view: View) -> str:
    from skerry.catalogue.error_texts import ErrorTextRule
    from skerry.catalogue.output_terms import OutputTerm
    from skerry.render import console, meanings

    match result:
        case ErrorTextRule():
            return meanings.format_rule(result, view)
        case OutputTerm():
            return meanings.format_term(result, view)
        case _:
            return console.format_code(result, view)


def _meaning_json(result: Meaning, _view: View) -> str:
    from skerry.render import explanations

    return explanations.encode_meaning(result)


def _catalogue_text(checks: "Sequence[Check]", view: View) -> str:
    from skerry.render import explanations, meanings

    return explanations.format_catalogue(view) + meanings.format_ids(checks, view)


def _catalogue_json(checks: "Sequence[Check]", _view: View) -> str:
    from skerry.render import explanations

    return explanations.encode_catalogue(checks)


def _cost_text(result: "CostReport", world: "World", view: View) -> str:
    from skerry.render import costs

    return costs.format_costs(result, refused=world.facts.refused, view=view)


def _cost_json(result: "CostReport", world: "World", _view: View) -> str:
    from skerry.render import costs_json

    return costs_json.encode_costs(world, result)


def _cost_svg(result: "CostReport", _world: "World", _view: View) -> str:
    from skerry.render import cost_curve

    return cost_curve.write_svg(result)


def _nat_exit_text(result: "NatExitReport", world: "World", view: View) -> str:
    from skerry.render import nat_exit

    return nat_exit.format_nat_exit(result, refused=world.facts.refused, view=view)


def _nat_exit_json(result: "NatExitReport", world: "World", _view: View) -> str:
    from skerry.render import nat_exit_json

    return nat_exit_json.encode_nat_exit(world, result)


def _crash_loop_text(result: "CrashLoopCost", view: View) -> str:
    from skerry.render import crash_loop

    return crash_loop.format_crash_loop(result, view)


def _crash_loop_json(result: "CrashLoopCost", _view: View) -> str:
    from skerry.render import costs_json

    return costs_json.encode_crash_loop(result)


def _crash_loop_terraform(result: "CrashLoopCost", _view: View) -> str:
    from skerry.render import crash_loop_alarm

    return crash_loop_alarm.write_terraform(result)


def _crash_loop_cloudformation(result: "CrashLoopCost", _view: View) -> str:
    from skerry.render import crash_loop_alarm

    return crash_loop_alarm.write_cloudformation(result)


REPORT: "Formats[Report]" = {"html": _report_html, "markdown": _report_markdown, "json": _report_json}
_PLACES: TriagedFormats = {
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
    "gitlab": _gitlab,
    "markdown": _markdown,
}
DIAGNOSIS: TriagedFormats = {"text": _diagnosis_text, "json": _diagnosis_json, **_PLACES}
CHECK: TriagedFormats = {"text": _check_text, "json": _check_json, **_PLACES}
TRACE: "Formats[TraceDiagnosis]" = {"text": _trace_text, "json": _trace_json}
PLAN: "Formats[Plan]" = {
    "text": _plan_text,
    "json": _plan_json,
    "terraform": _plan_terraform,
    "cloudformation": _plan_cloudformation,
    "aws-cli": _plan_aws_cli,
}
COST: "Formats[CostReport]" = {"text": _cost_text, "json": _cost_json, "svg": _cost_svg}
NAT_EXIT: "Formats[NatExitReport]" = {"text": _nat_exit_text, "json": _nat_exit_json}
CRASH_LOOP: "WorldlessFormats[CrashLoopCost]" = {
    "text": _crash_loop_text,
    "json": _crash_loop_json,
    "terraform": _crash_loop_terraform,
    "cloudformation": _crash_loop_cloudformation,
}
REHEARSAL: "WorldlessFormats[Rehearsal]" = {"text": _rehearsal_text, "json": _rehearsal_json}
EXPLANATIONS: "WorldlessFormats[Sequence[ComparedExplanation]]" = {
    "text": _explanations_text,
    "json": _explanations_json,
}
MEANING: "WorldlessFormats[Meaning]" = {"text": _meaning_text, "json": _meaning_json}
CATALOGUE: "Mapping[str, Callable[[Sequence[Check], View], str]]" = {"text": _catalogue_text, "json": _catalogue_json}
